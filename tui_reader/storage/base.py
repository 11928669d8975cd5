"""The seam between the services and whatever keeps the state: records made of fields, and edits to them.

A record is a JSON object with a key within a table. Callers never see a file, a lock or a database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from concurrent.futures import Future

Json: TypeAlias = Any
"""A value that JSON can hold: None, bool, int, float, str, and lists and string-keyed objects of these."""

Record: TypeAlias = Mapping[str, Json]
"""The fields of one record. A field that is None is absent."""

Receipt: TypeAlias = "Future[None]"
"""Completes once a transaction is on disk; raises `errors.StoreError` where it could not be kept."""

ARTICLES = "articles"
ANNOTATIONS = "annotations"


class Edit(NamedTuple):
    """One field of one record, before and after. None means absent."""

    table: str
    key: str
    field: str
    before: Json
    after: Json


class Transaction(NamedTuple):
    """Edits that became true together, with a line that says to a person what they did."""

    label: str
    edits: tuple[Edit, ...]
    left: tuple[str, ...] = ()
    """Keys of annotations that undo or redo would have taken away, had nobody else changed them since."""


class Store(Protocol):
    """State of one library. Methods are called from one thread; what they return reflects every edit made so far."""

    @property
    def read_only(self) -> str:
        """Why nothing can be written, as a sentence for the reader; empty where writing is possible."""

    @property
    def unsaved(self) -> str:
        """How many changes are not on disk now although saving them was tried, and why; empty if all are saved."""

    @property
    def notices(self) -> Sequence[str]:
        """What a reader should know of the opening: recovered changes, another window, a damaged file set aside."""

    @property
    def damage(self) -> str:
        """What is wrong with the file where only a part of it can be read, as a sentence; else empty."""

    def get(self, table: str, key: str) -> Record | None:
        """A record by key, or None."""

    def items(self, table: str, of: str = "") -> Iterator[tuple[str, Record]]:
        """Every record of a table with its key; with `of`, only those whose field `article` is this one.

        The second form costs what the article's own records cost, however many there are in all. This method may be
        called from any thread; it may then miss edits that are made meanwhile, and show some of those of one step.
        """

    def apply(self, edits: Sequence[Edit], label: str, *, undoable: bool = True) -> Receipt:
        """Make edits true at once for readers of this object, and durable soon: the receipt says when.

        Args:
            edits: What changes; becomes durable as a whole or not at all. The field `id` is the key and cannot be
                edited. A record whose fields are all taken away is deleted. A field `tags` holds a set of strings.
            label: What was done, for undo: `starred “Europe's space gap”`.
            undoable: False for what a person does not do on purpose, such as the reading position.
        """

    def limit_undo(self, select: Callable[[Sequence[Transaction]], Sequence[bool]]) -> None:
        """Pass over steps of earlier runs that do not belong to what is open; they stay in the history.

        Called before the first undo or redo. Steps that were made through this object can always be undone.

        Args:
            select: Given all transactions of earlier runs, tells for each whether it may be undone or redone here.
        """

    def undo(self) -> Transaction | None:
        """Take back the last undoable transaction; its edits as they were applied now, or None if there is none.

        An annotation that somebody else changed since it was made stays as it is; there may then be no edits.
        """

    def redo(self) -> Transaction | None:
        """Apply again what was last taken back; None if there is nothing."""

    def poll(self) -> Sequence[Edit]:
        """Edits made by other programs since the last call, already visible to `get`."""

    def close(self) -> None:
        """Wait until everything is durable, and let go of the file."""

"""The interface between services and storage: records made of fields, and edits of them.

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
"""Completes once a transaction is on disk; raises `errors.StoreError` if it could not be saved."""

ARTICLES = "articles"
ANNOTATIONS = "annotations"


class Edit(NamedTuple):
    """A change of one field of one record, with the value before and after. None means absent."""

    table: str
    key: str
    field: str
    before: Json
    after: Json


class Transaction(NamedTuple):
    """Edits that are applied together, with a line that tells the user what they did."""

    label: str
    edits: tuple[Edit, ...]
    left: tuple[str, ...] = ()
    """Keys of annotations that undo or redo would have deleted, but that another window or machine changed since."""


class Store(Protocol):
    """The state of one library, used by one thread. Results include every edit made so far."""

    @property
    def read_only(self) -> str:
        """Why nothing can be written, as a sentence for the user; empty if writing is possible."""

    @property
    def unsaved(self) -> str:
        """How many changes could not be saved so far, and why, as a sentence; empty if all are saved."""

    @property
    def notices(self) -> Sequence[str]:
        """Sentences for the user, such as: changes were recovered, another window is open, a file is damaged."""

    @property
    def damage(self) -> str:
        """What is wrong with the file if only a part of it can be read, as a sentence; else empty."""

    def get(self, table: str, key: str) -> Record | None:
        """Return a record by key, or None if there is none."""

    def items(self, table: str, of: str = "") -> Iterator[tuple[str, Record]]:
        """Yield the records of a table with their keys; with `of`, only those with this field `article`.

        With `of`, the cost depends on the number of the article's own records, not on that of all. May be called from
        any thread; it may then miss edits that are made meanwhile, and yield only some of those of one transaction.
        """

    def apply(self, edits: Sequence[Edit], label: str, *, undoable: bool = True) -> Receipt:
        """Make edits visible at once to readers of this object, and durable soon: the receipt completes then.

        Args:
            edits: What changes; all edits become durable or none. The field `id` is the key and cannot be edited. A
                record whose fields are all removed is deleted. A field `tags` contains a set of strings.
            label: What was done, for undo: `starred “Europe's space gap”`.
            undoable: False for changes that the user does not make on purpose, such as the reading position.
        """

    def limit_undo(self, select: Callable[[Sequence[Transaction]], Sequence[bool]]) -> None:
        """Skip steps of earlier runs that do not belong to the open folders; they stay in the history.

        Called before the first undo or redo. Steps that were made through this object can always be undone.

        Args:
            select: Given all transactions of earlier runs, returns for each whether it may be undone or redone here.
        """

    def undo(self) -> Transaction | None:
        """Undo the last undoable transaction.

        An annotation that another window or machine changed since stays as it is; there may then be no edits.

        Returns:
            The edits that were applied now; None if there is nothing to undo.
        """

    def redo(self) -> Transaction | None:
        """Redo the transaction undone last. Return the edits applied now; None if there is nothing to redo."""

    def poll(self) -> Sequence[Edit]:
        """Return the edits that other programs made since the last call; `get` shows them already."""

    def close(self) -> None:
        """Wait until everything is durable, and close the files."""

"""The interface between services and storage: records, and edits of their fields.

A record is a JSON object with a key within a table. Callers do not depend on files, locks or databases.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import repeat
from operator import is_
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, overload

if TYPE_CHECKING:
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

Json: TypeAlias = Any
"""A JSON value: None, bool, int, float, str, and lists and objects of such values."""

Record: TypeAlias = Mapping[str, Json]
"""The fields of one record. A field that is None is absent."""

Receipt: TypeAlias = "Future[None]"
"""A future that completes when a transaction is on disk, or fails with `errors.StoreError`."""

ARTICLES = "articles"
ANNOTATIONS = "annotations"
SEARCHES = "searches"
UNDO_OF = "the undo of "
"""Start of the label of a combined step (see `engine.history`), such as `the undo of 3 changes`."""


class Edit(NamedTuple):
    """A change of one field of one record, with the values before and after. None means an absent field."""

    table: str
    key: str
    field: str
    before: Json
    after: Json


class Column(Sequence[Edit]):
    """Edits of one field of many records, kept as columns: to create 5,000 `Edit` objects takes as long as a frame.

    Args:
        table: The records' table; edits of annotations cannot be a column.
        field: The field.
        keys: Keys of the records, each once.
        before: For each record the value before the edit; equal values may be one object.
        after: For each record the value after the edit, which differs from the value before.
    """

    __slots__ = ("after", "before", "field", "keys", "table")

    def __init__(
        self, table: str, field: str, keys: Sequence[str], before: Sequence[Json], after: Sequence[Json]
    ) -> None:
        self.table, self.field, self.keys, self.before, self.after = table, field, keys, before, after

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> Edit: ...
    @overload
    def __getitem__(self, index: slice) -> Column: ...
    def __getitem__(self, index: int | slice) -> Edit | Column:
        if isinstance(index, slice):
            return Column(self.table, self.field, self.keys[index], self.before[index], self.after[index])
        return Edit(self.table, self.keys[index], self.field, self.before[index], self.after[index])

    def __iter__(self) -> Iterator[Edit]:
        return map(Edit, repeat(self.table), self.keys, repeat(self.field), self.before, self.after)

    def swapped(self) -> Column:
        """Return the edits that revert these; takes the same time for any number of records."""
        return Column(self.table, self.field, self.keys, self.after, self.before)

    def with_values(self, after: Sequence[Json]) -> Column:
        """Return the column with other values after the edits, one for each record."""
        return Column(self.table, self.field, self.keys, self.before, after)


def distinct(values: Sequence[Json]) -> dict[int, Json]:
    """Return each object in a sequence once, by its `id()`; the values of a bulk change often are one object."""
    first = values[0] if values else None
    if all(map(partial(is_, first), values)):
        return {id(first): first} if values else {}
    return dict(zip(map(id, values), values, strict=True))


class Transaction(NamedTuple):
    """Edits that are applied together, with a label that describes them to the user."""

    label: str
    edits: Sequence[Edit]
    spared: tuple[str, ...] = ()
    """Keys of annotations that undo or redo did not delete, since another window or machine changed them."""


class Store(Protocol):
    """The records of one library, used by one thread. Results include all edits made so far, also unsaved ones."""

    @property
    def read_only(self) -> str:
        """The reason why the library cannot be written, as a sentence for the user; empty if it can."""

    @property
    def unsaved(self) -> str:
        """The number of unsaved changes and the reason, as a sentence; empty if all changes are saved."""

    @property
    def notices(self) -> Sequence[str]:
        """Messages for the user, such as: changes were recovered, another window is open, a file is damaged."""

    @property
    def damage(self) -> str:
        """The damage of a partly unreadable library, as a sentence for the user; empty without damage."""

    def get(self, table: str, key: str) -> Record | None:
        """Return the record with this key, or None if the table has no such record."""

    def fields_of(self, table: str, keys: Sequence[str], names: Collection[str]) -> dict[str, Record]:
        """Return some fields of many records by key, faster than `get` for each.

        Records that do not exist are missing in the result, or have no fields.

        Args:
            table: The records' table, which cannot be that of annotations.
            keys: Keys of records.
            names: Names of the fields.
        """

    def hold(self) -> AbstractContextManager[None]:
        """Delay the saving of changes until the context ends.

        Saving needs processor time, and would double the time until a change of thousands of records is shown.
        """

    def items(self, table: str, of: str = "") -> Iterator[tuple[str, Record]]:
        """Yield the keys and records of a table; with `of`, only records whose field `article` is `of`.

        For annotations with `of`, the time depends on the number of records of this article, not of the table. May be
        called from any thread; it may then miss concurrent edits, or yield some edits of a concurrent transaction.
        """

    def apply(self, edits: Sequence[Edit], label: str, *, undoable: bool = True) -> Receipt:
        """Apply edits: visible to `get` at once, durable when the receipt completes.

        Args:
            edits: The changes; all of them become durable, or none. The field `id` is the key and cannot be edited. A
                record whose fields are all removed is deleted. A field `tags` contains a set of strings. Thousands of
                edits of one field are applied fastest as a `Column`.
            label: Description of the change for undo, such as `starred “Europe's space gap”`.
            undoable: False for changes that the user does not make intentionally, such as the reading position.
        """

    def limit_undo(self, select: Callable[[Sequence[Transaction]], Sequence[bool]]) -> None:
        """Exclude transactions of earlier runs from undo, such as changes in folders that are not open.

        Must be called before the first undo or redo. Excluded transactions stay in the history. Transactions made
        through this object can always be undone.

        Args:
            select: Receives all transactions of earlier runs; returns for each True if it may be undone or redone.
        """

    def undo(self) -> Transaction | None:
        """Undo the latest transaction that can be undone, except in fields that were changed after it.

        An annotation that the transaction created is not deleted if another window or machine has changed it.

        Returns:
            The transaction that this call applied, which has no edits if only such annotations remain; None if there
            is nothing to undo.
        """

    def redo(self) -> Transaction | None:
        """Redo the transaction that was undone last; return what was applied, or None if there is nothing to redo."""

    def poll(self) -> Sequence[Edit]:
        """Return the edits that other programs made since the last call. `get` includes them already."""

    def close(self) -> None:
        """Save all edits, then close the files; blocks until this is done."""

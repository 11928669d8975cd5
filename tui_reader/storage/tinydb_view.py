"""A table in memory, which TinyDB's updaters change; the caller then saves the changes.

An updater is the function that TinyDB passes to `Table._update_table` for each change."""

from __future__ import annotations

import copy
from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tui_reader.storage.snapshot.state import State

DELETED_HERE: Final = object()
"""Placeholder in `TableView.accessed` for a document that an updater deleted."""


class TableView(MutableMapping[int, dict[str, Any]]):
    """A mapping of a table's documents by id for TinyDB's updaters; it records which of them were accessed.

    Documents that it returns are copies, and changes to them are kept only in this object.

    Args:
        state: The documents before the change.
        table: Name of the table.
    """

    def __init__(self, state: State, table: str) -> None:
        self._state, self._table = state, table
        self.accessed: dict[int, Any] = {}
        """Documents that were read, set or deleted, by id; `DELETED_HERE` for deleted documents."""

    def __getitem__(self, number: int) -> dict[str, Any]:
        known = self.accessed.get(number)
        if known is None:
            known = self._state.document(self._table, number)
            if known is None:
                raise KeyError(number)
            self.accessed[number] = known
        if known is DELETED_HERE:
            raise KeyError(number)
        return known

    def __setitem__(self, number: int, document: dict[str, Any]) -> None:
        self.accessed[number] = copy.deepcopy(document)

    def __delitem__(self, number: int) -> None:
        if number not in self:
            raise KeyError(number)
        self.accessed[number] = DELETED_HERE

    def __contains__(self, number: object) -> bool:
        if number in self.accessed:
            return self.accessed[number] is not DELETED_HERE
        return isinstance(number, int) and self._state.document(self._table, number) is not None

    def __iter__(self) -> Iterator[int]:
        numbers = [number for number, _ in self._state.documents(self._table)]
        seen = set(numbers)
        yield from (number for number in numbers if self.accessed.get(number) is not DELETED_HERE)
        yield from (n for n, d in list(self.accessed.items()) if n not in seen and d is not DELETED_HERE)

    def __len__(self) -> int:
        return sum(1 for _ in self)

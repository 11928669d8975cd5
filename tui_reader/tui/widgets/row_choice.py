"""The chosen entries of a list, on which a command acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Id = TypeVar("Id")


class RowChoice(Generic[Id]):
    """A choice of entries: a range from its first entry to the cursor, or a fixed set.

    The methods take the index of the cursor in the list, which this object does not store.
    """

    def __init__(self) -> None:
        self._ids: Sequence[Id] = ()
        self.anchor: int | None = None
        """The index at which the range began; None for a fixed set."""
        self.members: frozenset[Id] = frozenset()

    @property
    def is_empty(self) -> bool:
        """True if nothing is chosen."""
        return self.anchor is None and not self.members

    def begin(self, ids: Sequence[Id], index: int) -> None:
        """Replace the choice by a range that starts at an entry of a list."""
        self._ids, self.anchor, self.members = ids, index, frozenset()

    def toggle(self, ids: Sequence[Id], index: int) -> None:
        """Add the entry under the cursor to the choice, or remove it; a range becomes a fixed set."""
        self.freeze(index)
        self._ids, self.members = ids, self.members ^ {ids[index]}

    def choose_all(self, ids: Sequence[Id]) -> None:
        """Replace the choice by all entries of a list, as a fixed set."""
        self._ids, self.anchor, self.members = ids, None, frozenset(ids)

    def clear(self) -> None:
        """Clear the choice."""
        self._ids, self.anchor, self.members = (), None, frozenset()

    def freeze(self, cursor: int) -> None:
        """Turn the range into a fixed set, which moves of the cursor do not change."""
        if self.anchor is not None:
            self.members, self.anchor = frozenset(self.chosen(cursor)), None

    def list_changed(self, ids: Sequence[Id], cursor: int) -> None:
        """Update the choice for a new list: entries that are not in the new list are no longer chosen.

        A range whose first entry is in the new list extends from there to the cursor of that list; another range
        becomes a fixed set.

        Args:
            ids: The new list.
            cursor: The index of the cursor in the former list.
        """
        if self.is_empty or ids is self._ids:
            return
        anchor = self._ids[self.anchor] if self.anchor is not None else None
        if anchor is not None and anchor in ids:
            self._ids, self.anchor = ids, ids.index(anchor)
            return
        self.freeze(cursor)
        self._ids, self.members = ids, self.members.intersection(ids)

    def holds(self, index: int, cursor: int) -> bool:
        """Return True if the entry at an index is chosen."""
        if self.anchor is not None:
            return min(self.anchor, cursor) <= index <= max(self.anchor, cursor)
        return bool(self.members) and self._ids[index] in self.members

    def chosen(self, cursor: int) -> tuple[Id, ...]:
        """Return the chosen entries in the order of the list."""
        if self.anchor is not None:
            return tuple(self._ids[min(self.anchor, cursor) : max(self.anchor, cursor) + 1])
        return tuple(each for each in self._ids if each in self.members) if self.members else ()

    def count(self, cursor: int) -> int:
        """Return the number of chosen entries."""
        return abs(self.anchor - cursor) + 1 if self.anchor is not None else len(self.members)

"""The entries of a list that are chosen, for a command to act on all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Id = TypeVar("Id")


class RowChoice(Generic[Id]):
    """A range of entries that the cursor extends, or a set of entries that it leaves alone."""

    def __init__(self) -> None:
        self._ids: Sequence[Id] = ()
        self._anchor: int | None = None
        """The index at which the range began; None if it is a set."""
        self._set: frozenset[Id] = frozenset()

    @property
    def is_extending(self) -> bool:
        """True if moving the cursor changes the choice."""
        return self._anchor is not None

    @property
    def is_empty(self) -> bool:
        """True if nothing is chosen."""
        return self._anchor is None and not self._set

    def begin(self, ids: Sequence[Id], index: int) -> None:
        """Begin a range at an entry of a list."""
        self._ids, self._anchor, self._set = ids, index, frozenset()

    def take(self, ids: Sequence[Id]) -> None:
        """Choose all entries of a list."""
        self._ids, self._anchor, self._set = ids, None, frozenset(ids)

    def clear(self) -> None:
        """Choose nothing."""
        self._ids, self._anchor, self._set = (), None, frozenset()

    def freeze(self, cursor: int) -> None:
        """Keep what is chosen, wherever the cursor moves from now on."""
        if self._anchor is not None:
            self._set, self._anchor = frozenset(self.chosen(cursor)), None

    def list_changed(self, ids: Sequence[Id], cursor: int) -> None:
        """Take another list into account: what it does not hold is no longer chosen.

        Args:
            ids: The list from now on.
            cursor: The index of the cursor in the list before.
        """
        if self.is_empty or ids is self._ids:
            return
        anchor = self._ids[self._anchor] if self._anchor is not None else None
        if anchor is not None and anchor in ids:
            self._ids, self._anchor = ids, ids.index(anchor)
            return
        self.freeze(cursor)
        self._ids, self._set = ids, self._set.intersection(ids)

    def holds(self, index: int, cursor: int) -> bool:
        """Return True if the entry at an index is chosen."""
        if self._anchor is not None:
            return min(self._anchor, cursor) <= index <= max(self._anchor, cursor)
        return bool(self._set) and self._ids[index] in self._set

    def chosen(self, cursor: int) -> tuple[Id, ...]:
        """Return the chosen entries in the order of the list."""
        if self._anchor is not None:
            return tuple(self._ids[min(self._anchor, cursor) : max(self._anchor, cursor) + 1])
        return tuple(each for each in self._ids if each in self._set) if self._set else ()

    def count(self, cursor: int) -> int:
        """Return the number of chosen entries."""
        return abs(self._anchor - cursor) + 1 if self._anchor is not None else len(self._set)

"""Where a place of a text stands once the text has been read anew, for a reader who is in the midst of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.model.annotation import Anchor, Range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_reader.anchoring.resolve import Resolver

BLOCK = 1 << 16
"""Code points that are compared at once; a million words take 3 ms."""
AROUND = 32
"""Code points around a range that tell it from its twins."""


class Carrying:
    """Carries ranges from one text to the other.

    What stands before the first change or behind the last one is carried at once. What stands between them is looked
    for by the words; that can take as long as a comparison of the two texts, a second for a million words.
    """

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new
        self._same = _shared(old, new)
        self._tail = len(old) - _shared_end(old, new, min(len(old), len(new)) - self._same)
        self._resolver: Resolver | None = None

    def is_quick(self, ranges: Iterable[Range]) -> bool:
        """Whether these can be carried at once."""
        return self._resolver is not None or all(self._shift(each) is not None for each in ranges)

    def prepare(self, ranges: Iterable[Range]) -> None:
        """Do what takes long; meant for a thread."""
        for each in ranges:
            if self._shift(each) is None:
                self.carry(each)

    def carry(self, place: Range) -> Range | None:
        """Where a range stands in the new text; None where its words are gone, or it is not certain which they are."""
        by = self._shift(place)
        if by is not None:
            return Range(place.start + by, place.end + by)
        start, end = max(0, place.start), min(place.end, len(self.old))
        if not self.old[start:end].strip():
            return None
        found = self._resolved.place(
            Anchor(
                self.old[start:end],
                self.old[max(0, start - AROUND) : start],
                self.old[end : end + AROUND],
                start,
                end,
            )
        )
        return found.range if found.is_certain else None

    def _shift(self, place: Range) -> int | None:
        """By how much a range is moved by changes that all stand on one side of it; None for any other."""
        if place.end <= self._same:
            return 0
        return len(self.new) - len(self.old) if place.start >= self._tail else None

    @property
    def _resolved(self) -> Resolver:
        if self._resolver is None:
            # With rapidfuzz, which takes 30 ms to load, and most files never change while they are read.
            from tui_reader.anchoring.resolve import Resolver  # noqa: PLC0415

            self._resolver = Resolver(self.new, self.old)
        return self._resolver


def _shared(one: str, other: str) -> int:
    """How many code points two texts share at their beginnings."""
    at, most = 0, min(len(one), len(other))
    while at < most and one[at : at + BLOCK] == other[at : at + BLOCK]:
        at += BLOCK
    low, high = min(at, most), min(at + BLOCK, most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low


def _shared_end(one: str, other: str, most: int) -> int:
    """How many code points, up to a number, two texts share at their ends."""
    at = 0
    while at < most and _behind(one, at, at + BLOCK) == _behind(other, at, at + BLOCK):
        at += BLOCK
    low, high = min(at, most), min(at + BLOCK, most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _behind(one, low, middle) == _behind(other, low, middle) else (low, middle - 1)
    return low


def _behind(text: str, near: int, far: int) -> str:
    """What of a text stands so far from its end."""
    return text[max(0, len(text) - far) : len(text) - near]

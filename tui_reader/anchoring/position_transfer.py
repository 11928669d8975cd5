"""Where a place of a text stands once the text has been read anew, for a reader who is in the midst of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.anchoring.description import CONTEXT
from tui_reader.model.anchor import Anchor
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_reader.anchoring.resolution import Resolver

BLOCK = 1 << 16
"""Code points that are compared at once; a million words take 3 ms."""
AROUND = (0, 32, 200)
"""Code points around a range, ever more, by which it is told from its twins."""
MOST_TWINS = 200
"""How often words may come for one of them to be known by its number."""
MARGIN = 2_000
"""Code points before the first change and behind the last one that are compared, too."""


class PositionTransfer:
    """Carries ranges from one text to the other.

    What stands before the first change or behind the last one is carried at once, and so is what either text has only
    once (some 10 ms for a million words). Anything else is looked for in a comparison of all between the two changes,
    which may take seconds where these are far apart.
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
        low, high = self._window
        start, end = max(low, place.start), min(place.end, high)
        quote = self.old[start:end]
        if not quote.strip():
            return None
        before, behind = self.old[max(low, start - CONTEXT) : start], self.old[end : min(end + CONTEXT, high)]
        found = self._resolved.place(Anchor(quote, before, behind, start - low, end - low))
        return Range(found.start + low, found.end + low) if found.is_certain else None

    def _shift(self, place: Range) -> int | None:
        """By how much a range was moved, where that is told at once; else None."""
        if place.end <= self._same:
            return 0
        if place.start >= self._tail:
            return len(self.new) - len(self.old)
        for around in AROUND:
            first = max(0, place.start - around)
            words = self.old[first : place.end + around]
            there, here = self.new.find(words), self.old.find(words)
            if there < 0 or not words.strip():
                # With more around it is not there either.
                return None
            if self.new.find(words, there + 1) < 0 and self.old.find(words, here + 1) < 0:
                return there - first
        return self._shift_of_twin(words, first)

    def _shift_of_twin(self, words: str, first: int) -> int | None:
        """The same for words that either text has as often: the third of them is the third of them."""
        olds, news = _starts(self.old, words), _starts(self.new, words)
        return news[olds.index(first)] - first if len(olds) == len(news) < MOST_TWINS and first in olds else None

    @property
    def _window(self) -> tuple[int, int]:
        """What of the old text is compared."""
        return max(0, self._same - MARGIN), min(len(self.old), self._tail + MARGIN)

    @property
    def _resolved(self) -> Resolver:
        if self._resolver is None:
            # With rapidfuzz, which takes 30 ms to load, and most files never change while they are read.
            from tui_reader.anchoring.resolution import Resolver  # noqa: PLC0415

            low, high = self._window
            self._resolver = Resolver(self.new[low : high + len(self.new) - len(self.old)], self.old[low:high])
        return self._resolver


def _starts(text: str, words: str) -> list[int]:
    """Where words stand, the first `MOST_TWINS` times."""
    found: list[int] = []
    at = text.find(words)
    while at >= 0 and len(found) < MOST_TWINS:
        found.append(at)
        at = text.find(words, at + 1)
    return found


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

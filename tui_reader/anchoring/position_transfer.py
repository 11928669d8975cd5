"""Transfer of positions to the new text of an article that changes while it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.anchoring.description import CONTEXT
from tui_reader.model.anchor import Anchor
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_reader.anchoring.resolution import Resolver

BLOCK_SIZE = 1 << 16
"""Number of code points to compare at a time; a million words take 3 ms."""
CONTEXT_SIZES = (0, 32, 200)
"""Code points of context, tried in this order, that may make a range unique in the text."""
MAX_REPETITIONS = 200
"""Maximum occurrences of repeated words for mapping the n-th old one to the n-th new one."""
MARGIN = 2_000
"""Number of code points before the first and after the last change that are compared together with the changes."""


class PositionTransfer:
    """Maps ranges of the old text to the new text.

    Ranges before the first change or after the last one are mapped without a comparison, and so are ranges that are
    unique in both texts (about 10 ms for a million words). Other ranges need a comparison of all text between the first
    and the last change, which may take seconds if the changes are far apart.
    """

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new
        self._same = _shared(old, new)
        self._tail = len(old) - _shared_end(old, new, min(len(old), len(new)) - self._same)
        self._resolver: Resolver | None = None

    def is_quick(self, ranges: Iterable[Range]) -> bool:
        """Return True if all given ranges can be mapped without a comparison of the texts."""
        return self._resolver is not None or all(self._shift(each) is not None for each in ranges)

    def prepare(self, ranges: Iterable[Range]) -> None:
        """Compare the texts if mapping the ranges requires it; slow, so call it in a background thread."""
        for each in ranges:
            if self._shift(each) is None:
                self.carry(each)

    def carry(self, place: Range) -> Range | None:
        """Map a range to the new text; None if its words were removed or its position is not certain."""
        distance = self._shift(place)
        if distance is not None:
            return Range(place.start + distance, place.end + distance)
        low, high = self._window
        start, end = max(low, place.start), min(place.end, high)
        quote = self.old[start:end]
        if not quote.strip():
            return None
        before, after = self.old[max(low, start - CONTEXT) : start], self.old[end : min(end + CONTEXT, high)]
        found = self._resolved.place(Anchor(quote, before, after, start - low, end - low))
        return Range(found.start + low, found.end + low) if found.is_certain else None

    def _shift(self, place: Range) -> int | None:
        """Return the distance by which a range was moved; None if only a comparison can determine it."""
        if place.end <= self._same:
            return 0
        if place.start >= self._tail:
            return len(self.new) - len(self.old)
        for around in CONTEXT_SIZES:
            first = max(0, place.start - around)
            words = self.old[first : place.end + around]
            there, here = self.new.find(words), self.old.find(words)
            if there < 0 or not words.strip():
                # With more context the words do not occur either.
                return None
            if self.new.find(words, there + 1) < 0 and self.old.find(words, here + 1) < 0:
                return there - first
        return self._shift_of_repeated(words, first)

    def _shift_of_repeated(self, words: str, first: int) -> int | None:
        """Return the distance by which repeated words were moved; None if unknown.

        If both texts contain the words equally often, the n-th occurrence maps to the n-th.

        Args:
            words: The words, with context.
            first: Their offset in the old text.
        """
        olds, news = _starts(self.old, words), _starts(self.new, words)
        return news[olds.index(first)] - first if len(olds) == len(news) < MAX_REPETITIONS and first in olds else None

    @property
    def _window(self) -> tuple[int, int]:
        """Return the start and end of the part of the old text that is compared: the changes with a margin."""
        return max(0, self._same - MARGIN), min(len(self.old), self._tail + MARGIN)

    @property
    def _resolved(self) -> Resolver:
        if self._resolver is None:
            # Imports rapidfuzz, which takes 30 ms, and most files do not change while they are read.
            from tui_reader.anchoring.resolution import Resolver  # noqa: PLC0415

            low, high = self._window
            self._resolver = Resolver(self.new[low : high + len(self.new) - len(self.old)], self.old[low:high])
        return self._resolver


def _starts(text: str, words: str) -> list[int]:
    """Return the offsets at which words occur, at most `MAX_REPETITIONS` of them."""
    found: list[int] = []
    at = text.find(words)
    while at >= 0 and len(found) < MAX_REPETITIONS:
        found.append(at)
        at = text.find(words, at + 1)
    return found


def _shared(one: str, other: str) -> int:
    """Return the length of the common beginning of two texts, in code points."""
    at, most = 0, min(len(one), len(other))
    while at < most and one[at : at + BLOCK_SIZE] == other[at : at + BLOCK_SIZE]:
        at += BLOCK_SIZE
    low, high = min(at, most), min(at + BLOCK_SIZE, most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low


def _shared_end(one: str, other: str, most: int) -> int:
    """Return the length of the common end of two texts, in code points, up to a maximum."""
    at = 0
    while at < most and _from_end(one, at, at + BLOCK_SIZE) == _from_end(other, at, at + BLOCK_SIZE):
        at += BLOCK_SIZE
    low, high = min(at, most), min(at + BLOCK_SIZE, most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if _from_end(one, low, middle) == _from_end(other, low, middle) else (low, middle - 1)
        )
    return low


def _from_end(text: str, near: int, far: int) -> str:
    """Return the slice of a text between `near` and `far` code points from its end."""
    return text[max(0, len(text) - far) : len(text) - near]

"""Landmarks: words that occur once in each of two texts and so identify repeated words near them.

A manual says “Returns 404 if …” a hundred times. The match of such a line is right if the words before or after the
line lead, in order and without large gaps, to words that occur nowhere else: a heading, an address, a name.
"""

from __future__ import annotations

from array import array
from functools import cached_property
from typing import TYPE_CHECKING

from tui_reader.anchoring.diff import single_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.document.normalization import Words
    from tui_reader.model.ranges import Range

RUN_LENGTHS = (3, 8)
"""Lengths in words of the runs that are landmarks if they occur once: 3 words suffice for a name with its neighbours,
8 for common words."""
FARTHEST = 150
"""Maximum distance in words from a passage to a landmark."""
GAP_OF_ONE_SIDE = 12
"""Maximum number of consecutive words without a match, on the way from a word to a landmark, for which a landmark on
one side of the word is enough."""
GAP_OF_BOTH_SIDES = 30
"""Maximum number of consecutive words without a match, on the way from a word to landmarks on both sides. The words
may be a line that was moved in between."""


class Landmarks:
    """The landmarks of two texts; tests whether matched words have the same order as the landmarks."""

    def __init__(self, old: Words, new: Words, matches: Sequence[int]) -> None:
        """Find the landmarks of two texts; 10,000 words take 20 ms.

        Args:
            old: The words of the old text.
            new: The words of the new text.
            matches: For each old word, the number of the same word in the new text; -1 without a match.
        """
        self._matches = matches
        self._marks = _marks(old.keys, new.keys, matches)
        self._one_side = self._before_and_after(GAP_OF_ONE_SIDE)

    @cached_property
    def _both_sides(self) -> list[array[int]]:
        return self._before_and_after(GAP_OF_BOTH_SIDES)

    def _before_and_after(self, gap: int) -> list[array[int]]:
        """Return two arrays: for each old word the nearest landmark before it, and the one after it, see `_nearest`."""
        count = len(self._matches)
        return [
            _nearest(self._matches, self._marks, numbers, gap) for numbers in (range(count), range(count - 1, -1, -1))
        ]

    def confirm(self, words: Range) -> bool:
        """Return True if the matches of a range of old words are in order with landmarks near them.

        A landmark on one side is enough if no gap on the way to it is wider than `GAP_OF_ONE_SIDE`. With wider gaps, up
        to `GAP_OF_BOTH_SIDES`, a landmark on each side is needed.
        """
        return any(self._is_in_order(each, words) for each in self._one_side) or all(
            self._is_in_order(each, words) for each in self._both_sides
        )

    def _is_in_order(self, nearest: array[int], words: Range) -> bool:
        """Return True if more than half of the matched words of a range have a landmark within `FARTHEST` words.

        Args:
            nearest: For each old word, the landmark on one side that is in order with it; -1 without one.
            words: The numbers of the old words.
        """
        matched = led = 0
        for i in range(words.start, words.end):
            if self._matches[i] >= 0:
                matched += 1
                mark = nearest[i]
                led += mark >= 0 and words.start - FARTHEST <= mark < words.end + FARTHEST
        return 0 < matched < 2 * led


def _marks(old: Sequence[str], new: Sequence[str], matches: Sequence[int]) -> bytearray:
    """Return for each old word 1 if it begins or ends a run of matched words that occurs once in each text, else 0."""
    found = bytearray(len(old))
    for length in RUN_LENGTHS:
        theirs = single_runs(new, length)
        for run, i in single_runs(old, length).items():
            j = theirs.get(run, -1) if i >= 0 else -1
            if j >= 0 and all(matches[i + step] == j + step for step in range(length)):
                found[i] = found[i + length - 1] = 1
    return found


def _nearest(matches: Sequence[int], marks: bytearray, numbers: range, gap: int) -> array[int]:
    """Return for each old word the number of the last landmark up to this word, in the order of `numbers`.

    -1 if there is none, if the word has no match, or if the matches on the way from the landmark to the word are not in
    order or have a gap wider than `gap`.

    Args:
        matches: For each old word, the number of the same word in the new text; -1 without a match.
        marks: 1 for each word that is a landmark.
        numbers: The numbers of the old words, forward or backward.
        gap: Maximum number of words, in either text, between two matched words on the way.
    """
    step = numbers.step
    nearest = array("q", [-1]) * len(matches)
    mark = last = at = -1
    for i in numbers:
        j = matches[i]
        if j < 0:
            continue
        if marks[i]:
            mark = i
        elif mark < 0 or not (0 < (j - at) * step <= gap + 1) or (i - last) * step > gap + 1:
            continue
        nearest[i], last, at = mark, i, j
    return nearest

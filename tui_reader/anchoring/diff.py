"""Word diff of two texts: the longest common subsequence, computed in chunks for long texts."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from tui_reader.document.normalization import EXACT_WORDS, Words
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")

MAX_PRODUCT = 300_000_000
"""Maximum product of two texts' lengths in words for a comparison without chunks: the bit matrix takes 38 MB."""
RUN_LENGTHS = (6, 3, 1)
"""Lengths in words of the runs at which both texts are cut into pieces; a run must occur once in each text. Texts are
always cut at runs of 6 words, because a longest subsequence alone tends to match words from everywhere; at runs of 3
words and single words only pieces that are still larger than `MAX_PRODUCT`."""
MAX_ISLAND = 2
"""Maximum number of unchanged words between two replacements that are merged into one replacement, which includes these
words. An unchanged “, the” between two changes would only divide them."""


class ChangeKind(StrEnum):
    """The kind of a change between two texts."""

    INSERTED = "inserted"
    DELETED = "deleted"
    REPLACED = "replaced"


class Change(NamedTuple):
    """A range of the old text and the range of the new text that replaced it; one may be empty."""

    kind: ChangeKind
    old: Range
    new: Range


def align(old: Sequence[str], new: Sequence[str]) -> array[int]:
    """Return for each old word the index of the same word in the new text; -1 if it was removed.

    The numbers increase. Words that were moved out of order count as removed.
    """
    matches = array("q", [-1]) * len(old)
    ids: dict[str, int] = {}
    _match([ids.setdefault(word, len(ids)) for word in old], [ids.setdefault(word, len(ids)) for word in new], matches)
    return matches


def changes(old: str, new: str) -> list[Change]:
    """Return the changes from the old text to the new text, word by word and in order.

    Case and accents count; presentation, such as kinds of quotes and soft hyphens, does not.
    """
    olds, news = Words.within(old, EXACT_WORDS), Words.within(new, EXACT_WORDS)
    found: list[Change] = []
    for a, b, c, d in _merged_gaps(gaps(align(olds.keys, news.keys), len(news.keys))):
        before, after = _span(olds, a, b), _span(news, c, d)
        kind = ChangeKind.INSERTED if a == b else ChangeKind.DELETED if c == d else ChangeKind.REPLACED
        found.append(Change(kind, before, after))
    return found


def _span(words: Words, first: int, end: int) -> Range:
    """Return the range of the text from word `first` to before word `end`.

    Without words in between, it is an empty range at the end of the word before `first`.
    """
    if first < end:
        return Range(words.starts[first], words.ends[end - 1])
    place = words.ends[first - 1] if first else 0
    return Range(place, place)


def gaps(matches: Sequence[int], count: int) -> Iterable[tuple[int, int, int, int]]:
    """Yield the gaps between matched words, each as four word numbers.

    These are the first word of the gap and the word after it in the old text, then both in the new text; they are equal
    in a text that has no words in the gap.

    Args:
        matches: For each old word, the number of the same word in the new text; -1 without a match.
        count: Number of words of the new text.
    """
    a = c = 0
    for i, j in enumerate(matches):
        if j >= 0:
            if a < i or c < j:
                yield a, i, c, j
            a, c = i + 1, j + 1
    if a < len(matches) or c < count:
        yield a, len(matches), c, count


def _merged_gaps(gaps: Iterable[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Return gaps (see `gaps`) in which replacements with at most `MAX_ISLAND` words between them are merged.

    Pure insertions and deletions stay separate.
    """
    merged: list[tuple[int, int, int, int]] = []
    for a, b, c, d in gaps:
        if merged:
            e, f, g, h = merged[-1]
            if a - f <= MAX_ISLAND and (f > e or h > g) and (b > a) and (d > c) and (f > e) and (h > g):
                merged[-1] = (e, b, g, d)
                continue
        merged.append((a, b, c, d))
    return merged


def _match(old: list[int], new: list[int], matches: array[int]) -> None:
    """Match the words of two texts chunk by chunk; write the result into `matches`.

    Words are given as numbers, equal words as equal numbers.
    """
    pieces = [(0, len(old), 0, len(new), 0)]
    while pieces:
        a, b, c, d, depth = pieces.pop()
        while a < b and c < d and old[a] == new[c]:
            matches[a] = c
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
            matches[b] = d
        if a == b or c == d:
            continue
        if depth and (b - a) * (d - c) <= MAX_PRODUCT:
            _match_whole(old, new, matches, (a, b, c, d))
        elif depth < len(RUN_LENGTHS):
            cuts = _shared_runs(old[a:b], new[c:d], RUN_LENGTHS[depth])
            i, j = a, c
            for x, y in cuts:
                pieces.append((i, a + x, j, c + y, depth + 1))
                i, j = a + x, c + y
            pieces.append((i, b, j, d, depth + 1))


def _match_whole(old: list[int], new: list[int], matches: array[int], piece: tuple[int, int, int, int]) -> None:
    """Match the words of one chunk as a whole; write the result into `matches`.

    Args:
        old: The words of the whole old text, as numbers.
        new: The words of the whole new text.
        matches: For each old word, the index of its match in the new text.
        piece: The chunk: first word and end in the old text, then in the new text.
    """
    from rapidfuzz.distance import Indel  # noqa: PLC0415 - 30 ms to import, and most articles never change

    a, b, c, d = piece
    for code in Indel.opcodes(old[a:b], new[c:d]):
        if code.tag == "equal":
            length = code.src_end - code.src_start
            first = c + code.dest_start
            matches[a + code.src_start : a + code.src_end] = array("q", range(first, first + length))


def _shared_runs(old: list[int], new: list[int], length: int) -> list[tuple[int, int]]:
    """Return the positions, in the old and in the new text, of runs of words that are unique in each (patience diff).

    Both positions increase: the longest sequence of runs that are in the same order in both texts is returned.
    """
    mine, theirs = single_runs(old, length), single_runs(new, length)
    pairs = [(i, theirs[run]) for run, i in mine.items() if i >= 0 and theirs.get(run, -1) >= 0]
    pairs.sort()
    # The longest increasing sequence: `tails` contains the smallest end of a sequence of each length.
    tails: list[int] = []
    ends: list[int] = []
    before = [-1] * len(pairs)
    for number, (_, j) in enumerate(pairs):
        place = bisect_left(tails, j)
        if place:
            before[number] = ends[place - 1]
        tails[place : place + 1] = [j]
        ends[place : place + 1] = [number]
    increasing: list[tuple[int, int]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        increasing.append(pairs[number])
        number = before[number]
    return increasing[::-1]


def single_runs(words: Sequence[T], length: int) -> dict[tuple[T, ...], int]:
    """Return all runs of `length` words with the index of their first word; -1 for a run that occurs several times."""
    runs: dict[tuple[T, ...], int] = {}
    for place, run in enumerate(zip(*(words[shift:] for shift in range(length)), strict=False)):
        runs[run] = -1 if run in runs else place
    return runs

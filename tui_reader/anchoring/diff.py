"""Which words of one text are which of another: the longest common subsequence, in pieces where texts are long."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.normalization import Words, normalized
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WHOLE = 300_000_000
"""Product of two lengths in words up to which both are compared at once: the bit matrix then takes 38 MB."""
RUNS = (6, 3, 1)
"""Lengths of the runs of words, once in either text, at which texts are cut into pieces: by the first one always, as a
longest subsequence alone likes to gather its words from everywhere; by the others while pieces are too large."""
ISLAND = 2
"""Words between two changes that are shown as changed too when there are no more of them: “, the” unites nothing."""


class ChangeKind(StrEnum):
    """What happened to a stretch of text."""

    INSERTED = "inserted"
    DELETED = "deleted"
    REPLACED = "replaced"


class Change(NamedTuple):
    """A stretch of the old text that became a stretch of the new one. Either may be empty, not both."""

    kind: ChangeKind
    old: Range
    new: Range


def align(old: Sequence[str], new: Sequence[str]) -> array[int]:
    """For each word of the old text the number of the same word in the new one, -1 where it is gone.

    The numbers rise. Words that stand elsewhere in the new text, out of order, count as gone.
    """
    matches = array("q", [-1]) * len(old)
    ids: dict[str, int] = {}
    _match([ids.setdefault(word, len(ids)) for word in old], [ids.setdefault(word, len(ids)) for word in new], matches)
    return matches


def changes(old: str, new: str) -> list[Change]:
    """What a reader of the old text finds changed in the new one, word by word, in order.

    Case counts, the kind of quotes, dashes and white space does not.
    """
    olds, news = Words.of(_fold_keeping_case(old)), Words.of(_fold_keeping_case(new))
    found: list[Change] = []
    for a, b, c, d in _united(gaps(align(olds.keys, news.keys), len(news.keys))):
        before, after = _span(olds, a, b), _span(news, c, d)
        kind = ChangeKind.INSERTED if a == b else ChangeKind.DELETED if c == d else ChangeKind.REPLACED
        found.append(Change(kind, before, after))
    return found


def _fold_keeping_case(text: str) -> str:
    folded = normalized(text)
    return "".join(a if b == a.lower() else b for a, b in zip(text, folded, strict=True))


def _span(words: Words, first: int, end: int) -> Range:
    """The range of some words; of none, the place behind the word before."""
    if first < end:
        return Range(words.starts[first], words.ends[end - 1])
    place = words.ends[first - 1] if first else 0
    return Range(place, place)


def gaps(matches: Sequence[int], count: int) -> Iterable[tuple[int, int, int, int]]:
    """What lies between the matched words: from and to in the old text, from and to in the new one."""
    a = c = 0
    for i, j in enumerate(matches):
        if j >= 0:
            if a < i or c < j:
                yield a, i, c, j
            a, c = i + 1, j + 1
    if a < len(matches) or c < count:
        yield a, len(matches), c, count


def _united(gaps: Iterable[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Gaps, those made one that only an island parts. Islands between two pure insertions or deletions stay."""
    united: list[tuple[int, int, int, int]] = []
    for a, b, c, d in gaps:
        if united:
            e, f, g, h = united[-1]
            if a - f <= ISLAND and (f > e or h > g) and (b > a) and (d > c) and (f > e) and (h > g):
                united[-1] = (e, b, g, d)
                continue
        united.append((a, b, c, d))
    return united


def _match(old: list[int], new: list[int], matches: array[int]) -> None:
    """Fill in the matches, piece by piece."""
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
        if depth and (b - a) * (d - c) <= WHOLE:
            _match_whole(old, new, matches, (a, b, c, d))
        elif depth < len(RUNS):
            cuts = _shared_runs(old[a:b], new[c:d], RUNS[depth])
            i, j = a, c
            for x, y in cuts:
                pieces.append((i, a + x, j, c + y, depth + 1))
                i, j = a + x, c + y
            pieces.append((i, b, j, d, depth + 1))


def _match_whole(old: list[int], new: list[int], matches: array[int], piece: tuple[int, int, int, int]) -> None:
    from rapidfuzz.distance import Indel  # noqa: PLC0415 - 30 ms, and most articles never change

    a, b, c, d = piece
    for code in Indel.opcodes(old[a:b], new[c:d]):
        if code.tag == "equal":
            length = code.src_end - code.src_start
            first = c + code.dest_start
            matches[a + code.src_start : a + code.src_end] = array("q", range(first, first + length))


def _shared_runs(old: list[int], new: list[int], length: int) -> list[tuple[int, int]]:
    """Where runs of words stand that either text has just once, as far as they keep their order (patience diff)."""
    mine, theirs = _single_runs(old, length), _single_runs(new, length)
    pairs = [(i, theirs[run]) for run, i in mine.items() if i >= 0 and theirs.get(run, -1) >= 0]
    pairs.sort()
    # The longest rising sequence: `tails` holds the least end of a sequence of each length.
    tails: list[int] = []
    ends: list[int] = []
    before = [-1] * len(pairs)
    for number, (_, j) in enumerate(pairs):
        place = bisect_left(tails, j)
        if place:
            before[number] = ends[place - 1]
        tails[place : place + 1] = [j]
        ends[place : place + 1] = [number]
    rising: list[tuple[int, int]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        rising.append(pairs[number])
        number = before[number]
    return rising[::-1]


def _single_runs(words: list[int], length: int) -> dict[tuple[int, ...], int]:
    """Runs of words with where each begins; -1 for one that comes again."""
    runs: dict[tuple[int, ...], int] = {}
    for place, run in enumerate(zip(*(words[shift:] for shift in range(length)), strict=False)):
        runs[run] = -1 if run in runs else place
    return runs

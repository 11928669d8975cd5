"""Marks: highlights as the pane knows them, found by offset however many there are."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from heapq import heappop, heappush
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Rank: TypeAlias = Any
"""Tells which of two marks lies on top: the greater one. All of one index can be compared, and no two are equal."""

_CHUNK = 64
"""Marks that are looked at together; a chunk of twice as many is parted."""
_start = itemgetter(0)
_end = itemgetter(1)


class Mark(NamedTuple):
    """A highlight."""

    id: str
    start: int
    end: int
    colour: int
    """1 to 5."""
    note: str = ""
    """Markdown."""
    tags: tuple[str, ...] = ()
    uncertain: bool = False
    """Whether the text around it has changed since it was made."""

    @property
    def speaks(self) -> bool:
        """Whether there is anything to read about it."""
        return bool(self.note or self.tags)


class Run(NamedTuple):
    """A stretch of the text under the same marks."""

    start: int
    end: int
    mark: Mark
    """The one on top."""
    under: Mark | None
    """The one right below it; None where it is the only one."""


_Entry: TypeAlias = tuple[int, int, Rank, Mark]
"""Start, end, rank, and the mark itself."""


class MarkIndex:
    """Marks by the place where they stand.

    They lie in chunks, by start; a chunk that does not reach a place is passed over. 5,000 marks are indexed in some
    5 ms, asked for a row's in some 10 us, and changed in 20 us a mark, however many there are.

    Args:
        marks: Where marks overlap, a later one lies on top of an earlier one.
        ranks: Of each mark, where marks will be changed; any that say the same otherwise.
    """

    def __init__(self, marks: Sequence[Mark] = (), ranks: Sequence[Rank] | None = None) -> None:
        starts, ends = map(itemgetter(1), marks), map(itemgetter(2), marks)
        numbered = zip(starts, ends, range(len(marks)) if ranks is None else ranks, marks, strict=True)
        entries = sorted([entry for entry in numbered if entry[0] < entry[1]])
        self._chunks = [entries[first : first + _CHUNK] for first in range(0, len(entries), _CHUNK)]
        self._by_id = {entry[3][0]: entry for entry in entries}
        self._reach = [max(map(_end, chunk)) for chunk in self._chunks]
        """The furthest end of each chunk."""
        self._speaking: tuple[Mark, ...] | None = None
        self._summarize()

    def _summarize(self) -> None:
        self._firsts = [chunk[0][:3] for chunk in self._chunks]
        self._before = list(accumulate(map(len, self._chunks), initial=0))
        """Marks before each chunk, and in all."""

    def change(self, gone: Iterable[str], put: Iterable[tuple[Mark, Rank]]) -> None:
        """Take marks out by their ids, and put others in."""
        for mark_id in gone:
            entry = self._by_id.pop(mark_id, None)
            if entry is not None:
                self._remove(entry)
                self._note(entry[3])
        for mark, rank in put:
            if mark.start < mark.end:
                entry = self._by_id[mark.id] = (mark.start, mark.end, rank, mark)
                self._insert(entry)
                self._note(mark)

    def _note(self, mark: Mark) -> None:
        if mark.speaks:
            self._speaking = None

    def _remove(self, entry: _Entry) -> None:
        number = self._chunk_of(entry)
        chunk = self._chunks[number]
        del chunk[bisect_left(chunk, entry)]
        self._part(number)

    def _insert(self, entry: _Entry) -> None:
        if not self._chunks:
            self._chunks, self._reach = [[]], [0]
        number = self._chunk_of(entry)
        insort(self._chunks[number], entry)
        self._part(number)

    def _part(self, number: int) -> None:
        """Bring what is known of a changed chunk up to date; a long one becomes two, an empty one goes."""
        chunk = self._chunks[number]
        parts = [chunk] if len(chunk) < 2 * _CHUNK else [chunk[:_CHUNK], chunk[_CHUNK:]]
        parts = [part for part in parts if part]
        self._chunks[number : number + 1] = parts
        self._reach[number : number + 1] = [max(map(_end, part)) for part in parts]
        self._summarize()

    def _chunk_of(self, entry: _Entry) -> int:
        return max(bisect_right(self._firsts, entry[:3]) - 1, 0)

    def __len__(self) -> int:
        return self._before[-1]

    def __iter__(self) -> Iterator[Mark]:
        return (entry[3] for chunk in self._chunks for entry in chunk)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """All that cover any text, by start."""
        return tuple(self)

    @property
    def speaking(self) -> tuple[Mark, ...]:
        """Those that have something to say, by start; the same tuple as long as nothing of it has changed."""
        if self._speaking is None:
            self._speaking = tuple([mark for mark in self if mark.note or mark.tags])
        return self._speaking

    def get(self, mark_id: str) -> Mark | None:
        """A mark by its id."""
        entry = self._by_id.get(mark_id)
        return None if entry is None else entry[3]

    def number(self, mark_id: str) -> int | None:
        """Place of a mark among all, by start."""
        entry = self._by_id.get(mark_id)
        if entry is None:
            return None
        number = self._chunk_of(entry)
        return self._before[number] + bisect_left(self._chunks[number], entry)

    def at(self, number: int) -> Mark:
        """A mark by its place among all."""
        chunk = bisect_right(self._before, number) - 1
        return self._chunks[chunk][number - self._before[chunk]][3]

    def first_from(self, offset: int) -> int:
        """Number of the first mark that begins at an offset or behind it; the count of marks where none does."""
        number = max(bisect_left(self._firsts, offset, key=_start) - 1, 0)
        if number >= len(self._chunks):
            return 0
        return self._before[number] + bisect_left(self._chunks[number], offset, key=_start)

    def within(self, start: int, end: int) -> list[Mark]:
        """Marks that share a character with a range, by start."""
        return [entry[3] for entry in self._entries(start, end)]

    def stacked(self, start: int, end: int) -> list[Mark]:
        """Marks that share a character with a range, the topmost first."""
        return [entry[3] for entry in sorted(self._entries(start, end), key=itemgetter(2), reverse=True)]

    def _entries(self, start: int, end: int) -> Iterator[_Entry]:
        behind = bisect_left(self._firsts, end, key=_start)
        for chunk, reach in zip(self._chunks[:behind], self._reach, strict=False):
            if reach > start:
                for entry in chunk:
                    if entry[0] >= end:
                        break
                    if entry[1] > start:
                        yield entry

    def runs(self, start: int, end: int, top: str = "") -> list[Run]:
        """What is painted of a range: its marked stretches, in order, each under one mark or the same two on top.

        Args:
            start: First code point.
            end: Code point behind the last.
            top: Id of a mark that lies above all others.
        """
        entries = list(self._entries(start, end))
        # By their place from the top: a rank is anything that can be compared.
        depths = {
            entry[3][0]: depth
            for depth, entry in enumerate(sorted(entries, key=itemgetter(2), reverse=True))
            if entry[3][0] != top
        }
        bounds = sorted({start, end, *(at for entry in entries for at in entry[:2] if start < at < end)})
        waiting: list[tuple[int, int]] = []
        result: list[Run] = []
        entered = 0
        for low, high in pairwise(bounds):
            while entered < len(entries) and entries[entered][0] <= low:
                heappush(waiting, (depths.get(entries[entered][3][0], -1), entered))
                entered += 1
            over, under = _topmost(waiting, entries, low)
            if over is not None:
                result.append(Run(low, high, over, under))
        return result


def _topmost(waiting: list[tuple[int, int]], entries: Sequence[_Entry], offset: int) -> tuple[Mark | None, Mark | None]:
    """The two topmost marks at an offset, those that have ended dropped on the way."""
    first = _drop_ended(waiting, entries, offset)
    if first is None:
        return None, None
    kept = heappop(waiting)
    second = _drop_ended(waiting, entries, offset)
    heappush(waiting, kept)
    return first, second


def _drop_ended(waiting: list[tuple[int, int]], entries: Sequence[_Entry], offset: int) -> Mark | None:
    while waiting:
        entry = entries[waiting[0][1]]
        if entry[1] > offset:
            return entry[3]
        heappop(waiting)
    return None

"""From a passage of an old text to where its words stand in a new one: letter by letter, wherever they were taken."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.anchoring import moves
from tui_reader.anchoring.diff import align
from tui_reader.anchoring.scores import quote_similarity
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tui_reader.document.normalization import Words

TORN = 150
"""Characters without a word of the old passage that part two of its pieces: a long sentence."""
SPELT = 150
"""Characters of a gap that is compared letter by letter at most: in more, letters are alike by chance."""
REWRITTEN = 0.5
"""Least likeness of words to what they may have become."""
RULE = 3
"""Letters that a run of one sign, such as a rule of dashes, is worth at most: finding it again says little."""


class _Piece(NamedTuple):
    """A stretch of words or of one word, and where it stands in the new text."""

    old: Range
    new: Range
    worth: int


class Part(NamedTuple):
    """A part of a passage whose words stand together in the new text."""

    old: Range
    """From its first to its last word in the old text."""
    new: Range
    share: float
    """How much of the passage it is, in letters."""


class Mapping:
    """Where the words of an old text are in a new one."""

    def __init__(self, old: Words, new: Words, *, moved: bool = False) -> None:
        """Compare two texts; 10,000 words take 60 ms.

        Args:
            old: The words of the old text.
            new: The words of the new one.
            moved: Whether words may have been moved, too.
        """
        self._old, self._new = old, new
        self._spelt: dict[int, list[_Piece]] = {}
        self._twins: set[int] = set()
        self.matches = align(old.keys, new.keys)
        moves.slide(old, new, self.matches)
        if moved:
            moves.drop_islands(old, new, self.matches)
            self._twins = moves.twins(old, moves.add_moved(old, new, self.matches))
            moves.rejoin(old, new, self.matches)
        self.sources = array("q", [-1]) * len(new.keys)
        """For each word of the new text the number of the same word in the old one, -1 where it is new."""
        for i, j in enumerate(self.matches):
            if j >= 0:
                self.sources[j] = i

    def follow(self, passage: Range) -> list[Part]:
        """Where the parts of a passage stand now, the largest first."""
        old = self._old
        words = within(old, passage)
        total = sum(_worth(old, i, passage) for i in range(words.start, words.end))
        clusters = _clusters(self._runs(words, passage))
        parts = []
        for pieces in clusters:
            stretch = Range(min(piece.old.start for piece in pieces), max(piece.old.end for piece in pieces))
            share = sum(piece.worth for piece in pieces) / total
            parts.append(Part(stretch, Range(pieces[0].new.start, pieces[-1].new.end), share))
        parts.sort(key=lambda part: -part.share)
        if parts:
            parts[0] = parts[0]._replace(new=self._extended(words, parts[0], passage))
        return parts

    def has_twin(self, passage: Range) -> bool:
        """Whether the old text has words of a passage twice, and one or the other was moved."""
        words = within(self._old, passage)
        return bool(self._twins) and not self._twins.isdisjoint(range(words.start, words.end))

    def _extended(self, words: Range, part: Part, passage: Range) -> Range:
        """Where a part stands with what the words at its ends may have become."""
        old, new, matches = self._old, self._new, self.matches
        start, end = part.new
        first, last = bisect_right(old.ends, part.old.start), bisect_left(old.starts, part.old.end) - 1
        if passage.start <= old.starts[words.start]:
            inner = bisect_right(new.ends, start)
            if first == words.start:
                lost, became = Range(first, first + 1), Range(inner, inner + 1)
            else:
                before = matches[words.start - 1] if words.start else -1
                lost, became = Range(words.start, first), Range(before + 1 if before >= 0 else inner, inner)
            if start > new.starts[became.start] and self._is_alike(lost, became):
                start = new.starts[became.start]
        if passage.end >= old.ends[words.end - 1]:
            inner = bisect_left(new.ends, end)
            if last == words.end - 1:
                lost, became = Range(last, last + 1), Range(inner, inner + 1)
            else:
                behind = matches[words.end] if words.end < len(matches) else -1
                lost, became = Range(last + 1, words.end), Range(inner + 1, behind)
            if became.end > 0 and end < new.ends[became.end - 1] and self._is_alike(lost, became):
                end = new.ends[became.end - 1]
        return Range(start, end)

    def _is_alike(self, lost: Range, became: Range) -> bool:
        """Whether some words may be a rewriting of others: a typing error mended, an ending changed."""
        if became.start >= became.end:
            return False
        return (
            quote_similarity("".join(self._old.keys[slice(*lost)]), "".join(self._new.keys[slice(*became)]))
            >= REWRITTEN
        )

    def _runs(self, words: Range, passage: Range) -> Iterator[_Piece]:
        """What is left of some words, those in one piece that follow each other in both texts."""
        old, new, matches = self._old, self._new, self.matches
        i = words.start
        while i < words.end:
            j = matches[i]
            if j < 0 or old.starts[i] < passage.start or old.ends[i] > passage.end:
                yield from self._pieces(i, passage)
                i += 1
                continue
            first = i
            worth = 0
            while i < words.end and matches[i] == j + i - first and old.ends[i] <= passage.end:
                worth += _worth(old, i, passage)
                i += 1
            place = Range(new.starts[j], new.ends[j + i - first - 1])
            yield _Piece(Range(old.starts[first], old.ends[i - 1]), place, worth)

    def _pieces(self, word: int, passage: Range) -> Iterator[_Piece]:
        """What is left of a word, as far as it is within a passage."""
        old, new = self._old, self._new
        j = self.matches[word]
        if j < 0:
            whole = self._letters(word)
        else:
            place = Range(old.starts[word], old.ends[word])
            whole = [_Piece(place, Range(new.starts[j], new.ends[j]), _worth(old, word, passage))]
        for piece in whole:
            start, end = max(piece.old.start, passage.start), min(piece.old.end, passage.end)
            if start < end:
                first = min(piece.new.start + start - piece.old.start, piece.new.end - 1)
                last = max(piece.new.end - (piece.old.end - end), first + 1)
                worth = min(piece.worth, end - start)
                # Of a run of signs that became shorter, a part may be gone.
                if (start, end) != piece.old:
                    worth = min(worth, last - first)
                yield _Piece(Range(start, end), Range(first, last), worth)

    def _letters(self, word: int) -> list[_Piece]:
        """The letters that are left of a word that is gone: it was torn, mended, or written together with another."""
        if word not in self._spelt:
            matches = self.matches
            first, end = word, word + 1
            while first > 0 and matches[first - 1] < 0:
                first -= 1
            while end < len(matches) and matches[end] < 0:
                end += 1
            self._spelt |= {i: [] for i in range(first, end)}
            start = matches[first - 1] + 1 if first else 0
            stop = matches[end] if end < len(matches) else len(self._new.keys)
            if start < stop and all(self.sources[j] < 0 for j in range(start, min(stop, start + SPELT))):
                self._spell(Range(first, end), Range(start, stop))
        return self._spelt[word]

    def _spell(self, lost: Range, became: Range) -> None:
        """Compare the letters of words that are gone with those of the words that came for them."""
        from rapidfuzz.distance import Indel  # noqa: PLC0415 - see scoring

        olds, news = self._old, self._new
        if olds.ends[lost.end - 1] - olds.starts[lost.start] > SPELT:
            return
        if news.ends[became.end - 1] - news.starts[became.start] > SPELT:
            return
        old, new = _letters(olds, lost, "\0"), _letters(news, became, "\1")
        spelt = self._spelt
        for code in Indel.opcodes([letter for letter, _, _ in old], [letter for letter, _, _ in new]):
            length = code.src_end - code.src_start
            at_edge = code.src_start == code.dest_start == 0 or (code.src_end, code.dest_end) == (len(old), len(new))
            # A single letter is met by chance.
            if code.tag == "equal" and (length > 1 or at_edge):
                for step in range(length):
                    _, word, at = old[code.src_start + step]
                    place = new[code.dest_start + step][2]
                    spelt[word].append(_Piece(Range(at, at + 1), Range(place, place + 1), 1))
        for word in range(*lost):
            if 2 * len(spelt[word]) <= olds.ends[word] - olds.starts[word]:
                spelt[word] = []


def within(words: Words, place: Range) -> Range:
    """Numbers of the words that share a character with a range."""
    return Range(bisect_right(words.ends, place.start), bisect_left(words.starts, place.end))


def _worth(words: Words, word: int, passage: Range) -> int:
    """What finding a word again says, as far as it is within a passage."""
    start, end = words.starts[word], words.ends[word]
    if start < passage.start or end > passage.end:
        start, end = max(start, passage.start), min(end, passage.end)
    length = end - start
    return length if length <= RULE or words.keys[word][0].isalnum() else RULE


def _letters(words: Words, which: Range, missing: str) -> list[tuple[str, int, int]]:
    """The letters of some words, each with the number of its word and where it stands."""
    letters = []
    for word in range(*which):
        key, start, end = words.keys[word], words.starts[word], words.ends[word]
        # Composed letters are fewer than the text has, and signs that were folded to one stand for several.
        letters += [(key[step] if step < len(key) else missing, word, start + step) for step in range(end - start)]
    return letters


def _clusters(pieces: Iterable[_Piece]) -> list[list[_Piece]]:
    """Pieces that stand together in the new text, in its order."""
    clusters: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda each: each.new):
        if clusters and piece.new.start - clusters[-1][-1].new.end < TORN:
            clusters[-1].append(piece)
        else:
            clusters.append([piece])
    return clusters

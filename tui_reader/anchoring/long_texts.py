"""Resolution of anchors in long texts, such as books, one piece at a time.

Comparing whole books word by word takes 16 s and 1.3 GB for 1.4 million words. So the piece of the old text that
contained a passage is located first: as an unchanged piece, else between the lines that both texts have, else in the
section with the same key. Only these ranges are compared. If the passage is not found there, the whole text is searched
for the unchanged passage with unchanged context.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from statistics import median_low
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.anchoring.description import CONTEXT, fingerprint
from tui_reader.anchoring.resolution import Resolver
from tui_reader.document.cooperative import yield_gil
from tui_reader.document.pieces import around
from tui_reader.model.annotation import Placement, PlaceState
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui_reader.document.pieces import Piece
    from tui_reader.model.anchor import Anchor

DISTINCT = 400
"""Minimum number of code points of an unchanged piece that is recognized even if its section has another key."""
LINE = 24
"""Minimum number of code points of a line by which a piece is located."""
SAMPLES = 12
"""Number of samples of a piece, at equal distances, that are searched if few of its lines are found in the text."""
SAMPLE = 60
"""Number of code points of a sample."""
MARGIN = 1_500
"""Number of code points that are searched before and after the range of a piece."""
WINDOW = 20_000
"""Number of code points around a place that are searched for a passage whose old text was not kept."""
MAX_RESOLVERS = 4
"""Maximum number of comparisons of pieces that are kept; one takes up to 20 MB."""
MIN_SHARE = 0.25
"""If the lines of a piece that occur once in the new text have a smaller share of its characters than this, samples of
the piece are searched too."""


class OldPiece(NamedTuple):
    """A part of the text in which a passage was marked: consecutive pieces, joined."""

    start: int
    """Offset of the first piece in the old text."""
    text: str
    key: str = ""
    """`Section.key` of the section that the first piece belongs to; empty if it has none."""


def cut_around(anchor: Anchor, text: str, pieces: Sequence[Piece]) -> OldPiece:
    """Return the part of an old text that contains a passage: the pieces that it touches, joined.

    Without such a piece, the part is the whole text.

    Args:
        anchor: The passage.
        text: The old text.
        pieces: The pieces of the old text.
    """
    found = around(pieces, anchor.start, anchor.end)
    start, end = (found[0].start, found[-1].end) if found else (0, len(text))
    return OldPiece(start, text[start:end], found[0].key if found else "")


class LongTextResolver:
    """Resolves anchors in one long text; data that several anchors need is computed once, at its first use.

    Anchors should come in the order of the old text: only the last comparisons of pieces are kept, see `MAX_RESOLVERS`.
    """

    def __init__(self, text: str, pieces: Sequence[Piece]) -> None:
        """Create the resolver.

        Args:
            text: The text to search.
            pieces: Its pieces in order, see `document.pieces`.
        """
        self._text = text
        self._pieces = pieces
        self.fingerprint = fingerprint(text)
        self._resolvers: dict[tuple[Range, str], Resolver] = {}
        self._places: dict[OldPiece, Range | None] = {}

    def place(self, anchor: Anchor, old: OldPiece | None = None) -> Placement:
        """Return the position of an anchor's passage in the text; it has no range if it is uncertain.

        Args:
            anchor: The passage to find.
            old: The part of the old text that contained the passage; None if it was not kept.
        """
        yield_gil()
        if anchor.fingerprint == self.fingerprint and self._text[anchor.start : anchor.end] == anchor.exact:
            return self._unchanged(anchor, anchor.start)
        if old is None or old.text[anchor.start - old.start : anchor.end - old.start] != anchor.exact:
            return self._searched(anchor)
        if (distance := self._distance(old)) is not None:
            return self._unchanged(anchor, anchor.start + distance)
        found = [self._compared(anchor, old, where) for where in self._likely_places(old)]
        best = next((each for each in found if each.is_certain), None)
        if best is not None:
            return best
        if (start := self._only_occurrence(anchor, old.text)) is not None:
            return self._unchanged(anchor, start)
        return max(found, key=lambda each: each.score, default=None) or self._orphan(anchor)

    def _distance(self, old: OldPiece) -> int | None:
        """Return by how many code points an unchanged piece was moved; None if the text does not identify it.

        It is identified if it occurs once in sections with its key, or if it has at least `DISTINCT` code points and
        occurs once in the text.
        """
        same = self._by_text.get(old.text.rstrip("\n"), [])
        named = [piece for piece in same if piece.key == old.key] if old.key else []
        if len(named) == 1 or (len(same) == 1 and len(old.text) >= DISTINCT):
            return (named or same)[0].start - old.start
        return None

    @cached_property
    def _by_text(self) -> dict[str, list[Piece]]:
        """Return the pieces by their texts; line feeds at the end do not count, since the last piece has none."""
        found: defaultdict[str, list[Piece]] = defaultdict(list)
        for piece in self._pieces:
            found[self._text[piece.start : piece.end].rstrip("\n")].append(piece)
            yield_gil()
        return dict(found)

    def _likely_places(self, old: OldPiece) -> Iterator[Range]:
        """Yield the ranges of the text that may contain a changed piece, the likeliest first.

        That is the range around lines of the piece; then the section with the key of the piece, if it is elsewhere.
        """
        if old not in self._places:
            self._places[old] = self._place_by_lines(old)
        by_lines = self._places[old]
        named = [piece for piece in self._pieces if old.key and piece.key == old.key]
        if by_lines is not None:
            yield by_lines
        if named and (by_lines is None or by_lines.end <= named[0].start or named[-1].end <= by_lines.start):
            yield Range(named[0].start, named[-1].end)

    def _place_by_lines(self, old: OldPiece) -> Range | None:
        """Return the range that a changed piece probably has in the text, extended by `MARGIN` on both sides.

        It is estimated from the lines and samples of the piece that occur once in the text, without those that were
        moved much farther than most. None if there are none.
        """
        matches = list(self._matching_lines(old.text))
        if sum(length for _, _, length in matches) < MIN_SHARE * len(old.text):
            matches += self._matching_samples(old.text)
        if not matches:
            return None
        usual = median_low([new - at for at, new, length in matches for _ in range(1 + length // 200)])
        kept = [(at, new) for at, new, _ in matches if abs(new - at - usual) <= len(old.text)]
        first, last = min(kept), max(kept)
        start = min(first[1] - first[0], *(new for _, new in kept)) - MARGIN
        end = max(last[1] + len(old.text) - last[0], *(new for _, new in kept)) + MARGIN
        return Range(max(0, start), min(end, len(self._text)))

    def _matching_lines(self, old: str) -> Iterator[tuple[int, int, int]]:
        """Yield for each line of a piece that occurs once in the text its offsets in piece and text, and its length."""
        for at, line in _lines(old):
            new = self._line_places.get(line, -1)
            if new >= 0:
                yield at, new, len(line)

    @cached_property
    def _line_places(self) -> dict[str, int]:
        """Return the offsets of the text's lines by their content; -1 for lines that occur more than once."""
        places: dict[str, int] = {}
        for at, line in _lines(self._text):
            places[line] = -1 if line in places else at
            yield_gil()
        return places

    def _matching_samples(self, old: str) -> Iterator[tuple[int, int, int]]:
        """Yield for each sample of a piece that occurs once in the text its offsets in both texts, and its length."""
        for at in range(0, len(old) - SAMPLE, max(1, len(old) // SAMPLES)):
            yield_gil()
            sample = old[at : at + SAMPLE]
            new = self._text.find(sample)
            if new >= 0 and self._text.find(sample, new + 1) < 0:
                yield at, new, SAMPLE

    def _compared(self, anchor: Anchor, old: OldPiece, where: Range) -> Placement:
        """Return the position of a passage in a range of the text, by a comparison with the old piece."""
        key = (where, old.text)
        if key not in self._resolvers:
            if len(self._resolvers) >= MAX_RESOLVERS:
                self._resolvers.clear()
            self._resolvers[key] = Resolver(self._text[where.start : where.end], old.text)
        moved = anchor._replace(start=anchor.start - old.start, end=anchor.end - old.start, fingerprint="")
        return self._in_text(self._resolvers[key].place(moved), anchor, where.start)

    def _only_occurrence(self, anchor: Anchor, old: str) -> int | None:
        """Return the offset of a passage that occurs exactly once in the text with its unchanged context.

        None if it does not, if the old text contains it twice, or if the context is shorter than `CONTEXT`.
        """
        whole = anchor.prefix + anchor.exact + anchor.suffix
        if len(whole) - len(anchor.exact) < CONTEXT or old.count(whole) > 1:
            return None
        start = self._text.find(whole)
        return start + len(anchor.prefix) if start >= 0 and self._text.find(whole, start + 1) < 0 else None

    def _searched(self, anchor: Anchor) -> Placement:
        """Return the position of a passage whose old text was not kept.

        The search covers the text around its old position, and around occurrences of its words and of its context.
        """
        if (start := self._only_occurrence(anchor, "")) is not None:
            return self._unchanged(anchor, start)
        places = {anchor.start, *self._occurrences(anchor.exact)}
        for words, distance in ((anchor.prefix, len(anchor.prefix)), (anchor.suffix, -len(anchor.exact))):
            places.update(at + distance for at in self._occurrences(words) if len(words) >= CONTEXT)
        found: list[Placement] = []
        for middle in sorted(places):
            low = max(0, min(middle, len(self._text)) - WINDOW)
            window = self._text[low : middle + len(anchor.exact) + WINDOW]
            here = Resolver(window).place(anchor._replace(start=anchor.start - low, end=anchor.end - low))
            found.append(self._in_text(here, anchor, low))
        ranges = dict.fromkeys(each.range for each in found if each.is_certain)
        if len(ranges) == 1:
            return next(each for each in found if each.is_certain)
        best = max(found, key=lambda each: each.score)
        state = PlaceState.AMBIGUOUS if ranges else best.state
        return Placement(0, 0, state, best.score, self.fingerprint, anchor.key, tuple(ranges) or best.candidates)

    def _occurrences(self, words: str, most: int = 5) -> Iterator[int]:
        """Yield the offsets of the first `most` occurrences of some words; none if they are blank."""
        at = self._text.find(words) if words.strip() else -1
        while at >= 0 and most:
            yield at
            at, most = self._text.find(words, at + 1), most - 1

    def _in_text(self, found: Placement, anchor: Anchor, distance: int) -> Placement:
        """Convert a placement in a part of the text, which begins at `distance`, to a placement in the whole text."""
        return found._replace(
            start=found.start + distance if found.is_certain else 0,
            end=found.end + distance if found.is_certain else 0,
            fingerprint=self.fingerprint,
            anchor=anchor.key,
            candidates=tuple(Range(each.start + distance, each.end + distance) for each in found.candidates),
        )

    def _unchanged(self, anchor: Anchor, start: int) -> Placement:
        """Return the placement of a passage that is unchanged at an offset."""
        end = start + len(anchor.exact)
        return Placement(start, end, PlaceState.ANCHORED, 1.0, self.fingerprint, anchor.key)

    def _orphan(self, anchor: Anchor) -> Placement:
        """Return the placement of a passage that is nowhere in the text."""
        return Placement(0, 0, PlaceState.ORPHAN, 0.0, self.fingerprint, anchor.key)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text with at least `LINE` code points, with their offsets."""
    at = 0
    for line in text.split("\n"):
        if len(line) >= LINE:
            yield at, line
        at += len(line) + 1

"""A document that shows a text with its changes: added words, and removed words at their former positions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import BlockKind, DocumentBuilder, Span, SpanKind, Structure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui_reader.document.blocks import Block, Document


class TextChange(NamedTuple):
    """A range of a text that has replaced other words."""

    gone: str
    """The removed words; empty for a pure addition."""
    start: int
    end: int
    """End of the range of the added words; `start` for a pure removal."""


class ComparisonDocument:
    """A text merged with the words removed from the earlier text, and a mapping between offsets."""

    def __init__(self, document: Document, altered: Sequence[TextChange]) -> None:
        """Merge the removed words of the changes `altered`, sorted by offset, into a document."""
        self.original = document
        self._starts = [each.start for each in altered]
        self._lengths = [0, *accumulate(len(each.gone) for each in altered)]
        self.changes = tuple(
            (each.start + before, each.end + before + len(each.gone))
            for each, before in zip(altered, self._lengths, strict=False)
        )
        """The range of each change in the merged document: the removed words, then the added words."""
        structure = Structure(document)
        builder = DocumentBuilder()
        first = 0
        for index, block in enumerate(document.blocks):
            last = first
            is_final = index == len(document.blocks) - 1
            while last < len(altered) and (altered[last].start <= block.end or is_final):
                last += 1
            # The previous change may have begun in an earlier block and reach into this one.
            here = [each for each in altered[max(0, first - 1) : last] if each.end >= block.start]
            builder.add(*_merged(document.text, block, altered[first:last], here, structure.spans_of(index)))
            first = last
        self.document = builder.build(document.metadata, title_block=document.title_block, tail=document.tail)

    def shown_at(self, offset: int) -> int:
        """Return the offset in the merged document of an offset in the original text."""
        return offset + self._lengths[bisect_right(self._starts, offset)]

    def original_at(self, offset: int) -> int:
        """Return the offset in the original text of an offset in the merged document.

        An offset within removed words maps to the next code point of the original.
        """
        return bisect_left(range(len(self.original.text)), offset, key=self.shown_at)

    def step(self, offset: int, by: int) -> int | None:
        """Return the index in `changes` of the change `by` changes after an offset; a negative `by` counts back.

        If there are fewer changes in that direction, the farthest one; None if there are none.
        """
        count = len(self.changes)
        if by > 0:
            number = min(bisect_right(self.changes, offset, key=_start) + by, count) - 1
            return number if number >= 0 and self.changes[number][0] > offset else None
        number = bisect_left(self.changes, offset, key=_start)
        return max(number + by, 0) if number else None


def _start(change: tuple[int, int]) -> int:
    return change[0]


def _merged(
    text: str, block: Block, gone: Sequence[TextChange], here: Sequence[TextChange], spans: Iterable[Span]
) -> tuple[Block, str, list[Span]]:
    """Return a block with the removed words reinserted, the text of that block, and its spans.

    The spans are those of the original block, and further ones that mark added and removed words.

    Offsets of the returned block and spans count from the start of the returned text.

    Args:
        text: The text of the whole document.
        block: The block; its offsets count from the start of `text`.
        gone: The changes whose removed words belong into this block.
        here: The changes whose added words overlap this block.
        spans: The spans of the block.
    """
    cuts = [(min(max(each.start, block.start), block.end), each.gone) for each in gone if each.gone]

    def place(offset: int, *, behind: bool) -> int:
        """Convert an offset of `text`; for words removed just there, return their end if `behind`, else their start."""
        before = sum(len(words) for at, words in cuts if at < offset or (behind and at == offset))
        return offset - block.start + before

    parts: list[str] = []
    found: list[Span] = []
    at = block.start
    for start, words in cuts:
        parts += [text[at:start], words]
        low = place(start, behind=False)
        found.append(Span(SpanKind.DELETED, low, low + len(words)))
        at = start
    parts.append(text[at : block.end])
    for each in here:
        low, high = max(each.start, block.start), min(each.end, block.end)
        if low < high:
            found.append(Span(SpanKind.INSERTED, place(low, behind=True), place(high, behind=False)))
    found.extend(
        Span(span.kind, place(span.start, behind=True), place(span.end, behind=False), span.target) for span in spans
    )
    if cuts and block.table is not None:
        # A table's cells are ranges, into which no removed words can be inserted.
        block = block._replace(kind=BlockKind.PARAGRAPH, table=None)
    elif block.table is not None:
        rows = tuple(
            tuple(cell._replace(start=cell.start - block.start, end=cell.end - block.start) for cell in row)
            for row in block.table.rows
        )
        block = block._replace(table=block.table._replace(rows=rows))
    return block, "".join(parts), found

"""A document that shows another one with what is new in it, and with what is gone from it in its old place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import BlockKind, DocumentBuilder, Span, SpanKind
from tui_reader.document.structure import Structure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui_reader.document.blocks import Block, Document


class Altered(NamedTuple):
    """A stretch of a text that was another one before."""

    gone: str
    """What stood there before; empty where something is only new."""
    start: int
    end: int
    """Range of what is new; empty where something is only gone."""


class ComparisonDocument:
    """Both texts in one document. Offsets of the one are told in those of the other."""

    def __init__(self, document: Document, altered: Sequence[Altered]) -> None:
        """Args: `altered` in the order of the text."""
        self.original = document
        self._starts = [each.start for each in altered]
        self._lengths = [0, *accumulate(len(each.gone) for each in altered)]
        self.changes = tuple(
            (each.start + before, each.end + before + len(each.gone))
            for each, before in zip(altered, self._lengths, strict=False)
        )
        """Where each change stands in the document of both, with what is gone before what is new."""
        structure = Structure(document)
        builder = DocumentBuilder()
        first = 0
        for index, block in enumerate(document.blocks):
            last = first
            is_final = index == len(document.blocks) - 1
            while last < len(altered) and (altered[last].start <= block.end or is_final):
                last += 1
            # The one before may have begun in an earlier block and reach into this one.
            here = [each for each in altered[max(0, first - 1) : last] if each.end >= block.start]
            builder.add(*_merged(document.text, block, altered[first:last], here, structure.spans_of(index)))
            first = last
        self.document = builder.build(document.metadata, title_block=document.title_block, tail=document.tail)

    def shown_at(self, offset: int) -> int:
        """Where a code point of the original stands in the document of both."""
        return offset + self._lengths[bisect_right(self._starts, offset)]

    def original_at(self, offset: int) -> int:
        """The code point of the original that stands at one of both, or the next one behind what is gone there."""
        return bisect_left(range(len(self.original.text)), offset, key=self.shown_at)

    def step(self, offset: int, by: int) -> int | None:
        """Number of a change further on, or further back if negative, from 0; the last one on that side where there
        are fewer, None where there is none.
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
    text: str, block: Block, gone: Sequence[Altered], here: Sequence[Altered], spans: Iterable[Span]
) -> tuple[Block, str, list[Span]]:
    """A block with what is gone from it put back, and the spans that tell what is what."""
    cuts = [(min(max(each.start, block.start), block.end), each.gone) for each in gone if each.gone]

    def place(offset: int, *, behind: bool) -> int:
        """Where a code point stands within the block; behind what is gone right there, or before it."""
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
        # Its cells are ranges, into which nothing can be put.
        block = block._replace(kind=BlockKind.PARAGRAPH, table=None)
    elif block.table is not None:
        rows = tuple(
            tuple(cell._replace(start=cell.start - block.start, end=cell.end - block.start) for cell in row)
            for row in block.table.rows
        )
        block = block._replace(table=block.table._replace(rows=rows))
    return block, "".join(parts), found

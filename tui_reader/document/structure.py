"""Lookup of blocks and spans by offset."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import attrgetter

from tui_reader.document.blocks import Document, Span, SpanKind

_start = attrgetter("start")


def block_index(document: Document, offset: int) -> int:
    """Return the number of the block at an offset; 0 in an empty document.

    The line feed after a block belongs to the block.
    """
    return max(0, bisect_right(document.blocks, offset, key=_start) - 1)


class Structure:
    """Lookup of a document's blocks, spans and links for painters and motions.

    Args:
        document: The document; nothing is computed before it is requested.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._links: tuple[Span, ...] | None = None

    def block_of(self, offset: int) -> int:
        """Return the number of the block at an offset; the line feed after a block belongs to it."""
        return block_index(self._document, offset)

    def spans_of(self, block: int) -> tuple[Span, ...]:
        """Return the spans that begin within a block, sorted by start, then longest first."""
        spans = self._document.spans
        here = self._document.blocks[block]
        first = bisect_left(spans, here.start, key=_start)
        return tuple(spans[first : bisect_left(spans, here.end, first, key=_start)])

    def links(self) -> tuple[Span, ...]:
        """Return all links of the document, in order."""
        if self._links is None:
            self._links = tuple(span for span in self._document.spans if span.kind is SpanKind.LINK)
        return self._links

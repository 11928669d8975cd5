"""Appending the blocks of one document to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.blocks import Cell, Span, SpanKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.document.blocks import Block, Document, DocumentBuilder


def append_document(
    builder: DocumentBuilder, document: Document, change: Callable[[Block], Block] = lambda block: block
) -> None:
    """Append the blocks of a document, with their spans and link targets.

    Args:
        builder: The document to which the blocks are added.
        document: A document whose spans do not cross the ends of blocks.
        change: Maps each block to the block that is added, such as a quiet one.
    """
    targets = sorted((offset, name) for name, offset in document.link_targets.items())
    spans, targets_at, spans_at = document.spans, 0, 0
    for block in document.blocks:
        start = block.start
        relative: list[Span] = []
        while targets_at < len(targets) and targets[targets_at][0] <= block.end:
            offset, name = targets[targets_at]
            relative.append(Span(SpanKind.TARGET, max(offset - start, 0), max(offset - start, 0), name))
            targets_at += 1
        while spans_at < len(spans) and spans[spans_at].start < block.end:
            span = spans[spans_at]
            relative.append(span._replace(start=span.start - start, end=min(span.end, block.end) - start))
            spans_at += 1
        table = block.table
        if table is not None:
            rows = tuple(tuple(Cell(cell.start - start, cell.end - start) for cell in row) for row in table.rows)
            table = table._replace(rows=rows)
        builder.add(change(block._replace(table=table)), document.text[start : block.end], relative)
    for _, name in targets[targets_at:]:
        builder.add_target(name)

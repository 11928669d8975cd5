"""Conversion of a table's cells to the text and the spans of one block."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import Align, Block, BlockKind, Cell, Span, Table

if TYPE_CHECKING:
    from collections.abc import Sequence


class UnplacedBlock(NamedTuple):
    """A block without a position in the document yet; its spans are relative to its text."""

    block: Block
    text: str
    spans: Sequence[Span] = ()


class CellText(NamedTuple):
    """The text of a table cell, with spans relative to the start of the text."""

    text: str
    spans: Sequence[Span] = ()


def join_table(rows: Sequence[Sequence[CellText]], aligns: Sequence[Align], *, header: bool = True) -> UnplacedBlock:
    """Build the block of a table: cells are joined by tabs, rows by line feeds.

    Tabs within a cell become spaces, so that the length and the spans of the cell stay valid; line breaks are kept.

    Args:
        rows: The cells of each row; rows may have different numbers of cells.
        aligns: The alignment of each column; further columns are aligned left.
        header: True if the first row contains the names of the columns.
    """
    parts: list[str] = []
    spans: list[Span] = []
    cells: list[tuple[Cell, ...]] = []
    length = 0
    for row in rows:
        ranges = []
        for text, cell_spans in row:
            ranges.append(Cell(length, length + len(text)))
            parts.append(text.replace("\t", " "))
            parts.append("\t")
            if cell_spans:
                spans.extend(span._replace(start=span.start + length, end=span.end + length) for span in cell_spans)
            length += len(text) + 1
        if parts:
            parts[-1] = "\n"
        cells.append(tuple(ranges))
    columns = max(map(len, cells), default=0)
    padded = (*aligns, *[Align.LEFT] * (columns - len(aligns)))
    block = Block(BlockKind.TABLE, 0, 0, table=Table(tuple(cells), padded[: max(columns, 1)], header))
    return UnplacedBlock(block, "".join(parts[:-1]), spans)

"""From the cells of a table to its one text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import Align, Block, BlockKind, Cell, Span, Table

if TYPE_CHECKING:
    from collections.abc import Sequence


class Piece(NamedTuple):
    """A block without a range, its text, and the spans relative to it."""

    block: Block
    text: str
    spans: Sequence[Span] = ()


class CellText(NamedTuple):
    """What a cell holds; its spans are relative to its own text."""

    text: str
    spans: Sequence[Span] = ()


def join_table(rows: Sequence[Sequence[CellText]], aligns: Sequence[Align], *, header: bool = True) -> Piece:
    """A table's block and text: cells joined by tabs, rows by line feeds.

    Tabs and line feeds within a cell become spaces, so that its length and its spans stay the same.
    """
    parts: list[str] = []
    spans: list[Span] = []
    cells: list[tuple[Cell, ...]] = []
    length = 0
    for row in rows:
        ranges = []
        for text, inner in row:
            ranges.append(Cell(length, length + len(text)))
            parts.append(text.replace("\t", " ").replace("\n", " "))
            parts.append("\t")
            if inner:
                spans.extend(span._replace(start=span.start + length, end=span.end + length) for span in inner)
            length += len(text) + 1
        if parts:
            parts[-1] = "\n"
        cells.append(tuple(ranges))
    columns = max(map(len, cells), default=0)
    padded = (*aligns, *[Align.LEFT] * (columns - len(aligns)))
    block = Block(BlockKind.TABLE, 0, 0, table=Table(tuple(cells), padded[: max(columns, 1)], header))
    return Piece(block, "".join(parts[:-1]), spans)

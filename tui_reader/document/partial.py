"""The beginning and the end of a long text as one document, shown while the rest is being read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_reader.document.blocks import Block, BlockKind, Cell, Document

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGN = "…"
"""Mark for the text that has not been read yet."""


def with_ending(beginning: Document, blocks: Sequence[Block], text: str) -> Document:
    """Join the beginning of a text, a mark for the middle that is not read yet, and the ending into one document.

    Args:
        beginning: A partial document.
        blocks: The blocks of the ending, with offsets relative to the ending.
        text: Text of the ending.
    """
    gap = len(beginning.text) + 1
    shift = gap + len(SIGN) + 1
    sign = Block(BlockKind.PARAGRAPH, gap, gap + len(SIGN), quiet=True)
    return replace(
        beginning,
        text=f"{beginning.text}\n{SIGN}\n{text}",
        blocks=(*beginning.blocks, sign, *(_moved(block, shift) for block in blocks)),
        gap=gap,
    )


def offset_in_whole(partial: Document, whole: Document, offset: int) -> int:
    """Convert an offset in a partial document to an offset in the whole document.

    An offset in the ending keeps its distance from the end of the text.
    """
    if partial.gap is None or offset < partial.gap:
        return offset
    return max(len(whole.text) - (len(partial.text) - offset), 0)


def _moved(block: Block, distance: int) -> Block:
    """Return a copy of a block with its offsets increased."""
    table = block.table
    if table is not None:
        rows = tuple(tuple(Cell(cell.start + distance, cell.end + distance) for cell in row) for row in table.rows)
        table = table._replace(rows=rows)
    return block._replace(start=block.start + distance, end=block.end + distance, table=table)

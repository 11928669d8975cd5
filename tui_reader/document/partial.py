"""The two ends of a long text as one document: to jump to its end, nobody waits for what stands between."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_reader.document.blocks import Block, BlockKind, Cell, Document

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGN = "…"
"""Stands for what has not been read yet."""


def with_ending(beginning: Document, blocks: Sequence[Block], text: str) -> Document:
    """The beginning of a text, and its ending below a sign for what is missing.

    Args:
        beginning: A partial document.
        blocks: The blocks of the ending, in its own offsets.
        text: Its text.
    """
    gap = len(beginning.text) + 1
    by = gap + len(SIGN) + 1
    sign = Block(BlockKind.PARAGRAPH, gap, gap + len(SIGN), quiet=True)
    return replace(
        beginning,
        text=f"{beginning.text}\n{SIGN}\n{text}",
        blocks=(*beginning.blocks, sign, *(_moved(block, by) for block in blocks)),
        gap=gap,
    )


def offset_in_whole(ends: Document, whole: Document, offset: int) -> int:
    """Where a place in a document of two ends stands in the whole: as far from the end as it was, in the ending."""
    if ends.gap is None or offset < ends.gap:
        return offset
    return max(len(whole.text) - (len(ends.text) - offset), 0)


def _moved(block: Block, by: int) -> Block:
    table = block.table
    if table is not None:
        rows = tuple(tuple(Cell(cell.start + by, cell.end + by) for cell in row) for row in table.rows)
        table = table._replace(rows=rows)
    return block._replace(start=block.start + by, end=block.end + by, table=table)

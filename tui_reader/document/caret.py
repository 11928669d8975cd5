"""The caret: where it may stand, and how it goes by characters, by rows as they are seen, and to a character.

It stands on the first code point of a cluster, never on a line feed between blocks nor on a block without text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize

from tui_reader.document.cells import boundary_at, graphemes, next_boundary, previous_boundary
from tui_reader.document.find import alike
from tui_reader.document.structure import block_index
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.document.layout import Layout
    from tui_reader.document.rows import Row

END_COLUMN = 1 << 30
"""The goal of a caret that was sent to the end of its row: the end of every row."""
_CHUNK = 128
"""Rows that are asked for together when the caret goes over many."""


def snapped(document: Document, offset: int) -> int:
    """Where a caret stands that was sent to an offset; the character before it where none may be stood on."""
    blocks = document.blocks
    if not blocks:
        return 0
    offset = boundary_at(document.text, max(0, min(offset, len(document.text))))
    index = block_index(document, offset)
    if offset < blocks[index].end:
        return offset
    for earlier in range(index, -1, -1):
        if blocks[earlier].end > blocks[earlier].start:
            return previous_boundary(document.text, blocks[earlier].end)
    for block in blocks[index:]:
        if block.end > block.start:
            return block.start
    return 0


def right(document: Document, offset: int) -> int:
    """The next character, in the next block with text behind the last of one; the last of all stays."""
    blocks = document.blocks
    if not blocks:
        return 0
    index = block_index(document, offset)
    moved = next_boundary(document.text, offset)
    if moved < blocks[index].end:
        return moved
    for later in range(index + 1, len(blocks)):
        if blocks[later].end > blocks[later].start:
            return blocks[later].start
    return offset


def left(document: Document, offset: int) -> int:
    """The character before, in the block with text before the first of one; the first of all stays."""
    blocks = document.blocks
    if not blocks:
        return 0
    index = block_index(document, offset)
    if offset > blocks[index].start:
        return previous_boundary(document.text, offset)
    for earlier in range(index - 1, -1, -1):
        if blocks[earlier].end > blocks[earlier].start:
            return previous_boundary(document.text, blocks[earlier].end)
    return offset


def by_rows(layout: Layout, offset: int, count: int, goal: int) -> int:
    """The character nearest to a column some rows further on, or up if negative; rows without text do not count.

    Args:
        layout: The rows.
        offset: Where the caret stands.
        count: Rows.
        goal: Column of the layout; `END_COLUMN` for the end of the row.
    """
    document = layout.document
    here = layout.position(offset)[0]
    step = 1 if count > 0 else -1
    left_over, y, found = abs(count), here, here
    while left_over and 0 <= y + step < layout.height:
        low = y + 1 if step > 0 else max(y - _CHUNK, 0)
        rows = layout.rows(low, _CHUNK if step > 0 else y - low)
        if not rows:
            break
        for number, row in enumerate(rows) if step > 0 else reversed(list(enumerate(rows))):
            y = low + number
            if stands_on(document, row):
                found, left_over = y, left_over - 1
                if not left_over:
                    break
    return snapped(document, layout.offset_at(found, goal)) if found != here else offset


def stands_on(document: Document, row: Row) -> bool:
    """Whether a caret may stand on a row."""
    return row.index >= 0 and row.start < min(row.end, document.blocks[row.block].end)


def row_range(layout: Layout, offset: int) -> Range:
    """The text drawn on the row of an offset; in a table that of its cell."""
    row = layout.row(layout.position(offset)[0])
    for fragment in row.fragments:
        if fragment.start <= offset < fragment.end:
            return Range(fragment.start, fragment.end)
    drawn = [fragment for fragment in row.fragments if fragment.end <= offset] or list(row.fragments)
    return Range(drawn[-1].start, drawn[-1].end) if drawn else Range(row.start, row.start)


def find_character(document: Document, kind: str, wanted: str, offset: int, count: int = 1) -> int | None:
    """Where a search for a character within the block leads; None where it is not found as often.

    Accents match however they are encoded, and straight quotes and hyphens those that printers use.

    Args:
        document: The document.
        kind: `f` the next one, `F` the one before, `t` and `T` the character on this side of it.
        wanted: The character.
        offset: Where the caret stands.
        count: Which one.
    """
    if not document.blocks or not wanted or count < 1:
        return None
    block = document.blocks[block_index(document, offset)]
    text = document.text
    signs = alike(normalize("NFC", wanted))
    if kind in "ft":
        at = next_boundary(text, offset)
        for cluster in graphemes(text[at : block.end]):
            if normalize("NFC", cluster) in signs:
                count -= 1
                if not count:
                    return previous_boundary(text, at) if kind == "t" else at
            at += len(cluster)
        return None
    at = offset
    for cluster in reversed(list(graphemes(text[block.start : offset]))):
        at -= len(cluster)
        if normalize("NFC", cluster) in signs:
            count -= 1
            if not count:
                return next_boundary(text, at) if kind == "T" else at
    return None

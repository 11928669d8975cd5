"""The caret: its valid positions, and its moves by character, by screen row and to a character.

The caret is on the first code point of a cluster, never on a line feed between blocks, and never in a block without
text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.blocks import block_index
from tui_reader.document.cells import boundary_at, graphemes, next_boundary, previous_boundary
from tui_reader.document.normalization import EXACT_WORDS, fold
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.document.layout import Layout
    from tui_reader.document.rows import Row

END_COLUMN = 1 << 30
"""Goal column that means the end of a row, whatever the row's length."""
_ROWS_PER_REQUEST = 128
"""Number of rows that are requested together when the caret moves over many rows."""


def snapped(document: Document, offset: int) -> int:
    """Return the offset itself if it is valid for the caret, else the nearest earlier valid offset.

    If none is earlier, return the first valid offset; 0 in a document without text.
    """
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
    """Return the offset of the next character; the offset itself at the last character.

    The last character of a block is followed by the first character of the next block that has text.
    """
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
    """Return the offset of the previous character; the offset itself at the first character.

    The first character of a block is preceded by the last character of the previous block that has text.
    """
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
    """Return the offset nearest to the goal column, `count` rows down (up if negative), within the rows of the text.

    Rows without text are not counted. Without another row in this direction, return the offset itself.

    Args:
        layout: The rows.
        offset: Offset of the caret.
        count: Number of rows.
        goal: Column of the layout to reach; `END_COLUMN` for the end of the row.
    """
    document = layout.document
    here = layout.position(offset)[0]
    step = 1 if count > 0 else -1
    remaining, y, found = abs(count), here, here
    while remaining and 0 <= y + step < layout.height:
        low = y + 1 if step > 0 else max(y - _ROWS_PER_REQUEST, 0)
        rows = layout.rows(low, _ROWS_PER_REQUEST if step > 0 else y - low)
        if not rows:
            break
        for number, row in enumerate(rows) if step > 0 else reversed(list(enumerate(rows))):
            y = low + number
            if can_hold_caret(document, row):
                found, remaining = y, remaining - 1
                if not remaining:
                    break
    return snapped(document, layout.offset_at(found, goal)) if found != here else offset


def can_hold_caret(document: Document, row: Row) -> bool:
    """Return True if a row has a valid caret position."""
    return row.index >= 0 and row.start < min(row.end, document.blocks[row.block].end)


def row_range(layout: Layout, offset: int) -> Range:
    """Return the range of text drawn on the row that contains an offset; in a table, only the range of the cell there.

    If the character at the offset is not drawn, such as white space at a wrap, return the range drawn before it.
    """
    row = layout.row(layout.position(offset)[0])
    for fragment in row.fragments:
        if fragment.start <= offset < fragment.end:
            return Range(fragment.start, fragment.end)
    drawn = [fragment for fragment in row.fragments if fragment.end <= offset] or list(row.fragments)
    return Range(drawn[-1].start, drawn[-1].end) if drawn else Range(row.start, row.start)


def find_character(document: Document, kind: str, wanted: str, offset: int, count: int = 1) -> int | None:
    """Return the offset to which a search for a character moves the caret; None if it finds nothing.

    It finds nothing if the caret's block has the character fewer than `count` times in that direction.

    Presentation does not count: a straight quote or a hyphen matches typographic quotes and dashes.

    Args:
        document: The document.
        kind: `f` for the next occurrence, `F` for the previous one; `t` and `T` for the character that is before the
            next or after the previous occurrence.
        wanted: The character.
        offset: Offset of the caret.
        count: Which occurrence, counted from 1.
    """
    if not document.blocks or not wanted or count < 1:
        return None
    block = document.blocks[block_index(document, offset)]
    text = document.text
    sign = fold(wanted, EXACT_WORDS).text
    if kind in "ft":
        at = next_boundary(text, offset)
        for cluster in graphemes(text[at : block.end]):
            if cluster == wanted or (fold(cluster, EXACT_WORDS).text == sign != ""):
                count -= 1
                if not count:
                    return previous_boundary(text, at) if kind == "t" else at
            at += len(cluster)
        return None
    at = offset
    for cluster in reversed(list(graphemes(text[block.start : offset]))):
        at -= len(cluster)
        if cluster == wanted or (fold(cluster, EXACT_WORDS).text == sign != ""):
            count -= 1
            if not count:
                return next_boundary(text, at) if kind == "T" else at
    return None

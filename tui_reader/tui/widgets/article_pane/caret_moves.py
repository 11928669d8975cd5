"""The motions of the caret by name. Each motion computes a new selection from the current one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document import caret as carets
from tui_reader.document import motions
from tui_reader.document.text_objects import PARAGRAPH, SENTENCE, Ends, grow_back, grow_forward, last_character

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.document.blocks import Document
    from tui_reader.document.layout import Layout

_BY_TEXT: dict[str, Callable[[Document, int, int], int]] = {
    "word": motions.next_word,
    "back": motions.previous_word,
    "end": motions.word_end,
    "long_word": motions.next_long_word,
    "long_back": motions.previous_long_word,
    "end_back": motions.word_end_back,
    "long_end_back": motions.long_word_end_back,
}
_BY_STEP = {"right": carets.right, "left": carets.left}
_BY_UNIT = {
    "sentence_next": (grow_forward, SENTENCE),
    "sentence_previous": (grow_back, SENTENCE),
    "paragraph_next": (grow_forward, PARAGRAPH),
    "paragraph_previous": (grow_back, PARAGRAPH),
}
_BY_ROWS = ("down", "up", "half_down", "half_up", "page_down", "page_up")
_IN_ROW = ("line_start", "line_first", "line_end")
MOTIONS = (*_BY_STEP, *_BY_TEXT, *_BY_UNIT, *_BY_ROWS, *_IN_ROW, "top", "bottom")
"""Names of all motions."""


def moved(
    layout: Layout, motion: str, count: int, ends: Ends, *, goal: int | None, page_rows: int
) -> tuple[Ends, int | None]:
    """Return the selection after a motion of the caret.

    Args:
        layout: Layout of the text, for motions by rows.
        motion: One of `MOTIONS`.
        count: Repetitions, at least 1.
        ends: Anchor and caret before the motion.
        goal: Column that the caret keeps in motions by rows; None for its own column.
        page_rows: Rows of a page.

    Returns:
        Anchor and caret after the motion, and the column to pass as `goal` next.

    Raises:
        ValueError: `motion` is not in `MOTIONS`.
    """
    document = layout.document
    anchor, caret = ends
    if motion in _BY_UNIT:
        grow, unit = _BY_UNIT[motion]
        for _ in range(count):
            before, ends = ends, grow(document, unit, ends)
            if before == ends:
                break
        anchor, caret = ends
        goal = None
    elif motion in _BY_ROWS:
        caret, goal = _by_rows(layout, motion, count, caret, goal=goal, page_rows=page_rows)
    elif motion in _IN_ROW:
        caret = _in_row(layout, motion, count, caret)
        goal = carets.END_COLUMN if motion == "line_end" else None
    else:
        caret, goal = _in_text(document, motion, count, caret), None
    return Ends(carets.snapped(document, anchor), carets.snapped(document, caret)), goal


def _in_text(document: Document, motion: str, count: int, caret: int) -> int:
    if motion in _BY_TEXT:
        return _BY_TEXT[motion](document, caret, count)
    if motion in ("top", "bottom"):
        return 0 if motion == "top" else len(document.text)
    if motion not in _BY_STEP:
        raise ValueError(f"no caret motion “{motion}”")
    step = _BY_STEP[motion]
    for _ in range(count):
        before, caret = caret, step(document, caret)
        if before == caret:
            break
    return caret


def _by_rows(
    layout: Layout, motion: str, count: int, caret: int, *, goal: int | None, page_rows: int
) -> tuple[int, int | None]:
    if motion.startswith("half"):
        count *= max(page_rows // 2, 1)
    elif motion.startswith("page"):
        count *= max(page_rows, 1)
    if goal is None:
        goal = layout.position(caret)[1]
    return carets.by_rows(layout, caret, -count if motion.endswith("up") else count, goal), goal


def _in_row(layout: Layout, motion: str, count: int, caret: int) -> int:
    """Return the start, first non-blank or end of the caret's row; `line_end` first goes `count - 1` rows down."""
    if count > 1 and motion == "line_end":
        caret = carets.by_rows(layout, caret, count - 1, 0)
    document = layout.document
    row = carets.row_range(layout, caret)
    if motion == "line_end":
        return last_character(document, row)
    if motion == "line_start":
        return row.start
    piece = document.text[row.start : row.end]
    return row.start + len(piece) - len(piece.lstrip())

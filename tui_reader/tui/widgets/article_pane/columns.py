"""The division of the pane's width: left margin, text, and room for notes on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_reader.tui.widgets.article_pane.canvas import Canvas

MEASURE = 72
"""Default width of the text in columns."""
LEAST_MEASURE = 30
MOST_MEASURE = 200
FULL_MARGIN = 3
"""Empty columns left and right of the text in a pane that is wide enough."""
NOTE_ROOM = 26
"""Minimum number of free columns on the right for notes in the margin."""
GOOD_NOTE_ROOM = 29
"""Width of the right margin, in columns, up to which the text is moved left of the centre for notes."""


class Columns:
    """The division of a widget's width into margins and text.

    Args:
        canvas: The widget.
        measure: Columns of the text in a pane that is wide enough.
    """

    def __init__(self, canvas: Canvas, measure: int) -> None:
        self._canvas, self._measure = canvas, measure
        self._note_room = False

    @property
    def measure(self) -> int:
        """Number of columns of the text in a pane that is wide enough."""
        return self._measure

    def set_measure(self, columns: int) -> bool:
        """Set the measure (30 to 200 columns). The caller must lay out the page afterwards.

        Returns:
            True if the measure changed.
        """
        before, self._measure = self._measure, max(LEAST_MEASURE, min(columns, MOST_MEASURE))
        return self._measure != before

    def set_note_room(self, wanted: bool) -> None:
        """Set whether the text may be moved left to make room for notes in the right margin."""
        before, self._note_room = self.left, wanted
        if self.left != before:
            self._canvas.drop_painted()

    @property
    def text(self) -> int:
        """Number of columns of the text."""
        width = self._canvas.size.width
        margin = FULL_MARGIN if width >= 56 else 2 if width >= 40 else 1
        return max(min(self._measure, width - 2 * margin), 1)

    @property
    def left(self) -> int:
        """Number of empty columns left of the text."""
        free = self._canvas.size.width - self.text
        if self._note_room and free >= NOTE_ROOM + FULL_MARGIN:
            return min(free // 2, max(free - GOOD_NOTE_ROOM, FULL_MARGIN))
        return free // 2

    @property
    def right(self) -> int:
        """Number of free columns right of the text; 0 if they are too few for notes."""
        free = self._canvas.size.width - self.text
        return free - self.left if free >= NOTE_ROOM + FULL_MARGIN else 0

"""The layer of the mouse: a drag selects text; two clicks select a word, more clicks a paragraph."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from tui_reader.document import motions
from tui_reader.document.rows import Row
from tui_reader.document.text_objects import Ends, last_character
from tui_reader.tui.widgets.article_pane.layers.base import Layer
from tui_reader.tui.widgets.article_pane.text_objects import CHARACTER, range_between

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from tui_reader.document.blocks import Document
    from tui_reader.model.ranges import Range
    from tui_reader.tui.widgets.article_pane.layers.base import Carry
    from tui_reader.tui.widgets.article_pane.layers.selection import Selection
    from tui_reader.tui.widgets.article_pane.viewport import Viewport


class MouseHost(Protocol):
    """Protocol of the widget that gets the mouse events."""

    def capture_mouse(self) -> None:
        """Receive all mouse events, even those outside the widget."""

    def release_mouse(self) -> None:
        """Stop receiving mouse events outside the widget."""

    def set_interval(self, interval: float, callback: Callable[[], None]) -> Timer:
        """Call a function every `interval` seconds."""


class Pointer(Layer):
    """Selects text with the mouse. Paints nothing."""

    EDGE_SECONDS: ClassVar[float] = 0.05
    """Seconds between two scrolled rows while the mouse is held at the upper or lower edge."""

    def __init__(self, viewport: Viewport, selection: Selection, host: MouseHost) -> None:
        self._viewport, self._selection, self._host = viewport, selection, host
        self._pressed: Range | None = None
        """The range of the character at which the button was pressed."""
        self._dragged = False
        self._position: tuple[int, int] = (0, 0)
        self._edge: Timer | None = None
        self.is_idle = True

    @property
    def pressed(self) -> bool:
        """True while the button is held down on the text."""
        return self._pressed is not None

    def press(self, x: int, y: int) -> None:
        """Record that the mouse button was pressed at a cell, where a drag may start.

        A drag whose end the terminal has not reported ends first.
        """
        self.reset()
        self._pressed, self._dragged = self._character_at(x, y), False
        self.is_idle = self._pressed is None
        if not self.is_idle:
            self._host.capture_mouse()

    def move(self, x: int, y: int) -> None:
        """Select the text from the pressed character to a cell; scroll while the cell is at an edge."""
        self._position = x, y
        self._drag()
        beyond = y <= 0 or y >= self._viewport.height - 1
        if beyond and self._dragged and self._edge is None:
            self._edge = self._host.set_interval(self.EDGE_SECONDS, self.scroll_at_edge)
        elif not beyond:
            self._stop_scrolling()

    def release(self) -> bool:
        """End the drag. Return True if it selected text."""
        self._stop_scrolling()
        if self._pressed is None:
            return False
        self._host.release_mouse()
        self._pressed, self.is_idle = None, True
        return self._dragged

    def take_drag(self) -> bool:
        """Return True once after a drag, since the click event that follows belongs to the drag."""
        dragged, self._dragged = self._dragged, False
        return dragged

    def select_around(self, x: int, y: int, clicks: int) -> bool:
        """Select the word at a cell for two clicks, its paragraph for more. Return True if text is there."""
        offset, document = self._nearest(x, y), self._viewport.text
        if offset is None or document is None:
            return False
        found = motions.word_at(document, offset) if clicks == 2 else motions.paragraph_at(document, offset)
        if not document.text[found.start : found.end].strip():
            return False
        self._selection.put(Ends(found.start, last_character(document, found)), CHARACTER)
        return True

    def scroll_at_edge(self) -> None:
        """Scroll by a row at the edge where the mouse is held, and extend the selection."""
        if self._viewport.scroll_by(-1 if self._position[1] <= 0 else 1):
            self._drag()
        else:
            self._stop_scrolling()

    def _nearest(self, x: int, y: int) -> int | None:
        """Return the offset of the code point nearest to a cell; None in the header, and if no text is shown."""
        page = self._viewport.page
        if page is None or page.layout is None or page.document is None or not page.document.text:
            return None
        rows = self._viewport.visible_rows()
        if not rows:
            return None
        y = min(max(y, 0), len(rows) - 1)
        while y > 0 and not _has_text(rows[y]):
            y -= 1
        line = page.to_layout(self._viewport.top + y)
        if line is None or not _has_text(rows[y]):
            return None
        return page.layout.offset_at(line, max(x - self._viewport.columns.left, 0))

    def _character_at(self, x: int, y: int) -> Range | None:
        offset, document = self._nearest(x, y), self._viewport.text
        if offset is None or document is None:
            return None
        return range_between(document, CHARACTER, Ends(offset, offset))

    def _drag(self) -> None:
        pressed, under = self._pressed, self._character_at(*self._position)
        if pressed is None or under is None or (under == pressed and not self._dragged):
            return
        ends = Ends(pressed.start, under.start)
        if not self._dragged or ends != self._selection.ends:
            self._dragged = True
            self._selection.put(ends, CHARACTER)

    def _stop_scrolling(self) -> None:
        if self._edge is not None:
            self._edge.stop()
            self._edge = None

    # Hooks

    def reset(self) -> None:
        """End a drag, such as before another article is shown."""
        if self._pressed is not None:
            self._pressed, self.is_idle = None, True
            self._stop_scrolling()
            self._host.release_mouse()

    def document_changed(self, old: Document | None, new: Document, carry: Carry | None) -> None:
        """End a drag, since the position where it started is unknown in the new text."""
        self.reset()


def _has_text(row: object) -> bool:
    return isinstance(row, Row) and row.index >= 0 and bool(row.fragments)

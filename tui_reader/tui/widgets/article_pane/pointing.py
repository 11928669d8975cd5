"""The mouse: dragging selects, two clicks take a word and three a paragraph, and the edges scroll."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui_reader.document import motions
from tui_reader.document.objects import Ends, last_of
from tui_reader.document.rows import Row
from tui_reader.tui.widgets.article_pane.selecting import CHARACTER, SelectingView

if TYPE_CHECKING:
    from textual import events
    from textual.timer import Timer

    from tui_reader.document.blocks import Document
    from tui_reader.document.motions import Range

LEFT_BUTTON = 1


class PointedView(SelectingView):
    """A page whose text can be selected with the mouse. What a click does is for the pane to say."""

    EDGE_SECONDS: ClassVar[float] = 0.05
    """Seconds between two rows while the mouse is held at the upper or lower edge."""

    _pressed: Range | None = None
    """The character on which the button went down."""
    _dragged = False
    _held_at: tuple[int, int] = (0, 0)
    _edge: Timer | None = None

    def offset_at(self, x: int, y: int) -> int | None:
        """Code point of the character nearest to a cell of the pane; None in the head and where there is no text."""
        page = self._page
        if page is None or page.layout is None or page.document is None or not page.document.text:
            return None
        rows = self.visible_rows()
        if not rows:
            return None
        y = min(max(y, 0), len(rows) - 1)
        while y > 0 and not self._has_text(rows[y]):
            y -= 1
        line = page.to_layout(self._top + y)
        if line is None or not self._has_text(rows[y]):
            return None
        return page.layout.offset_at(line, max(x - self._columns()[0], 0))

    @staticmethod
    def _has_text(row: object) -> bool:
        return isinstance(row, Row) and row.index >= 0 and bool(row.fragments)

    def _character_at(self, x: int, y: int) -> Range | None:
        offset, document = self.offset_at(x, y), self._text
        if offset is None or document is None:
            return None
        return self._between(document, CHARACTER, Ends(offset, offset))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The button goes down: what follows may become a selection."""
        if event.button != LEFT_BUTTON:
            return
        event.stop()
        self._pressed, self._dragged = self._character_at(event.x, event.y), False
        if self._pressed is not None:
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """While the button is held, the selection goes from where it went down to where the mouse is."""
        if self._pressed is None or self.app.mouse_captured is not self:
            return
        event.stop()
        self._held_at = event.x, event.y
        self._drag()
        beyond = event.y <= 0 or event.y >= self._rows_shown - 1
        if beyond and self._dragged and self._edge is None:
            self._edge = self.set_interval(self.EDGE_SECONDS, self._scroll_at_edge)
        elif not beyond:
            self._stop_scrolling()

    def _drag(self) -> None:
        pressed, under = self._pressed, self._character_at(*self._held_at)
        if pressed is None or under is None or (under == pressed and not self._dragged):
            return
        ends = Ends(pressed.start, under.start)
        if not self._dragged or ends != self._ends:
            self._dragged = True
            self._select(ends, CHARACTER)

    def _scroll_at_edge(self) -> None:
        if self.line(-1 if self._held_at[1] <= 0 else 1):
            self._drag()
        else:
            self._stop_scrolling()

    def _stop_scrolling(self) -> None:
        if self._edge is not None:
            self._edge.stop()
            self._edge = None

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """The button goes up: a selection that was dragged is done."""
        self._stop_scrolling()
        if self._pressed is None:
            return
        event.stop()
        self.release_mouse()
        self._pressed = None
        if self._dragged:
            self.picked()

    def _let_go(self) -> None:
        """Drag no further: the text is another one."""
        if self._pressed is not None:
            self._pressed = None
            self._stop_scrolling()
            self.release_mouse()

    def forget(self) -> None:
        """Drop what is being dragged, too."""
        self._let_go()
        super().forget()

    def text_replaced(self, document: Document) -> None:
        """What was dragged so far goes with its words; the rest would begin anywhere."""
        self._let_go()
        super().text_replaced(document)

    def pick_around(self, x: int, y: int, clicks: int) -> bool:
        """Select the word at a cell for two clicks, the paragraph for more; whether there is one."""
        offset, document = self.offset_at(x, y), self._text
        if offset is None or document is None:
            return False
        found = motions.word_at(document, offset) if clicks == 2 else motions.paragraph_at(document, offset)
        if not document.text[found.start : found.end].strip():
            return False
        self._select(Ends(found.start, last_of(document, found)), CHARACTER)
        self.picked()
        return True

    def picked(self) -> None:
        """Called when the mouse has made or changed a selection."""

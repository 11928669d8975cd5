"""The article pane: a widget that composes viewport, layers and painter, and posts messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.geometry import Offset, Region
from textual.message import Message

from tui_reader.document.chapters import time_of
from tui_reader.document.rows import Row
from tui_reader.tui.theme import style_of
from tui_reader.tui.widgets.article_pane import styles
from tui_reader.tui.widgets.article_pane.header import PART, StyledText, message_rows
from tui_reader.tui.widgets.article_pane.layers.base import LayerStack
from tui_reader.tui.widgets.article_pane.layers.focus import Focus
from tui_reader.tui.widgets.article_pane.layers.highlights import Highlights
from tui_reader.tui.widgets.article_pane.layers.links import Links
from tui_reader.tui.widgets.article_pane.layers.pictures import Pictures
from tui_reader.tui.widgets.article_pane.layers.pointer import Pointer
from tui_reader.tui.widgets.article_pane.layers.search import Search
from tui_reader.tui.widgets.article_pane.layers.selection import Caret, Selection
from tui_reader.tui.widgets.article_pane.margin_notes import MarginNotes
from tui_reader.tui.widgets.article_pane.page import MEASURE
from tui_reader.tui.widgets.article_pane.painter import Painter
from tui_reader.tui.widgets.article_pane.scroller import Scroller
from tui_reader.tui.widgets.article_pane.styles import STYLE_SHEET, Role, Styles
from tui_reader.tui.widgets.article_pane.viewport import Viewport
from tui_reader.tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from datetime import date

    from rich.style import Style
    from textual import events
    from textual.strip import Strip
    from textual.timer import Timer

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Headline
    from tui_reader.model.ranges import Range
    from tui_reader.tui.widgets.article_pane.layers.base import Carry
    from tui_reader.tui.widgets.article_pane.painter import Overlay

LEFT_BUTTON = 1
"""Number of the left mouse button in Textual's events."""
WHEEL_ROWS = 3
"""Rows per notch of the mouse wheel."""


class ArticlePane(LinePane):
    """The widget that shows an article. Its layers run the commands, such as `pane.focus.move_by_sentences(1)`.

    It never gets the keyboard focus: the app turns keys into calls. The mouse is posted as messages.

    Args:
        today: Returns the current day, for dates in the header.
        measure: Columns of the text in a pane that is wide enough.
        id: Name of the widget.
    """

    DEFAULT_CSS = STYLE_SHEET
    STYLES = styles.STYLES
    PLAIN_STYLES = styles.PLAIN_STYLES

    class Scrolled(Message):
        """Message: the mouse wheel has scrolled the page."""

    class Activated(Message):
        """Message: the pane was clicked at a cell without a link or highlight."""

    class LinkClicked(Message):
        """Message: a link was clicked."""

        def __init__(self, target: str) -> None:
            super().__init__()
            self.target = target

    class Selected(Message):
        """Message: text was selected with the mouse."""

        def __init__(self, selected: Range) -> None:
            super().__init__()
            self.range = selected

    class HighlightClicked(Message):
        """Message: a highlight was clicked and is now the current highlight."""

        def __init__(self, highlight: str) -> None:
            super().__init__()
            self.id = highlight

    focus: Focus  # type: ignore[assignment]  # Textual's method gives a widget the keyboard focus: not this one

    def __init__(self, *, today: Callable[[], date], measure: int = MEASURE, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        stack = self._stack = LayerStack()
        self.viewport = Viewport(self, stack, today=today, measure=measure)
        self.focus = Focus(self.viewport, stack)
        self.scroller = Scroller(self.viewport, self.focus)
        self.selection = Selection(self.viewport, self.focus, stack, self._place_cursor)
        self.highlights = Highlights(self.viewport, self.focus, self.selection, stack)
        self.search = Search(self.viewport, self.focus, self.selection)
        self.links = Links(self.viewport)
        self.pictures = Pictures(self.viewport)
        self._notes = MarginNotes(self.viewport, self.highlights, self.selection)
        self._pointer = Pointer(self.viewport, self.selection, self)
        stack.layers = (
            self.focus,
            self.highlights,
            self._notes,
            self.selection,
            self.search,
            Caret(self.viewport, self.selection),
            self.links,
            self.pictures,
            self._pointer,
        )
        self._foot = Foot(self.viewport, self)
        self._message: tuple[str, Sequence[str]] = ("", ())
        self._painter: Painter | None = None
        self._styles: Styles | None = None

    # What is shown

    @property
    def document(self) -> Document | None:
        """The text of the article; None while it is loading, and without an article."""
        return self.viewport.document

    def show(
        self,
        headline: Headline | None,
        document: Document | None,
        *,
        offset: int = 0,
        progress: float = 0.0,
        carry: Carry | None = None,
    ) -> None:
        """Show an article, or a new version of the text of the shown article.

        Args:
            headline: The article; its header is shown even while the text is loading. None for no article.
            document: The text; None while it is loading. If only its beginning was shown before, the position is kept.
            offset: Code point to show at the top.
            progress: Share (0 to 1) of the text read in earlier sessions, shown until the text is loaded.
            carry: Maps ranges of the shown text to ranges of `document`, to move selection and focus to a new
                version of the text; None if it is not a new version.
        """
        if headline is None:
            self.clear()
            return
        shown = self.viewport.headline
        if shown is None or shown.id != headline.id:
            self._stack.reset()
        elif document is not None and document is not self.viewport.document:
            self._stack.document_changed(self.viewport.document, document, carry)
        focus = self.focus.range
        self.viewport.show(headline, document, offset=offset, progress=progress)
        if carry is None:
            return
        if self.selection.kind:
            self.selection.follow_caret()
        elif focus is not None:
            # The focused words may be out of view now: scroll to them instead of removing the focus.
            self.focus.show(*focus)

    def clear(self, message_title: str = "", lines: Sequence[str] = ()) -> None:
        """Show a message in the middle of the pane instead of an article."""
        self._stack.reset()
        self._message = (message_title, lines)
        self.viewport.clear()

    def set_measure(self, columns: int) -> bool:
        """Set the width of the text (30 to 200 columns), keep the position. Return True if the width changed."""
        changed = self.viewport.columns.set_measure(columns)
        if changed:
            self._fit()
        return changed

    def on_resize(self, event: events.Resize) -> None:
        """Lay out the page for the new size."""
        self._fit()

    def _fit(self) -> None:
        """Lay out the page for a changed size or measure, and scroll to the focus if it is not visible then."""
        focus = self.focus.range
        self.viewport.lay_out()
        if focus is not None:
            self.focus.show(*focus)

    # Painting

    def drop_painted(self) -> None:
        """Discard the painter and all cached rows."""
        self._painter = None
        self._drop_strips()

    def page_changed(self) -> None:
        """Discard the painted rows of the former page, update the last row, and pass over absent pictures."""
        self.drop_painted()
        self.pictures.is_idle = self.viewport.page is None or not self.viewport.page.figures.sizes
        self._foot.update()

    def notify_style_update(self) -> None:
        """Repaint everything in the colours of a new theme."""
        super().notify_style_update()
        self._painter = self._styles = None

    def repaint_active(self) -> None:
        """Repaint the last row and the bar of the focus, which show whether the pane is active."""
        self.repaint_foot()
        self._stack.active_changed(self._active)

    def repaint_foot(self) -> None:
        """Repaint the last row of the pane."""
        self.repaint(Region(0, self.size.height - 1, self.size.width, 1))

    def _place_cursor(self, x: int, y: int) -> None:
        """Move the terminal cursor to a cell of the widget."""
        self.app.cursor_position = self.content_region.offset + Offset(x, y)

    def named_style(self, name: str) -> Style:
        """Return the style of a role; see `LinePane.named_style`. ANSI themes replace some of the styles."""
        app = self.app
        if name == Role.CARET and (app.no_color or app.current_theme.ansi):
            return styles.CARET_WITHOUT_TONES
        if name in styles.ANSI and app.current_theme.ansi and not app.no_color:
            return style_of(styles.ANSI[name], app.theme_variables)
        return super().named_style(name)

    def _brush(self) -> Painter:
        """Return the painter; create a new painter after a change of page, size or theme."""
        if self._painter is None:
            viewport = self.viewport
            left = viewport.columns.left if viewport.page is not None else 0
            if self._styles is None:
                self._styles = Styles(self.named_style(""), self.named_style)
            self._painter = Painter(viewport.page, viewport.structure, self._styles, left, self.size.width)
        return self._painter

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the painted rows of a region."""
        if self.viewport.is_stale:
            # Textual 8 sends no resize event if the screen is shown at the moment the pane gets its size.
            self._fit()
        return super().render_lines(crop)

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of a row; see `LinePane.row_key`."""
        if self.viewport.page is None:
            return "message", y
        if y == self.size.height - 1 and y:
            return self._foot.text(), self._active
        rows = self.viewport.visible_rows()
        margins = self._notes.margins(y)
        if y >= len(rows):
            return None, margins
        row = rows[y]
        if not isinstance(row, Row):
            return row, margins
        is_drawn = not self.pictures.is_idle and self.pictures.is_drawn(row)
        return row.block, row.index, self._overlays_on(row), margins, is_drawn

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint a row; see `LinePane.paint_row`."""
        if self.viewport.page is None:
            return self._paint_message(y, width)
        if y == self.size.height - 1 and y:
            return self._brush().foot(self._foot.text(), Role.PROGRESS_ACTIVE if self._active else Role.PROGRESS)
        rows = self.viewport.visible_rows()
        row = rows[y] if y < len(rows) else ()
        if not isinstance(row, Row):
            return self._brush().head(row, self._notes.margins(y))
        picture = () if self.pictures.is_idle else self.pictures.row(row)
        return self._brush().body(row, self._overlays_on(row), self._notes.margins(y), picture)

    def _overlays_on(self, row: Row) -> tuple[Overlay, ...]:
        return self._stack.overlays(row.start, max(row.end, row.start + 1)) if row.index >= 0 else ()

    def _paint_message(self, y: int, width: int) -> Strip:
        """Paint a row of the message that is shown without an article."""
        rows = message_rows(*self._message, max(width - 4, 8))
        at = y - max((self.size.height - len(rows)) // 2, 0)
        row = rows[at] if 0 <= at < len(rows) else ()
        before = max((width - sum(cell_len(text.text) for text in row)) // 2, 0)
        return self._brush().head((StyledText(" " * before, Role.META), *row))

    # The mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down when the mouse wheel turns down."""
        self._wheel(event, WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up when the mouse wheel turns up."""
        self._wheel(event, -WHEEL_ROWS)

    def _wheel(self, event: events.MouseEvent, rows: int) -> None:
        event.stop()
        if self.scroller.by_rows(rows):
            self.post_message(self.Scrolled())

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Start a possible drag."""
        if event.button == LEFT_BUTTON:
            event.stop()
            self._pointer.press(event.x, event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select text while the button is held."""
        if self._pointer.pressed and self.app.mouse_captured is self:
            event.stop()
            self._pointer.move(event.x, event.y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End a drag."""
        if self._pointer.pressed:
            event.stop()
        if self._pointer.release():
            self._post_selected()

    def on_click(self, event: events.Click) -> None:
        """Post a message for the link, the highlight or the pane that was clicked; several clicks select text.

        A click that is not on a link ends a selection, and makes a clicked highlight the current one.
        """
        event.stop()
        if self._pointer.take_drag():
            return
        if event.chain > 1 and self._pointer.select_around(event.x, event.y, event.chain):
            self._post_selected()
            return
        target = self.links.target_under(event.x, event.y)
        if target:
            self.post_message(self.LinkClicked(target))
            return
        self.selection.end()
        highlight = self._highlight_under(event.x, event.y)
        if highlight:
            self.highlights.go(highlight)
            self.post_message(self.HighlightClicked(highlight))
        else:
            self.post_message(self.Activated())

    def _highlight_under(self, x: int, y: int) -> str:
        """Return the id of the topmost highlight at a cell, or of that whose note is there; empty if there is none."""
        row, offset = self.viewport.text_under(x, y)
        if row is None or offset is None:
            return self._notes.highlight_under(x, y)
        return next((highlight.id for highlight in self.highlights.at(offset)), "")

    def _post_selected(self) -> None:
        selected = self.selection.range
        if selected is not None:
            self.post_message(self.Selected(selected))


class Foot:
    """The last row of the pane: the reading progress, or `loading…` until the text is loaded."""

    LOADING_DELAY: ClassVar[float] = 0.15
    """Seconds after which `loading…` is shown; most texts are loaded before."""

    def __init__(self, viewport: Viewport, pane: ArticlePane) -> None:
        self._viewport, self._pane = viewport, pane
        self._awaited = ""
        """Id of the article whose text is loading, at least in part; empty if no text is loading."""
        self._slow = False
        self._timer: Timer | None = None

    def text(self) -> str:
        """Return the text of the last row: progress or `loading…`."""
        viewport = self._viewport
        if viewport.document is None or viewport.document.partial:
            return "loading…" if self._slow else ""
        if viewport.at_end:
            return "100 %" if viewport.top else ""
        return self._with_time_left(f"{min(int(viewport.progress * 100), 99)} %")

    def _with_time_left(self, percent: str) -> str:
        """Return the progress in a book, preceded by the time left in chapter and book if they fit."""
        page = self._viewport.page
        left = None if page is None or page.heads is None else page.chapters.left(self._viewport.offset)
        if left is None:
            return percent
        chapter = f"{time_of(left.chapter)} left in the chapter"
        room = self._pane.size.width - 2
        for parts in ((chapter, f"{time_of(left.book)} in the book", percent), (chapter, percent)):
            text = PART.join(parts)
            if len(text) <= room:
                return text
        return percent

    def update(self) -> None:
        """Start the timer for `loading…` if another article's text is loading now; stop it if no text is loading."""
        headline, document = self._viewport.headline, self._viewport.document
        complete = document is not None and not document.partial
        awaited = "" if headline is None or complete else headline.id
        if awaited == self._awaited:
            return
        self._awaited, self._slow = awaited, False
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._pane.set_timer(self.LOADING_DELAY, self._show_loading) if awaited else None

    def _show_loading(self) -> None:
        self._slow = True
        self._pane.repaint_foot()

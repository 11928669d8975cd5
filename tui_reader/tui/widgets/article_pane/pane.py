"""The article pane: a page to read and move on, with finding, links and the mouse."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from tui_reader.document.find import find_all
from tui_reader.document.motions import paragraph_at
from tui_reader.document.outline import Entry, outline
from tui_reader.document.rows import Row
from tui_reader.tui.theme import style_of
from tui_reader.tui.widgets.article_pane import links, styles
from tui_reader.tui.widgets.article_pane.painter import Overlay
from tui_reader.tui.widgets.article_pane.searching import SearchingView
from tui_reader.tui.widgets.article_pane.styles import STYLE_SHEET, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual import events

    from tui_reader.document.blocks import Document
    from tui_reader.document.motions import Range
    from tui_reader.model.article import Headline
    from tui_reader.tui.widgets.article_pane.selecting import Carry

WHEEL_ROWS = 3
"""Rows that the wheel moves by at each notch."""


class ArticlePane(SearchingView):
    """Shows an article.

    It takes no focus and does nothing by itself: keys come from the app as calls, the mouse goes out as messages.
    """

    DEFAULT_CSS = STYLE_SHEET
    LOOKS = styles.STYLES
    PLAIN = styles.PLAIN

    @dataclass
    class Scrolled(Message):
        """The mouse moved the page."""

    @dataclass
    class Activated(Message):
        """The pane was clicked, beside any link."""

    @dataclass
    class LinkClicked(Message):
        """A link was clicked."""

        target: str

    @dataclass
    class Selected(Message):
        """The mouse made or changed a selection."""

        range: Range

    @dataclass
    class HighlightClicked(Message):
        """A highlight was clicked; it is current now."""

        id: str

    _hints: Sequence[links.Hint] = ()
    _outline: tuple[Document | None, tuple[Entry, ...]] = (None, ())

    def show(
        self,
        headline: Headline | None,
        document: Document | None,
        *,
        offset: int = 0,
        progress: float = 0.0,
        carry: Carry | None = None,
    ) -> None:
        """Show an article, at an offset; see `PageView.show`. What was found and focused in another one is dropped.

        Args:
            headline: See `PageView.show`, as for all that is not named here.
            document: Its text.
            offset: Code point to stand at the top.
            progress: Share of the text seen before.
            carry: Where a range of the shown text stands in this reading of the same article; None for a range that is
                gone. Selection and focus go there.
        """
        self._carry = carry
        same = headline is not None and self._headline is not None and headline.id == self._headline.id
        if not same:
            self.forget()
        elif document is not self._document and document is not None:
            self.text_replaced(document)
            self._hints = ()
            self._matches = find_all(document, self._query) if self._query else None
            self._match = min(self._match, max(len(self._matches) - 1, 0)) if self._matches is not None else 0
        self._carry = None
        focus = self._focus
        super().show(headline, document, offset=offset, progress=progress)
        if carry is not None and self._kind:
            self._follow_caret()
        elif carry is not None and focus is not None:
            # Where its words went may be out of sight: they are followed, not given up for that.
            self.focus_on(*focus)

    def clear(self, message_title: str = "", lines: Sequence[str] = ()) -> None:
        """Show no article, but a few words in the middle."""
        self.forget()
        super().clear(message_title, lines)

    # Links

    def show_hints(self) -> list[tuple[str, str]]:
        """Paint letters over the visible links: the letters, and where each link leads."""
        document, structure = self._text, self._structure
        self._hints = (
            () if document is None or structure is None else links.hints_of(document, structure, self.visible_rows())
        )
        self.repaint()
        return [(hint.label, hint.target) for hint in self._hints]

    def hide_hints(self) -> None:
        """Take the letters away."""
        if self._hints:
            self._hints = ()
            self.repaint()

    def hint_target(self, label: str) -> str:
        """Where the link with these letters leads; empty where no link has them."""
        return next((hint.target for hint in self._hints if hint.label == label), "")

    def link_at(self, x: int, y: int) -> str:
        """Where the link at a cell of the pane leads; empty where there is none."""
        document, structure = self._text, self._structure
        row, offset = self._text_under(x, y)
        if document is None or structure is None or row is None or not document.blocks:
            return ""
        return links.target_at(document, structure, row, offset)

    def _text_under(self, x: int, y: int) -> tuple[Row | None, int | None]:
        """The row of the text at a cell of the pane, and the code point there; None for what is not there."""
        rows = self.visible_rows()
        row = rows[y] if 0 <= y < len(rows) else None
        if not isinstance(row, Row):
            return None, None
        return row, self._brush.offset_under(row, x - self._columns()[0])

    def target_offset(self, target: str) -> int | None:
        """Where a target within this article stands, such as a footnote; None for any other target."""
        document = self._text
        return None if document is None else links.target_offset(document, target)

    def forget(self) -> None:
        """Another article is shown: nothing of this one matters any longer."""
        super().forget()
        self._hints = ()

    # What is to be told of the text

    def focused_text(self) -> str:
        """The focused sentence, else the paragraph at the top."""
        document, page = self._text, self._page
        if document is None or page is None:
            return ""
        low, _ = self.visible_range()
        start, end = self._focus or paragraph_at(document, max(low, page.text_start))
        return document.text[start:end]

    def outline(self) -> tuple[Entry, ...]:
        """The headings."""
        document = self._text
        if document is None:
            return ()
        if self._outline[0] is not document:
            self._outline = document, outline(document)
        return self._outline[1]

    def current_entry(self) -> int:
        """Index of the heading under which the reader is; -1 above the first."""
        here = self._offset if self._focus is None else self._focus.start
        return bisect_right([entry.offset for entry in self.outline()], here) - 1

    # What the page asks

    def scrolled(self) -> None:
        """The letters belong to the links that were visible."""
        super().scrolled()
        self._hints = ()

    def overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """Letters over all."""
        over = super().overlays(start, end)
        if not self._hints:
            return over
        found = (
            Overlay(hint.start, hint.start + 1, Role.HINT, hint.label)
            for hint in self._hints
            if start <= hint.start < end
        )
        return (*over, *found)

    def ink(self, name: str) -> Style:
        """A look by its name; the terminal's own colours need some of their own."""
        app = self.app
        bare = app.no_color or app.current_theme.ansi
        if name == Role.CARET and bare:
            return styles.CARET_WITHOUT_TONES
        if name in styles.ANSI and app.current_theme.ansi:
            variables = {**app.theme_variables, **styles.ANSI_COLOURS}
            return style_of(styles.ANSI[name], variables, colour=not app.no_color)
        return super().ink(name)

    # The mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the page."""
        self._wheel(event, WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the page."""
        self._wheel(event, -WHEEL_ROWS)

    def _wheel(self, event: events.MouseEvent, rows: int) -> None:
        event.stop()
        if self.line(rows):
            self.post_message(self.Scrolled())

    def on_click(self, event: events.Click) -> None:
        """A click follows a link, makes a highlight current, or makes the pane the active one; more clicks select."""
        event.stop()
        if self._dragged:
            self._dragged = False
            return
        if event.chain > 1 and self.pick_around(event.x, event.y, event.chain):
            return
        target = self.link_at(event.x, event.y)
        if target:
            self.post_message(self.LinkClicked(target))
            return
        self.end_selection()
        mark = self.mark_under(event.x, event.y)
        if mark:
            self.go_mark(mark)
            self.post_message(self.HighlightClicked(mark))
        else:
            self.post_message(self.Activated())

    def mark_under(self, x: int, y: int) -> str:
        """Id of the topmost highlight at a cell of the pane, or of that whose note is there; empty where none is."""
        row, offset = self._text_under(x, y)
        if row is None or offset is None:
            return self.note_under(x, y)
        return next((mark.id for mark in self.marks_at(offset)), "")

    def picked(self) -> None:
        """Tell that the mouse has selected something."""
        selection = self.selection
        if selection is not None:
            self.post_message(self.Selected(selection))

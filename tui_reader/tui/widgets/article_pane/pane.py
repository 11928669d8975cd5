"""The article pane: a page to read and move on, with finding, links and the mouse."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from tui_reader.document.find import Matches, find_all
from tui_reader.document.motions import paragraph_at
from tui_reader.document.outline import Entry, outline
from tui_reader.document.rows import Row
from tui_reader.tui.theme import style_of
from tui_reader.tui.widgets.article_pane import links, looks
from tui_reader.tui.widgets.article_pane.looks import STYLE_SHEET, Role
from tui_reader.tui.widgets.article_pane.painter import Overlay
from tui_reader.tui.widgets.article_pane.selecting import SelectingView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual import events

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Headline

WHEEL_ROWS = 3
"""Rows that the wheel moves by at each notch."""


class ArticlePane(SelectingView):
    """Shows an article.

    It takes no focus and does nothing by itself: keys come from the app as calls, the mouse goes out as messages.
    """

    DEFAULT_CSS = STYLE_SHEET
    LOOKS = looks.LOOKS
    PLAIN = looks.PLAIN

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

    _matches: Matches | None = None
    _match = 0
    _query = ""
    _hints: Sequence[links.Hint] = ()
    _outline: tuple[Document | None, tuple[Entry, ...]] = (None, ())

    def show(
        self, headline: Headline | None, document: Document | None, *, offset: int = 0, progress: float = 0.0
    ) -> None:
        """Show an article, at an offset; see `PageView.show`. What was found and focused in another one is dropped."""
        same = headline is not None and self._headline is not None and headline.id == self._headline.id
        if not same or document is not self._document:
            self._focus = None
            self._hints = ()
            self._matches = find_all(document, self._query) if same and document is not None and self._query else None
            self._match = min(self._match, max(len(self._matches) - 1, 0)) if self._matches is not None else 0
        if not same:
            self._query = ""
        super().show(headline, document, offset=offset, progress=progress)

    def clear(self, message_title: str = "", lines: Sequence[str] = ()) -> None:
        """Show no article, but a few words in the middle."""
        self._focus, self._matches, self._hints, self._query = None, None, (), ""
        super().clear(message_title, lines)

    # Finding

    def find(self, query: str) -> int:
        """Find words in the text and show the match nearest after the top; how many there are."""
        document = self._text
        self._query = query
        matches = None if document is None else find_all(document, query)
        self._matches, self._match = matches, 0
        if matches is not None and len(matches):
            self._match = matches.at_or_after(self.visible_range()[0]) % len(matches)
            self._reveal(matches.starts[self._match], matches.ends[self._match])
        self.repaint()
        return self.find_position[1]

    def find_next(self, count: int = 1) -> tuple[int, int]:
        """Go to a match further on, or back if negative, round and round: its number from 1, and how many there are."""
        matches = self._matches
        if matches is None or not len(matches):
            return 0, 0
        low, high = self.visible_range()
        if not low <= matches.starts[self._match] < high:
            # The reader has moved on: the next match is the next from here.
            self._match = matches.at_or_after(low) - (1 if count > 0 else 0)
        self._match = (self._match + count) % len(matches)
        if not self._reveal(matches.starts[self._match], matches.ends[self._match]):
            self.repaint()
        return self.find_position

    @property
    def find_position(self) -> tuple[int, int]:
        """Number of the current match from 1, and how many there are; zeros where nothing was found."""
        total = len(self._matches) if self._matches is not None else 0
        return (self._match + 1, total) if total else (0, 0)

    def clear_find(self) -> None:
        """Paint matches no longer."""
        self._query = ""
        if self._matches is not None:
            self._matches = None
            self.repaint()

    @property
    def glance(self) -> int | None:
        """The current match: what was found can be focused with the next key."""
        if self._matches is None or not len(self._matches):
            return None
        low, high = self.visible_range()
        start = self._matches.starts[self._match]
        return start if low <= start < high else None

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
        page, structure = self._page, self._structure
        rows = self.visible_rows()
        if page is None or page.document is None or page.layout is None or structure is None or not 0 <= y < len(rows):
            return ""
        row, line = rows[y], page.to_layout(self._top + y)
        if not isinstance(row, Row) or line is None or not page.document.blocks:
            return ""
        column = x - self._columns()[0]
        return links.target_at(page.document, structure, row, self._brush.offset_under(row, column))

    def target_offset(self, target: str) -> int | None:
        """Where a target within this article stands, such as a footnote; None for any other target."""
        document = self._text
        return None if document is None else links.target_offset(document, target)

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
        """Matches over what is selected, then the caret, letters over all."""
        over = list(super().overlays(start, end))
        matches = self._matches
        if matches is not None:
            for number in matches.within(start, end):
                role = Role.MATCH_CURRENT if number == self._match else Role.MATCH
                over.append(Overlay(matches.starts[number], matches.ends[number], role))
        over.extend(self.caret_overlays(start, end))
        over.extend(
            Overlay(hint.start, hint.start + 1, Role.HINT, hint.label)
            for hint in self._hints
            if start <= hint.start < end
        )
        return tuple(over)

    def ink(self, name: str) -> Style:
        """A look by its name; the terminal's own colours need some of their own."""
        app = self.app
        bare = app.no_color or app.current_theme.ansi
        if name == Role.CARET and bare:
            return looks.UNREVERSED
        if name in looks.ANSI and app.current_theme.ansi:
            variables = {**app.theme_variables, **looks.ANSI_INKS}
            return style_of(looks.ANSI[name], variables, colour=not app.no_color)
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
        """A click follows a link, or makes the pane the active one."""
        event.stop()
        target = self.link_at(event.x, event.y)
        self.post_message(self.LinkClicked(target) if target else self.Activated())

"""A page of text rows that fills the screen: the base of the help and of a command's output."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui_reader.document.normalization import search_key
from tui_reader.tui.screens.dialog import Dialog
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.prompt import Prompt, Question

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from textual.app import ComposeResult

ALL_ROWS = 10_000_000
"""A number of rows greater than that of any page."""
WHEEL_ROWS = 3
"""Rows per notch of the mouse wheel."""


class Page(LinePane):
    """Text rows with a scroll position, wrapped to the width."""

    def __init__(self) -> None:
        super().__init__()
        self._top = 0
        self._words = ""
        self._found: Sequence[int] = ()
        """The rows that contain the searched words."""
        self._at = 0
        """Index in `_found` of the current match."""

    @property
    def rows(self) -> int:
        """The number of rows at the current width."""
        raise NotImplementedError

    def wrap(self) -> None:
        """Compute the rows for the current width."""
        raise NotImplementedError

    def text_of(self, row: int) -> str:
        """Return the text of a row, for the search."""
        raise NotImplementedError

    def find(self, words: str, start: int | None = None) -> int:
        """Mark the rows that contain words, and scroll to the first of them at or below the row `start`.

        A match may continue in the next row.

        Args:
            words: The words; empty to mark no row.
            start: The row at the top when the search began; None for the first visible row.

        Returns:
            The number of rows found.
        """
        self._words = words
        key = search_key(words.strip())
        rows = [search_key(self.text_of(row).strip()) for row in range(self.rows)]
        pairs = zip(rows, [*rows[1:], ""], strict=True) if key else ()
        self._found = [
            number
            for number, (row, after) in enumerate(pairs)
            if key in row or -1 < f"{row} {after}".find(key) < len(row)
        ]
        start = self._top if start is None else start
        self._at = next((index for index, row in enumerate(self._found) if row >= start), 0)
        self._top = start
        self._show_found()
        return len(self._found)

    def next_found(self, by: int) -> tuple[int, int]:
        """Go `by` matches on; after the last match follows the first.

        Returns:
            The number of the match that is current now, from 1, and the number of matches; (0, 0) without matches.
        """
        if not self._found:
            return 0, 0
        self._at = (self._at + by) % len(self._found)
        self._show_found()
        return self._at + 1, len(self._found)

    @property
    def position(self) -> tuple[int, int]:
        """The number of the current match, from 1, and the number of matches; (0, 0) without matches."""
        return (self._at + 1 if self._found else 0), len(self._found)

    def _show_found(self) -> None:
        if self._found:
            row, height = self._found[self._at], max(1, self.size.height)
            if not self._top <= row < self._top + height - 1:
                self._top = row - height // 3
        self.scroll_rows(0)

    def mark_of(self, row: int) -> str:
        """Return the sign at the left edge of a row: `▶` for the current match, `·` for another match, else empty."""
        if not self._found or row not in self._found:
            return ""
        return "▶" if row == self._found[self._at] else "·"

    def on_resize(self) -> None:
        """Wrap the text to the new width."""
        self.wrap()
        if self._words:
            self.find(self._words)
        self._drop_strips()
        self.scroll_rows(0)

    @property
    def top(self) -> int:
        """The first visible row."""
        return self._top

    def scroll_rows(self, rows: int) -> None:
        """Scroll by a number of rows; a negative number scrolls up."""
        self._top = max(0, min(self._top + rows, self.rows - self.size.height))
        self.repaint()

    def row_key(self, y: int) -> Hashable:
        """Return a value that is equal as long as the row looks the same; see `LinePane.row_key`."""
        return y + self._top, self.mark_of(y + self._top)

    def on_mouse_scroll_down(self) -> None:
        """Scroll down when the mouse wheel turns down."""
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_up(self) -> None:
        """Scroll up when the mouse wheel turns up."""
        self.scroll_rows(-WHEEL_ROWS)


class PageScreen(Dialog[None]):
    """A dialog that shows one page."""

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    PageScreen > Page { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,h", "dismiss(None)", show=False),
        Binding("escape,ctrl+c", "leave", show=False),
        # With priority, so that letters typed ahead go into the search.
        Binding("slash", "search", show=False, priority=True),
        Binding("n", "next_found(1)", show=False),
        Binding("N", "next_found(-1)", show=False),
        Binding("j,down", "rows(1)", show=False),
        Binding("k,up", "rows(-1)", show=False),
        Binding("space,pagedown,ctrl+f,ctrl+d", "page(1)", show=False),
        Binding("b,pageup,ctrl+b,ctrl+u", "page(-1)", show=False),
        Binding("g,home", f"rows({-ALL_ROWS})", show=False),
        Binding("G,end", f"rows({ALL_ROWS})", show=False),
    ]

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page, self._prompt = page, Prompt()
        self._start = 0

    def compose(self) -> ComposeResult:
        """Yield the page, and the row in which words are typed."""
        yield self._page
        yield self._prompt

    def action_search(self) -> None:
        """Open the search field; after every typed letter, scroll to the first match."""
        start = self._page.top

        def changed(words: str) -> None:
            found = self._page.find(words, start)
            self._prompt.remark(self._matches() if found or not words.strip() else "no match")

        def cancelled(_: str) -> None:
            self._page.find("", start)

        def stepped(by: int) -> None:
            self.action_next_found(by)

        self._prompt.ask(
            Question("/", lambda _: None, changed=changed, cancelled=cancelled, stepped=stepped, placeholder="words")
        )

    def _matches(self) -> str:
        at, count = self._page.position
        return f"{at} of {count}" if count else ""

    def on_input_submitted(self) -> None:
        """End typing: the matches stay marked, and keys act on the page again."""
        self._prompt.confirm()

    def action_next_found(self, by: int) -> None:
        """Go to the next or previous match."""
        self._page.next_found(by)
        if self._prompt.question is not None:
            self._prompt.remark(self._matches())

    def action_leave(self) -> None:
        """Close the search field if it is open; if not, clear the marked matches; without any, close the page."""
        if self._prompt.question is not None:
            self._prompt.cancel()
        elif self._page.position[1]:
            self._page.find("")
        else:
            self.dismiss(None)

    def action_rows(self, rows: int) -> None:
        """Scroll the page by a number of rows."""
        self._page.scroll_rows(rows)

    def action_page(self, pages: int) -> None:
        """Scroll the page by a number of screens."""
        self._page.scroll_rows(pages * max(1, self._page.size.height - 2))

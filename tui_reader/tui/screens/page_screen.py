"""A page of text rows that fills the screen: the base of the help and of a command's output."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui_reader.tui.screens.dialog import Dialog
from tui_reader.tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from collections.abc import Hashable

    from textual.app import ComposeResult

ALL_ROWS = 10_000_000
"""A number of rows greater than that of any page."""
WHEEL_ROWS = 3


class Page(LinePane):
    """Text rows with a scroll position, wrapped to the width."""

    def __init__(self) -> None:
        super().__init__()
        self._top = 0

    @property
    def rows(self) -> int:
        """The number of rows at the current width."""
        raise NotImplementedError

    def wrap(self) -> None:
        """Compute the rows for the current width."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """Wrap the text to the new width."""
        self.wrap()
        self._strips.clear()
        self.scroll_rows(0)

    def scroll_rows(self, rows: int) -> None:
        """Scroll by a number of rows; a negative one scrolls up."""
        self._top = max(0, min(self._top + rows, self.rows - self.size.height))
        self.repaint()

    def row_key(self, y: int) -> Hashable:
        """Return everything that the painted row depends on."""
        return y + self._top

    def on_mouse_scroll_down(self) -> None:
        """Scroll down with the wheel."""
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_up(self) -> None:
        """Scroll up with the wheel."""
        self.scroll_rows(-WHEEL_ROWS)


class PageScreen(Dialog[None]):
    """A dialog that shows one page."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape,enter,h,ctrl+c", "dismiss(None)", show=False),
        Binding("j,down", "rows(1)", show=False),
        Binding("k,up", "rows(-1)", show=False),
        Binding("space,pagedown,ctrl+f,ctrl+d", "page(1)", show=False),
        Binding("b,pageup,ctrl+b,ctrl+u", "page(-1)", show=False),
        Binding("g,home", f"rows({-ALL_ROWS})", show=False),
        Binding("G,end", f"rows({ALL_ROWS})", show=False),
    ]

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page

    def compose(self) -> ComposeResult:
        """Yield the page."""
        yield self._page

    def action_rows(self, rows: int) -> None:
        """Scroll by rows."""
        self._page.scroll_rows(rows)

    def action_page(self, pages: int) -> None:
        """Scroll by screens."""
        self._page.scroll_rows(pages * max(1, self._page.size.height - 2))

"""A page of rows on the whole screen, to be read and put away: the base of the help and of a command's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui_reader.tui.screens.dialog import Dialog
from tui_reader.tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from collections.abc import Hashable

    from textual.app import ComposeResult

ALL_ROWS = 10_000_000
"""More rows than any page has."""
WHEEL_ROWS = 3


class Page(LinePane):
    """Rows with a position, wrapped to the width."""

    def __init__(self) -> None:
        super().__init__()
        self._top = 0

    @property
    def rows(self) -> int:
        """How many rows there are at this width."""
        raise NotImplementedError

    def wrap(self) -> None:
        """Make the rows for another width."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """Wrap anew."""
        self.wrap()
        self._strips.clear()
        self.scroll_rows(0)

    def scroll_rows(self, rows: int) -> None:
        """Move by rows; negative ones are upwards."""
        self._top = max(0, min(self._top + rows, self.rows - self.size.height))
        self.repaint()

    def row_key(self, y: int) -> Hashable:
        """All that the picture depends on."""
        return y + self._top

    def on_mouse_scroll_down(self) -> None:
        """The wheel turns downwards."""
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_up(self) -> None:
        """The wheel turns upwards."""
        self.scroll_rows(-WHEEL_ROWS)


class PageScreen(Dialog[None]):
    """Shows a page."""

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
        """The page."""
        yield self._page

    def action_rows(self, rows: int) -> None:
        """Move by rows."""
        self._page.scroll_rows(rows)

    def action_page(self, pages: int) -> None:
        """Move by pages."""
        self._page.scroll_rows(pages * max(1, self._page.size.height - 2))

"""What another program answered, to be read and put away."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui_reader.document.wrapping import cut_rows
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.lines import Piece, line

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from textual.app import ComposeResult
    from textual.strip import Strip


class OutputPage(LinePane):
    """The rows of a text, wrapped to the width, under the command that gave it."""

    DEFAULT_CSS = "OutputPage { background: $page; }"
    LOOKS: ClassVar[Mapping[str, str]] = {"": "text-ink on page", "label": "bold accent-ink", "muted": "muted-ink"}

    def __init__(self, command: str, text: str) -> None:
        super().__init__()
        self._command, self._text = command, text.expandtabs()
        self._rows: list[str] = []
        self._top = 0

    def on_resize(self) -> None:
        """Wrap anew."""
        cuts = cut_rows(self._text, max(2, self.size.width - 4), code=True)
        self._rows = [
            self._text[start:end].rstrip("\n") for start, end in zip([0, *cuts], cuts, strict=False) if end > start
        ]
        self._strips.clear()
        self.scroll_rows(0)

    def scroll_rows(self, rows: int) -> None:
        """Move the text."""
        self._top = max(0, min(self._top + rows, len(self._rows) + 2 - self.size.height))
        self.repaint()

    def row_key(self, y: int) -> Hashable:
        """All that the picture depends on."""
        return y + self._top

    def paint_row(self, y: int, width: int) -> Strip:
        """A row."""
        base, number = self.ink(""), y + self._top
        if number == 0:
            head = [Piece(f"  | {self._command}", base + self.ink("label"))]
            return line(width, base, head, [Piece(" q closes ", base + self.ink("muted"))])
        text = self._rows[number - 2] if 2 <= number < len(self._rows) + 2 else ""
        return line(width, base, [Piece("  ", base), Piece(text, base)])

    def on_mouse_scroll_down(self) -> None:
        """The wheel turns downwards."""
        self.scroll_rows(3)

    def on_mouse_scroll_up(self) -> None:
        """The wheel turns upwards."""
        self.scroll_rows(-3)


class Output(ModalScreen[None]):
    """A page of text on the whole screen."""

    CSS = "Output { background: $page; padding: 1 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape,enter,h,ctrl+c", "dismiss(None)", show=False),
        Binding("j,down", "rows(1)", show=False),
        Binding("k,up", "rows(-1)", show=False),
        Binding("space,pagedown,ctrl+f,ctrl+d", "page(1)", show=False),
        Binding("b,pageup,ctrl+b,ctrl+u", "page(-1)", show=False),
        Binding("g,home", "rows(-10000000)", show=False),
        Binding("G,end", "rows(10000000)", show=False),
    ]

    def __init__(self, command: str, text: str) -> None:
        super().__init__()
        self._page = OutputPage(command, text)

    def compose(self) -> ComposeResult:
        """The page."""
        yield self._page

    def action_rows(self, rows: int) -> None:
        """Move by rows."""
        self._page.scroll_rows(rows)

    def action_page(self, pages: int) -> None:
        """Move by pages."""
        self._page.scroll_rows(pages * max(1, self._page.size.height - 2))

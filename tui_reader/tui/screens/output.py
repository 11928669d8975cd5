"""The screen that shows the output of a shell command."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui_reader.document.wrapping import cut_rows
from tui_reader.tui.screens.page_screen import Page, PageScreen
from tui_reader.tui.widgets.styled_lines import Piece, line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.strip import Strip


class OutputPage(Page):
    """The rows of an output, under the command line that produced it."""

    DEFAULT_CSS = "OutputPage { background: $page; }"
    STYLES: ClassVar[Mapping[str, str]] = {"": "text-ink on page", "label": "bold accent-ink", "muted": "muted-ink"}

    def __init__(self, command: str, text: str) -> None:
        super().__init__()
        self._command, self._text = command, text.expandtabs()
        self._lines: list[str] = []

    @property
    def rows(self) -> int:
        """The number of rows, with the row of the command and the empty row under it."""
        return len(self._lines) + 2

    def wrap(self) -> None:
        """Compute the rows for the current width."""
        cuts = cut_rows(self._text, max(2, self.size.width - 4), code=True)
        self._lines = [
            self._text[start:end].rstrip("\n") for start, end in zip([0, *cuts], cuts, strict=False) if end > start
        ]

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint one row."""
        base, number = self.named_style(""), y + self._top
        if number == 0:
            head = [Piece(f"  | {self._command}", base + self.named_style("label"))]
            return line(width, base, head, [Piece(" / finds · q closes ", base + self.named_style("muted"))])
        text = self._lines[number - 2] if 2 <= number < self.rows else ""
        mark = Piece(f"{self.mark_of(number):<2}", base + self.named_style("label"))
        return line(width, base, [mark, Piece(text, base)])

    def text_of(self, row: int) -> str:
        """Return the text of a row."""
        return self._lines[row - 2] if 2 <= row < self.rows else ""


class Output(PageScreen):
    """The screen with the output of a command."""

    CSS = "Output { background: $page; padding: 1 0; }"

    def __init__(self, command: str, text: str) -> None:
        super().__init__(OutputPage(command, text))

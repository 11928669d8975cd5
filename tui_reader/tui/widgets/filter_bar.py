"""The row that shows the filter of a list and how many entries match it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len

from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, clip, line

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from textual.strip import Strip

EXAMPLES = "words  c:1  tag:lede  is:lost  has:note  added:<30d  after:2026-05"


class FilterBar(LinePane):
    """The row below the top bar, with the filter and the number of matches."""

    DEFAULT_CSS = "FilterBar { height: 1; background: $raised; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on raised",
        "key": "bold accent-ink",
        "typed": "bright",
        "muted": "muted-ink",
        "bad": "bad",
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self._shown = ("", "", "")

    def show(self, typed: str, summary: str, problem: str = "") -> None:
        """Show the typed filter, the number of matches, and the invalid parts of the filter."""
        if (typed, summary, problem) != self._shown:
            self._shown = typed, summary, problem
            self.repaint()

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of the row."""
        return self._shown

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint the filter, or examples of filters if it is empty."""
        base = self.named_style("")
        typed, summary, problem = self._shown
        right = [Piece(f" {problem} ", base + self.named_style("bad"))] if problem else []
        right.append(Piece(f" {summary} ", base + self.named_style("muted")))
        room = width - 3 - sum(cell_len(piece.text) for piece in right)
        left = [Piece(" / ", base + self.named_style("key"))]
        left.append(Piece(clip(typed or EXAMPLES, room), base + self.named_style("typed" if typed else "muted")))
        return line(width, base, left, right)

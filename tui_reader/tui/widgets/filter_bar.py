"""The row that says what a list is narrowed to, and how much is left of it."""

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
    """A row under the first one."""

    DEFAULT_CSS = "FilterBar { height: 1; background: $raised; }"
    LOOKS: ClassVar[Mapping[str, str]] = {
        "": "text-ink on raised",
        "key": "bold accent-ink",
        "typed": "bright",
        "muted": "muted-ink",
        "bad": "bad",
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self._shown = ("", "", "")

    def show(self, typed: str, remark: str, problem: str = "") -> None:
        """Say what was typed, how much is left, and what of it means nothing."""
        if (typed, remark, problem) != self._shown:
            self._shown = typed, remark, problem
            self.repaint()

    def row_key(self, y: int) -> Hashable:
        """All that the picture depends on."""
        return self._shown

    def paint_row(self, y: int, width: int) -> Strip:
        """What was typed, or what could be."""
        base = self.ink("")
        typed, remark, problem = self._shown
        right = [Piece(f" {problem} ", base + self.ink("bad"))] if problem else []
        right.append(Piece(f" {remark} ", base + self.ink("muted")))
        room = width - 3 - sum(cell_len(piece.text) for piece in right)
        left = [Piece(" / ", base + self.ink("key"))]
        left.append(Piece(clip(typed or EXAMPLES, room), base + self.ink("typed" if typed else "muted")))
        return line(width, base, left, right)

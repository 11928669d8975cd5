"""A short list of completions next to the row of a text field."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len

from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, clip, line

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from textual.strip import Strip

MOST_ROWS = 8
"""Maximum number of rows, each with one completion."""
LEAST_WIDTH = 18
"""Minimum width of the list in columns, on a screen that is wide enough."""


class CompletionRows(LinePane):
    """Lists completions over the widgets next to a text field; hidden while empty.

    Args:
        below: True to show the list below the text field, False for above.
    """

    DEFAULT_CSS = """
    CompletionRows { display: none; overlay: screen; width: 20; height: 1; background: $raised; }
    """
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on raised",
        "current": "bright on cursor-tone",
        "muted": "muted-ink",
    }
    PLAIN_STYLES: ClassVar[Mapping[str, str]] = {"current": "reverse"}

    def __init__(self, *, below: bool = False) -> None:
        super().__init__()
        self._below = below
        self._words: Sequence[str] = ()
        self._at = 0
        self._moved = False

    @property
    def current(self) -> str:
        """The word under the cursor; empty if none is listed."""
        return self._words[self._at] if self._words else ""

    @property
    def was_moved(self) -> bool:
        """True if the cursor was moved since the list was shown."""
        return self._moved

    def show(self, words: Sequence[str], left: int = 0) -> None:
        """List words, with the cursor on the first word.

        Args:
            words: The words; an empty list hides the widget.
            left: Column of the screen at which the words begin, if there is room.
        """
        self._words, self._at, self._moved = words, 0, False
        self.display = bool(words)
        if words:
            width, height = self.app.size
            rows = max(1, min(MOST_ROWS, len(words), height // 3))
            columns = min(width, max(LEAST_WIDTH, max(map(cell_len, words)) + 12))
            self.styles.width, self.styles.height = columns, rows
            self.styles.offset = (max(0, min(left - 1, width - columns)), 1 if self._below else -rows)
        self.repaint()

    def move(self, by: int) -> None:
        """Move the cursor by a number of words, up if negative; from the last word to the first and vice versa."""
        if self._words:
            self._at, self._moved = (self._at + by) % len(self._words), True
            self.repaint()

    @property
    def _first(self) -> int:
        """Index of the word in the first row. It is chosen so that the word under the cursor is visible."""
        rows = max(1, self.size.height)
        return max(0, min(self._at - rows // 2, len(self._words) - rows))

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of a row."""
        index = self._first + y
        word = self._words[index] if index < len(self._words) else ""
        return word, index == self._at, len(self._words)

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint a word; for the word under the cursor, also its number and the total."""
        index = self._first + y
        is_current = index == self._at
        base = self.named_style("") + self.named_style("current") if is_current else self.named_style("")
        word = self._words[index] if index < len(self._words) else ""
        number = f"{index + 1:,} of {len(self._words):,} " if is_current and len(self._words) > 1 else ""
        right = [Piece(number, base + self.named_style("muted"))] if number else []
        return line(width, base, [Piece(f" {clip(word, width - cell_len(number) - 2)}", base)], right)

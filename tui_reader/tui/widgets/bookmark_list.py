"""The list of bookmarks, shown while the letter of a bookmark command is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len

from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, clip, line

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from textual.strip import Strip


class BookmarkRow(NamedTuple):
    """A row of the bookmark list."""

    letter: str
    words: str
    """The words of the text at the bookmark."""
    where: str
    """The title of the bookmark's article."""


class BookmarkList(LinePane):
    """A panel above the last row, with a cursor; the panel never has the keyboard focus."""

    DEFAULT_CSS = "BookmarkList { background: $raised; color: $text-ink; display: none; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on raised",
        "cursor": "bright on cursor-tone",
        "key": "bold accent-ink",
        "muted": "muted-ink",
    }
    PLAIN_STYLES: ClassVar[Mapping[str, str]] = {"cursor": "reverse"}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self._rows: Sequence[BookmarkRow] = ()
        self._title = ""
        self._cursor = -1
        self._top = 0

    @property
    def current(self) -> str:
        """The letter under the cursor; empty if the cursor was not moved yet."""
        return self._rows[self._cursor].letter if 0 <= self._cursor < len(self._rows) else ""

    def show(self, title: str, rows: Sequence[BookmarkRow], most: int) -> None:
        """Show bookmarks below a title, initially without a cursor; at most `most` bookmarks are visible at a time."""
        self._title, self._rows, self._cursor, self._top = title, rows, -1, 0
        self.styles.height = 1 + max(1, min(len(rows), most))
        self.display = True
        self.repaint()

    def move(self, by: int) -> None:
        """Move the cursor by a number of rows, at most to the first or the last bookmark."""
        self._cursor = max(0, min(self._cursor + by, len(self._rows) - 1))
        height = max(1, self.size.height - 1)
        self._top = max(self._cursor - height + 1, min(self._top, self._cursor))
        self.repaint()

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of a row."""
        index = y - 1 + self._top
        row = self._rows[index] if 0 <= index < len(self._rows) else None
        return y == 0, self._title, row, index == self._cursor

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint the title, or a bookmark: its letter, its words, and the title of its article at the right."""
        base, index = self.named_style(""), y - 1 + self._top
        if y == 0:
            return line(width, base, [Piece(f" {clip(self._title, width - 2)}", base + self.named_style("muted"))])
        if index >= len(self._rows):
            return line(width, base, [Piece("   there is no bookmark yet", base + self.named_style("muted"))])
        row, cursor = self._rows[index], index == self._cursor
        if cursor:
            base += self.named_style("cursor")
        where = clip(row.where, width // 3)
        words = clip(row.words, width - 6 - cell_len(where))
        left = [
            Piece("▎" if cursor else " ", base + self.named_style("key")),
            Piece(f" {row.letter}  ", base + self.named_style("key")),
            Piece(words, base),
        ]
        return line(width, base, left, [Piece(f" {where} ", base + self.named_style("muted"))] if where else [])

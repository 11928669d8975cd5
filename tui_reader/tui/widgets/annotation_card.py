"""The card that shows a whole annotation if its passage cannot be shown in the article."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui_reader.tui.widgets.article_pane.header import wrapped
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, line

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from textual.strip import Strip

MARGIN = 3
"""Empty columns left and right of the text."""
MOST_ROWS = 14
"""Maximum rows of a card; the article beside it gets the remaining rows."""
LEFT_ROWS = 8
"""Rows of the screen that a card never takes: for the list, the rows above the list, and the last row."""


class AnnotationCard(LinePane):
    """A widget of styled paragraphs, hidden while empty."""

    DEFAULT_CSS = "AnnotationCard { height: auto; background: $raised; display: none; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on raised",
        "state": "bold bad",
        "quote": "text-ink",
        "note": "italic text-ink",
        "muted": "muted-ink",
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self._paragraphs: tuple[tuple[str, str], ...] = ()
        self._rows: list[tuple[str, str]] = []

    def show(self, paragraphs: Sequence[tuple[str, str]]) -> None:
        """Show paragraphs, each a text and the name of its style; hide the card if the list is empty."""
        if tuple(paragraphs) == self._paragraphs:
            return
        self._paragraphs = tuple(paragraphs)
        self.display = bool(paragraphs)
        self.fit()

    def fit(self) -> None:
        """Wrap the paragraphs to the width and set the height that they need; cut them at the greatest height.

        The rows of the last paragraph remain, since it names the available commands.
        """
        width = (self.size.width or self.app.size.width) - 2 * MARGIN
        paragraphs = [self._wrapped(text, style, max(10, width)) for text, style in self._paragraphs]
        self._rows = [row for paragraph in paragraphs for row in paragraph]
        height = self.app.size.height
        most = max(3, min(MOST_ROWS, height // 2, height - LEFT_ROWS))
        if len(self._rows) > most:
            tail = paragraphs[-1][: most - 2] if len(paragraphs) > 1 else []
            self._rows = [*self._rows[: most - 1 - len(tail)], ("…", "muted"), *tail]
        self.styles.height = len(self._rows) + 1 if self._rows else 0
        self.repaint()

    @staticmethod
    def _wrapped(text: str, style: str, width: int) -> list[tuple[str, str]]:
        return [(row, style) for part in text.split("\n") if part.strip() for row in wrapped(part, width)]

    def on_resize(self) -> None:
        """Wrap the paragraphs to the new width."""
        self.fit()

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of a row."""
        return self._rows[y] if y < len(self._rows) else None

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint row `y` of the wrapped paragraphs, from 0; an empty row below the last."""
        base = self.named_style("")
        text, style = self._rows[y] if y < len(self._rows) else ("", "")
        return line(width, base, [Piece(" " * MARGIN, base), Piece(text, base + self.named_style(style))])

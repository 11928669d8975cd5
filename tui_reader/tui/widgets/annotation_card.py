"""The card of an annotation that cannot be shown in its place: all that was marked and written, to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui_reader.tui.widgets.article_pane.header import wrapped
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, line

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from textual.strip import Strip

MARGIN = 3
MOST_ROWS = 14
"""Rows that a card takes at most; the article beside it keeps the rest."""
LEFT_ROWS = 8
"""Rows of a low terminal that it leaves to the list, with the first rows and the last one."""


class AnnotationCard(LinePane):
    """Paragraphs in their looks; hidden while it has nothing to say."""

    DEFAULT_CSS = "AnnotationCard { height: auto; background: $raised; display: none; }"
    LOOKS: ClassVar[Mapping[str, str]] = {
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
        """Show paragraphs: each a text and the name of its look. Without any the card takes no room."""
        if tuple(paragraphs) == self._paragraphs:
            return
        self._paragraphs = tuple(paragraphs)
        self.display = bool(paragraphs)
        self.fit()

    def fit(self) -> None:
        """Wrap to the width, and take the rows that this needs."""
        width = (self.size.width or self.app.size.width) - 2 * MARGIN
        paragraphs = [self._wrapped(text, look, max(10, width)) for text, look in self._paragraphs]
        self._rows = [row for paragraph in paragraphs for row in paragraph]
        height = self.app.size.height
        most = max(3, min(MOST_ROWS, height // 2, height - LEFT_ROWS))
        if len(self._rows) > most:
            # What one can do about it stands at the end.
            tail = paragraphs[-1][: most - 2] if len(paragraphs) > 1 else []
            self._rows = [*self._rows[: most - 1 - len(tail)], ("…", "muted"), *tail]
        self.styles.height = len(self._rows) + 1 if self._rows else 0
        self.repaint()

    @staticmethod
    def _wrapped(text: str, look: str, width: int) -> list[tuple[str, str]]:
        return [(row, look) for part in text.split("\n") if part.strip() for row in wrapped(part, width)]

    def on_resize(self) -> None:
        """Wrap anew."""
        self.fit()

    def row_key(self, y: int) -> Hashable:
        """All that the picture of a row depends on."""
        return self._rows[y] if y < len(self._rows) else None

    def paint_row(self, y: int, width: int) -> Strip:
        """A row of a paragraph."""
        base = self.ink("")
        text, look = self._rows[y] if y < len(self._rows) else ("", "")
        return line(width, base, [Piece(" " * MARGIN, base), Piece(text, base + self.ink(look))])

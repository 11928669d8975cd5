"""The row that shows the filter of a list and how many entries match it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.geometry import Offset

from tui_reader.search.parsed_query import ParsedQuery
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.query_rows import PLAIN_QUERY_STYLES, QUERY_STYLES, QueryBar, query_pieces
from tui_reader.tui.widgets.styled_lines import Piece, clip, line

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from textual.strip import Strip

EMPTY = "words of notes and highlights, tags, colours, states"


class FilterBar(LinePane):
    """The row below the top bar, where the filter is typed, with the number of matches."""

    DEFAULT_CSS = "FilterBar { height: 1; background: $raised; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on raised",
        "key": "bold accent-ink",
        "muted": "muted-ink",
        "bad": "bad",
        **QUERY_STYLES,
    }
    PLAIN_STYLES: ClassVar[Mapping[str, str]] = PLAIN_QUERY_STYLES

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self.bar = QueryBar()
        """The bar in which the filter is typed; the list below paints its completions."""
        self._query = ParsedQuery()
        self._summary = ""

    def show(self, query: ParsedQuery, summary: str) -> None:
        """Show the filter, and the number of matches."""
        if (query, summary) != (self._query, self._summary):
            self._query, self._summary = query, summary
            self.repaint()

    def repaint_bar(self) -> None:
        """Repaint the filter that is being typed, and move the terminal cursor to the cursor in it."""
        self.repaint()
        x, y = self.region.offset
        self.app.cursor_position = Offset(x + self.bar.cursor_column(self.size.width), y)

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of the row."""
        return self._query.text, self._summary, self.bar.is_open and self.bar.version

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint the filter and the number of matches; if the filter is empty, paint a hint."""
        base, problem = self.named_style(""), self._query.problem
        # At least half of the row is kept for the typed text.
        room = width - cell_len(self._summary) - 4 - min(width // 2, 3 + cell_len(self._query.text) + 1)
        problem = clip(problem, room) if problem and room > 12 else ""
        if self.bar.is_open:
            return self.bar.paint_text(
                width, self.named_style, remark=" · ".join(filter(None, (problem, self._summary)))
            )
        right = [Piece(f" {problem} ", base + self.named_style("bad"))] if problem else []
        right.append(Piece(f" {self._summary} ", base + self.named_style("muted")))
        left = [Piece(" / ", base + self.named_style("key"))]
        if self._query.text.strip():
            left += query_pieces(self._query, base, self.named_style)
        else:
            left.append(Piece(EMPTY, base + self.named_style("muted")))
        return line(width, base, left, right)

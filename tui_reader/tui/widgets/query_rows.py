"""Rows of text that show a query: its coloured text, the completions at the cursor, and the number of matches."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.strip import Strip

from tui_reader.document.cells import next_boundary
from tui_reader.document.cleaning import clean_row
from tui_reader.search.parsed_query import ParsedQuery
from tui_reader.search.roles import Role, parts_with_roles
from tui_reader.tui.widgets.line_edit import LineEdit
from tui_reader.tui.widgets.styled_lines import Piece, clip, fit_parts, line, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.style import Style

    from tui_reader.search.completion import Completion

QUERY_STYLES: Mapping[str, str] = {
    "bar": "text-ink on raised",
    "bar-key": "bold accent-ink",
    "bar-current": "on cursor-tone",
    "bar-muted": "muted-ink",
    "bar-bad": "bad",
    "bar-cursor": "reverse",
    "bar-selected": "on cursor-tone",
    f"query-{Role.WORD}": "bright",
    f"query-{Role.PHRASE}": "bright",
    f"query-{Role.FIELD}": "link-ink",
    f"query-{Role.VALUE}": "bright",
    f"query-{Role.OPERATOR}": "bold muted-ink",
    f"query-{Role.NEGATION}": "bold bad",
    f"query-{Role.EXCLUDED}": "bad",
    f"query-{Role.SLIP}": "underline bad",
    f"query-{Role.BLANK}": "",
}
"""Styles by name, in the notation of `theme.style_of`, for widgets that show queries."""
PLAIN_QUERY_STYLES: Mapping[str, str] = {"bar-current": "reverse", "bar-selected": "underline"}
MOST_COMPLETIONS = 6
"""Maximum number of completions that are offered."""
LEFT = 3
"""Columns before the text: a space, the sign `/`, a space."""


def query_pieces(query: ParsedQuery, base: Style, named_style: Callable[[str], Style]) -> list[Piece]:
    """Split the text of a query into pieces, coloured by kind: word, field, operator."""
    return [Piece(text, base + named_style(f"query-{role}")) for text, role in parts_with_roles(query)]


class QueryBar:
    """The data of the query bar while a query is typed. The pane with the bar paints the rows."""

    def __init__(self) -> None:
        self.edit = LineEdit()
        self.is_open = False
        self.query = ParsedQuery()
        self.completions: Sequence[Completion] = ()
        self.chosen = 0
        """Index of the selected completion."""
        self._note = ""
        self._is_bad = False
        self._wrapped: tuple[tuple[str, int], list[str]] = ("", 0), [""]
        """Cache of `_note_rows`: an error message and its width in columns, and the rows into which it is wrapped."""
        self.version = 0
        """Number of changes so far, used in the cache keys of painted rows."""

    def changed(self) -> None:
        """Record a change, so that rows are painted again."""
        self.version += 1

    def note(self, text: str, *, bad: bool = False) -> None:
        """Set the line below the text: the number of matches, or the error in the query."""
        self._note, self._is_bad = clean_row(text), bad
        self.changed()

    def offer(self, completions: Sequence[Completion]) -> None:
        """List completions, with the first completion selected."""
        self.completions, self.chosen = completions, 0
        self.changed()

    def choose(self, index: int) -> None:
        """Select the completion at an index, or the nearest one if the index is out of range."""
        self.chosen = max(0, min(index, len(self.completions) - 1))
        self.changed()

    # Rows

    def most_rows(self, height: int) -> int:
        """Return the largest number of completions to show in a pane of `height` rows.

        They are few enough that some entries of the pane stay visible below them.
        """
        return max(1, min(MOST_COMPLETIONS, 4 if height < 24 else MOST_COMPLETIONS, (height - 4) // 3))

    def height(self, width: int, height: int) -> int:
        """Return the number of rows of text, completions and note in a pane of a size."""
        return 1 + self.shown_completions(height) + len(self._note_rows(width, height))

    def shown_completions(self, height: int) -> int:
        """Return the number of completions that a pane of `height` rows shows at a time."""
        return min(len(self.completions), self.most_rows(height))

    def _note_rows(self, width: int, height: int) -> list[str]:
        """Return the note in one row; an error message may take two rows."""
        room = max(1, width - LEFT - 1)
        if not self._is_bad or cell_len(self._note) <= room or height < 8:
            return [self._note]
        if self._wrapped[0] != (self._note, room):
            rows = wrap(self._note, room)
            rows = rows if len(rows) < 3 else [rows[0], clip(" ".join(rows[1:]), room)]
            self._wrapped = (self._note, room), rows
        return self._wrapped[1]

    def paint_text(self, width: int, named_style: Callable[[str], Style], *, remark: str = "") -> Strip:
        """Paint the row with the text and the cursor.

        Args:
            width: Columns.
            named_style: Returns the style of a name.
            remark: Text at the right end.
        """
        base = named_style("bar")
        right = [Piece(f" {remark} ", base + named_style("bar-muted"))] if remark else []
        room = max(2, width - LEFT - 1 - sum(cell_len(piece.text) for piece in right))
        start, end = self.edit.window(room)
        pieces = [Piece(" / ", base + named_style("bar-key"))]
        at = 0
        cursor, behind = self.edit.cursor, next_boundary(self.edit.text, self.edit.cursor)
        selected = self.edit.selection
        edges = sorted({min(max(edge, start), end) for edge in (start, end, cursor, behind, *selected)})
        for text, role in parts_with_roles(self.query):
            style = base + named_style(f"query-{role}")
            for low, high in pairwise(edges):
                first, last = max(low - at, 0), min(high - at, len(text))
                if first < last:
                    look = style + named_style("bar-selected") if selected[0] <= low < selected[1] else style
                    look = look + named_style("bar-cursor") if low == cursor else look
                    pieces.append(Piece(text[first:last], look))
            at += len(text)
        if cursor >= len(self.edit.text):
            pieces.append(Piece(" ", base + named_style("bar-cursor")))
        return line(width, base, pieces, right)

    def paint_below(self, index: int, size: tuple[int, int], named_style: Callable[[str], Style]) -> Strip:
        """Paint a row below the text: a completion, or the note.

        Args:
            index: Number of the row, 0 for the first below the text.
            size: Columns and rows of the pane.
            named_style: Returns the style of a name.
        """
        width, height = size
        rows = self.shown_completions(height)
        base = named_style("bar")
        if index >= rows:
            note = self._note_rows(width, height)
            text = note[index - rows] if index - rows < len(note) else ""
            style = base + named_style("bar-bad" if self._is_bad else "bar-muted")
            return line(width, base, [Piece(" " * LEFT, base), Piece(clip(text, width - LEFT - 1), style)])
        first = max(0, self.chosen - rows + 1)
        return self._paint_completion(first + index, width, named_style)

    def _paint_completion(self, index: int, width: int, named_style: Callable[[str], Style]) -> Strip:
        each, base = self.completions[index], named_style("bar")
        # One column at each side keeps the colour of the bar.
        row = base + named_style("bar-current") if index == self.chosen else base
        room = width - LEFT - 3
        articles = f"{each.articles:,} article{'' if each.articles == 1 else 's'}" if each.articles else ""
        label = clip(each.label, room)
        right = fit_parts([each.kind, articles, each.detail], room - cell_len(label) - 1)
        pieces = [Piece(" ", base), Piece("  ", row), Piece(label, row + named_style("query-word"))]
        inner = line(width - 1, row, pieces, [Piece(f"{right} ", row + named_style("bar-muted"))])
        return Strip([*inner, *line(1, base, ())], width)

    def cursor_column(self, width: int) -> int:
        """Return the column of the cursor in the row of the text."""
        start, _ = self.edit.window(max(2, width - LEFT - 1))
        return LEFT + cell_len(self.edit.text[start : self.edit.cursor])

    def index_at(self, row: int, height: int) -> int | None:
        """Return the index of the completion in a row of the pane; None without a completion."""
        rows = self.shown_completions(height)
        first = max(0, self.chosen - rows + 1)
        return first + row - 1 if 1 <= row <= rows else None

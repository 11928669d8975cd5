"""The list of headlines, two rows each. Painting costs depend on the visible rows, not on the library."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.geometry import Offset, Region
from textual.message import Message

from tui_reader.search.parsed_query import ParsedQuery
from tui_reader.tui.widgets.headline_texts import meta_text
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.query_rows import PLAIN_QUERY_STYLES, QUERY_STYLES, QueryBar, query_pieces
from tui_reader.tui.widgets.row_choice import RowChoice
from tui_reader.tui.widgets.styled_lines import Piece, clip, fit_parts, line, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from datetime import date

    from rich.style import Style
    from textual import events
    from textual.strip import Strip

    from tui_reader.model.article import ArticleId, Headline

HEADER_ROWS = 2
"""Rows of the header: the name of the view and an empty row; with a query, a row of counts is between them."""
LOW_HEIGHT = 22
"""Rows of the widget (24 of the terminal) below which `Density.AUTO` is compact."""


class Density(StrEnum):
    """Space between headlines: an empty row (comfortable), none (compact), or by the widget's height (auto)."""

    AUTO = "auto"
    COMFORTABLE = "comfortable"
    COMPACT = "compact"


class HeadlineList(LinePane):
    """The headlines of a view, with a cursor.

    The widget stores ids and gets visible headlines by a callback. Call `touch` with the ids of changed headlines.
    """

    DEFAULT_CSS = "HeadlineList { background: $page; color: $text-ink; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on page",
        "cursor": "on cursor-tone",
        "resting": "on cursor-tone",
        "chosen": "on raised",
        "unread": "bold bright",
        "title": "text-ink",
        "muted": "muted-ink",
        "label": "bold muted-ink",
        "mark": "accent-ink",
        "bad": "bad",
        "faint": "faint",
        **QUERY_STYLES,
    }
    PLAIN_STYLES: ClassVar[Mapping[str, str]] = {"cursor": "reverse", "resting": "underline", **PLAIN_QUERY_STYLES}

    class Clicked(Message):
        """Message: a headline was clicked, `chain` times in a row: 2 or more is a double click."""

        def __init__(self, index: int, chain: int) -> None:
            super().__init__()
            self.index, self.chain = index, chain

    class BarClicked(Message):
        """Message: the open query bar was clicked, at a column of a row."""

        def __init__(self, column: int, row: int) -> None:
            super().__init__()
            self.column, self.row = column, row

    class BarDragged(Message):
        """Message: the mouse was dragged over the text of the open query bar, from one column to another."""

        def __init__(self, start: int, column: int) -> None:
            super().__init__()
            self.start, self.column = start, column

    class Wheeled(Message):
        """Message: the mouse wheel was turned to scroll by a number of headlines."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(
        self,
        rows: Callable[[Sequence[ArticleId]], Sequence[Headline]],
        today: Callable[[], date],
        *,
        id: str | None = None,  # noqa: A002 - the name that Textual gives it
    ) -> None:
        """Create an empty list. `rows` returns headlines by id, from memory; `today` returns the current day."""
        super().__init__(id=id)
        self._rows, self._today = rows, today
        self._ids: Sequence[ArticleId] = ()
        self._choice: RowChoice[ArticleId] = RowChoice()
        self._changes = 0
        """Number of calls of `touch`."""
        self._versions: dict[ArticleId, int] = {}
        """For each changed article the number of the last call of `touch` with it; rows are cached by this number."""
        self._cursor = 0
        self._top = 0
        self.bar = QueryBar()
        """The query bar at the top of the list."""
        self._pressed: int | None = None
        """Column of the query bar's text at which the mouse button was pressed; None if it was not, or elsewhere."""
        self._is_dragged = False
        """True if the mouse has moved since the button was pressed there."""
        self._title = ""
        self._query = ParsedQuery()
        self._order = ""
        self._empty: tuple[str, ...] = ()
        self._density = Density.AUTO

    # Content

    @property
    def ids(self) -> Sequence[ArticleId]:
        """The ids of the articles in the view, in its order."""
        return self._ids

    @property
    def cursor(self) -> int:
        """Index of the headline under the cursor."""
        return self._cursor

    @property
    def current(self) -> ArticleId | None:
        """The id of the article under the cursor; None if the list is empty."""
        return self._ids[self._cursor] if self._ids else None

    @property
    def row_count(self) -> int:
        """Number of rows of one headline, including empty rows."""
        low = self._density is Density.AUTO and self.size.height < LOW_HEIGHT
        return 2 if low or self._density is Density.COMPACT else 3

    @property
    def page(self) -> int:
        """Number of headlines that fit into the widget, at least one."""
        return max(1, (self.size.height - self.header_rows) // self.row_count)

    @property
    def header_rows(self) -> int:
        """Number of rows above the first headline."""
        if self.bar.is_open:
            return self.bar.height(*self.size)
        return HEADER_ROWS + (self.has_query and self.row_count > 2)

    @property
    def has_query(self) -> bool:
        """True if a query filters the list."""
        return bool(self._query.text.strip())

    def show(self, ids: Sequence[ArticleId], cursor: int) -> None:
        """Show the articles of a view, with the cursor at the index `cursor` or the nearest valid one."""
        if self._has_choice:
            self._choice.list_changed(ids, self._cursor)
        self._ids = ids
        self._cursor = max(0, min(cursor, len(ids) - 1))
        self._follow()
        self.repaint()

    def describe(self, title: str, query: ParsedQuery, order: str, empty: Sequence[str]) -> None:
        """Set the header and the text of an empty view.

        Args:
            title: Name of the standing view.
            query: The query that filters the list.
            order: The sort order, in words.
            empty: Lines to show in an empty list; the first line is brighter.
        """
        self._title, self._query, self._order, self._empty = title, query, order, tuple(empty)
        self._follow()
        self.repaint()

    def repaint_bar(self) -> None:
        """Repaint the list with its open query bar, and move the terminal cursor to the cursor of the bar."""
        self._follow()
        self.repaint()
        x, y = self.region.offset
        self.app.cursor_position = Offset(x + self.bar.cursor_column(self.size.width), y)

    def set_density(self, density: Density) -> None:
        """Set the space between headlines."""
        self._density = density
        self._follow()
        self.repaint()

    def touch(self, ids: Iterable[ArticleId]) -> None:
        """Repaint headlines whose articles changed."""
        self._changes += 1
        touched = dict.fromkeys(ids, self._changes)
        self._versions.update(touched)
        window = range(self._top, min(self._top + self.page + 1, len(self._ids)))
        regions = [self._region_of(index) for index in window if self._ids[index] in touched]
        if regions:
            self.repaint(*regions)

    def repaint_active(self) -> None:
        """Repaint the headline under the cursor, whose bar shows whether the list is active."""
        self.repaint(self._region_of(self._cursor))

    def move_to(self, index: int) -> bool:
        """Move the cursor to an index, or to the nearest valid one.

        Only two headlines are repainted, unless the list scrolls or the cursor extends a choice.

        Returns:
            True if the cursor moved.
        """
        index = max(0, min(index, len(self._ids) - 1))
        if index == self._cursor or not self._ids:
            return False
        before, top = self._cursor, self._top
        self._cursor = index
        self._follow()
        if top != self._top or self._choice.anchor is not None:
            self.repaint()
        else:
            self.repaint(self._region_of(before), self._region_of(index))
        return True

    # The choice of several articles

    @property
    def chosen(self) -> tuple[ArticleId, ...]:
        """The chosen articles, in the order of the list; empty if none was chosen."""
        return self._choice.chosen(self._cursor)

    @property
    def chosen_count(self) -> int:
        """The number of chosen articles."""
        return self._choice.count(self._cursor) if self._has_choice else 0

    @property
    def _has_choice(self) -> bool:
        """True if articles are chosen."""
        return self._choice.anchor is not None or bool(self._choice.members)

    def _is_chosen(self, index: int) -> bool:
        """Return True if the article at an index is chosen."""
        return self._has_choice and self._choice.holds(index, self._cursor)

    def begin_choice(self) -> None:
        """Choose only the article under the cursor; moving the cursor then extends the choice."""
        if self._ids:
            self._choice.begin(self._ids, self._cursor)
            self.repaint()

    def toggle_choice(self) -> None:
        """Choose the article under the cursor, or unchoose it; moving the cursor does not change the choice."""
        if self._ids:
            self._choice.toggle(self._ids, self._cursor)
            self.repaint()

    def choose_all(self) -> None:
        """Choose all articles of the list; moving the cursor does not change the choice."""
        self._choice.choose_all(self._ids)
        self.repaint()

    def keep_choice(self) -> None:
        """Freeze the chosen articles for the next command; further moves of the cursor do not change the choice."""
        self._choice.freeze(self._cursor)

    def end_choice(self) -> bool:
        """Clear the choice of articles. Return True if any article was chosen."""
        if self._choice.is_empty:
            return False
        self._choice.clear()
        self.repaint()
        return True

    def scroll_by(self, headlines: int) -> None:
        """Scroll by a number of headlines, up if negative; a cursor that is out of view then moves into it."""
        self._top = max(0, min(self._top + headlines, len(self._ids) - self.page))
        self._cursor = max(self._top, min(self._cursor, self._top + self.page - 1))
        self.repaint()

    def _follow(self) -> None:
        """Scroll until the cursor is visible, with one more headline above or below if there is room."""
        margin = 1 if self.page > 2 else 0
        self._top = max(self._cursor - self.page + 1 + margin, min(self._top, self._cursor - margin))
        self._top = max(0, min(self._top, len(self._ids) - self.page))

    def _region_of(self, index: int) -> Region:
        rows = self.row_count
        return Region(0, self.header_rows + (index - self._top) * rows, self.size.width, rows).intersection(
            self.size.region
        )

    # Painting

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of a row."""
        header = self.header_rows
        if y < header:
            if self.bar.is_open:
                return "bar", y, self.bar.version, self.size.height
            return "header", y, self._title, self._query.text, self._order, len(self._ids), header
        index, part = divmod(y - header, self.row_count)
        index += self._top
        if not self._ids:
            return "empty", y - header, self._empty
        if part > 1 or index >= len(self._ids):
            return "blank"
        article = self._ids[index]
        cursor, chosen = index == self._cursor, self._is_chosen(index)
        return article, part, cursor, chosen, cursor and self.active, self._versions.get(article, 0), self._today()

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint a row: the header, a title, the metadata of an article, or nothing."""
        base = self.named_style("")
        header = self.header_rows
        if y < header:
            return self._paint_header(y, width)
        if not self._ids:
            said = [(part, number) for number, text in enumerate(self._empty) for part in wrap(text, width - 4)]
            text, number = said[y - header] if y - header < len(said) else ("", 0)
            style = self.named_style("title") if number == 0 else self.named_style("muted")
            return line(width, base, [Piece("   ", base), Piece(text, base + style)])
        index, part = divmod(y - header, self.row_count)
        index += self._top
        if part > 1 or index >= len(self._ids):
            return line(width, base, ())
        headline = self._rows([self._ids[index]])[0]
        cursor, chosen = index == self._cursor, self._is_chosen(index)
        if cursor:
            base += self.named_style("cursor" if self.active else "resting")
        elif chosen:
            base += self.named_style("chosen")
        mark = "+" if chosen and (part or not cursor) else "▎" if cursor else " "
        bar = Piece(mark, base + self.named_style("mark" if self.active else "muted"))
        paint = self._paint_title if part == 0 else self._paint_meta
        return paint(headline, bar, base, width)

    def _paint_header(self, y: int, width: int) -> Strip:
        """Paint a row of the header, or of the query bar while it is open."""
        if self.bar.is_open:
            if y == 0:
                return self.bar.paint_text(width, self.named_style)
            return self.bar.paint_below(y - 1, (width, self.size.height), self.named_style)
        base = self.named_style("")
        muted, count = base + self.named_style("muted"), len(self._ids)
        if y == 1 and self.has_query:
            found = Piece(f" {count:,} article{'' if count == 1 else 's'}", muted)
            return line(
                width, base, [found], [Piece(f" {clip(self._order, width - cell_len(found.text) - 2)} ", muted)]
            )
        if y:
            return line(width, base, ())
        title = [Piece(f" {self._title}", base + self.named_style("label"))]
        if self.has_query:
            return line(width, base, [*title, Piece(" ", base), *query_pieces(self._query, base, self.named_style)])
        room = width - 2 - cell_len(title[0].text)
        right = fit_parts([f"{count:,}", self._order], max(len(f"{count:,}"), room))
        return line(width, base, title, [Piece(f" {right} ", muted)])

    def _paint_title(self, headline: Headline, bar: Piece, base: Style, width: int) -> Strip:
        if headline.article.error:
            mark, style = Piece("⚠", base + self.named_style("bad")), self.named_style("muted")
        elif headline.state.read:
            mark, style = Piece(" ", base), self.named_style("title")
        else:
            mark, style = Piece("●", base + self.named_style("mark")), self.named_style("unread")
        title = Piece(clip(headline.title, width - 4), base + style)
        return line(width, base, [bar, mark, Piece(" ", base), title])

    def _paint_meta(self, headline: Headline, bar: Piece, base: Style, width: int) -> Strip:
        state = headline.state
        marks = " ".join(filter(None, ("★" if state.starred else "", f"✎{headline.notes}" if headline.notes else "")))
        meta = meta_text(headline, width - 5 - (cell_len(marks) + 1 if marks else 0), self._today())
        right = [Piece(f"{marks} ", base + self.named_style("mark"))] if marks else ()
        return line(width, base, [bar, Piece("  ", base), Piece(meta, base + self.named_style("muted"))], right)

    # The mouse

    def index_at(self, y: int) -> int | None:
        """Return the index of the headline at a row of the widget; None without a headline."""
        index = self._top + (y - self.header_rows) // self.row_count
        return index if y >= self.header_rows and index < len(self._ids) else None

    def on_click(self, event: events.Click) -> None:
        """Post `Clicked` with the headline under the mouse, or `BarClicked`."""
        index = self.index_at(event.y)
        if self._is_dragged:
            self._is_dragged = False
        elif self.bar.is_open and event.y < self.header_rows:
            self.post_message(self.BarClicked(event.x, event.y))
        elif index is not None:
            self.post_message(self.Clicked(index, event.chain))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to select in the text of the open query bar."""
        self._pressed, self._is_dragged = (event.x if self.bar.is_open and not event.y else None), False

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Post `BarDragged` while the mouse selects."""
        if self._pressed is not None and event.button and (self._is_dragged or event.x != self._pressed):
            self._is_dragged = True
            self.post_message(self.BarDragged(self._pressed, event.x))

    def on_mouse_up(self) -> None:
        """End a selection by the mouse."""
        self._pressed = None

    def on_mouse_scroll_down(self) -> None:
        """Post the message `Wheeled` when the mouse wheel turns down."""
        self.post_message(self.Wheeled(1))

    def on_mouse_scroll_up(self) -> None:
        """Post the message `Wheeled` when the mouse wheel turns up."""
        self.post_message(self.Wheeled(-1))

    def on_resize(self) -> None:
        """Keep the cursor visible."""
        self._follow()

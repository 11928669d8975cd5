"""The list of a picker, and the texts above and below the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.message import Message

from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, clip, line, wrap

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from textual import events
    from textual.strip import Strip

    from tui_reader.tui.screens.choice import Choice

NAME_COLUMN = 24
"""Largest width, in columns, of the names of entries with details."""
LEAST_DETAIL = 20
"""Smallest number of columns in which a row shows its detail; with fewer, only the picker shows it, below the list."""


class ChoiceList(LinePane):
    """The list of matching entries, with a cursor."""

    DEFAULT_CSS = "ChoiceList { background: $raised; color: $text-ink; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on raised",
        "cursor": "bright on cursor-tone",
        "name": "bold bright",
        "muted": "muted-ink",
        "mark": "accent-ink",
    }
    PLAIN_STYLES: ClassVar[Mapping[str, str]] = {"cursor": "reverse"}

    class Clicked(Message):
        """Message: an entry was clicked."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    class Moved(Message):
        """Message: the cursor moved to another entry."""

    def __init__(self) -> None:
        super().__init__()
        self.empty_text = "no match"
        """The text to show in an empty list."""
        self._choices: Sequence[Choice] = ()
        self._cursor = 0
        self._top = 0
        self._rows = 1
        self._names = 0
        """Width of the column of names; 0 if no entry has a detail."""

    @property
    def current(self) -> Choice | None:
        """The entry under the cursor; None if the list is empty."""
        return self._choices[self._cursor] if self._choices else None

    @property
    def cursor(self) -> int:
        """The index of the entry under the cursor."""
        return self._cursor

    def show(self, choices: Sequence[Choice], cursor: int = 0) -> None:
        """Replace the entries of the list."""
        self._choices, self._top, self._cursor = choices, 0, 0
        self.move(cursor)
        self._scroll_to_cursor()

    def set_rows(self, rows: int) -> None:
        """Give the list a height in rows."""
        self._rows = rows
        self.styles.height = rows

    def set_names(self, choices: Sequence[Choice]) -> None:
        """Set the width of the column of names for all entries that may be shown."""
        has_details = any(choice.detail for choice in choices)
        longest = max((cell_len(choice.name) for choice in choices), default=0)
        self._names = min(longest, NAME_COLUMN) + 2 if has_details else 0

    def move(self, by: int) -> None:
        """Move the cursor by a number of entries, at most to the first or the last one."""
        self._cursor = max(0, min(self._cursor + by, len(self._choices) - 1))
        self._top = max(self._cursor - self._height + 1, min(self._top, self._cursor))
        self.repaint()
        self.post_message(self.Moved())

    @property
    def _height(self) -> int:
        """The number of rows of the list; before Textual's first layout, the number set by `set_rows`."""
        return max(1, self.size.height or self._rows)

    def _scroll_to_cursor(self) -> None:
        self._top = max(0, min(self._cursor - self._height // 2, len(self._choices) - self._height))

    def row_key(self, y: int) -> Hashable:
        """Return a value that is equal as long as the row looks the same; see `LinePane.row_key`."""
        index = y + self._top
        if index >= len(self._choices):
            return ("nothing", self.empty_text) if index == 0 else "blank"
        choice = self._choices[index]
        return choice.name, choice.detail, choice.remark, index == self._cursor, self._names

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint one entry: its name, the detail in a column beside it, and the remark at the right edge."""
        base, index = self.named_style(""), y + self._top
        if index >= len(self._choices):
            text = f"   {self.empty_text}" if index == 0 else ""
            return line(width, base, [Piece(text, base + self.named_style("muted"))])
        choice, cursor = self._choices[index], index == self._cursor
        if cursor:
            base += self.named_style("cursor")
        remark = clip(choice.remark, width // 4 if choice.detail else width // 2)
        room = width - 4 - (cell_len(remark) + 1 if remark else 0)
        pieces = [Piece("▎  " if cursor else "   ", base + self.named_style("mark"))]
        if self._names:
            names = max(1, min(self._names, room))
            name = clip(choice.name, names - 1)
            pieces.append(Piece(name + " " * (names - cell_len(name)), base + self.named_style("name")))
            if room - names >= LEAST_DETAIL:
                pieces.append(Piece(clip(choice.detail, room - names), base))
        else:
            pieces.append(Piece(clip(choice.name, room), base))
        return line(width, base, pieces, [Piece(f" {remark} ", base + self.named_style("muted"))])

    def on_click(self, event: events.Click) -> None:
        """Report the clicked entry."""
        index = event.y + self._top
        if index < len(self._choices):
            self.post_message(self.Clicked(self._choices[index]))

    def on_mouse_scroll_down(self) -> None:
        """Move the cursor down with the wheel."""
        self.move(3)

    def on_mouse_scroll_up(self) -> None:
        """Move the cursor up with the wheel."""
        self.move(-3)

    def on_resize(self) -> None:
        """Scroll so that the cursor is visible, and no row at the bottom is empty while entries are hidden above."""
        self._scroll_to_cursor()
        self.repaint()


class SideText(LinePane):
    """A text above or below the entries, wrapped to the rows that the widget has."""

    DEFAULT_CSS = "SideText { background: $raised; color: $muted-ink; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "muted-ink on raised",
        "muted": "muted-ink",
        "text": "text-ink",
        "bad": "bad",
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self._text, self._style = "", "muted"

    def show(self, text: str, style: str = "muted") -> None:
        """Replace the text, in one of the styles `muted`, `text` and `bad`."""
        if (text, style) != (self._text, self._style):
            self._text, self._style = text, style
            self.repaint()

    def row_key(self, y: int) -> Hashable:
        """Return a value that is equal as long as the row looks the same; see `LinePane.row_key`."""
        return self._text, self._style, y, self.size.height

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint a row of the text; text that does not fit is cut at the end of the last row."""
        base, rows = self.named_style(""), wrap(self._text, max(1, width - 4))
        most = max(1, self.size.height)
        if len(rows) > most:
            rows = [*rows[: most - 1], clip(" ".join(rows[most - 1 :]), width - 4)]
        text = rows[y] if y < len(rows) else ""
        return line(width, base, [Piece("   ", base), Piece(text, base + self.named_style(self._style))])

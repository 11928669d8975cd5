"""The dialog that offers entries: many, narrowed by typing a part of a name, or few, chosen by a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.fuzzy import Matcher
from textual.message import Message
from textual.widgets import Input

from tui_reader.document.normalization import search_key
from tui_reader.tui.screens.choice import Choice
from tui_reader.tui.screens.dialog import Dialog
from tui_reader.tui.widgets.line_input import LineInput
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, clip, line

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip


class ChoiceList(LinePane):
    """The list of the entries that match, with a cursor."""

    DEFAULT_CSS = "ChoiceList { background: $raised; color: $text-ink; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on raised",
        "cursor": "bright on cursor-tone",
        "muted": "muted-ink",
        "mark": "accent-ink",
    }
    PLAIN_STYLES: ClassVar[Mapping[str, str]] = {"cursor": "reverse"}

    @dataclass
    class Clicked(Message):
        """An entry was clicked."""

        choice: Choice

    def __init__(self) -> None:
        super().__init__()
        self._choices: Sequence[Choice] = ()
        self._cursor = 0
        self._top = 0

    @property
    def current(self) -> Choice | None:
        """The entry under the cursor; None if the list is empty."""
        return self._choices[self._cursor] if self._choices else None

    def show(self, choices: Sequence[Choice], cursor: int = 0) -> None:
        """Replace the entries."""
        self._choices, self._top, self._cursor = choices, 0, 0
        self.move(cursor)
        self.repaint()

    def move(self, by: int) -> None:
        """Move the cursor by a number of rows."""
        self._cursor = max(0, min(self._cursor + by, len(self._choices) - 1))
        height = max(1, self.size.height)
        self._top = max(self._cursor - height + 1, min(self._top, self._cursor))
        self.repaint()

    def row_key(self, y: int) -> Hashable:
        """Return everything that the painted row depends on."""
        index = y + self._top
        if index >= len(self._choices):
            return "nothing" if index == 0 else "blank"
        choice = self._choices[index]
        return choice.name, choice.remark, index == self._cursor

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint one entry with its remark."""
        base, index = self.named_style(""), y + self._top
        if index >= len(self._choices):
            text = "   no match" if index == 0 else ""
            return line(width, base, [Piece(text, base + self.named_style("muted"))])
        choice, cursor = self._choices[index], index == self._cursor
        if cursor:
            base += self.named_style("cursor")
        remark = clip(choice.remark, width // 2)
        name = clip(choice.name, width - 4 - (cell_len(remark) + 1 if remark else 0))
        bar = Piece("▎  " if cursor else "   ", base + self.named_style("mark"))
        return line(width, base, [bar, Piece(name, base)], [Piece(f" {remark} ", base + self.named_style("muted"))])

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
        """Keep the cursor in the visible rows."""
        self.move(0)


class Footing(LinePane):
    """The row below the entries that names the keys in force."""

    DEFAULT_CSS = "Footing { background: $raised; color: $muted-ink; }"
    STYLES: ClassVar[Mapping[str, str]] = {"": "muted-ink on raised"}

    def __init__(self) -> None:
        super().__init__()
        self._text = ""

    def show(self, text: str) -> None:
        """Replace the text."""
        self._text = text
        self.repaint()

    def row_key(self, y: int) -> Hashable:
        """Return everything that the painted row depends on."""
        return self._text

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint the row."""
        return line(width, self.named_style(""), [Piece(f"   {clip(self._text, width - 4)}", self.named_style(""))])


class Picker(Dialog[Choice | None]):
    """A text field, and below it the entries that match."""

    AUTO_FOCUS = ""
    CSS = """
    Picker {
        align: center top; background: $background 60%;
        &:ansi { background: transparent; }
        & > Vertical {
            width: 72; max-width: 100%; height: auto; max-height: 100%; margin: 2 0 0 0; background: $raised;
        }
        & Footing { height: 1; }
        & Input {
            height: 3; border: none; padding: 1 3; background: $raised; color: $bright; background-tint: $raised 0%;
            &:focus { border: none; background-tint: $raised 0%; }
            & > .input--placeholder { color: $muted-ink; }
        }
        &:ansi > Vertical { border: round $faint; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss(None)", show=False),
        Binding("down,ctrl+n,tab", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p,shift+tab", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
    ]
    MOST_ROWS = 20

    def __init__(self, placeholder: str, choices: Sequence[Choice], cursor: int = 0, *, few: bool = False) -> None:
        """Show `choices`; with `few`, letters move and choose until `/` starts a search for a part of a name."""
        super().__init__()
        self._placeholder, self._choices, self._start = placeholder, choices, cursor
        self._list, self._foot = ChoiceList(), Footing()
        self._by_key = few

    def compose(self) -> ComposeResult:
        """Yield the text field, the list, and the row of keys."""
        with Vertical():
            yield LineInput(placeholder=self._placeholder, select_on_focus=False)
            yield self._list
            yield self._foot

    def on_mount(self) -> None:
        """Show all entries; the list keeps this height while a search shows fewer."""
        self._size_list()
        self._list.show(self._choices, self._start)
        self._show_keys()
        if not self._by_key:
            self.query_one(Input).focus()

    def _show_keys(self) -> None:
        digits = f"1-{min(len(self._choices), 9)} or " if len(self._choices) > 1 else ""
        self._foot.show(
            f"j k move · {digits}enter takes · / filters · esc leaves"
            if self._by_key
            else "↑ ↓ or ctrl+n ctrl+p move · enter takes · esc leaves"
        )

    def on_key(self, event: events.Key) -> None:
        """Handle a key while the text field has no focus, because letters are keys."""
        if self._by_key and self._handle_key(event):
            event.stop()

    def _handle_key(self, event: events.Key) -> bool:
        """Handle a key of a picker with few entries.

        Returns:
            True if the key is bound here or prints a character.
        """
        character = event.character or ""
        if event.key == "slash":
            self._by_key = False
            self.query_one(Input).focus()
            self._show_keys()
        elif event.key == "enter":
            self.on_input_submitted()
        elif character in ("j", "k"):
            self._list.move(1 if character == "j" else -1)
        elif character in ("g", "G"):
            self._list.move(len(self._choices) * (1 if character == "G" else -1))
        elif character == "q":
            self.dismiss(None)
        elif character in "123456789" and character and int(character) <= len(self._choices):
            self.dismiss(self._choices[int(character) - 1])
        else:
            return event.is_printable
        return True

    def on_resize(self) -> None:
        """Fit the list to the new size of the screen."""
        self._size_list()

    def _size_list(self) -> None:
        self._list.styles.height = max(1, min(len(self._choices), self.MOST_ROWS, self.app.size.height - 7))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the matching entries, the best first; if nothing is typed, all entries in the given order."""
        query = event.value.strip()
        if not query:
            self._list.show(self._choices, self._start)
            return
        matcher = Matcher(search_key(query))
        scored = [(matcher.match(search_key(choice.name.strip())), index) for index, choice in enumerate(self._choices)]
        best = sorted(((-score, index) for score, index in scored if score > 0))
        self._list.show([self._choices[index] for _, index in best])

    def on_input_submitted(self) -> None:
        """Choose the entry under the cursor."""
        if self._list.current is not None:
            self.dismiss(self._list.current)

    def on_choice_list_clicked(self, event: ChoiceList.Clicked) -> None:
        """Choose the clicked entry."""
        self.dismiss(event.choice)

    def action_move(self, by: int) -> None:
        """Move the cursor of the list while the text field has the focus."""
        self._list.move(by)

"""The dialog that offers entries, filtered by a typed part of a name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui_reader.tui.screens.choice import Choice, matching
from tui_reader.tui.screens.choice_list import ChoiceList, SideText
from tui_reader.tui.screens.dialog import Dialog
from tui_reader.tui.widgets.containers import Rows
from tui_reader.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

LOW_HEIGHT = 16
"""On screens with fewer rows, the dialog has no empty rows."""
SENTENCE_WIDTH = 110
"""On screens with fewer columns, the detail of the current entry is shown in full below the list."""


class Picker(Dialog[Choice | None]):
    """A text field with the list of matching entries below."""

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Picker {
        align: center top; background: $background 60%;
        &:ansi { background: transparent; }
        & > Vertical {
            width: 72; max-width: 100%; height: auto; max-height: 100%; margin: 2 0 0 0; background: $raised;
        }
        &.-low > Vertical { margin: 0; }
        &.-detailed > Vertical { width: 116; }
        & SideText { height: 1; }
        & Input {
            height: 3; border: none; padding: 1 3; background: $raised; color: $bright; background-tint: $raised 0%;
            &:focus { border: none; background-tint: $raised 0%; }
            & > .input--placeholder { color: $muted-ink; }
            & > .input--suggestion { color: $muted-ink; text-style: none; }
        }
        &.-low Input { height: 1; padding: 0 3; }
        &:ansi > Vertical { border: round $faint; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, the app runs these keys before the next key, which may be for the screen below.
        Binding("escape,ctrl+c", "dismiss(None)", show=False, priority=True),
        Binding("enter", "submit", show=False, priority=True),
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
        Binding("tab", "take", show=False, priority=True),
        Binding("shift+tab", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
    ]
    MOST_ROWS = 20
    ALWAYS_SAYS = False
    """True to show the current entry's detail between text field and list, also where the row has room for it."""
    FEW_KEYS = "↑ ↓ move · enter takes · esc leaves"
    KEYS = "type to narrow · ↑ ↓ ctrl+n ctrl+p move · enter takes · esc leaves"

    def __init__(self, placeholder: str, choices: Sequence[Choice], cursor: int = 0) -> None:
        """Show `choices`; `cursor` is the index of the entry initially under the cursor."""
        super().__init__()
        self._placeholder, self._choices, self._start = placeholder, choices, cursor
        self._list, self._foot, self._sentence = ChoiceList(), SideText(), SideText(id="sentence")
        self._handled = ""
        """The typed text to which the listed entries belong."""
        self._has_details = any(choice.detail for choice in choices)

    def compose(self) -> ComposeResult:
        """Yield the text field, the list, the description of the current entry, and the row of keys."""
        self.set_class(self._has_details, "-detailed")
        with Rows():
            yield LineInput(placeholder=self._placeholder, select_on_focus=False)
            yield from (self._sentence, self._list) if self.ALWAYS_SAYS else (self._list, self._sentence)
            yield self._foot

    def on_mount(self) -> None:
        """Show all entries; the list keeps this height when fewer entries match."""
        self._fit()
        self._list.set_names(self._choices)
        self._list.show(self._choices, self._start)
        # `Input.focus()` would wait for the next message.
        self.set_focus(self.query_one(Input))

    @property
    def typed(self) -> str:
        """The text in the text field."""
        return self.query_one(Input).value

    def on_resize(self) -> None:
        """Fit the list to the new size of the screen."""
        self._fit()

    def _fit(self) -> None:
        width, height = self.app.size
        self.set_class(height < LOW_HEIGHT, "-low")
        self._foot.show(self.KEYS if width > len(self.KEYS) + 4 else self.FEW_KEYS)
        self._sentence.display = self.ALWAYS_SAYS or (self._has_details and width < SENTENCE_WIDTH)
        self._sentence.styles.height = 2
        taken = (2 if height < LOW_HEIGHT else 7) + (2 if self._sentence.display else 0)
        taken += 2 if self.app.current_theme.ansi else 0  # the border of the dialog
        self._list.set_rows(max(1, min(len(self._choices), self.MOST_ROWS, height - taken)))

    def on_choice_list_moved(self) -> None:
        """Show the description of the entry under the cursor."""
        self.describe()

    def describe(self) -> None:
        """Show the detail of the entry under the cursor in full; a subclass may show more about the entry."""
        current = self._list.current
        self._sentence.show(current.detail if current is not None else "", "text")

    def on_input_changed(self) -> None:
        """Show the matching entries, the best first; if nothing is typed, all entries in the given order."""
        self._follow_typed()

    def _follow_typed(self) -> None:
        """Update the entries for the text in the field, if the text has changed."""
        if self.typed != self._handled:
            self._handled = self.typed
            self.typed_changed(self._handled)

    async def settle(self) -> None:
        """Wait until the field has received all typed keys and the entries match its text."""
        done = asyncio.Event()
        self.query_one(Input).call_later(done.set)
        await done.wait()
        self._follow_typed()

    def replace(self, choices: Sequence[Choice], cursor: int = 0) -> None:
        """Replace the entries; those that match the typed text are listed.

        Args:
            choices: The entries.
            cursor: The index of the entry under the cursor if nothing is typed and the cursor was not moved.
        """
        if not self.typed.strip() and self._list.cursor != self._start:
            cursor = self._list.cursor
        self._choices, self._start = choices, cursor
        self._fit()
        self._list.set_names(choices)
        self.typed_changed(self.typed)

    def typed_changed(self, text: str) -> None:
        """Show the entries that match a text."""
        self._list.show(matching(self._choices, text), 0 if text.strip() else self._start)

    async def action_submit(self) -> None:
        """Choose the entry under the cursor."""
        await self.settle()
        self.submit(self._list.current)

    def on_choice_list_clicked(self, event: ChoiceList.Clicked) -> None:
        """Choose the clicked entry."""
        self.clicked(event.choice)

    def clicked(self, choice: Choice) -> None:
        """Choose the clicked entry."""
        self.submit(choice)

    def submit(self, choice: Choice | None) -> None:
        """Close the dialog with an entry as the result; do nothing without an entry."""
        if choice is not None:
            self.dismiss(choice)

    async def action_move(self, by: int) -> None:
        """Move the cursor of the list while the text field has the focus."""
        await self.settle()
        self._list.move(by)

    async def action_take(self) -> None:
        """Move the cursor of the list; a subclass with completion completes the text instead."""
        await self.settle()
        self._list.move(1)

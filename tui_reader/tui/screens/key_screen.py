"""Screens whose keys are commands of the command table, unless something is being typed."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Protocol

from textual.screen import Screen

from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.describe import Hint, footer_hints
from tui_reader.tui.commands.sequencer import Sequencer, Step
from tui_reader.tui.widgets.failures import FailureGuard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.timer import Timer
    from textual.widget import Widget

    from tui_reader.tui.commands.command import Command
    from tui_reader.tui.commands.keymap import Keymap
    from tui_reader.tui.screens.reading.state import ReadingScreenState
    from tui_reader.tui.widgets.bars import StatusBar
    from tui_reader.tui.widgets.note_editor import NoteEditor
    from tui_reader.tui.widgets.note_sheet import NoteSheet
    from tui_reader.tui.widgets.prompt import Prompt

HALF_TYPED_SECONDS = 1.5
"""How long a half-typed sequence waits for its next key."""


PAUSE_SECONDS = 1.0
"""How long no key has come when words that were meant for a note are over."""
_WRITING = frozenset(("space", "enter", "tab", "backspace", "delete"))


class Typing(Protocol):
    """Something that is being typed into: a question, a note."""

    def takes(self, key: str) -> bool:
        """Whether a key belongs to what is typed; any other one ends it."""

    async def typed(self) -> None:
        """Wait until every key so far has arrived in it."""

    def ended(self, key: str) -> None:
        """Take the key that ends it."""


class KeyScreen(FailureGuard, Screen[None]):
    """A screen that is given every key before Textual is: makes commands of them, and says on the last row how a
    half-typed one may go on.
    """

    AUTO_FOCUS = ""
    _editor: NoteEditor | None = None
    _sheet: NoteSheet | None = None

    def __init__(self, state: ReadingScreenState, status: StatusBar) -> None:
        super().__init__()
        self.state, self._status = state, status
        self._sequencer = Sequencer()
        self._forget_typed: Timer | None = None
        self._dropping_until = 0.0
        self.take_keys(state.keymap)

    def take_keys(self, keymap: Keymap) -> None:
        """Take the keys that are in force from now on."""
        self._keymap = keymap
        self._hints = {pane: footer_hints(keymap, pane) for pane in Pane}

    @property
    def context(self) -> Pane:
        """The pane whose keys hold."""
        raise NotImplementedError

    @property
    def prompt(self) -> Prompt:
        """Where it asks."""
        raise NotImplementedError

    def run(self, command: Command, count: int | None = None, key: str = "") -> None:
        """Do what a command says.

        Args:
            command: A command of this context.
            count: The count typed before it; None where none was.
            key: The key behind a command that takes one.
        """
        raise NotImplementedError

    def say(self, message: str, *, bad: bool = False) -> None:
        """Say something on the last row."""
        raise NotImplementedError

    # Keys

    def feed(self, key: str) -> bool:
        """Take a key as a command or a part of one; whether it meant anything. What means nothing is said to."""
        typed = "".join(self._sequencer.keys)
        fed = self._sequencer.feed(key, self._keymap.of(self.context))
        if self._forget_typed is not None:
            self._forget_typed.stop()
            self._forget_typed = None
        if fed.step is Step.WAIT:
            self._forget_typed = self.set_timer(HALF_TYPED_SECONDS, self.context_changed)
        self.show_hints()
        if fed.step is Step.RUN and fed.command is not None:
            self.run(fed.command, fed.times, fed.key)
        elif fed.step in (Step.CANCEL, Step.PASS) and len(key) == 1:
            self.say(f"{typed}{key} is no key here")
        return fed.step is not Step.PASS

    def drop_words(self) -> None:
        """Take what is typed now for the words of a note that cannot be written, and do nothing with them."""
        self._dropping_until = monotonic() + PAUSE_SECONDS

    def drops(self, key: str) -> bool:
        """Whether a key is one of those words, or ends them. A pause ends them, too."""
        now = monotonic()
        if now >= self._dropping_until or (len(key) > 1 and key not in _WRITING and key != "escape"):
            return False
        self._dropping_until = 0.0 if key == "escape" else now + PAUSE_SECONDS
        if key == "escape":
            self.say("")
        return True

    def context_changed(self) -> None:
        """Other keys hold now: what is half typed is forgotten."""
        self._sequencer.reset()
        self.show_hints()

    def show_hints(self) -> None:
        """Say on the last row how a half-typed command may go on, else which keys make sense."""
        if self._editor is not None and self._editor.open:
            self._status.show_hints(self._editor.HINTS)
            return
        continuations = self._sequencer.hints(self._keymap.of(self.context))
        hints = [Hint(keys, self.state.label_of(keys, label)) for keys, label in continuations]
        if not hints:
            hints = list(self.hints_of_now())
            taken = {hint.keys for hint in hints}
            hints += [hint for hint in self._hints[self.context] if hint.keys not in taken]
        self._status.show_hints(hints, self._sequencer.typed)

    def hints_of_now(self) -> Sequence[Hint]:
        """What the last row says before the keys of the context, as long as something is begun."""
        return ()

    @property
    def typing(self) -> Typing | None:
        """What is being typed into; None while keys are commands."""
        if self.prompt.asking:
            return self.prompt
        return self._editor if self._editor is not None and self._editor.open else None

    # Notes

    def write(self, sheet: NoteSheet) -> None:
        """Open a sheet for a note, with the end of this key."""
        self._sheet = sheet

    async def settle(self) -> None:
        """Open the sheet that a key asked for. Its widget is made for the first one: it costs what a start does not."""
        sheet, self._sheet = self._sheet, None
        if sheet is None:
            return
        if self._editor is None:
            from tui_reader.tui.widgets.note_editor import NoteEditor  # noqa: PLC0415 - 40 ms

            self._editor = NoteEditor(id="note")
            await self.mount(self._editor, before=self.sheet_stands_before())
        self._editor.write(sheet)
        self.show_hints()
        self.sheet_opened()

    def sheet_stands_before(self) -> Widget:
        """The widget above which the sheet takes its rows."""
        raise NotImplementedError

    def sheet_opened(self) -> None:
        """Called when the sheet has taken rows, so that what is written about can be brought into sight."""

    async def note_typed(self) -> None:
        """Wait until every key so far is in the note that is being written, if any."""
        if self._editor is not None and self._editor.open:
            await self._editor.typed()

    def finish_note(self) -> None:
        """Keep the note that is being written, if any."""
        if self._editor is not None:
            self._editor.finish()
            self.show_hints()

    def fit_sheet(self) -> None:
        """Fit the sheet to another size of the terminal."""
        if self._editor is not None:
            self._editor.fit()

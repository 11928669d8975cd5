"""The base of screens whose keys are commands of the command table, unless text is being typed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from textual.screen import Screen

from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.command_texts import Hint, footer_hints
from tui_reader.tui.commands.keymap import written
from tui_reader.tui.commands.sequencer import Sequencer, Step
from tui_reader.tui.commands.table import BY_ID
from tui_reader.tui.screens.discarded_words import DiscardedWords
from tui_reader.tui.terminal_input import key_name
from tui_reader.tui.widgets.line_pane import ScreenGuard, rows_alike

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from textual import events
    from textual.widget import Widget

    from tui_reader.tui.commands.command import Command
    from tui_reader.tui.commands.keymap import Keymap
    from tui_reader.tui.screens.query_typing import QueryTyping
    from tui_reader.tui.screens.reading.state import ReadingScreenState
    from tui_reader.tui.widgets.bars import StatusBar
    from tui_reader.tui.widgets.note_editor import NoteEditor
    from tui_reader.tui.widgets.note_sheet import NoteSheet
    from tui_reader.tui.widgets.prompt import Prompt

OPENS_EDITOR = "note_outside"
"""Id of the command that opens a note in an external editor, for which the user waits."""
NOTE_COMMANDS = frozenset(("note", "note_selection", "note_on_article", "edit_annotation", OPENS_EDITOR))
"""Ids of the commands that open a note. If one does not, the user may believe that it did, and type words."""
WRITES_NOTE = "note_selection"
"""Id of the command for a note of which a user may type only the first key."""
SENTENCE_MOTIONS = BY_ID["next_sentence"], BY_ID["previous_sentence"]
"""The commands that choose another sentence for a note that the same key again opens."""
WORDS_DISCARDED = "words typed now are discarded"
WORDS_NOT_USED = "the words typed were not used"


class Typing(Protocol):
    """Protocol of a widget that text is typed into: a prompt or the note sheet."""

    def is_editing_key(self, key: str) -> bool:
        """Return True if a key edits the text; any other key ends the typing."""

    def inserted_text(self, event: events.Key) -> str:
        """Return the text that a key inserts, if it may be joined with the text of other keys; else empty."""

    async def typed(self) -> None:
        """Wait until the widget has received every key that was typed so far."""

    def end_by(self, key: str) -> None:
        """Handle the key that ends the typing."""


class Situation(Protocol):
    """Protocol: the current mode and the useful commands of a screen, for the last row."""

    @property
    def mode(self) -> str:
        """Description of the current mode, such as the size of the selection; usually empty."""

    def is_useful(self, command: str) -> bool:
        """Return False if the command with this id would have no effect now; its hint is then hidden."""


class KeyScreen(ScreenGuard, Screen[None]):
    """A screen that receives every key before Textual's own bindings, and runs commands."""

    AUTO_FOCUS = ""
    render_lines = rows_alike(Screen.render_lines)
    _situation: Situation | None = None
    _editor: NoteEditor | None = None
    _sheet: NoteSheet | None = None
    query_typing: QueryTyping | None = None
    """Handles keys in the query bar of the screen; None until the bar exists."""

    def __init__(self, state: ReadingScreenState, status: StatusBar) -> None:
        super().__init__()
        self.state, self._status = state, status
        self._sequencer = Sequencer()
        self._discarded_words = DiscardedWords()
        self.use_keymap(state.keymap)

    def use_keymap(self, keymap: Keymap) -> None:
        """Replace the keymap."""
        self._keymap = keymap
        self._hints: dict[Pane, Sequence[Hint]] = {}
        """Cache: the hints of each pane that was active since the keymap was set."""

    @property
    def context(self) -> Pane:
        """The pane whose keys are active."""
        raise NotImplementedError

    @property
    def prompt(self) -> Prompt:
        """The widget that asks questions on this screen."""
        raise NotImplementedError

    def run(self, command: Command, count: int | None = None, key: str = "") -> None:
        """Run a command.

        Args:
            command: A command that works in the current context.
            count: The count typed before it; None without a count.
            key: The key typed after it, for a command with an argument key.
        """
        raise NotImplementedError

    def say(self, message: str, *, bad: bool = False) -> None:
        """Show a message in the last row; `bad` marks it as an error."""
        raise NotImplementedError

    # Keys

    def feed(self, key: str) -> bool:
        """Feed a key to the sequencer, and run the command that it completes.

        An incomplete sequence has no timeout: after a timeout, its next key would run a different command.

        Returns:
            True if the key was consumed; an unknown key is reported in the last row.
        """
        keymap, keys = self._keymap.of(self.context), self._sequencer.keys
        begun = self._sequencer.continuations(keymap)
        fed = self._sequencer.feed(key, keymap)
        if fed.step is Step.RUN and fed.command is not None:
            try:
                self.run(fed.command, fed.times, fed.key)
            finally:
                self.show_hints()
            return True
        self.show_hints()
        if fed.step is Step.PASS or (fed.step is Step.CANCEL and key != "escape"):
            self._refuse((*keys, key), {command.id: typed for typed, command in begun})
        return fed.step is not Step.PASS

    def _refuse(self, keys: Sequence[str], begun: Mapping[str, str]) -> None:
        """Report unknown keys. If they began `WRITES_NOTE`, or open a note elsewhere, discard the words typed next.

        Args:
            keys: The typed sequence, with the unknown key last.
            begun: The commands that the sequence could have become without its last key, by id, each with the keys
                that were still missing.
        """
        if len(keys) == 1 and keys[0] in self.active_bindings:
            return  # the key has a meaning in Textual, such as ctrl+q
        refused = f"no command on {written(' '.join(keys))}"
        if WRITES_NOTE in begun:
            note = written(" ".join((*keys[:-1], begun[WRITES_NOTE])))
            refused += f" · {note} writes a note; {WORDS_DISCARDED}"
            self.drop_typed_words(refused)
        elif " ".join(keys) in self._keymap.keys_of(BY_ID["note"], Pane.ARTICLE):
            refused += f" · it writes a note in the article; {WORDS_DISCARDED}"
            self.drop_typed_words(refused)
        self.say(refused)

    def drop_typed_words(self, message: str = WORDS_NOT_USED) -> None:
        """Discard keys until the user pauses: they are words of a note that cannot be written.

        Args:
            message: The message to show while keys are discarded.
        """
        self._discarded_words.begin(message)

    def discards(self, event: events.Key) -> bool:
        """Return True if a key is to be discarded, see `drop_typed_words`; the last row says so."""
        words = self._discarded_words
        if not words.until or not words.takes(key := key_name(event), event.time, self._sequencer.keys):
            return False
        if self._sequencer.pending:
            self._sequencer.reset()
            self.show_hints()
        if key == "escape":
            self.say("")
        elif message := self._discarded_words.due_message():
            self.say(message)
        return True

    @contextmanager
    def _discarding_words_of(self, command: Command) -> Iterator[None]:
        """Run a command within this context: if it is to open a note and opens none, discard the words typed next."""
        if command.id not in NOTE_COMMANDS:
            yield
            return
        self._discarded_words.end()
        self.state.clear_refusal()
        try:
            yield
        finally:
            if self._sheet is None and not self._discarded_words.is_active:
                self._discard_words_of(command)

    def _discard_words_of(self, command: Command) -> None:
        state = self.state
        if state.is_repeat_offered:
            kept = [
                tuple(keys.split(" "))
                for each in (command, *SENTENCE_MOTIONS)
                for keys in self._keymap.keys_of(each, self.context)
            ]
            again = f" · {self._keymap.hint(command.id)} writes on this sentence"
            self._discarded_words.begin(f"{WORDS_NOT_USED}{again}", kept)
        elif state.refusal:
            state.refuse(f"{state.refusal} · {WORDS_DISCARDED}")
            self.drop_typed_words(state.refusal)
        elif command.id != OPENS_EDITOR:
            self.drop_typed_words()

    def context_changed(self) -> None:
        """Discard an incomplete command, because other keys are active now."""
        self._sequencer.reset()
        self.state.drop_undo_hint()
        self.show_hints()

    def show_hints(self) -> None:
        """Show in the last row how an incomplete command may continue, else hints for useful keys."""
        if self._editor is not None and self._editor.open:
            self._status.show_hints(self._editor.HINTS)
            return
        if self.query_typing is not None and self.query_typing.bar.is_open:
            self._status.show_hints(self.query_typing.hints)
            return
        continuations = self._sequencer.continuations(self._keymap.of(self.context))
        useful = [each for each in continuations if self._is_useful(each[1].id)]
        hints = [Hint(keys, self.state.label_of(keys, command.label)) for keys, command in useful or continuations]
        if not hints:
            hints = list(self.pending_hints())
            taken = {hint.keys for hint in hints}
            others = (hint for hint in self._usual_hints() if hint.keys not in taken)
            hints += [hint for hint in others if self._is_useful(hint.command)]
        self._status.show_hints(
            hints, self._sequencer.typed, self._situation.mode if self._situation is not None else ""
        )

    def _is_useful(self, command: str) -> bool:
        return self._situation is None or self._situation.is_useful(command)

    def _usual_hints(self) -> Sequence[Hint]:
        """Return the hints of the active pane, most useful first."""
        pane = self.context
        if pane not in self._hints:
            self._hints[pane] = footer_hints(self._keymap, pane)
        return self._hints[pane]

    def pending_hints(self) -> Sequence[Hint]:
        """Return the hints to show before the hints of the pane, during an operation of several keys."""
        return ()

    @property
    def is_typing_query(self) -> bool:
        """True while the query bar is open, so that keys are text."""
        return self.query_typing is not None and self.query_typing.bar.is_open

    def on_paste(self, event: events.Paste) -> None:
        """Insert a pasted text into the open query bar."""
        if self.query_typing is not None and self.query_typing.bar.is_open:
            event.stop()
            self.query_typing.paste(event.text)

    @property
    def typing(self) -> Typing | None:
        """The widget that receives typed text; None while keys are commands."""
        if self.prompt.question is not None:
            return self.prompt
        return self._editor if self._editor is not None and self._editor.open else None

    # Notes

    def write(self, sheet: NoteSheet) -> None:
        """Open the note sheet after the current key has been handled."""
        self._sheet = sheet

    async def settle(self) -> None:
        """Open the note sheet if the last key requested it.

        The widget is created on first use: its import takes 40 ms, which would delay the start.
        """
        sheet, self._sheet = self._sheet, None
        if sheet is None:
            return
        if self._editor is None:
            from tui_reader.tui.widgets.note_editor import NoteEditor  # noqa: PLC0415 - 40 ms, at the first note

            self._editor = NoteEditor(id="note")
            await self.mount(self._editor, before=self.widget_below_sheet())
        self._editor.write(sheet)
        self.state.drop_undo_hint(typing=True)
        self.show_hints()
        self.sheet_opened()

    def widget_below_sheet(self) -> Widget:
        """The widget above which the note sheet is mounted."""
        raise NotImplementedError

    def sheet_opened(self) -> None:
        """Do nothing; a screen overrides this to scroll the annotated passage into view above the sheet."""

    async def wait_for_note_keys(self) -> None:
        """Wait until the open note, if any, has received every key typed so far."""
        if self._editor is not None and self._editor.open:
            await self._editor.typed()

    def finish_note(self) -> None:
        """Close the note sheet, if it is open, and save its note."""
        if self._editor is not None:
            self._editor.finish()
            self.show_hints()

    def fit_sheet(self) -> None:
        """Fit the sheet to the new size of the terminal."""
        if self._editor is not None:
            self._editor.fit()

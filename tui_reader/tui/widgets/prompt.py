"""The prompt for a filter, a search or tags. It replaces the last row of the screen."""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from textual.message import Message
from textual.suggester import Suggester

from tui_reader.document.cleaning import clean_line
from tui_reader.tui.widgets.completion_rows import CompletionRows
from tui_reader.tui.widgets.containers import Columns
from tui_reader.tui.widgets.line_input import LineInput
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, clip, line
from tui_reader.tui.widgets.word_completion import WordCompletion, ghost

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from textual import events
    from textual.strip import Strip
    from textual.widgets import Input


def _ignore_text(_: str) -> None:
    """Do nothing with an answer; the default of callbacks of a question."""


def _ignore_step(_: int) -> None:
    """Do nothing for the up and down keys; the default of `Question.stepped`."""


class Question(NamedTuple):
    """A question and the callbacks for its answer."""

    label: str
    """Text before the answer, such as `/` or `tags`."""
    answered: Callable[[str], None]
    """Called with the answer when it is confirmed."""
    value: str = ""
    """The initial answer, which the user can edit."""
    changed: Callable[[str], None] = _ignore_text
    """Called with the answer after each change."""
    cancelled: Callable[[str], None] = _ignore_text
    """Called with the initial answer when the question is cancelled."""
    stepped: Callable[[int], None] = _ignore_step
    """Called with 1 for the down key, -1 for the up key."""
    suggestions: Sequence[str] = ()
    """Words that complete the answer, or its part at the cursor."""
    in_list: bool = True
    """True if the answer may be several words, separated by commas."""
    placeholder: str = ""
    """A text that is shown in an empty answer."""


class LastPartSuggester(Suggester):
    """Suggests, after the typed text, the rest of the first known word that begins like its last part."""

    def __init__(self, words: Sequence[str], *, in_list: bool = True) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.completion = WordCompletion(words, in_list=in_list)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the value with its last part completed; None if no word begins like the last part."""
        typed = self.completion.part(value, len(value)).typed
        fitting = (word for word in self.completion.fitting(value, len(value)) if word != typed)
        return next((found for word in fitting if (found := ghost(value, typed, word)) is not None), None)


class PromptLabel(LinePane):
    """A text before or after the answer, of at most half of the row: it may contain a long name."""

    DEFAULT_CSS = "PromptLabel { height: 1; width: auto; max-width: 50%; background: $raised; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on raised",
        "key": "bold accent-ink",
    }
    text = ""

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of the row."""
        return self.text

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint the label."""
        text = clip(self.text, width - 2)
        return line(width, self.named_style(""), [Piece(f" {text} ", self.named_style("") + self.named_style("key"))])


class PromptInput(LineInput):
    """The text field of a prompt.

    Args:
        take_key: Called with each key before the text field handles it. It returns True if it has handled the key
            itself; the text field then ignores the key.
    """

    def __init__(self, take_key: Callable[[str], bool]) -> None:
        super().__init__(compact=True, select_on_focus=False)
        self._take_key = take_key

    async def on_key(self, event: events.Key) -> None:
        """Handle completion and similar keys here; `LineInput` handles editing keys."""
        if self._take_key(event.key):
            event.stop()
            event.prevent_default()


STEPS = {"down": 1, "ctrl+n": 1, "up": -1, "ctrl+p": -1}
"""The keys that move the cursor of the list of completions, with the number of words to move."""


class Prompt(Columns):
    """Asks one question at a time; hidden while no question is open."""

    class Closed(Message):
        """Message: the question was answered or cancelled."""

    DEFAULT_CSS = """
    Prompt {
        height: 1; background: $raised; display: none;
        & > LineInput {
            width: 1fr; height: 1; border: none; padding: 0; background: $raised; color: $bright;
            &:focus { border: none; background: $raised; background-tint: $raised 0%; }
            & > .input--suggestion, & > .input--placeholder { color: $muted-ink; text-style: none; }
        }
    }
    """

    def __init__(self, *, id: str | None = None, is_on_top: bool = False) -> None:  # noqa: A002 - the name that Textual gives it
        """Create a prompt.

        Args:
            id: The widget's id in style sheets.
            is_on_top: True if it is shown at the top of the screen, so that completions are listed below it.
        """
        super().__init__(id=id)
        self._is_on_top = is_on_top
        self._completion: WordCompletion | None = None
        """The completion of the answer; None if the question has no suggestions."""
        self._listed_for = ""
        """The answer for which completions are listed."""
        self.question: Question | None = None
        """The open question; None if no question is open."""

    # The parts are made for the first question: they are a third of the widgets of a screen, at each start.

    @cached_property
    def _completions(self) -> CompletionRows:
        return CompletionRows(below=self._is_on_top)

    @cached_property
    def _label(self) -> PromptLabel:
        return PromptLabel()

    @cached_property
    def _input(self) -> PromptInput:
        return PromptInput(self._take_key)

    @cached_property
    def _remark(self) -> PromptLabel:
        remark = PromptLabel()
        remark.styles.width = 0  # else it would take a part of the row before the first remark
        return remark

    def ask(self, question: Question) -> None:
        """Open a question and get the keyboard focus at once, since the next keys belong to the answer."""
        self.question = None
        if not self._input.is_attached:
            self.mount(self._completions, self._label, self._input, self._remark)
        self._label.text = question.label
        self._label.styles.width = cell_len(question.label) + 2
        self.remark("")
        self._input.suggester = self._completion = None
        if question.suggestions:
            self._input.suggester = LastPartSuggester(question.suggestions, in_list=question.in_list)
            self._completion = self._input.suggester.completion
        self._completions.show(())
        self._listed_for = question.value
        self._input.placeholder = question.placeholder
        self._input.value = question.value
        self._input.cursor_position = len(question.value)
        self.question = question
        self.display = True
        # `Input.focus()` would wait for the next message, and keys typed ahead would run as commands.
        self.screen.set_focus(self._input)

    def remark(self, text: str) -> None:
        """Show a remark on the answer so far, at the end of the row."""
        text = clean_line(text)
        if text != self._remark.text:
            self._remark.text = text
            self._remark.styles.width = cell_len(text) + 2 if text else 0
            self._remark.repaint()

    async def typed(self) -> None:
        """Wait until the answer contains all keys typed so far: the input handles keys in its own task."""
        done = asyncio.Event()
        self._input.call_later(done.set)
        await done.wait()

    def is_editing_key(self, key: str) -> bool:
        """Return True if a key edits the answer instead of closing the question."""
        return key not in ("enter", "escape")

    def inserted_text(self, event: events.Key) -> str:
        """Return the text that a key inserts into the answer, if it may be joined with that of other keys."""
        return event.character or "" if event.is_printable and "+" not in event.key else ""

    def end_by(self, key: str) -> None:
        """Confirm or cancel the question, depending on the key that closes it."""
        self.confirm() if key == "enter" else self.cancel()

    def confirm(self) -> None:
        """Close the question and call `Question.answered`, after inserting a word that was selected in the list."""
        if self._chosen:
            self._complete()
        question, value = self.close(), self._input.value
        if question is not None:
            question.answered(value)

    def cancel(self) -> None:
        """Close the question and call `Question.cancelled` with the initial answer."""
        question = self.close()
        if question is not None:
            question.cancelled(question.value)

    def close(self) -> Question | None:
        """Close the question and release the focus.

        Returns:
            The question that was open; None if no question was open.
        """
        question, self.question = self.question, None
        self.display = False
        self._completions.show(())
        self.screen.set_focus(None)
        self.post_message(self.Closed())
        return question

    def on_input_changed(self, event: Input.Changed) -> None:
        """Update the completions, and call `Question.changed`, after each change of the answer."""
        event.stop()
        if self.question is not None:
            self._lists_something()
            self.question.changed(event.value)

    def _take_key(self, key: str) -> bool:
        """Handle a key that is not for the text field: completion, backspace in an empty answer, up and down.

        Returns:
            True if the key was handled here; False if the text field must handle it.
        """
        question, listed = self.question, self._completions
        if question is None:
            return False
        if key == "backspace" and not self._input.value:
            self.cancel()
        elif key == "tab":
            self._complete_or_list()
        elif key == "right" and self._input.cursor_at_end and self._lists_something():
            self._complete()
        elif key in STEPS and self._completion is not None:
            if self._lists_something():
                listed.move(STEPS[key])
                self._show_ghost()
            else:
                self._list_completions(every=True)
        elif key in ("down", "up"):
            question.stepped(STEPS[key])
        else:
            return False
        return True

    # Completion

    def _list_completions(self, *, every: bool = False) -> None:
        """List the known words that match the part at the cursor; if it is empty, all words if `every`, else none."""
        if self._completion is None:
            return
        value, cursor = self._input.value, self._input.cursor_position
        self._listed_for = value
        self._completions.show(self._completion.fitting(value, cursor, every=every), len(self._label.text) + 2)

    def _lists_something(self) -> bool:
        """Return True if words are listed for the current answer, which keys typed ahead may have changed."""
        if self._listed_for != self._input.value:
            self._list_completions()
        return bool(self._completions.current)

    def _complete_or_list(self) -> None:
        """Insert the selected word of the list into the answer; without a list, list all words."""
        if self._lists_something():
            self._complete()
        else:
            self._list_completions(every=True)

    @property
    def _chosen(self) -> str:
        """The word selected in the list, if the answer is unchanged since; else empty.

        Letters that were typed ahead have changed the answer before the list is shown for them.
        """
        is_current = self._completions.was_moved and self._listed_for == self._input.value
        return self._completions.current if is_current else ""

    @property
    def _part_typed(self) -> str:
        part = self._completion and self._completion.part(self._input.value, self._input.cursor_position)
        return part.typed.strip() if part else ""

    def _complete(self) -> None:
        """Replace the typed part at the cursor by the word under the list's cursor."""
        word = self._completions.current
        if self._completion is None or not word:
            return
        value, cursor = self._completion.completed(self._input.value, self._input.cursor_position, word)
        self._completions.show(())
        with self._input.prevent(LineInput.Changed):
            self._input.value = value
        self._input.cursor_position = cursor
        if self.question is not None:
            self.question.changed(value)

    def _show_ghost(self) -> None:
        """Show the rest of the word under the list's cursor after the typed text."""
        value, typed = self._input.value, self._part_typed
        found = ghost(value, typed, self._completions.current) if self._input.cursor_at_end else None
        self._input._suggestion = found or ""

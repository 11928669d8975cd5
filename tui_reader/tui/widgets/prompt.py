"""The prompt for a filter, a search or tags. It replaces the last row of the screen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester

from tui_reader.document.cells import next_boundary
from tui_reader.document.clean import clean_line, clean_row
from tui_reader.document.normalization import SEARCH, fold, normalized, search_key
from tui_reader.model.ranges import Range
from tui_reader.tui.widgets.line_input import LineInput
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, line

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip
    from textual.widgets import Input


def _ignore_text(_: str) -> None:
    """Ignore a change of the answer."""


def _ignore_step(_: int) -> None:
    """Ignore the up and down keys."""


@dataclass(frozen=True)
class Question:
    """A question and the callbacks for its answer."""

    label: str
    """Text before the answer, such as `/` or `tags`."""
    answered: Callable[[str], None]
    """Called with the answer when it is confirmed."""
    value: str = ""
    """The initial answer."""
    changed: Callable[[str], None] = _ignore_text
    """Called with the answer after each change."""
    cancelled: Callable[[str], None] = _ignore_text
    """Called with the initial answer when the question is cancelled."""
    stepped: Callable[[int], None] = _ignore_step
    """Called with 1 for the down key, -1 for the up key."""
    suggestions: Sequence[str] = ()
    """Words that complete the last comma-separated part of the answer."""
    placeholder: str = ""


class LastPartSuggester(Suggester):
    """Completes the last comma-separated part of an answer with known words."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._words = tuple(map(clean_row, words))

    async def get_suggestion(self, value: str) -> str | None:
        """Return the value with its last part completed; None if no word fits."""
        before, comma, part = value.rpartition(",")
        typed = part.lstrip()
        if not typed:
            return None
        taken = {search_key(word.strip()) for word in before.split(",")}
        begun = search_key(typed)
        for word in self._words:
            if search_key(word).startswith(begun) and search_key(word) not in taken and word != typed:
                rest = _after_beginning(word, begun)
                # Letters stay as they were typed, in capitals or not; accents are those of the known word.
                known = word[: len(word) - len(rest)]
                first = typed if normalized(typed) == normalized(known) else known
                return before + comma + part[: len(part) - len(typed)] + first + rest
        return None


def _after_beginning(word: str, begun: str) -> str:
    """Return the rest of a word behind the letters that have a given search key."""
    place = fold(word, SEARCH).original(Range(0, len(begun)))
    return word[next_boundary(word, max(0, place.end - 1)) :]


class PromptLabel(LinePane):
    """A text before or after the answer."""

    DEFAULT_CSS = "PromptLabel { height: 1; width: auto; background: $raised; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on raised",
        "key": "bold accent-ink",
    }
    text = ""

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of the row."""
        return self.text

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint the text."""
        return line(
            width, self.named_style(""), [Piece(f" {self.text} ", self.named_style("") + self.named_style("key"))]
        )


class Prompt(Horizontal):
    """Asks one question at a time; hidden while no question is open."""

    class Closed(Message):
        """The question was answered or cancelled."""

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

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self._label, self._remark = PromptLabel(), PromptLabel()
        self._input = LineInput(compact=True, select_on_focus=False)
        self._question: Question | None = None

    def compose(self) -> ComposeResult:
        """Yield the label, the input and the remark."""
        yield self._label
        yield self._input
        yield self._remark

    @property
    def asking(self) -> bool:
        """True while a question is open."""
        return self._question is not None

    def ask(self, question: Question) -> None:
        """Open a question and get the keyboard focus at once, since the next keys belong to the answer."""
        self._question = None
        self._label.text = question.label
        self._label.styles.width = len(question.label) + 2
        self.remark("")
        self._input.suggester = LastPartSuggester(question.suggestions) if question.suggestions else None
        self._input.placeholder = question.placeholder
        self._input.value = question.value
        self._input.cursor_position = len(question.value)
        self._question = question
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

    def takes(self, key: str) -> bool:
        """Return True if a key edits the answer instead of closing the question."""
        return key not in ("enter", "escape")

    def ended(self, key: str) -> None:
        """Confirm or cancel the question, depending on the key that closes it."""
        self.confirm() if key == "enter" else self.cancel()

    def confirm(self) -> None:
        """Close the question and pass its answer on."""
        question, value = self.close(), self._input.value
        if question is not None:
            question.answered(value)

    def cancel(self) -> None:
        """Close the question and pass the initial answer on."""
        question = self.close()
        if question is not None:
            question.cancelled(question.value)

    def close(self) -> Question | None:
        """Close the question and release the focus.

        Returns:
            The question that was open; None if there was none.
        """
        question, self._question = self._question, None
        self.display = False
        self.screen.set_focus(None)
        self.post_message(self.Closed())
        return question

    def on_input_changed(self, event: Input.Changed) -> None:
        """Call `Question.changed` after each change of the answer."""
        event.stop()
        if self._question is not None:
            self._question.changed(event.value)

    def on_key(self, event: events.Key) -> None:
        """Cancel on backspace in an empty answer; call `Question.stepped` on the up and down keys."""
        if self._question is None:
            return
        if event.key == "backspace" and not self._input.value:
            event.stop()
            self.cancel()
        elif event.key in ("down", "up"):
            event.stop()
            self._question.stepped(1 if event.key == "down" else -1)

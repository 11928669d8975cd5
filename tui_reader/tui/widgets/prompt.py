"""The line that asks: for a title to filter by, words to find, tags. It takes the place of the last row."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester

from tui_reader.document.clean import clean_line, clean_row
from tui_reader.tui.widgets.line_input import LineInput
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, line

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip
    from textual.widgets import Input


def _nothing(_: str) -> None:
    """For questions that do not care for every letter."""


def _no_step(_: int) -> None:
    """For questions that have nothing to step through."""


@dataclass(frozen=True)
class Question:
    """What is asked, and who is told."""

    label: str
    """What stands before the answer, such as `/` or `tags`."""
    answered: Callable[[str], None]
    """Called with the answer once it was confirmed."""
    value: str = ""
    """The answer to begin with."""
    changed: Callable[[str], None] = _nothing
    """Called with every change of the answer."""
    cancelled: Callable[[str], None] = _nothing
    """Called with the answer to begin with where it is to stand."""
    stepped: Callable[[int], None] = _no_step
    """Called with 1 and -1 on the down and up keys."""
    suggestions: Sequence[str] = ()
    """Words to complete the last, comma-separated part of the answer with."""
    placeholder: str = ""


class LastPartSuggester(Suggester):
    """Completes the part after the last comma from known words."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._words = tuple(map(clean_row, words))

    async def get_suggestion(self, value: str) -> str | None:
        """The whole value with its last part completed, or None."""
        before, comma, part = value.rpartition(",")
        typed = part.lstrip()
        if not typed:
            return None
        taken = {word.strip().casefold() for word in before.split(",")}
        for word in self._words:
            if word.casefold().startswith(typed.casefold()) and word.casefold() not in taken and word != typed:
                return before + comma + part[: len(part) - len(typed)] + typed + word[len(typed) :]
        return None


class PromptLabel(LinePane):
    """What stands before the answer, and behind it."""

    DEFAULT_CSS = "PromptLabel { height: 1; width: auto; background: $raised; }"
    LOOKS: ClassVar[Mapping[str, str]] = {
        "": "text-ink on raised",
        "key": "bold accent-ink",
    }
    text = ""

    def row_key(self, y: int) -> Hashable:
        """All that the picture depends on."""
        return self.text

    def paint_row(self, y: int, width: int) -> Strip:
        """The label."""
        return line(width, self.ink(""), [Piece(f" {self.text} ", self.ink("") + self.ink("key"))])


class Prompt(Horizontal):
    """Asks one question at a time; hidden while it asks none."""

    class Closed(Message):
        """The question was answered or taken back."""

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
        """The label, the answer, and what is to be said of it so far."""
        yield self._label
        yield self._input
        yield self._remark

    @property
    def asking(self) -> bool:
        """Whether a question is open."""
        return self._question is not None

    def ask(self, question: Question) -> None:
        """Ask, and take the keys at once: letters typed ahead belong to the answer."""
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
        # `Input.focus()` would wait for the next message, and what is typed ahead would run as commands.
        self.screen.set_focus(self._input)

    def remark(self, text: str) -> None:
        """Say something of the answer so far, at the end of the row."""
        text = clean_line(text)
        if text != self._remark.text:
            self._remark.text = text
            self._remark.styles.width = cell_len(text) + 2 if text else 0
            self._remark.repaint()

    async def typed(self) -> None:
        """Wait until every letter typed so far is in the answer: the input takes them in a task of its own."""
        done = asyncio.Event()
        self._input.call_later(done.set)
        await done.wait()

    def takes(self, key: str) -> bool:
        """Whether a key is typed into the answer, and does not end it."""
        return key not in ("enter", "escape")

    def ended(self, key: str) -> None:
        """Take the key that ends it."""
        self.confirm() if key == "enter" else self.cancel()

    def confirm(self) -> None:
        """Take the answer as it stands."""
        question, value = self.close(), self._input.value
        if question is not None:
            question.answered(value)

    def cancel(self) -> None:
        """Let things stand as they were."""
        question = self.close()
        if question is not None:
            question.cancelled(question.value)

    def close(self) -> Question | None:
        """Put the question away and give the keys back; the question that was open."""
        question, self._question = self._question, None
        self.display = False
        self.screen.set_focus(None)
        self.post_message(self.Closed())
        return question

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell of every letter."""
        event.stop()
        if self._question is not None:
            self._question.changed(event.value)

    def on_key(self, event: events.Key) -> None:
        """Backspace in an empty answer takes the question back; up and down step through what it narrows."""
        if self._question is None:
            return
        if event.key == "backspace" and not self._input.value:
            event.stop()
            self.cancel()
        elif event.key in ("down", "up"):
            event.stop()
            self._question.stepped(1 if event.key == "down" else -1)

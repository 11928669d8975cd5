"""The terminal's input: pastes are text, whatever is in them, and no key is lost.

Textual's parser ends a bracketed paste at the first escape character inside it, and takes what follows for keys: a
paste of coloured output would run commands, and one that was made for it any command of the shell.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from textual import events
from textual._xterm_parser import XTermParser

from tui_reader.document.clean import clean_text
from tui_reader.document.lazy import LazyPattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.driver import Driver
    from textual.message import Message

BEGIN, END = "\x1b[200~", "\x1b[201~"
"""What a terminal sends before and behind a paste, where it was asked to (xterm's mode 2004)."""
_sequences = LazyPattern(r"\x1b\[[0-?]*+[ -/]*+[@-~]|\x1b\][^\x07\x1b\n]*+(?:\x07|\x1b\\)")
"""Control sequences and operating system commands, as ECMA-48 forms them."""


def cleaned(pasted: str) -> str:
    """The text of a paste, without the sequences that coloured it."""
    return clean_text(_sequences.sub("", pasted))


class PasteFilter:
    """Gives a terminal's input on as it comes, but each paste at its end, and without control characters."""

    def __init__(self) -> None:
        self._begun = ""
        """What may be the first part of `BEGIN`; it was given on."""
        self._pasted: list[str] | None = None
        """What was pasted so far; None outside a paste."""

    def feed(self, data: str) -> str:
        """Take input in, and return what may be parsed of it now."""
        given = []
        while data:
            if self._pasted is None:
                before, data = self._until_paste(data)
                given.append(before)
            else:
                self._pasted.append(data)
                # The sign of the end may have come in two pieces.
                tail = "".join(self._pasted[-len(END) :])
                if END not in tail:
                    break
                pasted, _, data = "".join(self._pasted).partition(END)
                given += [cleaned(pasted), END]
                self._pasted = None
        return "".join(given)

    def _until_paste(self, data: str) -> tuple[str, str]:
        """What comes before a paste with the sign of its beginning, and what comes behind that."""
        begun = self._begun
        before, sign, behind = (begun + data).partition(BEGIN)
        if sign:
            self._begun, self._pasted = "", []
            return (before + sign)[len(begun) :], behind
        sizes = range(len(BEGIN) - 1, 0, -1)
        self._begun = next((BEGIN[:size] for size in sizes if before.endswith(BEGIN[:size])), "")
        return data, ""


class InputParser(XTermParser):
    """Textual's parser, which meets no escape character inside a paste, and loses none before a key."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._filter = PasteFilter()

    def feed(self, data: str) -> Iterable[Message]:
        """Parse input; an empty text is its end."""
        given = self._filter.feed(data)
        return super().feed(given) if given or not data else ()

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        """Keys; one behind an escape character is one with alt: Textual 8 tells so of letters alone."""
        for event in super()._sequence_to_key_events(sequence):
            yield events.Key(f"alt+{event.key}", event.character) if alt else event


def read_input_so(driver: type[Driver]) -> None:
    """Let a driver parse its input so. It knows its parser by the name that its module imports."""
    names = vars(sys.modules[driver.__module__])
    if "XTermParser" in names:
        names["XTermParser"] = InputParser

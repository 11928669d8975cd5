"""Parsing of terminal input: a paste is always text, and no key is lost.

Textual's parser ends a bracketed paste at the first escape character inside it and parses the rest as keys. So a paste
of coloured output would run commands of the reader, and a malicious one any command of the shell.
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
"""Sequences before and after a paste in bracketed paste mode (xterm's mode 2004)."""
_sequences = LazyPattern(r"\x1b\[[0-?]*+[ -/]*+[@-~]|\x1b\][^\x07\x1b\n]*+(?:\x07|\x1b\\)")
"""Control sequences and operating system commands (ECMA-48)."""


def cleaned(pasted: str) -> str:
    """Return the text of a paste without control sequences, such as those for colours."""
    return clean_text(_sequences.sub("", pasted))


class PasteFilter:
    """Passes input on as it comes, but each paste when it is complete, and without control characters."""

    def __init__(self) -> None:
        self._begun = ""
        """Input that may be the first part of `BEGIN`; it was already passed on."""
        self._pasted: list[str] | None = None
        """Pieces of the current paste; None outside a paste."""

    def feed(self, data: str) -> str:
        """Take input, and return the part that can be parsed now."""
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
        """Split input after the beginning of a paste: what comes before, with `BEGIN`, and the rest."""
        begun = self._begun
        before, sign, behind = (begun + data).partition(BEGIN)
        if sign:
            self._begun, self._pasted = "", []
            return (before + sign)[len(begun) :], behind
        sizes = range(len(BEGIN) - 1, 0, -1)
        self._begun = next((BEGIN[:size] for size in sizes if before.endswith(BEGIN[:size])), "")
        return data, ""


class InputParser(XTermParser):
    """Textual's parser, with pastes cleaned before it sees them, and `alt` kept for keys that are no letters."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._filter = PasteFilter()

    def feed(self, data: str) -> Iterable[Message]:
        """Parse input; an empty text marks its end."""
        given = self._filter.feed(data)
        return super().feed(given) if given or not data else ()

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        """Return the keys of a sequence; after an escape character with `alt`, as Textual 8 does only for letters."""
        for event in super()._sequence_to_key_events(sequence):
            yield events.Key(f"alt+{event.key}", event.character) if alt else event


def read_input_so(driver: type[Driver]) -> None:
    """Make a driver use `InputParser`: it looks its parser up by the name that its module imports."""
    names = vars(sys.modules[driver.__module__])
    if "XTermParser" in names:
        names["XTermParser"] = InputParser

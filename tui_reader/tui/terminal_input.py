"""Parsing of terminal input: pasted text never runs commands, and no key is lost.

Textual's parser ends a bracketed paste at the first escape character inside it and parses the rest as keys. So a
paste of coloured output would run commands of the program, and a malicious paste could run any command of the shell.
"""

from __future__ import annotations

import select
import sys
from collections import deque
from contextlib import suppress
from queue import Full
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

from tui_reader.document.cleaning import clean_text
from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.tui.terminal_query import MODE_REPORTS_OFF, MODE_REPORTS_ON, PARTIAL, REPLY, TerminalAnswers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.driver import Driver

    from tui_reader.tui.terminal_query import TerminalQuestion

BEGIN, END = "\x1b[200~", "\x1b[201~"
"""Sequences before and after a paste in bracketed paste mode (xterm's mode 2004)."""
_sequences = LazyPattern(r"\x1b\[[0-?]*+[ -/]*+[@-~]|\x1b\][^\x07\x1b\n]*+(?:\x07|\x1b\\)")
"""Pattern of control sequences and operating system commands (ECMA-48)."""


def key_name(event: events.Key) -> str:
    """Return the name of a key in the command table: the character it prints, else Textual's name for it."""
    if event.is_printable and event.character and "+" not in event.key and event.key != "space":
        return event.character
    return event.key


JOINED = "typed_text"
"""Name of the key event that `screens/joined_keys.py` makes of several keys."""
JOINERS = ("\u200c", "\u200d")
"""The zero-width non-joiner and joiner: words of Persian and emoji contain them; for Textual, they are unprintable."""


def text_of(event: events.Key) -> str:
    """Return the text that a key inserts into a text field; empty if the key is no text."""
    is_text = event.is_printable or event.character in JOINERS or event.key == JOINED
    return event.character or "" if is_text else ""


def cleaned(pasted: str) -> str:
    """Return the text of a paste without control sequences, such as colour codes."""
    return clean_text(_sequences.sub("", pasted))


class PasteFilter:
    """Filters terminal input: keys pass unchanged; a paste is held back until its end, and then cleaned."""

    def __init__(self) -> None:
        self._begun = ""
        """The end of the input so far, if it may be the start of `BEGIN`; these characters were already passed on."""
        self._pasted: list[str] | None = None
        """Pieces of the current paste; None outside a paste."""

    def feed(self, data: str) -> str:
        """Add input, and return all input that can be parsed now: a paste only after its end, and cleaned."""
        given = []
        while data:
            if self._pasted is None:
                before, data = self._until_paste(data)
                given.append(before)
            else:
                self._pasted.append(data)
                # The end marker may be split over two pieces of input.
                tail = "".join(self._pasted[-len(END) :])
                if END not in tail:
                    break
                pasted, _, data = "".join(self._pasted).partition(END)
                given += [cleaned(pasted), END]
                self._pasted = None
        return "".join(given)

    def _until_paste(self, data: str) -> tuple[str, str]:
        """Split input into two parts: up to and including the first `BEGIN`, and the pasted text after it.

        Without `BEGIN` the second part is empty. The first characters of `BEGIN` may have been in earlier input.
        """
        begun = self._begun
        before, sign, behind = (begun + data).partition(BEGIN)
        if sign:
            self._begun, self._pasted = "", []
            return (before + sign)[len(begun) :], behind
        sizes = range(len(BEGIN) - 1, 0, -1)
        self._begun = next((BEGIN[:size] for size in sizes if before.endswith(BEGIN[:size])), "")
        return data, ""


class TerminalAnswered(Message):
    """Message: the terminal sent a reply while the app runs; `answers` contains all replies so far."""

    def __init__(self, answers: TerminalAnswers) -> None:
        super().__init__()
        self.answers = answers


class TerminalClosed(Message):
    """Message: the terminal is gone, so that no key can come any more."""


CLOSED_SECONDS = 0.05
"""Seconds between two attempts of Textual to read from a closed terminal, which do not block."""
KNOWN_CHARACTERS = 4_096
"""Largest number of characters whose keys the parser remembers."""
HELD_SECONDS = 0.05
"""Seconds for which input that may be the beginning of a reply is held back."""


class InputParser(XTermParser):
    """Textual's parser, extended: pastes are cleaned, and replies of the terminal are not read as keys.

    The parser also keeps `alt` for keys that are not letters, and reports a closed terminal. The system sends SIGHUP
    for it, but not to programs that were started by a program that keeps the signal, such as make.
    """

    terminal: ClassVar[int | None] = None
    """Descriptor of the terminal that the next parser watches; None if it reads from no terminal."""
    typed_ahead: ClassVar[str] = ""
    """Input that was read before the parser existed; the next parser parses it first."""
    answers: ClassVar[TerminalAnswers] = TerminalAnswers()
    """The object that records replies of the terminal."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._filter = PasteFilter()
        self._ahead, InputParser.typed_ahead = InputParser.typed_ahead, ""
        self._held, self._held_until = "", 0.0
        self._known_keys: dict[str, tuple[tuple[str, str | None], ...]] = {}
        """Names and characters of the keys that single characters of the input stand for."""
        self._watched: select.poll | None = None
        terminal, InputParser.terminal = InputParser.terminal, None
        if terminal is not None:
            self._watched = select.poll()
            self._watched.register(terminal, 0)  # errors and the end only
        self._is_closed = False

    def feed(self, data: str) -> Iterable[Message]:
        """Parse input; empty `data` marks the end of the input."""
        if not data:
            held, self._held = self._held, ""
            if held:
                yield from super().feed(held)
            yield from super().feed("")
            return
        ahead, self._ahead = self._ahead, ""
        given = self._held + self._filter.feed(ahead + data)
        self._held = ""
        if "\x1b" in given:
            if REPLY.search(given):
                given = self.answers.record_replies(given)
                yield TerminalAnswered(self.answers)
            partial = PARTIAL.search(given)
            # Only while replies are expected may "esc" or "esc ]" be the beginning of a reply.
            if partial is not None and (len(partial[0]) > 2 or self.answers.is_awaited):
                given, self._held = given[: partial.start()], partial[0]
                self._held_until = monotonic() + HELD_SECONDS
        if not given:
            return
        # A sequence has a time limit until it is complete. A paste is fed with its end, which is a sequence.
        if "\x1b" in given or self._awaiting.timeout is not None:
            yield from super().feed(given)
        else:
            yield from self._keys_of_text(given)

    def _keys_of_text(self, text: str) -> Iterable[events.Key]:
        """Yield the key events of input without control sequences, in a quarter of the time of Textual's method.

        A terminal without bracketed paste sends a pasted text as keys, and while they are parsed, no frame is drawn.
        """
        if len(self._known_keys) > KNOWN_CHARACTERS:
            self._known_keys.clear()
        for character in text:
            known = self._known_keys.get(character)
            if known is None:
                keys = self._sequence_to_key_events(character)
                known = tuple((each.key, each.character) for each in keys if each.key != Keys.Ignore)
                self._known_keys[character] = known
            for key, printed in known:
                yield events.Key(key, printed)

    def tick(self) -> Iterable[Message]:
        """Parse input that was typed ahead, or held back as the possible beginning of a reply for `HELD_SECONDS`.

        Like Textual's method, also end incomplete key sequences after a timeout. Textual calls it after each attempt to
        read.
        """
        if self._is_closed:
            sleep(CLOSED_SECONDS)
        elif self._watched is not None and any(found & select.POLLHUP for _, found in self._watched.poll(0)):
            self._is_closed = True
            yield TerminalClosed()
        if self._ahead:
            ahead, self._ahead = self._ahead, ""
            yield from self.feed(ahead)
        if self._held and monotonic() >= self._held_until:
            held, self._held = self._held, ""
            yield from super().feed(held)
        yield from super().tick()

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        """Yield the key events of a sequence; `alt` prefixes every key, where Textual 8 prefixes only letters."""
        for event in super()._sequence_to_key_events(sequence):
            yield events.Key(f"alt+{event.key}", event.character) if alt else event


def use_input_parser(driver: type[Driver]) -> None:
    """Make a Textual driver use `InputParser`, by replacing the parser class in the module that defines the driver."""
    names = vars(sys.modules[driver.__module__])
    if "XTermParser" in names:
        names["XTermParser"] = InputParser


FRAME_BEGIN, FRAME_END = "\x1b[?2026h", "\x1b[?2026l"
"""Sequences before and after a frame, which make a terminal show it at once (synchronized output)."""
WRITE_SECONDS = 0.1
"""Seconds between checks, during a blocked write, that the writing thread is still alive."""


def patched_driver(driver: type[Driver], given: TerminalQuestion | None) -> type[Driver]:
    """Make a driver use `InputParser`; return a subclass that requests dark/light reports and stops with its terminal.

    If no question was asked (`given` is None), the driver itself is returned. The subclass also restores the terminal's
    attributes. Textual's thread that writes ends at the first error; from then on only the first 30 writes return, so
    the program would hang when a window is closed.

    Textual writes a frame in three parts, each of which wakes the thread that writes. That thread then takes the GIL
    while the frame is still being made, and on a busy machine it may first wait 4 ms for a processor. So the parts are
    joined. The messages of the thread that reads, such as keys, are passed on together if the app has not yet taken
    those before them.
    """
    use_input_parser(driver)
    if given is None:
        return driver
    question: TerminalQuestion = given
    base: Any = driver

    class PatchedDriver(base):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._frame: list[str] = []
            self._received: deque[Message] = deque()
            self._is_posting = False

        def start_application_mode(self) -> None:
            if sys.platform != "win32":
                InputParser.terminal = self.fileno
            super().start_application_mode()
            if question.attributes is not None:
                # The echo of input was off because replies are missing.
                self.attrs_before, question.attributes = question.attributes, None
            if question.was_asked:
                self.write(MODE_REPORTS_ON)

        def stop_application_mode(self) -> None:
            if question.was_asked:
                self.write(MODE_REPORTS_OFF)
            super().stop_application_mode()

        def send_message(self, message: Message) -> None:
            # Called in the thread that reads. Textual starts a task for each message: a second for 10,000 keys.
            self._received.append(message)
            if not self._is_posting:
                self._is_posting = True
                self._loop.call_soon_threadsafe(self._post_received)

        def _post_received(self) -> None:
            # Messages that arrive meanwhile wait for the next turn of the event loop, so that a frame may come first.
            self._is_posting = False
            for _ in range(len(self._received)):
                self._app.post_message(self._received.popleft())

        def write(self, data: str) -> None:
            # On Windows, Textual writes a frame in small parts because of an error in Python.
            if sys.platform != "win32" and (self._frame or data == FRAME_BEGIN):
                self._frame.append(data)
                if data != FRAME_END:
                    return
                data = "".join(self._frame)
                self._frame.clear()
            thread = self._writer_thread
            while thread is not None and thread.is_alive():
                with suppress(Full):
                    thread._queue.put(data, timeout=WRITE_SECONDS)
                    return

        def close(self) -> None:
            if self._writer_thread is not None and self._writer_thread.is_alive():
                super().close()

    return PatchedDriver

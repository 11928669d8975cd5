"""Find the terminal's number of colours, dark or light mode and 16 colours, by environment and queries.

The queries are written before the heavy imports, and the replies are read after them, so the first frame is not
delayed. A later reply reaches the running app by `terminal_input.InputParser`.
"""

from __future__ import annotations

import os
import re
import select
import termios
import time
import tty
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tui_reader.document.lazy_patterns import LazyPattern

if TYPE_CHECKING:
    from collections.abc import Mapping

DEADLINE_SECONDS = 0.15
"""Seconds after the queries until the start continues without replies; the imports alone take longer."""
LATE_SECONDS = 3.0
"""Seconds after the queries for which a late reply is accepted, as over a slow connection."""
TAIL_SECONDS = 0.1
"""Seconds to wait for replies if the program ends before its first frame: the shell would read them as typed."""

BACKGROUND_QUESTION = "\x1b]11;?\x07"
"""Sequence that queries the background colour (xterm's OSC 11)."""
PROGRAM_QUESTION = "\x1b[>q"
"""Sequence that queries the terminal's name and version (XTVERSION)."""
MODE_REPORTS_ON, MODE_REPORTS_OFF = "\x1b[?2031h", "\x1b[?2031l"
"""Sequences that enable and disable the terminal's reports of changes between dark and light."""

Rgb = tuple[int, int, int]

DEPTHS = ("standard", "256", "truecolor")
"""Rich's names for 16 colours, 256 colours and true colour."""

_TRUE_COLOUR_VARIABLES = (
    "KITTY_WINDOW_ID",
    "ALACRITTY_WINDOW_ID",
    "WEZTERM_PANE",
    "WT_SESSION",
    "KONSOLE_VERSION",
    "GHOSTTY_RESOURCES_DIR",
)
"""Environment variables that only terminals with true colour set."""
_TRUE_COLOUR_PROGRAMS = frozenset(
    ("iTerm.app", "WezTerm", "ghostty", "vscode", "Hyper", "WarpTerminal", "rio", "mintty")
)
"""Values of TERM_PROGRAM that terminals with true colour set."""
_VTE_WITH_TRUE_COLOUR = 3600
"""First value of VTE_VERSION with true colour: version 0.36."""
_ASKED = re.compile(
    r"(xterm|rxvt|mlterm|vte|gnome|konsole|putty|st|stterm|kitty|alacritty|foot|wezterm|ghostty|contour|iterm|mintty|rio"
    r"|ms-terminal|screen|tmux)\b"
)
"""Matches values of TERM of terminals that answer or ignore the queries; other terminals might print them as text."""
_ASKED_FOR_STYLE = LazyPattern(r"(xterm|rxvt|mlterm|vte|gnome|konsole|foot|contour|iterm|mintty)\b")
"""Matches values of TERM of terminals that answer or ignore a query for the current style (DECRQSS)."""

REPLY = LazyPattern(
    r"\x1b\](?:4;(?P<number>\d+)|(?P<plain>1[01]));rgba?:(?P<rgb>[0-9a-fA-F]+/[0-9a-fA-F]+/[0-9a-fA-F]+)[^\x07\x1b]*+"
    r"(?:\x07|\x1b\\|\x1b(?=\x1b)|(?=\x1b[^\\]))"
    r"|\x1bP>\|(?P<program>[^\x1b]*+)\x1b\\"
    r"|\x1bP[01]\$r(?P<style>[0-9;:]*)m?\x1b\\"
    r"|\x1b\[\?(?:997;(?P<mode>[12])n|(?P<attributes>[0-9;]*+)(?P<end>c))"
)
"""Pattern of all replies: colours (OSC 4, 10, 11), the current style (DECRQSS), light or dark (mode 2031),
the terminal's name and version (XTVERSION), and DA1."""
PARTIAL = LazyPattern(r"\x1b(?:\](?:[0-9][^\x07\x1b]*+\x1b?)?|P(?:[01>][^\x1b]*+\x1b?)?|\[(?:\?[0-9;$]*+)?)?\Z")
"""Pattern of an incomplete reply at the end of the input."""
_KITTY = LazyPattern(r"kitty\((\d+)\.(\d+)")
"""Name and version of kitty: `kitty(0.35.2)`."""
_FIRST_WITH_PLACEHOLDERS = (0, 28)
"""First version of kitty that draws images over placeholder characters."""
_RGB_STYLE = LazyPattern(r"48[;:]2[;:]+1[;:]2[;:]3(?!\d)")
"""The background that `questions` sets, in a reported style: the terminal has kept the true colour."""
_INDEXED_STYLE = LazyPattern(r"48[;:]5[;:]\d+")
"""A background among 256 colours, in a reported style: the terminal has rounded the colour."""


def colour_depth(environ: Mapping[str, str]) -> str:
    """Return the number of colours according to the environment variables, as one of `DEPTHS`.

    TEXTUAL_COLOR_SYSTEM overrides all others. Inside tmux or screen, variables that a terminal sets are ignored: they
    describe the terminal in which the session was started, not the one attached now.
    """
    if environ.get("TEXTUAL_COLOR_SYSTEM") in DEPTHS:
        return environ["TEXTUAL_COLOR_SYSTEM"]
    term = environ.get("TERM", "")
    if term.startswith(("linux", "vt", "cons", "ansi")):
        # COLORTERM may come from another terminal; the Linux console would round all colours to its 16.
        return "standard"
    known = _depth_by_name(term)
    is_wrapped = is_multiplexed(environ)
    if is_wrapped and not environ.get("TMUX"):
        # GNU screen reads the sequences of true colours as other attributes.
        return known
    if environ.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"}:
        return "truecolor"
    if is_wrapped:
        return known
    if (
        any(environ.get(name) for name in _TRUE_COLOUR_VARIABLES)
        or environ.get("TERM_PROGRAM") in _TRUE_COLOUR_PROGRAMS
    ):
        return "truecolor"
    vte = environ.get("VTE_VERSION", "")
    if vte.isdecimal() and int(vte) >= _VTE_WITH_TRUE_COLOUR:
        return "truecolor"
    if environ.get("XTERM_VERSION") or environ.get("MLTERM") or environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return max(known, "256", key=DEPTHS.index)
    return known


def is_multiplexed(environ: Mapping[str, str]) -> bool:
    """Return True inside tmux or GNU screen."""
    return bool(environ.get("TMUX") or environ.get("STY")) or environ.get("TERM", "").startswith(("screen", "tmux"))


def draws_placeholders(environ: Mapping[str, str], program: str) -> bool:
    """Return True if the terminal draws images over placeholder characters: kitty from 0.28 on, and Ghostty.

    False inside tmux and screen, which do not pass images to the terminal by default.

    Args:
        environ: The environment.
        program: Name and version of the terminal; empty if unknown.
    """
    if is_multiplexed(environ):
        return False
    kitty = _KITTY.match(program)
    if kitty is not None:
        return (int(kitty[1]), int(kitty[2])) >= _FIRST_WITH_PLACEHOLDERS
    return program.startswith("ghostty") or "ghostty" in (environ.get("TERM_PROGRAM"), environ.get("TERM", "")[6:])


def _may_be_kitty(environ: Mapping[str, str]) -> bool:
    return not is_multiplexed(environ) and ("KITTY_WINDOW_ID" in environ or environ.get("TERM") == "xterm-kitty")


def _depth_by_name(term: str) -> str:
    """Return the number of colours of a terminal by its name, such as `xterm-256color`, as one of `DEPTHS`."""
    last = term.rpartition("-")[2]
    if last == "direct":
        return "truecolor"
    if last in {"256color", "kitty"}:
        return "256"
    return "256" if _colours_of_terminfo(term) >= 256 else "standard"


def _colours_of_terminfo(term: str) -> int:
    """Return the number of colours of a terminal in the database of terminals; 0 or less if it is not there."""
    try:
        import curses  # noqa: PLC0415 - only where the name of the terminal says nothing, and not every Python has it
    except ImportError:
        return 0
    try:
        curses.setupterm(term, 2)
    except curses.error:
        return 0
    return curses.tigetnum("colors")


class TerminalAnswers:
    """The known properties of the terminal, updated by each reply."""

    def __init__(
        self,
        depth: str = "standard",
        *,
        page: Rgb | int | None = None,
        text: Rgb | int | None = None,
        colours: dict[int, Rgb] | None = None,
        is_console: bool = False,
        awaited_until: float = 0.0,
    ) -> None:
        self.depth = depth
        """Number of colours, one of `DEPTHS`."""
        self.page = page
        """The background: a colour, or a number from 0 to 15 of the 16 colours (from COLORFGBG)."""
        self.text = text
        self.colours = colours or {}
        """The colours that are known among the 16, by number."""
        self.is_console = is_console
        """True for the Linux console."""
        self.has_new_mode = False
        """True if the terminal has reported a change between dark and light since the last call of `mode_changed`."""
        self.program = ""
        """Name and version of the terminal, such as `kitty(0.35.2)`; empty if unknown."""
        self.has_sixels = False
        """True if the terminal has said that it draws sixels."""
        self.is_complete = False
        """True if the terminal has answered the last query."""
        self.awaited_until = awaited_until
        """Time (`time.monotonic`) until which replies are expected; 0 without queries."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> TerminalAnswers:
        """Create the answers from the environment variables."""
        text, _, page = environ.get("COLORFGBG", "").partition(";")
        page = page.rpartition(";")[2]
        numbers = [int(each) if each.isdecimal() and int(each) < 16 else None for each in (text, page)]
        depth = colour_depth(environ)
        is_console = environ.get("TERM", "").startswith("linux")
        if is_console:
            numbers = [7, 0]
        elif is_multiplexed(environ) and depth == "standard":
            # Inside tmux, the variable describes the first client. With more colours, a wrong guess does no harm.
            numbers = [None, None]
        return cls(depth=depth, text=numbers[0], page=numbers[1], is_console=is_console)

    @property
    def is_awaited(self) -> bool:
        """True while replies are still expected."""
        return not self.is_complete and time.monotonic() < self.awaited_until

    @property
    def dark(self) -> bool | None:
        """True if the background is dark, False if it is light, None if that is unknown."""
        page = self.page
        if page is None:
            return None
        if isinstance(page, int):
            return page not in {7, *range(9, 16)}
        red, green, blue = (share / 255 for share in page)
        # The luminance that has equal contrast to black and to white.
        return bool(0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 < 0.179)

    def mode_changed(self) -> bool:
        """Return True if the terminal has reported a change between dark and light since the last call."""
        changed, self.has_new_mode = self.has_new_mode, False
        return changed

    def record_replies(self, data: str) -> str:
        """Record all replies in the input, and return the remaining input: keys."""

        def note(found: re.Match[str]) -> str:
            self._note(found)
            return ""

        return REPLY.sub(note, data)

    def _note(self, found: re.Match[str]) -> None:
        if found["rgb"]:
            # The number of hexadecimal digits sets the scale: "f", "ff" and "ffff" are all 255.
            red, green, blue = (round(int(part, 16) * 255 / (16 ** len(part) - 1)) for part in found["rgb"].split("/"))
            if found["number"]:
                self.colours[int(found["number"])] = red, green, blue
            elif found["plain"] == "11":
                self.page = red, green, blue
            else:
                self.text = red, green, blue
        elif found["style"]:
            has = "truecolor" if _RGB_STYLE.search(found["style"]) else ""
            has = has or ("256" if _INDEXED_STYLE.search(found["style"]) else "standard")
            self.depth = max(self.depth, has, key=DEPTHS.index)
        elif found["program"]:
            self.program = found["program"]
        elif found["mode"]:
            self.has_new_mode = True
        elif found["end"]:
            self.has_sixels = "4" in found["attributes"].split(";")[1:]
            self.is_complete = True


def questions(environ: Mapping[str, str], depth: str, *, wants_light: bool, wants_palette: bool) -> str:
    """Return the sequences that query unknown properties of the terminal; may be empty.

    Args:
        environ: The environment.
        depth: The known number of colours, one of `DEPTHS`.
        wants_light: True to query the colours of background and text.
        wants_palette: True to query the 16 colours.
    """
    term = environ.get("TERM", "")
    if not _ASKED.match(term) or environ.get("NO_COLOR") is not None:
        return ""
    asked = BACKGROUND_QUESTION if wants_light else ""
    if wants_palette:
        asked += "\x1b]10;?\x07" + "".join(f"\x1b]4;{number};?\x07" for number in range(16))
    is_open = depth != "truecolor" and environ.get("TEXTUAL_COLOR_SYSTEM") not in DEPTHS
    is_plain = environ.get("TERM_PROGRAM") != "Apple_Terminal" and "TERMINAL_EMULATOR" not in environ
    is_plain = is_plain and not is_multiplexed(environ)
    if is_open and is_plain and _ASKED_FOR_STYLE.match(term):
        # Set a true colour, and query the current style: only a true-colour terminal reports it unchanged.
        asked += "\x1b[48;2;1;2;3m\x1bP$qm\x1b\\\x1b[0m"
    if _may_be_kitty(environ):
        asked += PROGRAM_QUESTION
    return asked and asked + "\x1b[c"


class TerminalQuestion:
    """Queries the terminal on descriptors 0 and 2, and reads its replies and the keys typed before."""

    def __init__(self, answers: TerminalAnswers) -> None:
        self.answers = answers
        self.keys = ""
        """Input that is not a reply: keys typed ahead."""
        self.attributes: list[Any] | None = None
        """Attributes of the terminal before the queries; None if they were not changed."""
        self._asked_at = 0.0

    @property
    def was_asked(self) -> bool:
        """True if queries were written."""
        return bool(self._asked_at)

    def ask(self, questions: str) -> None:
        """Write the queries, with the echo of input switched off until `collect` or `close`."""
        if not questions or not os.isatty(0) or not os.isatty(2):
            return
        with suppress(OSError, termios.error):
            if os.tcgetpgrp(0) != os.getpgrp():
                return
            self.attributes = termios.tcgetattr(0)
            raw = termios.tcgetattr(0)
            raw[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
            # Textual reads the enter key as a carriage return.
            raw[tty.IFLAG] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR)
            raw[tty.CC][termios.VMIN] = 1
            termios.tcsetattr(0, termios.TCSANOW, raw)
            os.write(2, questions.encode())
            self._asked_at = time.monotonic()
            self.answers.awaited_until = self._asked_at + LATE_SECONDS

    def collect(self) -> None:
        """Read the terminal's replies, and wait for missing replies until the deadline.

        The attributes of the terminal are restored unless replies are missing: late replies must not be echoed.
        """
        if not self._asked_at:
            return
        self._read(self._asked_at + DEADLINE_SECONDS)
        if self.answers.is_complete:
            self._restore()

    def close(self) -> None:
        """Restore the terminal's attributes if they are still changed; later replies are discarded."""
        if self.attributes is None:
            return
        if not self.answers.is_complete:
            self._read(time.monotonic() + TAIL_SECONDS)
        self._restore()

    def _read(self, end: float) -> None:
        """Read replies and keys until all replies have come and no input waits, or until the time `end` (monotonic)."""
        rest = b""
        with suppress(OSError, ValueError):
            while True:
                wait = 0.0 if self.answers.is_complete else max(0.0, end - time.monotonic())
                if not select.select([0], [], [], wait)[0]:
                    break
                more = os.read(0, 4096)
                if not more:
                    break
                rest += more
                text = self.answers.record_replies(self.keys + rest.decode("utf-8", "ignore"))
                self.keys, rest = text, b""

    def _restore(self) -> None:
        if self.attributes is not None:
            with suppress(OSError, termios.error):
                termios.tcsetattr(0, termios.TCSANOW, self.attributes)
            self.attributes = None

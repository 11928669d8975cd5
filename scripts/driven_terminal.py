"""A terminal that a script drives: it types keys, and keeps the time at which each frame of the reader arrived.

The reader draws a frame between two marks (`BEGIN`, `END`), and puts the place of every changed row before its text.
That is enough to tell what a frame shows, so no terminal is emulated: what measures must not take a processor from
what is measured.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

BEGIN, END = b"\x1b[?2026h", b"\x1b[?2026l"
ANSWERS = {
    rb"\x1b\[\?2026\$p": b"\x1b[?2026;2$y",
    rb"\x1b\[c": b"\x1b[?62;22c",
    rb"\x1b\[6n": b"\x1b[1;1R",
    rb"\x1b\]10;\?": b"\x1b]10;rgb:dddd/dddd/dddd\x1b\\",
    rb"\x1b\]11;\?": b"\x1b]11;rgb:1010/1010/1010\x1b\\",
}
"""What the reader asks a terminal, as patterns, and the answers."""
PIECE = 1_024
"""Number of bytes that are typed at once; a terminal of Linux holds 4,096."""
END_SECONDS = 10.0
"""Longest time in seconds that a reader may take to end."""
_PLACED = re.compile(rb"\x1b\[(\d+);(\d+)H((?:(?!\x1b\[\d+;\d+H).)*)", re.DOTALL)
_STYLE = re.compile(rb"\x1b\[[0-9;]*m")


class Piece(NamedTuple):
    """A part of a row that a frame draws again."""

    row: int
    column: int
    text: str


class Frame(NamedTuple):
    """What the reader put out between the two marks of a frame."""

    at: float
    """Time of `time.monotonic` at which its last byte was read."""
    output: bytes

    @property
    def pieces(self) -> list[Piece]:
        """The parts of rows that the frame draws."""
        return [
            Piece(int(row), int(column), _STYLE.sub(b"", text).decode("utf-8", "replace").rstrip("\r\n"))
            for row, column, text in _PLACED.findall(self.output)
        ]


class DrivenTerminal:
    """A program in a terminal of its own."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], size: tuple[int, int]) -> None:
        """Start a program.

        Args:
            command: The program and its arguments.
            environment: Its environment, without `TERM`.
            size: Columns and rows.
        """
        self.frames: list[Frame] = []
        self.has_ended = False
        self._rest = b""
        self.process, self._terminal = pty.fork()
        if not self.process:
            # Without a size, the terminal has no cells, and nothing is drawn.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
            os.execvpe(command[0], list(command), {**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"})

    def type(self, keys: bytes) -> float:
        """Type keys, and return the time."""
        at = time.monotonic()
        os.write(self._terminal, keys)
        return at

    def type_all(self, keys: bytes) -> None:
        """Type more keys than the terminal takes at once. Called in a thread, while another watches the output."""
        while keys and not self.has_ended:
            keys = keys[os.write(self._terminal, keys[:PIECE]) :]

    def watch(self, seconds: float, until: Callable[[Frame], bool] | None = None) -> Frame | None:
        """Keep the frames that arrive within some seconds.

        Args:
            seconds: For how long.
            until: Is called with each frame; when it is true, the watching ends.

        Returns:
            The frame for which `until` was true; None if there was none.
        """
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0 and not self.has_ended:
            if not select.select([self._terminal], [], [], rest)[0]:
                continue
            for frame in self._read():
                if until is not None and until(frame):
                    return frame
        return None

    def close(self, keys: bytes) -> None:
        """Quit the program by its keys, and wait for its end."""
        self.type(keys)
        self.watch(END_SECONDS)
        if not self.has_ended:
            raise SystemExit("the reader does not end")
        os.waitpid(self.process, 0)
        os.close(self._terminal)

    def _read(self) -> list[Frame]:
        """Read output, answer the questions in it, and return the frames that are complete."""
        try:
            output = os.read(self._terminal, 1 << 16)
        except OSError:  # the process has ended
            output = b""
        at = time.monotonic()
        self.has_ended = not output
        for question, answer in ANSWERS.items():
            if re.search(question, output):
                os.write(self._terminal, answer)
        *complete, self._rest = (self._rest + output).split(END)
        frames = [Frame(at, frame.partition(BEGIN)[2]) for frame in complete]
        self.frames += frames
        return frames


def reader(library: Path, home: Path, size: tuple[int, int], root: Path) -> DrivenTerminal:
    """Start the reader of a work tree on a library, with a home directory of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environment.update(HOME=str(home), PYTHONDONTWRITEBYTECODE="")
    return DrivenTerminal([str(root / ".venv/bin/tui-reader"), str(library)], environment, size)

"""Copy to the clipboard: by a command of the settings, tmux, a desktop program, or the terminal (OSC 52).

The terminal works from every machine, but tmux, GNU screen and many terminals silently drop OSC 52.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.errors import ReaderError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TIMEOUT_SECONDS = 5
SCREEN_PIECE = 512
"""Largest number of bytes per piece that GNU screen passes on; it drops strings over 768 bytes."""

# Programs of desktops, each with the variable that the desktop sets.
_DESKTOP = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
)


class ClipboardCommand(NamedTuple):
    """A program that copies its standard input to the clipboard."""

    arguments: tuple[str, ...]
    said: str
    """The message after a copy; `{what}` is replaced by a description of the copied text."""

    def copy(self, text: str) -> str:
        """Pipe a text to the program; blocks until it ends.

        Raises:
            ReaderError: The program could not be started, or failed.
        """
        try:
            subprocess.run(  # noqa: S603 - no shell; a program of the settings or one named here
                self.arguments,
                input=text.encode("utf-8", "replace"),
                check=True,
                timeout=TIMEOUT_SECONDS,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except subprocess.CalledProcessError as error:
            raise self._refused(f"it ended with status {error.returncode}") from None
        except subprocess.TimeoutExpired:
            raise self._refused(f"it did not end within {TIMEOUT_SECONDS} seconds") from None
        except (OSError, ValueError) as error:
            raise self._refused(str(error)) from None
        return self.said

    def _refused(self, reason: str) -> ReaderError:
        return ReaderError(f"“{shlex.join(self.arguments)}” did not take the text: {reason}.")


_TMUX_SAID = "copied {what} to tmux's paste buffer"


def clipboard_commands(
    setting: str, environ: Mapping[str, str], find: Callable[[str], str | None] = shutil.which
) -> Sequence[ClipboardCommand]:
    """Return the programs to try, best first; empty if only the terminal can be used.

    Args:
        setting: The command of the settings; if not empty, no other program is tried.
        environ: The environment.
        find: Returns the path of an installed program, or None.

    Raises:
        ReaderError: The setting cannot be split into arguments, for example because a quote is not closed.
    """
    if setting:
        try:
            return (ClipboardCommand(tuple(shlex.split(setting)), "copied {what}"),)
        except ValueError as error:
            raise ReaderError(f"“{setting}” is not a command: {error}.") from None
    if environ.get("TMUX"):
        tmux = find("tmux")
        if tmux is None:
            return ()
        return (
            # With -w tmux sends the text to the terminal's clipboard, too; tmux before 3.2 does not know the option.
            ClipboardCommand((tmux, "load-buffer", "-w", "-"), f"{_TMUX_SAID} and sent it to the terminal's clipboard"),
            ClipboardCommand((tmux, "load-buffer", "-"), _TMUX_SAID),
        )
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        # Over SSH, a display on this machine is not the user's display; the terminal is.
        return ()
    wanted = [arguments for variable, arguments in _DESKTOP if environ.get(variable)]
    if sys.platform == "darwin":
        wanted = [("pbcopy",)]
    found = ((find(arguments[0]), arguments) for arguments in wanted)
    return tuple(
        ClipboardCommand((path, *arguments[1:]), f"copied {{what}} to the clipboard ({arguments[0]})")
        for path, arguments in found
        if path
    )


def terminal_message(environ: Mapping[str, str]) -> str:
    """Return the message after a copy by the terminal; `{what}` is replaced by a description of the copied text."""
    said = "sent {what} to the terminal's clipboard"
    if environ.get("TMUX"):
        return f"{said}; tmux passes it on only after: set -g set-clipboard on"
    return f"{said}, through screen" if environ.get("STY") else said


def terminal_sequence(text: str, environ: Mapping[str, str]) -> str:
    """Return the OSC 52 sequence that copies a text to the clipboard, wrapped for GNU screen."""
    sequence = f"\x1b]52;c;{b64encode(text.encode('utf-8', 'replace')).decode()}\a"
    if not environ.get("STY") or environ.get("TMUX"):
        return sequence
    pieces = (sequence[start : start + SCREEN_PIECE] for start in range(0, len(sequence), SCREEN_PIECE))
    return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)

"""What the verbs of the command line have in common: naming the library, and what they print."""

from __future__ import annotations

import argparse
import io
import os
import sys
from pathlib import Path

from tui_reader.errors import ReaderError


def add_library(parser: argparse.ArgumentParser, what: str, *, positional: bool = False, old: str = "") -> None:
    """Let a verb take the library that it is about: `--library`, the same for all of them, and `--state`.

    Args:
        parser: The verb's.
        what: What the library is without any of them, for the help.
        positional: Whether it may be written without the option, too, behind all else.
        old: Another name of the option, which goes on working but is not told of.
    """
    help_text = f"folder or file of the library; may be given again. Without it: {what}"
    if positional:
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="the same as --library PATH")
    parser.add_argument("--library", action="append", default=[], type=Path, metavar="PATH", help=help_text)
    if old:
        parser.add_argument(old, dest="library", action="append", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--state", type=Path, metavar="FILE", help="the state file, where it is not the library's own")


def places_of(options: argparse.Namespace) -> list[Path]:
    """What of the library was named, in either way."""
    return [*getattr(options, "paths", ()), *options.library]


def printed(text: str) -> str:
    """A text of whatever origin, such as a file's name, without what could act on the terminal."""
    return "".join(c if c.isprintable() or c == "\u3000" else c.encode("unicode_escape").decode() for c in text)


def write_any_sign() -> None:
    """Have what the encoding of a terminal or a pipe has no sign for written as an escape, instead of failing at it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def tell(text: str, end: str = "\n") -> None:
    """Write a piece of the result to standard output; `told` says when it is complete.

    Raises:
        BrokenPipeError: Whoever read it has gone.
        ReaderError: It cannot be written.
    """
    if sys.stdout is None:
        raise ReaderError("Standard output is closed.", "Lead it somewhere.")
    try:
        sys.stdout.write(text + end)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritten(error) from error


def told() -> None:
    """See that all of the result has been written, while a failure can still be told; it raises what `tell` does."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritten(error) from error


def _unwritten(error: OSError) -> ReaderError:
    # What could not be written must not be tried again at the end of the program, which would say so in its own words.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    reason = error.strerror or str(error)
    return ReaderError(
        f"Standard output cannot be written: {reason}.", "Make room where it leads, or lead it elsewhere."
    )


def remark(text: str) -> None:
    """Tell something to whoever sits there, apart from the result that may go down a pipe."""
    if sys.stderr is not None:
        sys.stderr.write(f"{printed(text)}\n")


def counted(number: int, what: str) -> str:
    """A number with its noun: `1 record`, `2 records`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"

"""What the verbs of the command line have in common: naming the library, and what they print."""

from __future__ import annotations

import argparse
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_reader import paths
from tui_reader.errors import ReaderError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


class ArgumentParser(argparse.ArgumentParser):
    """A parser whose errors, which repeat arguments as they were given, cannot act on the terminal."""

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Leave the program, after a message where there is one."""
        if message:
            remark(message.removesuffix("\n"))
        sys.exit(status)


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


def printed(text: str, *, rows: bool = False) -> str:
    r"""Write a text so that it cannot act on the terminal: with escapes such as `\x1b`, and in one row.

    Args:
        text: The text; a file's name, a tag or a note in it may hold any character.
        rows: Whether its line feeds begin rows. They must be the program's own then.
    """
    from tui_reader.document.clean import escape  # noqa: PLC0415 - nothing is printed where a screen is shown

    return escape(text, keep="\n" if rows else "")


def write_any_sign() -> None:
    """Have what the encoding of a terminal or a pipe has no sign for written as an escape, instead of failing at it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def tell(text: str) -> None:
    """Write a row of the result to standard output; `told` says when it is complete.

    Raises:
        BrokenPipeError: Whoever read it has gone.
        ReaderError: It cannot be written.
    """
    _write(f"{printed(text)}\n")


def tell_rows(text: str) -> None:
    """Write several rows of the result, whose line feeds are the program's own; it raises what `tell` does."""
    _write(f"{printed(text.removesuffix(chr(10)), rows=True)}\n")


def tell_json(value: Any) -> None:
    """Write a value as JSON, in which `\\u` escapes stand for all that must not reach a terminal.

    It raises what `tell` does.
    """
    import json  # noqa: PLC0415 - most verbs print none

    from tui_reader.document.clean import escape_json  # noqa: PLC0415

    text = escape_json(json.dumps(value, ensure_ascii=False, indent=2))
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:  # JSON has escapes of its own for what the terminal has no character for
        text = json.dumps(value, indent=2)
    _write(f"{text}\n")


def _write(text: str) -> None:
    if sys.stdout is None:
        raise ReaderError("Standard output is closed.", "Lead it somewhere.")
    try:
        sys.stdout.write(text)
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
    """Write a row to standard error, apart from the result that may go down a pipe."""
    if sys.stderr is not None:
        sys.stderr.write(f"{printed(text)}\n")


def complain(message: str, hint: str = "", details: Sequence[str] = ()) -> None:
    """Write what went wrong to standard error, and below it the way out, each in a row."""
    for row in (f"{paths.PROGRAM}: {message}", *(f"  {each}" for each in (hint, *details) if each)):
        remark(row)


def counted(number: int, what: str) -> str:
    """A number with its noun: `1 record`, `2 records`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"

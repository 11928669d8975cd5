"""Helpers that the verbs of the command line share: options that name the library, and safe output."""

from __future__ import annotations

import argparse
import io
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from tui_reader import paths
from tui_reader.errors import ReaderError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import NoReturn

    from tui_reader.config import Settings
    from tui_reader.search.parsed_query import ParsedQuery


class ParserFound(BaseException):
    """Raised by a verb's `parse_args` inside `parsers_found`; the field `parser` is the verb's argument parser."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        super().__init__()
        self.parser = parser


class ArgumentParser(argparse.ArgumentParser):
    """Argument parser that escapes its messages: they repeat arguments that could control the terminal."""

    only_found: ClassVar[bool] = False
    """True while parsers raise `ParserFound` instead of parsing."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse arguments; inside `parsers_found`, raise `ParserFound` instead.

        Raises:
            ParserFound: The call is inside `parsers_found`, which only looks for the parser.
        """
        if self.only_found:
            raise ParserFound(self)
        return super().parse_known_args(args, namespace)

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Print the message, if any, with control characters escaped, and end the program."""
        if message:
            print_notice(message.removesuffix("\n"))
        sys.exit(status)


@contextmanager
def parsers_found() -> Iterator[None]:
    """Context manager: inside, every `ArgumentParser` raises `ParserFound` instead of parsing arguments."""
    ArgumentParser.only_found = True
    try:
        yield
    finally:
        ArgumentParser.only_found = False


def text_argument(text: str) -> str:
    """Return the text of an argument, for `type` of argparse.

    Raises:
        argparse.ArgumentTypeError: The text is empty. A script passes "" for a variable that is not set, which must not
            stand for the current folder or for any name.
    """
    if not text:
        raise argparse.ArgumentTypeError("it is empty; is a variable not set?")
    return text


def path_argument(text: str) -> Path:
    """Return the path that an argument names, for `type` of argparse.

    Raises:
        argparse.ArgumentTypeError: The text is empty, see `text_argument`.
    """
    return Path(text_argument(text))


def read_argument(file: str | Path) -> bytes:
    """Return the bytes of a file that an argument names; `-` is standard input.

    Raises:
        UsageError: The file cannot be read, or standard input is closed.
    """
    if str(file) == "-":
        if sys.stdin is None:
            raise UsageError("Standard input is closed.", "Pipe something into it.")
        return sys.stdin.buffer.read()
    try:
        return paths.expand_user(file).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{file} does not exist.", "Is it spelled right?") from None
    except IsADirectoryError:
        raise UsageError(f"{file} is a folder.", "Name a file.") from None
    except OSError as error:
        way_out = "Check its owner and its permissions."
        raise UsageError(f"{file} cannot be read: {error.strerror}.", way_out) from None


def add_library_options(
    parser: argparse.ArgumentParser, default: str, *, positional: bool = False, alias: str = ""
) -> None:
    """Add `--library` and `--state`, which name the library, to the parser of a verb.

    Args:
        parser: The verb's parser.
        default: Description, for the help text, of the library that is used without these options.
        positional: True to accept the paths as positional arguments, too, after all other positional arguments.
        alias: An earlier name of `--library` that still works but is not shown in the help.
    """
    help_text = f"folder or file of the library; may be given again. Without it: {default}"
    if positional:
        parser.add_argument("paths", nargs="*", type=path_argument, metavar="PATH", help="the same as --library PATH")
    parser.add_argument("--library", action="append", default=[], type=path_argument, metavar="PATH", help=help_text)
    if alias:
        parser.add_argument(alias, dest="library", action="append", type=path_argument, help=argparse.SUPPRESS)
    parser.add_argument(
        "--state", type=path_argument, metavar="FILE", help="the state file, where it is not the library's own"
    )


def add_settings_options(parser: argparse.ArgumentParser) -> None:
    """Add `--config` and `--no-config`, which choose the settings, to the parser of a verb."""
    settings = parser.add_mutually_exclusive_group()
    settings.add_argument("--config", type=path_argument, metavar="FILE", help="take the settings from FILE")
    settings.add_argument("--no-config", action="store_true", help="use the default settings")


def load_settings(options: argparse.Namespace) -> tuple[Settings, tuple[str, ...]]:
    """Load the settings that the options choose.

    Returns:
        The settings, and a warning for each that is not used.

    Raises:
        ConfigError: The file cannot be read, or is not TOML.
    """
    from tui_reader import config  # noqa: PLC0415 - several verbs have no settings

    file: Path = options.config or paths.config_file()
    is_wanted = options.config or (not options.no_config and _may_exist(file))
    return config.load(file) if is_wanted else (config.Settings(), ())


def _may_exist(file: Path) -> bool:
    """Return True unless a file is known to be missing: what cannot be read, such as a broken link, is not ignored."""
    try:
        os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def settings_of(options: argparse.Namespace) -> Settings:
    """Load the settings without their warnings, which only the full-screen reader shows."""
    return load_settings(options)[0]


def library_paths_of(options: argparse.Namespace) -> list[Path]:
    """Return the library's paths: the positional ones, then those of `--library`."""
    return [*getattr(options, "paths", ()), *options.library]


def queries_last(arguments: Sequence[str], parser: argparse.ArgumentParser) -> list[str]:
    """Return the arguments with the words of a query moved to the end, after `--`.

    Otherwise argparse would take a word such as `-is:read` for an option.
    """
    options: list[str] = []
    query: list[str] = []
    takes_value = {
        name
        for action in parser._actions
        if action.nargs is None and action.option_strings
        for name in action.option_strings
    }
    waiting = iter(arguments)
    for each in waiting:
        if each == "--":
            query += waiting
        elif each.startswith("--") or each == "-h" or each in takes_value:
            options.append(each)
            if each in takes_value:
                options += [value for value in [next(waiting, None)] if value is not None]
        else:
            query.append(each)
    return [*options, "--", *query] if query else options


def check_query(words: Sequence[str]) -> str:
    """Join the arguments of a query, and return the query as text.

    Raises:
        UsageError: The query is the path of an existing file or folder.
    """
    text = " ".join(words)
    if len(words) == 1 and text:
        # Unlike those of `Path`, these functions accept every text, such as names that are too long for a file.
        path = paths.expand_user(text)
        looks_like_path = "/" in text or text in {".", ".."} or Path(text).suffix
        if (looks_like_path and os.path.exists(path)) or os.path.isdir(path):  # noqa: PTH110, PTH112
            raise UsageError(f"{text} is a path and no query.", f"Name a library by --library {text}")
    return text


def refuse_everything(text: str, hint: str) -> None:
    """Refuse a query that restricts nothing: a script that inserts an empty value must not change everything.

    Raises:
        UsageError: The query is empty, or consists of parts without effect, such as `tag:`.
    """
    from tui_reader.search.effect import finds_everything  # noqa: PLC0415 - only verbs with a query need the parser
    from tui_reader.search.parser import parse  # noqa: PLC0415 - as above

    if finds_everything(parse(text).term):
        raise UsageError("The query is empty." if not text.strip() else f"The query {text} finds everything.", hint)


def print_slips(query: ParsedQuery) -> None:
    """Print the parts of a query that look like fields but are invalid, and how they are searched for."""
    for sentence in query.sentences:
        print_notice(sentence)


def escape_for_terminal(text: str, *, keep_line_feeds: bool = False) -> str:
    r"""Write line feeds and all characters that could control the terminal as escapes such as `\x1b`.

    Args:
        text: The text; a file's name, a tag or a note in it may contain any character.
        keep_line_feeds: True to keep line feeds; only for texts whose line feeds the program itself wrote.
    """
    from tui_reader.document.cleaning import escape  # noqa: PLC0415 - nothing is printed where a screen is shown

    return escape(text, keep="\n" if keep_line_feeds else "")


def escape_unencodable() -> None:
    """Make standard output and error escape characters that their encoding lacks, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_line(text: str) -> None:
    """Write one line of the result to standard output; call `flush_stdout` after the last line.

    Raises:
        BrokenPipeError: The reading end of the pipe was closed.
        ReaderError: The line cannot be written.
    """
    _write(f"{escape_for_terminal(text)}\n")


def print_lines(text: str) -> None:
    """Write lines of the result to standard output; line feeds in `text` are not escaped.

    Raises:
        BrokenPipeError: The reading end of the pipe was closed.
        ReaderError: The lines cannot be written.
    """
    _write(f"{escape_for_terminal(text.removesuffix(chr(10)), keep_line_feeds=True)}\n")


def print_filled(text: str) -> None:
    """Write the text of a filled-in template, with control characters escaped except line feeds and tabs.

    The caller has removed line feeds and tabs from the inserted values, so only the template can contain them.

    Raises:
        BrokenPipeError: The reading end of the pipe was closed.
        ReaderError: The line cannot be written.
    """
    from tui_reader.document.cleaning import escape  # noqa: PLC0415 - see `escape_for_terminal`

    _write(f"{escape(text, keep=chr(10) + chr(9))}\n")


def print_json(value: Any) -> None:
    """Write a value to standard output as JSON, with `\\u` escapes for all that could control a terminal.

    Raises:
        BrokenPipeError: The reading end of the pipe was closed.
        ReaderError: The value cannot be written.
    """
    import json  # noqa: PLC0415 - most verbs print none

    from tui_reader.document.cleaning import escape_json  # noqa: PLC0415 - as `json`

    text = escape_json(json.dumps(value, ensure_ascii=False, indent=2))
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:  # JSON can escape characters that the encoding of the terminal lacks
        text = json.dumps(value, indent=2)
    _write(f"{text}\n")


def print_export(content: str | bytes) -> None:
    """Write an export to standard output: as UTF-8, with control characters escaped only on a terminal.

    Raises:
        BrokenPipeError: The reading end of the pipe was closed.
        ReaderError: The export cannot be written.
        UsageError: The export is binary, and standard output is a terminal.
    """
    if sys.stdout is not None and sys.stdout.isatty():
        from tui_reader.document.cleaning import escape  # noqa: PLC0415 - see `escape_for_terminal`

        if isinstance(content, bytes):
            raise UsageError("This format is no text.", "Name a file by -o, or lead standard output into one.")
        _write(escape(content.replace("\r\n", "\n"), keep="\n\t"))
        return
    data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
    _write("")
    try:
        sys.stdout.flush()
        # A text stream in memory has no attribute `buffer`.
        buffer = getattr(sys.stdout, "buffer", None)
        if buffer is not None:
            buffer.write(data)
        else:
            sys.stdout.write(data.decode("utf-8", "replace"))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _write_failure(error) from error


def _write(text: str) -> None:
    if sys.stdout is None:
        raise ReaderError("Standard output is closed.", "Lead it somewhere.")
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _write_failure(error) from error


def flush_stdout() -> None:
    """Flush standard output now, so that a failure can still be reported.

    Raises:
        BrokenPipeError: The reading end of the pipe was closed.
        ReaderError: The buffered output cannot be written.
    """
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _write_failure(error) from error


def flush_stderr() -> None:
    """Flush standard error; discard what cannot be written, for example after the terminal was closed.

    The interpreter would fail to write it at exit, and replace the exit status by 120.
    """
    if sys.stderr is None:
        return
    try:
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _write_failure(error: OSError) -> ReaderError:
    # The interpreter flushes standard output once more at exit and would print a second message about the failure.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    reason = error.strerror or str(error)
    return ReaderError(
        f"Standard output cannot be written: {reason}.", "Make room where it leads, or lead it elsewhere."
    )


def print_notice(text: str) -> None:
    """Write a notice to standard error: standard output is for the result and may be a pipe."""
    if sys.stderr is not None:
        sys.stderr.write(f"{escape_for_terminal(text)}\n")


def print_error(message: str, hint: str = "", details: Sequence[str] = ()) -> None:
    """Write an error to standard error: message, hint and details, each on a separate line."""
    for line in (f"{paths.PROGRAM}: {message}", *(f"  {each}" for each in (hint, *details) if each)):
        print_notice(line)


def with_count(number: int, noun: str) -> str:
    """Return a number with a noun in singular or plural: `1 record`, `2 records`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

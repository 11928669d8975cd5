"""Dispatch the command line to its verbs, and report every error that ends the program.

Each verb lives in a module of its own, imported only when the verb is called: `--version`, `--help`, `config` and every
refusal answer without Textual and the store, `init` without Textual.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tui_reader import __version__, config, paths
from tui_reader.cli import read
from tui_reader.cli.common import (
    ArgumentParser,
    escape_for_terminal,
    escape_unencodable,
    flush_stderr,
    flush_stdout,
    path_argument,
    print_error,
    print_line,
    print_lines,
    print_notice,
    with_count,
)
from tui_reader.errors import ReaderError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tui_reader.cli.grammar import Verb

EXIT_INTERNAL = 70
"""Exit status after an internal error of the program (EX_SOFTWARE of sysexits.h)."""
EXIT_INTERRUPTED = 130
"""Exit status after ctrl+c: the value by which shells report an interrupt."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program: dispatch the arguments to a verb or to the full-screen reader.

    Args:
        argv: Arguments after the program's name; None for `sys.argv`.

    Returns:
        The exit status; `tui-reader --help` lists the meanings.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    escape_unencodable()
    try:
        try:
            if arguments and arguments[0] in _VERBS:
                return _VERBS[arguments[0]](arguments[1:])
            _refuse_misspelled_verb(arguments)
            return read.read(arguments)
        finally:
            flush_stdout()
    except ReaderError as error:
        print_error(error.message, error.hint, error.details)
        return error.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The process that reads standard output closed the pipe, as `head` does: do not write the rest
        # at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - the outermost handler: users see no traceback
        _report(error)
        return EXIT_INTERNAL
    finally:
        flush_stderr()


def _refuse_misspelled_verb(arguments: Sequence[str]) -> None:
    """Raise an error if the first argument is similar to a verb and is not an existing file.

    Raises:
        UsageError: The first argument is such a word.
    """
    word = arguments[0] if arguments else ""
    if not word.isalpha() or os.path.lexists(word):
        return
    from difflib import get_close_matches  # noqa: PLC0415 - needed only for a path that does not exist

    near = get_close_matches(word.lower(), _VERBS, 1, 0.7)
    if near:
        raise UsageError(f"There is no command “{word}”, and no file of that name.", f"Did you mean {near[0]}?")


def _init(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(
        prog=f"{paths.PROGRAM} init",
        description="Make a folder a library that carries its own state, in a file library.json with relative paths. "
        "It begins with what you did with the articles of the folder so far; that stays where it is as well.",
        allow_abbrev=False,
    )
    parser.add_argument("folder", type=path_argument, metavar="FOLDER", help="the folder with the articles")
    folder: Path = parser.parse_args(arguments).folder

    from tui_reader.services.library.carried_state import default_state_of  # noqa: PLC0415 - the other verbs do without
    from tui_reader.services.library.ignore_files import write_ignore_files  # noqa: PLC0415 - the other verbs do without
    from tui_reader.services.library.opening import init_library  # noqa: PLC0415 - the other verbs do without

    carried = default_state_of(folder)
    print_line(f"{init_library(folder, carried.edits)} now keeps the state of this library.")
    default = paths.data_dir() / "library.json"
    if carried.articles:
        notes = f" and {with_count(carried.annotations, 'annotation')}" if carried.annotations else ""
        print_line(
            f"It begins with the state of {with_count(carried.articles, 'article')}{notes}, copied from {default}."
        )
    if carried.problem:
        print_notice(f"What {default} has of this folder may be missing in it: {carried.problem}")
    for sentence in write_ignore_files(folder):
        print_line(sentence)
    return 0


def _config(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(
        prog=f"{paths.PROGRAM} config",
        description="Show every setting with its meaning and its default, as a file of settings.",
        allow_abbrev=False,
    )
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--path", action="store_true", help="show where the settings are read from")
    action.add_argument("--write", action="store_true", help="make that file, if there is none yet")
    options = parser.parse_args(arguments)
    file = paths.config_file()
    if options.path:
        print_line(str(file))
    elif options.write:
        config.write_default(file)
        print_line(f"{file} now holds every setting; take away the # before those you change.")
    else:
        print_lines(config.default_text())
    return 0


def _notes(arguments: Sequence[str]) -> int:
    from tui_reader.cli.notes import notes  # noqa: PLC0415 - the other verbs do without

    return notes(arguments)


def _verify(arguments: Sequence[str]) -> int:
    from tui_reader.cli.notes import verify  # noqa: PLC0415 - the other verbs do without

    return verify(arguments)


def _doctor(arguments: Sequence[str]) -> int:
    from tui_reader.cli.state import doctor  # noqa: PLC0415 - the other verbs do without

    return doctor(arguments)


def _merge(arguments: Sequence[str]) -> int:
    from tui_reader.cli.state import merge  # noqa: PLC0415 - the other verbs do without

    return merge(arguments)


def _backup(arguments: Sequence[str]) -> int:
    from tui_reader.cli.state import backup  # noqa: PLC0415 - the other verbs do without

    return backup(arguments)


def _export(arguments: Sequence[str]) -> int:
    from tui_reader.cli.export import export  # noqa: PLC0415 - the other verbs do without

    return export(arguments)


def _articles(verb: str) -> Callable[[Sequence[str]], int]:
    """Return the function of a verb that lists or changes articles; import its module when called."""

    def run(arguments: Sequence[str]) -> int:
        from tui_reader.cli import articles  # noqa: PLC0415 - the other verbs do without

        verbs = {
            "list": articles.list_articles,
            "tag": articles.tag,
            "star": articles.star,
            "archive": articles.archive,
            "read": articles.read,
            "rules": articles.rules,
        }
        return verbs[verb](arguments)

    return run


def _completion(arguments: Sequence[str]) -> int:
    from tui_reader.cli.completion import completion  # noqa: PLC0415 - the other verbs do without

    return completion(arguments, whole_program)


def whole_program() -> Verb:
    """Return the grammar of the command line: all verbs, options and values."""
    from tui_reader.cli.grammar import program  # noqa: PLC0415 - only completion and manual need it

    return program(_VERBS, read.read)


_VERBS: dict[str, Callable[[Sequence[str]], int]] = {
    "init": _init,
    "config": _config,
    "notes": _notes,
    **{verb: _articles(verb) for verb in ("list", "tag", "star", "archive", "read", "rules")},
    "export": _export,
    "verify": _verify,
    "doctor": _doctor,
    "merge": _merge,
    "backup": _backup,
    "completion": _completion,
}
"""The function that runs each verb; without a verb, the full-screen reader starts."""


def _report(error: BaseException) -> None:
    """Write the traceback of an internal error to the log, and one sentence to standard error."""
    import datetime  # noqa: PLC0415 - needed only after an internal error
    import traceback  # noqa: PLC0415

    from tui_reader.services.library.log import write_log  # noqa: PLC0415 - as above

    when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    entry = f"{when} {paths.PROGRAM} {__version__}\n{''.join(traceback.format_exception(error))}\n"
    summary = f"The reader ended by an error of its own ({type(error).__name__})."
    try:
        log = paths.log_file()
        write_log(log, escape_for_terminal(entry, keep_line_feeds=True))
    except (OSError, ReaderError):
        print_error(summary, "Its details could not be written to the log either.")
    else:
        print_error(summary, f"{log} has the details. What you did until then is kept.")

"""The start of the reader: parse arguments, load settings, open the library and show the screen."""

from __future__ import annotations

import argparse
import gc
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader import __version__, config, paths
from tui_reader.cli.common import ArgumentParser, load_settings, path_argument
from tui_reader.errors import ReaderError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.tui.terminal_query import TerminalQuestion

STDIN = Path("-")
"""Argument that names standard input in the list of paths."""

_EPILOG = """\
commands:
  tui-reader init FOLDER   keep the state of FOLDER in FOLDER/library.json, so that it travels with the folder
  tui-reader config        show the settings there are, with their defaults (--write: make the file, --path: its path)
  tui-reader list QUERY    list the articles that match a query, also for scripts (tui-reader list --help: the fields)
  tui-reader tag QUERY …   add tags to the articles that match, or take tags away: tag is:unread +later -new
  tui-reader star QUERY    star the articles that match (--off: take the star off)
  tui-reader archive QUERY put the articles that match into the archive (--off: take them out)
  tui-reader read QUERY    mark the articles that match as read (--off: as unread)
  tui-reader rules         apply the filing rules of the settings (--dry-run: only say what they would do)
  tui-reader notes …       list, show, add, edit and delete highlights and notes (tui-reader notes --help)
  tui-reader export …      write highlights and notes for other programs (tui-reader export --help)
  tui-reader verify DRAFT  say which quotes in a draft are exact, altered, or not in the library
  tui-reader doctor        check the state of the library (--fix: repair it)
  tui-reader merge FILE…   merge other copies of the state into the library's
  tui-reader backup …      list the backups of the state, or restore one
  tui-reader completion …  print what bash, zsh or fish completes commands and options by
  A path that is called like a command is written ./init.

exit status:
  0    ended by you
  1    something could not be done; the message says what
  2    the command line, the terminal or the settings are not such that the reader can start
  3    the state file cannot be used
  70   an error of the program itself; the message names the log file with the details
  129, 130, 143  ended by a signal: the terminal was closed (SIGHUP), ctrl+c, or SIGTERM; what you did is kept
"""


def read(arguments: Sequence[str]) -> int:
    """Open the library that the arguments name and show it until the user quits.

    Returns:
        The exit status.

    Raises:
        ReaderError: The reader cannot start, or ended because its state could not be saved.
    """
    options = _parser().parse_args(arguments)
    settings, warnings = load_settings(options)
    from_stdin = STDIN in options.paths
    _require_terminal(from_stdin=from_stdin, has_paths=bool(options.paths))
    piped = _read_stdin(settings.max_file_mb) if from_stdin else None
    if piped is not None and not piped.strip():
        if options.paths == [STDIN]:
            raise ReaderError(
                "Standard input is empty: there is nothing to read.", "Did the command before the | print anything?"
            )
        piped, warnings = None, (*warnings, "Standard input was empty.")
    _connect_terminal()

    # Garbage collection takes 9 % of the start-up time; the app enables it again after the first frame.
    gc.disable()
    try:
        return _show(options, settings, warnings, piped)
    finally:
        gc.enable()


def _parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(
        prog=paths.PROGRAM,
        description="Read long articles in the terminal and keep what matters from them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "paths",
        nargs="*",
        type=path_argument,
        metavar="PATH",
        help="folders and files to read, - for standard input; a single file opens as a page; without any, your "
        "default library",
    )
    parser.add_argument(
        "--state", type=path_argument, metavar="FILE", help="keep the state (read, starred, tags, …) in FILE"
    )
    settings = parser.add_mutually_exclusive_group()
    settings.add_argument("--config", type=path_argument, metavar="FILE", help="take the settings from FILE")
    settings.add_argument("--no-config", action="store_true", help="start with the default settings")
    parser.add_argument(
        "--fresh", action="store_true", help="begin with the list, not where the last start ended (setting: resume)"
    )
    parser.add_argument("--theme", metavar="NAME", help="begin in this theme, whatever the settings say")
    parser.add_argument("--version", action="version", version=f"{paths.PROGRAM} {__version__}")
    return parser


def _show(options: argparse.Namespace, settings: config.Settings, warnings: Sequence[str], piped: bytes | None) -> int:
    from tui_reader.services.library.opening import open_library  # noqa: PLC0415 - a refusal must not wait for it

    configured_theme = ""
    if options.theme:
        configured_theme, settings = settings.theme, replace(settings, theme=options.theme)
    library = open_library(
        [path for path in options.paths if path != STDIN], state=options.state, stdin=piped, settings=settings
    )
    terminal = _ask_terminal(settings)
    try:
        from tui_reader.services.library.sessions import Opening  # noqa: PLC0415 - only a screen needs it
        from tui_reader.tui.app import ReaderApp  # noqa: PLC0415 - 250 ms, and only a screen needs it

        opening = Opening(options.fresh, configured_theme)
        # The terminal has answered while the import ran.
        terminal.collect()
        named = ("--config", str(options.config.absolute())) if options.config else ()
        app = ReaderApp(
            library,
            settings,
            warnings=warnings,
            config_path=options.config,
            settings_options=("--no-config",) if options.no_config else named,
            terminal=terminal,
            opening=opening,
        )
        app.run(mouse=settings.mouse)
    finally:
        terminal.close()
        library.close()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0


def _ask_terminal(settings: config.Settings) -> TerminalQuestion:
    """Query the terminal for the colours that the theme depends on."""
    from tui_reader.tui import terminal_query as query  # noqa: PLC0415 - a refusal must not wait for it

    answers = query.TerminalAnswers.of(os.environ)
    question = query.TerminalQuestion(answers)
    # A theme from the settings needs no query, unless it uses the terminal's 16 colours.
    is_terminals = answers.depth == "standard" or settings.theme == "terminal"
    question.ask(
        query.questions(
            os.environ,
            answers.depth,
            wants_light=is_terminals or settings.theme == "auto",
            wants_palette=is_terminals,
        )
    )
    return question


def _read_stdin(max_megabytes: int) -> bytes:
    """Read standard input up to one byte over the size limit; the extra byte shows that it is too long.

    Raises:
        UsageError: Standard input cannot be read.
    """
    try:
        with open(0, "rb", closefd=False) as pipe:
            return pipe.read(max_megabytes * 1_000_000 + 1)
    except OSError as error:
        raise UsageError(f"Standard input cannot be read: {error.strerror}.") from None


def _require_terminal(*, from_stdin: bool, has_paths: bool) -> None:
    """Raise an error if there is no terminal to draw on, or if standard input does not fit the arguments.

    Args:
        from_stdin: True if the paths include `-`.
        has_paths: True if the arguments name any path.

    Raises:
        UsageError: Standard output is not a usable terminal; the paths include `-` although nothing is piped into
            standard input; or a text is piped into it although no path is given.
    """
    if not os.isatty(1):
        raise UsageError("Standard output is not a terminal.", "Run the reader in a terminal, without > and |.")
    if os.environ.get("TERM") in {"dumb", "unknown"}:
        raise UsageError(
            f"This terminal ({os.environ['TERM']}) cannot place text.",
            "Set TERM to what it is, such as xterm-256color.",
        )
    if from_stdin and os.isatty(0):
        raise UsageError("Nothing is piped into standard input.", "Write: some-command | tui-reader -")
    if not os.isatty(0) and not from_stdin and not has_paths:
        raise UsageError("Standard input is not a terminal.", "To read what is piped in, write: tui-reader -")


def _connect_terminal() -> None:
    """Open the terminal on descriptor 0, where Textual reads keys, and on descriptor 2, where it draws.

    Textual would read text piped into descriptor 0 as keys, then receive no more keys; a descriptor 2 that leads to a
    file would leave the screen empty.

    Raises:
        UsageError: The process has no terminal.
    """
    redirected = [descriptor for descriptor in (0, 2) if not os.isatty(descriptor)]
    if not redirected:
        return
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        raise UsageError("There is no terminal to take keys from.", "Run the reader in a terminal.") from None
    for descriptor in redirected:
        os.dup2(terminal, descriptor)
    if terminal not in redirected:  # a closed descriptor now refers to the terminal
        os.close(terminal)

"""The command line: from arguments to a running reader, and the one place that puts the parts together.

Textual and the store are imported only once it is certain that a screen will be drawn: `--version`, `--help`, `config`
and every refusal answer without them, `init` without Textual.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader import __version__, config, paths
from tui_reader.cli.common import ArgumentParser, complain, printed, tell, tell_rows, told, write_any_sign
from tui_reader.errors import ReaderError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STDIN = Path("-")
"""Stands for standard input among the paths."""

EXIT_INTERNAL = 70
"""The program itself failed (EX_SOFTWARE of sysexits.h)."""
EXIT_INTERRUPTED = 130
"""Ended by ctrl+c, as shells report it."""

_EPILOG = """\
commands:
  tui-reader init FOLDER   keep the state of FOLDER in FOLDER/library.json, so that it travels with the folder
  tui-reader config        show the settings there are, with their defaults (--write: make the file, --path: its path)
  tui-reader notes …       list, show, add, edit and delete highlights and notes (tui-reader notes --help)
  tui-reader verify DRAFT  say which quotes in a draft are exact, altered, or not in the library
  tui-reader doctor        check the state of the library (--fix: mend it)
  tui-reader merge FILE…   take over what other copies of the state know better
  tui-reader backup …      list the backups of the state, or restore one
  A path that is called like a command is written ./init.

exit status:
  0    ended by you
  1    something could not be done; the message says what
  2    the command line, the terminal or the settings are not such that the reader can start
  3    the state file cannot be used
  70   an error of the program itself; the message names the file that tells more
  129, 130, 143  ended by a signal: the terminal was closed (SIGHUP), ctrl+c, or SIGTERM; what you did is kept
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        argv: Arguments after the program's name; those of the process if None.

    Returns:
        The exit status; the help tells what each means.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    write_any_sign()
    try:
        try:
            if arguments and arguments[0] in _COMMANDS:
                return _COMMANDS[arguments[0]](arguments[1:])
            return _read(_parser().parse_args(arguments))
        finally:
            told()
    except ReaderError as error:
        complain(error.message, error.hint, error.details)
        return error.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does; the interpreter must not try to write the rest at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - the outermost handler: no traceback reaches a person
        _report(error)
        return EXIT_INTERNAL


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
        type=Path,
        metavar="PATH",
        help="folders and files to read, - for standard input; without any, your default library",
    )
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep the state (read, starred, tags, …) in FILE")
    settings = parser.add_mutually_exclusive_group()
    settings.add_argument("--config", type=Path, metavar="FILE", help="take the settings from FILE")
    settings.add_argument("--no-config", action="store_true", help="start with the default settings")
    parser.add_argument("--theme", metavar="NAME", help="begin in this theme, whatever the settings say")
    parser.add_argument("--version", action="version", version=f"{paths.PROGRAM} {__version__}")
    return parser


def _init(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(
        prog=f"{paths.PROGRAM} init",
        description="Make a folder a library that carries its own state, in a file library.json with relative paths.",
        allow_abbrev=False,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the folder with the articles")
    folder: Path = parser.parse_args(arguments).folder

    from tui_reader.services.library.ignore_files import write_ignore_files  # noqa: PLC0415
    from tui_reader.services.library.opening import init_library  # noqa: PLC0415 - the other verbs do without

    tell(f"{init_library(folder)} now keeps the state of this library.")
    for sentence in write_ignore_files(folder):
        tell(sentence)
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
    chosen = parser.parse_args(arguments)
    file = paths.config_file()
    if chosen.path:
        tell(str(file))
    elif chosen.write:
        config.write_default(file)
        tell(f"{file} now holds every setting; take away the # before those you change.")
    else:
        tell_rows(config.default_text())
    return 0


def _notes(arguments: Sequence[str]) -> int:
    from tui_reader.cli.notes import notes  # noqa: PLC0415 - the other verbs do without

    return notes(arguments)


def _verify(arguments: Sequence[str]) -> int:
    from tui_reader.cli.notes import verify  # noqa: PLC0415

    return verify(arguments)


def _doctor(arguments: Sequence[str]) -> int:
    from tui_reader.cli.state import doctor  # noqa: PLC0415 - the other verbs do without

    return doctor(arguments)


def _merge(arguments: Sequence[str]) -> int:
    from tui_reader.cli.state import merge  # noqa: PLC0415

    return merge(arguments)


def _backup(arguments: Sequence[str]) -> int:
    from tui_reader.cli.state import backup  # noqa: PLC0415

    return backup(arguments)


_COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "init": _init,
    "config": _config,
    "notes": _notes,
    "verify": _verify,
    "doctor": _doctor,
    "merge": _merge,
    "backup": _backup,
}


def _read(options: argparse.Namespace) -> int:
    """Open the library and show it."""
    settings, warnings = _settings(options)
    from_stdin = STDIN in options.paths
    _require_screen(from_stdin=from_stdin, has_paths=bool(options.paths))
    piped = _piped(settings.max_file_mb) if from_stdin else None
    if piped is not None and not piped.strip():
        if options.paths == [STDIN]:
            raise ReaderError(
                "Standard input is empty: there is nothing to read.", "Did the command before the | print anything?"
            )
        piped, warnings = None, (*warnings, "Standard input was empty.")
    _take_keys_from_terminal()

    # Collecting garbage during the imports and the first frame costs 9 % of the start; the app turns it on again.
    gc.disable()
    try:
        return _show(options, settings, warnings, piped)
    finally:
        gc.enable()


def _show(options: argparse.Namespace, settings: config.Settings, warnings: Sequence[str], piped: bytes | None) -> int:
    from tui_reader.services.library.opening import open_library  # noqa: PLC0415 - see the head of this file

    library = open_library(
        [path for path in options.paths if path != STDIN], state=options.state, stdin=piped, settings=settings
    )
    try:
        from tui_reader.tui.app import ReaderApp  # noqa: PLC0415 - 250 ms, and only a screen needs it

        app = ReaderApp(library, settings, warnings=warnings, config_path=options.config)
        app.run(mouse=settings.mouse)
    finally:
        library.close()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0


def _piped(megabytes: int) -> bytes:
    """Everything on standard input, up to one byte more than is read of a file: what is too big is known as such.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        with open(0, "rb", closefd=False) as pipe:
            return pipe.read(megabytes * 1_000_000 + 1)
    except OSError as error:
        raise UsageError(f"Standard input cannot be read: {error.strerror}.") from None


def _settings(options: argparse.Namespace) -> tuple[config.Settings, tuple[str, ...]]:
    file: Path = options.config or paths.config_file()
    is_wanted = options.config or (not options.no_config and file.exists())
    settings, warnings = config.load(file) if is_wanted else (config.Settings(), ())
    if options.theme:
        import dataclasses  # noqa: PLC0415 - loaded already, by `config`

        settings = dataclasses.replace(settings, theme=options.theme)
    return settings, warnings


def _require_screen(*, from_stdin: bool, has_paths: bool) -> None:
    """Refuse what Textual would draw wrongly, or wait for without end.

    Raises:
        UsageError: There is no terminal to draw on, or nothing to read where standard input was named.
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


def _take_keys_from_terminal() -> None:
    """Put the terminal where Textual looks for it: keys come from descriptor 0, the picture goes to descriptor 2.

    Text piped into descriptor 0 would be typed as keys, and then leave a dead keyboard; a descriptor 2 that leads to a
    file would leave the screen empty.

    Raises:
        UsageError: The process has no terminal.
    """
    elsewhere = [descriptor for descriptor in (0, 2) if not os.isatty(descriptor)]
    if not elsewhere:
        return
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        raise UsageError("There is no terminal to take keys from.", "Run the reader in a terminal.") from None
    for descriptor in elsewhere:
        os.dup2(terminal, descriptor)
    if terminal not in elsewhere:  # where one of them was closed, it is the terminal by now
        os.close(terminal)


def _report(error: BaseException) -> None:
    """Write what happened inside to the log, and one sentence about it to the terminal."""
    import datetime  # noqa: PLC0415 - only when something broke
    import traceback  # noqa: PLC0415

    from tui_reader.services.library.log import write_log  # noqa: PLC0415

    when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    story = f"{when} {paths.PROGRAM} {__version__}\n{''.join(traceback.format_exception(error))}\n"
    what = f"The reader ended by an error of its own ({type(error).__name__})."
    try:
        log = paths.log_file()
        write_log(log, printed(story, rows=True))
    except (OSError, ReaderError):
        complain(what, "What led to it could not be written down either.")
    else:
        complain(what, f"{log} tells more. What you did until then is kept.")

"""The verbs of the command line that look after the state file: `doctor`, `merge` and `backup`.

They may be used while a reader has the library open, which sees what they did within a second.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader import paths

if TYPE_CHECKING:
    from collections.abc import Sequence


_EPILOG = (
    "exit status: 0 all is well; 1 something is wrong or could not be done; 2 the command line is wrong; "
    "3 the state cannot be used"
)


def doctor(arguments: Sequence[str]) -> int:
    """Check the state of a library, and mend it if asked to."""
    parser = _parser(
        "doctor",
        "Check the state file of a library, its journals and backups, and say what is wrong. Nothing is changed "
        "without --fix, and what is mended is kept first.",
    )
    parser.add_argument("--fix", action="store_true", help="mend what is wrong")
    _library(parser)
    options = parser.parse_args(arguments)

    from tui_reader.services.maintenance import check  # noqa: PLC0415 - only once it is certain that it is wanted

    state = _state_of(options)
    checkup = check(state, fix=options.fix)
    _say(f"{state}")
    for finding in checkup.findings:
        mark = "mended" if finding.mended else "WRONG" if finding.is_wrong else "ok"
        _say(f"  {mark:6} {finding.text}{f' {finding.mended}' if finding.mended else ''}")
    if not checkup.is_well:
        _say(f"Something is wrong. {paths.PROGRAM} doctor --fix mends it and keeps what was there.")
    return 0 if checkup.is_well else 1


def merge(arguments: Sequence[str]) -> int:
    """Take over what other copies of the state know better."""
    parser = _parser(
        "merge",
        "Merge other copies of a library's state into it: another machine's file, the conflict copy of a program that "
        "syncs, a plain TinyDB file of ours. Of each field the latest value stands; the copies are only read.",
    )
    parser.add_argument("copies", nargs="+", type=Path, metavar="FILE", help="the copies")
    _library(parser, positional=False)
    options = parser.parse_args(arguments)

    from tui_reader.services.maintenance import merge_copies  # noqa: PLC0415

    for merged in merge_copies(_state_of(options), options.copies):
        _say(f"{merged.source}: {_counted(merged.changes, 'record')} changed by it")
    return 0


def backup(arguments: Sequence[str]) -> int:
    """List the backups of the state, or go back to one."""
    parser = _parser("backup", "List the backups of a library's state, or go back to one of them.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|restore")
    _library(verbs.add_parser("list", help="every backup, the latest first", allow_abbrev=False))
    restore = verbs.add_parser("restore", help="make the state what it was then", allow_abbrev=False)
    restore.add_argument(
        "name", metavar="BACKUP", help="its name or a part of it, such as the date; or any copy's path"
    )
    _library(restore, positional=False)
    options = parser.parse_args(arguments)

    from tui_reader.services.maintenance import list_backups, restore_backup  # noqa: PLC0415

    state = _state_of(options)
    if options.verb == "list":
        found = list_backups(state)
        for each in found:
            _say(f"{each.when.astimezone():%Y-%m-%d %H:%M}  {each.size:>12,} B  {each.kind:9} {each.name}")
        if not found:
            _say(f"{state} has no backups yet; the first is made when it is next rewritten.")
        return 0
    restored = restore_backup(state, options.name)
    _say(f"{state} is what it was in {restored.backup}: {_counted(restored.changes, 'record')} changed.")
    if restored.kept:
        _say(f"What it was before is kept in {restored.kept}.")
    return 0


def _parser(verb: str, description: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog=f"{paths.PROGRAM} {verb}", description=description, epilog=_EPILOG, allow_abbrev=False
    )


def _library(parser: argparse.ArgumentParser, *, positional: bool = True) -> None:
    """Ways to say which library; the default library is that of the reader without arguments."""
    if positional:
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="the library, as for the reader itself")
    else:
        parser.add_argument(
            "--library",
            dest="paths",
            nargs="+",
            default=[],
            type=Path,
            metavar="PATH",
            help="the library, if not yours",
        )
    parser.add_argument("--state", type=Path, metavar="FILE", help="the state file itself")


def _state_of(options: argparse.Namespace) -> Path:
    from tui_reader.services.places import find_places  # noqa: PLC0415

    return find_places(options.paths, options.state, paths.data_dir(), paths.cache_dir()).state


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")

"""The verbs that check, merge and restore the state file: `doctor`, `merge` and `backup`.

The verbs may run while a reader has the library open; the reader shows changes within a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader import paths
from tui_reader.cli.common import (
    ArgumentParser,
    add_library_options,
    library_paths_of,
    path_argument,
    print_line,
    print_notice,
    text_argument,
    with_count,
)
from tui_reader.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from tui_reader.services.library.library_paths import LibraryPaths

_DEFAULT = "your default library"
_EPILOG = (
    "exit status: 0 all is well; 1 something is wrong or could not be done; 2 the command line is wrong; "
    "3 the state cannot be used"
)


def doctor(arguments: Sequence[str]) -> int:
    """Run `doctor`: check the state of a library, and repair it if `--fix` is given.

    Returns:
        The exit status: 1 if something is wrong, else 0.
    """
    parser = _parser(
        "doctor",
        "Check the state file of a library, its journals and backups, and say what is wrong. Nothing is changed "
        "without --fix, which keeps a copy of a file before it repairs it.",
    )
    parser.add_argument("--fix", action="store_true", help="fix what is wrong")
    add_library_options(parser, _DEFAULT, positional=True)
    options = parser.parse_args(arguments)

    from tui_reader.services.library.maintenance import check  # noqa: PLC0415 - refused arguments must not wait for it

    state = _existing_state_of(options)
    checkup = check(state, fix=options.fix)
    print_line(f"{state}")
    for finding in checkup.findings:
        mark = "fixed" if finding.repair else "WRONG" if finding.is_wrong else "ok"
        print_line(f"  {mark:6} {finding.text}{f' {finding.repair}' if finding.repair else ''}")
    if not checkup.has_no_faults:
        print_line(f"Something is wrong. {paths.PROGRAM} doctor --fix repairs it and keeps what was there.")
    return 0 if checkup.has_no_faults else 1


def merge(arguments: Sequence[str]) -> int:
    """Run `merge`: merge copies of a state file into the library's state, or act as git's merge driver."""
    parser = _parser(
        "merge",
        "Merge other copies of a library's state into it: another machine's file, the conflict copy of a program that "
        "syncs, a plain TinyDB file of ours. Of each field the latest value stands; the copies are only read. Where a "
        "library keeps its state in its folder, a copy may name the articles of the folder by absolute paths, as the "
        "state in the data folder does.",
    )
    parser.add_argument("copies", nargs="+", type=path_argument, metavar="FILE", help="the copies")
    parser.add_argument(
        "--driver",
        action="store_true",
        help="be a merge driver of git: FILE is the common version, ours and theirs (%%O %%A %%B); the result is "
        "written into the second, nothing is printed and no library is opened",
    )
    add_library_options(parser, _DEFAULT)
    options = parser.parse_args(arguments)

    from tui_reader.services.library.maintenance import merge_copies, merge_versions  # noqa: PLC0415 - as in `doctor`

    if options.driver:
        if len(options.copies) != 3:
            raise UsageError("--driver takes three files.", "Configure git with: tui-reader merge --driver %O %A %B")
        merge_versions(*options.copies)
        return 0

    library_paths = _paths_of(options)
    state = library_paths.state
    folder = library_paths.base
    for merged in merge_copies(state, options.copies, folder, is_default=library_paths.is_private):
        print_line(f"{merged.source}: {with_count(merged.changes, 'record')} of {state} changed by it")
        if merged.elsewhere:
            belong = "belongs" if merged.elsewhere == 1 else "belong"
            articles = (
                f"articles outside of {folder}" if folder else "articles that it names relative to its own folder"
            )
            print_line(
                f"  {with_count(merged.elsewhere, 'annotation')} of it {belong} to {articles}: "
                "kept, and shown here once the same files are found"
            )
    return 0


def backup(arguments: Sequence[str]) -> int:
    """Run `backup`: list the backups of the state file, or restore a backup."""
    options = _backup_parser().parse_args(arguments)

    # Errors in arguments appear before the storage is imported.
    from tui_reader.services.library.maintenance import list_backups, refused_backups, restore_backup  # noqa: PLC0415

    state = _existing_state_of(options)
    if options.verb == "list":
        backups = list_backups(state)
        for each in backups:
            print_line(f"{each.when.astimezone():%Y-%m-%d %H:%M}  {each.size:>12,} B  {each.kind:9} {each.name}")
        for sentence in refused_backups(state):
            print_line(sentence)
        if not backups:
            print_line(f"{state} has no backups yet; the first is made when it is next rewritten.")
        return 0
    restored = restore_backup(state, options.name)
    print_line(f"{state} is what it was in {restored.backup}: {with_count(restored.changes, 'record')} changed.")
    if restored.kept:
        print_line(f"What it was before is kept in {restored.kept}.")
    return 0


def _backup_parser() -> ArgumentParser:
    parser = _parser("backup", "List the backups of a library's state, or go back to one of them.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|restore")
    about = "List every backup, the latest first."
    listing = verbs.add_parser("list", help="every backup, the latest first", description=about, allow_abbrev=False)
    add_library_options(listing, _DEFAULT, positional=True)
    about = "Make the state what it was in a backup. What it is now is kept as a backup, too."
    restore = verbs.add_parser("restore", help="make the state what it was then", description=about, allow_abbrev=False)
    restore.add_argument(
        "name",
        type=text_argument,
        metavar="BACKUP",
        help="its name or a part of it, such as the date; or any copy's path",
    )
    add_library_options(restore, _DEFAULT)
    return parser


def _parser(verb: str, description: str) -> ArgumentParser:
    return ArgumentParser(prog=f"{paths.PROGRAM} {verb}", description=description, epilog=_EPILOG, allow_abbrev=False)


def _paths_of(options: argparse.Namespace) -> LibraryPaths:
    from tui_reader.services.library.library_paths import find_library_paths  # noqa: PLC0415 - as in `doctor`

    library_paths = find_library_paths(library_paths_of(options), options.state, paths.data_dir(), paths.cache_dir())
    if library_paths.notice:
        print_notice(library_paths.notice)
    return library_paths


def _existing_state_of(options: argparse.Namespace) -> Path:
    """Return the path of the state file that the options name.

    Raises:
        UsageError: Neither the file given by `--state` nor a journal or a backup of it exists.
    """
    from tui_reader.services.library.library_paths import require_state  # noqa: PLC0415 - as in `doctor`
    from tui_reader.services.library.maintenance import list_backups  # noqa: PLC0415 - as in `doctor`

    state = _paths_of(options).state
    if options.state is not None and not list_backups(state):
        require_state(options.state, state)
    return state

"""Merging of other copies of a library into the library, and restoring of backups."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.errors import StoreError
from tui_reader.storage.engine.edits import written
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.recovery import backups, problems
from tui_reader.storage.recovery.ownership import foreign_copy, owner_of
from tui_reader.storage.replication.merge import Merged, merge_file
from tui_reader.storage.replication.registers import DELETED
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import Any

_BATCH = 2_000
"""Approximate maximum number of changed documents in one journal entry; the deletions of a table are not divided."""


class Restored(NamedTuple):
    """The result of restoring a backup."""

    backup: str
    """Path of the backup."""
    kept: str
    """Path of the copy of the former snapshot; empty if there was no snapshot."""
    changes: int
    """Number of documents that the restoration changed."""


def merge(
    path: str | Path,
    replica: str,
    others: Sequence[str | Path],
    rename: Callable[[str], str | None] | None = None,
    is_elsewhere: Callable[[str], bool] | None = None,
) -> list[Merged]:
    """Merge copies of a library's snapshot into the library: another machine's, a conflict copy, or a backup.

    Args:
        path: The snapshot.
        replica: This machine's replica id.
        others: The copies; these files are not changed.
        rename: Returns the library's name of an article that a copy may name differently, or None if the name stays.
        is_elsewhere: Returns True for the name of a file in no folder of the library; None if that is not known.

    Returns:
        The result for each copy.

    Raises:
        StoreError: One of the files cannot be read or is damaged, or the library cannot be written.
    """
    library = LibraryFiles(path, replica)
    try:
        with problems.as_store_errors(library.path):
            _require_sound(library)
            sources = [os.path.realpath(other) for other in others]
            # Before anything is merged, so that a mistyped name does not end the command half-way.
            for source in sources:
                if reason := foreign_copy(source, library.disk):
                    raise problems.no_copy(source, reason, "merged")
            merged = [merge_file(library, source, rename, is_elsewhere) for source in sources]
            compact(library)
    finally:
        library.close()
    return merged


def restore(path: str | Path, replica: str, name: str) -> Restored:
    """Give the documents of a library the content of a backup, by an ordinary change that other machines take over.

    Args:
        path: The snapshot.
        replica: This machine's replica id.
        name: The path of the backup, its file name, or a part of the file name such as the date.

    Raises:
        StoreError: There is no such backup, it cannot be read, or the library cannot be written.
    """
    with problems.as_store_errors(os.path.realpath(path)):
        return _restored(path, replica, name)


def _restored(path: str | Path, replica: str, name: str) -> Restored:
    disk = Disk()
    backup = backups.find(os.path.realpath(path), name, disk)
    # What holds no library would remove every record, or be refused with advice about a state file.
    verdict = owner_of(backup.path, disk, named=True)
    if verdict.is_foreign or verdict.is_empty:
        raise problems.no_copy(backup.path, verdict.reason, "restored")
    library = LibraryFiles(path, replica)
    other = LibraryFiles(backup.path, replica)
    try:
        if other.damage or other.read_only:
            raise StoreError(f"{backup.path} cannot be used: {other.damage or other.read_only}")
        if library.read_only:
            raise StoreError(library.read_only)
        kept = ""
        if library.opener.exists:
            kept = backups.keep_snapshot(library.path, "damaged" if library.damage else "restored", library.disk)
        if library.damage:
            compact(library, despite_damage=True)
        changed = 0
        for operations in _operations_to(library, other):
            library.commit(lambda _, o=operations: {"o": o})  # type: ignore[misc]
            changed += len(operations)
        compact(library)
    finally:
        library.close()
        other.close()
    return Restored(backup.path, kept, changed)


def _operations_to(library: LibraryFiles, goal: LibraryFiles) -> Iterator[list[list[Any]]]:
    """Yield, in batches, the operations that make a library's documents equal to those of `goal`."""
    waiting: list[list[Any]] = []
    for table in dict.fromkeys([*library.state.tables(), *goal.state.tables()]):
        wanted = dict(goal.state.documents(table))
        removed = [number for number, _ in library.state.documents(table) if number not in wanted]
        waiting += [[table, str(number), {DELETED: True}] for number in removed]
        for number, document in wanted.items():
            waiting += written(library.state, table, number, document)
            if len(waiting) >= _BATCH:
                yield waiting
                waiting = []
    if waiting:
        yield waiting


def _require_sound(library: LibraryFiles) -> None:
    if library.read_only or library.damage:
        raise StoreError(library.read_only or library.damage)

"""Maintenance of the state file: check and repair it, merge other copies, list and restore backups.

These functions open the state file and may be called while a reader has it open. Only the verbs of the command
line that need the storage import this module.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from tui_reader.services.library.library_paths import name_inside
from tui_reader.storage.recovery.backups import backups
from tui_reader.storage.recovery.doctor import doctor
from tui_reader.storage.recovery.other_copies import merge, restore
from tui_reader.storage.replication.merge_driver import merge_versions as merged
from tui_reader.storage.replication.replica import replica_id
from tui_reader.storage.snapshot.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tui_reader.storage.recovery.backups import Backup
    from tui_reader.storage.recovery.doctor import Checkup
    from tui_reader.storage.recovery.other_copies import Restored
    from tui_reader.storage.replication.merge import Merged


def check(state: Path, *, fix: bool = False) -> Checkup:
    """Check a library's state file, journal and other files beside the state file.

    Args:
        state: The file, usually `library.json`.
        fix: True to repair problems; a damaged file is first copied to the backups.

    Raises:
        StoreError: The file cannot be read, or a repair cannot be written.
    """
    return doctor(state, replica_id(), fix=fix)


def merge_copies(
    state: Path, others: Sequence[Path], folder: Path | None = None, *, is_default: bool = False
) -> list[Merged]:
    """Merge other copies of the state file into it; the copies are only read.

    Args:
        state: The file, usually `library.json`.
        others: The copies.
        folder: The folder to which the names of articles in `state` are relative; None if they are absolute paths.
            A copy may have absolute paths of the same articles, such as the program's own state file.
        is_default: True if `state` is the program's own state file, in which all names are absolute paths.

    Returns:
        The result for each copy, with the number of annotations that belong to other folders. These are merged, too:
        the articles of a folder may have been in another place where the copy was made, and are found by their content.

    Raises:
        StoreError: A file cannot be read or is damaged, or the state cannot be written.
    """
    rename = None if folder is None else partial(name_inside, folder=folder)
    is_elsewhere: Callable[[str], bool] | None = None
    if folder is not None:
        is_elsewhere = os.path.isabs
    elif is_default:

        def is_elsewhere(name: str) -> bool:
            return not os.path.isabs(name)  # noqa: PTH117 - a name, no path

    return merge(state, replica_id(), others, rename, is_elsewhere)


def merge_versions(ancestor: Path, ours: Path, theirs: Path) -> None:
    """Merge two versions of a state file into the first one, for use as a merge driver of git.

    Raises:
        StoreError: A file is not a library, or cannot be read or written; no file is changed.
    """
    merged(ancestor, ours, theirs, replica_id())


def list_backups(state: Path) -> list[Backup]:
    """List the backups of a state file, latest first."""
    return backups(str(state), Disk())


def refused_backups(state: Path) -> list[str]:
    """Return messages about unusable files among the backups, such as symbolic links."""
    disk = Disk()
    backups(str(state), disk)
    return list(disk.refused.values())


def restore_backup(state: Path, name: str) -> Restored:
    """Replace a state file by a backup; the previous state is kept as another backup.

    Args:
        state: The state file.
        name: A backup's name, a part of the name such as the date, or the path of any copy.

    Raises:
        StoreError: No backup or several backups have that name, or a file cannot be read or written.
    """
    return restore(state, replica_id(), name)

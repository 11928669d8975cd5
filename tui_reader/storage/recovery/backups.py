"""Backups of the snapshot in a separate folder: one per day for a week, one per week for four more weeks.

Backups are hard links to former snapshot files, which never change (or copies, if there are no hard links).
Files kept for another reason, such as a damaged snapshot, are copies.
"""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.errors import StoreError
from tui_reader.storage.recovery import problems
from tui_reader.storage.recovery.ownership import Owner, is_our_snapshot, owner_of
from tui_reader.storage.snapshot.disk import Disk, RefusedError
from tui_reader.storage.snapshot.snapshot import BACKUP, CHUNK_BYTES

FOLDER = ".backups"
_DAILY_KEPT = 7
"""Number of the latest daily backups, all of which are kept."""
_WEEKLY_KEPT = 4
"""Number of earlier weeks from each of which one daily backup is kept, the latest of the week."""
_MIN_KEPT, _MAX_KEPT, _MAX_KEPT_BYTES = 3, 20, 64 << 20
"""Limits for the backups of one kind (`Backup.kind`) that `keep` makes.

The latest `_MIN_KEPT` are always kept; more, up to `_MAX_KEPT`, while all together have at most `_MAX_KEPT_BYTES`.
"""
_COPY_NAME = LazyPattern(r"-(\d{4}-\d{2}-\d{2})-[a-z]+-(\d{6})(-\d+)?\.json$")
"""Pattern of the end of a file name that `keep` gives, such as `library-2026-02-01-damaged-183005.json`.

If that name exists, the next one is `library-2026-02-01-damaged-183005-1.json`.
"""
_BACKUP_NAME = LazyPattern(r"(?P<stem>.+)-(?P<when>\d{4}-\d{2}-\d{2})(?P<kind>|-.+)\.json")
"""Pattern of the name of a daily backup, `library-2026-02-01.json`, or of a name that `keep` gives."""


class Backup(NamedTuple):
    """A backup file from which the library can be restored."""

    path: str
    when: datetime
    """Modification time of the file: when the library had this state."""
    size: int
    """Size of the file in bytes."""
    kind: str
    """What the backup is a copy of.

    `before`: the previous generation. `daily`: the one before the first compaction of a day. `damaged`: a damaged file.
    `edited`: the snapshot as another program edited it, kept by earlier versions of this program. `restored`: the
    snapshot before a backup was restored. `merged`: a conflict copy that was merged. `file`: any other file, which the
    user named (see `find`).
    """

    @property
    def name(self) -> str:
        """The file name, by which users select the backup."""
        return self.path.rpartition("/")[2]


def folder_of(path: str) -> str:
    """Return the folder that contains the backups of a snapshot."""
    return f"{os.path.dirname(path)}/{FOLDER}"  # noqa: PTH120


def _make_folder(path: str, disk: Disk) -> None:
    """Create the folder for the backups with the permissions of the library's own folder."""
    disk.make_folder(folder_of(path), disk.stat(os.path.dirname(path)).st_mode & 0o777)  # noqa: PTH120


def keep(path: str, source: str, kind: str, disk: Disk) -> str:
    """Copy a file to the backups under an unused name, and remove the oldest copies beyond the limit.

    Args:
        path: The snapshot.
        source: The file to copy: the snapshot or another file in its folder.
        kind: The `Backup.kind` of the copy, which is a part of its name.
        disk: Makes the system calls.

    Returns:
        Path of the backup.

    Raises:
        OSError: The file cannot be copied.
    """
    now = datetime.now(UTC)
    stem = f"{folder_of(path)}/{Path(path).stem}-{now:%Y-%m-%d}-{kind}-{now:%H%M%S}"
    _make_folder(path, disk)
    target, count = f"{stem}.json", 0
    while True:
        try:
            # A copy, not a hard link: another program may write into the source in place.
            copy(source, target, disk)
            break
        except FileExistsError:
            count += 1
            target = f"{stem}-{count}.json"
    disk.sync_folder(folder_of(path))
    for old in _surplus_copies(path, target, disk):
        with contextlib.suppress(OSError):
            disk.unlink(old)
    return target


def keep_snapshot(path: str, kind: str, disk: Disk) -> str:
    """Copy the snapshot to the backups before the snapshot is replaced.

    Args:
        path: The snapshot.
        kind: The `Backup.kind` of the copy, which is a part of its name.
        disk: Makes the system calls.

    Returns:
        Path of the backup.

    Raises:
        StoreError: The snapshot cannot be copied.
    """
    try:
        return keep(path, path, kind, disk)
    except OSError as error:
        raise problems.not_saved(path, error) from error


def _surplus_copies(path: str, newest: str, disk: Disk) -> list[str]:
    """Return the paths of backups made by `keep` that exceed the limits of their kind, to be removed.

    Args:
        path: The snapshot.
        newest: Path of the backup that was just made, which is never returned.
        disk: Makes the system calls.
    """
    kinds: dict[str, list[tuple[str, Backup]]] = {}
    for backup in backups(path, disk):
        # A name that this module does not give belongs to a file of another program.
        if match := _COPY_NAME.search(backup.path):
            # Order by the time in the name: a copy's own modification time is that of its source. `~` sorts after all
            # digits, so that the newest copy is the first even if the clock was set back.
            order = "~" if backup.path == newest else "".join(match.groups(""))
            kinds.setdefault(backup.kind, []).append((order, backup))
    out = []
    for kept in kinds.values():
        size = 0
        for place, (_, backup) in enumerate(sorted(kept, reverse=True)):
            size += backup.size
            if place >= _MAX_KEPT or (place >= _MIN_KEPT and size > _MAX_KEPT_BYTES):
                out.append(backup.path)
    return out


def copy(source: str, target: str, disk: Disk) -> None:
    """Copy a regular file with its permissions and times; the copy is on disk when the function returns.

    Raises:
        FileExistsError: The target exists, if only as a broken link.
        OSError: The file cannot be copied.
    """
    reading = disk.open(source, os.O_RDONLY)
    try:
        writing = disk.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        try:
            _copy_open(reading, writing, disk)
        except BaseException:
            with contextlib.suppress(OSError):
                disk.unlink(target)
            raise
        finally:
            disk.close(writing)
    finally:
        disk.close(reading)


def _copy_open(reading: int, writing: int, disk: Disk) -> None:
    status = disk.fstat(reading)
    offset = 0
    while data := disk.read_at(reading, CHUNK_BYTES, offset):
        disk.write(writing, data)
        offset += len(data)
    disk.set_mode(writing, status.st_mode)
    if os.utime in os.supports_fd:
        os.utime(writing, ns=(status.st_atime_ns, status.st_mtime_ns))
    disk.sync(writing)


def _link_or_copy(source: str, target: str, disk: Disk) -> None:
    try:
        disk.link(source, target)
    except (RefusedError, FileExistsError):
        raise
    except OSError:
        copy(source, target, disk)
    disk.sync_folder(os.path.dirname(target))  # noqa: PTH120


def rotate(path: str, disk: Disk, today: date | None = None) -> None:
    """Make the previous generation today's backup if today has none yet, and remove outdated daily backups.

    Errors of the disk are ignored: a failed backup must not prevent saving.
    """
    today = today or datetime.now(UTC).date()
    target = f"{folder_of(path)}/{Path(path).stem}-{today.isoformat()}.json"
    with contextlib.suppress(OSError):
        if not disk.has_file(target) and disk.has_file(f"{path}{BACKUP}"):
            _make_folder(path, disk)
            _link_or_copy(f"{path}{BACKUP}", target, disk)
            for old in _outdated(path, disk):
                if is_our_snapshot(old, disk):
                    disk.unlink(old)


def _outdated(path: str, disk: Disk) -> list[str]:
    """Return the paths of the daily backups to remove: all but the latest 7, and the last of each of 4 more weeks."""
    dated = sorted(
        ((_day(backup), backup.path) for backup in backups(path, disk) if backup.kind == "daily"), reverse=True
    )
    weeks: dict[tuple[int, int], None] = {}
    out = []
    for place, (day, name) in enumerate(dated):
        week = day.isocalendar()[:2]
        if place < _DAILY_KEPT:
            continue
        if week in weeks or len(weeks) >= _WEEKLY_KEPT:
            out.append(name)
        weeks.setdefault(week)
    return out


def _day(backup: Backup) -> date:
    match = _BACKUP_NAME.fullmatch(Path(backup.path).name)
    return date.fromisoformat(match["when"]) if match else backup.when.date()


def backups(path: str, disk: Disk) -> list[Backup]:
    """List the backups of a snapshot, latest first.

    The previous generation, next to the snapshot, is one of them. Links, pipes and devices are left out and added to
    `disk.refused`.
    """
    path = os.path.realpath(path)
    found = [(f"{path}{BACKUP}", "before")]
    with contextlib.suppress(OSError):
        for name in disk.names(folder_of(path)):
            match = _BACKUP_NAME.fullmatch(name)
            if match and match["stem"] == Path(path).stem:
                found.append((f"{folder_of(path)}/{name}", match["kind"].strip("-").split("-")[0] or "daily"))
    known = [Backup(each, *_status(disk.stat(each)), kind) for each, kind in found if disk.has_file(each)]
    return sorted(known, key=lambda backup: backup.when, reverse=True)


def _status(status: os.stat_result) -> tuple[datetime, int]:
    return datetime.fromtimestamp(status.st_mtime, UTC), status.st_size


def find(path: str, name: str, disk: Disk) -> Backup:
    """Find a backup by its path, its file name, or a part of its file name such as the date.

    Args:
        path: The snapshot.
        name: Path, file name or part of the file name of a backup, or the path of any file to restore from.
        disk: Makes the system calls.

    Raises:
        StoreError: No backup matches the name, or several backups do.
    """
    known = backups(path, disk)
    for matches in (
        [b for b in known if name in (b.path, Path(b.path).name)],
        [b for b in known if name and name in Path(b.path).name],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            names = ", ".join(Path(b.path).name for b in matches)
            raise StoreError(f"“{name}” means more than one backup: {names}.", "Give the whole name.")
    # The user named this file, so a link to it is followed, unless the link is among the backups.
    file = os.path.realpath(name)
    if os.path.realpath(os.path.dirname(name)) != os.path.realpath(folder_of(path)):  # noqa: PTH120
        if disk.has_file(file):
            return Backup(file, *_status(disk.stat(file)), "file")
        verdict = owner_of(file, disk, named=True)
        if verdict.owner is Owner.NO_FILE:  # not to be removed, as such a thing among the backups: it was mistyped
            raise problems.no_copy(file, verdict.reason, "restored")
    if refused := [each for each in disk.refused if name and name in os.path.basename(each)]:  # noqa: PTH119
        raise StoreError(disk.refused[refused[0]])
    raise StoreError(f"There is no backup “{name}” of {path}.", "“tui-reader backup list” names those there are.")

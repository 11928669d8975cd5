"""Older generations of the base, in a folder beside it: one a day for a week, one a week for four more.

Those are second names of files that nobody writes any more (or copies where the file system has no such names). What
was set aside for a reason is a copy.
"""

from __future__ import annotations

import contextlib
import os
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.errors import StoreError
from tui_reader.storage.basefile import BACKUP

if TYPE_CHECKING:
    from tui_reader.storage.disk import Disk

FOLDER = ".backups"
_DAYS = 7
_WEEKS = 4
_NAME = re.compile(r"(?P<stem>.+)-(?P<when>\d{4}-\d{2}-\d{2})(?P<kind>|-.+)\.json")


class Backup(NamedTuple):
    """A file that the library can go back to."""

    path: str
    when: datetime
    """When it was the library's current state, as far as the file's time says."""
    size: int
    """Bytes."""
    kind: str
    """`before` the last fold, `daily`, or why it was kept: `damaged`, `edited`, `restored`, `merged`."""


def folder_of(path: str) -> str:
    """The folder for the backups of a base."""
    return f"{os.path.dirname(path)}/{FOLDER}"  # noqa: PTH120


def keep(path: str, source: str, kind: str, disk: Disk) -> str:
    """Keep a file among the backups under a name of its own.

    Args:
        path: The base.
        source: What to keep: the base itself or a file beside it.
        kind: Why it is kept.
        disk: Makes the system calls.

    Returns:
        Path of the backup.

    Raises:
        OSError: It cannot be kept.
    """
    now = datetime.now(UTC)
    stem = f"{folder_of(path)}/{Path(path).stem}-{now:%Y-%m-%d}-{kind}-{now:%H%M%S}"
    target, count = f"{stem}.json", 1
    while Path(target).exists():
        target, count = f"{stem}-{count}.json", count + 1
    Path(target).parent.mkdir(exist_ok=True)
    import shutil  # noqa: PLC0415  # 5 ms, for what hardly ever happens

    # A copy, not a second name: somebody may write into the source in place.
    shutil.copy2(source, target)
    handle = disk.open(target, os.O_RDWR)
    try:
        disk.sync(handle)
    finally:
        disk.close(handle)
    disk.sync_folder(folder_of(path))
    return target


def _second_name(source: str, target: str, disk: Disk) -> None:
    Path(target).parent.mkdir(exist_ok=True)
    try:
        disk.link(source, target)
    except OSError:
        import shutil  # noqa: PLC0415

        shutil.copy2(source, target)
    disk.sync_folder(os.path.dirname(target))  # noqa: PTH120


def rotate(path: str, disk: Disk, today: date | None = None) -> None:
    """Keep the generation before as today's backup if there is none yet, and let go of those past their time.

    A backup that cannot be made stops nothing.
    """
    today = today or datetime.now(UTC).date()
    target = f"{folder_of(path)}/{Path(path).stem}-{today.isoformat()}.json"
    with contextlib.suppress(OSError):
        if not Path(target).exists() and Path(f"{path}{BACKUP}").exists():
            _second_name(f"{path}{BACKUP}", target, disk)
            for old in _outdated(path):
                disk.unlink(old)


def _outdated(path: str) -> list[str]:
    dated = sorted(((_day(backup), backup.path) for backup in backups(path) if backup.kind == "daily"), reverse=True)
    weeks: dict[tuple[int, int], None] = {}
    out = []
    for place, (day, name) in enumerate(dated):
        week = day.isocalendar()[:2]
        if place < _DAYS:
            continue
        if week in weeks or len(weeks) >= _WEEKS:
            out.append(name)
        weeks.setdefault(week)
    return out


def _day(backup: Backup) -> date:
    match = _NAME.fullmatch(Path(backup.path).name)
    return date.fromisoformat(match["when"]) if match else backup.when.date()


def backups(path: str) -> list[Backup]:
    """Every backup of a base, latest first."""
    path = os.path.realpath(path)
    found = (
        [Backup(f"{path}{BACKUP}", *_status(f"{path}{BACKUP}"), "before")] if Path(f"{path}{BACKUP}").exists() else []
    )
    with contextlib.suppress(OSError):
        for item in os.scandir(folder_of(path)):
            match = _NAME.fullmatch(item.name)
            if match and match["stem"] == Path(path).stem:
                kind = match["kind"].strip("-").split("-")[0] or "daily"
                found.append(Backup(item.path, *_status(item.path), kind))
    return sorted(found, key=lambda backup: backup.when, reverse=True)


def _status(path: str) -> tuple[datetime, int]:
    status = Path(path).stat()
    return datetime.fromtimestamp(status.st_mtime, UTC), status.st_size


def find(path: str, name: str) -> Backup:
    """The backup that a name means: its path, its file name, or its date.

    Raises:
        StoreError: There is none, or more than one.
    """
    known = backups(path)
    for matches in (
        [b for b in known if name in (b.path, Path(b.path).name)],
        [b for b in known if name and name in Path(b.path).name],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            names = ", ".join(Path(b.path).name for b in matches)
            raise StoreError(f"“{name}” means more than one backup: {names}.", "Give the whole name.")
    if Path(name).is_file():
        return Backup(name, *_status(name), "file")
    raise StoreError(f"There is no backup “{name}” of {path}.", "“tui-reader backup list” names those there are.")

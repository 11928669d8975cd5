"""The verbs that look after the state file: check and mend it, merge other copies, go back to a backup.

They open the file by themselves and may be used while a reader has it open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

# What follows is imported where it is used: nothing of it is needed before one of these verbs is asked for.


class Finding(NamedTuple):
    """Something that a check found."""

    text: str
    """What it is, as a sentence."""
    is_wrong: bool
    """Whether it should not be so."""
    mended: str
    """What was done about it; empty if nothing."""


class Checkup(NamedTuple):
    """The result of a check."""

    findings: tuple[Finding, ...]
    is_well: bool
    """Whether nothing is wrong, or all of it is mended: else the command ends with an error."""


class Merge(NamedTuple):
    """What came from another copy."""

    source: str
    changes: int
    """Records that are different now."""


class Backup(NamedTuple):
    """A file that the library can go back to."""

    path: str
    name: str
    """What to call it by: its file name."""
    when: datetime
    """UTC."""
    size: int
    """Bytes."""
    kind: str
    """`before` the last rewrite, `daily`, or why it was kept: `damaged`, `edited`, `restored`, `merged`."""


class Restored(NamedTuple):
    """What going back to a backup did."""

    backup: str
    kept: str
    """Where the state before is kept; empty if there was none."""
    changes: int
    """Records that are different now."""


def check(state: Path, *, fix: bool = False) -> Checkup:
    """Look at a library's state file and all that lies beside it.

    Args:
        state: The file, usually `library.json`.
        fix: Mend what is wrong; what cannot be read any more is kept among the backups.

    Raises:
        StoreError: The file cannot be read, or what was to be mended cannot be written.
    """
    from tui_reader.storage.recovery.doctor import doctor  # noqa: PLC0415
    from tui_reader.storage.replication.replica import replica_id  # noqa: PLC0415

    found = doctor(state, replica_id(), fix=fix)
    return Checkup(tuple(Finding(*finding) for finding in found.findings), found.is_well)


def merge_copies(state: Path, others: Sequence[Path]) -> list[Merge]:
    """Take over what other copies of the state know better; the copies are only read.

    Raises:
        StoreError: A file cannot be read or is damaged, or the state cannot be written.
    """
    from tui_reader.storage.recovery.doctor import merge  # noqa: PLC0415
    from tui_reader.storage.replication.replica import replica_id  # noqa: PLC0415

    return [Merge(merged.source, merged.changes) for merged in merge(state, replica_id(), others)]


def merge_versions(ancestor: Path, ours: Path, theirs: Path) -> None:
    """Write what two versions of a state file hold together into the first one, as a merge driver of git does.

    Raises:
        StoreError: One of the files is no library, or cannot be read or written. Nothing is changed then.
    """
    from tui_reader.storage.replication.merge_driver import merge_versions as merged  # noqa: PLC0415
    from tui_reader.storage.replication.replica import replica_id  # noqa: PLC0415

    merged(ancestor, ours, theirs, replica_id())


def list_backups(state: Path) -> list[Backup]:
    """Every backup of a state file, latest first."""
    from tui_reader.storage.recovery.backups import backups  # noqa: PLC0415
    from tui_reader.storage.snapshot.disk import Disk  # noqa: PLC0415

    return [Backup(b.path, b.path.rpartition("/")[2], b.when, b.size, b.kind) for b in backups(str(state), Disk())]


def refused_backups(state: Path) -> list[str]:
    """Name what stands among the backups of a state file and is not used, such as a link, as sentences."""
    from tui_reader.storage.recovery.backups import backups  # noqa: PLC0415
    from tui_reader.storage.snapshot.disk import Disk  # noqa: PLC0415

    disk = Disk()
    backups(str(state), disk)
    return list(disk.refused.values())


def restore_backup(state: Path, name: str) -> Restored:
    """Make the state what it was in a backup. It is one change more: undone by restoring what was kept.

    Args:
        state: The state file.
        name: A backup's name, a part of it such as its date, or the path of any copy.

    Raises:
        StoreError: There is no such backup or more than one, it cannot be read, or the state cannot be written.
    """
    from tui_reader.storage.recovery.doctor import restore  # noqa: PLC0415
    from tui_reader.storage.replication.replica import replica_id  # noqa: PLC0415

    backup, kept, changes = restore(state, replica_id(), name)
    return Restored(backup.path, kept, changes)

"""Generations of the snapshot: find the one that a file edited by another program was made from.

A record that is missing in such a file counts as removed only if the exact generation that the file was made from has
it. The file's header identifies that generation, since a plain TinyDB keeps the header. The generation is searched for
in three places: the previous generation (`.bak`), the backups, and `.bak` with the changes of `.bak.journal` applied,
which is the generation after it. These two files are combined only if the journal's first line names that `.bak`, and
the header of the edited file names both.
"""

from __future__ import annotations

import contextlib
import re
import zlib
from typing import TYPE_CHECKING, Any

from tui_reader.errors import StoreError
from tui_reader.storage.recovery.backups import backups
from tui_reader.storage.snapshot import limits
from tui_reader.storage.snapshot.journal import Entry, decode_lines
from tui_reader.storage.snapshot.json_values import decode, encode
from tui_reader.storage.snapshot.snapshot import (
    BACKUP,
    BACKUP_JOURNAL,
    FileSource,
    MemorySource,
    NotOurLayoutError,
    SnapshotFile,
    UnreadableError,
)
from tui_reader.storage.snapshot.state import State
from tui_reader.storage.snapshot.wholefile import read_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui_reader.storage.snapshot.disk import Disk

_MAX_COPIED_BYTES = 4 << 20
"""Maximum size in bytes of a converted snapshot that is copied to `.bak` before it is replaced."""
ORIGIN = "made_from"
"""Name of the header member that identifies the files from which a generation was made."""
_HEAD = re.compile(rb'\{"journal":\d+(?:,"base":(?P<base>\[[0-9, ]+\]))?\}\n')
"""Pattern of the first line of `.bak.journal`, such as `{"journal":1,"base":[834,1993308202]}`.

The group `base` is the `_fingerprint` of the snapshot to which the journal's entries were added.
"""


def identity(header: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Return the values of the header's members that together identify a generation; None if one is missing."""
    values = tuple(header.get(name) for name in ("library", "hlc", "bytes", "crc32"))
    return None if None in values else values


def origin(snapshot: SnapshotFile, journal: bytes, latest: str) -> dict[str, Any]:
    """Return an object with the header member `ORIGIN`, which identifies the files that make up the new generation.

    Args:
        snapshot: The previous generation.
        journal: The part of this replica's journal that is compacted into the new generation.
        latest: The member `hlc` of the new header. Older versions of the program copy the member `ORIGIN` to later
            generations; there it does not match their `hlc`, and is ignored.
    """
    return {ORIGIN: {"of": latest, "base": _fingerprint(snapshot), "journal": zlib.crc32(journal)}}


def _fingerprint(snapshot: SnapshotFile) -> list[int]:
    """Return the size in bytes and the checksum of a snapshot, as its header states them; 0 for a missing one."""
    return [snapshot.header.get("bytes", 0), snapshot.header.get("crc32", 0)]


def keep_generation(
    path: str, snapshot: SnapshotFile, journal: bytes, disk: Disk, *, is_converted: bool
) -> list[tuple[str, str]]:
    """Write the files that keep a generation, under temporary names; one that cannot be written is omitted.

    These are the journal that is compacted into the next generation, and the snapshot if it is a converted one. Any
    other snapshot is kept by a hard link (`compaction`).

    Args:
        path: The snapshot.
        snapshot: The generation that is about to be replaced.
        journal: The entries that are compacted into the next generation.
        disk: Makes the system calls.
        is_converted: True if another program wrote the file, so that only its converted content and the journal
            together make up the next generation.

    Returns:
        For each file its temporary name, and the final name to rename it to.
    """
    head = b'{"journal":1,"base":%s}\n' % encode(_fingerprint(snapshot))
    kept = _copy(f"{path}{BACKUP_JOURNAL}", iter((head, journal)), disk)
    return [*kept, *_copy(f"{path}{BACKUP}", _content(snapshot), disk)] if is_converted else kept


def _content(snapshot: SnapshotFile) -> Iterator[bytes]:
    step = 1 << 20
    return (snapshot.source.read(step, offset) for offset in range(0, snapshot.source.size, step))


def _copy(target: str, pieces: Iterator[bytes], disk: Disk) -> list[tuple[str, str]]:
    temporary = f"{target}.tmp"
    with contextlib.suppress(OSError):
        handle = disk.create(temporary)
        try:
            for piece in pieces:
                disk.write(handle, piece)
        except OSError:
            disk.unlink(temporary)
            raise
        finally:
            disk.close(handle)
        return [(temporary, target)]
    return []


def ancestor(path: str, header: Mapping[str, Any], disk: Disk) -> State | None:
    """Return the exact generation that a file was made from, or None if it was not found.

    Args:
        path: The snapshot.
        header: The header of the file.
        disk: Makes the system calls.
    """
    wanted = identity(header)
    if wanted is None:
        return None
    before = _open(f"{path}{BACKUP}", disk)
    made_from = header.get(ORIGIN)
    if (
        before is not None
        and isinstance(made_from, dict)
        and made_from.get("of") == header.get("hlc")
        and made_from.get("base") == _fingerprint(before)
        and before.header.get("library") == header.get("library")
    ):
        named, journal = _journal(path, disk)
        if named == _fingerprint(before) and zlib.crc32(journal) == made_from.get("journal") and before.verify():
            return _replayed(before, journal)
    for file in dict.fromkeys([f"{path}{BACKUP}", *(backup.path for backup in backups(path, disk))]):
        snapshot = _open(file, disk)
        if snapshot is not None and identity(snapshot.header) == wanted and snapshot.verify():
            return State(snapshot)
    return None


def latest_known(path: str, disk: Disk) -> State | None:
    """Return the latest generation that this program wrote and that its files still contain.

    This is the previous generation (`.bak`), with the entries of `.bak.journal` applied if these belong to it. It need
    not be the generation that an edited file was made from, so a record missing in that file does not count as removed.

    Returns:
        The state; None if there is no `.bak` in this program's layout.
    """
    before = _open(f"{path}{BACKUP}", disk)
    if before is None or not before.header:
        return None
    named, journal = _journal(path, disk)
    # A journal that names no snapshot was written by an earlier version of the program.
    return _replayed(before, journal) if named in (None, _fingerprint(before)) else State(before)


def _journal(path: str, disk: Disk) -> tuple[list[int] | None, bytes]:
    """Return the fingerprint of the snapshot that `.bak.journal` names, or None if it names none, and its lines."""
    try:
        data = read_whole(f"{path}{BACKUP_JOURNAL}", disk, limits.JOURNAL)
    except (OSError, StoreError):
        return None, b""
    head = _HEAD.match(data)
    if head is None or head["base"] is None:
        return None, data
    return decode(head["base"]), data[head.end() :]


def _replayed(snapshot: SnapshotFile, journal: bytes) -> State:
    state = State(snapshot)
    entries: list[Entry] = decode_lines(journal[: journal.rfind(b"\n") + 1])[0]
    state.load(entries)
    return state


def _open(path: str, disk: Disk) -> SnapshotFile | None:
    try:
        source = FileSource(path, disk)
    except OSError:
        return None
    try:
        if source.size:
            return SnapshotFile(source)
    except (OSError, NotOurLayoutError, UnreadableError):
        pass
    source.close()
    return None


def is_converted(snapshot: SnapshotFile, device_and_inode: tuple[int, int] | None) -> bool:
    """Return True if a snapshot was converted from another program's file and is small enough to be copied.

    Snapshots of more than 4 MiB are not copied, since the library is locked during the copying.

    Args:
        snapshot: The snapshot.
        device_and_inode: Device and inode of the file at the path of the library. If the snapshot is in memory or in
            another file, it was converted.
    """
    source = snapshot.source
    if source.size > _MAX_COPIED_BYTES:
        return False
    if isinstance(source, MemorySource):
        return source.size > 0
    return isinstance(source, FileSource) and (source.status.st_dev, source.status.st_ino) != device_and_inode

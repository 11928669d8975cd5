"""Generations of the snapshot: find the earlier snapshot that another program's file was made from.

A record that is missing in a file counts as removed only against the exact generation that the file was made from. The
header identifies it, and a plain TinyDB keeps the header. The generation is searched for as `.bak`, among the backups,
and as `.bak` with the journal that was compacted into the next generation. A `.bak` and a journal are combined only if
the journal names the snapshot, and the header of the next generation names both files.
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
"""Maximum bytes of a converted snapshot that is copied to `.bak` before it is replaced."""
ORIGIN = "made_from"
"""Name of the header member that identifies the files from which a generation was made."""
_HEAD = re.compile(rb'\{"journal":\d+(?:,"base":(?P<base>\[[0-9, ]+\]))?\}\n')
"""Pattern of the first line of `.bak.journal`, such as `{"journal":1,"base":[834,1993308202]}`: see `_fingerprint`."""


def identity(header: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Return the members of a header that identify its generation; None if a member is missing."""
    values = tuple(header.get(name) for name in ("library", "hlc", "bytes", "crc32"))
    return None if None in values else values


def origin(snapshot: SnapshotFile, journal: bytes, latest: str) -> dict[str, Any]:
    """Return the header member `ORIGIN`, as an object: it identifies the files that make up the new generation.

    Args:
        snapshot: The previous generation.
        journal: The part of this replica's journal that is compacted into the new generation.
        latest: The member `hlc` of the new header. An older version of the program copies unknown members; the
            timestamp then shows that they belong to another generation.
    """
    return {ORIGIN: {"of": latest, "base": _fingerprint(snapshot), "journal": zlib.crc32(journal)}}


def _fingerprint(snapshot: SnapshotFile) -> list[int]:
    """Return the size and the checksum of a snapshot, from its header."""
    return [snapshot.header.get("bytes", 0), snapshot.header.get("crc32", 0)]


def keep_generation(
    path: str, snapshot: SnapshotFile, journal: bytes, disk: Disk, *, is_converted: bool
) -> list[tuple[str, str]]:
    """Write the backup copies of a generation; a copy that cannot be written is omitted.

    Args:
        path: The snapshot.
        snapshot: The generation that is about to be replaced.
        journal: The entries that are compacted into the next generation.
        disk: Makes the system calls.
        is_converted: True if another program wrote the file. Then its converted content is kept, so that the content
            and the journal together make up the next generation.

    Returns:
        Temporary and final name of each copy.
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
    """Return the previous generation, with the journal compacted after it if the two belong together.

    This earlier state may be merged into any other state; a record missing in one of the two does not count as removed.

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
    """Return the fingerprint of the snapshot that `.bak.journal` names, or None, and the journal's lines."""
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
    """Return True if a snapshot was converted from another program's file and is at most 4 MiB long.

    Longer snapshots are not copied, since the library is locked during the copying.

    Args:
        snapshot: The snapshot.
        device_and_inode: The file at the path of the library; if the snapshot is another file, it is converted.
    """
    source = snapshot.source
    if source.size > _MAX_COPIED_BYTES:
        return False
    if isinstance(source, MemorySource):
        return source.size > 0
    return isinstance(source, FileSource) and (source.status.st_dev, source.status.st_ino) != device_and_inode

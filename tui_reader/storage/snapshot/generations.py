"""Generations of the snapshot: which one another program started from, and whether that one is at hand.

A record that is missing in a file counts as removed only against the very generation that the file was made from. The
header names it, and a plain TinyDB keeps the header; so it is looked for under its name: as `.bak`, among the backups,
and as `.bak` with the journal that was folded into it. That pair is put together only if both say that they belong
together: the journal names its snapshot, and the header of the generation that came of them names both.
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

_MOST_COPIED = 4 << 20
ORIGIN = "made_from"
"""Entry of a header: what the generation was made from."""
_HEAD = re.compile(rb'\{"journal":\d+(?:,"base":(?P<base>\[[0-9, ]+\]))?\}\n')


def identity(header: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The name of a generation: the entries of its header that no other one shares; None if they are not all there."""
    values = tuple(header.get(name) for name in ("library", "hlc", "bytes", "crc32"))
    return None if None in values else values


def origin(base: SnapshotFile, journal: bytes, latest: str) -> dict[str, Any]:
    """The header entry that says what a new generation is made from.

    Args:
        base: The generation before.
        journal: The journal of this machine, as far as it goes into the new generation.
        latest: The entry `hlc` of the new header. An older version keeps entries that it does not know; the time stamp
            shows then that they speak of another generation.
    """
    return {ORIGIN: {"of": latest, "base": _fingerprint(base), "journal": zlib.crc32(journal)}}


def _fingerprint(base: SnapshotFile) -> list[int]:
    return [base.header.get("bytes", 0), base.header.get("crc32", 0)]


def set_aside(path: str, base: SnapshotFile, journal: bytes, disk: Disk, *, adopted: bool) -> list[tuple[str, str]]:
    """Write what is kept of a generation besides the snapshot itself; a copy that cannot be written stops nothing.

    Args:
        path: The snapshot.
        base: The generation that is about to be replaced.
        journal: The changes that go into the next one.
        disk: Makes the system calls.
        adopted: Whether another program wrote the file: then it is kept as it was understood, so that the pair of it
            and the journal makes up the next generation.

    Returns:
        Temporary names of the copies, each with its final one.
    """
    head = b'{"journal":1,"base":%s}\n' % encode(_fingerprint(base))
    kept = _copy(f"{path}{BACKUP_JOURNAL}", iter((head, journal)), disk)
    return [*kept, *_copy(f"{path}{BACKUP}", _content(base), disk)] if adopted else kept


def _content(base: SnapshotFile) -> Iterator[bytes]:
    step = 1 << 20
    return (base.source.read(step, offset) for offset in range(0, base.source.size, step))


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
    """The very generation that a file was made from, if it is at hand.

    Args:
        path: The snapshot.
        header: The header that stands in the file now.
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
        base = _open(file, disk)
        if base is not None and identity(base.header) == wanted and base.verify():
            return State(base)
    return None


def latest_known(path: str, disk: Disk) -> State | None:
    """The generation before, with the changes that were folded into it if they are known to belong to it.

    It is a part of what this library ever was, so it may be joined to anything; nothing counts as removed against it.
    """
    before = _open(f"{path}{BACKUP}", disk)
    if before is None or not before.header:
        return None
    named, journal = _journal(path, disk)
    # A journal that names no snapshot was written by an earlier version, which had no other pairs.
    return _replayed(before, journal) if named in (None, _fingerprint(before)) else State(before)


def _journal(path: str, disk: Disk) -> tuple[list[int] | None, bytes]:
    """The snapshot that the folded journal names, None if it names none; and the journal's lines."""
    try:
        data = read_whole(f"{path}{BACKUP_JOURNAL}", disk, limits.JOURNAL)
    except (OSError, StoreError):
        return None, b""
    head = _HEAD.match(data)
    if head is None or head["base"] is None:
        return None, data
    return decode(head["base"]), data[head.end() :]


def _replayed(base: SnapshotFile, journal: bytes) -> State:
    state = State(base)
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


def is_adopted(base: SnapshotFile, place: tuple[int, int] | None) -> bool:
    """Tell whether a snapshot is what was understood of another program's file, and short enough to be copied.

    Args:
        base: The snapshot.
        place: Device and inode of the file at the path.

    Returns:
        True if it is not the file at the path itself, and at most 4 MiB: longer ones are not copied under the lock.
    """
    source = base.source
    if source.size > _MOST_COPIED:
        return False
    if isinstance(source, MemorySource):
        return source.size > 0
    return isinstance(source, FileSource) and (source.status.st_dev, source.status.st_ino) != place

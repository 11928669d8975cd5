"""A merge driver for git: merges two versions of a snapshot, given as files with their ancestor.

Git passes the names of three files and expects the result in the second one. No other file is written, neither a
journal nor a backup, since git keeps every version itself.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.errors import StoreError
from tui_reader.storage.recovery import problems
from tui_reader.storage.recovery.adoption import is_as_written
from tui_reader.storage.recovery.external_edits import is_edit_of, join_known, timestamp_against_ancestor
from tui_reader.storage.recovery.foreign_layout import DamagedError, Parsed, is_header, lay_out, parse, rekey
from tui_reader.storage.recovery.fragments import joined, reassembled
from tui_reader.storage.recovery.ownership import foreign_copy
from tui_reader.storage.replication.hlc import HybridClock
from tui_reader.storage.snapshot import limits
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.storage.snapshot.generations import identity
from tui_reader.storage.snapshot.snapshot import MemorySource, NotOurLayoutError, SnapshotFile
from tui_reader.storage.snapshot.state import State
from tui_reader.storage.snapshot.wholefile import read_whole

if TYPE_CHECKING:
    from pathlib import Path


_ADVICE = "Merge it by hand."


class _Side(NamedTuple):
    raw: bytes
    parsed: Parsed


class _Ancestor(NamedTuple):
    header: dict[str, Any]
    """The header as read from the file, which identifies the generation.

    If another program edited the file afterwards, the records are not those of the generation.
    """
    state: State


def merge_versions(ancestor: Path, ours: Path, theirs: Path, replica: str) -> None:
    """Merge two versions of a snapshot and write the result into `ours`.

    Args:
        ancestor: The version from which the two versions were made; an empty file if there is none.
        ours: One version, which is overwritten.
        theirs: The other version.
        replica: This machine's replica id, for the timestamps of values that a plain TinyDB changed.

    Raises:
        StoreError: One of the two versions is not a library, or a file cannot be read or written.
    """
    disk, timestamp = Disk(), HybridClock(replica).now()
    common = _read_ancestor(str(ancestor), disk)
    sides = [_read(str(path), disk, common, timestamp) for path in (ours, theirs)]
    whole = joined([side.parsed for side in sides])
    rekey(whole)
    data = lay_out(whole)
    if data != sides[0].raw:
        _write(str(ours), data, disk)


def _read_ancestor(path: str, disk: Disk) -> _Ancestor | None:
    """Read the file with the common ancestor of the two versions.

    Returns:
        None if the file is empty or not a library: then no record of the two versions counts as removed.
    """
    try:
        parsed = parse(_bytes(path, disk))
        header = dict(parsed.header)
        rekey(parsed)
        return _Ancestor(header, State(SnapshotFile(MemorySource(lay_out(parsed))))) if header else None
    except (DamagedError, NotOurLayoutError):
        return None


def _read(path: str, disk: Disk, common: _Ancestor | None, timestamp: str) -> _Side:
    raw = _bytes(path, disk)

    def timestamp_changes(parsed: Parsed) -> None:
        if common is None or is_as_written(raw, parsed) or common.header.get("library") != parsed.header.get("library"):
            return
        named = identity(parsed.header)
        if named and named == identity(common.header) and is_edit_of(parsed, common.state) and not parsed.is_merged:
            timestamp_against_ancestor(path, parsed, common.state, timestamp)
        else:
            join_known(parsed, common.state, timestamp)

    try:
        parsed = parse(raw, may_be_empty=False)
        timestamp_changes(parsed)
    except DamagedError as error:
        joined = reassembled(raw, timestamp_changes)
        if joined is None and (reason := foreign_copy(path, Disk())):
            raise problems.no_copy(path, reason, "merged", _ADVICE) from None
        if joined is None:
            raise StoreError(
                f"{path} is damaged {error}. Nothing was merged.", "Repair it, then merge again."
            ) from None
        parsed = joined
    if not is_header(parsed.header):
        raise problems.no_copy(path, foreign_copy(path, Disk()) or "it has no header of one", "merged", _ADVICE)
    if parsed.newer:
        raise StoreError(problems.newer(path, parsed.newer))
    return _Side(raw, parsed)


def _bytes(path: str, disk: Disk) -> bytes:
    try:
        return read_whole(os.path.realpath(path), disk, limits.FOREIGN_SNAPSHOT)
    except OSError as error:
        raise problems.unreadable(path, error) from error


def _write(path: str, data: bytes, disk: Disk) -> None:
    """Overwrite a file in place, not atomically: git has stored its old content already."""
    try:
        handle = disk.open(os.path.realpath(path), os.O_RDWR)
        try:
            disk.cut(handle, 0)
            disk.write(handle, data)
        finally:
            disk.close(handle)
    except OSError as error:
        raise problems.not_saved(path, error) from error

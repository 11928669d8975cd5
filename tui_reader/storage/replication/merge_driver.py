"""Merges versions of a snapshot for git, which names three files and takes what stands in the second one then.

Nothing is written but that file: no journal, no backup, since git keeps every version itself.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.errors import StoreError
from tui_reader.storage.recovery import problems
from tui_reader.storage.recovery.adoption import is_as_written
from tui_reader.storage.recovery.external_edits import against_ancestor, is_edit_of, join_known
from tui_reader.storage.recovery.foreign_layout import DamagedError, Parsed, is_header, lay_out, parse, rekey
from tui_reader.storage.recovery.fragments import joined, reassembled
from tui_reader.storage.replication.hlc import HybridClock
from tui_reader.storage.snapshot import limits
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.storage.snapshot.generations import identity
from tui_reader.storage.snapshot.snapshot import MemorySource, NotOurLayoutError, SnapshotFile
from tui_reader.storage.snapshot.state import State
from tui_reader.storage.snapshot.wholefile import read_whole

if TYPE_CHECKING:
    from pathlib import Path


class _Side(NamedTuple):
    raw: bytes
    parsed: Parsed


class _Ancestor(NamedTuple):
    header: dict[str, Any]
    """As it stands in the file, which may have been changed since."""
    state: State


def merge_versions(ancestor: Path, ours: Path, theirs: Path, machine: str) -> None:
    """Write what two versions of a snapshot hold together into the first one.

    Args:
        ancestor: The version that both were made of; empty if there is none.
        ours: One of them, which is written.
        theirs: The other one.
        machine: Name of this machine, for what a plain TinyDB changed without a time stamp.

    Raises:
        StoreError: One of the files is no library, or cannot be read or written. Nothing is changed then.
    """
    disk, stamp = Disk(), HybridClock(machine).now()
    before = _known(str(ancestor), disk)
    sides = [_read(str(path), disk, before, stamp) for path in (ours, theirs)]
    whole = joined([side.parsed for side in sides])
    rekey(whole)
    data = lay_out(whole)
    if data != sides[0].raw:
        _write(str(ours), data, disk)


def _known(path: str, disk: Disk) -> _Ancestor | None:
    """The common ancestor; None if there is none, or it is no library: then every record of both versions stays."""
    try:
        parsed = parse(_bytes(path, disk))
        header = dict(parsed.header)
        rekey(parsed)
        return _Ancestor(header, State(SnapshotFile(MemorySource(lay_out(parsed))))) if header else None
    except (DamagedError, NotOurLayoutError):
        return None


def _read(path: str, disk: Disk, before: _Ancestor | None, stamp: str) -> _Side:
    raw = _bytes(path, disk)

    def stamp_changes(parsed: Parsed) -> None:
        if before is None or is_as_written(raw, parsed) or before.header.get("library") != parsed.header.get("library"):
            return
        named = identity(parsed.header)
        if named and named == identity(before.header) and is_edit_of(parsed, before.state) and not parsed.is_merged:
            against_ancestor(path, parsed, before.state, stamp)
        else:
            join_known(parsed, before.state, stamp)

    try:
        parsed = parse(raw, may_be_empty=False)
        stamp_changes(parsed)
    except DamagedError as error:
        mended = reassembled(raw, stamp_changes)
        if mended is None:
            raise StoreError(f"{path} is damaged {error}. Nothing was merged.", "Mend it, then merge again.") from None
        parsed = mended
    if not is_header(parsed.header):
        raise StoreError(f"{path} is no library of tui-reader. Nothing was merged.", "Merge it by hand.")
    if parsed.newer:
        raise StoreError(problems.newer(path, parsed.newer))
    return _Side(raw, parsed)


def _bytes(path: str, disk: Disk) -> bytes:
    try:
        return read_whole(os.path.realpath(path), disk, limits.FOREIGN_SNAPSHOT)
    except OSError as error:
        raise problems.unreadable(path, error) from error


def _write(path: str, data: bytes, disk: Disk) -> None:
    """Write into the file itself: git knows it by its name, and has its content already."""
    try:
        handle = disk.open(os.path.realpath(path), os.O_RDWR)
        try:
            disk.cut(handle, 0)
            disk.write(handle, data)
        finally:
            disk.close(handle)
    except OSError as error:
        raise problems.not_saved(path, error) from error

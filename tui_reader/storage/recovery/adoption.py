"""Conversion ("adoption") of edited, damaged or plain TinyDB files to snapshots in this program's layout.

An adoption reads a file in any layout, gives timestamps to edited values, and writes the result in this program's
layout. This module can run as a subprocess for a large file, because parsing a whole file keeps Python's global lock
(three seconds for 77 MB) and would block the process that draws the screen.
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_reader.storage.recovery import problems
from tui_reader.storage.recovery.external_edits import (
    fill_from_generation,
    join_known,
    timestamp_edits,
    timestamp_edits_of_copy,
)
from tui_reader.storage.recovery.foreign_layout import DamagedError, Parsed, lay_out, parse, rekey
from tui_reader.storage.recovery.fragments import reassembled, salvage
from tui_reader.storage.snapshot import limits
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.storage.snapshot.generations import latest_known
from tui_reader.storage.snapshot.snapshot import START, FileSource, MemorySource, SnapshotFile
from tui_reader.storage.snapshot.wholefile import read_whole

if TYPE_CHECKING:
    from tui_reader.storage.snapshot.state import State

SMALL = 1 << 20
"""Maximum size in bytes of a file that is converted in this process (15 ms); a subprocess converts larger files."""


class _ChecksumError(DamagedError):
    """The file is valid JSON, but its checksum is wrong: its bytes have changed since they were written."""


@dataclass
class Adopted:
    """The result of an adoption: the content as a snapshot, and the problems and changes to report."""

    snapshot: SnapshotFile
    damage: str = ""
    """Position and reason of the damage, as a clause; empty if the file was not damaged.

    The snapshot of a damaged file contains the salvaged records.
    """
    notice: str = ""
    """What other programs changed in the file, as a sentence for the user; empty if nothing was changed."""
    newer: str = ""
    """The version of the file, such as `version 2`, if a later version of this program wrote it; else empty."""
    joined_sides: str = ""
    """A sentence for the user if the file contained two sides of a merge, which the snapshot joins; else empty."""


def adopt(path: str, timestamp: str, disk: Disk, copy_of: str = "") -> Adopted:
    """Convert a small file to a snapshot in this program's layout; the file itself is not changed.

    Args:
        path: The file.
        timestamp: The timestamp for edited values.
        disk: Makes the system calls.
        copy_of: The snapshot that the file is a copy of; empty if the file is not a copy.
    """
    data, report = _work(path, timestamp, disk, copy_of)
    return Adopted(SnapshotFile(MemorySource(data)), **report)


def command(path: str, out: str, timestamp: str, copy_of: str = "") -> list[str]:
    """Return the command line of the subprocess that converts `path` and writes the snapshot to `out`."""
    return [sys.executable, "-m", "tui_reader.storage.recovery.adoption", path, out, timestamp, copy_of]


class Adoption:
    """A subprocess that converts a large file to this program's layout; starts with the object's creation.

    Args:
        path: The file.
        timestamp: The timestamp for edited values.
        disk: Makes the system calls.
        copy_of: The snapshot that the file is a copy of; empty if the file is not a copy.
    """

    def __init__(self, path: str, timestamp: str, disk: Disk, copy_of: str = "") -> None:
        # Importing these takes 8 ms and is hardly ever needed.
        import subprocess  # noqa: PLC0415
        import tempfile  # noqa: PLC0415

        self._path, self._timestamp, self._disk, self._copy_of = path, timestamp, disk, copy_of
        self._folder = tempfile.TemporaryDirectory(prefix="tui-reader-")
        self._out = f"{os.path.realpath(self._folder.name)}/base"
        self._process = subprocess.Popen(command(path, self._out, timestamp, copy_of), stdout=subprocess.PIPE)  # noqa: S603

    @property
    def is_done(self) -> bool:
        """True if the subprocess has ended, so that `result` returns at once."""
        return self._process.poll() is not None

    def wait(self) -> None:
        """Block until the subprocess has ended."""
        self._process.wait()

    def abandon(self) -> None:
        """Kill the subprocess and discard its result."""
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    def result(self) -> Adopted:
        """Return the converted file; block until the subprocess has ended."""
        report, _ = self._process.communicate()
        try:
            if self._process.returncode:
                # no subprocess can be started: convert the file in this process
                return adopt(self._path, self._timestamp, self._disk, self._copy_of)
            source: FileSource | MemorySource = FileSource(self._out, self._disk)
            if self._disk.handles_block_renames:  # the folder could not be removed while the file was open
                data = source.read(source.size, 0)
                source.close()
                source = MemorySource(data)
            return Adopted(SnapshotFile(source), **json.loads(report))
        finally:
            self._folder.cleanup()


def _work(path: str, timestamp: str, disk: Disk, copy_of: str = "") -> tuple[bytes, dict[str, str]]:
    """Convert a file; return the bytes of the snapshot, and the other fields of the `Adopted` to make, by name."""
    raw = read_whole(path, disk, limits.FOREIGN_SNAPSHOT)
    known = latest_known(path, disk)
    report = {"damage": "", "notice": "", "newer": "", "joined_sides": ""}
    try:
        parsed = parse(raw, may_be_empty=known is None)
        _expect_tables(parsed)
        _expect_checksum(raw, parsed)
        if copy_of and not is_as_written(raw, parsed):
            timestamp_edits_of_copy(copy_of, parsed, timestamp, disk)
        elif not is_as_written(raw, parsed):
            report["notice"] = timestamp_edits(path, parsed, known, timestamp, disk)
        if parsed.is_merged:
            report["joined_sides"] = report["notice"] = problems.joined_sides(path)
    except DamagedError as error:
        joined_sides = _reassembled(raw, known, timestamp)
        if joined_sides is not None:
            parsed = joined_sides
            report["joined_sides"] = report["notice"] = problems.joined_sides(path)
        else:
            parsed = salvage(raw)
            if known is not None:
                fill_from_generation(parsed, known, prefer_known=isinstance(error, _ChecksumError))
            report["damage"] = str(error)
    report["newer"] = parsed.newer
    if rekey(parsed) and not (report["notice"] or report["damage"]):
        report["notice"] = f"{path} held the header of another copy among its records; it is removed."
    return lay_out(parsed), report


def _reassembled(raw: bytes, known: State | None, timestamp: str) -> Parsed | None:
    """Join the two sides of a merge in one file, after giving a timestamp to values that another program edited.

    Args:
        raw: The bytes of the file.
        known: The latest generation that this program wrote, to recognize edited values; None if there is none.
        timestamp: The timestamp for edited values.

    Returns:
        The joined content; None if the bytes are not the result of a merge, or a part of them cannot be read.
    """

    def timestamp_side(side: Parsed) -> None:
        if known is not None and known.snapshot.header.get("library") == side.header.get("library"):
            join_known(side, known, timestamp)

    return reassembled(raw, timestamp_side)


def is_as_written(raw: bytes, parsed: Parsed) -> bool:
    """Return True if the size and checksum in a file's header are those of the file, so that it was not edited."""
    body = raw.find(b"\n", len(START)) + 1
    return parsed.header.get("bytes") == len(raw) and parsed.header.get("crc32") == zlib.crc32(raw[body:])


def _expect_tables(parsed: Parsed) -> None:
    """Raise an error if the header names a table with documents that is missing: that is damage, not an edit.

    Raises:
        DamagedError: A table is missing.
    """
    named = parsed.header.get("tables")
    for table, place in named.items() if isinstance(named, dict) else ():
        if table not in parsed.tables and isinstance(place, list) and place[:1] != place[1:]:
            raise DamagedError(f"as a whole: the table “{table}” is missing")


def _expect_checksum(raw: bytes, parsed: Parsed) -> None:
    """Raise an error if a file has the size that its header states, but another checksum, as after a flipped bit.

    Raises:
        _ChecksumError: The checksum is wrong.
    """
    body = raw.find(b"\n", len(START)) + 1
    checksum = parsed.header.get("crc32")
    if isinstance(checksum, int) and parsed.header.get("bytes") == len(raw) and zlib.crc32(raw[body:]) != checksum:
        raise _ChecksumError("somewhere: its checksum is wrong")


if __name__ == "__main__":
    _disk = Disk()
    _data, _report = _work(sys.argv[1], sys.argv[3], _disk, sys.argv[4])
    _disk.write(_disk.create(sys.argv[2]), _data)
    json.dump(_report, sys.stdout)

"""What another program made of the base: a hand edit, a plain TinyDB's rewrite, or damage.

Run as a program, it does the work of `adopt` for a large file, so that the process that draws the screen does not stop:
a whole-file parse holds Python's global lock (77 MB: three seconds).
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_reader.storage.recovery import problems
from tui_reader.storage.recovery.external_edits import complete, join_known, take_over
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
"""Bytes up to which a file is worked on in this process: 15 ms."""


class _RottenError(DamagedError):
    """A file that reads well and is not what was written."""


@dataclass
class Adopted:
    """A file of another layout, laid out as a base."""

    snapshot: SnapshotFile
    damage: str = ""
    """Where and why the file is damaged, as the end of a sentence; the base then holds what could be found."""
    notice: str = ""
    """What was changed since we wrote it, as a sentence."""
    newer: str = ""
    """Which later version of the program wrote it."""
    healed: str = ""
    """What a version control system did to the file, as a sentence: the base then holds both sides."""


def adopt(path: str, stamp: str, disk: Disk) -> Adopted:
    """Read a small base that is not in our layout; nothing is written beside it.

    Args:
        path: The file.
        stamp: For what was changed by hand.
        disk: Makes the system calls.
    """
    data, report = _work(path, stamp, disk)
    return Adopted(SnapshotFile(MemorySource(data)), **report)


def command(path: str, out: str, stamp: str) -> list[str]:
    """The program that does the work of `adopt` and writes the base to `out`."""
    return [sys.executable, "-m", "tui_reader.storage.recovery.adoption", path, out, stamp]


class Adoption:
    """A large base that is not in our layout, while another process reads it.

    Args:
        path: The file.
        stamp: For what was changed by hand.
        disk: Makes the system calls.
    """

    def __init__(self, path: str, stamp: str, disk: Disk) -> None:
        # 8 ms, for what hardly ever happens.
        import subprocess  # noqa: PLC0415
        import tempfile  # noqa: PLC0415

        self._path, self._stamp, self._disk = path, stamp, disk
        self._folder = tempfile.TemporaryDirectory(prefix="tui-reader-")
        self._out = f"{os.path.realpath(self._folder.name)}/base"
        self._process = subprocess.Popen(command(path, self._out, stamp), stdout=subprocess.PIPE)  # noqa: S603

    @property
    def is_done(self) -> bool:
        """Whether `result` returns at once."""
        return self._process.poll() is not None

    def wait(self) -> None:
        """Return once `is_done`."""
        self._process.wait()

    def abandon(self) -> None:
        """End it: nobody wants to know any more."""
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    def result(self) -> Adopted:
        """The file laid out as a base; waits until it is."""
        report, _ = self._process.communicate()
        try:
            if self._process.returncode:
                return adopt(self._path, self._stamp, self._disk)  # no other process may be had: then here
            source: FileSource | MemorySource = FileSource(self._out, self._disk)
            if self._disk.handles_block_renames:  # the folder could not be removed with the file open
                data = source.read(source.size, 0)
                source.close()
                source = MemorySource(data)
            return Adopted(SnapshotFile(source), **json.loads(report))
        finally:
            self._folder.cleanup()


def _work(path: str, stamp: str, disk: Disk) -> tuple[bytes, dict[str, str]]:
    raw = read_whole(path, disk, limits.FOREIGN_SNAPSHOT)
    known = latest_known(path, disk)
    report = {"damage": "", "notice": "", "newer": "", "healed": ""}
    try:
        parsed = parse(raw, may_be_empty=known is None)
        _expect_tables(parsed)
        _expect_checksum(raw, parsed)
        if not is_as_written(raw, parsed):
            report["notice"] = take_over(path, parsed, known, stamp, disk)
        if parsed.is_merged:
            report["healed"] = report["notice"] = problems.healed(path)
    except DamagedError as error:
        healed = _reassembled(raw, known, stamp)
        if healed is not None:
            parsed = healed
            report["healed"] = report["notice"] = problems.healed(path)
        else:
            parsed = salvage(raw)
            if known is not None:
                complete(parsed, known, rotten=isinstance(error, _RottenError))
            report["damage"] = str(error)
    report["newer"] = parsed.newer
    if rekey(parsed) and not (report["notice"] or report["damage"]):
        report["notice"] = f"{path} held the header of another copy among its records; it is removed."
    return lay_out(parsed), report


def _reassembled(raw: bytes, known: State | None, stamp: str) -> Parsed | None:
    """What both sides of a merge hold, with what another program changed on one of them stamped; None if it is none."""

    def stamp_side(side: Parsed) -> None:
        if known is not None and known.snapshot.header.get("library") == side.header.get("library"):
            join_known(side, known, stamp)

    return reassembled(raw, stamp_side)


def is_as_written(raw: bytes, parsed: Parsed) -> bool:
    """Tell whether a file is just what its header says: then another program has changed nothing."""
    body = raw.find(b"\n", len(START)) + 1
    return parsed.header.get("bytes") == len(raw) and parsed.header.get("crc32") == zlib.crc32(raw[body:])


def _expect_tables(parsed: Parsed) -> None:
    """Refuse a file whose header names a table that is not there: nobody takes one away on purpose.

    Raises:
        DamagedError: A table is missing.
    """
    named = parsed.header.get("tables")
    for table, place in named.items() if isinstance(named, dict) else ():
        if table not in parsed.tables and isinstance(place, list) and place[:1] != place[1:]:
            raise DamagedError(f"as a whole: the table “{table}” is missing")


def _expect_checksum(raw: bytes, parsed: Parsed) -> None:
    """Refuse a file that is as long as its header says but not what was written: a bit fell over.

    Raises:
        _RottenError: The checksum is wrong.
    """
    body = raw.find(b"\n", len(START)) + 1
    checksum = parsed.header.get("crc32")
    if isinstance(checksum, int) and parsed.header.get("bytes") == len(raw) and zlib.crc32(raw[body:]) != checksum:
        raise _RottenError("somewhere: its checksum is wrong")


if __name__ == "__main__":
    _disk = Disk()
    _data, _report = _work(sys.argv[1], sys.argv[3], _disk)
    _disk.write(_disk.create(sys.argv[2]), _data)
    json.dump(_report, sys.stdout)

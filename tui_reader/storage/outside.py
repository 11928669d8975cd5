"""What another program made of the base: a hand edit, a plain TinyDB's rewrite, or damage.

Run as a program, it does the work of `adopt` for a large file, so that the process that draws the screen does not stop:
a whole-file parse holds Python's global lock (77 MB: three seconds).
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_reader.errors import StoreError
from tui_reader.storage import limits
from tui_reader.storage.basefile import (
    BACKUP,
    BACKUP_JOURNAL,
    GRAVES,
    START,
    BaseFile,
    FileSource,
    MemorySource,
    NotOurLayoutError,
)
from tui_reader.storage.disk import Disk
from tui_reader.storage.foreign import DamagedError, Parsed, add, lay_out, parse, rekey, salvage
from tui_reader.storage.journal import decode_lines
from tui_reader.storage.registers import (
    DELETED,
    EXISTS,
    Registers,
    compress,
    difference,
    expand,
    has_sets,
    is_alive,
    visible,
)
from tui_reader.storage.state import State
from tui_reader.storage.wholefile import read_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL = 1 << 20
"""Bytes up to which a file is worked on in this process: 15 ms."""


class _RottenError(DamagedError):
    """A file that reads well and is not what was written."""


@dataclass
class Adopted:
    """A file of another layout, laid out as a base."""

    base: BaseFile
    damage: str = ""
    """Where and why the file is damaged, as the end of a sentence; the base then holds what could be found."""
    notice: str = ""
    """What was changed since we wrote it, as a sentence."""
    newer: str = ""
    """Which later version of the program wrote it."""


def adopt(path: str, stamp: str, disk: Disk) -> Adopted:
    """Read a small base that is not in our layout; nothing is written beside it.

    Args:
        path: The file.
        stamp: For what was changed by hand.
        disk: Makes the system calls.
    """
    data, report = _work(path, stamp, disk)
    return Adopted(BaseFile(MemorySource(data)), **report)


def command(path: str, out: str, stamp: str) -> list[str]:
    """The program that does the work of `adopt` and writes the base to `out`."""
    return [sys.executable, "-m", "tui_reader.storage.outside", path, out, stamp]


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
            return Adopted(BaseFile(source), **json.loads(report))
        finally:
            self._folder.cleanup()


def _work(path: str, stamp: str, disk: Disk) -> tuple[bytes, dict[str, str]]:
    raw = read_whole(path, disk, limits.FOREIGN_SNAPSHOT)
    before = previous(path, disk)
    report = {"damage": "", "notice": "", "newer": ""}
    try:
        parsed = parse(raw, may_be_empty=before is None)
        report["newer"] = parsed.newer
        _expect_tables(parsed)
        _expect_checksum(raw, parsed)
        if before is not None and parsed.header.get("library") == before.base.header.get("library"):
            report["notice"] = _restamp(path, parsed, before, stamp)
    except DamagedError as error:
        parsed = salvage(raw)
        if before is not None:
            _complete(parsed, before, rotten=isinstance(error, _RottenError))
        report["damage"] = str(error)
    rekey(parsed)
    return lay_out(parsed), report


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


def previous(path: str, disk: Disk) -> State | None:
    """The base as this program wrote it last, from the generation before and the changes that went into it."""
    try:
        state = State(BaseFile(FileSource(f"{path}{BACKUP}", disk)))
    except (OSError, NotOurLayoutError):
        return None
    if not state.base.header:
        return None
    with contextlib.suppress(OSError, StoreError):
        data = read_whole(f"{path}{BACKUP_JOURNAL}", disk, limits.JOURNAL)
        for entry in decode_lines(data[: data.rfind(b"\n") + 1])[0]:
            state.apply(entry)
    return state


def _restamp(path: str, parsed: Parsed, before: State, stamp: str) -> str:
    """Give what was changed outside a stamp of its own, else it would lose against what it replaced.

    Raises:
        DamagedError: A table is missing as a whole: nobody does that on purpose.
    """
    changed = added = removed = 0
    for table in before.tables():
        known = dict(_registers(before, table))
        if table not in parsed.tables:
            if any(is_alive(registers) for registers in known.values()):
                raise DamagedError(f"as a whole: the table “{table}” is missing")
            continue
        documents = parsed.tables[table]
        sets = has_sets(table)
        for number, document in list(documents.items()):
            new = expand(document, sets=sets)
            old = known.get(number)
            if old is None:
                added += 1
                continue
            edits = {
                name: value
                for name, value in difference(old, visible(new, sets=sets) or {}, sets=sets).items()
                if name not in new or new[name][0] <= old.get(name, ("",))[0]
            }
            if edits or not is_alive(old):
                changed += 1
                new |= {name: (stamp, value) for name, value in (edits or {EXISTS: True}).items()}
                documents[number] = compress(new, sets=sets)
        for number, registers in known.items():
            if number not in documents and is_alive(registers):
                removed += 1
                registers[DELETED] = (stamp, True)
                add(parsed.tables, f"{table}{GRAVES}", number, compress(registers, sets=sets))
    if not (changed or added or removed):
        return ""
    return (
        f"{path} was changed by another program: {changed} changed, {added} added, {removed} removed. "
        "“tui-reader backup list” shows the state before."
    )


def _complete(parsed: Parsed, before: State, *, rotten: bool) -> None:
    """Join what the last good generation held to what could be salvaged.

    Args:
        parsed: What could be salvaged.
        before: The last good generation.
        rotten: Believe the last good generation where both have a value of the same time: nobody edited this one.
    """
    parsed.header = parsed.header or before.base.header
    for table in before.tables():
        sets = has_sets(table)
        documents = parsed.tables.setdefault(table, {})
        for number, registers in _registers(before, table):
            if rotten and number in documents:
                here = expand(documents[number], sets=sets)
                here |= {name: old for name, old in registers.items() if name in here and here[name][0] == old[0]}
                documents[number] = compress(here, sets=sets)
            add(parsed.tables, table, number, compress(registers, sets=sets))


def _registers(state: State, table: str) -> Iterator[tuple[int, Registers]]:
    """Everything that a state knows of a table, deleted documents too."""
    numbers = {number for name in (table, f"{table}{GRAVES}") for number, _ in state.base.lines(name)}
    numbers |= {number for name, number in state.changed_places() if name == table}
    for number in sorted(numbers):
        registers = state.registers(table, number)
        if registers is not None:
            yield number, registers


if __name__ == "__main__":
    _disk = Disk()
    _data, _report = _work(sys.argv[1], sys.argv[3], _disk)
    _disk.write(_disk.create(sys.argv[2]), _data)
    json.dump(_report, sys.stdout)

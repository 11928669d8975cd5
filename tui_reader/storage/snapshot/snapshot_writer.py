"""Writes a new base from the old one and what changed: unchanged runs of lines are copied as bytes."""

from __future__ import annotations

import bisect
import zlib
from typing import TYPE_CHECKING, Any, Protocol

from tui_reader.storage.snapshot.json_values import encode
from tui_reader.storage.snapshot.snapshot import (
    FORMAT,
    HEADER_ID,
    START,
    VERSION,
    WINDOW,
    Lines,
    SnapshotFile,
    split_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tui_reader.storage.snapshot.disk import Disk

_FLUSH_EVERY = 8 << 20
"""Bytes after which written data is sent to the drive: a large backlog would make other windows' fsyncs wait."""
_CLOSE_BY = 1 << 14
"""Bytes within which the next change is looked for before bisecting: many changes stand close together."""


class Plan(Protocol):
    """What a new base holds. A table is asked for after all tables before it were written."""

    def tables(self) -> Iterator[str]:
        """Names of the tables, in order. Tables of the old base that are not named are left out."""

    def numbers(self, table: str) -> Sequence[int]:
        """Ids of the documents that are not the same as in the old base, ascending."""

    def text(self, table: str, number: int, old: bytes | None) -> bytes | None:
        """A document from brace to brace, given its old text; None where there is to be none."""


class PlainPlan:
    """Documents that are known beforehand.

    Args:
        documents: Text of documents by table and id, from brace to brace.
    """

    def __init__(self, documents: Mapping[str, Mapping[int, bytes]]) -> None:
        self._documents = documents

    def tables(self) -> Iterator[str]:
        """Names of the tables."""
        yield from self._documents

    def numbers(self, table: str) -> Sequence[int]:
        """Ids of a table's documents."""
        return sorted(self._documents[table])

    def text(self, table: str, number: int, old: bytes | None) -> bytes | None:
        """A document."""
        return self._documents[table][number]


class _Output:
    """Gathers small pieces, writes large ones as they are, and keeps the checksum of the body."""

    def __init__(self, handle: int, disk: Disk) -> None:
        self._handle, self._disk = handle, disk
        self._pieces: list[bytes] = []
        self._gathered = 0
        self._unsynced = 0
        self.position = 0
        self.checksum = 0

    def put(self, data: bytes, *, body: bool = True) -> None:
        if body:
            self.checksum = zlib.crc32(data, self.checksum)
        self.position += len(data)
        if len(data) >= WINDOW // 2:
            self.flush()
            self._write(data)
        else:
            self._pieces.append(data)
            self._gathered += len(data)
            if self._gathered >= WINDOW:
                self.flush()

    def flush(self) -> None:
        data = b"".join(self._pieces)
        self._pieces, self._gathered = [], 0
        self._write(data)

    def _write(self, data: bytes) -> None:
        self._disk.write(self._handle, data)
        self._unsynced += len(data)
        if self._unsynced >= _FLUSH_EVERY:
            self._disk.sync_data(self._handle)
            self._unsynced = 0


def write_snapshot(
    handle: int, disk: Disk, base: SnapshotFile, plan: Plan, header: Mapping[str, Any], *, most_tables: Sequence[str]
) -> dict[str, Any]:
    """Write a base to an empty file, and flush it to the drive.

    Args:
        handle: The empty file.
        disk: Makes the system calls.
        base: The generation before, in our layout.
        plan: What the new one holds.
        header: Fields of the header besides those that say where things stand.
        most_tables: The names that the plan may give, for the size of the header.

    Returns:
        The header as it was written.
    """
    out = _Output(handle, disk)
    room = len(encode(dict(header))) + 200 + sum(60 + len(encode(name)) for name in most_tables)
    out.put(START + b" " * room + b"\n", body=False)
    if base.extra:
        out.put(base.extra + b"\n")
    out.put(b"}")
    places: dict[str, tuple[int, int]] = {}
    for name in plan.tables():
        out.put(b",\n%s: {\n" % encode(name))
        low = out.position
        for run in _runs(base, name, plan):
            if out.position > low:
                out.put(b",\n")
            out.put(run)
        places[name] = (low, out.position)
        out.put(b"\n}" if out.position > low else b"}")
    out.put(b"}\n")
    out.flush()
    full = {"format": FORMAT, "version": VERSION} | dict(header)
    full |= {"bytes": out.position, "crc32": out.checksum, "tables": places}
    line = HEADER_ID + encode(full) + (b"," if base.extra else b"")
    if len(line) > room:
        raise AssertionError("the header outgrew its room")
    disk.write_at(handle, line.ljust(room), len(START))
    disk.sync(handle)
    return full


def _runs(base: SnapshotFile, table: str, plan: Plan) -> Iterator[bytes]:
    """The lines of a table with its changes, as runs that a comma and a line break join."""
    waiting = plan.numbers(table)
    done = 0
    for window in base.windows(table):
        upto = bisect.bisect_right(waiting, window.last, done)
        if upto == done:
            yield window.data
        elif run := b",\n".join(_spliced(window, waiting[done:upto], table, plan)):
            yield run
        done = upto
    rest = (_line(number, plan.text(table, number, None)) for number in waiting[done:])
    if run := b",\n".join(line for line in rest if line):
        yield run


def _line(number: int, text: bytes | None) -> bytes:
    return b'"%d": %s' % (number, text) if text is not None else b""


def _spliced(window: Lines, numbers: Sequence[int], table: str, plan: Plan) -> Iterator[bytes]:
    """A run of lines with some of them replaced, inserted or taken out; all numbers are at most its last id."""
    data, copied = window.data, 0
    for number in numbers:
        start, end = _place(data, number, copied)
        if start > copied:
            yield data[copied : start - 2]
        old = data[data.index(b": ", start) + 2 : end - 2] if end > start else None
        if line := _line(number, plan.text(table, number, old)):
            yield line
        copied = end
    if copied < len(data):
        yield data[copied:]


def _place(data: bytes, number: int, low: int) -> tuple[int, int]:
    """Start of a document's line and of the line after it; twice the place to insert it if it is not there.

    Where there is no line after it, the place is where one would start.
    """
    name = b'"%d": ' % number
    if data.startswith(name, low):
        return low, data.find(b"\n", low) + 1 or len(data) + 2
    near = data.find(b"\n" + name, low, low + _CLOSE_BY)
    if near >= 0:
        return near + 1, data.find(b"\n", near + 1) + 1 or len(data) + 2
    high = len(data)
    while low < high:
        start = data.rfind(b"\n", low, (low + high) // 2) + 1 or low
        here = split_id(data, start)
        end = data.find(b"\n", start) + 1 or len(data) + 2
        if here == number:
            return start, end
        if here < number:
            low = end
        else:
            high = start
    return low, low

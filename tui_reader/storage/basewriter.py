"""Writes a new base from the old one and what changed: unchanged runs of lines are copied as bytes."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from tui_reader.storage.basefile import FORMAT, HEADER_ID, START, VERSION, WINDOW, BaseFile, Lines, split_id
from tui_reader.storage.values import encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from tui_reader.storage.disk import Disk

    Changes: TypeAlias = Mapping[str, Mapping[int, bytes | None]]
    """New text of documents by table and id, from brace to brace; None takes a document out."""

_FLUSH_EVERY = 4 << 20
"""Bytes after which written data is sent to the drive: a large backlog would make other windows' fsyncs wait."""


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
        self._pieces.append(data)
        self._gathered += len(data)
        if self._gathered >= WINDOW:
            self.flush()

    def flush(self) -> None:
        self._disk.write(self._handle, b"".join(self._pieces))
        self._unsynced += self._gathered
        self._pieces, self._gathered = [], 0
        if self._unsynced >= _FLUSH_EVERY:
            self._disk.sync_data(self._handle)
            self._unsynced = 0


def write_base(
    handle: int, disk: Disk, base: BaseFile, *, changes: Changes, tables: Sequence[str], header: Mapping[str, Any]
) -> dict[str, Any]:
    """Write a base to an empty file, and flush it to the drive.

    Args:
        handle: The empty file.
        disk: Makes the system calls.
        base: The generation before, in our layout.
        changes: What is different now.
        tables: Names of the tables to write, in order. Tables of the base that are not named are left out.
        header: Fields of the header besides those that say where things stand.

    Returns:
        The header as it was written.
    """
    out = _Output(handle, disk)
    room = len(encode(dict(header))) + 200 + sum(60 + len(encode(name)) for name in tables)
    out.put(START + b" " * room + b"\n", body=False)
    if base.extra:
        out.put(base.extra + b"\n")
    out.put(b"}")
    places: dict[str, tuple[int, int]] = {}
    for name in tables:
        out.put(b",\n%s: {\n" % encode(name))
        low = out.position
        for run in _runs(base, name, changes.get(name, {})):
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


def _runs(base: BaseFile, table: str, changes: Mapping[int, bytes | None]) -> Iterator[bytes]:
    """The lines of a table with its changes, as runs that a comma and a line break join."""
    waiting = sorted(changes, reverse=True)
    for window in base.windows(table):
        start = len(waiting)
        while start and waiting[start - 1] <= window.last:
            start -= 1
        here, waiting = waiting[start:], waiting[:start]
        if here:
            yield from _spliced(window, here[::-1], changes)
        else:
            yield window.data
    for number in reversed(waiting):
        if (text := changes[number]) is not None:
            yield b'"%d": %s' % (number, text)


def _spliced(window: Lines, numbers: list[int], changes: Mapping[int, bytes | None]) -> Iterator[bytes]:
    """A run of lines with some of them replaced, inserted or taken out; all numbers are at most its last id."""
    data, copied = window.data, 0
    for number in numbers:
        start, end = _place(data, number, copied)
        if start > copied:
            yield data[copied : start - 2]
        if (text := changes[number]) is not None:
            yield b'"%d": %s' % (number, text)
        copied = end
    if copied < len(data):
        yield data[copied:]


def _place(data: bytes, number: int, low: int) -> tuple[int, int]:
    """Start of a document's line and of the line after it; twice the place to insert it if it is not there."""
    high = len(data)
    while low < high:
        start = data.rfind(b"\n", low, (low + high) // 2) + 1 or low
        start = max(start, low)
        here = split_id(data, start)
        end = data.find(b"\n", start) + 1 or len(data) + 2
        if here == number:
            return start, end
        if here < number:
            low = min(end, len(data) + 2)
        else:
            high = start
    return low, low

"""Writing of a new snapshot from the old one and changes; unchanged runs of lines are copied as bytes."""

from __future__ import annotations

import bisect
import zlib
from typing import TYPE_CHECKING, Any, Protocol

from tui_reader.storage.snapshot.json_values import encode
from tui_reader.storage.snapshot.snapshot import (
    CHUNK_BYTES,
    FORMAT,
    HEADER_ID,
    START,
    VERSION,
    Chunk,
    SnapshotFile,
    split_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tui_reader.storage.snapshot.disk import Disk

_FLUSH_EVERY = 8 << 20
"""Number of bytes after which written data is flushed: a larger backlog would delay other windows' flushes."""
_NEARBY_BYTES = 1 << 14
"""Number of bytes to search for the next change before bisecting: changes are often close together."""


class Plan(Protocol):
    """The content of a new snapshot: ids and texts of its documents by table.

    `numbers` and `text` are called for a table after the preceding tables were written.
    """

    def tables(self) -> Iterator[str]:
        """Yield the names of the tables to write, in order; other tables of the old snapshot are omitted."""

    def numbers(self, table: str) -> Sequence[int]:
        """Return the ids of a table's documents that may differ from the old snapshot, ascending."""

    def text(self, table: str, number: int, old: bytes | None) -> bytes | None:
        """Return the new text of a document, from brace to brace; None to omit the document."""


class PlainPlan:
    """A plan with a fixed set of documents.

    Args:
        documents: Text of documents by table and id, from brace to brace.
    """

    def __init__(self, documents: Mapping[str, Mapping[int, bytes]]) -> None:
        self._documents = documents

    def tables(self) -> Iterator[str]:
        """Yield the names of the tables."""
        yield from self._documents

    def numbers(self, table: str) -> Sequence[int]:
        """Return the ids of a table's documents, ascending."""
        return sorted(self._documents[table])

    def text(self, table: str, number: int, old: bytes | None) -> bytes | None:
        """Return the text of a document, from brace to brace."""
        return self._documents[table][number]


class _Output:
    """A buffered output that computes the checksum of the body. Large chunks bypass the buffer."""

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
        if len(data) >= CHUNK_BYTES // 2:
            self.flush()
            self._write(data)
        else:
            self._pieces.append(data)
            self._gathered += len(data)
            if self._gathered >= CHUNK_BYTES:
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
    handle: int, disk: Disk, old: SnapshotFile, plan: Plan, header: Mapping[str, Any], *, possible_tables: Sequence[str]
) -> dict[str, Any]:
    """Write a snapshot to an empty file, and flush it to the drive.

    Args:
        handle: The empty file.
        disk: Makes the system calls.
        old: The old snapshot, whose unchanged lines are copied.
        plan: The content of the new snapshot.
        header: Members of the header, without those that depend on the content.
        possible_tables: All names that the plan may yield, to reserve room for the header.

    Returns:
        The header as it was written.
    """
    out = _Output(handle, disk)
    room = len(encode(dict(header))) + 200 + sum(60 + len(encode(name)) for name in possible_tables)
    out.put(START + b" " * room + b"\n", body=False)
    if old.extra:
        out.put(old.extra + b"\n")
    out.put(b"}")
    ranges: dict[str, tuple[int, int]] = {}
    for name in plan.tables():
        out.put(b",\n%s: {\n" % encode(name))
        low = out.position
        for run in _runs(old, name, plan):
            if out.position > low:
                out.put(b",\n")
            out.put(run)
        ranges[name] = (low, out.position)
        out.put(b"\n}" if out.position > low else b"}")
    out.put(b"}\n")
    out.flush()
    full = {"format": FORMAT, "version": VERSION} | dict(header)
    full |= {"bytes": out.position, "crc32": out.checksum, "tables": ranges}
    line = HEADER_ID + encode(full) + (b"," if old.extra else b"")
    if len(line) > room:
        raise AssertionError("the header outgrew its room")
    disk.write_at(handle, line.ljust(room), len(START))
    disk.sync(handle)
    return full


def _runs(old: SnapshotFile, table: str, plan: Plan) -> Iterator[bytes]:
    """Yield the lines of a table of the new snapshot, in runs that the caller joins with a comma and a line break.

    Lines that do not change come in runs of up to 1 MiB, as they are in the old snapshot.
    """
    waiting = plan.numbers(table)
    done = 0
    for chunk in old.chunks(table):
        until = bisect.bisect_right(waiting, chunk.last, done)
        if until == done:
            yield chunk.data
        elif run := b",\n".join(_spliced(chunk, waiting[done:until], table, plan)):
            yield run
        done = until
    rest = (_line(number, plan.text(table, number, None)) for number in waiting[done:])
    if run := b",\n".join(line for line in rest if line):
        yield run


def _line(number: int, text: bytes | None) -> bytes:
    return b'"%d": %s' % (number, text) if text is not None else b""


def _spliced(chunk: Chunk, numbers: Sequence[int], table: str, plan: Plan) -> Iterator[bytes]:
    """Yield the lines of a chunk with some of them replaced, inserted or removed.

    Args:
        chunk: The lines.
        numbers: Ids of the changed documents, ascending; none is greater than the last id of the chunk.
        table: The table of the chunk.
        plan: Gives the new texts.
    """
    data, copied = chunk.data, 0
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
    """Find the offsets of a document's line in a chunk.

    Returns:
        Offsets of the document's line and of the next line. Without a next line, the second offset is where a next
        line would start. Without a line of the document, both offsets are the position at which to
        insert it.
    """
    name = b'"%d": ' % number
    if data.startswith(name, low):
        return low, data.find(b"\n", low) + 1 or len(data) + 2
    near = data.find(b"\n" + name, low, low + _NEARBY_BYTES)
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

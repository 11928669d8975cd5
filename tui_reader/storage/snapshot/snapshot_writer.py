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
"""Number of written bytes after which they are flushed: more of them would delay flushes of other windows."""
_NEARBY_BYTES = 1 << 14
"""Number of bytes in which the next changed line is searched for before bisection: changes are often close together."""


class Plan(Protocol):
    """The content of a new snapshot, as differences from the old one.

    For each name that `tables` yields, `write_snapshot` calls `numbers` and `text` before it takes the next name. So
    the content of a table may depend on the calls for the tables before it.
    """

    def tables(self) -> Iterator[str]:
        """Yield the names of the tables to write, in order; other tables of the old snapshot are omitted."""

    def numbers(self, table: str) -> Sequence[int]:
        """Return the ids of a table's documents that may differ from the old snapshot, ascending; others are copied."""

    def text(self, table: str, number: int, old: bytes | None) -> bytes | None:
        """Return the JSON text of a document in the new snapshot; None to omit the document.

        Args:
            table: The table.
            number: The document id, one of `numbers`.
            old: The document's text in this table of the old snapshot; None if it is not there.
        """


class PlainPlan:
    """A plan that writes the given documents.

    Args:
        documents: JSON texts of documents by table and id.
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
        """Return the JSON text of a document."""
        return self._documents[table][number]


class _Output:
    """A buffered output that computes the checksum of the body (all after the header's line).

    Large chunks are written without the buffer.
    """

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
        header: Members of the header, without those for format, version, size, checksum and tables.
        possible_tables: All names that `plan.tables` may yield. The header lists the tables and is written last, so
            room for it is reserved before the names are known.

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
    """Yield the lines of a table of the new snapshot, in pieces that the caller joins with a comma and a line break.

    A chunk of the old snapshot in which no line changes is one piece.
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
    """Yield the lines of a chunk of the old snapshot, with some of them replaced, inserted or removed.

    Adjacent unchanged lines are yielded together.

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
    """Find the line of a document in the lines of a chunk.

    Args:
        data: The lines.
        number: The document id.
        low: Offset of a line, at or before that of the document.

    Returns:
        Offsets of the document's line and of the line after it (or where that would start). If the document has no
        line, both are the offset at which to insert it.
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

"""The snapshot: a TinyDB JSON file with one document per line, sorted by id and read by bisection.

```
{"meta": {
"1": {"format":"tui-reader library","version":1,…,"bytes":834,"crc32":1993308202,"tables":{"articles":[509,684]}}
},
"articles": {
"6194839096968789": {"id":"art1","read":true,"_t":{"":"01a2034d9e15-000-k3f9"}}
}}
```

The header gives the byte range of every table and the checksum of everything after its line. Deleted documents are in a
separate table (`articles.deleted`), so that a plain TinyDB does not treat them as existing.
"""

from __future__ import annotations

import os
import re
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from tui_reader.storage.snapshot.json_values import check, decode, decode_object, encode

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tui_reader.storage.snapshot.disk import Disk

FORMAT = "tui-reader library"
VERSION = 1
"""Version of the layout of a snapshot."""
META = "meta"
"""Name of the first table, whose document 1 is the header."""
TOMBSTONES = ".deleted"
"""Suffix of the name of the table that contains the deleted documents of another table."""

BACKUP = ".bak"
"""Suffix of the name of the previous snapshot, after the name of the current one."""
BACKUP_JOURNAL = ".bak.journal"
"""Suffix of the name of the journal whose entries, applied to the previous snapshot, give the current one."""

START = b'{"meta": {\n'
HEADER_ID = b'"1": '
CHUNK_BYTES = 1 << 20
_LOOKUP_BYTES = 1 << 14
_HEADER_MAX_BYTES = 1 << 16
_PROBE_BYTES = 1 << 10
_NEXT_ID = re.compile(rb'\n"([0-9]{1,60})": ')
"""Pattern that finds the next line with a document, by its line break, id and colon; group 1 is the id."""
_ID = re.compile(rb'"([0-9]{1,60})": ')
"""Pattern of the beginning of a line with a document, such as `"6194839": `; group 1 is the document id."""


class NotOurLayoutError(Exception):
    """The file is not in this program's layout: damaged, edited, or valid JSON of another program or version."""


class UnreadableError(Exception):
    """The file has no document where its header says: it was damaged, or overwritten while it was open."""


class Source(Protocol):
    """A sequence of bytes that can be read from any offset, such as a file."""

    size: int

    def read(self, count: int, offset: int) -> bytes:
        """Return `count` bytes from an offset, or fewer at the end of the sequence."""

    def close(self) -> None:
        """Close the file that contains the bytes, if there is one."""


class FileSource:
    """An open file as a `Source`; its bytes stay readable after another file was renamed to its path."""

    def __init__(self, path: str, disk: Disk) -> None:
        self._disk, self._path = disk, path
        self._handle = disk.open(path, os.O_RDONLY)
        self.status = disk.fstat(self._handle)
        self.size = self.status.st_size

    def read(self, count: int, offset: int) -> bytes:
        """Return `count` bytes from an offset, or fewer at the end of the file.

        Raises:
            UnreadableError: The file was closed.
            OSError: The disk fails to read the bytes.
        """
        if self._handle < 0:
            raise UnreadableError("the file was closed")
        try:
            return self._disk.read_at(self._handle, count, offset)
        except OSError as error:
            error.filename = error.filename or self._path  # a call on a descriptor names no file
            raise

    def close(self) -> None:
        """Close the file."""
        if self._handle >= 0:
            self._disk.close(self._handle)
            self._handle = -1

    def __del__(self) -> None:
        # A state is dropped while another thread may still read it: the file is closed with the last reference.
        if hasattr(self, "_handle"):
            self.close()


class MemorySource:
    """Bytes in memory as a `Source`: the converted content of another program's file, or no bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read(self, count: int, offset: int) -> bytes:
        """Return `count` bytes from an offset, or fewer at the end of the bytes."""
        return self._data[offset : offset + count]

    def close(self) -> None:
        """Do nothing: the memory is freed with the object."""


class Chunk(NamedTuple):
    """Consecutive lines of one table as in the file, without the comma and line break after the last of them."""

    data: bytes
    first: int
    """Id of the document on the first line."""
    last: int
    """Id of the document on the last line."""


class SnapshotFile:
    """The documents of a snapshot by table and id; a look-up costs a few reads in a file of any size.

    Args:
        source: The file's bytes, in the layout of the module's docstring.

    Raises:
        NotOurLayoutError: Another program or version wrote the file, or its header is damaged.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.header: dict[str, Any] = {}
        """The members of the header; empty for an empty file."""
        self.tables: dict[str, tuple[int, int]] = {}
        """By table, the offset at which its first line starts, and the offset at which its last line ends."""
        self.extra = b""
        """The lines of the table `meta` after the header, which other programs may have added."""
        self._body = 0
        if source.size:
            self._read_header()

    def _read_header(self) -> None:
        head = self.source.read(_HEADER_MAX_BYTES, 0)
        end = head.find(b"\n", len(START))
        if not head.startswith(START + HEADER_ID) or end < 0:
            raise NotOurLayoutError("no header")
        try:
            header = decode(head[len(START) + len(HEADER_ID) : end].rstrip().rstrip(b","))
            check(header)
            if header["format"] != FORMAT:
                raise NotOurLayoutError("another format")
            if header["version"] != VERSION:
                raise NotOurLayoutError("another version")
            close = head.find(b"\n}", end)
            fits = header["bytes"] == self.source.size and isinstance(header["crc32"], int) and close >= 0
            tables = {name: (low, high) for name, (low, high) in header["tables"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise NotOurLayoutError("damaged header") from error
        if not fits or not all(self._is_table(name, *bounds) for name, bounds in tables.items()):
            raise NotOurLayoutError("edited")
        self.header, self.tables, self._body = header, tables, end + 1
        self.extra = head[end + 1 : close] if close > end else b""

    def _is_table(self, name: str, low: Any, high: Any) -> bool:
        if type(low) is not int or type(high) is not int or not 0 <= low <= high <= self.source.size:
            return False  # a file may contain anything: 1e400, true, "12"
        heading = encode(name) + b": {\n"
        before = self.source.read(len(heading), low - len(heading)) if low >= len(heading) else b""
        after = self.source.read(2, high)
        return before == heading and after.startswith(b"}" if low == high else b"\n}")

    def close(self) -> None:
        """Close the file."""
        self.source.close()

    def verify(self) -> bool:
        """Return True if all bytes after the header's line have the checksum in the header, or the file is empty.

        Reads the whole file once.
        """
        if not self.header:
            return True
        value = 0
        for offset in range(self._body, self.source.size, CHUNK_BYTES):
            value = zlib.crc32(self.source.read(CHUNK_BYTES, offset), value)
        return bool(value == self.header["crc32"])

    def _read(self, low: int, high: int) -> bytes:
        data = self.source.read(high - low, low)
        if len(data) != high - low:
            raise UnreadableError("the file became shorter while it was read")
        return data

    def line(self, table: str, number: int) -> bytes | None:
        """Return the JSON text of the document with this id; None if the table has no such document."""
        low, high = self._near(table, number)
        block = self._read(low, high)
        name = b'"%d": ' % number
        start = 0 if block.startswith(name) else block.find(b"\n" + name) + 1
        if not start and not block.startswith(name):
            return None
        end = block.find(b"\n", start)
        return block[start + len(name) : end if end >= 0 else len(block)].removesuffix(b",")

    def lines_of(self, table: str, numbers: Collection[int]) -> dict[int, bytes]:
        """Return the JSON texts of several documents by id; ids without a document are missing.

        The look-up of one document reads about ten blocks of the file. So if many documents are wanted, the whole table
        is read instead.
        """
        low, high = self.tables.get(table, (0, 0))
        if low == high:
            return {}
        if len(numbers) * _LOOKUP_BYTES < high - low:
            found = ((number, self.line(table, number)) for number in numbers)
            return {number: line for number, line in found if line is not None}
        names = {b'"%d"' % number: number for number in numbers}
        lines: dict[int, bytes] = {}
        for chunk in self.chunks(table):
            for line in chunk.data.split(b"\n"):
                end = line.find(b":")
                number = names.get(line[:end])
                if number is not None:
                    lines[number] = line[end + 2 :].removesuffix(b",")
        return lines

    def lines(self, table: str, low: int = 0, high: int | None = None) -> Iterator[tuple[int, bytes]]:
        """Yield id and JSON text of the documents with ids from `low` up to but not including `high`, ascending."""
        for chunk in self.chunks(table, low):
            for line in chunk.data.split(b"\n"):
                number, document = split(line)
                if high is not None and number >= high:
                    return
                if number >= low:
                    yield number, document

    def documents(self, table: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the id and the decoded JSON object of every document of a table, in order of the ids.

        Raises:
            UnreadableError: A line is damaged.
            ValueError: A line contains no JSON object.
        """
        for number, line in self.lines(table):
            yield number, decode_object(line)

    def last_id(self, table: str) -> int:
        """Return the greatest document id of a table; 0 if the table is empty."""
        low, high = self.tables.get(table, (0, 0))
        if low == high:
            return 0
        match = _ID.match(self._read(start := self._line_start(low, high - 1), min(start + 80, high)))
        if match is None:
            raise UnreadableError("a line does not start with a document id")
        return int(match[1])

    def chunks(self, table: str, low: int = 0) -> Iterator[Chunk]:
        """Yield a table in chunks of whole lines.

        Chunks have about 1 MiB. If `low` is given, the first has 16 KiB, and each further chunk twice the size of the
        one before, up to 1 MiB, since most callers need the few lines of one article.

        Args:
            table: The table.
            low: Document id to start at; the first chunk may begin with a few lower ids. 0 for the whole table.
        """
        position, end = self.tables.get(table, (0, 0))
        if low:
            position = self._near(table, low)[0]
        size = CHUNK_BYTES if not low else _LOOKUP_BYTES
        while position < end:
            data = self._read(position, min(position + size, end))
            if position + len(data) < end:
                cut = data.rfind(b",\n")
                if cut < 0:
                    size *= 2  # one line is longer than the chunk
                    continue
                data = data[:cut]
            position += len(data) + 2
            yield Chunk(data, split_id(data, 0), split_id(data, data.rfind(b"\n") + 1))
            size = max(size, min(2 * size, CHUNK_BYTES))

    def differing(self, other: SnapshotFile, table: str) -> Iterator[int]:
        """Yield the ids of a table's documents whose JSON text differs from that in `other`, or that only one has."""
        mine, theirs = self.lines(table), other.lines(table)
        one, two = next(mine, None), next(theirs, None)
        while one is not None and two is not None:
            if one[1] != two[1] or one[0] != two[0]:
                yield min(one[0], two[0])
            step, other_step = one[0] <= two[0], two[0] <= one[0]
            one = next(mine, None) if step else one
            two = next(theirs, None) if other_step else two
        while one is not None:
            yield one[0]
            one = next(mine, None)
        while two is not None:
            yield two[0]
            two = next(theirs, None)

    def _near(self, table: str, number: int) -> tuple[int, int]:
        """Find the part of a table that contains the document with this id, if the document exists.

        Returns:
            Offsets of the first line and after the last one; at most 16 KiB apart, unless a line is longer.
        """
        low, high = self.tables.get(table, (0, 0))
        while high - low > _LOOKUP_BYTES:
            middle = (low + high) // 2
            # Most lines are shorter than this block: then one read gives the next line's start and id.
            match = _NEXT_ID.search(self._read(middle, min(middle + _PROBE_BYTES, high)))
            if match is not None:
                if int(match[1]) <= number:
                    low = middle + match.start() + 1
                else:
                    high = middle + match.start() + 1
                continue
            start = self._next_line(middle, high)
            if start is None:  # the line in the middle extends to the end of the range
                start = self._line_start(low, middle)
                if start == low:
                    break
            match = _ID.match(self._read(start, min(start + 80, high)))
            if match is None:
                raise UnreadableError("a line does not start with a document id")
            if int(match[1]) <= number:
                low = start
            else:
                high = start
        return low, high

    def _next_line(self, offset: int, end: int) -> int | None:
        """Return the offset of the first line that starts after `offset` and before `end`; None without one."""
        block = _PROBE_BYTES
        while offset < end:
            at = self._read(offset, min(offset + block, end)).find(b"\n") + 1
            if at:
                return offset + at if offset + at < end else None
            offset += block
            block = min(block * 4, CHUNK_BYTES)
        return None

    def _line_start(self, low: int, offset: int) -> int:
        """Return the offset at which the line that contains `offset` starts; at least `low`."""
        block = _PROBE_BYTES
        while offset > low:
            start = max(low, offset - block)
            at = self._read(start, offset).rfind(b"\n") + 1
            if at:
                return start + at
            offset = start
            block = min(block * 4, CHUNK_BYTES)
        return low


def split_id(data: bytes, offset: int) -> int:
    """Return the document id at the start of the line at an offset.

    Raises:
        UnreadableError: The line does not start with a document id.
    """
    match = _ID.match(data, offset)
    if match is None:
        raise UnreadableError("a line does not start with a document id")
    return int(match[1])


def split(line: bytes) -> tuple[int, bytes]:
    """Split a line of a table into the document id and the JSON text of the document.

    Raises:
        UnreadableError: The line does not start with a document id.
    """
    match = _ID.match(line)
    if match is None:
        raise UnreadableError("a line does not start with a document id")
    return int(match[1]), line[match.end() :].removesuffix(b",")

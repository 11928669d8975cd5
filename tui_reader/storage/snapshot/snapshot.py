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
"""Name of the first table, whose only document is the header."""
TOMBSTONES = ".deleted"
"""Suffix of the name of the table that contains the deleted documents of another table."""

BACKUP = ".bak"
"""Suffix of the previous snapshot."""
BACKUP_JOURNAL = ".bak.journal"
"""Suffix of the journal compacted into the current snapshot; `.bak` plus this journal give the snapshot."""

START = b'{"meta": {\n'
HEADER_ID = b'"1": '
CHUNK_BYTES = 1 << 20
_LOOKUP_BYTES = 1 << 14
_HEADER_MAX_BYTES = 1 << 16
_PROBE_BYTES = 1 << 10
_NEXT_ID = re.compile(rb'\n"([0-9]{1,60})": ')
"""The beginning of the next line with a document, whose id is the group."""
_ID = re.compile(rb'"([0-9]{1,60})": ')
"""The beginning of the line at an offset."""


class NotOurLayoutError(Exception):
    """The file is not in this program's layout; it may be valid JSON nevertheless."""


class UnreadableError(Exception):
    """The bytes do not match the header: the file was damaged before, or overwritten while it was open."""


class Source(Protocol):
    """A sequence of bytes that can be read from any offset, such as a file."""

    size: int

    def read(self, count: int, offset: int) -> bytes:
        """Return `count` bytes from an offset, or fewer at the end."""

    def close(self) -> None:
        """Release the file or the memory of the bytes."""


class FileSource:
    """An open file, which stays readable after another file replaced it."""

    def __init__(self, path: str, disk: Disk) -> None:
        self._disk, self._path = disk, path
        self._handle = disk.open(path, os.O_RDONLY)
        self.status = disk.fstat(self._handle)
        self.size = self.status.st_size

    def read(self, count: int, offset: int) -> bytes:
        """Return bytes of the file from an offset, reading them from the disk each time."""
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
    """Bytes in memory: a small file that was converted to this program's layout, or no bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read(self, count: int, offset: int) -> bytes:
        """Return `count` bytes from an offset, or fewer at the end."""
        return self._data[offset : offset + count]

    def close(self) -> None:
        """Do nothing: the memory is freed with the object."""


class Chunk(NamedTuple):
    """Consecutive lines of one table, as in the file, without the comma and line break after the last line."""

    data: bytes
    first: int
    """Id of the first document."""
    last: int
    """Id of the last document."""


class SnapshotFile:
    """The documents of a snapshot by table and id; a look-up costs a few reads in a file of any size.

    Args:
        source: The file's bytes, in the layout of the module's docstring.

    Raises:
        NotOurLayoutError: Another program wrote the file, or it is damaged.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.header: dict[str, Any] = {}
        """The members of the header; empty for an empty file."""
        self.tables: dict[str, tuple[int, int]] = {}
        """Offsets of the first line of each table, and after its last line."""
        self.extra = b""
        """The documents of the table `meta` other than the header, as lines."""
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
        """Return True if the body has the checksum in the header; reads the whole file once."""
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
        """Return the text of the document with an id, from brace to brace; None if there is none."""
        low, high = self._near(table, number)
        block = self._read(low, high)
        name = b'"%d": ' % number
        start = 0 if block.startswith(name) else block.find(b"\n" + name) + 1
        if not start and not block.startswith(name):
            return None
        end = block.find(b"\n", start)
        return block[start + len(name) : end if end >= 0 else len(block)].removesuffix(b",")

    def lines_of(self, table: str, numbers: Collection[int]) -> dict[int, bytes]:
        """Return the texts of several documents by id; ids without a document are missing.

        A look-up of one document reads some ten blocks of the file, so many documents are found in one pass over the
        table instead.
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
        """Yield ids and texts of a table's documents from `low` up to but not including `high`, in order."""
        for chunk in self.chunks(table, low):
            for line in chunk.data.split(b"\n"):
                number, document = split(line)
                if high is not None and number >= high:
                    return
                if number >= low:
                    yield number, document

    def documents(self, table: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield every document of a table, timestamps included, with its id.

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
        """Yield a table in chunks of whole lines, starting at or shortly before an id.

        Chunks have about 1 MiB. If they start at an id, the first has 16 KiB, and each further chunk twice the size of
        the previous one, since most callers need the few lines of one article.
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
        """Yield the ids of a table's documents whose text differs between two snapshots."""
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
        """Find, by bisection, a short byte range of whole lines that contains a document if it exists."""
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
        """Return the offset of the first line that starts after an offset; None if not before `end`."""
        block = _PROBE_BYTES
        while offset < end:
            at = self._read(offset, min(offset + block, end)).find(b"\n") + 1
            if at:
                return offset + at if offset + at < end else None
            offset += block
            block = min(block * 4, CHUNK_BYTES)
        return None

    def _line_start(self, low: int, offset: int) -> int:
        """Return the offset at which the line around an offset starts; at least `low`."""
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
    """Split a line into the document id and the text of the document.

    Raises:
        UnreadableError: The line does not start with a document id.
    """
    match = _ID.match(line)
    if match is None:
        raise UnreadableError("a line does not start with a document id")
    return int(match[1]), line[match.end() :].removesuffix(b",")

"""The ZIP container of a book: names and bytes of its files, read within limits.

No file of the archive is written to disk, and names are only compared with other names. The sizes that the archive
declares are not trusted: data is inflated until a limit is reached.
"""

from __future__ import annotations

import re
import struct
import zlib
from posixpath import normpath
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from tui_reader.document.cleaning import escape
from tui_reader.formats.reasons import UnreadableError, WrongContent

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_ENTRIES: Final = 150_000
"""Maximum number of files in an archive; the largest real books have about 5,000."""
MOST_TOTAL: Final = 160_000_000
"""Maximum number of inflated bytes of all files that are read."""
_MOST_RATIO: Final = 250
"""Maximum ratio of inflated to packed bytes in a file of more than `_RATIO_FROM` bytes; markup has at most 50."""
_RATIO_FROM: Final = 4_000_000
"""Number of inflated bytes of a file that are allowed whatever the ratio is."""
_STORED, _DEFLATED = 0, 8
_DESCRIBED: Final = 1 << 3
"""Bit of a file's flags that says that its sizes follow its data."""
_DESCRIPTOR = b"PK\x07\x08"
_STEP: Final = 1_000_000
"""Number of bytes to inflate at once where only the length matters."""
_ENCRYPTED: Final = 1
"""Bit of a file's flags that marks it as encrypted with a password."""
_UTF8: Final = 1 << 11
"""Bit of a file's flags that marks its name as UTF-8."""
_END = b"PK\x05\x06"
_END64_LOCATOR = b"PK\x06\x07"
_END64 = b"PK\x06\x06"
_ENTRY = b"PK\x01\x02"
_LOCAL = b"PK\x03\x04"
_LONGEST_COMMENT = 65_535
_plain_reference = re.compile(r"\w[\w-]*(?:\.\w+)?", re.ASCII)
"""A reference to a file in the same folder, without escapes: the most frequent kind, which needs no resolution."""
_end_record = struct.Struct("<4s4H2LH")
_end64_locator = struct.Struct("<4sLQL")
_end64_record = struct.Struct("<4sQ2H2L4Q")
_entry_record = struct.Struct("<4s6H3L5H2L")
_local_record = struct.Struct("<4s5H3L2H")
_WIDE = 0xFFFFFFFF
"""Value of a 32-bit field whose actual value is in the ZIP64 extra field."""


class ArchiveError(UnreadableError):
    """The archive, or one of its files, cannot be read; the message is the reason in a few words."""


class CutArchiveError(ArchiveError):
    """The end of the archive is missing, where its directory should be."""

    def __init__(self) -> None:
        super().__init__(WrongContent("damaged: its end is missing, as after an interrupted download"))


class Entry(NamedTuple):
    """A file of the archive."""

    name: str
    header: int
    """Offset of the file's header in the archive."""
    packed: int
    """Number of packed bytes, as declared by the archive."""
    method: int
    """Method of packing: `_STORED` or `_DEFLATED`; files with any other are not read."""
    flags: int


class Archive:
    """The files of a ZIP archive in memory.

    Args:
        data: The bytes of the archive.

    Raises:
        ArchiveError: The bytes are not a ZIP archive, or are damaged.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._inflated = 0
        self.is_cut = False
        """True if the end of the archive is missing, so that only the files before it were found."""
        self.entries: Mapping[str, Entry] = self._found_entries()
        """All files by their names, which are relative paths with `/`; of equal names, the last counts."""
        self._folded: dict[str, str] | None = None
        """All names by their case-folded form; None until a name is not found as written."""

    def _found_entries(self) -> Mapping[str, Entry]:
        """Return the files in the archive's directory; if the end of the archive is missing, those of `_salvaged`."""
        try:
            return _directory(self._data)
        except CutArchiveError:
            found = _salvaged(self._data)
            if not found:
                raise
            self.is_cut = True
            return found

    def find(self, name: str) -> str | None:
        """Return the name of a file in the archive, also if it differs in case; None if it is missing."""
        if name in self.entries:
            return name
        if self._folded is None:
            self._folded = {each.casefold(): each for each in reversed(list(self.entries))}
        return self._folded.get(name.casefold())

    def read(self, name: str, limit: int) -> bytes:
        """Return the bytes of a file.

        Args:
            name: Name of the file as `find` returns it.
            limit: Maximum number of inflated bytes.

        Raises:
            ArchiveError: The file is missing, damaged, encrypted or too large.
        """
        entry = self.entries.get(name)
        if entry is None:
            raise ArchiveError(f"“{escape(name)}” is missing")
        packed = self._packed(entry)
        allowed = min(limit, MOST_TOTAL - self._inflated, max(_RATIO_FROM, len(packed) * _MOST_RATIO))
        if entry.method == _STORED:
            found = bytes(packed) if len(packed) <= allowed else None
        else:
            found = _inflated(packed, allowed)
        if found is None:
            raise ArchiveError(f"“{escape(name)}” inflates to more than {allowed:,} bytes")
        self._inflated += len(found)
        return found

    def _packed(self, entry: Entry) -> memoryview:
        """Return the packed bytes of a file."""
        data, name = self._data, escape(entry.name)
        if entry.flags & _ENCRYPTED:
            raise ArchiveError(f"“{name}” is encrypted with a password")
        if entry.method not in {_STORED, _DEFLATED}:
            raise ArchiveError(f"“{name}” is packed by a method that EPUB does not allow")
        start = entry.header
        if start < 0 or start + _local_record.size > len(data) or not data.startswith(_LOCAL, start):
            raise ArchiveError(f"“{name}” is damaged")
        *_, name_length, extra_length = _local_record.unpack_from(data, start)
        start += _local_record.size + name_length + extra_length
        return memoryview(data)[start : start + entry.packed]


def _inflated(packed: memoryview, allowed: int) -> bytes | None:
    """Return the inflated bytes, as far as they are undamaged; None if there are more than allowed."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        found = inflater.decompress(packed, allowed + 1)
    except zlib.error:
        raise ArchiveError("a file in it is damaged") from None
    return None if len(found) > allowed else found


def _directory(data: bytes) -> dict[str, Entry]:
    """Return the files that the directory at the end of the archive lists, by name."""
    start, size, shift = _directory_range(data)
    found: dict[str, Entry] = {}
    at, end = start, start + size
    count = 0
    while at + _entry_record.size <= end and data.startswith(_ENTRY, at):
        count += 1
        if count > MOST_ENTRIES:
            raise ArchiveError(f"a container of more than {MOST_ENTRIES:,} files")
        (_, _, _, flags, method, _, _, _, packed, full, names, extras, comments, _, _, _, header) = (
            _entry_record.unpack_from(data, at)
        )
        at += _entry_record.size
        name = data[at : at + names]
        if _WIDE in (packed, full, header):
            packed, header = _wide(data[at + names : at + names + extras], packed, full, header)
        at += names + extras + comments
        decoded = name.decode("utf-8", "replace") if flags & _UTF8 or name.isascii() else _legacy_name(name)
        if decoded and not decoded.endswith("/"):
            found[decoded] = Entry(decoded, header + shift, packed, method, flags)
    if sum(entry.packed for entry in found.values()) > len(data):
        raise ArchiveError("a damaged container, or one made to fill the memory: its files overlap")
    if not found:
        raise ArchiveError("a container without files")
    return found


def _directory_range(data: bytes) -> tuple[int, int, int]:
    """Return the offset and the size of the directory, and the number of foreign bytes before the archive.

    The offsets that the archive states are too small by that number.

    Raises:
        CutArchiveError: The end of the archive is missing.
        ArchiveError: The bytes are not a ZIP archive, or the directory is not where its end says.
    """
    if not data.startswith(b"PK"):
        raise ArchiveError(WrongContent("not an EPUB: an EPUB is a ZIP archive, and the file does not begin like one"))
    end = data.rfind(_END, max(0, len(data) - _LONGEST_COMMENT - _end_record.size))
    if end < 0 or end + _end_record.size > len(data):
        raise CutArchiveError
    *_, size, offset, _ = _end_record.unpack_from(data, end)
    stop = end
    locator = end - _end64_locator.size
    if _WIDE in (size, offset) and locator >= 0 and data.startswith(_END64_LOCATOR, locator):
        *_, record, _ = _end64_locator.unpack_from(data, locator)
        if record + _end64_record.size <= len(data) and data.startswith(_END64, record):
            *_, size, offset = _end64_record.unpack_from(data, record)
            stop = record
    start = stop - size
    if start < 0 or not data.startswith(_ENTRY, start):
        start = offset
    if start + size > len(data) or not data.startswith(_ENTRY, start):
        raise ArchiveError(WrongContent("damaged: the list of its files is not where its end says"))
    return start, size, start - offset


def _salvaged(data: bytes) -> dict[str, Entry]:
    """Return the files of an archive without its end by name, from header to header; the last may be incomplete."""
    found: dict[str, Entry] = {}
    at = 0
    while data.startswith(_LOCAL, at) and at + _local_record.size <= len(data) and len(found) < MOST_ENTRIES:
        _, _, flags, method, _, _, _, packed, _, names, extras = _local_record.unpack_from(data, at)
        start = at + _local_record.size + names + extras
        has_descriptor = flags & _DESCRIBED and not packed
        if has_descriptor:
            packed = _packed_length(data, start) if method == _DEFLATED else len(data)
        packed = min(packed, len(data) - start)
        name = _legacy_name(data[at + _local_record.size : start - extras])
        if packed > 0 and not name.endswith("/"):
            found[name] = Entry(name, at, packed, method, flags)
        at = start + max(packed, 0)
        if has_descriptor:
            at += 16 if data.startswith(_DESCRIPTOR, at) else 12
    return found


def _packed_length(data: bytes, start: int) -> int:
    """Return the number of packed bytes of a file whose size follows its data: inflate the file to find its end.

    Args:
        data: The bytes of the archive.
        start: Offset of the file's packed bytes.

    Returns:
        The number; if the packed bytes are damaged or have no end, that of all bytes up to the end of the archive.
    """
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = memoryview(data)[start:]
    total = len(rest)
    inflated = 0
    try:
        while rest and not inflater.eof and inflated < MOST_TOTAL:
            inflated += len(inflater.decompress(rest, _STEP))
            rest = inflater.unconsumed_tail
    except zlib.error:
        return total
    return total - len(inflater.unused_data) if inflater.eof else total


def _wide(extra: bytes, packed: int, full: int, header: int) -> tuple[int, int]:
    """Return the packed size and the header's offset of a file, from the ZIP64 extra field if they are `_WIDE`.

    Args:
        extra: The extra fields of the file's entry in the directory.
        packed: Packed size in the entry.
        full: Inflated size in the entry; if it is `_WIDE`, it comes first in the ZIP64 field.
        header: Offset of the file's header in the entry.
    """
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            values = iter(struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4))
            if full == _WIDE:
                next(values, 0)
            packed = next(values, packed) if packed == _WIDE else packed
            header = next(values, header) if header == _WIDE else header
            break
        at += 4 + length
    return packed, header


def _legacy_name(name: bytes) -> str:
    """Decode a name without the flag for UTF-8: as UTF-8 if it is valid, else in code page 437."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("cp437")


def resolve(base: str, href: str) -> str:
    """Return the name of a file to which a reference in another file points; empty if it leaves the archive.

    Args:
        base: Name of the file that contains the reference.
        href: The reference as written, without a fragment; it may have percent escapes.
    """
    folder = base.rpartition("/")[0]
    if _plain_reference.fullmatch(href):
        return f"{folder}/{href}" if folder else href
    path = unquote(href).replace("\\", "/").strip()
    if not path or "\0" in path:
        return ""
    joined = path[1:] if path.startswith("/") else f"{folder}/{path}"
    found = normpath(joined.lstrip("/"))
    return "" if found in {"", ".", ".."} or found.startswith(("../", "/")) else found

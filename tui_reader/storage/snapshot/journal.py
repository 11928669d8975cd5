"""The journal: transactions that the snapshot does not contain yet, one per line, and the lock.

A line is `checksum space JSON line-break`, the checksum being CRC-32 in eight hexadecimal digits. The first line names
the format. A journal is only ever appended to, or replaced as a whole by rename.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import time
import zlib
from typing import TYPE_CHECKING, Any, TypeAlias

from tui_reader.storage.snapshot import limits
from tui_reader.storage.snapshot.disk import RefusedError
from tui_reader.storage.snapshot.entries import is_clean, is_entry, may_hold_surrogates
from tui_reader.storage.snapshot.json_values import decode_each, encode
from tui_reader.storage.snapshot.lock import try_lock, unlock

if TYPE_CHECKING:
    from tui_reader.storage.snapshot.disk import Disk

Entry: TypeAlias = dict[str, Any]
"""One transaction in the journal: `library_files` describes its members."""

VERSION = 1
"""Version of the layout of a journal."""
HEAD = b'{"journal":%d}\n' % VERSION
"""The first line of a journal."""
_MARK = b'{"journal":'
"""Beginning of the first line of a journal, in every version of the layout."""
_LINE = re.compile(rb'\n*[0-9a-f]{8} \{"')
"""Pattern of the beginning of a line with an entry, such as `5f3a01bc {"`; matches a file whose first line is lost."""
_RECOGNITION_BYTES = 1 << 16
_LOCK_SECONDS = 5.0
"""Maximum time for acquiring the lock, in seconds; a process that holds it for longer is stopped or hangs."""
_RETRY_SECONDS = 0.0005
"""Seconds between two attempts to acquire the lock."""


READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)
"""Error numbers of a missing permission or a read-only file system, which another attempt cannot overcome."""


class LockedError(OSError):
    """Another process has locked the journal for more than five seconds."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.EBUSY, "another window holds it and does not answer", path)


class SyncFailedError(OSError):
    """A flush failed, so it is unknown whether the bytes written since the last successful flush are on disk."""


def encode_line(entry: Entry) -> bytes:
    """Encode an entry as a line of the journal."""
    return line_of(encode(entry))


def line_of(text: bytes) -> bytes:
    """Return the line of the journal for an entry that is encoded as JSON: checksum, space, JSON, line break."""
    return b"%08x %s\n" % (zlib.crc32(text), text)


def decode_lines(data: bytes) -> tuple[list[Entry], int]:
    """Return the intact entries of a journal, and the number of damaged lines.

    Args:
        data: Whole lines of a journal, with or without its first line.
    """
    texts: list[bytes] = []
    damaged = 0
    for line in data.split(b"\n"):
        if line.startswith(b'{"journal"') or not line:
            continue
        text = line[9:]
        if len(line) > limits.LINE:
            damaged += 1
            continue
        if line[:9] == b"%08x " % zlib.crc32(text):
            texts.append(text)
        else:
            damaged += 1
    values = decode_each(texts)
    if may_hold_surrogates(data):
        entries = [v for v, text in zip(values, texts, strict=True) if is_entry(v) and is_clean(v, text)]
    else:
        entries = list(filter(is_entry, values))
    return entries, damaged + len(values) - len(entries)


def is_journal(start: bytes) -> bool:
    """Return True if a file is a journal, possibly a damaged one.

    That is so if it is empty or blank, begins with a journal's first line or the start of one, with a line of an entry,
    or with zero bytes (as after a power cut), or contains an intact line.

    Args:
        start: The first bytes of the file.
    """
    if not start.strip() or start.startswith((_MARK, b"\0")) or _MARK.startswith(start) or _LINE.match(start):
        return True
    return bool(decode_lines(start[: start.rfind(b"\n") + 1])[0])


class Journal:
    """The journal of this replica, shared by all processes on this machine.

    Args:
        path: Path of the file, which the first `acquire` creates.
        disk: Makes the system calls.
    """

    def __init__(self, path: str, disk: Disk) -> None:
        self.path = path
        self._disk = disk
        self._handle = -1
        self.offset = 0
        """Number of bytes in whole lines that this process has read or written so far, from the start of the file."""
        self.damaged = 0
        """Number of damaged lines read so far: with a wrong checksum, or without a valid entry."""
        self.lines = 0
        """Number of entries that this process has read or written so far, from the start of the file."""
        self.is_read_only = False
        """True if the file could only be opened for reading."""
        self.failed = False
        """True if a flush of the open file failed; the file must then be replaced and not be written again."""

    @property
    def is_open(self) -> bool:
        """True if this process has the file open."""
        return self._handle >= 0

    def open_existing(self) -> bool:
        """Open the journal if it exists.

        Returns:
            True if the journal is open after the call.

        Raises:
            RefusedError: There is a file of another program, or no regular file, at the path.
        """
        if self._handle < 0:
            try:
                self._handle = self._disk.open(self.path, os.O_RDWR | os.O_APPEND)
            except (FileNotFoundError, NotADirectoryError):
                return False
            except OSError as error:
                if error.errno not in READ_ONLY:
                    raise
                self._handle = self._disk.open(self.path, os.O_RDONLY)
                self.is_read_only = True
            self._require_journal()
        return True

    def _require_journal(self) -> None:
        """Close the file and raise an error if the file belongs to another program.

        Raises:
            RefusedError: The file belongs to another program.
        """
        start = self._disk.read_at(self._handle, len(_MARK), 0)
        if start != _MARK and not is_journal(self._disk.read_at(self._handle, _RECOGNITION_BYTES, 0)):
            self.close()
            raise RefusedError(self.path, "is not a journal of tui-reader")

    def is_current(self) -> bool:
        """Return True if the open file is still the one at the path, or if none is open and none exists."""
        try:
            named = self._disk.stat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return self._handle < 0
        if self._handle < 0:
            return not stat.S_ISREG(named.st_mode)  # anything but a regular file counts as absent
        mine = self._disk.fstat(self._handle)
        return (mine.st_ino, mine.st_dev) == (named.st_ino, named.st_dev)

    def has_news(self) -> bool:
        """Return True if another process has appended to, replaced, created or removed the file since the last read."""
        return not self.is_current() or (self.is_open and self._disk.fstat(self._handle).st_size != self.offset)

    def acquire(self) -> bool:
        """Acquire the lock; create the journal if it does not exist.

        Returns:
            True if the file that was open before was locked. False if a file was opened: it must be read from its
            beginning, and the snapshot may have been replaced too.

        Raises:
            LockedError: Another process locked the journal for more than five seconds.
        """
        is_same = self._handle >= 0
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            if self._handle < 0:
                self._handle = self._disk.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
                self._require_journal()
                self.restart()
            try:
                self._wait_for_lock(deadline)
                if self.is_current():
                    return is_same
                unlock(self._handle)
            except BaseException:
                if not is_same:
                    self.close()
                raise
            self.close()
            is_same = False

    def _wait_for_lock(self, deadline: float) -> None:
        while not try_lock(self._handle):
            if time.monotonic() > deadline:
                raise LockedError(self.path)
            time.sleep(_RETRY_SECONDS)

    def release(self) -> None:
        """Release the lock, but keep the file open."""
        if self._handle >= 0:
            unlock(self._handle)

    def restart(self) -> None:
        """Make the next `read_new` begin at the start of the file."""
        self.offset = self.lines = self.damaged = 0

    def read_new(self, *, cut_tail: bool = False) -> list[Entry]:
        """Return the entries that were appended to the journal since the last read.

        Args:
            cut_tail: True to remove an incomplete last line from the file. While this process has the lock, only a
                killed process can have left such a line, and never reported its entry as saved. Without the lock,
                another process may be writing it, so the value must be False.

        Raises:
            StoreError: The journal is larger than the limit.
            OSError: The journal cannot be read, or has become shorter.
        """
        if self._handle < 0:
            return []
        size = self._disk.fstat(self._handle).st_size
        if size > limits.JOURNAL:
            raise limits.too_large(self.path, size, limits.JOURNAL)
        if size == self.offset:
            return []
        if size < self.offset:
            raise OSError(f"{self.path} became shorter")
        data = self._disk.read_at(self._handle, size - self.offset, self.offset)
        whole = data.rfind(b"\n") + 1
        if whole < len(data) and cut_tail:
            self._disk.cut(self._handle, self.offset + whole)
        entries, damaged = decode_lines(data[:whole])
        self.offset += whole
        self.damaged += damaged
        self.lines += len(entries)
        return entries

    def append(self, lines: bytes, count: int) -> None:
        """Append lines, and return once they are on disk. Call with the lock, and after `read_new`.

        Args:
            lines: One or more whole lines.
            count: The number of lines.

        Raises:
            SyncFailedError: The flush failed; the file must be replaced and must not be written again.
            OSError: The lines could not be written; a part that was written has been removed.
        """
        if self.failed:
            raise SyncFailedError(errno.EIO, "an earlier flush failed")
        data = lines if self.offset else HEAD + lines
        try:
            self._disk.write(self._handle, data)
        except OSError:
            self._remove_appended()
            raise
        try:
            self._disk.sync_data(self._handle)
            if not self.offset:
                self._disk.sync_folder(os.path.dirname(self.path))  # noqa: PTH120
        except OSError as error:
            self.failed = True
            self._remove_appended()
            raise SyncFailedError(error.errno, error.strerror) from error
        self.offset += len(data)
        self.lines += count

    def _remove_appended(self) -> None:
        with contextlib.suppress(OSError):
            self._disk.cut(self._handle, self.offset)

    def content(self, start: int = 0) -> bytes:
        """Return the journal's bytes from the offset `start` up to the end of what this process has read or written."""
        return self._disk.read_at(self._handle, self.offset - start, start)

    def prepare(self, lines: bytes) -> str:
        """Write a journal with these lines to a temporary file for `replace`, flush it, and return its path."""
        path = f"{self.path}.tmp"
        # A file with this name was left by a killed process, or its flush failed: its content is not reliable.
        handle = self._disk.create(path)
        try:
            self._disk.write(handle, lines if lines.startswith(HEAD) else HEAD + lines)
            self._disk.sync_data(handle)
        finally:
            self._disk.close(handle)
        return path

    def replace(self, prepared: str) -> None:
        """Replace the journal by the file that `prepare` wrote, and close it. Call with the lock, which is released."""
        if self._disk.handles_block_renames:
            self.close()
        self._disk.rename(prepared, self.path)
        self._disk.sync_folder(os.path.dirname(self.path))  # noqa: PTH120
        self.release()
        self.close()

    def remove_if_empty(self) -> None:
        """Remove the journal if it contains no entry. Call with the lock, and after `read_new`."""
        if self._disk.fstat(self._handle).st_size <= len(HEAD):
            if self._disk.handles_block_renames:
                self.close()
            self._disk.unlink(self.path)

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, which also releases the lock."""
        if self._handle >= 0:
            self._disk.close(self._handle)
            self._handle = -1
            self.offset, self.lines, self.damaged, self.failed = 0, 0, 0, False

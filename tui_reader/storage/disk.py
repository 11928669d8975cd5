"""The system calls that the store makes, in one place: so that a test can fail, record or reorder each of them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class Disk:
    """Files by descriptor. Every method does what its system call does, and raises OSError as it does."""

    handles_block_renames = sys.platform == "win32"
    """Whether a file that somebody has open can neither be renamed nor replaced."""

    def open(self, path: str, flags: int, mode: int = 0o600) -> int:
        """Open a file for bytes; it is not inherited by child processes."""
        return os.open(path, flags | _BINARY, mode)

    def close(self, handle: int) -> None:
        """Let go of a file."""
        os.close(handle)

    def read_at(self, handle: int, count: int, offset: int) -> bytes:
        """Up to `count` bytes from an offset; fewer only at the end of the file.

        Never a memory map: a program that cuts the file would kill this one (SIGBUS) instead of a short read.
        """
        if sys.platform == "win32":
            os.lseek(handle, offset, os.SEEK_SET)
            return os.read(handle, count)
        data = os.pread(handle, count, offset)
        while 0 < len(data) < count:
            more = os.pread(handle, count - len(data), offset + len(data))
            if not more:
                break
            data += more
        return data

    def write(self, handle: int, data: bytes | memoryview) -> None:
        """Write all bytes, at the end of a file opened for appending, else where the last write ended."""
        view = memoryview(data)
        while view:
            view = view[self.write_some(handle, view) :]

    def write_some(self, handle: int, data: memoryview) -> int:
        """One write, which may be short."""
        return os.write(handle, data)

    def write_at(self, handle: int, data: bytes, offset: int) -> None:
        """Write all bytes at an offset; later writes go on at the end."""
        os.lseek(handle, offset, os.SEEK_SET)
        self.write(handle, data)
        os.lseek(handle, 0, os.SEEK_END)

    def sync_data(self, handle: int) -> None:
        """Return once the file's bytes, and the length to find them by, would survive a power cut."""
        if sys.platform == "darwin":
            import fcntl  # noqa: PLC0415

            # On macOS a plain fsync leaves the data in the drive's own cache.
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
        elif hasattr(os, "fdatasync"):
            os.fdatasync(handle)
        else:
            os.fsync(handle)

    def sync(self, handle: int) -> None:
        """As `sync_data`, with owner, mode and times."""
        if sys.platform == "darwin":
            self.sync_data(handle)
        else:
            os.fsync(handle)

    def sync_folder(self, folder: str) -> None:
        """Return once what was created, renamed or removed in a folder would survive a power cut."""
        if sys.platform == "win32":
            return  # a folder cannot be opened there; NTFS journals renames itself
        handle = self.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            self.close(handle)

    def cut(self, handle: int, size: int) -> None:
        """Shorten a file."""
        os.ftruncate(handle, size)

    def rename(self, source: str, target: str) -> None:
        """Rename a file, replacing the target at once."""
        Path(source).replace(target)

    def link(self, source: str, target: str) -> None:
        """Give a file a second name."""
        os.link(source, target)

    def unlink(self, path: str) -> None:
        """Take a name away."""
        Path(path).unlink()

    def may_write(self, path: str) -> bool:
        """Whether this user may write a file, or into a folder; true where there is none yet."""
        return os.access(path, os.W_OK) or not os.access(path, os.F_OK)

    def stat(self, path: str) -> os.stat_result:
        """What a path names now."""
        return os.stat(path)  # noqa: PTH116

    def fstat(self, handle: int) -> os.stat_result:
        """What a descriptor names, renamed or not."""
        return os.fstat(handle)

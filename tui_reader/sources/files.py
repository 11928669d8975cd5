"""Safe reading of one file: pipes, devices and huge files are refused instead of blocking the program."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


MEGABYTE = 1_000_000
"""Number of bytes that settings and messages call a megabyte."""


class Signature(NamedTuple):
    """Properties of a file that change when its bytes change, read without opening the file.

    The time alone is not enough: a file that is renamed to replace another one keeps its time.
    """

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Signature:
        """Return the signature of a file from its `stat` result."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


class UnreadableError(Exception):
    """A file exists but cannot be read; the message gives the reason in a few words."""


def read_bytes(path: Path, limit: int) -> tuple[bytes, Signature]:
    """Read all bytes of a regular file.

    Args:
        path: The file; symbolic links are followed.
        limit: Largest number of bytes that the file may have.

    Returns:
        The bytes, and the signature that the file had while they were read. If the file was written during the read,
        the signature matches no file, so that the file is read again later.

    Raises:
        FileNotFoundError: The file does not exist.
        UnreadableError: The file is not a regular file, too large or not permitted, or the disk fails.
    """
    try:
        # O_NONBLOCK: opening a named pipe would otherwise wait until another program writes to it.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnreadableError(_reason(error)) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("not a regular file")
        if status.st_size > limit:
            raise UnreadableError(too_large(status.st_size, limit))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(limit + 1)
        after = os.fstat(descriptor)
    except OSError as error:
        raise UnreadableError(_reason(error)) from error
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise UnreadableError(too_large(len(data), limit))
    # Written during the read: return a signature that matches no file, so that the file is read again.
    signature = Signature.of(after)
    return data, signature if signature == Signature.of(status) else signature._replace(mtime_ns=-1)


def too_large(size: int, limit: int) -> str:
    """Return the message that an article of `size` bytes exceeds the size limit."""
    return f"too large: {size / MEGABYTE:,.0f} MB; the limit is {limit / MEGABYTE:,.0f} MB, max_file_mb in the settings"


def _reason(error: OSError) -> str:
    """Return the reason of a failure in a few words, such as `is a directory`."""
    return "no permission to read it" if isinstance(error, PermissionError) else (error.strerror or str(error)).lower()

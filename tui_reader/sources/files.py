"""Reading one file, without being held up or overrun by what stands there instead."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


MEGABYTE = 1_000_000
"""Bytes of a megabyte, in settings and in what is said to people."""


class Signature(NamedTuple):
    """What tells without reading that a file is the one that was read. Time alone is not enough: renames keep it."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Signature:
        """The signature within a file status."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


class UnreadableError(Exception):
    """A file whose bytes cannot be had; the message says why in a few words."""


def read_bytes(path: Path, limit: int) -> tuple[bytes, Signature]:
    """All bytes of a regular file, and the signature that it had while they were read.

    Args:
        path: The file; symbolic links are followed.
        limit: Bytes that it may have at most.

    Raises:
        FileNotFoundError: It is not there.
        UnreadableError: It is no regular file, too large, not permitted, or the disk fails.
    """
    try:
        # Without waiting: to open a named pipe would otherwise last until somebody writes into it.
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
    # Written to while it was read: a signature that fits no file, so that it is read once more.
    signature = Signature.of(after)
    return data, signature if signature == Signature.of(status) else signature._replace(mtime_ns=-1)


def too_large(size: int, limit: int) -> str:
    """Why something of so many bytes is not read."""
    return f"too large: {size / MEGABYTE:,.0f} MB; the limit is {limit / MEGABYTE:,.0f} MB, max_file_mb in the settings"


def _reason(error: OSError) -> str:
    return "no permission to read it" if isinstance(error, PermissionError) else (error.strerror or str(error)).lower()

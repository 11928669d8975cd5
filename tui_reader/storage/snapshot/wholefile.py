"""Reading of a file of limited size into memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui_reader.storage.snapshot import limits

if TYPE_CHECKING:
    from tui_reader.storage.snapshot.disk import Disk


def read_whole(path: str, disk: Disk, limit: int) -> bytes:
    """Return all bytes of a file.

    Args:
        path: The file.
        disk: Makes the system calls.
        limit: Maximum size of the file in bytes.

    Raises:
        OSError: The file cannot be read.
        StoreError: The file is larger than the limit.
    """
    handle = disk.open(path, os.O_RDONLY)
    try:
        size = disk.fstat(handle).st_size
        if size > limit:
            raise limits.too_large(path, size, limit)
        return disk.read_at(handle, size, 0) if size else b""
    finally:
        disk.close(handle)


def read_end(path: str, disk: Disk, limit: int) -> bytes:
    """Return the last `limit` bytes of a file, or all bytes of a shorter file.

    Raises:
        OSError: The file cannot be read.
    """
    handle = disk.open(path, os.O_RDONLY)
    try:
        size = disk.fstat(handle).st_size
        start = max(0, size - limit)
        return disk.read_at(handle, size - start, start) if size else b""
    finally:
        disk.close(handle)


def read_start(path: str, disk: Disk, count: int) -> bytes:
    """Return the first `count` bytes of a file, or all bytes of a shorter file.

    Raises:
        OSError: The file cannot be read.
    """
    handle = disk.open(path, os.O_RDONLY)
    try:
        return disk.read_at(handle, count, 0)
    finally:
        disk.close(handle)

"""Limits on the size of files to read, since a folder that others write to may contain anything."""

from __future__ import annotations

from tui_reader.errors import StoreError

MEGABYTE = 1 << 20
FOREIGN_SNAPSHOT = 1024 * MEGABYTE
"""A snapshot in another layout, which is parsed as a whole. One in our layout may be larger: it is read in parts."""
COPY = 256 * MEGABYTE
"""A conflict copy, unless four times the size of the library is more."""
DRAFT = 16 * MEGABYTE
JOURNAL = 256 * MEGABYTE
LINE = 64 * MEGABYTE
"""One line of a journal."""
HISTORY = 64 * MEGABYTE
"""The end of the undo file that is read; a thousand steps need less than one megabyte."""


def copy_limit(library_size: int) -> int:
    """Return the largest allowed size of a conflict copy in bytes, given the size of the library."""
    return max(4 * library_size, COPY)


def too_large(path: str, size: int, limit: int) -> StoreError:
    """Return the error for a file that is larger than the limit for files of its kind."""
    return StoreError(
        f"{path} has {size // MEGABYTE:,} MB; at most {limit // MEGABYTE:,} MB are read of such a file.",
        "Check where it comes from, and move it away if it is not yours.",
    )

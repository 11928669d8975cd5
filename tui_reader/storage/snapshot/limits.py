"""Sizes up to which files of a library are read, since a folder that others write to may hold anything."""

from __future__ import annotations

from tui_reader.errors import StoreError

MEGABYTE = 1 << 20
FOREIGN_SNAPSHOT = 1024 * MEGABYTE
"""A snapshot in another layout than ours, which is parsed as a whole. Ours may be larger: it is read in parts."""
COPY = 256 * MEGABYTE
"""A conflict copy, unless four times the library itself is more."""
DRAFT = 16 * MEGABYTE
JOURNAL = 256 * MEGABYTE
LINE = 64 * MEGABYTE
"""One line of a journal."""
HISTORY = 64 * MEGABYTE
"""The end of the history of undo that is read: a thousand steps are less than one."""


def copy_limit(library_size: int) -> int:
    """Bytes that a conflict copy of a library of this size may have."""
    return max(4 * library_size, COPY)


def too_large(path: str, size: int, limit: int) -> StoreError:
    """Describe a file that is larger than what is read of its kind."""
    return StoreError(
        f"{path} has {size // MEGABYTE:,} MB; at most {limit // MEGABYTE:,} MB are read of such a file.",
        "Check where it comes from, and move it away if it is not yours.",
    )

"""Limits on the size of files to read, since a folder that others write to may contain anything."""

from __future__ import annotations

from tui_reader.errors import StoreError

MEGABYTE = 1 << 20
FOREIGN_SNAPSHOT = 1024 * MEGABYTE
"""Maximum bytes of a snapshot in another layout, which is read as a whole; one in this program's may be larger."""
COPY = 256 * MEGABYTE
"""Maximum bytes of a conflict copy; four times the size of the library if that is more."""
DRAFT = 16 * MEGABYTE
"""Maximum bytes of each of a draft's two files, `draft.json` and `note.md`."""
JOURNAL = 256 * MEGABYTE
"""Maximum bytes of a journal."""
LINE = 64 * MEGABYTE
"""Maximum bytes of one line of a journal."""
HISTORY = 64 * MEGABYTE
"""Maximum bytes to read of the undo file, from its end; a thousand steps need less than one megabyte."""


def copy_limit(library_size: int) -> int:
    """Return the largest allowed size of a conflict copy in bytes, given the size of the library."""
    return max(4 * library_size, COPY)


def too_large(path: str, size: int, limit: int) -> StoreError:
    """Return the error for a file that is larger than the limit for files of its kind."""
    return StoreError(
        f"{path} has {size // MEGABYTE:,} MB; at most {limit // MEGABYTE:,} MB are read of such a file.",
        "Check where it comes from, and move it away if it is not yours.",
    )

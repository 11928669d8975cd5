"""Tells git and Syncthing which files of a library are this machine's own, in their own ignore files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui_reader.storage.snapshot.disk import Disk, RefusedError

if TYPE_CHECKING:
    from pathlib import Path

PATTERNS = (
    "/library.json.journal-*",
    "/library.json.bak*",
    "/library.json.undo-*",
    "/library.json.tmp-*",
    "/.backups/",
)
_WHY = (
    "tui-reader: library.json is all that needs to travel. What follows is the work of one machine: changes that it",
    "brings into library.json itself, what it can undo, and its backups. Carried elsewhere it makes conflicts.",
)
_FILES = {".gitignore": "# ", ".stignore": "// "}
"""The names of the ignore files, with what begins a comment in them."""
_MOST = 1 << 20


def write_ignore_files(folder: Path) -> list[str]:
    """Add what is missing to the ignore files of git and Syncthing in a folder; what is there stays as it is.

    Returns:
        What to say about it, as sentences; nothing if all was there.
    """
    disk, told, written = Disk(), [], []
    for name, comment in _FILES.items():
        path = folder / name
        try:
            if _add_lines(str(path), comment, disk):
                written.append(name)
        except RefusedError as error:
            told.append(str(error))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text of a usual size"
            told.append(f"{path} was not changed: {reason}. Let git and Syncthing ignore {', '.join(PATTERNS)}.")
    if written:
        told.insert(0, f"{' and '.join(written)} in it name what git and Syncthing are to leave on this machine.")
    return told


def _add_lines(path: str, comment: str, disk: Disk) -> bool:
    """Append the patterns that a file lacks.

    Returns:
        True if there were any.
    """
    handle = disk.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        size = disk.fstat(handle).st_size
        if size > _MOST:
            raise ValueError(size)
        text = disk.read_at(handle, size, 0).decode() if size else ""
        there = {line.strip() for line in text.splitlines()}
        missing = [pattern for pattern in PATTERNS if pattern not in there]
        if not missing:
            return False
        lines = [f"{comment}{line}" for line in _WHY] + missing
        start = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        disk.write(handle, (start + "\n".join(lines) + "\n").encode())
        disk.sync_data(handle)
    finally:
        disk.close(handle)
    return True

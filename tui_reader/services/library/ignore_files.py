"""Write ignore files, so that git and Syncthing do not copy files that belong to one computer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui_reader.storage.snapshot.disk import Disk, RefusedError

if TYPE_CHECKING:
    from pathlib import Path

# The files beside `library.json` that belong to one computer, in the syntax of both ignore files.
PATTERNS = (
    "/library.json.journal-*",
    "/library.json.bak*",
    "/library.json.undo-*",
    "/library.json.tmp-*",
    "/.backups/",
)
_COMMENT = (
    "tui-reader: library.json is all that needs to travel. What follows is the work of one machine: changes that it",
    "brings into library.json itself, what it can undo, and its backups. Carried elsewhere it makes conflicts.",
)
_FILES = {".gitignore": "# ", ".stignore": "// "}
"""Prefix of a comment in each ignore file."""
_LARGEST = 1 << 20
"""Largest size in bytes of an ignore file that is changed; larger files stay unchanged."""


def write_ignore_files(folder: Path) -> list[str]:
    """Append `PATTERNS` to the ignore files of git and Syncthing in a folder, as far as they are missing there.

    Returns:
        Messages for the user, as sentences; none if no pattern was missing.
    """
    disk, messages, written = Disk(), [], []
    for name, comment in _FILES.items():
        path = folder / name
        try:
            if _add_lines(str(path), comment, disk):
                written.append(name)
        except RefusedError as error:
            messages.append(str(error))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text of a usual size"
            messages.append(f"{path} was not changed: {reason}. Let git and Syncthing ignore {', '.join(PATTERNS)}.")
    if written:
        messages.insert(0, f"{' and '.join(written)} in it name what git and Syncthing are to leave on this machine.")
    return messages


def _add_lines(path: str, comment: str, disk: Disk) -> bool:
    """Append the patterns that a file lacks, below a comment that explains them.

    Args:
        path: The ignore file, which is created if it does not exist.
        comment: Prefix of a comment in the file.
        disk: Access to the disk.

    Returns:
        True if patterns were missing.
    """
    handle = disk.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        size = disk.fstat(handle).st_size
        if size > _LARGEST:
            raise ValueError(size)
        text = disk.read_at(handle, size, 0).decode() if size else ""
        present = {line.strip() for line in text.splitlines()}
        missing = [pattern for pattern in PATTERNS if pattern not in present]
        if not missing:
            return False
        lines = [f"{comment}{line}" for line in _COMMENT] + missing
        start = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        disk.write(handle, (start + "\n".join(lines) + "\n").encode())
        disk.sync_data(handle)
    finally:
        disk.close(handle)
    return True

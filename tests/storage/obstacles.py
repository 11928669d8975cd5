"""Obstacles that a hostile folder may contain in place of a file: links, pipes, folders and devices."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = b"precious words of the user\n"


def make_outside(folder: Path) -> Path:
    """Create a folder that no library may touch, with a file and a folder in it."""
    (folder / "folder").mkdir(parents=True, exist_ok=True)
    (folder / "file").write_bytes(SECRET)
    (folder / "folder" / "library-2001-01-01.json").write_bytes(SECRET)
    return folder


def _device(path: Path, _: Path) -> None:
    os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero, which can be read for ever


KINDS: dict[str, Callable[[Path, Path], None]] = {
    "dangling link": lambda path, outside: path.symlink_to(outside / "absent"),
    "link to a file": lambda path, outside: path.symlink_to(outside / "file"),
    "link to a folder": lambda path, outside: path.symlink_to(outside / "folder"),
    "link to a device": lambda path, _: path.symlink_to("/dev/zero"),
    "pipe": lambda path, _: os.mkfifo(path),
    "folder": lambda path, _: path.mkdir(),
    "socket": lambda path, _: os.mknod(path, stat.S_IFSOCK | 0o600),
    "device": _device,
}
"""Functions that create each kind of obstacle at a path."""


def put(kind: str, path: Path, outside: Path) -> bool:
    """Replace a file by an obstacle. Return False if this user may not create one of this kind.

    Args:
        kind: A key of `KINDS`.
        path: The file.
        outside: What `make_outside` created.
    """
    if path.is_symlink() or path.is_file():
        path.unlink()
    try:
        KINDS[kind](path, outside)
    except PermissionError:
        return False
    return True


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return mode and content of every file below a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
        found[str(path.relative_to(folder))] = (status.st_mode, content)
    return found

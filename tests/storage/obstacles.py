"""What a hostile folder may put in the place of a file: links, pipes, folders and devices."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = b"precious words of the user\n"


def outside_of(path: Path) -> Path:
    """A folder outside of the library, with a file in it."""
    outside = path.parent.parent / "outside" if path.parent.name != ".backups" else path.parents[2] / "outside"
    outside.mkdir(exist_ok=True)
    (outside / "file").write_bytes(SECRET)
    (outside / "folder").mkdir(exist_ok=True)
    (outside / "folder" / "library-2001-01-01.json").write_bytes(SECRET)
    return outside


def _device(path: Path) -> None:
    os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero, which has no end


KINDS: dict[str, Callable[[Path], None]] = {
    "dangling link": lambda path: path.symlink_to(outside_of(path) / "absent"),
    "link to a file": lambda path: path.symlink_to(outside_of(path) / "file"),
    "link to a folder": lambda path: path.symlink_to(outside_of(path) / "folder"),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "pipe": os.mkfifo,
    "folder": lambda path: path.mkdir(),
    "device": _device,
}
"""Puts each kind of thing at a path."""


def put(kind: str, path: Path) -> bool:
    """Put something in the place of a file; false where this user may not make such a thing."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    try:
        KINDS[kind](path)
    except PermissionError:
        return False
    return True


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of all that lies below a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
        found[str(path.relative_to(folder))] = (status.st_mode, content)
    return found

"""Creation of folders and files that only this user may read, such as the cache and the log."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from tui_reader.storage.snapshot.disk import Disk, RefusedError


def private_folder(path: Path, disk: Disk, *, may_be_link: bool = False) -> str:
    """Create a folder that only this user may enter; if it exists and belongs to this user, restrict it.

    If other users had any permission for it, the files in it are restricted as well, since others may have opened
    the folder before.

    Args:
        path: The folder.
        disk: Makes the system calls.
        may_be_link: True to follow a symbolic link at the path: for the program's outermost folders, which the user
            may have moved. False to refuse it.

    Returns:
        The folder's real path.

    Raises:
        OSError: The folder cannot be created, or its path is not a folder.
    """
    real = os.path.realpath(path) if may_be_link else f"{os.path.realpath(path.parent)}/{path.name}"
    Path(real).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if disk.make_private_folder(real):
        for name in disk.names(real):
            with contextlib.suppress(RefusedError):  # folders in it are restricted at their first use
                close_to_others(f"{real}/{name}", disk)
    return real


def private_file(path: str, disk: Disk) -> None:
    """Create an empty file that only this user may read; if it exists and belongs to this user, restrict it.

    An existing file is not opened: closing its descriptor would release the locks that SQLite holds in this process.

    Raises:
        RefusedError: The path exists and is not a regular file.
        OSError: The file cannot be created.
    """
    with contextlib.suppress(FileExistsError):
        disk.close(disk.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL))
        return
    close_to_others(path, disk)


def close_to_others(path: str, disk: Disk) -> None:
    """Remove all permissions of other users from a file of this user, if the file exists.

    Raises:
        RefusedError: The path exists and is not a regular file.
    """
    try:
        status = disk.stat(path)
    except OSError:
        return
    if not disk.has_file(path):
        raise RefusedError(path, "is not a regular file")
    if os.name != "nt" and status.st_uid == os.geteuid() and status.st_mode & 0o077:
        with contextlib.suppress(OSError):
            Path(path).chmod(stat.S_IMODE(status.st_mode) & 0o700)


def append(path: Path, text: str) -> None:
    """Append a text to a file that only this user may read, creating the file and its folder if necessary.

    Raises:
        OSError: The file cannot be written.
    """
    disk = Disk()
    folder = private_folder(path.parent, disk, may_be_link=True)
    handle = disk.open(f"{folder}/{path.name}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        disk.close_to_others(handle)
        disk.write(handle, text.encode("utf-8", "backslashreplace"))
    finally:
        disk.close(handle)

"""The system calls of the store, in one place, so that tests can make them fail, record them and reorder them.

A library may be in a folder that others can write to: a clone, a synced folder, an unpacked archive. A file with the
name of a library file is used only if it is a regular file: a symbolic link would make the program write to its target;
a named pipe or a device would block the program for ever. So every file is opened relative to a descriptor of its
folder, symbolic links are followed neither for the file nor for that folder, and new files are created with O_EXCL.
Callers resolve the path of a folder once, where the user names it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_SAFE = _BINARY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_SEARCH = getattr(os, "O_PATH", os.O_RDONLY)
_HAS_FOLDER_HANDLES = os.open in os.supports_dir_fd
_TRIES = 100
"""Maximum number of attempts to open or create a file that other processes create and remove meanwhile."""
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFREG: "a file",
}


class RefusedError(OSError):
    """A path of the store is not used: it is not a regular file, not a file of this program, or in a linked folder.

    Args:
        path: The refused path.
        reason: Why, as a clause whose subject is the path: `is a symbolic link`.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(errno.ELOOP, reason, path)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path} {self.reason}, so it is not used. Remove it, or move it away."


def _kind(status: os.stat_result) -> str:
    return _KINDS.get(stat.S_IFMT(status.st_mode), "no regular file")


class Disk:
    """Wrappers of the system calls on files and folders, which tests replace; they raise OSError like the calls.

    Methods with a path raise `RefusedError` if a symbolic link would be followed, or if opening the file could block.
    """

    handles_block_renames = sys.platform == "win32"
    """True if a file that is open in any process can neither be renamed nor replaced."""

    @cached_property
    def refused(self) -> dict[str, str]:
        """By path, a sentence for the user about each path that a method of this object has refused."""
        return {}

    # -- names in a folder --------------------------------------------------------------------------------------

    def open(self, path: str, flags: int, mode: int = 0o600) -> int:
        """Open a regular file in binary mode; child processes do not inherit the descriptor.

        Args:
            path: The file; neither it nor its folder may be a symbolic link.
            flags: As for `os.open`. With O_CREAT a missing file is created, never through a link.
            mode: Permissions of a file that is created.

        Raises:
            RefusedError: The path is not a regular file.
        """
        with self._in_folder(path) as (name, folder):
            for _ in range(_TRIES):
                with contextlib.suppress(FileNotFoundError):
                    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                    if flags & os.O_CREAT and flags & os.O_EXCL:
                        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
                    self._require_file(path, status)
                    return self._open_file(path, name, flags & ~os.O_CREAT, folder)
                if not flags & os.O_CREAT:
                    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
                with contextlib.suppress(FileExistsError):
                    return os.open(name, flags | os.O_EXCL | _BINARY, mode, dir_fd=folder)
                if flags & os.O_EXCL:
                    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
            raise OSError(errno.EAGAIN, "is created and removed by another program all the time", path)

    def _open_file(self, path: str, name: str, flags: int, folder: int | None) -> int:
        handle = os.open(name, flags | _SAFE, dir_fd=folder)
        try:
            # The file may have been replaced since its type was checked.
            self._require_file(path, os.fstat(handle))
            if sys.platform != "win32":
                os.set_blocking(handle, True)
        except BaseException:
            os.close(handle)
            raise
        return handle

    def create(self, path: str, mode: int = 0o600) -> int:
        """Create a file for reading and writing, and return its descriptor; remove any file of that name before."""
        with contextlib.suppress(FileNotFoundError):
            self.unlink(path)
        return self.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)

    def rename(self, source: str, target: str) -> None:
        """Rename a file, atomically replacing the target; if the target is a symbolic link, replace the link itself."""
        with self._in_folder(source) as (old, old_folder), self._in_folder(target) as (new, new_folder):
            try:
                os.replace(old, new, src_dir_fd=old_folder, dst_dir_fd=new_folder)
            except IsADirectoryError:
                raise self._refusal(target, "is a folder") from None

    def link(self, source: str, target: str) -> None:
        """Give a regular file a second name, as a hard link."""
        with self._in_folder(source) as (old, old_folder), self._in_folder(target) as (new, new_folder):
            self._require_file(source, os.stat(old, dir_fd=old_folder, follow_symlinks=False))
            as_it_is = {"follow_symlinks": False} if os.link in os.supports_follow_symlinks else {}
            os.link(old, new, src_dir_fd=old_folder, dst_dir_fd=new_folder, **as_it_is)

    def unlink(self, path: str) -> None:
        """Remove a file; if the path is a symbolic link, remove the link and not its target."""
        with self._in_folder(path) as (name, folder):
            try:
                os.unlink(name, dir_fd=folder)
            except IsADirectoryError:
                raise self._refusal(path, "is a folder") from None

    def stat(self, path: str) -> os.stat_result:
        """Return the status of a path; for a symbolic link, that of the link itself."""
        return os.lstat(path)

    def has_file(self, path: str) -> bool:
        """Return True if the path is a regular file; add a path with another kind of file to `refused`."""
        try:
            with self._in_folder(path) as (name, folder):
                self._require_file(path, os.stat(name, dir_fd=folder, follow_symlinks=False))
        except OSError:
            return False
        return True

    def make_folder(self, path: str, mode: int = 0o777) -> None:
        """Create a folder unless it exists already.

        Raises:
            RefusedError: The path exists and is not a folder.
        """
        with self._in_folder(path) as (name, folder):
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, mode, dir_fd=folder)
                return
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if not stat.S_ISDIR(status.st_mode):
                raise self._refusal(path, f"is {_kind(status)}, not a folder")

    def make_private_folder(self, path: str) -> bool:
        """Create a folder that only this user may enter; if it exists and belongs to this user, restrict it.

        Returns:
            True if the folder existed and other users had any permission for it.
        """
        self.make_folder(path, 0o700)
        if not _HAS_FOLDER_HANDLES:
            return False
        handle = self._open_folder(path, os.O_RDONLY)
        try:
            return self.close_to_others(handle)
        finally:
            os.close(handle)

    def names(self, folder: str) -> list[str]:
        """Return the names of the files and folders in a folder."""
        if not _HAS_FOLDER_HANDLES:
            return os.listdir(folder)  # noqa: PTH208 - names, no paths
        handle = self._open_folder(folder, os.O_RDONLY)
        try:
            return os.listdir(handle)  # noqa: PTH208 - of a descriptor
        finally:
            os.close(handle)

    def sync_folder(self, folder: str) -> None:
        """Flush a folder, so that the files created, renamed or removed in it survive a power cut."""
        if sys.platform == "win32":
            return  # a folder cannot be opened on Windows; NTFS journals renames itself
        handle = self._open_folder(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def may_write(self, path: str) -> bool:
        """Return True if this user may write the file or folder at a path, or if the path does not exist."""
        return os.access(path, os.W_OK) or not os.access(path, os.F_OK)

    @contextlib.contextmanager
    def _in_folder(self, path: str) -> Iterator[tuple[str, int | None]]:
        """Open the folder of a path for a `with` block, in which errors get the full path.

        Yields:
            The last component of the path and the folder's descriptor, for the parameter `dir_fd` of system calls. On
            systems without it, the full path and None.
        """
        if not _HAS_FOLDER_HANDLES:
            yield path, None
            return
        folder, _, name = path.rpartition("/")
        handle = self._open_folder(folder or ("/" if path.startswith("/") else "."), _SEARCH)
        try:
            yield name, handle
        except OSError as error:
            if error.filename is not None and not isinstance(error, RefusedError):
                error.filename = path  # the full path is more useful to the user than the name alone
            if error.errno == errno.ELOOP and not isinstance(error, RefusedError):
                raise self._refusal(path, "is a symbolic link") from None
            raise
        finally:
            os.close(handle)

    def _open_folder(self, folder: str, flags: int) -> int:
        try:
            return os.open(folder, flags | _FOLDER)
        except OSError as error:
            if error.errno in (errno.ENOTDIR, errno.ELOOP) and os.path.islink(folder):  # noqa: PTH114 - str, no Path
                raise self._refusal(folder, "is a symbolic link, not a folder") from None
            raise

    def _require_file(self, path: str, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise self._refusal(path, f"is {_kind(status)}")

    def _refusal(self, path: str, reason: str) -> RefusedError:
        error = RefusedError(path, reason)
        self.refused[path] = str(error)
        return error

    # -- open files ---------------------------------------------------------------------------------------------

    def close(self, handle: int) -> None:
        """Close a descriptor."""
        os.close(handle)

    def read_at(self, handle: int, count: int, offset: int) -> bytes:
        """Return up to `count` bytes from an offset; fewer only at the end of the file.

        It uses no memory map: if another program shortened the file, reading the map would kill this process (SIGBUS).
        """
        if sys.platform == "win32":
            os.lseek(handle, offset, os.SEEK_SET)
            return os.read(handle, count)
        data = os.pread(handle, count, offset)
        while 0 < len(data) < count:
            more = os.pread(handle, count - len(data), offset + len(data))
            if not more:
                break
            data += more
        return data

    def write(self, handle: int, data: bytes | memoryview) -> None:
        """Write all bytes: at the end of the file if it was opened with O_APPEND, else at the current position."""
        view = memoryview(data)
        while view:
            view = view[self.write_some(handle, view) :]

    def write_some(self, handle: int, data: memoryview) -> int:
        """Make one system call to write, and return the number of bytes written, which may be fewer than given."""
        return os.write(handle, data)

    def write_at(self, handle: int, data: bytes, offset: int) -> None:
        """Write all bytes at an offset, then set the current position to the end of the file."""
        os.lseek(handle, offset, os.SEEK_SET)
        self.write(handle, data)
        os.lseek(handle, 0, os.SEEK_END)

    def sync_data(self, handle: int) -> None:
        """Flush the bytes and the length of a file, so that they survive a power cut."""
        if sys.platform == "darwin":
            import fcntl  # noqa: PLC0415 - Windows has no such module

            # On macOS a plain fsync leaves the data in the drive's own cache.
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
        elif hasattr(os, "fdatasync"):
            os.fdatasync(handle)
        else:
            os.fsync(handle)

    def sync(self, handle: int) -> None:
        """Flush a file like `sync_data`, and its owner, permissions and times too."""
        if sys.platform == "darwin":
            self.sync_data(handle)
        else:
            os.fsync(handle)

    def cut(self, handle: int, size: int) -> None:
        """Shorten a file to a length in bytes."""
        os.ftruncate(handle, size)

    def set_mode(self, handle: int, mode: int) -> None:
        """Give a file the permissions in a mode, of which other bits are ignored; does nothing on Windows."""
        if hasattr(os, "fchmod"):
            os.fchmod(handle, mode & 0o777)

    def close_to_others(self, handle: int) -> bool:
        """Remove all permissions of other users from a file or folder of this user.

        Returns:
            True if other users had any permission; False for a file of another user, which stays unchanged.
        """
        if not hasattr(os, "fchmod"):
            return False
        status = os.fstat(handle)
        if status.st_uid != os.geteuid() or not status.st_mode & 0o077:
            return False
        with contextlib.suppress(OSError):  # a read-only file system has no need of it
            os.fchmod(handle, status.st_mode & 0o700)
        return True

    def fstat(self, handle: int) -> os.stat_result:
        """Return the status of an open file, also of a file that was renamed or removed."""
        return os.fstat(handle)


class MemoryDisk(Disk):
    """A disk in memory that contains a single file (`data`), whatever the descriptor; only for `write_snapshot`."""

    def __init__(self) -> None:
        super().__init__()
        self.data = bytearray()

    def write(self, handle: int, data: bytes | memoryview) -> None:
        """Append bytes to the file in memory."""
        self.data += data

    def write_at(self, handle: int, data: bytes, offset: int) -> None:
        """Overwrite bytes of the file in memory at an offset."""
        self.data[offset : offset + len(data)] = data

    def sync_data(self, handle: int) -> None:
        """Do nothing: memory has no drive."""

    def sync(self, handle: int) -> None:
        """Do nothing: memory has no drive."""

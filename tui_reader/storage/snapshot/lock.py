"""A lock between processes on an open file; the system releases it when the process ends."""

from __future__ import annotations

import errno
import sys

if sys.platform == "win32":
    import msvcrt
    import os

    _LOCKED_OFFSET = 0x7FFF_0000  # other processes cannot read locked bytes on Windows: lock a byte after the content

    def try_lock(handle: int) -> bool:
        """Acquire the lock on an open file without waiting.

        Returns:
            True if this process has the lock now; False if another process has it.
        """
        os.lseek(handle, _LOCKED_OFFSET, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_END)
        return True

    def unlock(handle: int) -> None:
        """Release the lock on an open file."""
        os.lseek(handle, _LOCKED_OFFSET, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
        os.lseek(handle, 0, os.SEEK_END)

else:
    import fcntl

    def try_lock(handle: int) -> bool:
        """Acquire the lock on an open file without waiting.

        Returns:
            True if this process has the lock now; False if another process has it.

        Raises:
            OSError: The file system has no locks.
        """
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES, errno.EINTR):
                return False
            raise
        return True

    def unlock(handle: int) -> None:
        """Release the lock on an open file."""
        fcntl.flock(handle, fcntl.LOCK_UN)

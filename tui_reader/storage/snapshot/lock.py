"""A lock between processes on an open file, let go by the system when its holder dies."""

from __future__ import annotations

import errno
import sys

if sys.platform == "win32":
    import msvcrt
    import os

    _FAR = 0x7FFF_0000  # locked bytes cannot be read by others there: lock one far behind the content

    def try_lock(handle: int) -> bool:
        """Take the lock if nobody has it."""
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_END)
        return True

    def unlock(handle: int) -> None:
        """Let go of the lock."""
        os.lseek(handle, _FAR, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
        os.lseek(handle, 0, os.SEEK_END)

else:
    import fcntl

    def try_lock(handle: int) -> bool:
        """Take the lock if nobody has it.

        Raises:
            OSError: The file system knows no locks.
        """
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES, errno.EINTR):
                return False
            raise
        return True

    def unlock(handle: int) -> None:
        """Let go of the lock."""
        fcntl.flock(handle, fcntl.LOCK_UN)

"""Detection of another instance of the reader, on this machine, that has the same library open.

Two instances do no harm; the second one only shows a notice that the first exists.
"""

from __future__ import annotations

import contextlib
import os

from tui_reader.model.hashing import blake2b
from tui_reader.storage.replication.replica import state_folder
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.storage.snapshot.lock import try_lock
from tui_reader.storage.snapshot.private import private_folder


class InstanceLock:
    """A locked file in the state folder that shows other instances that this one has a library open.

    The lock is released by `close`, or when the process ends.

    Args:
        path: The snapshot of the library.
    """

    def __init__(self, path: str) -> None:
        self.is_second = False
        """True if another instance had the library open when this object was created."""
        self._handle = -1
        name = blake2b(os.fsencode(path), digest_size=10).hexdigest()
        disk = Disk()
        with contextlib.suppress(OSError):  # without a state folder only the notice about a second instance is lost
            private_folder(state_folder(), disk, may_be_link=True)
            folder = private_folder(state_folder() / "open", disk)
            self._handle = disk.open(f"{folder}/{name}", os.O_RDWR | os.O_CREAT)
            self.is_second = not try_lock(self._handle)

    def close(self) -> None:
        """Release the lock."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

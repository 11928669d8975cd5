"""A folder of files by key with a maximum size: a cache of texts or of parsed documents.

The folder may be emptied at any time, and a failed read or write affects only one file. Several processes may
use one folder. The files are private to the user.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from tui_reader.errors import StoreError
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.storage.snapshot.private import private_folder
from tui_reader.storage.snapshot.wholefile import read_whole

PUTS = 50
"""Number of files that are stored between two checks of the folder's size; a check of 10,000 files takes 30 ms."""


class BlobCache:
    """A thread-safe cache of bytes by key."""

    def __init__(self, folder: Path, most: int) -> None:
        """Create the cache; the folder is made by the first `put`.

        Args:
            folder: The folder of the cache's files.
            most: Maximum size of all files in bytes; the oldest files are deleted first.
        """
        self.folder = f"{os.path.realpath(folder.parent)}/{folder.name}"
        self._most = most
        self._puts = 0
        self._disk = Disk()

    def get(self, key: str) -> bytes | None:
        """Return the bytes of a key; None if the cache does not have them."""
        try:
            return read_whole(self._path(key), self._disk, self._most)
        except (OSError, StoreError):
            return None

    def has(self, key: str) -> bool:
        """Return True if the cache has the bytes of a key."""
        return self._disk.has_file(self._path(key))

    def put(self, key: str, data: bytes) -> bool:
        """Store the bytes of a key; at the first call and then at every 50th, delete the oldest files if necessary.

        Returns:
            True if the bytes were stored.
        """
        import tempfile  # noqa: PLC0415 - 3 ms, and most starts keep no text

        path = self._path(key)
        try:
            handle, name = tempfile.mkstemp(dir=private_folder(Path(self.folder), self._disk))
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                self._disk.rename(name, path)
            except OSError:
                self._disk.unlink(name)
                raise
            if self._puts % PUTS == 0:
                self._make_room()
            self._puts += 1
        except OSError:
            return False
        return True

    def _make_room(self) -> None:
        """Delete files, least recently modified first, until the folder has at most its maximum size."""
        known = []
        for name in self._disk.names(self.folder):
            with contextlib.suppress(FileNotFoundError):  # another instance of the program may delete files, too
                known.append((f"{self.folder}/{name}", self._disk.stat(f"{self.folder}/{name}")))
        files = sorted((status.st_mtime, status.st_size, path) for path, status in known)
        excess = sum(size for _, size, _ in files) - self._most
        for _, size, path in files:
            if excess <= 0:
                return
            with contextlib.suppress(FileNotFoundError):
                self._disk.unlink(path)
            excess -= size

    def _path(self, key: str) -> str:
        # The key may come from an untrusted state file, so it must not contain a path.
        return f"{self.folder}/{key.encode('utf-8', 'replace').hex()}.z"

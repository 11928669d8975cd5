"""Reading of the journals of other machines, which a sync program puts into the library's folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui_reader.errors import StoreError
from tui_reader.storage.recovery import problems
from tui_reader.storage.recovery.snapshot_opener import Signature, signature
from tui_reader.storage.snapshot import limits
from tui_reader.storage.snapshot.disk import RefusedError
from tui_reader.storage.snapshot.journal import Entry, decode_lines, is_journal
from tui_reader.storage.snapshot.wholefile import read_whole

if TYPE_CHECKING:
    from tui_reader.storage.snapshot.disk import Disk


class OtherJournals:
    """Reader of the other machines' journals in a library's folder; it remembers the state of each that it read.

    Args:
        snapshot: Path of the snapshot.
        own: Path of this machine's journal, which is left out.
        disk: Makes the system calls.
    """

    def __init__(self, snapshot: str, own: str, disk: Disk) -> None:
        self._folder, name = os.path.split(snapshot)
        self._prefix = f"{name}.journal-"
        self._own, self._disk = own, disk
        self._read: dict[str, Signature] = {}
        self.warnings: dict[str, str] = {}
        """Problems with the journals or their folder: a sentence for the user by path."""

    def read(self, *, reread_all: bool = False) -> list[Entry]:
        """Return all entries of each journal that is new or has changed since the last call; update `warnings`.

        Args:
            reread_all: True to return the entries of unchanged journals, too.
        """
        if reread_all:
            self._read.clear()
        self.warnings.pop(self._folder, None)
        try:
            names = [name for name in self._disk.names(self._folder) if name.startswith(self._prefix)]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            self.warnings[self._folder] = problems.not_listed(self._folder, error)
            return []
        paths = [f"{self._folder}/{name}" for name in names if not name.endswith(".tmp")]
        return [entry for path in paths if path != self._own for entry in self._entries(path)]

    def _entries(self, path: str) -> list[Entry]:
        try:
            seen = signature(self._disk.stat(path))
            if self._read.get(path) == seen:
                return []
            data = read_whole(path, self._disk, limits.JOURNAL)
        except FileNotFoundError:
            return []  # the sync program is replacing the journal: the next call finds it
        except RefusedError as error:
            self.warnings[path] = str(error)
            return []
        except OSError as error:
            self.warnings[path] = problems.journal_unreadable(path, error)
            return []
        except StoreError as error:
            self._read[path] = seen
            self.warnings[path] = str(error)
            return []
        self._read[path] = seen
        if not is_journal(data):
            self.warnings[path] = problems.no_journal(path)
            return []
        entries, damaged = decode_lines(data[: data.rfind(b"\n") + 1])
        self.warnings.pop(path, None)
        if damaged:
            self.warnings[path] = problems.damaged_lines(path, damaged)
        return entries

"""The history of queries typed in a library, saved in this machine's state folder."""

from __future__ import annotations

from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 50
"""Largest number of queries in the history."""
LONGEST = 1_000
"""Maximum length in code points of a query that is saved."""


class QueryHistory:
    """The former queries of a library, latest first. Threads read and write the disk."""

    def __init__(self, key: str) -> None:
        """Create the history; no file is read yet.

        Args:
            key: A file name, different for each set of folders and files.
        """
        self._key = f"{key}-queries"
        self._lock = Lock()
        self._entries: tuple[str, ...] = ()
        self._is_loaded = False

    @property
    def entries(self) -> Sequence[str]:
        """The queries, latest first; queries of former runs are included once they are loaded."""
        return self._entries

    def begin_loading(self) -> None:
        """Start a thread that reads the queries of former runs; only the first call has an effect."""
        if not self._is_loaded:
            self._is_loaded = True
            Thread(target=self.load, name="queries", daemon=True).start()

    def load(self) -> None:
        """Read the queries of former runs, and of other windows."""
        from tui_reader.storage.session_file import read_session  # noqa: PLC0415 - not for the first frame

        found = read_session(self._key).get("queries")
        read = [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
        with self._lock:
            self._entries = _merged(self._entries, read)

    def add(self, query: str) -> None:
        """Add a query at the front, and save in a thread; an empty query is ignored."""
        query = query.strip()
        if not query or len(query) > LONGEST or self._entries[:1] == (query,):
            return
        with self._lock:
            self._entries = _merged((query,), self._entries)
        Thread(target=self._write, name="queries").start()

    def _write(self) -> None:
        from tui_reader.storage.session_file import write_session  # noqa: PLC0415 - not for the first frame

        self.load()
        # A failed write is not reported: the history is only a convenience.
        with self._lock, suppress(OSError):
            write_session(self._key, {"queries": list(self._entries)})


def _merged(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """Return the queries of `first`, then those of `second`, each once, at most `MOST`."""
    return tuple(dict.fromkeys((*first, *second)))[:MOST]

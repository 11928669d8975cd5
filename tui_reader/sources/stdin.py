"""The source of the article that is piped into standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.sources.base import Entry, RawArticle
from tui_reader.sources.files import Signature, UnreadableError, too_large
from tui_reader.sources.watcher import TICK

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

KEY = "-"
"""Key and location of the article; as `RawArticle.hint` it means that the article has no file name."""


class Stdin:
    """The source of the bytes read from standard input before the library opened; they never change."""

    def __init__(self, data: bytes, limit: int) -> None:
        """Store the bytes.

        Args:
            data: All bytes; if the input exceeds the limit, one byte more than the limit is enough.
            limit: Largest number of bytes that the article may have.
        """
        self._data = data
        self._limit = limit
        self._signature = Signature(len(data), 0, 0)

    def entries(self) -> tuple[Entry, ...]:
        """List the one article that standard input contains."""
        return (Entry(KEY, self._signature),)

    def read(self, key: str) -> RawArticle:
        """Return the bytes of standard input.

        Raises:
            FileNotFoundError: The key does not identify standard input.
            UnreadableError: The input exceeds the size limit.
        """
        if key != KEY:
            raise FileNotFoundError(key)
        if len(self._data) > self._limit:
            raise UnreadableError(too_large(len(self._data), self._limit))
        return RawArticle(self._data, KEY, self._signature)

    def changes(self, stop: threading.Event) -> Iterator[bool]:
        """Yield False twice a second, since standard input never changes."""
        while not stop.wait(TICK):
            yield False

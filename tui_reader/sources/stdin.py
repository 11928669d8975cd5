"""The source of the one article that was piped into the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.sources.base import Entry, RawArticle
from tui_reader.sources.files import Signature, UnreadableError, too_large
from tui_reader.sources.watcher import TICK

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

KEY = "-"
"""Key of the article, its location in the list, and the name by which formats know that it has none."""


class Stdin:
    """Bytes that were read from standard input before the library was opened. They never change."""

    def __init__(self, data: bytes, limit: int) -> None:
        """Remember the bytes.

        Args:
            data: All bytes; of an input that is too long, one more than the limit is enough.
            limit: Largest number of bytes that the article may have.
        """
        self._data = data
        self._limit = limit
        self._signature = Signature(len(data), 0, 0)

    def entries(self) -> tuple[Entry, ...]:
        """List the one article."""
        return (Entry(KEY, self._signature),)

    def read(self, key: str) -> RawArticle:
        """Return the bytes.

        Raises:
            FileNotFoundError: The key is not that of standard input.
            UnreadableError: There are more bytes than the limit allows.
        """
        if key != KEY:
            raise FileNotFoundError(key)
        if len(self._data) > self._limit:
            raise UnreadableError(too_large(len(self._data), self._limit))
        return RawArticle(self._data, KEY, self._signature)

    def changes(self, stop: threading.Event) -> Iterator[bool]:
        """Yield False twice a second."""
        while not stop.wait(TICK):
            yield False

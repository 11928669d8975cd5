"""The number of words of a book: each chapter is read from the archive once, and its words are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui_reader.formats.epub.archive import Archive, ArchiveError
from tui_reader.formats.epub.markup_text import count_markup_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_reader.formats.epub.package import Item

MOST_CHAPTERS: Final = 20_000
"""Maximum number of chapters of a book; further ones are left out."""
_MOST_CHAPTER: Final = 16_000_000
"""Maximum size of a chapter in bytes; a larger one counts as unreadable."""


class BookWords:
    """Counter of the words of chapters.

    Args:
        archive: The archive.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.count = 0
        self._packed = 0
        """Number of packed bytes of the chapters whose words were counted."""
        self.missing: list[str] = []
        """The reasons why chapters could not be read."""
        self._is_readable = False

    def add(self, item: Item) -> bytes | None:
        """Count the words of a chapter, and return its bytes; None if it cannot be read."""
        try:
            data = self._archive.read(self._archive.find(item.path) or item.path, _MOST_CHAPTER)
        except ArchiveError as error:
            self.missing.append(str(error))
            return None
        self._is_readable = True
        self._packed += self._size_of(item)
        self.count += count_markup_words(data)
        return data

    def extrapolated(self, items: Iterable[Item]) -> int:
        """Return the number of words of all items, extrapolated from those whose words were counted."""
        return round(self.count * sum(map(self._size_of, items)) / max(1, self._packed))

    def _size_of(self, item: Item) -> int:
        entry = self._archive.entries.get(item.path)
        return 0 if entry is None else entry.packed

    def check(self) -> None:
        """Raise an error if none of the chapters can be read.

        Raises:
            ArchiveError: None can be read; the message names the first reason.
        """
        if not self._is_readable:
            reason = next(iter(self.missing), "it has none")
            raise ArchiveError(f"an EPUB without a chapter that can be read: {reason}")

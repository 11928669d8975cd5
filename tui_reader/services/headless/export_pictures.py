"""The bytes of the pictures of articles, to be embedded in exported pages and books.

Nothing is fetched from the network, and nothing is decoded: a picture is in the file of its article, or a file in the
folders of the library, by the rule of links (`services/library/linked_files.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.services.articles.content import read_content
from tui_reader.services.library.linked_files import RefusedFileError, file_of_link
from tui_reader.sources.files import MEGABYTE, UnreadableError, read_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from tui_reader.services.articles.content import Content
    from tui_reader.services.library.library_paths import LibraryPaths

MOST_BYTES = 8 * MEGABYTE
"""Maximum size in bytes of a picture in an export; a larger one is replaced by its description."""
MOST_BYTES_OF_ARTICLE = 32 * MEGABYTE
"""Maximum size in bytes of all pictures of one article in an export; `read` returns None for pictures beyond it."""


class ArticlePictures:
    """Reads the pictures of one article.

    Args:
        paths: The paths of the library.
        path: The file of the article.
        limit: Largest number of bytes that the file may have.
    """

    def __init__(self, paths: LibraryPaths, path: Path, limit: int) -> None:
        self._paths, self._path, self._limit = paths, path, limit
        self._content: Content | None = None
        self._left = MOST_BYTES_OF_ARTICLE

    def read(self, target: str) -> bytes | None:
        """Return the bytes of a picture; None if it is outside of the library, too large or cannot be read.

        Args:
            target: `Block.target` of a figure.
        """
        try:
            data = self._file(target) if ":" not in target else None
            data = data or self._resource(target)
        except (OSError, UnreadableError, ValueError):
            return None
        if not data or len(data) > min(MOST_BYTES, self._left):
            return None
        self._left -= len(data)
        return data

    def _file(self, target: str) -> bytes | None:
        """Return the bytes of a picture that is a separate file."""
        try:
            return read_bytes(file_of_link(self._paths, self._path, target), MOST_BYTES)[0]
        except RefusedFileError:
            return None

    def _resource(self, target: str) -> bytes | None:
        """Return the bytes of a picture in the file of the article."""
        if self._content is None:
            self._content = read_content(self._path, self._limit)
        return self._content.resource(target)

"""The source of articles whose files are named on the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.sources.base import Entry, RawArticle
from tui_reader.sources.files import Signature, read_bytes
from tui_reader.sources.watcher import TICK

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Iterator


class SingleFiles:
    """The source of files named by the user, which count as articles whatever their suffix.

    Pipes and devices are listed, so that users see why they cannot be read.
    """

    def __init__(self, paths: Iterable[Path], limit: int) -> None:
        """Store the paths; the files need not exist.

        Args:
            paths: Absolute paths.
            limit: Largest number of bytes that a file may have.
        """
        self._paths = tuple(map(str, paths))
        self._limit = limit

    def entries(self) -> Iterator[Entry]:
        """List the files that exist, in the order of the paths."""
        for path in self._paths:
            try:
                yield Entry(path, Signature.of(os.stat(path)))  # noqa: PTH116 - twice a second for each file
            except OSError:
                continue

    def read(self, key: str) -> RawArticle:
        """Return the bytes of a file; see `read_bytes` for the errors."""
        data, signature = read_bytes(path := Path(key), self._limit)
        return RawArticle(data, path.name, signature)

    def changes(self, stop: threading.Event) -> Iterator[bool]:
        """Compare the signatures of all files twice a second; yield True if one has changed, appeared or vanished."""
        before = tuple(self.entries())
        while not stop.wait(TICK):
            now = tuple(self.entries())
            yield now != before
            before = now

"""A library without a screen: opened, brought up to date, read from and closed again."""

from __future__ import annotations

import queue
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui_reader.errors import ReaderError
from tui_reader.formats import read
from tui_reader.model.query import Shelf, View
from tui_reader.services.events import ArticlesChanged, Event, Notice, ScanFinished
from tui_reader.services.library import open_library
from tui_reader.sources.files import MEGABYTE, UnreadableError, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tui_reader.config import Settings
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Headline
    from tui_reader.services.library import Library

SCAN_SECONDS = 300.0
"""Seconds without a word of the scanner after which something must be wrong."""


@contextmanager
def library_of(paths: Sequence[Path], state: Path | None, settings: Settings) -> Iterator[Library]:
    """A library that knows what stands in its places now; other programs may have it open at the same time.

    Raises:
        UsageError: A path does not exist.
        StoreError: The state file may not be read.
        ReaderError: The places cannot be looked through.
    """
    library = open_library(paths, state=state, settings=settings)
    try:
        bring_up_to_date(library)
        yield library
    finally:
        library.close()


def bring_up_to_date(library: Library) -> None:
    """Wait until everything in the places of a library was looked at, and take it in."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    library.start(events.put)
    while True:
        try:
            event = events.get(timeout=SCAN_SECONDS)
        except queue.Empty:
            raise ReaderError("The articles could not be looked through.", "Is a drive away?") from None
        if isinstance(event, ArticlesChanged):
            library.sync()
        elif isinstance(event, ScanFinished):
            break
        elif isinstance(event, Notice) and "no longer seen" in event.message:
            raise ReaderError(event.message)
    while library.sync():
        pass


def read_document(path: Path, settings: Settings) -> Document | None:
    """The document of a file, or None where there is none to be had."""
    try:
        data, _ = read_bytes(path, settings.max_file_mb * MEGABYTE)
    except (OSError, UnreadableError):
        return None
    document = read(data, path.name)
    return None if document.error else document


def documents_of(library: Library, settings: Settings) -> Iterator[tuple[Headline, Document]]:
    """Every article of a library with its document, archived ones too; those that cannot be read are left out."""
    catalogue = library.catalogue
    for shelf in (Shelf.INBOX, Shelf.ARCHIVE):
        for headline in catalogue.rows(catalogue.ids(View(shelf=shelf))):
            path = library.path_of(headline.id)
            document = read_document(path, settings) if path is not None else None
            if document is not None:
                yield headline, document

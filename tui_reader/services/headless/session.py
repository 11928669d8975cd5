"""A library without a screen: opened, brought up to date, read from and closed again."""

from __future__ import annotations

import os
import queue
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui_reader.errors import ReaderError
from tui_reader.model.article import Article, Headline
from tui_reader.services.articles.article_records import LOCATION
from tui_reader.services.articles.content import load
from tui_reader.services.library.events import Event, Notice, ScanFinished, SyncNeeded, noop
from tui_reader.services.library.opening import open_library
from tui_reader.sources.files import MEGABYTE
from tui_reader.storage.base import ARTICLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tui_reader.config import Settings
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.library import Library

SCAN_SECONDS = 300.0
"""Seconds without a word of the scanner after which something must be wrong."""


OTHER_WINDOW = "Another window"
"""Begins a notice that concerns only who keeps a library open."""


@contextmanager
def library_of(
    paths: Sequence[Path], state: Path | None, settings: Settings, tell: Callable[[str], None] = noop
) -> Iterator[Library]:
    """A library that knows what stands in its places now; other programs may have it open at the same time.

    Args:
        paths: Folders and files; none for the default library, which is not made where there is none yet.
        state: The state file; None for the one that belongs to the paths.
        settings: The settings in force.
        tell: Told what a person should know, such as that the state file is damaged.

    Raises:
        UsageError: A path does not exist.
        StoreError: The state file may not be read.
        ReaderError: The places cannot be looked through.
    """
    library = open_library(paths, state=state, settings=settings, begin=False)
    try:
        bring_up_to_date(library, tell)
        yield library
    finally:
        library.close()


def bring_up_to_date(library: Library, tell: Callable[[str], None] = noop) -> None:
    """Wait until everything in the places of a library was looked at, and take it in; notices are told."""
    for notice in library.notices:
        if not notice.startswith(OTHER_WINDOW):
            tell(notice)
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    library.start(events.put)
    while True:
        try:
            event = events.get(timeout=SCAN_SECONDS)
        except queue.Empty:
            raise ReaderError("The articles could not be looked through.", "Is a drive away?") from None
        if isinstance(event, SyncNeeded):
            library.sync()
        elif isinstance(event, ScanFinished):
            break
        elif isinstance(event, Notice) and "no longer seen" in event.message:
            raise ReaderError(event.message)
        elif isinstance(event, Notice):
            tell(event.message)
    while library.sync():
        pass
    # A file that was moved and edited at once may take its notes along.
    library.transfer.wait()
    library.annotations.reanchoring.wait()
    library.sync()
    while not events.empty():
        event = events.get()
        if isinstance(event, Notice):
            tell(event.message)


def read_document(path: Path, settings: Settings) -> Document | None:
    """The document of a file, or None where there is none to be had."""
    return load(path, settings.max_file_mb * MEGABYTE)


def file_of(library: Library, article: ArticleId) -> Path | None:
    """Where an article's file is: in the library's places, or where it was when its state was written."""
    path = library.path_of(article)
    if path is None:
        location = (library.store.get(ARTICLES, article) or {}).get(LOCATION)
        recorded = library.path_named(location) if isinstance(location, str) and location else None
        # Another article may have been put in its place since.
        is_its_own = recorded is not None and library.article_at(recorded) in {None, article}
        path = recorded if recorded is not None and is_its_own and recorded.is_file() else None
    return path


class Articles:
    """Every article of a library with its document, archived ones too, and how many were looked at."""

    def __init__(
        self, library: Library, settings: Settings, *, everywhere: bool = False, besides: Path | None = None
    ) -> None:
        """Look at nothing yet.

        Args:
            library: The library, brought up to date.
            settings: The settings in force.
            everywhere: Whether articles count that were annotated but do not stand in the library's places.
            besides: A file that is left out: a draft among the articles would be its own source.
        """
        self._library, self._settings, self._everywhere = library, settings, everywhere
        self._besides = os.path.realpath(besides) if besides is not None else ""
        self.here = 0
        """Articles in the library's places that were read."""
        self.elsewhere = 0
        """Articles elsewhere that were read."""
        self.unread = 0
        """Articles that are gone, or that cannot be read."""

    def __iter__(self) -> Iterator[tuple[Headline, Document]]:
        """One after the other, each read when it is its turn."""
        headlines = self._library.catalogue.everything()
        for headline in headlines:
            path = self._library.path_of(headline.id)
            if path is not None and self._is_draft(path):
                continue
            document = read_document(path, self._settings) if path is not None else None
            self.here += document is not None
            self.unread += document is None
            if document is not None:
                yield headline, document
        if self._everywhere:
            yield from self._annotated_elsewhere(frozenset(headline.id for headline in headlines))

    def _annotated_elsewhere(self, here: frozenset[ArticleId]) -> Iterator[tuple[Headline, Document]]:
        for article in sorted(self._library.annotations.articles()):
            path = file_of(self._library, article) if article not in here else None
            if article in here or (path is not None and self._is_draft(path)):
                continue
            document = read_document(path, self._settings) if path is not None else None
            self.elsewhere += document is not None
            self.unread += document is None
            if document is not None:
                yield Headline(Article(article, str(path), document.metadata)), document

    def _is_draft(self, path: Path) -> bool:
        return bool(self._besides) and os.path.realpath(path) == self._besides

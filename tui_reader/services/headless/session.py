"""Functions that open a library without a screen, bring it up to date, and read its articles."""

from __future__ import annotations

import os
import queue
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui_reader.errors import ReaderError
from tui_reader.model.article import Article, Headline
from tui_reader.services.articles.article_records import LOCATION, WHOLE
from tui_reader.services.articles.parsed_files import load
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
"""Longest wait in seconds for the scanner's next event; without one, the folders count as not readable, as on a drive
that does not answer."""


OTHER_WINDOW = "Another window"
"""First words of a notice that is not passed to `notify`: it matters only to programs that keep a library open."""


@contextmanager
def library_of(
    paths: Sequence[Path],
    state: Path | None,
    settings: Settings,
    notify: Callable[[str], None] = noop,
    *,
    watch: bool = False,
    opened: Callable[[Library], None] = noop,
    must_exist: bool = False,
) -> Iterator[Library]:
    """Open a library and bring it up to date; other programs may have it open at the same time.

    Args:
        paths: Folders and files; empty for the default library, which is not created if it does not exist.
        state: The state file; None for the usual state file of the paths.
        settings: The current settings.
        notify: Called with each notice for the user, such as that the state file is damaged.
        watch: True to notice files that change while the library is open.
        opened: Called with the library before it is brought up to date.
        must_exist: True to refuse a state file given by `state` that does not exist.

    Raises:
        UsageError: A path does not exist.
        StoreError: The state file may not be read.
        ReaderError: The folders cannot be scanned.
    """
    library = open_library(paths, state=state, settings=settings, begin=False, must_exist=must_exist)
    try:
        opened(library)
        bring_up_to_date(library, notify, watch=watch)
        yield library
    finally:
        library.close()


def bring_up_to_date(library: Library, notify: Callable[[str], None] = noop, *, watch: bool = False) -> None:
    """Scan the library's folders and files, and apply all changes.

    Args:
        library: The library.
        notify: Called with each notice for the user.
        watch: True to watch the folders and files from then on.

    Raises:
        ReaderError: The folders cannot be scanned.
    """
    for notice in library.notices:
        # What saves a change raises the reason itself; what only reads has none to lose.
        is_read_only = bool(library.read_only) and notice.startswith(library.read_only)
        if not notice.startswith(OTHER_WINDOW) and not is_read_only:
            notify(notice)
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    library.start(events.put, watch=watch)
    while True:
        try:
            event = events.get(timeout=SCAN_SECONDS)
        except queue.Empty:
            raise ReaderError("The articles could not be scanned.", "Is a drive missing?") from None
        if isinstance(event, SyncNeeded):
            library.sync()
        elif isinstance(event, ScanFinished):
            break
        elif isinstance(event, Notice) and "no longer seen" in event.message:
            raise ReaderError(event.message)
        elif isinstance(event, Notice):
            notify(event.message)
    while library.sync():
        pass
    # The notes of a file that was moved and edited at once may be transferred to it.
    library.transfer.wait()
    library.annotations.reanchoring.wait()
    library.sync()
    while not events.empty():
        event = events.get()
        if isinstance(event, Notice):
            notify(event.message)


def read_document(path: Path, settings: Settings, *, whole: bool = False) -> Document | None:
    """Return the document of a file; None if it cannot be read.

    Args:
        path: The file.
        settings: The current settings, with the size limit of articles.
        whole: True for the whole page in place of the article, in formats that distinguish them.
    """
    return load(path, settings.max_file_mb * MEGABYTE, whole=whole)


def document_of(library: Library, article: ArticleId, path: Path, settings: Settings) -> Document | None:
    """Return the document of an article, or its whole page if the user chose that; None if it cannot be read."""
    return read_document(path, settings, whole=(library.store.get(ARTICLES, article) or {}).get(WHOLE) is True)


def file_of(library: Library, article: ArticleId) -> Path | None:
    """Return the path of an article's file, in or outside the library; None if the file is missing."""
    path = library.path_of(article)
    if path is None:
        location = (library.store.get(ARTICLES, article) or {}).get(LOCATION)
        recorded = library.path_named(location) if isinstance(location, str) and location else None
        # Another article may now have this path.
        is_same_article = recorded is not None and library.article_at(recorded) in {None, article}
        path = recorded if recorded is not None and is_same_article and recorded.is_file() else None
    return path


class Articles:
    """An iterable of all articles of a library with their documents, and counts of the articles read."""

    def __init__(
        self, library: Library, settings: Settings, *, everywhere: bool = False, excluded: Path | None = None
    ) -> None:
        """Store the arguments; articles are read during the iteration.

        Args:
            library: The library, brought up to date.
            settings: The current settings.
            everywhere: True to read annotated articles outside the library's folders, too.
            excluded: A file to leave out: a draft in the library would be its own source.
        """
        self._library, self._settings, self._everywhere = library, settings, everywhere
        self._excluded = os.path.realpath(excluded) if excluded is not None else ""
        self.here = 0
        """Number of articles in the library's folders that were read."""
        self.elsewhere = 0
        """Number of articles outside the library's folders that were read."""
        self.unreadable = 0
        """Number of articles whose files are missing or cannot be read."""

    @property
    def passed_over(self) -> str:
        """Files in the library's folders that are not read: `120 files of kinds not read (80 .pdf, 40 .epub)`."""
        return self._library.passed_over

    def __iter__(self) -> Iterator[tuple[Headline, Document]]:
        """Yield each article with its document; each is read when the iteration reaches it."""
        headlines = self._library.catalogue.everything()
        for headline in headlines:
            path = self._library.path_of(headline.id)
            if path is not None and self._is_draft(path):
                continue
            # A file that cannot be scanned is not tried again: it may take seconds until it fails.
            document = self._document(headline.id, path) if not headline.article.error else None
            self.here += document is not None
            self.unreadable += document is None
            if document is not None:
                yield headline, document
        if self._everywhere:
            yield from self._annotated_elsewhere(frozenset(headline.id for headline in headlines))

    def _annotated_elsewhere(self, here: frozenset[ArticleId]) -> Iterator[tuple[Headline, Document]]:
        for article in sorted(self._library.annotations.articles()):
            path = file_of(self._library, article) if article not in here else None
            if article in here or (path is not None and self._is_draft(path)):
                continue
            document = self._document(article, path)
            self.elsewhere += document is not None
            self.unreadable += document is None
            if document is not None:
                yield Headline(Article(article, str(path), document.metadata)), document

    def _document(self, article: ArticleId, path: Path | None) -> Document | None:
        return document_of(self._library, article, path, self._settings) if path is not None else None

    def _is_draft(self, path: Path) -> bool:
        return bool(self._excluded) and os.path.realpath(path) == self._excluded


def was_in_folders(library: Library, article: ArticleId) -> bool:
    """Return True if the last recorded path of an article is in the library's folders."""
    path = last_path(library, article)
    return path is not None and any(map(path.is_relative_to, library.folders))


def last_path(library: Library, article: ArticleId) -> Path | None:
    """Return the recorded path of an article's file, which may not exist any more; None if none is recorded."""
    location = (library.store.get(ARTICLES, article) or {}).get(LOCATION)
    return library.path_named(location) if isinstance(location, str) and location else None

"""Load documents in threads, and keep the most recently used documents in memory."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.document.cooperative import lower_priority
from tui_reader.services.articles.content import Content, content_from, read_content
from tui_reader.services.articles.parsed_files import (
    OPENED,
    SCANNED,
    FailedParsingError,
    InterruptedParsingError,
    Parsed,
    cached,
    has_whole,
    is_slow,
)
from tui_reader.services.articles.parser_pool import ParserPool
from tui_reader.services.library.events import DocumentLoaded, Listener, ParsingBegun, noop
from tui_reader.sources.files import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId, Metadata
    from tui_reader.services.articles.identities import FoundFile
    from tui_reader.sources.base import Source

KEPT_CHARACTERS = 24_000_000
"""Largest number of characters of documents in memory; the last loaded document always stays."""
AHEAD_BYTES = 1_000_000
"""Largest size in bytes of a file that is read ahead; larger files would occupy a core for long."""
AHEAD_PAUSE = 0.015
"""Seconds between a request and reading neighbours ahead: the frame with the requested document uses the
processor first, and at 30 keys a second there is time for a neighbour before the next key."""
SLOW_AHEAD_PAUSE = 0.25
"""Seconds between a request and parsing neighbours of slow formats: while a key is held down none is
parsed, and the processor is free for the article on the screen."""
FRAME_PAUSE = 0.03
"""Seconds of pause before the rest of a long text is read, so that its beginning is drawn first."""
MAX_THREADS = 2
"""Number of threads: one may read a long article while the other reads the next opened article."""
PATIENCE = 0.3
"""Seconds for which an opened article waits while each of the two threads parses another article; after that, the
parsing that began first is stopped."""


class Documents:
    """A cache of documents in memory, and the threads that load documents. May be called from any thread."""

    def __init__(
        self, find: Callable[[ArticleId], FoundFile | None], other_sources: Mapping[ArticleId, Source], limit: int
    ) -> None:
        """Create an empty cache; the first request starts a thread.

        Args:
            find: Returns the file of an article; must be quick, and is called from any thread.
            other_sources: The sources of articles that are not on disk, such as standard input.
            limit: Largest number of bytes that an article may have.
        """
        self.listener: Listener = noop
        """Called with the events of loading, mostly in the reading threads."""
        self.prepare: Callable[[ArticleId, Document], None] = noop
        """Called in the reading thread with each document that was read, before `get` returns it."""
        self.is_whole: Callable[[ArticleId], bool] = _never
        """Returns True for an article of which the whole page is shown; called in any thread."""
        self._find = find
        self._other_sources = other_sources
        self._parsers = ParserPool(limit, MAX_THREADS)
        self._limit = limit
        self._kept: OrderedDict[ArticleId, Document] = OrderedDict()
        self._wanted: ArticleId | None = None
        """The requested article, until a thread begins to read it."""
        self._latest: ArticleId | None = None
        """The article that was requested last."""
        self._ahead: deque[ArticleId] = deque()
        """The neighbours to read ahead."""
        self._ahead_again: set[ArticleId] = set()
        """Requested neighbours that a thread was reading already; if that is cancelled, they are queued again."""
        self._working: dict[ArticleId, object] = {}
        """A ticket for each article that a thread reads; a result whose ticket was removed meanwhile is discarded."""
        self._threads: list[threading.Thread] = []
        self._idle = 0
        """Number of threads that wait for a request."""
        self._asked_at = self._pause_until = 0.0
        """Time of the last request, and the time at which neighbours may be read ahead."""
        self._prints: dict[ArticleId, str] = {}
        """Fingerprints of the bytes from which the cached documents were read."""
        self._with_whole: set[ArticleId] = set()
        """Articles whose files distinguish the article from the whole page."""
        self._size = 0
        """Number of characters of the documents in memory."""
        self._closed = False
        lock = threading.RLock()
        self._requested = threading.Condition(lock)
        """Notified when there is something to do; wakes as many threads as there are tasks, since every waking thread
        takes the GIL from the thread that handles keys."""
        self._changed = threading.Condition(lock)
        """Notified when documents, requests or threads have changed; has the same lock as `_requested`."""

    def listen(self, listener: Listener) -> None:
        """Set the listener, and send it an event for each document that is loaded already.

        A screen requests its first document before it can receive events, and standard input is read early.
        """
        self.listener = listener
        with self._changed:
            kept = tuple(self._kept.items())
        for article_id, document in kept:
            listener(DocumentLoaded(article_id, document))

    def get(self, article_id: ArticleId) -> Document | None:
        """Return a loaded document, or its loaded beginning (`partial`); None if nothing is loaded."""
        with self._changed:
            document = self._kept.get(article_id)
            if document is not None:
                self._kept.move_to_end(article_id)
            return document

    def want(self, article_id: ArticleId, neighbours: Sequence[ArticleId] = ()) -> None:
        """Request an article's document, and documents likely to be requested next; returns at once.

        `DocumentLoaded` is sent for the beginning of a long text, then for the whole text, but not for documents
        already loaded. Earlier requests that no thread has started are cancelled.

        Args:
            article_id: The article.
            neighbours: The articles that are likely to be requested next.
        """
        with self._changed:
            self._asked_at = time.monotonic()
            self._pause_until = self._asked_at + AHEAD_PAUSE
            self._latest = article_id
            self._wanted = article_id if self._is_lacking(article_id) else None
            self._ahead = deque(i for i in dict.fromkeys(neighbours) if i != article_id and self._may_read_ahead(i))
            self._ahead_again = self._working.keys() & set(neighbours)
            tasks = (self._wanted is not None) + bool(self._ahead)
            while tasks > self._idle and len(self._threads) < MAX_THREADS and not self._closed:
                thread = threading.Thread(target=self._work, name=f"documents-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                self._idle += 1
                thread.start()
            if self._wanted is not None and not self._idle:
                self._parsers.interrupt_later(PATIENCE, lambda: self._is_waiting(article_id))
            self._requested.notify(tasks)
            self._changed.notify_all()
        if article_id in self._parsers.lent:
            self.listener(ParsingBegun(article_id, OPENED.seconds))

    def want_within(
        self, article_id: ArticleId, neighbours: Sequence[ArticleId] = (), *, seconds: float
    ) -> Document | None:
        """Request a document and wait briefly: most are read in less time than a frame takes to draw.

        Args:
            article_id: The article.
            neighbours: The articles that are likely to be requested next.
            seconds: Longest wait, whatever the speed of the disk.

        Returns:
            The document or its loaded beginning; None if nothing is loaded. `DocumentLoaded` follows for later parts.
        """
        self.want(article_id, neighbours)
        with self._changed:
            self._changed.wait_for(lambda: article_id in self._kept or self._closed, seconds)
            return self._kept.get(article_id)

    def drop(self, article_id: ArticleId) -> None:
        """Remove a document from memory; if a thread is reading the document, discard the result."""
        with self._changed:
            self._forget(article_id)
            self._working.pop(article_id, None)

    def fingerprint(self, article_id: ArticleId) -> str:
        """Return the fingerprint of the bytes of a loaded document; empty if the document is not loaded."""
        with self._changed:
            return self._prints.get(article_id, "")

    def has_whole(self, article_id: ArticleId) -> bool:
        """Return True if the file of a loaded document distinguishes the article from the whole page."""
        return article_id in self._with_whole

    def is_part(self, article_id: ArticleId) -> bool:
        """Return True if a loaded document is the article found in a page; the whole page may be shown instead."""
        return article_id in self._with_whole and not self.is_whole(article_id)

    def close(self) -> None:
        """Stop loading. A thread that is reading ends after its document; the program need not wait."""
        with self._changed:
            self._closed = True
            self._requested.notify_all()
            self._changed.notify_all()
        self._parsers.close()

    def _is_waiting(self, article_id: ArticleId) -> bool:
        """Return True if an article is requested and no thread has begun to read it, since all threads are busy."""
        return self._wanted == article_id and not self._idle

    def _forget(self, article_id: ArticleId) -> None:
        """Remove a document from memory; called with the lock held."""
        document = self._kept.pop(article_id, None)
        self._prints.pop(article_id, None)
        if document is not None:
            self._size -= len(document.text)

    def _is_lacking(self, article_id: ArticleId) -> bool:
        """Return True if a document is not being read, and its cached version is absent, partial or an error page."""
        document = self._kept.get(article_id)
        # A page with an error message is not the text: reading is tried again.
        return (document is None or document.partial or bool(document.error)) and article_id not in self._working

    def _may_read_ahead(self, article_id: ArticleId) -> bool:
        """Return True if a neighbour's file is small enough to be read ahead, and its document has to be read.

        A file whose cached document is an error page is not read ahead again.
        """
        file, kept = self._find(article_id), self._kept.get(article_id)
        is_refused = kept is not None and bool(kept.error)
        return file is not None and file.size <= AHEAD_BYTES and not is_refused and self._is_lacking(article_id)

    def _work(self) -> None:
        """Read requested documents until closed; runs in each thread."""
        lower_priority()
        while True:
            with self._changed:
                self._await_task()
                if self._closed:
                    return
                wanted = self._wanted is not None
                article_id = self._wanted if self._wanted is not None else self._ahead.popleft()
                self._wanted = None
                if not self._is_lacking(article_id):
                    continue
                ticket = self._working[article_id] = object()
                self._idle -= 1
            is_done = self._fetch(article_id, ticket, ahead=not wanted)
            with self._changed:
                self._idle += 1
                if self._working.get(article_id) is ticket:
                    del self._working[article_id]
                    if not is_done and self._latest == article_id and self._wanted is None:
                        # It was requested while it was being read ahead, or after its parsing was interrupted.
                        self._wanted = article_id
                    elif not is_done and article_id in self._ahead_again:
                        self._ahead_again.remove(article_id)
                        self._ahead.append(article_id)

    def _await_task(self) -> None:
        """Wait for a request, for the end of the pause before neighbours are read ahead, or for `close`."""
        while not self._closed and self._wanted is None:
            rest = self._pause_until - time.monotonic() if self._ahead else None
            if rest is not None and rest <= 0:
                return
            self._requested.wait(rest)

    def _fetch(self, article_id: ArticleId, ticket: object, *, ahead: bool) -> bool:
        """Read a document into the cache; if it is unreadable, cache a page with the error message.

        Returns:
            False if reading was cancelled; a new request reads the document again.
        """
        file = self._find(article_id)
        if file is None:
            return True
        try:
            content = self._content_of(article_id, file)
        except FileNotFoundError:
            reason = "it is no longer there"
        except UnreadableError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - a disk or a driver that fails must not end the reader
            reason = f"reading it failed ({type(error).__name__}: {error})"
        else:
            if content.data or not file.size:
                return self._read(article_id, ticket, file, content, ahead=ahead)
            reason = "it is empty"
        self._keep(article_id, ticket, _refusal(file.metadata, file.location, reason))
        return True

    def _read(self, article_id: ArticleId, ticket: object, file: FoundFile, content: Content, *, ahead: bool) -> bool:
        """Parse an article's bytes, and cache the document, or a page with the error message; see `_fetch`."""
        fingerprint = content.fingerprint
        try:
            if has_whole(content):
                self._with_whole.add(article_id)
            if is_slow(content):
                return self._parse(article_id, ticket, file, content, ahead=ahead)
            if not ahead and (beginning := content.preview()) is not None:
                self._keep(article_id, ticket, beginning, fingerprint)
                self._give_way(article_id)
            document = content.document(whole=self.is_whole(article_id))
        except Exception as error:  # noqa: BLE001 - an error in one article must not end the thread
            document = _refusal(file.metadata, file.location, f"the reader failed at it ({type(error).__name__})")
        self._keep(article_id, ticket, document, fingerprint)
        return True

    def _parse(self, article_id: ArticleId, ticket: object, file: FoundFile, content: Content, *, ahead: bool) -> bool:
        """Parse a document of a slow format in a process, and cache it, or a page with the error message.

        Returns:
            False if parsing was interrupted, or exceeded the limits of files that are read ahead.
        """
        path = Path(file.path) if article_id not in self._other_sources else None
        whole, limits = self.is_whole(article_id), SCANNED if ahead else OPENED
        try:
            if (known := cached(content, whole=whole)) is not None:
                parsed = Parsed(content.fingerprint, known)
            else:
                if ahead and not self._is_at_rest(SLOW_AHEAD_PAUSE):
                    return False
                if not ahead:
                    self.listener(ParsingBegun(article_id, limits.seconds))
                with self._parsers.lend(article_id) as parser:
                    if not ahead and (beginning := parser.preview(content, path, limits)) is not None:
                        self._keep(article_id, ticket, beginning.document, beginning.fingerprint)
                    parsed = parser.document(content, path, limits, whole=whole)
        except InterruptedParsingError:
            return False
        except FailedParsingError as error:
            if ahead:
                return False
            refusal = _refusal(file.metadata, file.location, str(error))
            self._keep(article_id, ticket, refusal, content.fingerprint)
        except (OSError, UnreadableError) as error:
            self._keep(article_id, ticket, _refusal(file.metadata, file.location, str(error)))
        else:
            self._keep(article_id, ticket, parsed.document, parsed.fingerprint)
        return True

    def _is_at_rest(self, seconds: float) -> bool:
        """Wait until nothing was requested for some seconds; return False if something is requested meanwhile."""
        with self._changed:
            asked_at = self._asked_at
            rest = asked_at + seconds - time.monotonic()
            return not self._changed.wait_for(lambda: self._closed or self._asked_at != asked_at, max(0.0, rest))

    def _give_way(self, article_id: ArticleId) -> None:
        """Wait for `FRAME_PAUSE`, or until another article is requested, so that a long text's beginning can be drawn.

        Without the pause, single reading steps would keep the GIL for up to 40 ms.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._wanted not in (None, article_id), FRAME_PAUSE)

    def _content_of(self, article_id: ArticleId, file: FoundFile) -> Content:
        """Read the bytes of an article from its file, or from another source."""
        source = self._other_sources.get(article_id)
        return read_content(Path(file.path), self._limit) if source is None else content_from(source, file.path)

    def _keep(self, article_id: ArticleId, ticket: object, document: Document, fingerprint: str = "") -> None:
        """Prepare a document, cache it unless it was dropped during reading, and send `DocumentLoaded`."""
        from tui_reader.document import lengths  # noqa: PLC0415 - loaded with the formats, after the first frame
        from tui_reader.document.chapters import chapters_of  # noqa: PLC0415 - see above
        from tui_reader.document.figures import figure_targets  # noqa: PLC0415 - see above

        lengths.prepare(document)
        chapters_of(document)
        figure_targets(document)
        # Values that could not be prepared are computed on first use, where an error is reported.
        with suppress(Exception):
            self.prepare(article_id, document)
        with self._changed:
            # The document was dropped during reading: the result is outdated.
            if self._working.get(article_id) is not ticket:
                return
            self._forget(article_id)
            self._kept[article_id] = document
            if fingerprint:
                self._prints[article_id] = fingerprint
            self._size += len(document.text)
            while self._size > KEPT_CHARACTERS and len(self._kept) > 1:
                self._forget(next(iter(self._kept)))
            self._changed.notify_all()
        self.listener(DocumentLoaded(article_id, document))


def _never(_: ArticleId) -> bool:
    """Return False: the default for `Documents.is_whole`."""
    return False


def _refusal(metadata: Metadata, location: str, reason: str) -> Document:
    """Return a document with the error message of an unreadable article."""
    from tui_reader.document.blocks import Block, BlockKind, DocumentBuilder  # noqa: PLC0415 - not for the first frame

    builder = DocumentBuilder()
    for kind, level, text in (
        (BlockKind.HEADING, 1, "This article cannot be read"),
        (BlockKind.PARAGRAPH, 0, f"{location}: {reason}."),
        (BlockKind.PARAGRAPH, 0, "It is read again when the file changes, and each time you open it."),
    ):
        builder.add(Block(kind, 0, 0, level=level), text)
    return builder.build(metadata, error=reason)

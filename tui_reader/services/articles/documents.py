"""Load documents in threads, and keep the latest ones in memory."""

from __future__ import annotations

import queue
import threading
import time
from collections import OrderedDict, deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.anchoring.description import document_fingerprint
from tui_reader.document.cooperative import lower_priority
from tui_reader.services.articles.content import Content, content_from, read_content
from tui_reader.services.library.events import DocumentLoaded, Event, Listener, noop
from tui_reader.sources.files import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId, Metadata
    from tui_reader.services.annotations.reanchoring import Reanchoring
    from tui_reader.services.annotations.revisions import Revisions
    from tui_reader.services.annotations.text_snapshots import TextPermission
    from tui_reader.services.articles.identities import FoundFile
    from tui_reader.services.library.events import EventSender
    from tui_reader.services.library.state import LibraryState
    from tui_reader.sources.base import Source

KEPT_CHARACTERS = 24_000_000
"""Most characters of the documents in memory, four times the longest novel; the last one always stays."""
AHEAD_BYTES = 1_000_000
"""Size of a file beyond which it is read only when it is opened, not ahead: it would keep a core busy for long."""
AHEAD_PAUSE = 0.015
"""Seconds after a request before neighbours are read ahead: the frame that shows the requested document has the
processor first, and at 30 keys a second there is time for a neighbour before the next key."""
FRAME_PAUSE = 0.03
"""Seconds that reading the rest of a long text waits, so that the frame with its beginning can be drawn."""
MAX_THREADS = 2
"""While one thread reads a long article ahead or to its end, the other is free for the next one that is opened."""


class Documents:
    """Documents in memory, and the threads that load others. May be called from any thread."""

    def __init__(
        self, find: Callable[[ArticleId], FoundFile | None], other_sources: Mapping[ArticleId, Source], limit: int
    ) -> None:
        """Start without documents and threads.

        Args:
            find: Returns the file of an article; must be quick, and is called from any thread.
            other_sources: The sources of articles that are not on disk, such as standard input.
            limit: Largest number of bytes that an article may have.
        """
        self.listener: Listener = noop
        self.prepare: Callable[[ArticleId, Document], None] = noop
        """Called by the thread that read a document, before `get` returns it."""
        self._find = find
        self._other_sources = other_sources
        self._limit = limit
        self._kept: OrderedDict[ArticleId, Document] = OrderedDict()
        self._wanted: ArticleId | None = None
        self._ahead: deque[ArticleId] = deque()
        self._working: dict[ArticleId, object] = {}
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._pause_until = 0.0
        self._prints: dict[ArticleId, str] = {}
        """Fingerprints of the bytes that kept documents were read from."""
        self._size = 0
        self._closed = False
        self._changed = threading.Condition()

    def listen(self, listener: Listener) -> None:
        """Send events to a listener from now on, and first one for each document that is loaded already.

        A screen requests its first document before it can take events; standard input may be read by then.
        """
        self.listener = listener
        with self._changed:
            kept = tuple(self._kept.items())
        for article_id, document in kept:
            listener(DocumentLoaded(article_id, document))

    def get(self, article_id: ArticleId) -> Document | None:
        """Return a loaded document, perhaps only its beginning (`partial`); None if it is not loaded."""
        with self._changed:
            document = self._kept.get(article_id)
            if document is not None:
                self._kept.move_to_end(article_id)
            return document

    def want(self, article_id: ArticleId, neighbours: Sequence[ArticleId] = ()) -> None:
        """Request an article's document, and those likely to be requested next; returns at once.

        `DocumentLoaded` is sent for the beginning of a long text, then for the whole, but not for a document that is
        loaded completely. Earlier requests that no thread has begun are cancelled.

        Args:
            article_id: The article.
            neighbours: The articles that are likely to be requested next.
        """
        with self._changed:
            self._pause_until = time.monotonic() + AHEAD_PAUSE
            self._wanted = article_id if self._is_lacking(article_id) else None
            self._ahead = deque(i for i in dict.fromkeys(neighbours) if i != article_id and self._may_read_ahead(i))
            tasks = (self._wanted is not None) + bool(self._ahead)
            while tasks > self._idle and len(self._threads) < MAX_THREADS and not self._closed:
                thread = threading.Thread(target=self._work, name=f"documents-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                self._idle += 1
                thread.start()
            self._changed.notify_all()

    def want_within(
        self, article_id: ArticleId, neighbours: Sequence[ArticleId] = (), *, seconds: float
    ) -> Document | None:
        """Request a document and wait briefly: most are read in less time than a frame takes to draw.

        Args:
            article_id: The article.
            neighbours: The articles that are likely to be requested next.
            seconds: How long to wait at most, however slow the disk is.

        Returns:
            The document as far as it is loaded by then, or None; `DocumentLoaded` is sent for later parts.
        """
        self.want(article_id, neighbours)
        with self._changed:
            self._changed.wait_for(lambda: article_id in self._kept or self._closed, seconds)
            return self._kept.get(article_id)

    def drop(self, article_id: ArticleId) -> None:
        """Remove a document from memory, and discard the result if it is being read now."""
        with self._changed:
            self._forget(article_id)
            self._working.pop(article_id, None)

    def fingerprint(self, article_id: ArticleId) -> str:
        """Return the fingerprint of the bytes that a loaded document was read from; empty if there is none."""
        with self._changed:
            return self._prints.get(article_id, "")

    def close(self) -> None:
        """Stop loading. A thread that is reading a document ends after it; the program need not wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _forget(self, article_id: ArticleId) -> None:
        """Remove a document from memory; called with the lock held."""
        document = self._kept.pop(article_id, None)
        self._prints.pop(article_id, None)
        if document is not None:
            self._size -= len(document.text)

    def _is_lacking(self, article_id: ArticleId) -> bool:
        """Return True if a document has to be read and is not being read yet."""
        document = self._kept.get(article_id)
        # A page that says why the text could not be read is not the text: reading is tried again.
        return (document is None or document.partial or bool(document.error)) and article_id not in self._working

    def _may_read_ahead(self, article_id: ArticleId) -> bool:
        """Return True if a neighbour's file has not been read, and is small enough to be read ahead."""
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
            self._fetch(article_id, ticket, ahead=not wanted)
            with self._changed:
                self._idle += 1
                if self._working.get(article_id) is ticket:
                    del self._working[article_id]

    def _await_task(self) -> None:
        """Wait for a request, for the end of the pause before neighbours are read ahead, or for `close`."""
        while not self._closed and self._wanted is None:
            rest = self._pause_until - time.monotonic() if self._ahead else None
            if rest is not None and rest <= 0:
                return
            self._changed.wait(rest)

    def _fetch(self, article_id: ArticleId, ticket: object, *, ahead: bool) -> None:
        """Read a document and keep it; if it cannot be read, keep a page that says why."""
        file = self._find(article_id)
        if file is None:
            return
        try:
            content = self._content_of(article_id, file)
        except FileNotFoundError:
            self._keep(article_id, ticket, _refusal(file.metadata, file.location, "it is no longer there"))
            return
        except UnreadableError as error:
            self._keep(article_id, ticket, _refusal(file.metadata, file.location, str(error)))
            return
        except Exception as error:  # noqa: BLE001 - a disk or a driver that fails must not end the reader
            reason = f"reading it failed ({type(error).__name__}: {error})"
            self._keep(article_id, ticket, _refusal(file.metadata, file.location, reason))
            return
        if file.size and not content.data:
            self._keep(article_id, ticket, _refusal(file.metadata, file.location, "it is empty"))
            return
        fingerprint = content.fingerprint
        try:
            if not ahead and (beginning := content.preview()) is not None:
                self._keep(article_id, ticket, beginning, fingerprint)
                self._give_way(article_id)
            document = content.document()
        except Exception as error:  # noqa: BLE001 - one article that trips a format must not take the others along
            document = _refusal(file.metadata, file.location, f"the reader failed at it ({type(error).__name__})")
        self._keep(article_id, ticket, document, fingerprint)

    def _give_way(self, article_id: ArticleId) -> None:
        """Wait until the beginning can be drawn: single steps of reading hold the GIL for up to 40 ms."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._wanted not in (None, article_id), FRAME_PAUSE)

    def _content_of(self, article_id: ArticleId, file: FoundFile) -> Content:
        """Read the bytes of an article from its file, or from another source."""
        source = self._other_sources.get(article_id)
        return read_content(Path(file.path), self._limit) if source is None else content_from(source, file.path)

    def _keep(self, article_id: ArticleId, ticket: object, document: Document, fingerprint: str = "") -> None:
        """Prepare a document, keep it unless it was dropped meanwhile, and send `DocumentLoaded`."""
        from tui_reader.document import lengths  # noqa: PLC0415 - with what reads documents, after the first frame

        lengths.prepare(document)
        # The values that could not be prepared are computed when they are needed, and fail visibly there.
        with suppress(Exception):
            self.prepare(article_id, document)
        with self._changed:
            # Dropped while it was being read: the result is outdated.
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


def _refusal(metadata: Metadata, location: str, reason: str) -> Document:
    """Return a document that says why an article cannot be read."""
    from tui_reader.document.blocks import Block, BlockKind, DocumentBuilder  # noqa: PLC0415 - not for the first frame

    builder = DocumentBuilder()
    for kind, level, text in (
        (BlockKind.HEADING, 1, "This article cannot be read"),
        (BlockKind.PARAGRAPH, 0, f"{location}: {reason}."),
        (BlockKind.PARAGRAPH, 0, "It is read again when the file changes, and each time you open it."),
    ):
        builder.add(Block(kind, 0, 0, level=level), text)
    return builder.build(metadata, error=reason)


class LoadedDocuments:
    """Queues whole documents of annotated or opened articles from the reading threads to `Library.sync`."""

    def __init__(
        self,
        state: LibraryState,
        documents: Documents,
        reanchoring: Reanchoring,
        *,
        revisions: Revisions,
        permission: TextPermission,
        events: EventSender,
    ) -> None:
        """Store the parts, and set the callback of `documents` that prepares each loaded document."""
        self._state, self._documents = state, documents
        self._reanchoring, self._revisions = reanchoring, revisions
        self._permission, self._events = permission, events
        self.prepare: Callable[[ArticleId, Document], None] = noop
        """Called in the reading threads with each whole document of an article that may have annotations."""
        self._queue: queue.SimpleQueue[DocumentLoaded] = queue.SimpleQueue()
        documents.prepare = self._prepare

    def receive(self, event: Event) -> None:
        """Pass on an event of the reading threads, and queue its document if the article has a state."""
        self._events.send(event)
        if isinstance(event, DocumentLoaded) and not event.document.partial and self._state.concerns(event.id):
            self._queue.put(event)
            self._events.request_sync()

    def take_in(self) -> None:
        """Re-anchor annotations in the queued documents, and compare each with the text read last.

        Called in the owner's thread."""
        while not self._queue.empty():
            loaded = self._queue.get()
            if self._documents.get(loaded.id) is loaded.document:
                self._reanchoring.place(*loaded)
                self._revisions.loaded(*loaded)

    def _prepare(self, article_id: ArticleId, document: Document) -> None:
        """Compute, in the reading thread, values of a document that the owner would have to wait for."""
        self._permission.may_keep_text(article_id)
        if self._state.concerns(article_id):
            if not document.partial:
                document_fingerprint(document)
            self._state.annotation_index.read_ahead(article_id)
            if not document.partial:
                self.prepare(article_id, document)

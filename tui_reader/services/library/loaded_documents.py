"""Prepare documents in the reading threads, and re-anchor their annotations in the owner's thread."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

from tui_reader.anchoring.description import document_fingerprint
from tui_reader.services.library.events import DocumentLoaded, Event, noop

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.reanchoring import Reanchoring
    from tui_reader.services.annotations.revisions import Revisions
    from tui_reader.services.articles.documents import Documents
    from tui_reader.services.library.event_sender import EventSender
    from tui_reader.services.library.state import LibraryState
    from tui_reader.services.library.text_permission import TextPermission


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

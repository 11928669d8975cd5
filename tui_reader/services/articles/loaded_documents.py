"""Processing of loaded documents: their annotations are placed, and the text is compared with the text read before."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

from tui_reader.anchoring.description import document_fingerprint
from tui_reader.services.articles.content import listed_metadata
from tui_reader.services.library.events import DocumentLoaded, Event, noop

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.reanchoring import Reanchoring
    from tui_reader.services.annotations.revisions import Revisions
    from tui_reader.services.annotations.text_snapshots import TextPermission
    from tui_reader.services.articles.documents import Documents
    from tui_reader.services.library.events import EventSender
    from tui_reader.services.library.state import LibraryState


class LoadedDocuments:
    """Passes complete documents of annotated or opened articles from the reading threads to `Library.sync`."""

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
        """Set the callback `documents.prepare`, which prepares each loaded document."""
        self._state, self._documents = state, documents
        self._reanchoring, self._revisions = reanchoring, revisions
        self._permission, self._events = permission, events
        self.prepare: Callable[[ArticleId, Document], None] = noop
        """Called in the reading threads with each complete document of an article that may have annotations."""
        self._queue: queue.SimpleQueue[DocumentLoaded] = queue.SimpleQueue()
        documents.prepare = self._prepare

    def receive(self, event: Event) -> None:
        """Forward an event of the reading threads, and queue its document for `reanchor_queued`.

        Only complete documents (not `partial`) are queued, of articles that may have a record or are listed as
        unreadable.
        """
        self._events.send(event)
        if isinstance(event, DocumentLoaded) and not event.document.partial:
            file = self._state.identities.file(event.id)
            if self._state.may_have_record(event.id) or (file is not None and file.error):
                self._queue.put(event)
                self._events.request_sync()

    def reanchor_queued(self) -> tuple[ArticleId, ...]:
        """Re-anchor annotations in the queued documents, and compare each document with the last read text.

        Called in the owner's thread.

        Returns:
            Articles that were listed as unreadable, and could now be read: an opened article has higher limits of time
            and memory than a scanned one.
        """
        readable: list[ArticleId] = []
        while not self._queue.empty():
            loaded = self._queue.get()
            if self._documents.get(loaded.id) is loaded.document:
                self._reanchoring.place(*loaded)
                self._revisions.loaded(*loaded)
                if self._remove_error(*loaded):
                    readable.append(loaded.id)
        return tuple(readable)

    def _remove_error(self, article_id: ArticleId, document: Document) -> bool:
        """List an article with the metadata of its document if it is listed as unreadable; return True in that case."""
        file = self._state.identities.file(article_id)
        if file is None or not file.error or document.error or article_id not in self._state.catalogue:
            return False
        article = file.article(article_id)._replace(error="", metadata=listed_metadata(document.metadata))
        self._state.catalogue.put([self._state.headline(article)])
        return True

    def _prepare(self, article_id: ArticleId, document: Document) -> None:
        """Compute what the owner's thread will need for a document, so that it is not delayed.

        Runs in a reading thread: permission to keep the text, the text's fingerprint, the article's annotations.
        """
        self._permission.may_keep_text(article_id)
        if self._state.may_have_record(article_id):
            if not document.partial:
                document_fingerprint(document)
            self._state.annotation_index.read_ahead(article_id)
            if not document.partial:
                self.prepare(article_id, document)

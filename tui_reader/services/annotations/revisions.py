"""Revisions: the changes in articles since the user last read them, from texts kept at that time.

The last read text of a book is kept in the cache of this machine only, where it may be lost: in the library, each edit
of the book would add megabytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.anchoring.description import document_fingerprint
from tui_reader.document.pieces import is_long
from tui_reader.services.annotations.text_snapshots import (
    TextCache,
    compared_with,
    edits_to_keep_revision,
    edits_to_release_revision,
    pack,
    packed_revision,
    packed_text,
    unpack,
)
from tui_reader.services.library.events import noop
from tui_reader.services.library.state import always
from tui_reader.storage.base import ARTICLES, Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tui_reader.anchoring.diff import Change
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.background import Background
    from tui_reader.services.library.state import LibraryState

SEEN = "seen"
"""Field of an article's record: the fingerprint of the text that the user read last."""


class Revisions:
    """The service that keeps the last read text of every article, and compares it with the current text.

    Used from the library's thread.
    """

    def __init__(
        self,
        state: LibraryState,
        cache: TextCache,
        background: Background,
        document_of: Callable[[ArticleId], Document | None],
    ) -> None:
        """Create the service for a library's state.

        Args:
            state: The library's state.
            cache: Keeps the texts of articles that have not changed since they were read.
            background: The thread that packs texts.
            document_of: Returns the document of an article if it is loaded.
        """
        self._state = state
        self._cache = cache
        self._background = background
        self._document_of = document_of
        self.may_keep_text: Callable[[ArticleId], bool] = always
        """Returns True if an article's text may be copied into the library file; called in the background thread."""
        self._compared: tuple[str, str, list[Change]] | None = None
        """Fingerprints of the old and the new text that were compared last, and the changes."""
        state.on_opened = self._opened

    def is_changed(self, article: ArticleId, document: Document) -> bool:
        """Return True if an article's text differs from the last read text, and the last read text is kept."""
        seen = self._seen(article)
        return bool(seen) and not document.partial and seen != document_fingerprint(document) and self._has(seen)

    def changes(self, article: ArticleId, document: Document) -> list[Change]:
        """Return the differences, word by word, between the last read text of an article and its document.

        The `new` range of a change counts in the document, `old` in `old_text`. Takes 0.1 s for 10,000 words. Empty if
        nothing has changed or the earlier text is not kept.
        """
        # Imported here because it loads rapidfuzz (30 ms), and most articles never change.
        from tui_reader.anchoring.diff import changes  # noqa: PLC0415

        seen, fingerprint = self._seen(article), document_fingerprint(document)
        if not seen or seen == fingerprint or document.partial:
            return []
        if self._compared is None or self._compared[:2] != (seen, fingerprint):
            old = self.text(seen)
            self._compared = (seen, fingerprint, changes(old, document.text) if old is not None else [])
        return self._compared[2]

    def old_text(self, article: ArticleId) -> str | None:
        """Return the last read text of an article; None if it is not kept."""
        seen = self._seen(article)
        return self.text(seen) if seen else None

    def mark_seen(self, article: ArticleId, document: Document) -> None:
        """Record the current text of an article as its last read text."""
        if document.partial or not document.has_text or self._state.store.read_only:
            return
        fingerprint = document_fingerprint(document)
        before = self._seen(article)
        if before == fingerprint:
            return
        self._state.commit([Edit(ARTICLES, article, SEEN, before or None, fingerprint)], "read a text", undoable=False)
        if not self._cache.has(fingerprint):
            self._background.do(lambda: self._cache.put(fingerprint, document.text), noop, noop)
        if before:
            self._release(article, before)

    def loaded(self, article: ArticleId, document: Document) -> None:
        """Keep the last read text of an article for comparison; called after its document was loaded.

        Only for articles that the user has opened. Without a recorded last read text, the text of the document is
        recorded as such. While the document still has the last read text, that text is kept in the cache; when the
        document has another text, it is moved to the store, unless it is a long one.
        """
        store = self._state.store
        record = store.get(ARTICLES, article)
        if not record or not record.get("opened") or document.partial or not document.has_text:
            return
        seen, fingerprint = self._seen(article), document_fingerprint(document)
        if not seen:
            self.mark_seen(article, document)
        elif seen != fingerprint:
            if packed_text(store, seen) is not None or article in compared_with(store, seen):
                return
            if (packed := packed_revision(store, seen)) is not None:
                self._keep(article, seen, packed)
            else:
                self._background.do(
                    lambda: self._packed(seen) if self.may_keep_text(article) else None,
                    lambda packed: self._keep(article, seen, packed),
                    noop,
                )
        elif not self._has(seen):
            self._background.do(lambda: self._cache.put(fingerprint, document.text), noop, noop)

    def text(self, fingerprint: str) -> str | None:
        """Return the text with a fingerprint from the store or the cache; None if neither contains the text."""
        packed = packed_revision(self._state.store, fingerprint)
        text = unpack(packed) if packed is not None else None
        return text if text is not None else self._cache.get(fingerprint)

    def _opened(self, articles: Collection[ArticleId]) -> None:
        for article in articles:
            document = self._document_of(article)
            if document is not None:
                self.loaded(article, document)

    def _seen(self, article: ArticleId) -> str:
        seen = (self._state.store.get(ARTICLES, article) or {}).get(SEEN)
        return seen if isinstance(seen, str) else ""

    def _has(self, fingerprint: str) -> bool:
        return packed_revision(self._state.store, fingerprint) is not None or self._cache.has(fingerprint)

    def _packed(self, fingerprint: str) -> str | None:
        """Return a text of the cache in packed form for the store, by its fingerprint.

        None if the cache does not have it, or if it is long, such as a book: long texts stay in the cache only.
        """
        text = self._cache.get(fingerprint)
        return pack(text) if text is not None and not is_long(text) else None

    def _keep(self, article: ArticleId, seen: str, packed: str | None) -> None:
        """Put the last read text of an article into the store; do nothing if the last read text has changed meanwhile.

        Args:
            article: The article.
            seen: Fingerprint of the text.
            packed: The packed text; None to do nothing.
        """
        if packed is None or self._seen(article) != seen or self._state.store.read_only:
            return
        edits = edits_to_keep_revision(self._state.store, seen, packed, article)
        if edits:
            self._state.commit(edits, "kept a revision", undoable=False)

    def _release(self, article: ArticleId, fingerprint: str) -> None:
        """Remove a text that was stored for comparison with an article, unless others are compared with it, too."""
        edits = edits_to_release_revision(self._state.store, fingerprint, article)
        if edits:
            self._state.commit(edits, "let a revision go", undoable=False)

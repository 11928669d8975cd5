"""Which articles have changed since they were read, and how: the text that was read last is kept to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.anchoring.description import document_fingerprint
from tui_reader.services.annotations.text_snapshots import (
    TextCache,
    compared_with,
    keeping_revision,
    letting_go,
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
"""Field of an article's record: the fingerprint of the text that was read last."""


class Revisions:
    """Used from the thread that owns the library."""

    def __init__(
        self,
        state: LibraryState,
        cache: TextCache,
        background: Background,
        document_of: Callable[[ArticleId], Document | None],
    ) -> None:
        """Follow what is opened.

        Args:
            state: The library's state.
            cache: Where texts lie that have not changed since.
            background: Where texts are packed.
            document_of: Gives documents that are at hand.
        """
        self._state = state
        self._cache = cache
        self._background = background
        self._document_of = document_of
        self.may_keep_text: Callable[[ArticleId], bool] = always
        """Whether the text of an article may be copied into the state; called by the background thread."""
        self._compared: tuple[str, str, list[Change]] | None = None
        state.on_opened = self._opened

    def is_changed(self, article: ArticleId, document: Document) -> bool:
        """Whether an article has another text than when it was read last, and that text is there to compare with."""
        seen = self._seen(article)
        return bool(seen) and not document.partial and seen != document_fingerprint(document) and self._has(seen)

    def changes(self, article: ArticleId, document: Document) -> list[Change]:
        """What has changed since an article was read last, word by word; ranges `new` count in the document.

        Takes 0.1 s for 10,000 words. Empty where nothing has changed or nothing is known.
        """
        # Loads rapidfuzz in the end (30 ms), and most articles never change.
        from tui_reader.anchoring.diff import changes  # noqa: PLC0415

        seen, mark = self._seen(article), document_fingerprint(document)
        if not seen or seen == mark or document.partial:
            return []
        if self._compared is None or self._compared[:2] != (seen, mark):
            old = self.text(seen)
            self._compared = (seen, mark, changes(old, document.text) if old is not None else [])
        return self._compared[2]

    def old_text(self, article: ArticleId) -> str | None:
        """The text that was read last, which the ranges `old` of the changes count in; None where it is not kept."""
        seen = self._seen(article)
        return self.text(seen) if seen else None

    def mark_seen(self, article: ArticleId, document: Document) -> None:
        """Take the text as it is now for what was read last."""
        if document.partial or not document.has_text or self._state.store.read_only:
            return
        mark = document_fingerprint(document)
        before = self._seen(article)
        if before == mark:
            return
        self._state.commit([Edit(ARTICLES, article, SEEN, before or None, mark)], "read a text", undoable=False)
        if not self._cache.has(mark):
            self._background.do(lambda: self._cache.put(mark, document.text), noop, noop)
        if before:
            self._let_go(article, before)

    def loaded(self, article: ArticleId, document: Document) -> None:
        """Take in that a document is at hand: keep its text if the article was read, or the one that was read."""
        store = self._state.store
        record = store.get(ARTICLES, article)
        if not record or not record.get("opened") or document.partial or not document.has_text:
            return
        seen, mark = self._seen(article), document_fingerprint(document)
        if not seen:
            self.mark_seen(article, document)
        elif seen != mark:
            if packed_text(store, seen) is not None or article in compared_with(store, seen):
                return
            if (held := packed_revision(store, seen)) is not None:
                self._keep(article, seen, held)
            else:
                self._background.do(
                    lambda: self._packed(seen) if self.may_keep_text(article) else None,
                    lambda packed: self._keep(article, seen, packed),
                    noop,
                )
        elif not self._has(seen):
            self._background.do(lambda: self._cache.put(mark, document.text), noop, noop)

    def text(self, fingerprint: str) -> str | None:
        """A text that is kept, wherever it is."""
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
        text = self._cache.get(fingerprint)
        return pack(text) if text is not None else None

    def _keep(self, article: ArticleId, seen: str, packed: str | None) -> None:
        """Bring the text that was read into the store, now that it is the only one left."""
        if packed is None or self._seen(article) != seen or self._state.store.read_only:
            return
        edits = keeping_revision(self._state.store, seen, packed, article)
        if edits:
            self._state.commit(edits, "kept a revision", undoable=False)

    def _let_go(self, article: ArticleId, fingerprint: str) -> None:
        """Take a text out of the store again that was kept to compare an article with."""
        edits = letting_go(self._state.store, fingerprint, article)
        if edits:
            self._state.commit(edits, "let a revision go", undoable=False)

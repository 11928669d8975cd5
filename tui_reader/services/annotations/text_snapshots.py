"""Text snapshots: earlier texts of articles, kept to re-anchor annotations and to show changes.

A snapshot is named by its fingerprint. The text in which an annotation was made is kept in the store for good, since
deleted annotations may be restored. The text that was read last is kept in a cache, where it may be lost without harm.
When the article changes, that text moves to the store, under a separate key, until the user has seen the change.
"""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any

from tui_reader.document.clean import clean_text
from tui_reader.services.library.events import Notice
from tui_reader.storage.base import Edit
from tui_reader.storage.cache.blob_cache import BlobCache

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.events import EventSender
    from tui_reader.services.library.library_paths import LibraryPaths
    from tui_reader.storage.base import Store

TEXTS = "texts"
"""The store's table of texts by fingerprint: articles may share a text, and may have several texts."""
_FIELD = "zlib"
_READ = " read"
"""Suffix of the key of a text that is kept for comparison; the key of an annotated text has no suffix."""
_ARTICLES = "articles"
"""Field of a text that is kept for comparison: the ids of the articles to compare with it."""
MAX_CACHE_BYTES = 64_000_000
"""Largest size of the cache in bytes (about 20,000 articles); least recently used texts go first."""
MAX_UNPACKED_BYTES = 256_000_000
"""Largest size in bytes of an unpacked text; a larger text was not packed by this program."""


def pack(text: str) -> str:
    """Compress a text for the store by zlib and base64: a third of its size, 20 ms for 100,000 words."""
    return base64.b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"), 6)).decode("ascii")


def unpack(packed: str) -> str | None:
    """Return the text of a packed snapshot; None if the value is not a packed snapshot."""
    try:
        return _inflate(base64.b64decode(packed, validate=True))
    except ValueError:
        return None


def packed_text(store: Store, fingerprint: str) -> str | None:
    """Return the packed text of a snapshot in the store; None if the store has no such snapshot."""
    data = (store.get(TEXTS, fingerprint) or {}).get(_FIELD)
    return data if isinstance(data, str) else None


def packed_revision(store: Store, fingerprint: str) -> str | None:
    """Return the packed text with a fingerprint, kept for annotations or for revisions; None if missing."""
    return packed_text(store, fingerprint) or packed_text(store, fingerprint + _READ)


def edits_to_keep(store: Store, fingerprint: str, packed: str) -> list[Edit]:
    """Return the edits that put a packed text into the store; empty if the store has it."""
    before = packed_text(store, fingerprint)
    return [Edit(TEXTS, fingerprint, _FIELD, before, packed)] if before != packed else []


def edits_to_keep_revision(store: Store, fingerprint: str, packed: str, article: ArticleId) -> list[Edit]:
    """Return the edits that keep a packed text to compare an article with; empty if it is kept already."""
    articles = compared_with(store, fingerprint)
    return _revision_edits(store, fingerprint, packed, [*articles, article]) if article not in articles else []


def edits_to_release_revision(store: Store, fingerprint: str, article: ArticleId) -> list[Edit]:
    """Return the edits that release a text kept for an article; other articles may still keep it."""
    articles = compared_with(store, fingerprint)
    left = [each for each in articles if each != article]
    packed = packed_text(store, fingerprint + _READ) if left else None
    return _revision_edits(store, fingerprint, packed, left) if article in articles else []


def compared_with(store: Store, fingerprint: str) -> list[ArticleId]:
    """Return the ids of the articles that are to be compared with the stored text of a fingerprint."""
    articles = (store.get(TEXTS, fingerprint + _READ) or {}).get(_ARTICLES)
    return [each for each in articles if isinstance(each, str)] if isinstance(articles, list) else []


def _revision_edits(store: Store, fingerprint: str, packed: str | None, articles: list[ArticleId]) -> list[Edit]:
    key = fingerprint + _READ
    record = store.get(TEXTS, key) or {}
    wanted: dict[str, Any] = {_FIELD: packed, _ARTICLES: articles or None}
    return [Edit(TEXTS, key, name, record.get(name), v) for name, v in wanted.items() if record.get(name) != v]


class TextCache:
    """A thread-safe cache of texts; its folder may be emptied at any time.

    A failed read or write of a file loses only one text.
    """

    def __init__(self, folder: Path) -> None:
        self._files = BlobCache(folder, MAX_CACHE_BYTES)

    def get(self, fingerprint: str) -> str | None:
        """Return the cached text with a fingerprint; None if the cache does not have it."""
        data = self._files.get(fingerprint)
        try:
            return _inflate(data) if data is not None else None
        except ValueError:
            return None

    def has(self, fingerprint: str) -> bool:
        """Return True if the text with a fingerprint is in the cache."""
        return self._files.has(fingerprint)

    def put(self, fingerprint: str, text: str) -> None:
        """Store a text, and delete the oldest texts if the cache is too large."""
        self._files.put(fingerprint, zlib.compress(text.encode("utf-8", "surrogatepass"), 6))


def _inflate(data: bytes) -> str:
    """Decompress a text and clean it as articles are cleaned.

    Raises:
        ValueError: The bytes are not a compressed text, are cut off, or unpack to more than `MAX_UNPACKED_BYTES`.
    """
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, MAX_UNPACKED_BYTES)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not inflater.eof:
        raise ValueError("cut off, or too large")
    return clean_text(text.decode("utf-8", "surrogatepass"))


class TextPermission:
    """Decide per article whether its text may be copied; caches `LibraryPaths.may_keep_text`."""

    def __init__(self, paths: LibraryPaths, path_of: Callable[[ArticleId], Path | None], events: EventSender) -> None:
        """Create the permission check with an empty cache of answers.

        Args:
            paths: The folders and files of the library.
            path_of: Returns the file of an article; None for standard input.
            events: Receives a notice for each text that is left out.
        """
        self._paths = paths
        self._path_of = path_of
        self._events = events
        self._known: dict[ArticleId, bool] = {}
        """Cached answers: `may_keep_title` is called while a key is handled, so it must not read the disk."""

    def may_keep_text(self, article_id: ArticleId) -> bool:
        """Return True if the text may be copied; reads the disk, so background threads call it."""
        path = self._path_of(article_id)
        may_keep = self._known[article_id] = path is None or self._paths.may_keep_text(path)
        return may_keep

    def may_keep_title(self, article_id: ArticleId) -> bool:
        """Return True if a line of the text may be copied; reads the disk only for unread articles."""
        known = self._known.get(article_id)
        return known if known is not None else self.may_keep_text(article_id)

    def report_left_out(self, article_id: ArticleId) -> None:
        """Send a notice that the text of an annotated article is not copied; called once for each text."""
        path = self._path_of(article_id)
        if path is not None:
            self._events.send(Notice(self._paths.text_left_out(str(path))))

"""Text snapshots: earlier texts of articles, kept to re-anchor annotations and to show changes.

A snapshot is named by its fingerprint. The text in which an annotation was made is kept in the store for good, since
deleted annotations may be restored. The text that was read last is kept in a cache, where it may be lost without harm.
When the article changes, that text moves to the store, under a separate key, until the user has seen the change.

Of a long text, such as a book, only the pieces with annotations are kept, since each change of the library writes what
it adds. The record of the text lists them: its field `piece 120000` has the end of the piece that begins at offset
120,000, the key of its section, and the fingerprint under which the piece is kept as a text of its own.
"""

from __future__ import annotations

import base64
import zlib
from bisect import bisect_left, bisect_right
from collections import defaultdict
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tui_reader.anchoring.description import fingerprint as fingerprint_of
from tui_reader.document.cleaning import clean_text
from tui_reader.services.library.events import Notice
from tui_reader.storage.base import Edit
from tui_reader.storage.cache.blob_cache import BlobCache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from tui_reader.anchoring.long_texts import OldPiece
    from tui_reader.document.pieces import Piece
    from tui_reader.model.anchor import Anchor
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.events import EventSender
    from tui_reader.services.library.library_paths import LibraryPaths
    from tui_reader.storage.base import Store

PIECE = "piece "
"""Prefix of the fields that list the kept pieces of a long text."""
TEXTS = "texts"
"""The store's table of texts by fingerprint: articles may share a text, and may have several texts."""
_FIELD = "zlib"
"""Field of a text's record: the packed text."""
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


_Piece: TypeAlias = tuple[int, int, str, str]
"""Start, end and section key of a kept piece of a long text; last its packed text in a `KeptText`, else the fingerprint
under which the packed text is stored."""


class KeptText(NamedTuple):
    """The stored text in which annotations were made, or pieces of it; can be represented as JSON."""

    whole: str | None = None
    """The packed text; None if it was not kept as a whole."""
    pieces: Sequence[_Piece] = ()
    """Start, end, section key and packed text of the kept pieces of a long text, in order."""

    def around(self, anchor: Anchor) -> OldPiece | None:
        """Return the kept pieces of a long text that contain a passage, joined; None if one of them is not kept.

        The last unpacked pieces are cached, so passages should come in the order of their text.
        """
        from tui_reader.anchoring.long_texts import OldPiece  # noqa: PLC0415 - loads rapidfuzz (30 ms)

        found = _overlapping(self.pieces, anchor)
        texts = [_unpacked(packed) for *_, packed in found]
        is_gapless = all(one[1] == other[0] for one, other in pairwise(found))
        if not found or None in texts or not is_gapless:
            return None
        return OldPiece(found[0][0], "".join(filter(None, texts)), found[0][2])


_unpacked = lru_cache(maxsize=4)(unpack)


def kept_text(store: Store, fingerprint: str, anchors: Iterable[Anchor]) -> KeptText:
    """Return the stored text with a fingerprint; of a long text, the stored pieces that contain the given passages.

    `KeptText()` if neither is stored.
    """
    whole = packed_text(store, fingerprint)
    if whole is not None:
        return KeptText(whole)
    listed = sorted((start, *about) for start, about in kept_pieces(store, fingerprint).items())
    wanted = dict.fromkeys(each for anchor in anchors for each in _overlapping(listed, anchor)) if listed else {}
    packed = [(start, end, key, packed_text(store, piece)) for start, end, key, piece in sorted(wanted)]
    return KeptText(None, [(start, end, key, text) for start, end, key, text in packed if text is not None])


def _overlapping(pieces: Sequence[_Piece], anchor: Anchor) -> Sequence[_Piece]:
    """Return the pieces that share a code point with a passage; `pieces` must be sorted by start and by end."""
    first = bisect_right(pieces, anchor.start, key=itemgetter(1))
    return pieces[first : bisect_left(pieces, anchor.end, key=itemgetter(0))]


def kept_texts(store: Store, anchors: Iterable[Anchor]) -> dict[str, KeptText]:
    """Return the stored texts, or pieces of texts, in which passages were marked, by fingerprint."""
    by_text: defaultdict[str, list[Anchor]] = defaultdict(list)
    for anchor in anchors:
        by_text[anchor.fingerprint].append(anchor)
    return {fingerprint: kept_text(store, fingerprint, wanted) for fingerprint, wanted in by_text.items()}


def kept_pieces(store: Store, fingerprint: str) -> dict[int, tuple[int, str, str]]:
    """Return the kept pieces of a long text: end, section key and fingerprint of each, by its start."""
    found: dict[int, tuple[int, str, str]] = {}
    for name, value in (store.get(TEXTS, fingerprint) or {}).items():
        start = name.removeprefix(PIECE)
        if name.startswith(PIECE) and start.isdecimal() and isinstance(value, list) and len(value) == 3:
            end, key, piece = value
            if isinstance(end, int) and isinstance(key, str) and isinstance(piece, str):
                found[int(start)] = end, key, piece
    return found


def edits_to_keep_piece(store: Store, fingerprint: str, piece: Piece, text: str, packed: str) -> list[Edit]:
    """Return the edits that store a piece of a long text; empty if it is already stored.

    Args:
        store: The store.
        fingerprint: Fingerprint of the long text.
        piece: The piece.
        text: Text of the piece.
        packed: The packed text of the piece.
    """
    name, piece_fingerprint = f"{PIECE}{piece.start}", fingerprint_of(text)
    before = (store.get(TEXTS, fingerprint) or {}).get(name)
    listed = [piece.end, piece.key, piece_fingerprint]
    edits = edits_to_keep(store, piece_fingerprint, packed)
    return [*edits, Edit(TEXTS, fingerprint, name, before, listed)] if before != listed else edits


def packed_revision(store: Store, fingerprint: str) -> str | None:
    """Return the packed text with a fingerprint, stored for annotations or for comparison; None if it is not stored."""
    return packed_text(store, fingerprint) or packed_text(store, fingerprint + _READ)


def edits_to_keep(store: Store, fingerprint: str, packed: str) -> list[Edit]:
    """Return the edits that put a packed text into the store; empty if the store has it."""
    before = packed_text(store, fingerprint)
    return [Edit(TEXTS, fingerprint, _FIELD, before, packed)] if before != packed else []


def edits_to_keep_revision(store: Store, fingerprint: str, packed: str, article: ArticleId) -> list[Edit]:
    """Return the edits that store a packed text for comparison with the article's current text.

    Empty if the text is already stored for this article.
    """
    articles = compared_with(store, fingerprint)
    return _revision_edits(store, fingerprint, packed, [*articles, article]) if article not in articles else []


def edits_to_release_revision(store: Store, fingerprint: str, article: ArticleId) -> list[Edit]:
    """Return the edits after which a stored text is no longer compared with an article.

    They remove the text; if it is compared with other articles too, only the article from the text's record.
    """
    articles = compared_with(store, fingerprint)
    left = [each for each in articles if each != article]
    packed = packed_text(store, fingerprint + _READ) if left else None
    return _revision_edits(store, fingerprint, packed, left) if article in articles else []


def compared_with(store: Store, fingerprint: str) -> list[ArticleId]:
    """Return the ids of the articles for whose comparison the text with a fingerprint is stored; empty for none."""
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
        """Store a text; now and then, delete the least recently used texts if the cache exceeds `MAX_CACHE_BYTES`."""
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
    """Decides for each article if its text may be copied into the library; caches `LibraryPaths.may_keep_text`."""

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
        """Return True if a line of the text, such as a guessed title, may be copied into the library.

        Only the first call for an article reads the disk.
        """
        known = self._known.get(article_id)
        return known if known is not None else self.may_keep_text(article_id)

    def report_left_out(self, article_id: ArticleId) -> None:
        """Send a notice that the text of an annotated article is not copied; the caller calls it once for each text."""
        path = self._path_of(article_id)
        if path is not None:
            self._events.send(Notice(self._paths.text_left_out(str(path))))

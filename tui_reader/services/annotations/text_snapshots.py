"""Texts of articles as they once were: beside the annotations that were made in them, and of what was read last.

A text is named by its fingerprint. What annotations were made in lies in the store, and travels with them: for good,
since those that were deleted may come back. What was only read lies in the cache, where it may be lost without harm,
until the article changes and may be compared: then in the store, apart from the others, until the change was seen.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_reader.document.clean import clean_text
from tui_reader.errors import StoreError
from tui_reader.storage.base import Edit
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.storage.snapshot.private import private_folder
from tui_reader.storage.snapshot.wholefile import read_whole

if TYPE_CHECKING:
    from tui_reader.model.article import ArticleId
    from tui_reader.storage.base import Store

TEXTS = "texts"
"""Table of the store; its records go by fingerprint, since several articles may have one text, and one several."""
_FIELD = "zlib"
_READ = " read"
"""Ends the key of a text that articles are to be compared with: what was marked in the same text is kept beside it."""
_ARTICLES = "articles"
"""Field of such a record: the ids of those articles."""
CACHE_ROOM = 64_000_000
"""Bytes of compressed texts in the cache, some 20,000 articles; what was read longest ago goes first."""
LARGEST = 256_000_000
"""Bytes that a text may unpack to: more is not what the reader packed."""


def pack(text: str) -> str:
    """A text as the store keeps it: zlib, then base64; a third of its size, and 20 ms for 100,000 words."""
    # Here and below loaded where needed (3 ms together): most starts pack and unpack nothing.
    import base64  # noqa: PLC0415
    import zlib  # noqa: PLC0415

    return base64.b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"), 6)).decode("ascii")


def unpack(packed: str) -> str | None:
    """The text again; None if that is not what it is."""
    import base64  # noqa: PLC0415

    try:
        return _inflate(base64.b64decode(packed, validate=True))
    except ValueError:
        return None


def packed_text(store: Store, fingerprint: str) -> str | None:
    """A text of the store, packed; None if it is not there."""
    data = (store.get(TEXTS, fingerprint) or {}).get(_FIELD)
    return data if isinstance(data, str) else None


def packed_revision(store: Store, fingerprint: str) -> str | None:
    """A text of the store that articles are to be compared with, packed; None if there is none."""
    return packed_text(store, fingerprint) or packed_text(store, fingerprint + _READ)


def keeping(store: Store, fingerprint: str, packed: str) -> list[Edit]:
    """The edits that put a packed text into the store; none where it is there."""
    before = packed_text(store, fingerprint)
    return [Edit(TEXTS, fingerprint, _FIELD, before, packed)] if before != packed else []


def keeping_revision(store: Store, fingerprint: str, packed: str, article: ArticleId) -> list[Edit]:
    """The edits that put a packed text into the store, to compare an article with; none where it is there."""
    held = compared_with(store, fingerprint)
    return _revising(store, fingerprint, packed, [*held, article]) if article not in held else []


def letting_go(store: Store, fingerprint: str, article: ArticleId) -> list[Edit]:
    """The edits that take a text out of the store that an article was compared with, unless others still are."""
    held = compared_with(store, fingerprint)
    left = [each for each in held if each != article]
    packed = packed_text(store, fingerprint + _READ) if left else None
    return _revising(store, fingerprint, packed, left) if article in held else []


def compared_with(store: Store, fingerprint: str) -> list[ArticleId]:
    """The articles that are to be compared with a text."""
    held = (store.get(TEXTS, fingerprint + _READ) or {}).get(_ARTICLES)
    return [each for each in held if isinstance(each, str)] if isinstance(held, list) else []


def _revising(store: Store, fingerprint: str, packed: str | None, articles: list[ArticleId]) -> list[Edit]:
    key = fingerprint + _READ
    record = store.get(TEXTS, key) or {}
    wanted: dict[str, Any] = {_FIELD: packed, _ARTICLES: articles or None}
    return [Edit(TEXTS, key, name, record.get(name), v) for name, v in wanted.items() if record.get(name) != v]


class TextCache:
    """Texts in a folder that may be emptied at any time. May be used from any thread; failures lose a text at most."""

    def __init__(self, folder: Path) -> None:
        self._folder = f"{os.path.realpath(folder.parent)}/{folder.name}"
        self._disk = Disk()

    def get(self, fingerprint: str) -> str | None:
        """A text, or None."""
        try:
            return _inflate(read_whole(self._path(fingerprint), self._disk, CACHE_ROOM))
        except (OSError, ValueError, StoreError):
            return None

    def has(self, fingerprint: str) -> bool:
        """Whether a text is there."""
        return self._disk.has_file(self._path(fingerprint))

    def put(self, fingerprint: str, text: str) -> None:
        """Keep a text, and let the oldest go where there is no room."""
        import tempfile  # noqa: PLC0415
        import zlib  # noqa: PLC0415

        path = self._path(fingerprint)
        with contextlib.suppress(OSError):
            handle, name = tempfile.mkstemp(dir=private_folder(Path(self._folder), self._disk))
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(zlib.compress(text.encode("utf-8", "surrogatepass"), 6))
                self._disk.rename(name, path)
            except OSError:
                self._disk.unlink(name)
                raise
            self._make_room()

    def _make_room(self) -> None:
        known = [
            (f"{self._folder}/{name}", self._disk.stat(f"{self._folder}/{name}"))
            for name in self._disk.names(self._folder)
        ]
        files = sorted((status.st_mtime, status.st_size, path) for path, status in known)
        excess = sum(size for _, size, _ in files) - CACHE_ROOM
        for _, size, path in files:
            if excess <= 0:
                return
            with contextlib.suppress(FileNotFoundError):  # another window is at it, too
                self._disk.unlink(path)
            excess -= size

    def _path(self, fingerprint: str) -> str:
        # A fingerprint comes from the state file, which anybody may have written: never a path of its own.
        return f"{self._folder}/{fingerprint.encode('utf-8', 'replace').hex()}.z"


def _inflate(data: bytes) -> str:
    """The text of compressed bytes, clean as articles are; ValueError if there is none."""
    import zlib  # noqa: PLC0415

    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, LARGEST)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not inflater.eof:
        raise ValueError("cut off, or too large")
    return clean_text(text.decode("utf-8", "surrogatepass"))

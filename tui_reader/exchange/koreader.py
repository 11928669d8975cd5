"""The JSON of KOReader's exporter: one book, or a list of documents; each article is a book."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from tui_reader.exchange.json_text import dump, epoch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.clip import Clip, ClippedAnnotation, Where

VERSION = "json/1.0.0"
COLOURS = ("yellow", "green", "blue", "red", "purple")
"""The colours of KOReader for colours 1 to 5, used if KOReader has no colour of the configured name."""
_KNOWN = frozenset({"red", "orange", "yellow", "green", "olive", "cyan", "blue", "purple", "gray"})

_MOST_DIGITS = 9
"""Maximum number of digits of a page number: labels of books may have any length, and long numbers raise ValueError."""


def write(clips: Sequence[Clip]) -> str:
    """Return a single clip as a book, several clips as a list of documents."""
    created = epoch(max((clip.updated for clip in clips), default=""))
    about = {"created_on": created, "version": VERSION}
    if len(clips) == 1:
        return dump({**_document(clips[0]), **about}, depth=2)
    return dump({**about, "documents": [_document(each) for each in clips]}, depth=4)


def _document(clip: Clip) -> dict[str, Any]:
    return {
        "title": clip.title,
        "author": clip.byline,
        "file": clip.url or PurePath(clip.headline.article.location).name,
        "entries": [_entry(each) for each in clip.annotations],
    }


def _page(where: Where) -> int | str:
    """Return the printed page of a passage, as a number unless it is a label such as `xiv`; else the paragraph."""
    page = where.page or str(where.paragraph)
    return int(page) if page.isdecimal() and len(page) <= _MOST_DIGITS else page


def _entry(clipped: ClippedAnnotation) -> dict[str, Any]:
    where = clipped.where
    entry: dict[str, Any] = {
        "id": clipped.id,
        "sort": "highlight",
        "drawer": "lighten",
        "text": clipped.quote_text,
        "page": _page(where),
        "chapter": where.chapter,
        "time": epoch(clipped.created),
        "state": str(clipped.state),
    }
    if clipped.quote:
        name, number = clipped.colour_name.casefold(), clipped.annotation.colour
        entry["color"] = name if name in _KNOWN else COLOURS[(number - 1) % len(COLOURS)]
    if clipped.note:
        entry["note"] = clipped.note
    if clipped.tags:
        entry["tags"] = list(clipped.tags)
    return entry

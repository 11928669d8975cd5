"""CSL-JSON for citation processors: one item per article, with its quotes and notes in the field `note`."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from tui_reader.exchange.json_text import dump, filled
from tui_reader.exchange.kinds import Kind, kind_of
from tui_reader.exchange.names import authors, split_name
from tui_reader.exchange.tags import is_certain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.clip import Clip, ClippedAnnotation


_TYPES = {
    Kind.BOOK: "book",
    Kind.ARTICLE: "article-magazine",
    Kind.LETTER: "personal_communication",
    Kind.PAGE: "webpage",
    Kind.DOCUMENT: "document",
}


def write(clips: Sequence[Clip]) -> str:
    """Return clips as a JSON array of items."""
    return dump([_item(each) for each in clips], depth=2)


def _item(clip: Clip) -> dict[str, Any]:
    kind = kind_of(clip.headline)
    return filled(
        {
            "id": clip.id,
            "type": _TYPES[kind],
            "title": clip.title,
            "author": [_author(each) for each in authors(clip.byline)],
            "publisher" if kind is Kind.BOOK else "container-title": clip.source,
            "issued": _date(clip.date),
            "URL": clip.url,
            "language": clip.language,
            "keyword": ", ".join(clip.tags),
            "note": "\n\n".join(map(_annotation, clip.annotations)),
        }
    )


def _author(name: str) -> dict[str, str]:
    family, given = split_name(name)
    return {"family": family, "given": given} if given else {"literal": name}


def _date(date: str) -> dict[str, Any]:
    """Return a CSL date: `date-parts` with year, month and day, as far as they are given and valid.

    Without a year, `literal` is the date as written; an empty date gives an empty dictionary.
    """
    found = re.match(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?!\d)", date)
    if found is None:
        return {"literal": date} if date else {}
    year, *rest = (int(part) for part in found.groups() if part)
    valid = takewhile(lambda pair: 1 <= pair[0] <= pair[1], zip(rest, (12, 31), strict=False))
    return {"date-parts": [[year, *(part for part, _ in valid)]]}


def _annotation(clipped: ClippedAnnotation) -> str:
    state = "" if is_certain(clipped) else f"({clipped.state})"
    tags = " ".join(filter(None, (*(f"#{tag}" for tag in clipped.tags), state)))
    return "\n\n".join(filter(None, (clipped.cited_quote, clipped.note, tags)))

"""RIS: one record per article, with each annotation as a note in HTML, as Zotero writes notes."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from tui_reader.exchange.kinds import Kind, kind_of
from tui_reader.exchange.names import authors, split_name
from tui_reader.exchange.tags import is_certain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.clip import Clip, ClippedAnnotation


_TYPES = {Kind.BOOK: "BOOK", Kind.ARTICLE: "MGZN", Kind.LETTER: "PCOMM", Kind.PAGE: "ELEC", Kind.DOCUMENT: "GEN"}


def write(clips: Sequence[Clip]) -> str:
    """Return a record for each article; lines end with carriage return and line feed, as RIS requires."""
    return "\r\n".join(_record(each) for each in clips)


def _record(clip: Clip) -> str:
    kind = kind_of(clip.headline)
    year, month, day = (*re.split("-", clip.date[:10]), "", "", "")[:3]
    fields = [
        ("TY", _TYPES[kind]),
        ("ID", clip.printed_id),
        *(("AU", ", ".join(filter(None, split_name(name)))) for name in authors(clip.byline)),
        ("TI", clip.title),
        ("PB" if kind is Kind.BOOK else "T2", clip.source),
        ("PY", year if re.fullmatch(r"\d{4}", year) else ""),
        ("DA", f"{year}/{month}/{day}/" if re.fullmatch(r"\d{4}", year) else ""),
        ("UR", clip.url),
        ("LA", clip.language),
        *(("KW", tag) for tag in clip.tags),
        *(("N1", _note(each)) for each in clip.annotations),
    ]
    lines = [f"{name}  - {' '.join(value.splitlines())}" for name, value in fields if value]
    return "".join(f"{line}\r\n" for line in [*lines, "ER  - "])


def _note(clipped: ClippedAnnotation) -> str:
    """Return an annotation as HTML in one line, since a record cannot contain paragraphs."""
    quote = "".join(f"<p>{_html(each.text)}</p>" for each in clipped.paragraphs)
    note = "".join(f"<p>{_html(each)}</p>" for each in re.split(r"\n{2,}", clipped.note) if each.strip())
    state = "" if is_certain(clipped) else f"({clipped.state})"
    about = " · ".join(
        filter(None, (clipped.colour_name, clipped.where.cited, *(f"#{tag}" for tag in clipped.tags), state))
    )
    return (f"<blockquote>{quote}</blockquote>" if quote else "") + note + (f"<p>{_html(about)}</p>" if about else "")


def _html(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")

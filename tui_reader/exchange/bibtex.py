"""BibTeX: one entry per article with its quotes and notes, or one entry for a copied passage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.exchange.kinds import Kind, kind_of
from tui_reader.exchange.names import authors
from tui_reader.exchange.quote_source import QuoteSource, join_lines
from tui_reader.exchange.tags import is_certain
from tui_reader.model.hashing import blake2b

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.clip import Clip, ClippedAnnotation


_TYPES = {Kind.BOOK: "book", Kind.ARTICLE: "article", Kind.LETTER: "misc", Kind.PAGE: "online", Kind.DOCUMENT: "misc"}


def write(clips: Sequence[Clip]) -> str:
    """Return one entry for each article, with a citation key that stays the same in later exports."""
    entries = (_entry(clip, key) for clip, key in zip(clips, _keys(clips), strict=True))
    return "\n".join(entries)


def _keys(clips: Sequence[Clip]) -> list[str]:
    """Return citation keys; articles with an equal key get a suffix, except the one with the smallest id."""
    keys = [QuoteSource(clip.headline, "", "", title_in_text=False).citation_key for clip in clips]
    first: dict[str, str] = {}
    for clip, key in zip(clips, keys, strict=True):
        first[key] = min(first.get(key, clip.id), clip.id)
    return [
        key if first[key] == clip.id else f"{key}-{blake2b(clip.id.encode(), digest_size=3).hexdigest()}"
        for clip, key in zip(clips, keys, strict=True)
    ]


def _entry(clip: Clip, key: str) -> str:
    kind = kind_of(clip.headline)
    fields = {
        "author": " and ".join(_name(each) for each in authors(clip.byline)),
        "title": _escape(clip.title),
        _source_field(kind): _escape(clip.source),
        "date": _escape(clip.date[:10]),
        "year": _escape(clip.date[:4]),
        "url": _escape_url(clip.url),
        "language": _escape(clip.language),
        "keywords": ", ".join(_escape(tag) for tag in clip.tags),
        "annote": "\n\n".join(map(_annotation, clip.annotations)),
    }
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{_TYPES[kind]}{{{key},\n{body}}}\n"


def _source_field(kind: Kind) -> str:
    return "publisher" if kind is Kind.BOOK else "journal"


def _name(name: str) -> str:
    """Return a name for the field `author`; that of a group, with several commas or the word “and”, is in braces."""
    escaped = _escape(name)
    return f"{{{escaped}}}" if name.count(",") > 1 or re.search(r"\band\b", name) else escaped


def _annotation(clipped: ClippedAnnotation) -> str:
    """Return quote with place, note and tags of an annotation as paragraphs, and its state if it is uncertain."""
    state = f"({clipped.state})" if not is_certain(clipped) else ""
    tags = ", ".join(clipped.tags)
    return "\n\n".join(_escape(each) for each in (clipped.cited_quote, clipped.note, tags, state) if each)


def write_quote(passage: str, source: QuoteSource) -> str:
    """Return a BibTeX entry for the article of a passage; the passage becomes its field `annote`."""
    fields = (
        ("author", source.author),
        ("title", source.title),
        (_source_field(source.kind), source.publication),
        ("date", source.date),
        ("year", source.date[:4]),
        ("url", source.url),
        ("note", ", ".join(filter(None, (source.file, source.position, source.guesses)))),
        ("annote", join_lines(passage)),
    )
    body = "".join(
        f"  {name} = {{{_escape_url(value) if name == 'url' else _escape(value)}}},\n"
        for name, value in fields
        if value
    )
    return f"@{_TYPES[source.kind]}{{{source.citation_key},\n{body}}}\n"


_TEX = (
    {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {sign: f"\\{sign}" for sign in "&%$#_"}
    | {
        # BibTeX counts braces, whatever character precedes them.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
    }
)


def _escape(text: str) -> str:
    """Escape the characters that TeX would interpret as commands."""
    return "".join(_TEX.get(character, character) for character in text)


def _escape_url(url: str) -> str:
    """Escape the braces of an address; BibTeX takes its other characters verbatim."""
    return url.replace("{", "%7B").replace("}", "%7D")

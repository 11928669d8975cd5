"""BibTeX: an entry an article, with its quotes and notes as annotation; or a copied passage as annotation."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING

from tui_reader.exchange.names import authors
from tui_reader.exchange.quote_source import QuoteSource, join_lines
from tui_reader.exchange.tags import is_certain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.clip import Clip, ClippedAnnotation


def write(clips: Sequence[Clip]) -> str:
    """Return an entry for each article, with a key of its own that further exports do not change."""
    entries = (_entry(clip, key) for clip, key in zip(clips, _keys(clips), strict=True))
    return "\n".join(entries)


def _keys(clips: Sequence[Clip]) -> list[str]:
    """Return citation keys; of articles with one key, all but the one with the smallest id get a suffix."""
    keys = [QuoteSource(clip.headline, "", "", title_in_text=False).citation_key for clip in clips]
    first: dict[str, str] = {}
    for clip, key in zip(clips, keys, strict=True):
        first[key] = min(first.get(key, clip.id), clip.id)
    return [
        key if first[key] == clip.id else f"{key}-{blake2b(clip.id.encode(), digest_size=3).hexdigest()}"
        for clip, key in zip(clips, keys, strict=True)
    ]


def _entry(clip: Clip, key: str) -> str:
    kind = "article" if clip.source else "online" if clip.url else "misc"
    fields = {
        "author": " and ".join(_name(each) for each in authors(clip.byline)),
        "title": _escape(clip.title),
        "journal": _escape(clip.source),
        "date": _escape(clip.date[:10]),
        "year": _escape(clip.date[:4]),
        "url": _escape_url(clip.url),
        "language": _escape(clip.language),
        "keywords": ", ".join(_escape(tag) for tag in clip.tags),
        "annote": "\n\n".join(map(_annotation, clip.annotations)),
    }
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{kind}{{{key},\n{body}}}\n"


def _name(name: str) -> str:
    """Return a name; one with more than a comma or with the word “and” is put in braces, as the name of a group."""
    escaped = _escape(name)
    return f"{{{escaped}}}" if name.count(",") > 1 or re.search(r"\band\b", name) else escaped


def _annotation(clipped: ClippedAnnotation) -> str:
    """Return quote, note and tags, each as a paragraph."""
    quote = f"“{clipped.quote_text}”" if clipped.quote else ""
    state = f"({clipped.state})" if not is_certain(clipped) else ""
    tags = ", ".join(clipped.tags)
    return "\n\n".join(_escape(each) for each in (quote, clipped.note, tags, state) if each)


def write_quote(passage: str, source: QuoteSource) -> str:
    """Return a BibTeX entry whose `annote` field is the passage."""
    fields = (
        ("author", source.author),
        ("title", source.title),
        ("journal", source.publication),
        ("date", source.date),
        ("year", source.date[:4]),
        ("url", source.url),
        ("note", ", ".join(filter(None, (source.file, source.position, source.guesses)))),
        ("annote", join_lines(passage)),
    )
    kind = "article" if source.publication else "online" if source.url else "misc"
    body = "".join(
        f"  {name} = {{{_escape_url(value) if name == 'url' else _escape(value)}}},\n"
        for name, value in fields
        if value
    )
    return f"@{kind}{{{source.citation_key},\n{body}}}\n"


_TEX = (
    {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {sign: f"\\{sign}" for sign in "&%$#_"}
    | {
        # BibTeX counts braces, whatever stands before them.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
    }
)


def _escape(text: str) -> str:
    """Escape the characters that TeX would take for commands."""
    return "".join(_TEX.get(character, character) for character in text)


def _escape_url(url: str) -> str:
    """Escape the braces of an address; its other characters are verbatim in BibTeX."""
    return url.replace("{", "%7B").replace("}", "%7D")

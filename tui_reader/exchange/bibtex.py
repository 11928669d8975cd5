"""The quote writer for BibTeX: an entry of the article, with the passage as annotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.exchange.quote_source import join_lines

if TYPE_CHECKING:
    from tui_reader.exchange.quote_source import QuoteSource


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

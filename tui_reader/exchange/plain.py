"""Plain text: quotes in quotation marks, each with its source below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.exchange.quote_source import separate_paragraphs
from tui_reader.exchange.tags import is_certain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.clip import Clip
    from tui_reader.exchange.quote_source import QuoteSource


def write(clips: Sequence[Clip]) -> str:
    """Return the articles with their quotes and notes, with an empty line between paragraphs."""
    return "\n\n".join(_article(each) for each in clips) + "\n" if clips else ""


def _article(clip: Clip) -> str:
    about = ", ".join(filter(None, (clip.byline, clip.source, clip.date[:10])))
    parts = ["\n".join(filter(None, (clip.title, about, clip.url)))]
    for each in clip.annotations:
        state = "" if is_certain(each) else f"({each.state})"
        marks = " ".join(filter(None, (*(f"#{tag}" for tag in each.tags), state)))
        parts += filter(None, (each.cited_quote, each.note, marks))
    return "\n\n".join(parts)


def write_quote(passage: str, source: QuoteSource) -> str:
    """Return a passage in quotation marks; the last line is the article's address, else its file."""
    address = f"\n{source.url or source.file}" if source.url or source.file else ""
    return f"“{separate_paragraphs(passage.split(chr(10)))}”\n— {source.describe(source.title)}{address}\n"

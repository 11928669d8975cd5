"""The quote writer for plain text: a passage in quotation marks with its source below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.exchange.quote_source import separate_paragraphs

if TYPE_CHECKING:
    from tui_reader.exchange.quote_source import QuoteSource


def write_quote(passage: str, source: QuoteSource) -> str:
    """Return a passage in quotation marks; the last line is the article's address, else its file."""
    address = f"\n{source.url or source.file}" if source.url or source.file else ""
    return f"“{separate_paragraphs(passage.split(chr(10)))}”\n— {source.describe(source.title)}{address}\n"

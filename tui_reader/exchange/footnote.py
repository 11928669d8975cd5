"""The quote writer for running text: a quote with its source in a Markdown footnote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.exchange.markdown import code, escape
from tui_reader.exchange.quote_source import join_lines

if TYPE_CHECKING:
    from tui_reader.exchange.quote_source import QuoteSource


def write_quote(passage: str, source: QuoteSource) -> str:
    """Return a passage in quotation marks with a Markdown footnote below it."""
    key = source.citation_key
    address = f" <{source.url}>" if source.url else ""
    description = source.describe(f"*{escape(source.title)}*", code(source.file))
    return f"“{join_lines(passage)}”[^{key}]\n\n[^{key}]: {description}.{address}\n"

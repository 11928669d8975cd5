"""The quote writer for Markdown: a block quote with its source below."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.exchange.quote_source import separate_paragraphs

if TYPE_CHECKING:
    from tui_reader.exchange.quote_source import QuoteSource


def write_quote(passage: str, source: QuoteSource) -> str:
    """Return a passage as a Markdown block quote; the title links to the article's address."""
    title = f"[{escape(source.title)}](<{source.url}>)" if source.url else escape(source.title)
    description = source.describe(title, code(source.file))
    return f"{separate_paragraphs(passage.split(chr(10)), prefix='> ', blank='>')}\n>\n> — {description}\n"


def escape(text: str) -> str:
    """Escape the characters that Markdown would take for markup."""
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", text)


def code(file: str) -> str:
    """Return a file name as Markdown code, or escaped if it has backquotes; empty for an empty name."""
    return escape(file) if "`" in file else f"`{file}`" if file else ""

"""The quote writer for Org mode: a quote block with its source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.exchange.quote_source import separate_paragraphs

if TYPE_CHECKING:
    from tui_reader.exchange.quote_source import QuoteSource

_BLOCK_END = re.compile(r"^(\s*)(?=,?#\+)|^()(?=,?\*)")


def write_quote(passage: str, source: QuoteSource) -> str:
    """Return a passage as an Org quote block; the title links to the article's address."""
    # A line that begins with a star or #+ would end the quote; Org itself puts a comma before such.
    lines = [_BLOCK_END.sub(lambda start: f"{start[0]},", line) for line in passage.split("\n")]
    title = source.title.replace("[", "(").replace("]", ")")
    linked_title = f"[[{source.url}][{title}]]" if source.url else title
    description = source.describe(linked_title, f"={source.file}=" if source.file else "")
    return f"#+begin_quote\n{separate_paragraphs(lines)}\n\n— {description}\n#+end_quote\n"

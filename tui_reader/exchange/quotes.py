"""Conversion of passages to quotes with sources: author, title, date, address, position in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.blocks import BlockKind, block_index
from tui_reader.exchange.clip import page_at, place_in_words, section_at
from tui_reader.exchange.quote_source import QuoteSource
from tui_reader.exchange.registry import DEFAULT_STYLE, find_quote_style

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Headline


def quote(headline: Headline, document: Document, start: int, end: int, style: str = DEFAULT_STYLE) -> str:
    """Return a passage of a document as a quote with its source, ready to paste; it ends with a line feed.

    Args:
        headline: The article, with the user's corrections of its metadata.
        document: The article's document, in which the range counts.
        start: Offset of the first code point.
        end: Offset after the last code point.
        style: The name of a quote style in `tui_reader.exchange.registry`.

    Raises:
        ValueError: No quote style has this name, or the range contains only white space.
    """
    form = find_quote_style(style)
    passage = document.text[start:end].strip()
    if not passage:
        raise ValueError("nothing to quote")
    start = document.text.index(passage, start)
    is_in_text = document.title_block is not None
    name = place_name(start, start + len(passage))
    return form.write_quote(passage, QuoteSource(headline, _position(document, start), name, title_in_text=is_in_text))


def place_name(start: int, end: int) -> str:
    """Return a suffix that makes the citation keys of an article's quotes distinct."""
    return f"-{start}-{end}"


def quote_words(headline: Headline, words: str, style: str = DEFAULT_STYLE, place: str = "") -> str:
    """Return words as a quote with its source, for an article whose text is not available.

    Args:
        headline: The article.
        words: The words of the quote.
        style: The name of a quote style in `tui_reader.exchange.registry`.
        place: The `place_name` of the quoted range; empty if it is not known.

    Raises:
        ValueError: No quote style has this name, or the words are white space.
    """
    passage = words.strip()
    if not passage:
        raise ValueError("nothing to quote")
    return find_quote_style(style).write_quote(passage, QuoteSource(headline, "", place, title_in_text=False))


def _position(document: Document, offset: int) -> str:
    """Return the position of an offset in words: the chapter if there is one, then `p. 12 (27 %)`.

    Without printed pages, the number of the paragraph takes the place of the page; headings are not counted. The
    percentage is that of the text before the offset.
    """
    index = block_index(document, offset)
    is_paragraph = (block.kind not in {BlockKind.HEADING, BlockKind.RULE} for block in document.blocks[: index + 1])
    percent = round(100 * offset / max(1, len(document.text)))
    place = place_in_words(max(1, sum(is_paragraph)), page_at(document, offset), percent)
    return ", ".join(filter(None, (section_at(document, offset), place)))

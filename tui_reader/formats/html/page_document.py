"""Conversion of a page to a document: parse it, read its metadata, find the article, and convert its blocks."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import Block, BlockKind, DocumentBuilder
from tui_reader.document.cleaning import clean_line
from tui_reader.document.normalization import title_key
from tui_reader.document.words import count_words
from tui_reader.formats.html.addresses import Addresses
from tui_reader.formats.html.article import article_blocks
from tui_reader.formats.html.chrome import Chrome
from tui_reader.formats.html.container import article_element, marked_element
from tui_reader.formats.html.discussion import discussion_of
from tui_reader.formats.html.elements import headings_with_slugs
from tui_reader.formats.html.extraction import extracted_text, prose_text
from tui_reader.formats.html.note_references import Notes
from tui_reader.formats.html.page_metadata import page_metadata
from tui_reader.formats.html.page_tree import drop_unread, parse, simplified
from tui_reader.formats.html.repetitions import tidied
from tui_reader.formats.html.walker import walk
from tui_reader.formats.metadata.fields import Fields
from tui_reader.formats.metadata.guesses import guess_byline, guess_date, guess_title
from tui_reader.formats.metadata.language import guess_language
from tui_reader.formats.problem_page import empty_document
from tui_reader.formats.text.table_text import UnplacedBlock
from tui_reader.model.article import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lxml.etree import _Element as Element
    from lxml.html import HtmlElement

    from tui_reader.document.blocks import Document
    from tui_reader.formats.html.page_metadata import PageMetadata
    from tui_reader.formats.html.page_source import PageSource
    from tui_reader.formats.html.walker import Walked

_TOP = 12
"""Number of lines at the top of an article that are searched for a byline or a date."""
_SIMPLIFIED = "It has so many tags that its links, pictures within lines and styles of words are not shown."
_SHORT_ARTICLE = 1_200
"""Number of characters below which an extracted text counts as short, so that it may be rejected."""
_MUCH_MORE = 4
"""A short extracted text is rejected if the page's paragraphs have more than this many times its characters."""
_MANUAL = 3
"""Number of sections named like their headings from which a page is a manual or an article of an encyclopedia."""
_FEWEST_CHARACTERS = 250
"""Number of characters below which a found article is replaced by the page's marked main part, if that is longer.

The article's text in the metadata replaces it only if that is longer than this and `_MUCH_MORE` times as long.
"""


def read_page(page: PageSource, name: str, *, whole: bool) -> Document:
    """Return the document of a page.

    Args:
        page: The page.
        name: File name, from which a title may be guessed.
        whole: True for all of the page, False for its article.
    """
    said, pieces, notices = _read_tree(page, whole=whole)
    if said is None or not any(piece.text or piece.block.target for piece in pieces):
        return _empty(page, name, said)
    builder = DocumentBuilder()
    for block, text, spans in pieces:
        builder.add(block, text, spans)
    metadata = _metadata(said, pieces, name)
    return builder.build(metadata, notices=notices, title_block=_title_block(pieces, metadata.title))


class _Read(NamedTuple):
    """The metadata and the blocks of a page."""

    said: PageMetadata | None
    pieces: Sequence[UnplacedBlock] = ()
    notices: tuple[str, ...] = ()


def _read_tree(page: PageSource, *, whole: bool) -> _Read:
    """Return the metadata and the blocks of a page; its tree, which takes most memory, is freed on return."""
    source = simplified(page.text)
    notices = page.notices if source is page.text else (*page.notices, _SIMPLIFIED)
    tree = parse(source)
    if tree is None:
        return _Read(None)
    said = page_metadata(tree, page.text, page.address)
    drop_unread(tree)
    found = tree.find("body")
    body = tree if found is None else found
    addresses = Addresses(said.fields.get("url", ""), said.base, own=said.own, is_saved=said.is_saved)
    if whole:
        return _Read(said, _walked(body, addresses).blocks, notices)
    if (discussion := discussion_of(body, source)) is not None:
        if "byline" not in said.fields:
            said.guessed["byline"] = discussion.author
        return _Read(said, _walked(discussion.root, addresses).blocks, notices)
    pieces = _article(body, addresses)
    if _length(pieces) < _FEWEST_CHARACTERS and len(said.body) > max(_FEWEST_CHARACTERS, _MUCH_MORE * _length(pieces)):
        pieces = _described(said.body)  # without a script, such a page shows no text
    return _Read(said, tidied(pieces, said.fields.get("title", "")) or pieces, notices)


def _article(body: HtmlElement, addresses: Addresses) -> Sequence[UnplacedBlock]:
    """Return the blocks of the article.

    If fewer than `_FEWEST_CHARACTERS` are found, return these or the page's main part, whichever is longer.
    """
    best: Sequence[UnplacedBlock] = ()
    manual = headings_with_slugs(body)
    if len(set(manual.values())) < _MANUAL:
        manual = {}
    for text in _possible_texts(body, manual):
        walked = _walked(article_element(body, text), addresses)
        chosen = _selected(walked, article_blocks(walked, text, manual))
        best = max(best, chosen, key=_length)
        if _length(best) >= _FEWEST_CHARACTERS:
            return best
    walked = _walked(marked_element(body), addresses)
    chrome = Chrome(walked.root)
    rest = [piece for piece, origin in zip(walked.blocks, walked.origins, strict=True) if not chrome.contains(origin)]
    return max(best, rest, walked.blocks if not rest else best, key=_length)


def _possible_texts(body: HtmlElement, manual: Mapping[Element, Element]) -> Iterator[str]:
    """Yield texts that may be that of the article: what trafilatura extracts, then the long paragraphs of the page.

    Args:
        body: The body of the page.
        manual: The sections of a manual (`headings_with_slugs`); empty for other pages.
    """
    extracted = extracted_text(body, manual)
    if extracted and not _is_too_little(extracted, body):
        yield extracted
    if paragraphs := prose_text(body):
        yield paragraphs


def _is_too_little(text: str, body: HtmlElement) -> bool:
    """Return True if a short text is a small part of the paragraphs of its page, such as a standfirst alone.

    If the page marks an article around the text, only that article is compared: there may be others on the page.
    """
    if len(text) >= _SHORT_ARTICLE:
        return False
    element = article_element(body, text)
    marked = element if element.tag == "article" else next(element.iterancestors("article"), body)
    return len(prose_text(marked)) > _MUCH_MORE * len(text)


def _selected(walked: Walked, numbers: Sequence[int]) -> Sequence[UnplacedBlock]:
    """Return the blocks with these numbers; where blocks between two of them are left out, an empty row is shown."""
    pieces = [walked.blocks[number] for number in numbers]
    for index, (number, after) in enumerate(pairwise(numbers)):
        block = pieces[index].block
        if block.tight and after > number + 1 and not (block.depth and walked.blocks[after].block.depth):
            pieces[index] = pieces[index]._replace(block=block._replace(tight=False))
    if pieces and numbers[-1] + 1 < len(walked.blocks):
        pieces[-1] = pieces[-1]._replace(block=pieces[-1].block._replace(tight=False))
    return pieces


def _described(text: str) -> Sequence[UnplacedBlock]:
    """Return the blocks of an article's text in JSON-LD: HTML, or text with one paragraph per line."""
    if "<p" in text and (tree := parse(text)) is not None:
        return _walked(tree, Addresses()).blocks
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return [UnplacedBlock(Block(BlockKind.PARAGRAPH, 0, 0), line) for line in lines if line]


def _length(pieces: Sequence[UnplacedBlock]) -> int:
    return sum(len(piece.text) for piece in pieces)


def _walked(element: HtmlElement, addresses: Addresses) -> Walked:
    notes = Notes()
    notes.find(element, addresses)
    return walk(element, addresses, notes)


def _title_block(pieces: Sequence[UnplacedBlock], title: str) -> int | None:
    """Return 0 if the first block is a heading that repeats the title, else None."""
    first = pieces[0]
    is_title = first.block.kind is BlockKind.HEADING and title_key(first.text) == title_key(title)
    return 0 if is_title and first.text else None


def _metadata(said: PageMetadata, pieces: Sequence[UnplacedBlock], name: str) -> Metadata:
    """Return the metadata that the page declares; missing fields are guessed from the text."""
    text = "\n".join(piece.text for piece in pieces)
    fields, guessed = said.fields, Fields(**said.guessed)
    lines = [line for piece in pieces[:_TOP] if (line := clean_line(piece.text[:300]))]
    if "title" not in fields:
        headings = (piece.text for piece in pieces if piece.block.kind is BlockKind.HEADING)
        guessed["title"] = clean_line(next(headings, "")) or guess_title(lines, name)
    if "byline" not in fields and not guessed.get("byline") and (byline := guess_byline(lines)):
        guessed["byline"] = byline
    if "date" not in fields and not guessed.get("date") and (date := guess_date(lines, name)):
        guessed["date"] = date
    if "language" not in fields and (language := guess_language(text)):
        guessed["language"] = language
    return Metadata(**(guessed | fields), words=count_words(text), guessed=frozenset(guessed.keys() - fields.keys()))


def _empty(page: PageSource, name: str, said: PageMetadata | None) -> Document:
    """Return the document shown for a file without text, with the metadata of the page if `said` is given."""
    fields = said.fields if said else Fields()
    guessed = Fields() if "title" in fields else Fields(title=guess_title([], name))
    return empty_document(Metadata(**(guessed | fields), guessed=frozenset(guessed)), page.text)

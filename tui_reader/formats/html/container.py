"""The element of a page that contains the article, located by the text that trafilatura extracts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tui_reader.formats.html.chrome import Chrome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

_SHORTEST = 250
"""Minimum number of characters of an extracted text that is trusted to be the article."""
_FEWEST_WORDS = 6
"""Minimum number of words of a text between two tags that is searched in the extracted text."""
_FEWEST_WIDE = 12
"""Minimum number of characters, instead of words, in scripts without spaces."""
_SHARE = 0.9
"""Minimum share of the article in an element whose child elements are searched for a smaller container."""
_MOST_LARGER = 1.4
"""Maximum ratio of text lengths for choosing the parent element, which may add a headline and a picture."""
_MOST_STEPS = 4
_MOST_ELEMENTS = 30_000
_MOST_LINKS = 6_000
_MOST_CHARACTERS = 3_000_000
"""Maximum sizes of a page on which trafilatura is run; it takes seconds for larger ones."""
_LINE = 60
"""Minimum number of characters of a line of prose; shorter lines may be entries of a menu."""
_LEAST_PROSE = 0.3
"""Minimum share of an article's characters that are in lines of prose."""
_TEXT_TAGS = ("p", "pre", "blockquote", "li", "td", "dd", "div", "section", "article", "main", "center", "font")
_PROSE = 80
"""Minimum number of characters of a paragraph, on a page whose article trafilatura does not find."""


def extracted_text(root: HtmlElement) -> str:
    """Return the text of the article that trafilatura extracts; empty if it finds none.

    Its fast mode takes about 10 ms a page; the full mode takes 8 ms more and is tried if the fast mode finds little.
    """
    if _is_too_large(root):
        return ""
    from trafilatura import bare_extraction  # noqa: PLC0415 - 230 ms, and only pages need it

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    best = ""
    for fast in (True, False):
        try:
            found = bare_extraction(root, fast=fast, include_comments=False)
        except Exception:  # noqa: BLE001 - a page that trafilatura fails on is still read
            found = None
        text = getattr(found, "text", "") or ""
        best = max(best, text, key=len)
        if len(best) >= _SHORTEST:
            break
    return best if _is_prose(best) else ""


def _is_too_large(root: HtmlElement) -> bool:
    """Return True if trafilatura would take seconds: 25 s for 200,000 links, 4 s for a table of 50,000 rows."""
    elements = links = length = 0
    for element in root.iter():
        elements += 1
        links += element.tag == "a"
        length += len(element.text or "") + len(element.tail or "")
    return elements > _MOST_ELEMENTS or links > _MOST_LINKS or length > _MOST_CHARACTERS


def _is_prose(text: str) -> bool:
    """Return True unless a text consists of short lines, such as menus that were extracted in place of an article."""
    long = sum(len(line) for line in text.split("\n") if len(line) >= _LINE)
    return long >= _LEAST_PROSE * len(text) or len(text) < _SHORTEST


def prose_text(body: HtmlElement) -> str:
    """Return the paragraphs of a page that are sentences rather than links, in a single pass over the page."""
    chrome = Chrome(body)
    parts = []
    for element in body.iter(*_TEXT_TAGS):
        if element.tag == "p":
            text = " ".join("".join(element.itertext()).split())
            linked = sum(len("".join(link.itertext())) for link in element.iter("a"))
        else:
            own = (element.text, *(inner.tail for inner in element))
            text, linked = " ".join(" ".join(filter(None, own)).split()), 0
        is_long = len(text) >= _PROSE or (len(text) >= _PROSE // 3 and text[len(text) // 2] >= "\u2e80")
        if is_long and linked < len(text) / 2 and not chrome.contains(element):
            parts.append(text)
    return "\n".join(parts)


def article_element(body: HtmlElement, text: str) -> HtmlElement:
    """Return the smallest element that contains most of a text, together with its headline and first picture.

    Args:
        body: The element to search.
        text: The text of the article.
    """
    weights = _weights(body, text)
    total = weights.get(body, 0)
    if not total:
        return body
    element = body
    while True:
        inner = max(element, key=lambda each: weights.get(each, 0), default=None)
        if inner is None or weights.get(inner, 0) < _SHARE * total:
            break
        element = inner
    return _with_head(element, body)


def marked_element(body: HtmlElement) -> HtmlElement:
    """Return the element that a page marks as its main part: the longest `<article>`, `<main>`, else `<body>`."""
    for path in (".//article", ".//main", ".//*[@role='main']"):
        element = max(body.iterfind(path), key=_length, default=None)
        if element is not None and _length(element) >= _SHORTEST:
            return element
    return body


def _with_head(element: HtmlElement, body: HtmlElement) -> HtmlElement:
    """Return the largest ancestor that adds only little to an element: a headline, a first picture, notes."""
    length = _length(element)
    for _ in range(_MOST_STEPS):
        around = element.getparent()
        if element is body or around is None or around is body or _length(around) > _MOST_LARGER * length + 200:
            break
        element = around
    return element


def _length(element: HtmlElement) -> int:
    return sum(map(len, map(str.strip, element.itertext())))


def _weights(body: HtmlElement, text: str) -> dict[HtmlElement, int]:
    """Return the number of characters of a text that each element contains, for elements that contain any."""
    words = text.split()
    known = set(zip(words, words[1:], words[2:], words[3:], strict=False))
    joined = " ".join(words)
    own: dict[HtmlElement, int] = {}
    for element in body.iter():
        piece = element.text
        if piece is not None and len(piece) >= _FEWEST_WIDE and (size := _known_length(piece, known, joined)):
            own[element] = own.get(element, 0) + size
        piece = element.tail
        if piece is None or len(piece) < _FEWEST_WIDE or element is body:
            continue
        parent = element.getparent()
        if parent is not None and (size := _known_length(piece, known, joined)):
            own[parent] = own.get(parent, 0) + size
    return _with_ancestors(own.items(), body)


def _known_length(piece: str, known: set[tuple[str, str, str, str]], joined: str) -> int:
    """Return the length of a text between tags if it is part of the article; else 0."""
    words = piece.split()
    if len(words) >= _FEWEST_WORDS:
        middle = len(words) // 2
        first = (words[0], words[1], words[2], words[3])
        inner = (words[middle - 1], words[middle], words[middle + 1], words[middle + 2])
        return len(piece) if first in known or inner in known else 0
    stripped = " ".join(words)
    is_wide = len(stripped) >= _FEWEST_WIDE and stripped[len(stripped) // 2] >= "\u2e80"
    return 2 * len(stripped) if is_wide and stripped[:30] in joined else 0


def _with_ancestors(own: Iterable[tuple[HtmlElement, int]], body: HtmlElement) -> dict[HtmlElement, int]:
    weights: dict[HtmlElement, int] = {}
    for element, size in own:
        each: HtmlElement | None = element
        while each is not None:
            weights[each] = weights.get(each, 0) + size
            each = None if each is body else each.getparent()
    return weights

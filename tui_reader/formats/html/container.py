"""The element of a page that contains the article, located by the text that trafilatura extracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.formats.html.extraction import FIRST_WIDE, SHORTEST, length_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

_FEWEST_WORDS = 6
"""Minimum number of words of a text between two tags that is searched in the extracted text."""
_FEWEST_WIDE = 12
"""Minimum number of characters of such a text, in place of `_FEWEST_WORDS`, in scripts without spaces."""
_SHARE = 0.9
"""Share of the article's weight that a child element must contain to replace its parent as the container."""
_MOST_LARGER = 1.4
"""Maximum ratio of the text of the parent element to that of the article, for choosing the parent element.

The parent element is chosen because it may add a headline and a picture.
"""
_ADDITION = 200
"""Number of characters that the parent element may have in addition to that ratio, for short articles."""
_MOST_STEPS = 4
"""Maximum number of ancestors of the container that are tried in its place."""
_SHORT_MAIN = 60
"""Minimum number of characters of `<main>`, or of an element with `role=main`, to be the main part of the page."""


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
    """Return the element that a page marks as its main part.

    That is the longest `<article>` if it has at least `SHORTEST` characters, else the longest `<main>` or the longest
    element with `role=main` if it has at least `_SHORT_MAIN`, else `body`.
    """
    for path in (".//article", ".//main", ".//*[@role='main']"):
        element = max(body.iterfind(path), key=length_of, default=None)
        if element is not None and length_of(element) >= (SHORTEST if path == ".//article" else _SHORT_MAIN):
            return element
    return body


def _with_head(element: HtmlElement, body: HtmlElement) -> HtmlElement:
    """Return the largest ancestor that adds only little to an element: a headline, a first picture, notes."""
    length = length_of(element)
    for _ in range(_MOST_STEPS):
        around = element.getparent()
        if element is body or around is None or around is body or length_of(around) > _MOST_LARGER * length + _ADDITION:
            break
        element = around
    return element


def _weights(body: HtmlElement, text: str) -> dict[HtmlElement, int]:
    """Return how much of a text each element contains, by `_known_length`, for elements that contain any of it."""
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
    """Return the weight of a text between two tags if it is a part of the article; 0 if it is none or is short.

    The weight is its number of characters, doubled in scripts without spaces between words.

    Args:
        piece: The text between the tags.
        known: All sequences of four words in the text of the article.
        joined: The text of the article with single spaces; searched for the first 30 characters in scripts without
            spaces.
    """
    words = piece.split()
    if len(words) >= _FEWEST_WORDS:
        middle = len(words) // 2
        first = (words[0], words[1], words[2], words[3])
        inner = (words[middle - 1], words[middle], words[middle + 1], words[middle + 2])
        return len(piece) if first in known or inner in known else 0
    stripped = " ".join(words)
    is_wide = len(stripped) >= _FEWEST_WIDE and stripped[len(stripped) // 2] >= FIRST_WIDE
    return 2 * len(stripped) if is_wide and stripped[:30] in joined else 0


def _with_ancestors(own: Iterable[tuple[HtmlElement, int]], body: HtmlElement) -> dict[HtmlElement, int]:
    weights: dict[HtmlElement, int] = {}
    for element, size in own:
        each: HtmlElement | None = element
        while each is not None:
            weights[each] = weights.get(each, 0) + size
            each = None if each is body else each.getparent()
    return weights

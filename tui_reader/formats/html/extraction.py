"""The text of the article that trafilatura extracts from a page, by its fast mode or, if that finds little, others."""

from __future__ import annotations

import logging
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.formats.html.chrome import Chrome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _Element as Element
    from lxml.html import HtmlElement

SHORTEST = 250
"""Number of characters from which a text may be an article.

If both the extracted text and the paragraphs of a page have fewer, the full mode of trafilatura is tried. An
`<article>` with fewer is not taken for the main part of a page. A text with fewer is not examined for being a menu.
"""
FIRST_WIDE = "\u2e80"
"""Characters from this one on count as Chinese, Japanese or Korean; one of them counts as two or three letters."""
_MOST_ELEMENTS, _MOST_LINKS, _MOST_CHARACTERS = 30_000, 6_000, 3_000_000
"""Maximum sizes of a page on which trafilatura is run; it takes seconds for larger ones."""
_LINE = 60
"""Minimum number of characters of a line of prose; shorter lines may be entries of a menu."""
_LEAST_PROSE = 0.3
"""Minimum share of an article's characters that are in lines of prose."""
_TEXT_TAGS = ("p", "pre", "blockquote", "li", "td", "dd", "div", "section", "article", "main", "center", "font")
_PROSE = 80
"""Minimum number of characters of a paragraph, on a page whose article trafilatura does not find."""
_LARGEST_SHARE = 0.2
"""Share of a page's text, without `<aside>` and `<footer>`, from which an extracted text is taken as it is."""
_LONG = 3_000
"""Number of characters from which an extracted text is taken as it is, whatever its share of the page is."""
_MORE = 1.5
"""Minimum ratio by which a text extracted for recall must be longer than the first one to replace it."""
_ONCE = "once"
"""Value for trafilatura's option `focus` that it does not know.

With it, trafilatura does not measure the page to try again with another focus, which takes 1.4 ms.
"""


class _Mode(NamedTuple):
    """A way to call trafilatura."""

    fast: bool = True
    recall: bool = False


def extracted_text(root: HtmlElement, manual: Mapping[Element, Element]) -> str:
    """Return the text of the article that trafilatura extracts; empty if it finds none.

    Its fast mode takes about 8 ms a page. If that finds little of the page, it is run for recall; if it finds nearly
    nothing, and the paragraphs of the page (`prose_text`) are no article either, its full mode is run.

    Args:
        root: The body of the page.
        manual: The sections of a manual (`headings_with_slugs`); empty for other pages.
    """
    length = length_of(root)
    if _is_too_large(root, length):
        return ""
    # trafilatura drops sections with ids such as `menus`; those of manuals repeat the heading.
    ids = {element: element.get("id") or "" for element, heading in manual.items() if element is not heading}
    for element in ids:
        del element.attrib["id"]
    try:
        return _found(root, length)
    finally:
        for element, name in ids.items():
            element.set("id", name)


def _found(root: HtmlElement, length: int) -> str:
    best = _extract(root, _Mode())
    if 0 < len(best) < min(_LONG, _LARGEST_SHARE * (length - _length_beside(root))):
        more = _extract(root, _Mode(recall=True))
        if len(more) > max(SHORTEST, _MORE * len(best)):
            best = more
    if len(best) < SHORTEST and len(prose_text(root)) < SHORTEST:
        best = max(best, _extract(root, _Mode(fast=False)), key=len)
    return best if _is_prose(best) else ""


def _extract(root: HtmlElement, mode: _Mode) -> str:
    from trafilatura import bare_extraction  # noqa: PLC0415 - 230 ms, and only pages need it
    from trafilatura.settings import Extractor  # noqa: PLC0415 - see above

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    options = Extractor(fast=mode.fast, recall=mode.recall, comments=False)
    if mode.fast and not mode.recall:
        options.focus = _ONCE
    try:
        body = getattr(bare_extraction(root, options=options), "body", None)
    except Exception:  # noqa: BLE001 - a page that trafilatura fails on is still read
        body = None
    if body is None:
        return ""
    lines = (" ".join("".join(part.itertext()).split()) for block in body for part in _parts(block))
    return "\n".join(filter(None, lines))


def _parts(block: HtmlElement) -> list[HtmlElement]:
    """Return the parts of a block of extracted text that are lines: the items of a list, the rows of a table."""
    return list(block) if block.tag in ("list", "table") and len(block) else [block]


def _length_beside(root: HtmlElement) -> int:
    return sum(length_of(element) for element in root.iter("aside", "footer"))


@cache
def _measure() -> Callable[[HtmlElement], float]:
    from lxml.etree import XPath  # noqa: PLC0415 - 28 ms, and only pages need it

    measure: Callable[[HtmlElement], float] = XPath("string-length(normalize-space())")
    return measure


def length_of(element: HtmlElement) -> int:
    """Return the number of characters of an element, with each run of white space counted as one."""
    return int(_measure()(element))


def _is_too_large(root: HtmlElement, length: int) -> bool:
    """Return True if trafilatura would take seconds for a page, by its elements, its links or the `length` of its text.

    It takes 25 s for 200,000 links, and 4 s for a table of 50,000 rows.
    """
    elements = sum(1 for _ in islice(root.iter(), _MOST_ELEMENTS + 1))
    links = sum(1 for _ in islice(root.iter("a"), _MOST_LINKS + 1))
    return elements > _MOST_ELEMENTS or links > _MOST_LINKS or length > _MOST_CHARACTERS


def _is_prose(text: str) -> bool:
    """Return True unless a text consists of short lines, such as menus that were extracted in place of an article.

    A text of fewer than `SHORTEST` characters counts as prose.
    """
    long = sum(len(line) for line in text.split("\n") if len(line) >= _LINE)
    return long >= _LEAST_PROSE * len(text) or len(text) < SHORTEST


def prose_text(body: HtmlElement) -> str:
    """Return the long paragraphs of a page that are mostly no links, one in each line; empty if there are none."""
    chrome = Chrome(body)
    parts = []
    for element in body.iter(*_TEXT_TAGS):
        if element.tag == "p":
            text = " ".join("".join(element.itertext()).split())
            linked = sum(len("".join(link.itertext())) for link in element.iter("a"))
        else:
            own = (element.text, *(inner.tail for inner in element))
            text, linked = " ".join(" ".join(filter(None, own)).split()), 0
        is_long = len(text) >= _PROSE or (len(text) >= _PROSE // 3 and text[len(text) // 2] >= FIRST_WIDE)
        if is_long and linked < len(text) / 2 and not chrome.contains(element):
            parts.append(text)
    return "\n".join(parts)

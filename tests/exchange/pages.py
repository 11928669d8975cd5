"""Reading of exported pages by an XML parser, for tests: what a browser would find in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from tui_reader.exchange.clip import Clip, clip
from tui_reader.formats.registry import read
from tui_reader.model.anchor import Anchor
from tui_reader.model.annotation import Annotation, Placement, PlaceState
from tui_reader.model.article import Article, Headline, ReadingState

if TYPE_CHECKING:
    from collections.abc import Iterator

XHTML = "{http://www.w3.org/1999/xhtml}"
COLOURS = ("amber", "green", "blue", "rose", "violet")
ELEMENTS = frozenset(
    re.findall(
        r"\w+",
        "html head meta title style link body main nav article header section aside h1 h2 h3 h4 h5 h6 p div span bdi "
        "time a mark sup sub em strong code s kbd ins del pre ul ol li dl dt dd blockquote table thead tbody tr th td "
        "figure hr br",
    )
)
"""Every element that an exported page may have; none of them loads or runs anything."""
ATTRIBUTES = frozenset(
    re.findall(
        r"\S+",
        "id class lang dir title href rel role aria-label datetime value start charset name content http-equiv type "
        "data-annotation data-state data-language {http://www.w3.org/XML/1998/namespace}lang "
        "{http://www.idpf.org/2007/ops}type",
    )
)


def article(source: str, *highlights: tuple[str, str], state: ReadingState | None = None) -> Clip:
    """Return an article in Markdown with highlights, each given by its first words, or by all, and its note."""
    document = read(source.encode(), "article.md")
    annotations = []
    for number, (words, note) in enumerate(highlights, 1):
        first, _, last = words.partition("…")
        start = document.text.index(first)
        end = document.text.index(last, start) + len(last) if last else start + len(first)
        anchor = Anchor(document.text[start:end], "", "", start, end)
        placed = Placement(start, end, PlaceState.ANCHORED)
        annotations.append(Annotation(f"id{number}", "a", anchor, None, placed, number % 5 or 5, note))
    headline = Headline(Article("a", "article.md", document.metadata), state or ReadingState())
    return clip(headline, annotations, document, COLOURS)


def parse(page: str | bytes) -> ElementTree.Element:
    """Return the root of a page; a page that is not well-formed is an error, as is anything that loads or runs."""
    text = page.decode() if isinstance(page, bytes) else page
    root = ElementTree.fromstring(re.sub(r"\A(<\?xml[^>]*>\s*)?<!DOCTYPE html>", "", text))
    names = set()
    for element in root.iter():
        assert element.tag.removeprefix(XHTML) in ELEMENTS, element.tag
        assert set(element.keys()) <= ATTRIBUTES, element.keys()
        href = element.get("href", "#")
        assert re.match(r"https?://|mailto:|#|[a-z0-9-]+\.(?:xhtml|css)\b", href), href
        name = element.get("id")
        assert name is None or name not in names, f"{name} twice"
        names.add(name)
    for href in (element.get("href", "") for element in root.iter()):
        assert not href.startswith("#") or href[1:] in names, f"{href} leads nowhere"
    for element in root.iter(f"{XHTML}a"):
        assert not list(element.iterfind(f".//{XHTML}a")), "a link in a link"
    return root


def find_all(root: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    """Return the elements that have a class."""
    return [element for element in root.iter() if kind in element.get("class", "").split()]


def words(element: ElementTree.Element) -> str:
    """Return the text of an element without its white space."""
    return compact("".join(element.itertext()))


def compact(text: str) -> str:
    """Return a text without white space, and without characters that XML forbids."""
    return "".join(re.sub("[\ufffe\uffff\x7f-\x9f]", "", text).split())


def text_events(element: ElementTree.Element, marks: int = 0) -> Iterator[tuple[str, int]]:
    """Yield the text of an article as it was read, with the number of highlights over it.

    What the page adds is left out: notes, markers of lists, and links back. The number of a highlight is yielded as
    its id after a NUL.
    """
    if element.tag == f"{XHTML}aside" or {"marker", "back"} & set(element.get("class", "").split()):
        return
    if "n" in element.get("class", "").split():
        yield f"\x00{element.get('data-annotation')}", marks
        return
    marks += element.tag == f"{XHTML}mark"
    yield element.text or "", marks
    for child in element:
        yield from text_events(child, marks)
        yield child.tail or "", marks


def skeleton(element: ElementTree.Element) -> str:
    """Return the structure of an element in a short form: `ul(li(p'a') li(p'b'))`."""
    name = element.tag.removeprefix(XHTML)
    inside = " ".join(map(skeleton, element))
    text = "".join(element.itertext()).strip() if not inside else ""
    return f"{name}({inside})" if inside else f"{name}{text!r}"


def contrast(ink: str, paper: str) -> float:
    """Return the contrast ratio of two colours, as WCAG 2 defines it."""
    bright, dim = sorted((_luminance(ink), _luminance(paper)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

"""Preparation of a chapter's tree for the conversion to blocks: elements that have a meaning only in books.

All text of a book is shown: elements that are hidden in web pages, or replaced by scripts, are read, too. Drawings are
replaced by their texts and pictures; audio and video by a line with the file name.
"""

from __future__ import annotations

import re
from functools import cache
from posixpath import basename
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.epub.contents import LONGEST_TITLE
from tui_reader.formats.epub.xml_tree import OPS, line_of, local_name, types_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element as Element

NOTE_PREFIX = "epub-note:"
"""Prefix that marks the `href` of a link to a note; `book_text.py` removes it."""
QUIET = "data-quiet"
"""Attribute of elements whose blocks are quiet: footnotes within a chapter, and lines about media."""
_XLINK = "{http://www.w3.org/1999/xlink}href"
_SPECIAL = re.compile(
    rb"<(?:\w+:)?(?:svg|audio|video|object|iframe|noscript|template|dialog|canvas|select|textarea|datalist|map|portal"
    rb"|button|option|meter|progress|embed|area)\b"
)
"""Start tags of the elements that are changed: the bytes are searched first, since most chapters have none."""
_MEANINGS = (b"noteref", b"pagebreak", b"footnote")
"""Values of `epub:type` whose elements are changed or recorded."""
_BLOCKS = frozenset(
    ("object", "iframe", "noscript", "template", "dialog", "canvas", "select", "textarea", "datalist", "map", "portal")
)
"""Elements of web pages that are replaced by `<div>`, so that their content is read."""
_INLINE = frozenset(("button", "option", "meter", "progress", "embed", "area"))
"""Elements that are replaced by `<span>`."""
_MEDIA = {"audio": "Audio", "video": "Video"}
_DRAWN_TEXTS = frozenset(("text", "title", "desc", "foreignobject"))
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|bmp)$", re.IGNORECASE)
_NOTE_TYPES = frozenset(("footnote", "footnotes", "rearnote", "endnote"))
_FRONT_AND_BACK = frozenset(
    """
    frontmatter backmatter cover titlepage halftitlepage copyright-page imprint colophon seriespage toc loi lot
    dedication epigraph acknowledgments contributors other-credits errata index bibliography endnotes footnotes
    rearnotes glossary landmarks page-list
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
_FRONT_DEPTH = 3
"""Number of elements, from `<body>` inwards, whose `epub:type` applies to the chapter if each is an only child."""


class PageBreak(NamedTuple):
    """The beginning of a printed page in a chapter."""

    identifier: str
    label: str


class Prepared(NamedTuple):
    """A chapter's tree, ready for the conversion."""

    body: Element
    page_breaks: list[PageBreak]
    is_body_matter: bool
    """False if the chapter declares that it belongs to the front or back matter."""
    has_quiet: bool
    """True if some elements have the attribute `QUIET`."""


def prepare(root: Element, data: bytes) -> Prepared:
    """Change the tree of a chapter for the conversion.

    Args:
        root: The root of the tree.
        data: The bytes of the chapter; searching them for rare tags first is faster than searching the tree.
    """
    breaks: list[PageBreak] = []
    has_quiet = False
    for element in list(root.iter()) if _SPECIAL.search(data) else ():
        name = local_name(element)
        if name == "svg":
            _draw(element)
        elif name in _MEDIA:
            has_quiet = True
            _name_media(element, _MEDIA[name])
        elif name in _BLOCKS or name in _INLINE:
            _show(element, name)
    if any(word in data for word in _MEANINGS):
        for element in _with_meaning(root):
            has_quiet |= _mark(element, local_name(element), types_of(element), breaks)
    body = next((child for child in root if local_name(child) == "body"), root)
    return Prepared(body, breaks, _is_body_matter(body), has_quiet)


@cache
def _meaning_path() -> Callable[[Element], list[Element]]:
    from lxml import etree  # noqa: PLC0415 - 25 ms, needed when the first book is opened

    path: Callable[[Element], list[Element]] = etree.XPath(
        "//*[@epub:type or starts-with(@role, 'doc-')]", namespaces={"epub": OPS[1:-1]}
    )
    return path


def _with_meaning(root: Element) -> list[Element]:
    """Return the elements below a root that `prepare` changes or records because of `epub:type` or `role`, in order."""
    return _meaning_path()(root)


def _draw(svg: Element) -> None:
    """Replace a drawing by its texts and pictures."""
    has_text = False
    for inner in list(svg.iter()):
        name = local_name(inner)
        if name == "image":
            inner.tag = "img"
            inner.set("src", inner.get(_XLINK) or inner.get("href") or "")
            for size in ("width", "height"):
                inner.attrib.pop(size, None)
        elif name in _DRAWN_TEXTS and inner is not svg:
            has_text = True
            inner.tag = "p"
        elif name == "style":
            inner.tag = "style"
        elif name == "a" and (target := inner.get(_XLINK)):
            inner.tag = "a"
            inner.set("href", target)
    svg.tag = "div" if has_text else "span"


def _name_media(element: Element, kind: str) -> None:
    """Replace audio or video by a quiet line with the file name, followed by its fallback content."""
    sources = [
        element.get("src", ""),
        *(each.get("src", "") for each in element.iter() if local_name(each) == "source"),
    ]
    name = clean_line(basename(unquote(next(filter(None, sources), "").partition("#")[0])))
    element.tag = "div"
    line = element.makeelement("p", {QUIET: "1"})
    line.text = f"{kind}: {name}" if name else kind
    line.tail, element.text = element.text, None
    element.insert(0, line)


def _show(element: Element, name: str) -> None:
    """Replace an element such as `<object>` by one whose content is read; the picture of an object is put into it."""
    address = element.get("data", "") if name == "object" else ""
    if address and (element.get("type", "").startswith("image/") or _PICTURE.search(address)):
        picture = element.makeelement("img", {"src": address, "alt": line_of(element)})
        picture.tail, element.text = element.text, None
        element.insert(0, picture)
    element.tag = "div" if name in _BLOCKS else "span"


def _mark(element: Element, name: str, kinds: frozenset[str], breaks: list[PageBreak]) -> bool:
    """Mark an element as a reference to a note, a note or a page break, if it is one.

    Args:
        element: The element.
        name: Its local name.
        kinds: Its semantic types (`types_of`).
        breaks: Receives the page break if it has a label.

    Returns:
        True if the element is a footnote and got the attribute `QUIET`.
    """
    if "pagebreak" in kinds:
        label = element.get("title", "") or element.get("aria-label", "") or line_of(element)
        identifier = element.get("id") or f"epub-page-{len(breaks)}"
        element.set("id", identifier)
        if label := clean_line(label)[:LONGEST_TITLE]:
            breaks.append(PageBreak(identifier, label))
    elif name == "a":
        if "noteref" in kinds:
            element.set("href", NOTE_PREFIX + element.get("href", ""))
    elif not kinds.isdisjoint(_NOTE_TYPES) and name not in {"body", "html"} and "endnotes" not in kinds:
        is_footnote = "footnote" in kinds or "footnotes" in kinds
        if is_footnote:
            element.set(QUIET, "1")
        return is_footnote
    return False


def _is_body_matter(body: Element) -> bool:
    """Return True unless `<body>`, or an only child in it (`_FRONT_DEPTH`), declares a chapter front or back matter."""
    element: Element | None = body
    for _ in range(_FRONT_DEPTH):
        if element is None:
            break
        kinds = types_of(element)
        if not kinds.isdisjoint(_FRONT_AND_BACK):
            return False
        inner = [each for each in element if local_name(each)]
        element = inner[0] if len(inner) == 1 else None
    return True


def is_quiet(element: Element | None) -> bool:
    """Return True if an element or one of its ancestors has the attribute `QUIET`."""
    while element is not None:
        if element.get(QUIET):
            return True
        element = element.getparent()
    return False

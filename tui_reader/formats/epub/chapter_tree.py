"""Preparation of a chapter's tree for the conversion to blocks: what means something in books alone.

A book shows all of its text: elements that pages hide or replace by programs are read like any other. Drawings become
their texts and pictures; sound and film become a line that names them.
"""

from __future__ import annotations

import re
from posixpath import basename
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from tui_reader.document.clean import clean_line
from tui_reader.formats.epub.xml_tree import OPS, line_of, local_name, types_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NOTE_PREFIX = "epub-note:"
"""Beginning of the reference of a link to a note; `book_text.py` removes it."""
QUIET = "data-quiet"
"""Attribute of elements that are drawn in a muted tone: footnotes within a chapter, and lines about media."""
_XLINK = "{http://www.w3.org/1999/xlink}href"
_HIDING = re.compile(
    rb"hidden|display\s*:|visibility\s*:|sr-only|screen-?reader|offscreen|navbox|noprint|headerlink|MathJax"
)
_BLOCKS = frozenset(
    ("object", "iframe", "noscript", "template", "dialog", "canvas", "select", "textarea", "datalist", "map", "portal")
)
_INLINE = frozenset(("button", "option", "meter", "progress", "embed", "area"))
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
"""Number of elements from the top whose meaning is that of the whole chapter."""


class PageBreak(NamedTuple):
    """The beginning of a printed page in a chapter."""

    identifier: str
    label: str


class Prepared(NamedTuple):
    """A chapter's tree, ready for the conversion."""

    body: Element
    page_breaks: list[PageBreak]
    is_body_matter: bool
    """False if the chapter says that it belongs to the front or back matter."""
    has_quiet: bool
    """True if some elements have the attribute `QUIET`."""


def prepare(root: Element, data: bytes) -> Prepared:
    """Change the tree of a chapter for the conversion.

    Args:
        root: The root of the tree.
        data: The bytes of the chapter, in which rare words are searched first: that takes no time.
    """
    is_hiding = _HIDING.search(data) is not None
    has_types = b"epub:type" in data or b"doc-" in data
    breaks: list[PageBreak] = []
    has_quiet = False
    body = root
    for element in list(root.iter()):
        name = local_name(element)
        if name == "body":
            body = element
        elif name == "svg":
            _draw(element)
        elif name in _MEDIA:
            has_quiet = True
            _name_media(element, _MEDIA[name])
        elif name in _BLOCKS or name in _INLINE:
            _show(element, name)
        if is_hiding and len(element.attrib):
            _unhide(element)
        if has_types and len(element.attrib) and (kinds := types_of(element)):
            has_quiet |= _mark(element, name, kinds, breaks)
    return Prepared(body, breaks, _is_body_matter(body), has_quiet)


def _draw(svg: Element) -> None:
    """Turn a drawing into its texts and pictures."""
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
    """Turn sound or film into a muted line with the name of its file, before what is shown without a player."""
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
    """Turn an element of a program into one whose content is read; an object that is a picture shows it."""
    address = element.get("data", "") if name == "object" else ""
    if address and (element.get("type", "").startswith("image/") or _PICTURE.search(address)):
        picture = element.makeelement("img", {"src": address, "alt": line_of(element)})
        picture.tail, element.text = element.text, None
        element.insert(0, picture)
    element.tag = "div" if name in _BLOCKS else "span"


def _unhide(element: Element) -> None:
    """Remove what hides an element from a page."""
    attributes = element.attrib
    attributes.pop("hidden", None)
    if "display" in attributes.get("style", "") or "visibility" in attributes.get("style", ""):
        del attributes["style"]
    if _HIDING.search(attributes.get("class", "").encode("utf-8", "replace")):
        del attributes["class"]


def _mark(element: Element, name: str, kinds: frozenset[str], breaks: list[PageBreak]) -> bool:
    """Mark references to notes, notes and page breaks. Return True if the element is muted."""
    if "pagebreak" in kinds:
        label = element.get("title", "") or element.get("aria-label", "") or line_of(element)
        identifier = element.get("id") or f"epub-page-{len(breaks)}"
        element.set("id", identifier)
        if label := clean_line(label):
            breaks.append(PageBreak(identifier, label))
    elif name == "a":
        if "noteref" in kinds:
            element.set("href", NOTE_PREFIX + element.get("href", ""))
        if "noteref" in kinds or "backlink" in kinds:
            # The conversion of pages leaves out links back to the text; a book keeps all of its words.
            for attribute in (f"{OPS}type", "role", "class", "rev"):
                element.attrib.pop(attribute, None)
    elif not kinds.isdisjoint(_NOTE_TYPES) and name not in {"body", "html"} and "endnotes" not in kinds:
        is_footnote = "footnote" in kinds or "footnotes" in kinds
        if is_footnote:
            element.set(QUIET, "1")
        return is_footnote
    return False


def _is_body_matter(body: Element) -> bool:
    """Return True unless the outermost elements of a chapter say that it is front or back matter."""
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
    """Return True if an element, or one around it, is drawn in a muted tone."""
    while element is not None:
        if element.get(QUIET):
            return True
        element = element.getparent()
    return False

"""Where the blocks of a page are in its tree, and how much of their text is links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.document.blocks import SpanKind
from tui_reader.formats.html.elements import tag_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element as Element

    from tui_reader.formats.text.table_text import UnplacedBlock

_CONTENTS = re.compile(
    r"(?:^|[\s_-])(?:[gl]?toc|toctree|table-?of-?contents|contents|local-?toc|on-this-page)(?:[\s_-]|$)", re.IGNORECASE
)
"""Pattern of the classes and ids of tables of contents within a page, such as `toc` or `table-of-contents`."""


def linked_share(pieces: Iterable[UnplacedBlock]) -> float:
    """Return the share of the text of blocks that is links to other pages."""
    linked = length = 0
    for piece in pieces:
        length += len(piece.text)
        linked += sum(s.end - s.start for s in piece.spans if s.kind is SpanKind.LINK and not s.target.startswith("#"))
    return linked / max(length, 1)


def common_element(first: Element, second: Element, root: Element) -> Element:
    """Return the innermost element that contains two elements; both are `root` or within it."""
    path = set(path_to(first, root))
    return next((element for element in path_to(second, root) if element in path), root)


def child_containing(around: Element, element: Element) -> Element | None:
    """Return the child of `around` that is `element` or contains it; None if `element` is `around` itself."""
    child = None
    each: Element | None = element
    while each is not None and each is not around:
        child, each = each, each.getparent()
    return child


def path_to(element: Element, root: Element) -> Iterable[Element]:
    """Yield an element and its ancestors up to `root`."""
    each: Element | None = element
    while each is not None:
        yield each
        each = None if each is root else each.getparent()


def lists_around(element: Element, root: Element) -> Iterable[Element]:
    """Yield the lists that contain an element, the innermost first."""
    return (each for each in path_to(element, root) if tag_of(each) in ("ul", "ol", "dl"))


def is_named_contents(element: Element) -> bool:
    """Return True if an element is named like a table of contents."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return len(names) > 1 and _CONTENTS.search(names) is not None

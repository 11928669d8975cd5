"""Elements that are not text of the page and have no end tag: what follows them must not vanish with them.

libxml2 puts what follows `<select>`, `<canvas>` or `<embed>` into that element, up to the end of its parent, and
everything up to the end of the page into `<textarea>` or `<title>`.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

_RAW = ("textarea", "title", "iframe")
"""Elements whose content has no tags: without their end tag, the page would be their text."""
_NAME_ENDS = frozenset(" \t\r\n\f/>")
_CHOICES = ("select", "datalist", "option", "optgroup")
"""Elements that contain no blocks; a block within them means that an end tag is missing."""
_VOID = ("embed", "bgsound", "keygen")
"""Elements without content that libxml2 does not know as such."""
_ENDED = ("canvas", "object", "video", "audio", "noscript", "template", "dialog", "map", "meter", "progress", "math")
"""Elements that are not text of the page, and into which libxml2 puts all that follows if their end tag is missing."""
_MOST_SUSPECTS = 100
"""Number of elements of `_CHOICES` and `_ENDED` that are searched for blocks.

If a page has as many or more, all its blocks are examined.
"""
_LEVELS = 4
"""Maximum number of ancestors of a block that are tested for being unclosed; the search ends at a block."""
_BLOCKS = frozenset(
    """
    p div h1 h2 h3 h4 h5 h6 ul ol dl table pre blockquote article section main aside nav header footer form figure hr
    details address center fieldset
    """.split()  # noqa: SIM905 - a list would take a line for each name
)


def without_unclosed(source: str) -> str:
    """Return a page without the last start tag of each element such as `<textarea>` that is never ended."""
    for name in _RAW:
        for tag in (f"<{name}", f"<{name.upper()}"):
            start = source.rfind(tag)
            if start < 0 or source[start + len(tag) : start + len(tag) + 1] not in _NAME_ENDS:
                continue
            is_ended = source.find(f"</{tag[1:]}", start) >= 0 or source.find(f"</{name}", start) >= 0
            end = source.find(">", start)
            if not is_ended and end >= 0:
                source = source[:start] + source[end + 1 :]
    return source


def move_out_of_unclosed(root: HtmlElement, source: str) -> None:
    """Take out of unclosed elements, such as `<select>` or `<canvas>`, the blocks that libxml2 put into them.

    Args:
        root: The tree of the page.
        source: The page as text.
    """
    for element in list(root.iter(*_VOID)):
        if len(element) or element.text:
            _move_after(element, list(element))
    suspects = list(islice(root.iter(*_CHOICES, *_ENDED), _MOST_SUSPECTS))
    if len(suspects) < _MOST_SUSPECTS and not any(next(e.iter(*_BLOCKS), None) is not None for e in suspects):
        return
    misplaced: dict[HtmlElement, HtmlElement] = {}
    for block in root.iter(*_BLOCKS):
        if (around := _unclosed_around(block)) is not None:
            misplaced.setdefault(around, block)
    folded = source.lower() if misplaced else ""
    lacks_end = {
        name: folded.count(f"<{name}") > folded.count(f"</{name}")
        for name in {str(element.tag) for element in misplaced}
    }
    last: dict[HtmlElement, HtmlElement] = {}
    for element, block in misplaced.items():
        if element.tag in _CHOICES:
            outermost = _outermost_choice(element)
            others = [block, *(each for each in block.itersiblings() if each.tag not in _CHOICES)]
            _move_after(last.get(outermost, outermost), others)
            last[outermost] = others[-1]
        elif lacks_end[str(element.tag)]:
            element.drop_tag()


def _unclosed_around(block: HtmlElement) -> HtmlElement | None:
    """Return the nearest ancestor of a block that cannot contain blocks, such as `<select>`.

    None if there is none within `_LEVELS` ancestors, or if another block is between the two.
    """
    around = block.getparent()
    for _ in range(_LEVELS):
        if around is None or around.tag in _BLOCKS:
            break
        if around.tag in _CHOICES or around.tag in _ENDED:
            return around
        around = around.getparent()
    return None


def _outermost_choice(element: HtmlElement) -> HtmlElement:
    for _ in range(_LEVELS):
        around = element.getparent()
        if around is None or around.tag not in _CHOICES:
            break
        element = around
    return element


def _move_after(element: HtmlElement, inner: Iterable[HtmlElement]) -> None:
    """Move elements, each with the text after it, to the place after an element and before the text after that."""
    place, after = element, element.tail
    place.tail = None
    if element.tag in _VOID:
        place.tail, element.text = element.text, None
    for each in inner:
        # A sibling is added directly after an element, before its text.
        text, place.tail = place.tail, None
        place.addnext(each)
        place.tail = text
        place = each
    if after:
        place.tail = (place.tail or "") + after

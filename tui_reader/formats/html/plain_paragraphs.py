"""A fast path for the most frequent paragraphs of books: text with styles and links, but nothing else.

Such a paragraph is converted without an event for each tag, in a third of the time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tui_reader.document.blocks import Span, SpanKind
from tui_reader.document.cleaning import clean_text
from tui_reader.formats.text.bare_links import may_have_links
from tui_reader.formats.text.running_text import TAGS, safe_target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lxml.etree import _Element as Element

_SPACE = re.compile(r"\s+")
_INLINE: Final = frozenset(
    "a abbr b big cite code del dfn em font i ins kbd mark s small span strike strong sub sup tt u var".split()  # noqa: SIM905 - a list would take a line for each name
)
"""Tags that are only styles or links; paragraphs with other tags are converted by events."""
_STYLES: dict[object, SpanKind | None] = {tag: TAGS.get(tag) for tag in _INLINE}
_LINE_STARTS = frozenset(("", " ", "\n"))
"""Last characters of a text after which a space is left out."""


class _Part(NamedTuple):
    """A part of a paragraph with one style."""

    text: str
    kind: SpanKind | None = None
    target: str = ""


def read_plain(
    paragraph: Element, link: Callable[[str], str], *, with_attributes: bool
) -> tuple[str, Sequence[Span]] | None:
    """Return the text and the spans of a paragraph that contains only text, styles and links.

    None for any other paragraph: `BlockEvents` must convert it tag by tag.

    Args:
        paragraph: The element.
        link: Function from the address of a link to its target in the document.
        with_attributes: True to ignore attributes except `id` and `name`, on a page whose elements are all kept; False
            if another attribute, such as a class, may hide an element.
    """
    if paragraph.attrib and not (with_attributes and _is_nameless(paragraph)):
        return None
    parts = [_Part(paragraph.text)] if paragraph.text else []
    for child in paragraph:
        tag = child.tag
        if tag not in _STYLES or len(child):
            return None
        kind, target = _STYLES[tag], ""
        if attributes := child.attrib:
            if not ((with_attributes or tag == "a") and _is_nameless(child)):
                return None
            if tag == "a":
                if not with_attributes and len(attributes) > 1:
                    return None
                target = safe_target(link(attributes.get("href", "")))
        if kind is SpanKind.LINK and not target:
            kind = None
        if child.text:
            parts.append(_Part(child.text, kind, target))
        if child.tail:
            parts.append(_Part(child.tail))
    return _joined(parts)


def _is_nameless(element: Element) -> bool:
    """Return True if an element is not a link target: it has neither `id` nor `name`."""
    attributes = element.attrib
    return "id" not in attributes and "name" not in attributes


def _joined(parts: Sequence[_Part]) -> tuple[str, Sequence[Span]] | None:
    """Return the parts as one text with single spaces, and its spans.

    None if `BlockEvents` must convert the text: it may have an address outside of links, or it has a line break.
    """
    pieces: list[str] = []
    spans: list[Span] = []
    length = 0
    last = ""
    for text, kind, target in parts:
        is_printable = text.isprintable()
        if not is_printable or "  " in text:
            text = _SPACE.sub(" ", text)  # noqa: PLW2901 - the text as it is shown
        if last in _LINE_STARTS:
            text = text.lstrip(" ")  # noqa: PLW2901
        if not is_printable:
            text = clean_text(text)  # noqa: PLW2901
        if not text:
            continue
        if kind is not SpanKind.LINK and may_have_links(text):
            return None
        pieces.append(text)
        if kind is not None:
            spans.append(Span(kind, length, length + len(text), target))
        length += len(text)
        last = text[-1]
    whole = "".join(pieces)
    if whole[:1] in (" ", "\t", "\n") or "\n" in whole:
        return None if whole else ("", ())
    stripped = whole.rstrip(" \t")
    if spans and len(stripped) < len(whole):
        size = len(stripped)
        spans = [span._replace(end=min(span.end, size)) for span in spans if span.start < size]
    return stripped, spans

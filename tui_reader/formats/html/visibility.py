"""Which elements of a page are not shown: hidden by an attribute, a style or a well-known class."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.formats.html.elements import tag_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

_HIDING_STYLE = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE)
HIDING_CLASSES = frozenset(
    """
    sr-only visuallyhidden visually-hidden screen-reader-text screen-reader-only screen-reader screenreader
    screenreader-text screenreader-only sf-hidden u-hidden-visually a11y-hidden offscreen hidden-visually
    is-visually-hidden mw-editsection mw-empty-elt navbox noprint headerlink anchorjs-link hash-link mathjax_preview
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""Classes, in lower case, of elements that are only for screen readers, or are not text of the page."""


def is_hidden(given: Mapping[str, str]) -> bool:
    """Return True if an element's own attributes hide it, by `hidden` or by its style.

    `aria-hidden` is not examined, since it does not hide an element on the screen.
    """
    if "hidden" in given and given["hidden"] != "until-found":
        return True
    return "style" in given and _HIDING_STYLE.search(given["style"]) is not None


def shown_length(element: Element) -> int:
    """Return the number of characters of an element's texts, without white space at their ends, scripts and styles."""
    skipped = ("script", "style", "noscript", "template")
    return sum(
        len(text.strip())
        for inner in element.iter()
        if tag_of(inner) not in skipped
        for text in (inner.text, inner.tail)
        if text
    )

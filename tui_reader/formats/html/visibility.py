"""Which elements of a page are not shown: hidden by an attribute, a style or a well-known class."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

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

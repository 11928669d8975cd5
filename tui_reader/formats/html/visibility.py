"""Which elements of a page are not shown: hidden by an attribute, a style or a well-known class."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_HIDING_STYLE = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE)
_HIDING_CLASS = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader(?:-text|-only)?|screenreader(?:-text|-only)?|sf-hidden|u-hidden-visually"
    r"|a11y-hidden|offscreen|hidden-visually|is-visually-hidden|mw-editsection|mw-empty-elt|navbox|noprint"
    r"|headerlink|anchorjs-link|hash-link|MathJax_Preview)(?:\s|$)",
    re.IGNORECASE,
)


def is_hidden(given: Mapping[str, str]) -> bool:
    """Return True if an element's own attributes hide it.

    `aria-hidden` alone hides nothing from the eyes, so it is not examined here.
    """
    if "hidden" in given and given["hidden"] != "until-found":
        return True
    if "style" in given and _HIDING_STYLE.search(given["style"]):
        return True
    return _HIDING_CLASS.search(given.get("class", "")) is not None

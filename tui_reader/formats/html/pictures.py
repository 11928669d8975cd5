"""The picture of an `<img>`: its address among lazy and responsive ones, and whether it is an icon or invisible."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.formats.html.elements import attributes_of, tag_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

_LAZY = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-orig-src",
    "data-lazy",
    "data-hi-res-src",
    "data-src-large",
    "data-image",
    "data-img-src",
    "data-full-src",
    "data-url",
    "data-actualsrc",
    "data-original-src",
    "data-runner-src",
    "file",
)
"""Attributes with the address of a picture that a script loads when it is scrolled into view."""
_LAZY_SETS = ("srcset", "data-srcset", "data-lazy-srcset", "data-original-set")
"""Attributes with the addresses of a picture in several sizes."""
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|tiff?)(?:[?#&]|$)|^https?://[^\s]*image", re.IGNORECASE)
"""Pattern of an address that is probably a picture's: with the suffix of a picture, or a web address with `image`."""
_PLACEHOLDER = re.compile(
    r"(?:^|[/_.-])(?:blank|spacer|placeholder|transparent|pixel|1x1|lazy-?load(?:er|ing)?|loading|grey|gray|clear|empty|dummy|fallback)"
    r"[\w-]*\.(?:gif|png|svg|jpe?g|webp)|^about:",
    re.IGNORECASE,
)
"""Pattern of the address of a picture that is shown until a script loads the right one: `…/lazy-loader.gif`."""
_SMALL_DATA = 1_500
"""Maximum length of a `data:` address that is a placeholder if the element has another address."""
_SINGLE_FILE = re.compile(r"var\((--sf-img-\d+)\)")
_NUMBER = re.compile(r"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*$")
_CANDIDATE = re.compile(r"\s*,?\s*(\S*[^\s,])(?:\s+([\d.]+)([wx]))?\s*(?:,|$)")
"""Pattern of a picture in a `srcset`: `a.jpg 800w` (its width in pixels) or `a.jpg 2x` (its density)."""
_ICON_SIZE = 40
"""Maximum width and height in pixels of a picture that is an icon or a character of the text, if both are known."""
_TEXT_CLASSES = re.compile(
    r"(?:^|[\s_-])(?:emoji|wp-smiley|smiley|emoticon|latex|math|tex|mwe-math\S*|formula)(?:$|[\s_-])", re.IGNORECASE
)
_WORD = re.compile(r"\w+")
_OTHER_WORDS = 0.2
"""Maximum share of words of a description that its caption may lack, for example because it spells them otherwise."""
_MOST_CANDIDATES = 60


class Picture(NamedTuple):
    """A picture in a page."""

    source: str
    """Address as written in the page; empty if there is none."""
    alternative: str
    is_small: bool
    """True if the picture is an icon, or a character of the text around it, such as an emoji or a formula."""
    is_invisible: bool
    """True if the picture is too small to see, such as a tracking pixel."""


def says_no_more(alternative: str, caption: str, *, exactly: bool = False) -> bool:
    """Return True if a description has no word, or nearly none, that the caption of the picture does not have.

    Args:
        alternative: The description.
        caption: The caption.
        exactly: True if the caption must have all words.
    """
    words, others = (set(_WORD.findall(text.casefold())) for text in (alternative, caption))
    return len(words - others) <= (0 if exactly else _OTHER_WORDS * len(words))


def picture_of(image: Element) -> Picture:
    """Return the picture that an `<img>` shows."""
    given = attributes_of(image)
    alternative = given.get("alt") or given.get("title") or ""
    sizes = [int(found[1]) for name in ("width", "height") if (found := _NUMBER.match(given.get(name, "")))]
    is_text = bool(_TEXT_CLASSES.search(given.get("class", "")))
    return Picture(
        _source_of(image, given),
        alternative,
        is_text or (len(sizes) > 1 and max(sizes) <= _ICON_SIZE) or (bool(sizes) and min(sizes) <= 20),
        not is_text and bool(sizes) and max(sizes) <= 2,
    )


def _source_of(image: Element, given: Mapping[str, str]) -> str:
    """Return the address of a picture: `src`, or one in other attributes or elements if `src` is a placeholder."""
    source = given.get("src", "").strip()
    if single := _SINGLE_FILE.search(given.get("style", "")):
        return f"data:{single[1]}"
    if source and not _is_placeholder(source):
        return source
    for name in _LAZY:
        address = given.get(name, "").strip()
        if address and not address.startswith(("{", "[")) and " " not in address and not _is_placeholder(address):
            return address
    for name in _LAZY_SETS:
        if address := _largest(given.get(name, "")):
            return address
    if address := _from_picture(image) or _from_noscript(image):
        return address
    for name, value in given.items():
        if name not in ("src", "alt", "title", "class", "id", "style") and _PICTURE.search(value) and " " not in value:
            return value
    return source


def _from_picture(image: Element) -> str:
    """Return the address in the first usable `<source>` of the `<picture>` around an image; empty without one."""
    parent = image.getparent()
    while parent is not None and tag_of(parent) == "source":  # libxml2 does not know that this element is empty
        parent = parent.getparent()
    if parent is None or tag_of(parent) != "picture":
        return ""
    for inner in islice(parent.iter(), _MOST_CANDIDATES):
        if tag_of(inner) == "source":
            given = attributes_of(inner)
            for name in _LAZY_SETS:
                if address := _largest(given.get(name, "")):
                    return address
    return ""


def _from_noscript(image: Element) -> str:
    """Return the address in the `<noscript>` that replaces a lazy image if scripts do not run; empty without one."""
    beside = image.getnext()
    if beside is None or tag_of(beside) != "noscript":
        return ""
    inner = beside.find(".//img")
    if inner is not None:
        return (inner.get("src") or "").strip()
    found = re.search(r"<img[^>]*?\ssrc=[\"']([^\"']+)", beside.text or "")
    return found[1] if found else ""


def _is_placeholder(source: str) -> bool:
    if source[:5].lower() == "data:":
        return len(source) < _SMALL_DATA
    return not source or source == "#" or _PLACEHOLDER.search(source) is not None


def _largest(candidates: str) -> str:
    """Return the address of the largest picture in a `srcset` that is at most 2,000 pixels wide, else the first one.

    Empty if the `srcset` has no picture, or if that one is a placeholder.
    """
    best, best_size, position = "", -1.0, 0
    for _ in range(_MOST_CANDIDATES):
        found = _CANDIDATE.match(candidates, position)
        if found is None or found.end() == position:
            break
        position = found.end()
        if found[1][:5].lower() == "data:":
            continue
        size = float(found[2]) if found[2] and found[2].replace(".", "", 1).isdigit() else 1.0
        size = size if found[3] == "w" else size * 1_000
        if size > best_size and (size <= 2_000 or not best):
            best, best_size = found[1], size
    return "" if _is_placeholder(best) else best

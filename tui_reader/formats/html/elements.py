"""Helpers for the tags, attributes and text of lxml elements, from an HTML or an XHTML parser."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from tui_reader.document.normalization import title_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

_PREFIXES = {
    "http://www.idpf.org/2007/ops": "epub:",
    "http://www.w3.org/XML/1998/namespace": "xml:",
    "http://www.w3.org/1999/xlink": "xlink:",
}
_FIRST_INSIDE = 60
"""Maximum number of descendants that `has_inside` examines."""


def tag_of(element: Element) -> str:
    """Return the name of an element in lower case, without namespace; empty for comments and instructions."""
    tag = element.tag
    return _local_name(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=1_000)
def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def attributes_of(element: Element) -> Mapping[str, str]:
    """Return the attributes of an element, those of other vocabularies with their usual prefix (`epub:type`)."""
    given = dict(element.items())
    for name in given:
        if name[0] == "{":
            return {_usual_name(name): value for name, value in given.items()}
    return given


def _usual_name(name: str) -> str:
    if name[0] != "{":
        return name
    namespace, _, local = name[1:].partition("}")
    return _PREFIXES.get(namespace, "") + local


def is_in_class(given: Mapping[str, str], names: frozenset[str]) -> bool:
    """Return True if an element has one of several classes.

    Args:
        given: The attributes of the element.
        names: Names of classes in lower case.
    """
    return "class" in given and not names.isdisjoint(given["class"].lower().split())


def is_about(given: Mapping[str, str], *roles: str) -> bool:
    """Return True if an element has one of several roles, by `epub:type` or `role`.

    Args:
        given: The attributes of the element.
        roles: Names of roles without the prefix `doc-`, such as `noteref`.
    """
    if "role" not in given and "epub:type" not in given:
        return False
    said = f"{given.get('epub:type', '')} {given.get('role', '')}"
    return any(word.removeprefix("doc-") in roles for word in said.lower().split())


def text_of(element: Element, most: int = 1_000) -> str:
    """Return the text of an element and its descendants with single spaces, cut off soon after `most` characters.

    The limit keeps the work linear where elements of one kind are nested in each other thousands of times.
    """
    parts: list[str] = []
    length = 0
    for count, text in enumerate(element.itertext()):
        parts.append(text)
        length += len(text.strip())
        if length > most or count > most:
            break
    return " ".join("".join(parts).split())


def has_inside(element: Element, *tags: str) -> bool:
    """Return True if one of the first 60 descendants of an element has one of several tags."""
    return any(tag_of(inner) in tags for inner in islice(element.iter(), 1, _FIRST_INSIDE))


def headings_with_slugs(root: Element) -> dict[Element, Element]:
    """Map each section whose `id` is its heading's text, as generators of manuals write it, to that heading.

    A section is the heading itself or the element that begins with it. Such an id says nothing about the section, while
    other ids may mark it as a menu or as comments.
    """
    found = {}
    for heading in root.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        around = heading.getparent()
        for element in (heading, around) if around is not None and _begins(heading) else (heading,):
            name = element.get("id")
            if name and title_key(name.removeprefix("user-content-")) == title_key(text_of(heading, 200)):
                found[element] = heading
    return found


def _begins(heading: Element) -> bool:
    """Return True if only elements without text, such as link targets, precede a heading in its parent element."""
    before = list(islice(heading.itersiblings(preceding=True), _FIRST_INSIDE))
    return len(before) < _FIRST_INSIDE and not any(len(each) or each.text for each in before)

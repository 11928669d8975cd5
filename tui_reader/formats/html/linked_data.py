"""The description of an article in JSON-LD, which most news sites embed in their pages."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.cleaning import clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ARTICLE = re.compile(
    r"^(?:https?://schema\.org/)?(?:\w*Article|BlogPosting|Report|SocialMediaPosting|DiscussionForumPosting|Review|Recipe|HowTo"
    r"|Book|Chapter|CreativeWork|Blog)$"
)
"""Pattern of the types of schema.org for articles, such as `NewsArticle`."""
_PAGE = re.compile(r"^(?:https?://schema\.org/)?(?:WebPage|ItemPage|QAPage|Question|VideoObject)$")
"""Pattern of the types of schema.org for pages, which describe the article if there is no object of an article."""
_WRAPPED = re.compile(
    r"^\s*(?:<!--|(?://\s*|/\*\s*)?<!\[CDATA\[(?:\s*\*/)?)|(?:-->|(?://\s*|/\*\s*)?\]\]>(?:\s*\*/)?)\s*$"
)
"""Pattern of the marks that older pages put around a script: `<!-- … -->`, `//<![CDATA[ … //]]>`."""
_NESTED = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "itemListElement", "item")
"""Members whose values are objects that may describe the article, too."""
_MOST_OBJECTS = 500
"""Maximum number of values of a script that are examined."""
_MOST_CHARACTERS = 2_000_000
"""Maximum length of a script that is read."""


class LinkedData(NamedTuple):
    """What JSON-LD says about an article; empty where it says nothing."""

    title: str = ""
    byline: str = ""
    source: str = ""
    date: str = ""
    url: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    body: str = ""
    """The text of the article, with its line breaks; empty on most sites."""


def read_linked_data(scripts: Iterable[str]) -> LinkedData:
    """Return the description of the article in the scripts of a page.

    Objects of type article have precedence over those of type page.

    Args:
        scripts: The contents of the elements `<script type="application/ld+json">`.
    """
    objects = [each for script in scripts for each in _objects(script)]
    found = next((each for each in objects if _is(each, _ARTICLE)), None) or next(
        (each for each in objects if _is(each, _PAGE)), None
    )
    if found is None:
        return LinkedData()
    by_id = {each["@id"]: each for each in objects if isinstance(each.get("@id"), str) and len(each) > 1}
    is_article = _is(found, _ARTICLE)
    return LinkedData(
        title=_line(found.get("headline")) or (_line(found.get("name")) if is_article else ""),
        byline=", ".join(dict.fromkeys(_names(found.get("author") or found.get("creator"), by_id)))
        if is_article
        else "",
        source=next(iter(_names(found.get("publisher"), by_id)), ""),
        date=_line(found.get("datePublished")) or _line(found.get("dateCreated")),
        url=_line(found.get("url")) or _line(found.get("mainEntityOfPage")),
        language=_line(found.get("inLanguage")),
        tags=tuple(_keywords(found.get("keywords"))) if is_article else (),
        body=_text(found.get("articleBody")) if is_article else "",
    )


def _objects(script: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a script, outer ones first; nothing if the script is not valid JSON."""
    if len(script) > _MOST_CHARACTERS:
        return
    try:
        waiting: list[Any] = [json.loads(_WRAPPED.sub("", script), strict=False)]
    except (ValueError, RecursionError):
        return
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            break
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting[:0] = value[:_MOST_OBJECTS]
        elif isinstance(value, dict):
            yield value
            waiting += [value[key] for key in _NESTED if isinstance(value.get(key), dict | list)]


def _is(value: dict[str, Any], kind: re.Pattern[str]) -> bool:
    types = value.get("@type")
    return any(isinstance(each, str) and kind.match(each) for each in (types if isinstance(types, list) else [types]))


def _names(value: object, by_id: dict[str, dict[str, Any]]) -> list[str]:
    """Return the names of persons or organizations.

    Args:
        value: A string, an object with `name`, a reference such as `{"@id": "#ann"}`, or a list of these.
        by_id: The objects of the page by their `@id`.
    """
    names = []
    for each in value if isinstance(value, list) else [value]:
        said: object = each
        if isinstance(each, dict):
            said = each.get("name") or by_id.get(str(each.get("@id")), {}).get("name")
        if isinstance(said, list):
            said = ", ".join(name for name in said if isinstance(name, str))
        if line := _line(said):
            names.append(line)
    return names


def _keywords(value: object) -> list[str]:
    words = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return [line for word in words if (line := _line(word))]


def _text(value: object) -> str:
    return clean_text(unescape(value)) if isinstance(value, str) else ""


def _line(value: object) -> str:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@id") or value.get("name") or value.get("@value")
    return clean_line(unescape(value)) if isinstance(value, str) else ""

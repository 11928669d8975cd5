"""Conversion of the header keys of site generators and web clippers to the fields of `Metadata`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import urlsplit

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.metadata.null_values import NULLS, is_null

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TITLE = ("title", "headline", "name")
_BYLINE = ("byline", "author", "authors", "creator", "by")
_SOURCE = ("source", "site", "publication", "publisher", "site_name", "website", "journal", "newspaper")
_DATE = (
    "date",
    "published",
    "publish_date",
    "pubdate",
    "date_published",
    "publishdate",
    "created",
    "updated",
    "lastmod",
)
_TAGS = ("tags", "tag", "keywords", "categories", "category", "topics")
_ALIASES = ("aliases", "alias")
_LANGUAGE = ("lang", "language", "locale")
_URL = ("url", "link", "canonical", "canonical_url", "permalink", "original_url", "source_url", "source", "uri")
_ID = ("id", "guid", "uid", "uuid")
_NESTED_TABLES = ("taxonomies", "extra", "params", "metadata", "meta")
"""Names of the nested tables of a header in which site generators (Zola, Hugo) put fields."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        1,
    )
    for name in names
}
_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|UTC|GMT|[+-]\d\d?(?::?\d\d)?)?)?",
    re.IGNORECASE,
)
"""Pattern of `2026-02-01`, `2026/2/1`, `2026-02-01T18:30:05+01:00`."""
_DAY_FIRST = re.compile(r"(?:[A-Za-z]{3,9}\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th)?\.?\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})\b")
"""Pattern of `1 Feb 2026`, `Sunday, 1st February 2026`."""
_MONTH_FIRST = re.compile(r"(?:[A-Za-z]{3,9}\.?,?\s+)?([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
"""Pattern of `Feb 1, 2026`, `Sun. February 1st 2026`."""
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
"""Pattern of `1.2.2026`, `13/02/2026`."""
_CJK = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_TAG_PATH = re.compile(r"#\S+(?:\s+#\S+)*")
"""Pattern of tags in one line with number signs: `#physics #to-read`."""
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


class Fields(TypedDict, total=False):
    """The fields of `Metadata` that a header sets; empty fields are absent."""

    id: str
    title: str
    byline: str
    source: str
    date: str
    url: str
    language: str
    tags: tuple[str, ...]
    aliases: tuple[str, ...]


def fields_of(header: Mapping[str, Any]) -> Fields:
    """Return the fields that a header sets, by their names in `Metadata`. Never raises."""
    keys = dict(_flat(header))
    fields = Fields()
    if title := _first(keys, _TITLE):
        fields["title"] = title
    if byline := _first(keys, _BYLINE):
        fields["byline"] = byline
    if source := _source(keys):
        fields["source"] = source
    for name in _DATE:
        if iso := iso_date(keys.get(name)):
            fields["date"] = iso
            break
    for name in _URL:
        if url := web_address(keys.get(name)):
            fields["url"] = url
            break
    if language := language_tag(_first(keys, _LANGUAGE)):
        fields["language"] = language
    if tags := _tags(keys):
        fields["tags"] = tags
    if aliases := _aliases(keys):
        fields["aliases"] = aliases
    if identity := _first(keys, _ID):
        fields["id"] = identity
    return fields


def _flat(header: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield all keys of a header in lower case with their values, including nested tables.

    Keys of nested tables come first, so that equal outer keys replace them in a dictionary.
    """
    for key, value in header.items():
        if key.lower() in _NESTED_TABLES and isinstance(value, dict):
            yield from ((str(inner).lower().replace("-", "_"), item) for inner, item in value.items())
    for key, value in header.items():
        if not (key.lower() in _NESTED_TABLES and isinstance(value, dict)):
            yield key.lower().replace("-", "_").replace(" ", "_"), value


def _first(keys: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((line for name in names if (line := _line(keys.get(name)))), "")


def _line(value: Any) -> str:
    """Return a header value as one line: items of a list joined by commas, the `name` of a mapping."""
    if is_null(value):
        return ""
    if isinstance(value, str):
        return clean_line(value)
    if isinstance(value, list):
        return ", ".join(line for item in value if (line := _line(item)))
    if isinstance(value, dict):
        return next((_line(value[key]) for key in ("name", "title", "full_name") if key in value), "")
    if isinstance(value, bool):
        return ""
    return clean_line(str(value))


def _source(keys: Mapping[str, Any]) -> str:
    """Return the publication named in a header, or the host name if it gives an address there; empty without one."""
    source = _first(keys, _SOURCE)
    if web_address(source):
        return (urlsplit(source).hostname or "").removeprefix("www.")
    return source


def _tags(keys: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the distinct tags of all tag keys of a header, in the order of the header."""
    tags: dict[str, str] = {}
    for name in _TAGS:
        value = keys.get(name)
        for item in value if isinstance(value, list) else _split(_line(value)):
            if tag := _line(item).removeprefix("#").strip():
                tags.setdefault(tag.casefold(), tag)
    return tuple(tags.values())


def _aliases(keys: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the aliases of an article, without paths: Hugo stores former paths of a page under the same key."""
    found: dict[str, None] = {}
    for name in _ALIASES:
        value = keys.get(name)
        for item in value if isinstance(value, list) else _split(_line(value)):
            if (alias := _line(item)) and not alias.startswith("/"):
                found[alias] = None
    return tuple(found)


def _split(line: str) -> list[str]:
    """Split tags that are written in one line, such as `a, b` or `#a #b`; skip `null` if there are several."""
    if _TAG_PATH.fullmatch(line):
        return line.split()
    parts = [part.strip() for part in re.split(r"[,;、，]", line)]
    return parts if len(parts) == 1 else [part for part in parts if part not in NULLS]


def language_tag(value: str) -> str:
    """Return a language as a BCP 47 tag, such as `en-GB` for `en_GB`; empty if the value is not a language tag."""
    return value.replace("_", "-") if _LANGUAGE_TAG.fullmatch(value) else ""


def web_address(value: object) -> str:
    """Return a value unchanged if it is an `http` or `https` address without spaces; else empty."""
    if not isinstance(value, str):
        return ""
    address = clean_line(value)
    if " " in address:
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.netloc else ""


def iso_date(value: object) -> str:
    """Convert a date, or a date with time, to ISO 8601; empty if the date is ambiguous.

    `03/04/2020` is ambiguous: it may mean March or April.
    """
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, str)), "")
    if not isinstance(value, str):
        return ""
    written = clean_line(value)[:80]
    try:
        return _iso(written)
    except ValueError:  # a date that does not exist, such as 30 February
        return ""


def _iso(written: str) -> str:
    if match := _ISO.match(written):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        if match[4] is None:
            return date(year, month, day).isoformat()
        moment = datetime(year, month, day, int(match[4]), int(match[5]), int(match[6] or 0))  # noqa: DTZ001 - zone follows
        return moment.replace(tzinfo=_zone(match[7])).isoformat()
    if match := _CJK.match(written):
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    if match := _DAY_FIRST.match(written):
        return _named(match[3], match[2], match[1])
    if match := _MONTH_FIRST.match(written):
        return _named(match[3], match[1], match[2])
    if match := _NUMERIC.match(written):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        # With points the day always comes first; with other separators only a number above 12 identifies the day.
        if match[2] == "." or first > 12:
            return date(year, second, first).isoformat()
        return date(year, first, second).isoformat() if second > 12 else ""
    return ""


def _named(year: str, month: str, day: str) -> str:
    number = _MONTHS.get(month.lower())
    return date(int(year), number, int(day)).isoformat() if number else ""


def _zone(written: str | None) -> tzinfo | None:
    if not written:
        return None
    if written.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = written[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if written[0] == "-" else offset)

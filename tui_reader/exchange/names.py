"""Parsing of authors' names in bylines."""

from __future__ import annotations

import re

_SEPARATOR = re.compile(r"\s+(?:and|&)\s+|\s*;\s*", re.IGNORECASE)
_MOST_PARTS = 3
"""Maximum number of words of a name that is split into given name and family name."""


def authors(byline: str) -> tuple[str, ...]:
    """Return the authors named in a byline, in their order.

    Commas separate names only if each name has at least two words: `Ada Møller, Bob Lee`, but not `Møller, Ada`.
    """
    found = []
    for part in _SEPARATOR.split(byline):
        names = [name.strip() for name in part.split(",") if name.strip()]
        found += names if all(" " in name for name in names) else [part.strip(" ,")]
    return tuple(filter(None, found))


def split_name(name: str) -> tuple[str, str]:
    """Split a name into family name and given name; the given name is empty for a group or if uncertain."""
    if name.count(",") == 1:
        family, _, given = name.partition(",")
        return family.strip(), given.strip()
    words = name.split()
    if "," in name or not 1 < len(words) <= _MOST_PARTS or not all(word[0].isupper() for word in words):
        return name, ""
    return words[-1], " ".join(words[:-1])

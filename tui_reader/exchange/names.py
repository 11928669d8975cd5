"""Names of authors, as bylines give them."""

from __future__ import annotations

import re

_SEPARATOR = re.compile(r"\s+(?:and|&)\s+|\s*;\s*", re.IGNORECASE)
_MOST_PARTS = 3
"""Largest number of words that a name has which is split into given name and family name."""


def authors(byline: str) -> tuple[str, ...]:
    """Return the authors of a byline in their order.

    Commas separate names only if each of them has two words or more: `Ada Møller, Bob Lee`, but not `Møller, Ada`.
    """
    found = []
    for part in _SEPARATOR.split(byline):
        names = [name.strip() for name in part.split(",") if name.strip()]
        found += names if all(" " in name for name in names) else [part.strip(" ,")]
    return tuple(filter(None, found))


def split_name(name: str) -> tuple[str, str]:
    """Return family name and given name; the given name is empty for a group, or where it is not certain."""
    if name.count(",") == 1:
        family, _, given = name.partition(",")
        return family.strip(), given.strip()
    words = name.split()
    if "," in name or not 1 < len(words) <= _MOST_PARTS or not all(word[0].isupper() for word in words):
        return name, ""
    return words[-1], " ".join(words[:-1])

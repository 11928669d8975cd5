"""Suggestions for misspelt field names and values of a query."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.model.annotation import COLOURS
from tui_reader.model.query import FieldName
from tui_reader.search.fields import ALIASES, FIELDS, PART_ALIASES, STATE_ALIASES, ValueKind

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST = 40
"""Length in code points from which names are not compared: comparing takes quadratic time."""
_TWO_NUMBERS = LazyPattern(r"(?<![\d,.])([1-9]\d\d),([1-9]\d\d)(?![\d.]|,\d)", re.ASCII)
"""Matches a number such as `800,900`, which may be meant as two."""


def suggest_field(name: str) -> str:
    """Return the field name most similar to an unknown name; "" if none is similar."""
    lowered = name.lower()
    if not 2 <= len(lowered) <= _LONGEST:
        return ""
    # A name of two letters, such as the `to:` of a letter, is a word and no misspelt field.
    names = [each for each in ALIASES if len(each) > 2]
    return next(iter(get_close_matches(lowered, names, 1, 0.74)), "")


def suggest_value(name: FieldName, text: str, colours: Sequence[str]) -> str:
    """Return the value of a field most similar to an invalid value; "" if none is similar."""
    spec = FIELDS[name]
    values: list[str] = list(spec.choices)
    if name is FieldName.IS:
        values += STATE_ALIASES
    elif name is FieldName.HAS:
        values += PART_ALIASES
    elif spec.kind is ValueKind.COLOUR:
        values += colours
    elif spec.kind is ValueKind.DATE:
        values += ("today", "yesterday")
    if not values or len(text) > _LONGEST:
        return ""
    return next(iter(get_close_matches(text.lower(), values, 1, 0.6)), "")


def suggest_range(typed: str) -> str:
    """Return a field of a query with a range in place of the first two numbers that are read as one; "" without such.

    A comma also separates thousands, as in `words:10,000`; in `words:800,900` it hardly does.
    """
    found = _TWO_NUMBERS.search(typed)
    if found is None:
        return ""
    low, high = sorted(found.groups())
    return f"{typed[: found.start()]}{low}..{high}{typed[found.end() :]}"


def expected_values(name: FieldName, colours: Sequence[str]) -> str:
    """Describe the valid values of a field in a few words."""
    spec = FIELDS[name]
    if spec.kind is ValueKind.DATE:
        return "a date such as 2026-10, an age such as 7d, or a range such as 2026-01..2026-03"
    if spec.kind is ValueKind.NUMBER:
        return "a number"
    if spec.kind is ValueKind.COLOUR:
        return ", ".join((f"1 to {COLOURS}", *colours))
    return ", ".join(spec.choices)

"""Suggestions for misspelt field names and values of a query."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from tui_reader.model.query import FieldName
from tui_reader.search.fields import ALIASES, FIELDS, PART_ALIASES, STATE_ALIASES, ValueKind

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST = 40
"""Length in code points from which names are not compared: comparing takes quadratic time."""


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

"""Parser of the filter of an annotations list: words, colours, tags, states and dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tui_reader.document.normalization import search_key
from tui_reader.model.annotation import COLOURS, PlaceState
from tui_reader.model.query import And, Field, FieldName, Not, Or, Phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui_reader.model.query import Term

_parts = re.compile(r'(-?)(?:(\w+):)?(?:"([^"]*)("?)|(\S+))').finditer
_FIELDS = ("colour", "tag", "is", "has", "after", "before", "added")
_SHORT = {"c": "colour", "color": "colour", "t": "tag", "state": "is", "since": "after"}
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True)
class ParsedQuery:
    """The terms that were understood in a typed filter, and the first mistake in it."""

    terms: tuple[Term, ...] = ()
    problem: str = ""
    """The first part of the filter that was not understood, in a few words; empty if every part was."""

    @property
    def query(self) -> And:
        """Return all terms as one query."""
        return And(self.terms)


def parse(text: str, colours: Sequence[str], today: date) -> ParsedQuery:
    """Parse the filter of an annotations list.

    Words must all occur in quote, note, tags or title, without regard to case or accents. `colour:claim` or `c:1`,
    `tag:x`, `is:orphan`, `is:lost`, `is:gone`, `has:note`, `after:2026-05-01`, `before:`, `added:<30d` and `added:>2w`
    narrow further; a `-` before any part negates it. A part that is half typed or cannot be understood narrows nothing;
    between quotation marks every character is searched for.

    Args:
        text: The filter as typed.
        colours: Names of the colours.
        today: The day from which ages count.
    """
    terms: list[Term] = []
    problem = ""
    for part in _parts(text):
        minus, field, phrase, closed, word = part.groups()
        value = phrase if phrase is not None else word
        if phrase is None and _is_begun(word, field):
            continue
        name = _full_name(field or "")
        if name and name not in _FIELDS:
            if name.isalpha() and not value.startswith("//"):
                problem = problem or f"no field “{field}”: {', '.join(_FIELDS)}"
                continue
            name, value = "", f"{field}:{value}"
        if phrase is not None and not closed:
            problem = problem or "the quotation mark is still open"
        if not value:
            continue
        try:
            term = _term(name, value, colours, today)
        except ValueError as error:
            problem = problem or str(error)
            continue
        terms.append(Not(term) if minus else term)
    return ParsedQuery(tuple(terms), problem)


def _full_name(field: str) -> str:
    """Return the full name of a field that may be abbreviated."""
    return _SHORT.get(field.casefold(), field.casefold())


def _is_begun(word: str, field: str | None) -> bool:
    """Return True if a word is an incomplete part of a filter: `-`, or a field without a value."""
    return field is None and (word == "-" or (word.endswith(":") and _full_name(word[:-1]) in _FIELDS))


def _term(name: str, value: str, colours: Sequence[str], today: date) -> Term:
    """Return the term of one part of a filter.

    Args:
        name: The full name of the part's field; empty for a word or a phrase.
        value: The text after the name.
        colours: Names of the colours.
        today: The day from which ages count.

    Raises:
        ValueError: The value cannot be understood; the message shows values that can.
    """
    if name == "colour":
        return _colour(value, colours)
    if name == "tag":
        return Field(FieldName.TAG_PREFIX, value.lstrip("#"))
    if name == "is":
        return _state(value.casefold())
    if name == "has":
        return _has(value.casefold())
    if name in ("after", "before"):
        return _date(name, value)
    if name == "added":
        return _age(value.casefold(), today)
    return Phrase(value)


def _colour(value: str, colours: Sequence[str]) -> Term:
    """Return the term of a colour's number, or of the beginning of a colour's name."""
    if value.isdecimal() and 1 <= int(value) <= COLOURS:
        return Field(FieldName.COLOUR, str(int(value)))
    found = [number for number, name in enumerate(colours, start=1) if search_key(name).startswith(search_key(value))]
    if not found:
        raise ValueError(f"no colour “{value}”")
    return _any_of(FieldName.COLOUR, map(str, found))


def _state(value: str) -> Term:
    """Return the term of a state.

    Annotations of articles that are not in the library are `gone`, and count as `lost` too.
    """
    gone = Field(FieldName.ARTICLE, "gone")
    if "gone".startswith(value):
        return gone
    if "lost".startswith(value):
        return Or((_any_of(FieldName.STATE, (PlaceState.ORPHAN, PlaceState.AMBIGUOUS)), gone))
    found = [state for state in PlaceState if state.value.startswith(value)]
    if not found:
        raise ValueError(f"is:{value}? lost, gone, orphan, ambiguous, moved or anchored")
    return _any_of(FieldName.STATE, found)


def _has(value: str) -> Term:
    for part in ("note", "tags"):
        if part.startswith(value):
            return Field(FieldName.HAS, part)
    raise ValueError(f"has:{value}? note or tags")


def _date(name: str, value: str) -> Term:
    """Return the term of a date.

    Dates are compared as text, so the beginning of one is enough: `after:2026-05`.
    """
    if not re.fullmatch(r"\d{4}(-\d{0,2}(-\d{0,2})?)?", value):
        raise ValueError(f"{name}:{value}? a date such as 2026-05-01")
    return Field(FieldName.FROM if name == "after" else FieldName.BEFORE, value)


def _age(value: str, today: date) -> Term:
    """Return the term of an age, such as `<30d` (younger than 30 days) or `>2w`.

    A month (`m`) counts 30 days, a year (`y`) 365.
    """
    found = re.fullmatch(r"([<>])(\d{1,4})([dwmy])", value)
    if found is None:
        raise ValueError(f"added:{value}? an age such as <30d, <2w, >6m or >1y")
    days = int(found[2]) * _DAYS[found[3]]
    first = (today - timedelta(min(days, today.toordinal() - 1))).isoformat()
    return Field(FieldName.FROM if found[1] == "<" else FieldName.BEFORE, first)


def _any_of(name: FieldName, values: Iterable[str]) -> Term:
    """Return a term that matches if a field has one of several values."""
    return Or(tuple(Field(name, str(value)) for value in values))

"""Explanation of a parsed query in words, for the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.model.query import And, Field, FieldName, Interval, Not, Operator, Or, Phrase, Value, Word
from tui_reader.search.effect import effective, ordering_fields
from tui_reader.search.fields import FIELDS, ValueKind, colour_numbers, part_of, sort_of, states_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.model.query import Term

LONGEST = 240
"""Maximum length of an explanation in code points: a longer one would hide what stands below it on the screen."""
_NOUNS = {
    FieldName.TITLE: "title with",
    FieldName.BY: "by",
    FieldName.SOURCE: "from",
    FieldName.TAG: "tagged",
    FieldName.NOTE: "note with",
    FieldName.QUOTE: "highlight with",
    FieldName.TEXT: "text with",
    FieldName.LANG: "in language",
    FieldName.PATH: "path with",
    FieldName.KIND: "of kind",
}
_DATES = {
    FieldName.DATE: "dated",
    FieldName.PUBLISHED: "published",
    FieldName.ADDED: "added",
    FieldName.OPENED: "opened",
    FieldName.FINISHED: "finished",
    FieldName.ANNOTATED: "annotated",
}
_UNITS = {FieldName.WORDS: " words", FieldName.MINUTES: " minutes", FieldName.PROGRESS: " % read"}
_COMPARED = {
    Operator.LESS: "less than ",
    Operator.MORE: "more than ",
    Operator.AT_MOST: "at most ",
    Operator.AT_LEAST: "at least ",
}
_AGES = {"d": "day", "w": "week", "m": "month", "y": "year"}


def explain(term: Term, colours: Sequence[str] = ()) -> str:
    """Return in one line what a query matches, such as “tagged nato, more than 800 words, not starred”.

    Parts without effect, such as `tag:` without a value, are left out; order and limit of the list come last. Of a long
    line, the first `LONGEST` code points are returned.

    Args:
        term: The query.
        colours: The reader's names of the highlight colours.
    """
    # Of several orders or limits, the last one counts.
    ordering = {field.name: _explained_field(field, colours) for field in ordering_fields(term)}
    restricting = effective(term)
    found = _explained_part(restricting, colours) if isinstance(restricting, Or) and ordering else ""
    line = ", ".join(filter(None, (found or _explained(restricting, colours), *ordering.values()))) or "everything"
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _explained(term: Term, colours: Sequence[str]) -> str:
    match term:
        case And():
            return ", ".join(filter(None, (_explained_part(each, colours) for each in term.terms)))
        case Or():
            return " or ".join(_explained_part(each, colours) for each in term.terms)
        case Not():
            return f"not {_explained_part(term.term, colours)}"
        case Word() | Phrase():
            return f"“{term.text}{'…' * term.is_prefix}”"
        case Field():
            return _explained_field(term, colours)


def _explained_part(term: Term, colours: Sequence[str]) -> str:
    """Return one term in words, in parentheses if it contains several terms."""
    text = _explained(term, colours)
    return f"({text})" if isinstance(term, And | Or) and len(term.terms) > 1 else text


def _explained_field(term: Field, colours: Sequence[str]) -> str:
    values = [_explained_value(term, value, colours) for value in term.values]
    text = " or ".join(dict.fromkeys(values))
    if term.name in _NOUNS:
        return f"{_NOUNS[term.name]} {text}"
    return f"{_DATES[term.name]} {text}" if term.name in _DATES else text


def _explained_value(term: Field, value: Value | Interval, colours: Sequence[str]) -> str:
    kind = FIELDS[term.name].kind
    if kind is ValueKind.DATE:
        return _explained_date(value, term.operator)
    if kind is ValueKind.NUMBER:
        if term.name is FieldName.LIMIT:
            return f"the first {value.text if isinstance(value, Value) else ''}"
        return _explained_number(value, term.operator) + _UNITS[term.name]
    if isinstance(value, Interval):
        return f"{value.low}..{value.high}"
    match term.name:
        case FieldName.IS:
            return " or ".join(states_of(value.text))
        case FieldName.HAS:
            return f"with {part_of(value.text)}"
        case FieldName.SORT:
            sort = sort_of(value.text)
            return str(sort) if sort else ""
        case FieldName.COLOUR:
            numbers = colour_numbers(value.text, colours)
            names = (
                colours[number - 1] if number <= len(colours) and colours[number - 1] else str(number)
                for number in numbers
            )
            return f"colour {' or '.join(names)}"
    if value.is_quoted or FIELDS[term.name].kind is ValueKind.WORDS:
        return f"“{value.text}{'…' * value.is_prefix}”"
    return f"{value.text}{'…' * value.is_prefix}"


def _explained_number(value: Value | Interval, operator: Operator) -> str:
    if isinstance(value, Value):
        return _COMPARED.get(operator, "") + value.text.removesuffix("%")
    if not value.low:
        return f"at most {value.high}"
    return f"{value.low} to {value.high}" if value.high else f"at least {value.low}"


def _explained_date(value: Value | Interval, operator: Operator) -> str:
    if isinstance(value, Interval):
        if not value.low:
            return f"until {_date(value.high)}"
        return f"from {_date(value.low)} to {_date(value.high)}" if value.high else f"since {_date(value.low)}"
    age = _age(value.text)
    if age:
        is_older = operator in {Operator.MORE, Operator.AT_LEAST}
        return f"more than {age} ago" if is_older else f"in the last {age}"
    before = {
        Operator.LESS: "before ",
        Operator.AT_MOST: "until ",
        Operator.MORE: "after ",
        Operator.AT_LEAST: "since ",
    }
    return before.get(operator, "") + value.text


def _age(text: str) -> str:
    """Return an age such as `7d` in words; "" if the text is not an age."""
    count, unit = text[:-1], _AGES.get(text[-1:].lower(), "")
    return f"{count} {unit}{'s' * (count != '1')}" if unit and count.isdecimal() else ""


def _date(text: str) -> str:
    age = _age(text)
    return f"{age} ago" if age else text

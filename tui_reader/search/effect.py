"""The effect of a query: which of its parts restrict the records that it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.normalization import search_key
from tui_reader.model.query import EVERYTHING, And, Field, FieldName, Interval, Not, Or
from tui_reader.search.fields import FIELDS, ValueKind

if TYPE_CHECKING:
    from tui_reader.model.query import Term, Value

ORDERING = frozenset({FieldName.SORT, FieldName.LIMIT})
"""Fields that order or shorten the whole list; they restrict no single record, wherever they stand in a query."""
_TEXTS = frozenset({ValueKind.WORDS, ValueKind.NAME})


def effective(term: Term) -> Term:
    """Return a query without the parts that restrict nothing, such as `tag:`, `""` and `-note:""`.

    A part without a value is not typed to its end, or a script inserted an empty value. It must neither find everything
    as an alternative (`nato OR tag:`) nor exclude everything when negated.
    """
    match term:
        case And() | Or():
            parts = [effective(each) for each in term.terms]
            kept = tuple(part for part in parts if not _is_everything(part))
            if len(kept) == len(parts) and all(map(_is_same, kept, term.terms)):
                return term
            # An `Or` without terms finds nothing, and must not result from alternatives that restrict nothing.
            return term.with_fields(terms=kept) if kept else EVERYTHING
        case Not():
            inner = effective(term.term)
            return EVERYTHING if _is_everything(inner) else term if inner is term.term else term.with_fields(term=inner)
        case Field():
            values = tuple(each for each in term.values if not _is_empty(term.name, each))
            if not values or term.name in ORDERING:
                return EVERYTHING
            return term if len(values) == len(term.values) else term.with_fields(values=values)
    return term if _has_letters(term.text) else EVERYTHING


def finds_everything(term: Term) -> bool:
    """Return True if a query restricts nothing, not even the number of records by `limit:`."""
    return _is_everything(effective(term)) and not any(each.name is FieldName.LIMIT for each in ordering_fields(term))


def ordering_fields(term: Term) -> list[Field]:
    """Return the `sort:` and `limit:` fields of a query that have a value, in the order of its text.

    The parser accepts them only outside of parentheses and without a minus. They count for the whole query there: in
    `nato OR space sort:oldest`, too, although `OR` binds less tightly than a blank.
    """
    match term:
        case And() | Or():
            return [field for each in term.terms for field in ordering_fields(each)]
        case Field() if term.name in ORDERING and term.values:
            return [term]
    return []


def has_field(term: Term) -> bool:
    """Return True if a query contains a field with a value, such as `tag:done`."""
    match term:
        case And() | Or():
            return any(map(has_field, term.terms))
        case Not():
            return has_field(term.term)
    return isinstance(term, Field) and bool(term.values)


def _is_everything(term: Term) -> bool:
    return isinstance(term, And) and not term.terms


def _is_same(one: Term, other: Term) -> bool:
    return one is other


def _is_empty(name: FieldName, value: Value | Interval) -> bool:
    """Return True if a value of a field of words or names has no letters or signs, such as `""` or `#`."""
    if isinstance(value, Interval) or FIELDS[name].kind not in _TEXTS:
        return False
    return not _has_letters(value.text.strip().lstrip("#") if name is FieldName.TAG else value.text)


def _has_letters(text: str) -> bool:
    """Return True if a text has visible characters: a soft hyphen alone is not searched for."""
    return bool(search_key(text).strip())

"""The roles of the parts of a query's text, for colouring: fields, values, operators, negation, errors."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from tui_reader.model.query import And, Field, Not, Or, Phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_reader.model.query import Term
    from tui_reader.model.ranges import Range
    from tui_reader.search.parsed_query import ParsedQuery


class Role(StrEnum):
    """The role of a part of a query's text, which determines its colour."""

    WORD = "word"
    PHRASE = "phrase"
    FIELD = "field"
    """The name of a field with the following operator."""
    VALUE = "value"
    OPERATOR = "operator"
    """`OR`, `AND`, parentheses, commas."""
    NEGATION = "negation"
    """The sign `-` before a negated part."""
    EXCLUDED = "excluded"
    """The value or the words of a negated part."""
    SLIP = "slip"
    BLANK = "blank"


def parts_with_roles(query: ParsedQuery) -> list[tuple[str, Role]]:
    """Split the text of a query into parts, each with its role; the parts joined are the text."""
    text = query.text
    if not text:
        return []
    roles = [Role.BLANK if character.isspace() else Role.OPERATOR for character in text]
    for span, role in _roles(query.term, is_excluded=False):
        roles[span[0] : span[1]] = [role] * (span[1] - span[0])
    for slip in query.slips:
        if not slip.is_begun:
            roles[slip.span.start : slip.span.end] = [Role.SLIP] * (slip.span.end - slip.span.start)
    parts: list[tuple[str, Role]] = []
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or roles[index] is not roles[start]:
            parts.append((text[start:index], roles[start]))
            start = index
    return parts


def _roles(term: Term, *, is_excluded: bool) -> Iterator[tuple[tuple[int, int], Role]]:
    start, end = term.span
    match term:
        case And() | Or():
            for each in term.terms:
                yield from _roles(each, is_excluded=is_excluded)
        case Not():
            yield (start, start + 1), Role.NEGATION
            yield from _roles(term.term, is_excluded=not is_excluded)
        case Field():
            yield from _field_roles(term, term.span, is_excluded=is_excluded)
        case Phrase():
            yield (start, end), Role.EXCLUDED if is_excluded else Role.PHRASE
        case _:
            yield (start, end), Role.EXCLUDED if is_excluded else Role.WORD


def _field_roles(term: Field, span: Range, *, is_excluded: bool) -> Iterator[tuple[tuple[int, int], Role]]:
    first = term.values[0].span.start if term.values else span.end
    yield (span.start, first), Role.FIELD
    for value in term.values:
        yield (value.span.start, value.span.end), Role.EXCLUDED if is_excluded else Role.VALUE

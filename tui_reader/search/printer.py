"""Printing of queries as text: `parse(print_query(term)).term == term` for every term that the parser returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.model.query import And, Field, FieldName, Interval, Not, Or, Phrase, Value, Word

if TYPE_CHECKING:
    from tui_reader.model.query import Term


def print_query(term: Term) -> str:
    """Return the text of a query, which the parser converts back to an equal query."""
    match term:
        case And():
            return " ".join(_grouped(each) for each in term.terms)
        case Or():
            # An `OR` binds less tightly than the blank between parts, so only another `OR` needs parentheses.
            return " OR ".join(
                _in_parentheses(each) if isinstance(each, Or) else print_query(each) for each in term.terms
            )
        case Not():
            return (
                f"-{print_query(term.term)}"
                if isinstance(term.term, Word | Phrase | Field)
                else f"-{_in_parentheses(term.term)}"
            )
        case Word():
            return term.text + "*" * term.is_prefix
        case Phrase():
            return quoted(term.text)
        case Field():
            # In a number of words, a single comma before three digits is part of the number.
            comma = ",," if term.name is FieldName.WORDS else ","
            values = comma.join(map(_print_value, term.values))
            # A name with `://` is the beginning of an address.
            return f"{term.name}{term.operator}{',' * values.startswith('//')}{values}"


def quoted(text: str) -> str:
    """Return a phrase between quotation marks that do not occur in it."""
    if '"' not in text:
        return f'"{text}"'
    return f"“{text.replace('”', ' ')}”"


def _grouped(term: Term) -> str:
    """Return the text of a term, in parentheses if it contains several terms."""
    return _in_parentheses(term) if isinstance(term, And | Or) else print_query(term)


def _in_parentheses(term: Term) -> str:
    """Return the text of a group; a blank separates its `)` from a word such as `f(`."""
    text = print_query(term)
    return f"({text} )" if text.count("(") > text.count(")") else f"({text})"


def _print_value(value: Value | Interval) -> str:
    if isinstance(value, Interval):
        return f"{value.low}..{value.high}"
    return quoted(value.text) if value.is_quoted else value.text + "*" * value.is_prefix

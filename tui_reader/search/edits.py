"""Edits of a query's text by key commands: add or remove tags, a source, or a sort order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.model.query import And, Field, FieldName, Not, Or, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.model.query import Term


class Chosen(NamedTuple):
    """The values of a field that a query requires at its top level, and those that it excludes there."""

    included: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()


def top_terms(term: Term) -> Sequence[Term]:
    """Return the terms that a query joins by “and” at its top level; a single term if it joins none."""
    return term.terms if isinstance(term, And) else (term,)


def chosen(term: Term, name: FieldName) -> Chosen:
    """Return the values of a field that a query requires and excludes, for the marks of the sidebar.

    Only top-level fields with one whole value count, such as `tag:nato` and `-tag:nato`, not `tag:nato,eu`.
    """
    included: set[str] = set()
    excluded: set[str] = set()
    for each in top_terms(term):
        inner = each.term if isinstance(each, Not) else each
        if isinstance(inner, Field) and inner.name is name and len(inner.values) == 1:
            value = inner.values[0]
            if isinstance(value, Value) and not value.is_prefix:
                (excluded if inner is not each else included).add(value.text)
    return Chosen(frozenset(included), frozenset(excluded))


def exact(name: FieldName, text: str) -> Field:
    """Return a term for one whole value; it is quoted, except for a tag of letters, digits and hyphens."""
    # A `source:` matches a whole name only if it is quoted; a tag that is a word may have subtags.
    is_plain = name is FieldName.TAG and text.replace("-", "").isalnum()
    return Field(name, (Value(text.replace('"', " "), is_quoted=not is_plain),))


def with_term(text: str, term: Term) -> str:
    """Return the text of a query that is narrowed by a further term.

    Alternatives joined by `OR` are put in parentheses first: otherwise the term would narrow only the last one.
    """
    from tui_reader.search.parser import parse  # noqa: PLC0415 - 1 ms with the printer, at the first change
    from tui_reader.search.printer import print_query  # noqa: PLC0415 - as above

    before = text.strip()
    if isinstance(parse(text).term, Or):
        before = f"({before})"
    elif before.count('"') % 2:
        before += '"'
    return f"{before} {print_query(term)}".strip()


def without(text: str, name: FieldName, value: str | None = None) -> str:
    """Return the text of a query without its top-level terms of a field, negated or not.

    Args:
        text: The text of the query.
        name: The field.
        value: Remove only the terms with this single value; None to remove all terms of the field.
    """
    from tui_reader.search.parser import parse  # noqa: PLC0415 - as above

    parts: list[str] = []
    start = 0
    for each in top_terms(parse(text).term):
        inner = each.term if isinstance(each, Not) else each
        if not isinstance(inner, Field) or inner.name is not name:
            continue
        values = [entry.text for entry in inner.values if isinstance(entry, Value)]
        if value is None or values == [value]:
            parts.append(text[start : each.span.start].strip())
            start = each.span.end
    parts.append(text[start:].strip())
    return " ".join(filter(None, parts))

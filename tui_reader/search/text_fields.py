"""The `text:` fields of a query; their values are searched for in all texts before the query is evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.model.query import And, Field, FieldName, Not, Or, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_reader.model.query import Term


def text_values(query: Term) -> Iterator[Value]:
    """Yield the values of all `text:` fields of a query."""
    match query:
        case And() | Or():
            for term in query.terms:
                yield from text_values(term)
        case Not():
            yield from text_values(query.term)
        case Field() if query.name is FieldName.TEXT:
            yield from (value for value in query.values if isinstance(value, Value))

"""Edits of a query's text by key commands: add or remove tags, a source, or a sort order."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.document.normalization import search_key
from tui_reader.model.query import EVERYTHING, And, Field, FieldName, Not, Or, Value
from tui_reader.search.effect import ORDERING, ordering_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.model.query import Term

_DOUBLED = LazyPattern(r" OR(?: OR)+ ")
_OPENING = LazyPattern(r"(?:OR|AND|-?\()\Z")
_DANGLING = LazyPattern(r"^OR | OR$")


class Chosen(NamedTuple):
    """The keys of the values that a query requires for a field at its top level, and of those that it excludes there.

    The keys are those of `value_key`.
    """

    included: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()


@lru_cache(maxsize=131_072)
def value_key(text: str) -> str:
    """Return the key of a value, by which `tag:Nato`, `tag:"#nato"` and a tag `NATO` are recognized as equal.

    Cached, since with each letter the names of all sources and tags may be compared. The cache must have room for all
    of them: as each call passes through all names, a smaller one would find none of them again.
    """
    return search_key(text.strip().lstrip("#"))


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
                (excluded if inner is not each else included).add(value_key(value.text))
    return Chosen(frozenset(included), frozenset(excluded))


def exact(name: FieldName, text: str) -> Field:
    """Return a term for one whole value; it is quoted, except for a tag of letters, digits and hyphens."""
    # A `source:` matches a whole name only if it is quoted; a tag that is a word may have subtags.
    is_plain = name is FieldName.TAG and text.replace("-", "").isalnum()
    return Field(name, (Value(text.replace('"', " "), is_quoted=not is_plain),))


def with_term(text: str, term: Term) -> str:
    """Return the text of a query that is narrowed by a further term.

    No open part of the query, such as a phrase or a group, may absorb the term.

    Alternatives joined by `OR` are put in parentheses first, an unfinished phrase gets its quotation mark, and an `OR`
    or `(` at the end is removed. If all that does not help, as after an unfinished group, the query is
    printed in its usual form.
    """
    from tui_reader.search.parser import parse  # noqa: PLC0415 - 1 ms with the printer, at the first change
    from tui_reader.search.printer import print_query  # noqa: PLC0415 - as above

    added = print_query(term)
    before = text.strip()
    while (query := parse(before)).is_unfinished:
        before = _OPENING.sub("", before).rstrip()
    if isinstance(query.term, Or) and (ordering := ordering_fields(query.term)):
        # In the parentheses they would be words.
        before = without(without(before, FieldName.SORT), FieldName.LIMIT)
        query = parse(before)
        added = " ".join([added, *map(print_query, ordering)])
        term = And((term, *ordering))
    narrowed = And((*top_terms(query.term), *top_terms(term))) if query.term != EVERYTHING else term
    for form in (before, f"{before})", f"({before})", f'{before}"', f"{before}”"):
        if parse(wider := f"{form} {added}".strip()).term == narrowed:
            return wider
    if isinstance(query.term, Or) and parse(print_query(narrowed)).term != narrowed:
        # A word such as `:)` would close the parentheses around the alternatives.
        return " OR ".join(f"{print_query(each)} {added}" for each in query.term.terms)
    return print_query(narrowed)


def without(text: str, name: FieldName, value: str | None = None) -> str:
    """Return the text of a query without its top-level terms of a field, negated or not.

    Args:
        text: The text of the query.
        name: The field; `sort:` and `limit:` are removed from alternatives, too, since they count for the whole query.
        value: Remove only the terms with this single value; None to remove all terms of the field.
    """
    from tui_reader.search.parser import parse  # noqa: PLC0415 - as above

    parts: list[str] = []
    start = 0
    term = parse(text).term
    for each in ordering_fields(term) if name in ORDERING else top_terms(term):
        inner = each.term if isinstance(each, Not) else each
        if not isinstance(inner, Field) or inner.name is not name:
            continue
        keys = [value_key(entry.text) for entry in inner.values if isinstance(entry, Value)]
        if value is None or keys == [value_key(value)]:
            parts.append(text[start : each.span.start].strip())
            start = each.span.end
    parts.append(text[start:].strip())
    rest = " ".join(filter(None, parts))
    # An alternative that consisted of the removed term leaves its `OR` behind.
    return _DANGLING.sub("", _DOUBLED.sub(" OR ", rest)) if name in ORDERING else rest

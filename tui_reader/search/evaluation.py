"""Evaluation of queries in memory, as predicates over headlines and over annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from tui_reader.document.normalization import search_key
from tui_reader.model.query import And, Field, FieldName, Not, Or, Phrase, Shelf, Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from tui_reader.model.annotation import Annotation
    from tui_reader.model.query import Leaf, Term

T = TypeVar("T")

Predicate: TypeAlias = "Callable[[T], bool]"

TitledAnnotation: TypeAlias = "tuple[Annotation, str]"
"""An annotation with the title of its article. A list looks the title up once for all annotations of an article."""


class SearchableHeadline(Protocol):
    """The properties of a headline that queries test, prepared for fast comparison.

    The properties are computed once for each headline, so that a filter of 10,000 headlines takes about 1 ms.
    """

    archived: bool
    unread: bool
    starred: bool
    notes: int
    """Number of annotations."""
    source: str
    tags: frozenset[str]
    folded: str
    """The search key of the title."""


Row = TypeVar("Row", bound=SearchableHeadline)


def compile_term(term: Term, compile_leaf: Callable[[Leaf], Predicate[T]]) -> Predicate[T]:
    """Return a predicate for a term.

    Args:
        term: The query.
        compile_leaf: Returns the predicate of a term without other terms in it; it depends on the kind of record.
    """
    if isinstance(term, Not):
        negated = compile_term(term.term, compile_leaf)
        return lambda record: not negated(record)
    if isinstance(term, (And, Or)):
        parts = [compile_term(each, compile_leaf) for each in term.terms]
        if len(parts) == 1:
            return parts[0]
        if isinstance(term, And):
            return lambda record: all(part(record) for part in parts)
        return lambda record: any(part(record) for part in parts)
    return compile_leaf(term)


def select_headlines(rows: list[Row], query: Term) -> list[Row]:
    """Return the headlines that match a query, in the order given.

    The terms of an `And` narrow the list one after another, each in a list comprehension without a call for every row:
    this function runs at every key typed into a filter, and a predicate called for 10,000 rows takes twice as long.
    """
    if isinstance(query, And):
        for term in query.terms:
            rows = select_headlines(rows, term)
        return rows
    if isinstance(query, Words):
        for word in search_key(query.text).split():
            rows = [row for row in rows if word in row.folded]
        return rows
    if isinstance(query, Field) and query.name in _FIELD_SELECTIONS:
        return _FIELD_SELECTIONS[query.name](rows, query.value)
    if isinstance(query, Not) and isinstance(query.term, Field) and query.term.name is FieldName.TAG:
        tag = query.term.value
        return [row for row in rows if tag not in row.tags]
    matches = compile_term(query, _headline_leaf)
    return [row for row in rows if matches(row)]


def _select_shelf(rows: list[Row], shelf: str) -> list[Row]:
    """Return the rows that are on a shelf."""
    if shelf == Shelf.INBOX:
        return [row for row in rows if not row.archived]
    if shelf == Shelf.UNREAD:
        return [row for row in rows if row.unread]
    if shelf == Shelf.STARRED:
        return [row for row in rows if row.starred]
    if shelf == Shelf.ANNOTATED:
        return [row for row in rows if row.notes]
    return [row for row in rows if row.archived]


def _select_tag(rows: list[Row], tag: str) -> list[Row]:
    """Return the rows that have a tag."""
    return [row for row in rows if tag in row.tags]


def _select_source(rows: list[Row], source: str) -> list[Row]:
    """Return the rows that come from a source."""
    return [row for row in rows if row.source == source]


_FIELD_SELECTIONS = {FieldName.SHELF: _select_shelf, FieldName.TAG: _select_tag, FieldName.SOURCE: _select_source}


def _headline_leaf(leaf: Leaf) -> Predicate[SearchableHeadline]:
    """Return the predicate of a term for headlines; `select_headlines` applies the same rules.

    Raises:
        ValueError: Headlines do not have the field.
    """
    if isinstance(leaf, Phrase):
        phrase = search_key(leaf.text)
        return lambda row: phrase in row.folded
    if isinstance(leaf, Words):
        words = search_key(leaf.text).split()
        return lambda row: all(word in row.folded for word in words)
    if leaf.name not in _FIELD_SELECTIONS:
        raise ValueError(f"headlines have no field {leaf.name}")
    select = _FIELD_SELECTIONS[leaf.name]
    return lambda row: bool(select([row], leaf.value))


def compile_for_annotations(
    query: Term, is_gone: Callable[[Annotation], bool] = lambda _: False
) -> Predicate[TitledAnnotation]:
    """Return the predicate of a query for annotations, each given with its article's title.

    Args:
        query: The query; its words and phrases are searched for in quote, note, tags and title.
        is_gone: Returns True if the article of an annotation is not in the library.
    """

    def leaf_predicate(leaf: Leaf) -> Predicate[TitledAnnotation]:
        if isinstance(leaf, Phrase):
            phrase = search_key(leaf.text)
            return lambda titled: phrase in _searched_text(titled)
        if isinstance(leaf, Words):
            words = search_key(leaf.text).split()
            return lambda titled: all(word in _searched_text(titled) for word in words)
        matches = is_gone if leaf.name is FieldName.ARTICLE else _annotation_field(leaf)
        return lambda titled: matches(titled[0])

    return compile_term(query, leaf_predicate)


def _searched_text(titled: TitledAnnotation) -> str:
    """Return the search key of all text of an annotation and of its article's title."""
    annotation, title = titled
    # No search key has a line feed, so that no phrase is found across two texts.
    return "\n".join(map(search_key, (annotation.quote, annotation.note, " ".join(annotation.tags), title)))


def _annotation_field(term: Field) -> Predicate[Annotation]:
    """Return the predicate of a term that compares a field of an annotation.

    Raises:
        ValueError: Annotations do not have the field.
    """
    value = term.value
    match term.name:
        case FieldName.COLOUR:
            colour = int(value)
            return lambda annotation: not annotation.is_on_article and annotation.colour == colour
        case FieldName.STATE:
            return lambda annotation: not annotation.is_on_article and annotation.state == value
        case FieldName.TAG:
            return lambda annotation: value in annotation.tags
        case FieldName.TAG_PREFIX:
            prefix = search_key(value)
            return lambda annotation: any(search_key(tag).startswith(prefix) for tag in annotation.tags)
        case FieldName.HAS:
            return lambda annotation: bool(annotation.note if value == "note" else annotation.tags)
        case FieldName.FROM:
            return lambda annotation: annotation.created >= value
        case FieldName.BEFORE:
            return lambda annotation: annotation.created < value
    raise ValueError(f"annotations have no field {term.name}")

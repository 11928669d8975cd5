"""Selection of articles by a query that changes with every typed letter: only changed terms are evaluated."""

from __future__ import annotations

from itertools import filterfalse
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from tui_reader.document.normalization import search_key
from tui_reader.model.query import EVERYTHING, And, Field, FieldName, Not, Or, Phrase, Value, Word
from tui_reader.search.effect import effective
from tui_reader.search.evaluation import Context, Needle, article_predicate, limit_of, tag_predicate
from tui_reader.search.fields import FIELDS, ValueKind
from tui_reader.search.records import ArticleRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.model.query import Term

Record = TypeVar("Record", bound=ArticleRecord)

PART = 250
"""Number of records in a part of `GradualSelection`: a part takes up to 0.4 ms, and 1.2 ms for the first query of all,
which prepares the texts of the records."""


def select_articles(records: list[Record], query: Term, context: Context | None = None) -> list[Record]:
    """Return the articles that match a query, in the order of `records`; 10,000 articles take 1 to 6 ms.

    None for `context` is `Context()`.
    """
    return StepwiseSelection(records).select(query, context or Context())


class _Step(NamedTuple, Generic[Record]):
    """A term of a query, and the records that match this term and all terms before it."""

    term: Term
    records: list[Record]


class StepwiseSelection(Generic[Record]):
    """Selects records by a query; if it is narrower than the previous query, only the previous result is searched."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records
        self._steps: list[_Step[Record]] = []
        self._branches: list[StepwiseSelection[Record]] = []
        """Caches for the alternatives of the last evaluated `Or`, one each; all search the same list of records."""
        self._context = Context()

    def select(self, query: Term, context: Context) -> list[Record]:
        """Return the records that match a query, in their order, at most as many as its `limit:` allows."""
        found = self.matching(effective(query), context)
        limit = limit_of(query)
        return found if limit is None else found[:limit]

    def matching(self, query: Term, context: Context) -> list[Record]:
        """Return all records that match a query, in their order.

        All parts of the query must restrict something, see `effective`.

        Terms at the beginning that are equal to those of the previous query are not evaluated again. If the first
        different term is narrower than the previous term at its position, such as a word with one more letter, only the
        matches of that previous term are searched.
        """
        if context != self._context:
            self._steps, self._context = [], context
        terms = _terms(query)
        kept = 0
        while kept < min(len(terms), len(self._steps)) and self._steps[kept].term == terms[kept]:
            kept += 1
        changed = self._steps[kept] if kept < len(self._steps) else None
        del self._steps[kept:]
        for index, term in enumerate(terms[kept:]):
            before = self._steps[-1].records if self._steps else self.records
            if isinstance(term, Or):
                found = self._alternatives(before, term, context)
            elif index or changed is None:
                found = _select(before, term, context)
            elif _is_narrower(term, changed.term):
                found = _select(changed.records, term, context)
            elif isinstance(term, Not) and isinstance(changed.term, Not) and _is_narrower(term.term, changed.term.term):
                # Only records that did not match before can be excluded now.
                candidates = _without(before, changed.records)
                found = _without(before, _select(candidates, term.term, context))
            else:
                found = _select(before, term, context)
            self._steps.append(_Step(term, found))
        return self._steps[-1].records if self._steps else self.records

    def _alternatives(self, records: list[Record], term: Or, context: Context) -> list[Record]:
        """Return the records that match at least one alternative of `term`; the last result of each is cached."""
        if not self._branches or self._branches[0].records is not records:
            self._branches = []
        self._branches += [StepwiseSelection(records) for _ in term.terms[len(self._branches) :]]
        parts = [branch.matching(each, context) for branch, each in zip(self._branches, term.terms, strict=False)]
        found = {id(record) for part in parts for record in part}
        return [record for record in records if id(record) in found]


class GradualSelection(Generic[Record]):
    """Selects records by queries part by part, so that the first matches can be shown before the others are known.

    Each part caches its result for the last query that it evaluated. If a query is replaced before all parts have
    evaluated it, the remaining parts never evaluate it.
    """

    def __init__(self, records: Sequence[Record], size: int = PART) -> None:
        """Create a selection from records in the order in which matches are returned.

        Args:
            records: The records.
            size: Number of records in a part.
        """
        self.size = size
        self._parts = [StepwiseSelection(list(records[at : at + size])) for at in range(0, len(records), size)]
        self._query: Term | None = None
        self._effective: Term = EVERYTHING
        """`_query` without the parts that restrict nothing."""
        self._context = Context()
        self._limit: int | None = None
        self.evaluated = 0
        """Number of parts that have evaluated the query."""
        self.found: list[Record] = []
        """The matches in the evaluated parts; the list is replaced when a query begins, else only extended."""

    @property
    def is_complete(self) -> bool:
        """True if no further record can match the query, or if its `limit:` is reached."""
        is_full = self._limit is not None and len(self.found) >= self._limit
        return is_full or self.evaluated == len(self._parts)

    def begin(self, query: Term, context: Context) -> None:
        """Begin to evaluate a query; the evaluation of an equal query in an equal context continues."""
        if self._query is None or query != self._query or context != self._context:
            self._query, self._context, self._limit = query, context, limit_of(query)
            self._effective = effective(query)
            self.evaluated, self.found = 0, []

    def advance(self) -> None:
        """Evaluate the query in the next part."""
        if self._query is None or self.is_complete:
            return
        self.found += self._parts[self.evaluated].matching(self._effective, self._context)
        self.evaluated += 1
        if self._limit is not None:
            del self.found[self._limit :]


def _terms(query: Term) -> list[Term]:
    """Return the terms that a query joins by “and” at its top level; a list of the query itself if it joins none."""
    if not isinstance(query, And):
        return [query]
    return [each for term in query.terms for each in _terms(term)]


def _is_narrower(term: Term, other: Term) -> bool:
    """Return True if every record that matches `term` is known to match `other`; False if that is unknown."""
    if isinstance(term, Word | Phrase) and isinstance(other, Word | Phrase):
        return _is_longer(_needle(term), _needle(other))
    if isinstance(term, Field) and isinstance(other, Field) and term.name is other.name:
        if not other.values:
            return True
        one, two = term.values, other.values
        last, before = one[-1] if one else None, two[-1]
        if len(one) != len(two) or one[:-1] != two[:-1] or not isinstance(last, Value) or not isinstance(before, Value):
            return False
        if not before.is_prefix or last.is_quoted:
            return False
        if term.name is FieldName.TAG:
            return search_key(last.text).startswith(search_key(before.text))
        if FIELDS[term.name].kind is ValueKind.WORDS and term.name not in {FieldName.PATH, FieldName.TEXT}:
            return _is_longer(
                Needle.of(last.text, is_prefix=last.is_prefix), Needle.of(before.text, is_prefix=before.is_prefix)
            )
    return False


def _needle(term: Word | Phrase) -> Needle:
    return Needle.of(term.text, is_prefix=term.is_prefix)


def _is_longer(needle: Needle, other: Needle) -> bool:
    return needle.tokens.startswith(other.tokens) and other.key in needle.key


def _select(records: list[Record], term: Term, context: Context) -> list[Record]:
    """Return the records that match a term. Most terms need no call of a predicate for each record: half the time."""
    match term:
        case And():
            for each in term.terms:
                records = _select(records, each, context)
            return records
        case Or():
            found = {id(record) for each in term.terms for record in _select(records, each, context)}
            return [record for record in records if id(record) in found]
        case Not(Field(name) as field) if name is not FieldName.TAG:
            return list(filterfalse(article_predicate(field, context), records))
        case Not():
            return _without(records, _select(records, term.term, context))
        case Word() | Phrase():
            return _with_words(records, _needle(term))
        case Field(FieldName.TAG, values) if values:
            return _with_tags(records, [each for each in values if isinstance(each, Value)])
    return list(filter(article_predicate(term, context), records))


def _without(records: list[Record], others: list[Record]) -> list[Record]:
    left_out = set(map(id, others))
    return [record for record in records if id(record) not in left_out]


def _with_words(records: list[Record], needle: Needle) -> list[Record]:
    words, key = needle
    return [
        each
        for each in records
        if (words in (text := each.description.everything).tokens and key in text.key)
        or (
            (own := each.annotations)
            and (needle.is_in(own.notes) or needle.is_in(own.quotes) or needle.is_in(own.tag_words))
        )
    ]


def _with_tags(records: list[Record], values: list[Value]) -> list[Record]:
    """Return the records with at least one of several tags; each distinct tag is compared once."""
    tests = [tag_predicate(value) for value in values]
    there = {tags for record in records for tags in (record.tags, record.annotations and record.annotations.tags)}
    names = frozenset().union(*filter(None, there))
    wanted = {name for name in names if any(test(name) for test in tests)}
    return [
        record
        for record in records
        if not wanted.isdisjoint(record.tags) or ((own := record.annotations) and not wanted.isdisjoint(own.tags))
    ]

"""Evaluation of queries in memory, for the articles of a list and for annotations."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.document.normalization import search_key
from tui_reader.model.query import And, Field, FieldName, Not, Or, Phrase, Value, Word
from tui_reader.search.effect import effective, ordering_fields
from tui_reader.search.fields import FIELDS, ORPHAN_STATES, ValueKind, colour_numbers, part_of, sort_of, states_of
from tui_reader.search.records import (
    NO_ANNOTATIONS,
    AnnotationsText,
    ArticleRecord,
    SearchedText,
    annotations_text,
    kind_named,
)
from tui_reader.search.tokens import tokens
from tui_reader.search.values import days, epoch, local_today, number_bounds, utc_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import TypeAlias

    from tui_reader.model.annotation import Annotation
    from tui_reader.model.article import ArticleId
    from tui_reader.model.query import Interval, Leaf, Sort, Term
    from tui_reader.search.values import Days

T = TypeVar("T")

Predicate: TypeAlias = "Callable[[T], bool]"


class Context:
    """Data for evaluating a query besides the records: today's date, colour names, results of text search."""

    def __init__(
        self,
        today: date | None = None,
        colours: Sequence[str] = (),
        texts: Mapping[Value, Collection[ArticleId]] | None = None,
    ) -> None:
        """Store the data; two contexts with equal data compare as equal.

        Args:
            today: The current date; None for the computer's.
            colours: The reader's names of the highlight colours.
            texts: For each value of a `text:` field, the articles found so far whose texts contain it.
        """
        self.today: Final = today or local_today()
        self.colours: Final = colours
        self.texts: Final = texts or {}

    def with_texts(self, texts: Mapping[Value, Collection[ArticleId]]) -> Context:
        """Return a copy in which `texts` replaces the results of the text search."""
        return Context(self.today, self.colours, texts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Context):
            return NotImplemented
        return (self.today, self.colours, self.texts) == (other.today, other.colours, other.texts)

    __hash__ = None  # type: ignore[assignment]  # the mapping may be a dictionary


class AnnotationRecord(NamedTuple):
    """An annotation with its article, as queries compare it."""

    annotation: Annotation
    article: ArticleRecord | None
    """The article of the annotation; None if it is not in the library."""
    title: str = ""
    """Title of an article that is not in the library."""


class Needle(NamedTuple):
    """Words to find in a `SearchedText`, by at most two substring searches."""

    tokens: str
    """The words, each between two blanks; the last blank is missing if longer words match too. "" without words."""
    key: str
    """The whole search key if it has significant signs, such as `c++` or `10:30`, which must occur too; else ""."""

    @classmethod
    def of(cls, text: str, *, is_prefix: bool) -> Needle:
        """Return the needle for a word or a phrase; with `is_prefix`, words that begin with the last word match too."""
        key = " ".join(search_key(text).split()).strip(_PUNCTUATION) or search_key(text).strip()
        words = tokens(key)
        is_plain = bool(words) and not _SIGNIFICANT.search(key)
        return cls(words[:-1] if is_prefix else words, "" if is_plain else key)

    def is_in(self, text: SearchedText) -> bool:
        """Return True if the text contains the words one after another."""
        return self.tokens in text.tokens and self.key in text.key


_PUNCTUATION = ".,;:!?()[]{}\"'“”‘’ "
"""Characters that are ignored at the beginning and end of a searched word or phrase."""
_SIGNIFICANT = LazyPattern(r"[+#&@%$€£/\\=<>~^*|]|(?<=\w)[:.,](?=\w)")
"""Finds signs that change the meaning of a word: `c++` does not match `c`, and `10:30` does not match `10 30`."""


def sort_order(query: Term) -> Sort | None:
    """Return the sort order that a query sets by `sort:`, the last one if several; None if it sets no order."""
    values = [each.values[0] for each in ordering_fields(query) if each.name is FieldName.SORT]
    return sort_of(values[-1].text) if values and isinstance(values[-1], Value) else None


def limit_of(query: Term) -> int | None:
    """Return the number of records that a query allows by `limit:`; None if it has no limit."""
    values = [each.values[0] for each in ordering_fields(query) if each.name is FieldName.LIMIT]
    return int(values[-1].text[:9]) if values and isinstance(values[-1], Value) else None


def article_predicate(term: Term, context: Context) -> Predicate[ArticleRecord]:
    """Return a predicate that is True for the articles that a query matches."""
    return compile_term(effective(term), lambda leaf: _article_leaf(leaf, context))


def compile_term(term: Term, compile_leaf: Callable[[Leaf], Predicate[T]]) -> Predicate[T]:
    """Return a predicate for a term and all terms in it.

    Args:
        term: The query.
        compile_leaf: Returns the predicate of a term that contains no other terms, for one kind of record.
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


def compile_for_annotations(query: Term, context: Context | None = None) -> Predicate[AnnotationRecord]:
    """Return a predicate that is True for the annotations that a query matches; None for `context` is `Context()`.

    Words match in the quote, the note, the tags and the article's title. `tag`, `note`, `quote`, `colour`, `has`, dates
    of creation and the states of a passage compare the annotation; all other fields compare its article.
    """
    context = context or Context()
    return compile_term(effective(query), lambda leaf: _annotation_leaf(leaf, context))


def _is_in_annotations(needle: Needle, own: AnnotationsText) -> bool:
    return needle.is_in(own.notes) or needle.is_in(own.quotes) or needle.is_in(own.tag_words)


def _article_leaf(leaf: Leaf, context: Context) -> Predicate[ArticleRecord]:
    """Return a predicate that is True for the articles that a word, a phrase or a field of a query matches."""
    if isinstance(leaf, (Word, Phrase)):
        needle = Needle.of(leaf.text, is_prefix=leaf.is_prefix)
        return lambda record: needle.is_in(record.description.everything) or _is_in_annotations(needle, _own(record))
    return _any_of([_article_value(leaf, value, context) for value in leaf.values])


def _any_of(parts: Sequence[Predicate[T]]) -> Predicate[T]:
    if len(parts) == 1:
        return parts[0]
    return lambda record: any(part(record) for part in parts)


def _own(record: ArticleRecord) -> AnnotationsText:
    return record.annotations or NO_ANNOTATIONS


def _article_value(leaf: Field, value: Value | Interval, context: Context) -> Predicate[ArticleRecord]:
    """Return a predicate that is True for the articles that one value of a field of a query matches."""
    kind = FIELDS[leaf.name].kind
    if kind is ValueKind.NUMBER:
        return _number_test(leaf, value)
    if kind is ValueKind.DATE:
        return _date_test(leaf, value, context)
    if not isinstance(value, Value):
        return lambda _: False
    text = value.text
    match leaf.name:
        case FieldName.IS:
            return _state_test(text)
        case FieldName.HAS:
            return _PART_TESTS.get(part_of(text), lambda _: False)
        case FieldName.COLOUR:
            colours = frozenset(colour_numbers(text, context.colours))
            return lambda record: not colours.isdisjoint(_own(record).colours)
        case FieldName.TAG:
            return _tag_test(value)
        case FieldName.TEXT:
            found = context.texts.get(value, ())
            return lambda record: record.headline.article.id in found
        case FieldName.KIND:
            begun = search_key(text)
            named = kind_named(begun)
            return lambda record: record.kind == named or (value.is_prefix and record.kind.startswith(begun))
        case FieldName.LANG:
            return _language_test(value)
        case FieldName.PATH:
            path = search_key(text)
            return lambda record: path in search_key(record.headline.article.location)
        case FieldName.SOURCE if value.is_quoted:
            source = search_key(text)
            return lambda record: record.description.source.key == source
    needle = Needle.of(text, is_prefix=value.is_prefix)
    return _WORD_TESTS[leaf.name](needle)


_WORD_TESTS: dict[FieldName, Callable[[Needle], Predicate[ArticleRecord]]] = {
    FieldName.TITLE: lambda needle: lambda record: needle.is_in(record.description.title),
    FieldName.BY: lambda needle: lambda record: needle.is_in(record.description.by),
    FieldName.SOURCE: lambda needle: lambda record: needle.is_in(record.description.source),
    FieldName.NOTE: lambda needle: lambda record: needle.is_in(_own(record).notes),
    FieldName.QUOTE: lambda needle: lambda record: needle.is_in(_own(record).quotes),
}


def _has_state(state: str) -> Predicate[ArticleRecord]:
    return lambda record: state in _own(record).states


def _is_changed(record: ArticleRecord) -> bool:
    """Return True if the file was modified after it was last opened."""
    opened = record.headline.state.opened
    if not opened:
        return False
    modified = record.headline.article.mtime_ns / 1e9
    seconds = _epoch_of(opened)
    return seconds is not None and modified > seconds


def _epoch_of(time: str) -> float | None:
    """Convert a time in the store's format to seconds since 1970; None if the text is not a time."""
    try:
        return datetime.fromisoformat(time).timestamp()
    except ValueError:
        return None


_STATE_TESTS: dict[str, Predicate[ArticleRecord]] = {
    "unread": lambda record: not record.headline.state.read,
    # Of these, `filter` calls no Python code; each refresh of the list asks for archived articles.
    "read": attrgetter("headline.state.read"),
    "starred": attrgetter("headline.state.starred"),
    "archived": attrgetter("headline.state.archived"),
    "annotated": lambda record: record.headline.notes > 0,
    "queued": lambda record: bool(record.headline.state.up_next),
    "new": lambda record: not record.headline.state.opened and not record.headline.state.read,
    "changed": _is_changed,
    "guessed": lambda record: record.headline.is_guessed("title"),
    "error": lambda record: bool(record.headline.article.error),
    "anchored": _has_state("anchored"),
    "moved": _has_state("moved"),
    "ambiguous": _has_state("ambiguous"),
    "orphan": lambda record: not _own(record).states.isdisjoint(ORPHAN_STATES),
    "gone": lambda _: False,
}


@lru_cache
def _state_test(text: str) -> Predicate[ArticleRecord]:
    """Return a predicate for a value of `is:`; cached, since each refresh of the list uses few values."""
    return _any_of([_STATE_TESTS[state] for state in states_of(text)] or [lambda _: False])


_PART_TESTS: dict[str, Predicate[ArticleRecord]] = {
    "note": lambda record: bool(_own(record).notes.key),
    "quote": lambda record: bool(_own(record).quotes.key),
    "tags": lambda record: bool(record.headline.tags),
    "by": lambda record: bool(record.headline.field("byline")),
    "source": lambda record: bool(record.headline.field("source")),
    "date": lambda record: bool(record.headline.field("date")),
    "url": lambda record: bool(record.headline.field("url")),
    "lang": lambda record: bool(record.headline.field("language")),
    "bookmark": lambda record: bool(record.headline.state.bookmarks),
}


def tag_predicate(value: Value) -> Predicate[str]:
    """Return a predicate for the search keys of tags: the tag or a subtag, as `eu/budget` is of `eu`."""
    wanted = search_key(value.text.strip().lstrip("#"))
    below = f"{wanted}/"
    if value.is_prefix:
        return lambda tag: tag.startswith(wanted)
    if value.is_quoted:
        return lambda tag: tag == wanted
    return lambda tag: tag == wanted or tag.startswith(below)


def _tag_test(value: Value) -> Predicate[ArticleRecord]:
    matches = tag_predicate(value)
    return lambda record: any(map(matches, record.tags)) or any(map(matches, _own(record).tags))


def _language_test(value: Value) -> Predicate[ArticleRecord]:
    """Return a predicate for a value of `lang:`: `en` matches every variant of English, `en-GB` only one."""
    wanted = value.text.lower()

    def matches(record: ArticleRecord) -> bool:
        language = record.headline.field("language").lower()
        return language == wanted or language.startswith(wanted if value.is_prefix else f"{wanted}-")

    return matches


def _number_test(leaf: Field, value: Value | Interval) -> Predicate[ArticleRecord]:
    bounds = number_bounds(value, leaf.operator)
    if bounds is None:
        return lambda _: False
    low, high = bounds
    match leaf.name:
        case FieldName.WORDS:
            return lambda record: low <= record.headline.article.metadata.words <= high
        case FieldName.MINUTES:
            return lambda record: low <= record.headline.article.metadata.minutes <= high
    return lambda record: low <= round(record.headline.state.progress * 100) <= high


def _date_test(leaf: Field, value: Value | Interval, context: Context) -> Predicate[ArticleRecord]:
    """Return a predicate for a value of a date field: a date, an age, or a range of dates.

    Times are compared as the store writes them, in UTC, with the local midnights at which days begin. A date of
    publication has no time zone: the day is compared as the article gives it."""
    bounds = days(value, leaf.operator, context.today)
    if bounds is None:
        return lambda _: False
    first, end = bounds
    low_day, high_day = first.isoformat() if first else "0", end.isoformat() if end else ":"
    low, high = _utc_bounds(bounds)
    low_epoch = epoch(first) if first else float("-inf")
    high_epoch = epoch(end) if end else float("inf")

    def was_published(record: ArticleRecord) -> bool:
        return low_day <= record.headline.field("date") < high_day

    def was_modified(record: ArticleRecord) -> bool:
        return low_epoch <= record.headline.article.mtime_ns / 1e9 < high_epoch

    match leaf.name:
        case FieldName.PUBLISHED:
            return was_published
        case FieldName.ADDED:
            return was_modified
        case FieldName.OPENED:
            return lambda record: low <= record.headline.state.opened < high
        case FieldName.FINISHED:
            return lambda record: low <= record.headline.state.finished < high
        case FieldName.ANNOTATED:
            return lambda record: any(low <= created < high for created in _own(record).created)
    return lambda record: was_published(record) if record.headline.field("date") else was_modified(record)


def _utc_bounds(bounds: Days) -> tuple[str, str]:
    """Return strings with `low <= time < high` for the UTC times of some days; an open end is "0" or ":".

    Times begin with a digit: "0" sorts before all of them, ":" after them.
    """
    first, end = bounds
    return utc_text(first) if first else "0", utc_text(end) if end else ":"


_OWN_STATES = frozenset({"anchored", "moved", "ambiguous", "orphan"})
_OWN_PARTS = frozenset({"note", "quote", "tags"})


def _annotation_leaf(leaf: Leaf, context: Context) -> Predicate[AnnotationRecord]:
    """Return a predicate that is True for the annotations that a word, a phrase or a field of a query matches."""
    if isinstance(leaf, (Word, Phrase)):
        needle = Needle.of(leaf.text, is_prefix=leaf.is_prefix)
        return lambda record: (
            _is_in_annotations(needle, annotations_text((record.annotation,))) or needle.is_in(_title_of(record))
        )
    return _any_of([_annotation_value(leaf, value, context) for value in leaf.values])


def _title_of(record: AnnotationRecord) -> SearchedText:
    return record.article.description.title if record.article is not None else SearchedText.of(record.title)


def _annotation_value(leaf: Field, value: Value | Interval, context: Context) -> Predicate[AnnotationRecord]:
    """Return a predicate that is True for the annotations that one value of a field of a query matches."""
    if leaf.name in {FieldName.DATE, FieldName.ADDED, FieldName.ANNOTATED}:
        bounds = days(value, leaf.operator, context.today)
        if bounds is None:
            return lambda _: False
        low, high = _utc_bounds(bounds)
        return lambda record: low <= record.annotation.created < high
    own = _own_value(leaf, value, context) if isinstance(value, Value) else None
    if own is not None:
        return own
    matches = _article_value(leaf, value, context)
    return lambda record: record.article is not None and matches(record.article)


def _own_value(leaf: Field, value: Value, context: Context) -> Predicate[AnnotationRecord] | None:
    """Return a predicate for one value of a field that compares the annotation; None if it compares the article."""
    needle = Needle.of(value.text, is_prefix=value.is_prefix)
    match leaf.name:
        case FieldName.IS:
            return _any_of([_annotation_state(state) for state in states_of(value.text)] or [lambda _: False])
        case FieldName.COLOUR:
            colours = frozenset(colour_numbers(value.text, context.colours))
            return lambda record: not record.annotation.is_on_article and record.annotation.colour in colours
        case FieldName.TAG:
            matches = tag_predicate(value)
            return lambda record: any(matches(search_key(tag)) for tag in record.annotation.tags)
        case FieldName.HAS if (part := part_of(value.text)) in _OWN_PARTS:
            return lambda record: bool(getattr(record.annotation, part))
        case FieldName.NOTE:
            return lambda record: needle.is_in(SearchedText.of(record.annotation.note))
        case FieldName.QUOTE:
            return lambda record: needle.is_in(SearchedText.of(record.annotation.quote))
        case FieldName.TITLE:
            return lambda record: needle.is_in(_title_of(record))
    return None


def _annotation_state(state: str) -> Predicate[AnnotationRecord]:
    if state == "gone":
        return lambda record: record.article is None
    if state == "orphan":
        return lambda record: not record.annotation.is_on_article and record.annotation.state in ORPHAN_STATES
    if state in _OWN_STATES:
        return lambda record: not record.annotation.is_on_article and record.annotation.state == state
    matches = _STATE_TESTS[state]
    return lambda record: record.article is not None and matches(record.article)

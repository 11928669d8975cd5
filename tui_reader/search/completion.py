"""Completion of a query at the cursor: field names, values by frequency, and words of titles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.document.normalization import search_key
from tui_reader.model.annotation import COLOURS
from tui_reader.model.query import And, Field, FieldName, Not, Or, Value, Word
from tui_reader.model.ranges import Range
from tui_reader.search.effect import ORDERING
from tui_reader.search.fields import ALIASES, FIELDS, SORTS, ValueKind
from tui_reader.search.printer import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from tui_reader.model.query import Term
    from tui_reader.search.parsed_query import ParsedQuery
    from tui_reader.search.vocabulary import Vocabulary

MOST = 12
"""Maximum number of completions to return."""
MOST_OF_A_FIELD = 2
"""Maximum number of tags, and of sources, to offer where a plain word is typed."""
LONGEST_TOKEN = 80
"""Length in code points from which nothing is completed, since no name is that long."""

_PARTS = LazyPattern(r'[-(]*(?:[^\s"“„()]+|"[^"]*"?|“[^”]*”?|„[^“]*“?|\(|\))+|\s+')
_FIELD = LazyPattern(r"([A-Za-z]+)(:[<>]=?|:|<=|>=|<|>|[：＜＞])(.*)", re.DOTALL)
_REST = LazyPattern(r"[^\s()\",“”]*")
_OF_THE_LIST = frozenset(f"{name}:" for name in ORDERING)
"""Fields that are not offered after a minus, since they concern the whole list."""
_QUOTES = '"“„'


class Completion(NamedTuple):
    """A text that can replace the part of a query at the cursor."""

    text: str
    """Text that replaces `span` in the query when the completion is accepted."""
    span: Range
    """Position of the replaced text in the query."""
    label: str
    """Text of the completion in a list."""
    kind: str
    """Kind of the completion: `field`, `word`, `tag`, `state` …"""
    articles: int = 0
    """Number of articles with this word or value; 0 if it is unknown, or if the completion is the name of a field."""
    detail: str = ""
    """Description of the field or of the value."""
    is_open: bool = False
    """True for the name of a field, such as `tag:`: its value follows directly, so no blank is added."""


class Offer(NamedTuple):
    """The candidates for completions: the fields, values and words to choose from."""

    vocabulary: Vocabulary
    colours: Sequence[str]
    """The reader's names of the highlight colours."""
    today: date
    fields: Sequence[FieldName] = tuple(FIELDS)
    """The fields to offer, in this order."""


def complete(query: ParsedQuery, cursor: int, offer: Offer, *, everything: bool = False) -> list[Completion]:
    """Return the completions at the cursor, the best first.

    The correction of a misspelt field comes first if the cursor is in that field, and last otherwise.

    Args:
        query: The query as typed.
        cursor: Offset of the cursor in the query's text.
        offer: The candidates.
        everything: True to return all fields if nothing is typed at the cursor.
    """
    token = _token_at(query.text, cursor)
    found: list[Completion] = []
    if len(token.text) <= LONGEST_TOKEN and (token.text or everything):
        present = _Present.of(query.term, cursor)
        found = list(_completions(token, present, offer))
    slips = [
        Completion(each.suggestion, each.span, each.suggestion, "did you mean?")
        for each in query.slips
        if each.suggestion and not each.is_begun
    ]
    at_cursor = [each for each in slips if each.span.start <= cursor <= each.span.end]
    others = [each for each in slips if each not in at_cursor]
    found = [each for each in found if each.text != query.text[each.span.start : each.span.end]]
    if query.text[: token.span.start].endswith("-"):
        found = [each for each in found if each.kind != "field" or each.text not in _OF_THE_LIST]
    return [*at_cursor, *found, *others][:MOST]


def insert(text: str, completion: Completion) -> tuple[str, int]:
    """Return the text with a completion inserted, and the offset of the cursor after the completion.

    A complete value is followed by a blank, so that the next part can be typed at once.
    """
    before, after = text[: completion.span.start], text[completion.span.end :]
    middle = completion.text
    if not completion.is_open and not after[:1].isspace():
        middle += " " if not after.startswith((")", ",")) else ""
    cursor = len(before) + len(middle)
    if not completion.is_open and after[:1].isspace():
        cursor += 1
    return before + middle + after, cursor


class _Token(NamedTuple):
    """The part of a query at the cursor: the word, phrase or field, without a leading `-` or parenthesis."""

    text: str
    """The text of the part, only up to the cursor."""
    span: Range
    """The range of the whole part in the query, also after the cursor."""


def _token_at(text: str, cursor: int) -> _Token:
    start = cursor
    for part in _PARTS.finditer(text, 0, cursor):
        start = cursor if part[0].isspace() else part.start()
    while start < cursor and text[start] in "-(":
        start += 1
    end = cursor
    if rest := _REST.match(text, cursor):
        end = rest.end()
    return _Token(text[start:cursor], Range(start, end))


class _Present(NamedTuple):
    """The words and values that a query contains except at the cursor; they are not offered again."""

    words: frozenset[str]
    values: frozenset[tuple[FieldName, str]]

    @classmethod
    def of(cls, term: Term, cursor: int) -> _Present:
        words: set[str] = set()
        values: set[tuple[FieldName, str]] = set()
        for leaf in _leaves(term):
            if isinstance(leaf, Field):
                values.update(
                    (leaf.name, search_key(value.text))
                    for value in leaf.values
                    if isinstance(value, Value) and not value.span.start <= cursor <= value.span.end
                )
            elif isinstance(leaf, Word) and not leaf.span.start <= cursor <= leaf.span.end:
                words.add(search_key(leaf.text))
        return cls(frozenset(words), frozenset(values))

    def of_field(self, name: FieldName) -> set[str]:
        """Return the search keys of the values that the query already contains for a field."""
        return {key for field_name, key in self.values if field_name is name}


def _leaves(term: Term) -> Iterator[Term]:
    match term:
        case And() | Or():
            for each in term.terms:
                yield from _leaves(each)
        case Not():
            yield from _leaves(term.term)
        case _:
            yield term


def _completions(token: _Token, present: _Present, offer: Offer) -> Iterable[Completion]:
    text, _ = token
    if text.startswith("#"):
        found = _values(_FieldStart(FieldName.TAG, "", 1), token, present, offer)
        return [each._replace(text=_after_sign(each.text, each.span.start - token.span.start)) for each in found]
    field = _FIELD.fullmatch(text)
    name = ALIASES.get(field[1].lower()) if field else None
    if field and name is not None and name in offer.fields:
        return _values(_FieldStart(name, field[2], field.start(3)), token, present, offer)
    if text.startswith(tuple(_QUOTES)) or field:
        return ()
    return _words(token, present, offer)


def _words(token: _Token, present: _Present, offer: Offer) -> list[Completion]:
    """Return completions of a plain word: the most frequent title word, then fields, other words, tags, sources."""
    text, span = token
    fields = [
        Completion(f"{name}:", span, f"{name}:", "field", detail=FIELDS[name].finds, is_open=True)
        for name in offer.fields
        if name.startswith(text.lower())
    ]
    if not fields and len(text) > 1:
        fields = [
            Completion(f"{alias}:", span, f"{alias}:", "field", detail=FIELDS[name].finds, is_open=True)
            for alias, name in ALIASES.items()
            if alias.startswith(text.lower()) and name in offer.fields
        ][:MOST_OF_A_FIELD]
    key = search_key(text).strip()
    if not key:
        return fields
    words = [
        Completion(each.name, span, each.name, "word", each.articles)
        for each in offer.vocabulary.words(key, MOST, without=present.words)
    ]
    of_fields = [
        Completion(_field_text(name, each.name), span, f"{name}:{each.name}", str(name), each.articles)
        for name in (FieldName.TAG, FieldName.SOURCE)
        if name in offer.fields and len(key) > 1
        for each in offer.vocabulary.values(name, key, MOST_OF_A_FIELD, without=present.of_field(name))
    ]
    is_field = any(each.text == f"{key}:" for each in fields)
    first = [] if is_field else words[:1]
    room = MOST - len(first) - len(fields) - len(of_fields)
    return [*first, *fields, *words[len(first) :][: max(0, room)], *of_fields]


def _field_text(name: FieldName, value: str) -> str:
    # A value of `source:` matches the whole name only if it is quoted.
    return f"{name}:{quoted(value) if name is FieldName.SOURCE else _value_text(value)}"


class _FieldStart(NamedTuple):
    """Name and operator of a field that is being typed: `tag:` of `tag:nat`."""

    name: FieldName
    operator: str
    length: int
    """Length in code points of name and operator as typed; the values follow there."""


def _values(start: _FieldStart, token: _Token, present: _Present, offer: Offer) -> list[Completion]:
    """Return completions of the value that is being typed in a field, after its last comma."""
    name, span, typed = start.name, Range(token.span.start + start.length, token.span.end), token.text[start.length :]
    last = _after_last_comma(typed)
    at = Range(span.start + last, span.end)
    begun = typed[last:]
    is_quoted = begun.startswith(tuple(_QUOTES))
    key = search_key(begun.lstrip(_QUOTES)).lstrip()
    without = present.of_field(name)
    kind = FIELDS[name].kind
    if kind is ValueKind.DATE:
        return _fixed(_dates(start, offer), key, at, "date", without)
    if kind is ValueKind.CHOICE:
        meanings = {value: sort.value for value, sort in SORTS.items()} if name is FieldName.SORT else {}
        label = {FieldName.IS: "state", FieldName.HAS: "part"}.get(name, "order")
        return _fixed(((value, meanings.get(value, "")) for value in FIELDS[name].choices), key, at, label, without)
    if kind is ValueKind.COLOUR:
        return _fixed(_colours(offer.colours), key, at, "colour", without)
    if kind is ValueKind.NUMBER:
        return _fixed(_numbers(start), key, at, "number", without)
    if name in {FieldName.TITLE, FieldName.TEXT, FieldName.NOTE, FieldName.QUOTE}:
        of = FieldName.TITLE if name is FieldName.TEXT else name
        known = offer.vocabulary.words(key, MOST, field=of, without=without) if key and not is_quoted else []
        return [Completion(each.name, at, each.name, "word", each.articles) for each in known]
    known = offer.vocabulary.values(name, key, MOST, without=without)
    must_quote = is_quoted or name is FieldName.SOURCE
    return [
        Completion(
            quoted(each.name) if must_quote else _value_text(each.name),
            at,
            each.name,
            _KINDS.get(name, ""),
            each.articles,
        )
        for each in known
    ]


_KINDS = {
    FieldName.TAG: "tag",
    FieldName.SOURCE: "source",
    FieldName.BY: "author",
    FieldName.LANG: "language",
    FieldName.KIND: "kind",
    FieldName.PATH: "folder",
}
_NUMBERS = {
    FieldName.WORDS: ("<500", ">1000", ">2000", ">5000"),
    FieldName.MINUTES: ("<5", "5..15", ">15", ">30"),
    FieldName.PROGRESS: ("0", "1..99", "100"),
    FieldName.LIMIT: ("10", "20", "50"),
}


def _after_last_comma(typed: str) -> int:
    """Return the offset after the last comma outside quotation marks."""
    last, mark = 0, ""
    for index, character in enumerate(typed):
        if mark:
            mark = "" if character in '"”' else mark
        elif character in _QUOTES:
            mark = character
        elif character == ",":
            last = index + 1
    return last


def _value_text(value: str) -> str:
    """Return a value as it is written in a query, quoted if necessary."""
    return value if _REST_FITS.fullmatch(value) and not value.endswith("*") else quoted(value)


def _after_sign(value: str, start: int) -> str:
    """Return a value for a tag that is typed with `#`: directly after the sign, only a letter or a quote begins a tag.

    Args:
        value: The value as it is written after `tag:`.
        start: Offset of the value in the part that begins with `#`.
    """
    return value if start > 1 or value[:1].isalpha() or value.startswith(tuple(_QUOTES)) else quoted(value)


_REST_FITS = LazyPattern(r"[^\s()\",“”„#]+")


def _fixed(values: Iterable[tuple[str, str]], key: str, at: Range, kind: str, without: set[str]) -> list[Completion]:
    return [
        Completion(_value_text(value), at, value, kind, detail=detail)
        for value, detail in values
        if value.lower().startswith(key) and value.lower() not in without
    ]


def _colours(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number in range(1, COLOURS + 1):
        name = names[number - 1] if number <= len(names) else ""
        if name:
            yield name, f"colour {number}"
    for number in range(1, COLOURS + 1):
        yield str(number), names[number - 1] if number <= len(names) else ""


def _numbers(start: _FieldStart) -> Iterator[tuple[str, str]]:
    """Yield values to offer for a number field, each with an empty description.

    After `:` they are comparisons and ranges such as `<800`; after an operator such as `<`, only numbers.
    """
    for value in _NUMBERS.get(start.name, ()):
        if not _compares(start):
            yield value, ""
        elif ".." not in value and value not in {"0", "100"}:
            yield value.lstrip("<>"), ""


def _compares(start: _FieldStart) -> bool:
    return start.operator.endswith(("<", ">", "=", "＜", "＞"))


def _dates(start: _FieldStart, offer: Offer) -> Iterator[tuple[str, str]]:
    """Yield dates to offer, such as `today`, then the months with most publications, each with a description."""
    name = start.name
    if not _compares(start):
        yield "today", ""
        yield "yesterday", ""
    is_before = start.operator.startswith((">", ":>", "＞"))
    for days in (7, 30):
        yield f"{days}d", f"more than {days} days ago" if is_before else f"in the last {days} days"
    yield f"{offer.today:%Y-%m}", "this month"
    yield f"{offer.today:%Y}", "this year"
    if name in {FieldName.PUBLISHED, FieldName.DATE}:
        for each in offer.vocabulary.values(FieldName.PUBLISHED, "", MOST):
            if each.name != f"{offer.today:%Y-%m}":
                yield each.name, f"{each.articles:,} article{'' if each.articles == 1 else 's'}"

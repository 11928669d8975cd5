"""Queries as data: the terms of a query, the views of the library, and the orders of a list."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol, Self, TypeAlias

from tui_reader.model.ranges import Range

_UNKNOWN = Range(0, 0)


class Shelf(StrEnum):
    """The standing views of the library, in the order of the sidebar."""

    INBOX = "inbox"
    """All articles that are not archived."""
    UNREAD = "unread"
    UP_NEXT = "up next"
    """The articles to read next, in the reader's own order."""
    STARRED = "starred"
    ANNOTATED = "annotated"
    ARCHIVE = "archive"


class Sort(StrEnum):
    """Orders of the headline list."""

    NEWEST = "newest first"
    OLDEST = "oldest first"
    TITLE = "by title"
    SOURCE = "by source"
    LONGEST = "longest first"
    SHORTEST = "shortest first"
    OPENED = "last opened first"
    QUEUE = "in your order"
    """The user's order of the up-next queue; articles that are not in the queue follow it."""


class Operator(StrEnum):
    """How a `Field` term compares: the operator written between the field's name and the value."""

    IS = ":"
    LESS = "<"
    MORE = ">"
    AT_MOST = "<="
    AT_LEAST = ">="


class FieldName(StrEnum):
    """Names of the fields of a query as users write them; `search.fields` describes each field."""

    TITLE = "title"
    BY = "by"
    SOURCE = "source"
    TAG = "tag"
    LANG = "lang"
    PATH = "path"
    KIND = "kind"
    NOTE = "note"
    QUOTE = "quote"
    TEXT = "text"
    COLOUR = "colour"
    IS = "is"
    HAS = "has"
    WORDS = "words"
    MINUTES = "minutes"
    PROGRESS = "progress"
    DATE = "date"
    ADDED = "added"
    PUBLISHED = "published"
    OPENED = "opened"
    FINISHED = "finished"
    ANNOTATED = "annotated"
    SORT = "sort"
    LIMIT = "limit"


class _QueryPart:
    """Base of terms and values: immutable, and equal if class and fields are equal, whatever their `span` is.

    Subclasses have handwritten constructors, since `dataclass` would add 4 ms to every start.
    """

    __slots__ = ("span",)
    __match_args__: tuple[str, ...] = ()
    """The names of the fields without `span`, in the order of the constructor."""

    def __init__(self, span: Range) -> None:
        self.span: Final = span
        """Position in the query's text, in code points."""

    def with_fields(self, **fields: Any) -> Self:
        """Return a copy in which the named fields have new values."""
        values = {name: getattr(self, name) for name in (*self.__match_args__, "span")}
        return type(self)(**values | fields)

    def _key(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__match_args__)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _QueryPart) and type(self) is type(other) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self), self._key()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__match_args__)})"


class _Text(_QueryPart):
    """Base of the terms that search for words."""

    __slots__ = ("is_prefix", "text")
    __match_args__ = ("text", "is_prefix")

    def __init__(self, text: str, is_prefix: bool = False, span: Range = _UNKNOWN) -> None:
        super().__init__(span)
        self.text: Final = text
        self.is_prefix: Final = is_prefix
        """True if the last word also matches longer words that begin with it.

        A `Word` with this is written with a `*` at the end, or is being typed; a `Phrase` is being typed.
        """


class Word(_Text):
    """A term that matches if its word occurs, ignoring case, accents and width."""

    __slots__ = ()


class Phrase(_Text):
    """A term that matches if its words occur one after another; an empty phrase matches everything."""

    __slots__ = ()


class Value(_QueryPart):
    """A value in a query, compared with a field of each record."""

    __slots__ = ("is_prefix", "is_quoted", "text")
    __match_args__ = ("text", "is_quoted", "is_prefix")

    def __init__(self, text: str, is_quoted: bool = False, is_prefix: bool = False, span: Range = _UNKNOWN) -> None:
        super().__init__(span)
        self.text: Final = text
        self.is_quoted: Final = is_quoted
        self.is_prefix: Final = is_prefix
        """True if `text` also matches longer words or names that begin with it; written with a `*` at the end."""


class Interval(_QueryPart):
    """A range of numbers or dates that includes both ends, written `low..high`; an empty end is open."""

    __slots__ = ("high", "low")
    __match_args__ = ("low", "high")

    def __init__(self, low: str = "", high: str = "", span: Range = _UNKNOWN) -> None:
        super().__init__(span)
        self.low: Final = low
        self.high: Final = high


class Field(_QueryPart):
    """A term that matches if a field has one of several values; without values it matches everything."""

    __slots__ = ("name", "operator", "values")
    __match_args__ = ("name", "values", "operator")

    def __init__(
        self,
        name: FieldName,
        values: tuple[Value | Interval, ...] = (),
        operator: Operator = Operator.IS,
        span: Range = _UNKNOWN,
    ) -> None:
        super().__init__(span)
        self.name: Final = name
        self.values: Final = values
        self.operator: Final = operator


class Not(_QueryPart):
    """A term that matches the records that its inner term does not match."""

    __slots__ = ("term",)
    __match_args__ = ("term",)

    def __init__(self, term: Term, span: Range = _UNKNOWN) -> None:
        super().__init__(span)
        self.term: Final = term


class _Several(_QueryPart):
    """Base of `And` and `Or`."""

    __slots__ = ("terms",)
    __match_args__ = ("terms",)

    def __init__(self, terms: tuple[Term, ...] = (), span: Range = _UNKNOWN) -> None:
        super().__init__(span)
        self.terms: Final = terms


class And(_Several):
    """A term that matches the records that all of its terms match; without terms it matches everything."""

    __slots__ = ()


class Or(_Several):
    """A term that matches the records that at least one of its terms matches; without terms it matches nothing."""

    __slots__ = ()


Leaf: TypeAlias = Word | Phrase | Field
"""A term without inner terms."""

Term: TypeAlias = Word | Phrase | Field | Not | And | Or
"""A query or a term of a query."""

EVERYTHING = And()
"""The query that matches every record."""


def _is(state: str) -> Field:
    return Field(FieldName.IS, (Value(state),))


SHELF_QUERIES: dict[Shelf, Term] = {
    Shelf.INBOX: Not(_is("archived")),
    Shelf.UNREAD: And((_is("unread"), Not(_is("archived")))),
    Shelf.UP_NEXT: _is("queued"),
    Shelf.STARRED: _is("starred"),
    Shelf.ANNOTATED: _is("annotated"),
    Shelf.ARCHIVE: _is("archived"),
}
"""The query of each standing view."""


class Listing(Protocol):
    """The articles that a catalogue lists: a query and a sort order."""

    @property
    def query(self) -> Term:
        """Return the query that the listed articles match."""

    @property
    def sort(self) -> Sort:
        """Return the sort order of the listed articles."""


class View(NamedTuple):
    """The articles that the headline list shows: a standing view, the reader's filter, and an order.

    It is a `Listing`: a catalogue reads only `query` and `sort`.
    """

    shelf: Shelf = Shelf.INBOX
    filter: Term = EVERYTHING
    """The filter of the list, typed or chosen in the sidebar."""
    sort: Sort = Sort.NEWEST

    @property
    def query(self) -> And:
        """Return the standing view and the filter as one query.

        In the inbox, a filter that contains `is:archived` searches all articles: the inbox has none that are archived.
        """
        if self.shelf is Shelf.INBOX and asks_for_archive(self.filter):
            return And((self.filter,))
        shelf = SHELF_QUERIES[self.shelf]
        return And((shelf,)) if self.filter is EVERYTHING else And((shelf, self.filter))


def asks_for_archive(term: Term) -> bool:
    """Return True if a query contains the term `is:archived` at any depth."""
    match term:
        case And() | Or():
            return any(map(asks_for_archive, term.terms))
        case Not():
            return asks_for_archive(term.term)
        case Field():
            values = [value.text.lower() for value in term.values if isinstance(value, Value)]
            return term.name is FieldName.IS and any(value.startswith("arch") for value in values)
    return False

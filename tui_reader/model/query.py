"""Queries as data: the terms of a query, the views of the library, and the orders of a list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeAlias


class Shelf(StrEnum):
    """The standing views of the library, in the order of the sidebar."""

    INBOX = "inbox"
    """All articles that are not archived."""
    UNREAD = "unread"
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


class FieldName(StrEnum):
    """The property that a `Field` term compares with its value."""

    SHELF = "shelf"
    """The value of a `Shelf` that contains the article."""
    SOURCE = "source"
    """The whole name of an article's source."""
    TAG = "tag"
    """The whole name of a tag."""
    TAG_PREFIX = "tag prefix"
    """The beginning of a tag, without regard to case or accents."""
    COLOUR = "colour"
    """The number of a highlight's colour."""
    STATE = "state"
    """The value of the `PlaceState` of a highlight."""
    HAS = "has"
    """A part of an annotation that is not empty: `note` or `tags`."""
    ARTICLE = "article"
    """The value `gone`: the article of an annotation is not in the library."""
    FROM = "from"
    """The first day of creation, ISO 8601; may be the beginning of a date such as `2026-05`."""
    BEFORE = "before"
    """The day before which an annotation was created, as for `FROM`."""


@dataclass(frozen=True, slots=True)
class Words:
    """A term that matches if each of its words occurs, without regard to case, accents or order."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A term that matches if its whole text occurs, without regard to case or accents."""

    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """A term that matches if one field has a value; `FieldName` states how each field is compared."""

    name: FieldName
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """A term that matches the records that another term does not match."""

    term: Term


@dataclass(frozen=True, slots=True)
class And:
    """A term that matches the records that all of its terms match; without terms it matches everything."""

    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """A term that matches the records that at least one of its terms matches; without terms it matches nothing."""

    terms: tuple[Term, ...] = ()


Leaf: TypeAlias = Words | Phrase | Field
"""A term that has no other terms in it."""

Term: TypeAlias = Words | Phrase | Field | Not | And | Or
"""A query, or a part of one."""


class Listing(Protocol):
    """Choice of articles for a catalogue to list: a query and an order."""

    @property
    def query(self) -> Term:
        """Return the query that listed articles match."""

    @property
    def sort(self) -> Sort:
        """Return the order in which the articles are listed."""


class View(NamedTuple):
    """Choice of articles for the headline list: the sidebar's choices, the title filter, and an order.

    It is a `Listing`: a catalogue reads only `query` and `sort`. Screens show and change the choices.
    """

    shelf: Shelf = Shelf.INBOX
    include: frozenset[str] = frozenset()
    """Tags that an article must all have."""
    exclude: frozenset[str] = frozenset()
    """Tags that an article must not have."""
    source: str = ""
    """Source that an article must come from; empty for any."""
    match: str = ""
    """Words that must all occur in the title, without regard to case or accents."""
    sort: Sort = Sort.NEWEST

    @property
    def is_filtered(self) -> bool:
        """Return True if the view is narrowed by more than its shelf."""
        return bool(self.include or self.exclude or self.source or self.match)

    @property
    def query(self) -> And:
        """Return the choices of the view as a query, its shelf first."""
        terms: list[Term] = [Field(FieldName.SHELF, self.shelf)]
        terms += [Field(FieldName.TAG, tag) for tag in sorted(self.include)]
        terms += [Not(Field(FieldName.TAG, tag)) for tag in sorted(self.exclude)]
        if self.source:
            terms.append(Field(FieldName.SOURCE, self.source))
        if self.match:
            terms.append(Words(self.match))
        return And(tuple(terms))

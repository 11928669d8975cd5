"""The catalogue: the articles of a library, their order in each view, and how many each view holds."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from tui_reader.document.normalization import search_key
from tui_reader.model.article import NOTHING, ArticleId, Headline, ReadingState
from tui_reader.model.query import Listing, Sort
from tui_reader.search.evaluation import Context
from tui_reader.search.records import AnnotationsText, ArticleRecord
from tui_reader.search.selection import StepwiseSelection, select_articles
from tui_reader.services.articles.counts import Counts, Tally, differ_in_flags, has_same_description

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date

    from tui_reader.model.query import Term, Value


class Catalogue(Protocol):
    """The articles of a library, for queries by screens. Used only by the library's owner thread."""

    def ids(self, view: Listing) -> Sequence[ArticleId]:
        """Return the articles that match the query of a view, in its order."""

    def at(self, view: Listing, index: int, count: int) -> Sequence[ArticleId]:
        """Return `count` articles of a view from an index on; fewer where the view ends."""

    def position(self, view: Listing, article_id: ArticleId) -> int | None:
        """Return the index of an article in a view; None if the view does not hold it."""

    def everything(self) -> list[Headline]:
        """Return every article: the inbox, then the archive, each with the newest first."""

    def bookmarked(self, letter: str) -> Headline | None:
        """Return the article that holds the bookmark of a capital letter; None if no article does.

        Only one article should. If two computers each set the letter, the first such article is returned.
        """

    def row(self, article_id: ArticleId, /) -> Headline:
        """Return an article with its state.

        Raises:
            KeyError: It is not in the library, or no longer.
        """

    def rows(self, ids: Iterable[ArticleId]) -> list[Headline]:
        """Return the headlines of those ids that are in the library or held, in the order given."""

    def record(self, article_id: ArticleId) -> ArticleRecord | None:
        """Return an article as queries compare it; None if it is not in the library."""

    def count(self, view: Listing) -> int:
        """Return the number of articles of a view."""

    def matching(self, ids: Iterable[ArticleId], query: Term, context: Context) -> list[ArticleId]:
        """Return those of some articles that match a query, in the order given; unknown ids are left out."""

    def set_context(self, today: date, colours: Sequence[str]) -> None:
        """Set the day and the names of the colours that views are evaluated with."""

    def set_texts(self, texts: Mapping[Value, frozenset[ArticleId]]) -> None:
        """Set the articles whose texts hold the values of `text:` fields, as far as they have been searched."""

    def counts(self) -> Counts:
        """Return the numbers of the sidebar; the cost depends on recent changes, not on the library's size."""

    def __contains__(self, article_id: object) -> bool: ...

    def __len__(self) -> int: ...


class WritableCatalogue(Catalogue, Protocol):
    """The side of a catalogue that the library writes: scan results and changes of state."""

    def put(self, headlines: Sequence[Headline]) -> None:
        """Add articles, or replace their headlines."""

    def remove(self, ids: Iterable[ArticleId]) -> None:
        """Remove articles; unknown ids are ignored."""

    def hold(self, headline: Headline) -> None:
        """Take an article out of every view, and still return its headline by id until `release`."""

    def note_annotations(self, ids: Iterable[ArticleId]) -> None:
        """Record that annotations of articles have changed."""

    def release(self, article_id: ArticleId) -> None:
        """Undo `hold`: forget the headline that it kept. Unknown ids are ignored."""


class _Row(ArticleRecord):
    """A headline with the values that orders compare, computed once."""

    __slots__ = ("folded", "opened", "source", "when")

    def __init__(self, headline: Headline) -> None:
        super().__init__(headline)
        self._set_description(headline)
        self._set_state(headline)

    def set(self, headline: Headline) -> None:
        """Replace the headline by another one of the same article."""
        if not has_same_description(self.headline, headline):
            self._description = self._tags = self._kind = None
            self._set_description(headline)
        self._set_state(headline)

    def keeps_positions(self, headline: Headline) -> bool:
        """Return True if another headline of the article has the same position in every order."""
        old, new = self.headline.state, headline.state
        is_in_order = old.opened == new.opened and old.up_next == new.up_next
        return is_in_order and has_same_description(self.headline, headline)

    def _set_description(self, headline: Headline) -> None:
        self.source = headline.field("source")
        self.folded = search_key(headline.title)
        self.when = epoch_seconds(headline.field("date")) or headline.article.mtime_ns / 1e9

    def _set_state(self, headline: Headline) -> None:
        self.headline = headline
        self.opened = epoch_seconds(headline.state.opened) or 0.0


_Entry: TypeAlias = tuple[Any, ...]
"""An element of an order: sort keys, then the id, which makes it unique, then the row, which is never compared."""

_KEYS: dict[Sort, Callable[[_Row], tuple[Any, ...]]] = {
    Sort.NEWEST: lambda row: (-row.when, row.folded),
    Sort.OLDEST: lambda row: (row.when, row.folded),
    Sort.TITLE: lambda row: (row.folded, -row.when),
    # An article without a source comes after those that have one.
    Sort.SOURCE: lambda row: (not row.source, search_key(row.source), -row.when, row.folded),
    Sort.LONGEST: lambda row: (-row.headline.article.metadata.words, -row.when, row.folded),
    Sort.SHORTEST: lambda row: (row.headline.article.metadata.words, -row.when, row.folded),
    Sort.OPENED: lambda row: (-row.opened, -row.when, row.folded),
    Sort.QUEUE: lambda row: (not row.headline.state.up_next, row.headline.state.up_next, -row.when, row.folded),
}


class MemoryCatalogue:
    """The catalogue of a library whose headlines fit into memory: about 2 kB each."""

    BULK = 64
    """Number of changes from which an order is rebuilt by merging instead of one bisection per change."""

    def __init__(self) -> None:
        self._rows: dict[ArticleId, _Row] = {}
        self._held: dict[ArticleId, Headline] = {}
        """Headlines of articles that no view lists any more: open ones whose files are gone."""
        self._orders: dict[Sort, list[_Entry]] = {}
        self._context = Context()
        self._selection: tuple[Sort, StepwiseSelection[_Row]] | None = None
        """All articles in an order, and what the last query has selected of them, until an article changes."""
        self._tally = Tally()
        self._edition = 0
        self._unprepared: dict[ArticleId, None] = {}
        """Articles whose annotations have changed since they were prepared for queries."""
        self._bookmarked: dict[str, set[ArticleId]] = {}
        """Articles that hold the bookmark of a capital letter; more than one only after a merge."""
        self._listed: tuple[Listing, list[ArticleId]] | None = None
        """The view that was asked for last, until an article changes."""
        self._positions: dict[ArticleId, int] | None = None
        """Indices in that view, once one was asked for."""

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, article_id: ArticleId, /) -> Headline:
        """Return an article with its state; raises KeyError if it is not in the library."""
        return self._rows[article_id].headline

    def rows(self, ids: Iterable[ArticleId]) -> list[Headline]:
        """Return the headlines of those ids that are in the library or held, in the order given."""
        found = ((self._rows.get(article_id), article_id) for article_id in ids)
        headlines = (self._held.get(article_id) if row is None else row.headline for row, article_id in found)
        return [headline for headline in headlines if headline is not None]

    def matching(self, ids: Iterable[ArticleId], query: Term, context: Context) -> list[ArticleId]:
        """Return those of some articles that match a query, in the order given; unknown ids are left out."""
        rows = [self._rows[each] for each in ids if each in self._rows]
        return [row.headline.id for row in select_articles(rows, query, context)]

    def count(self, view: Listing) -> int:
        """Return the number of articles of a view, without putting them in order."""
        return len(select_articles(list(self._rows.values()), view.query, self._context))

    def record(self, article_id: ArticleId) -> ArticleRecord | None:
        """Return an article as queries compare it; None if it is not in the library."""
        return self._rows.get(article_id)

    def note_annotations(self, ids: Iterable[ArticleId]) -> None:
        """Record that annotations of articles have changed; queries find the old ones until they are prepared."""
        self._unprepared.update(dict.fromkeys(each for each in ids if each in self._rows))

    def set_context(self, today: date, colours: Sequence[str]) -> None:
        """Set the day and the names of the colours that views are evaluated with."""
        self._use(Context(today, colours, self._context.texts))

    def set_texts(self, texts: Mapping[Value, frozenset[ArticleId]]) -> None:
        """Set the articles whose texts hold the values of `text:` fields, as far as they have been searched."""
        self._use(replace(self._context, texts=texts))

    def _use(self, context: Context) -> None:
        if context != self._context:
            self._context = context
            self._listed = self._positions = None

    @property
    def edition(self) -> int:
        """Number of changes of titles, tags and other descriptions, and of the articles that there are."""
        return self._edition

    def records(self) -> list[ArticleRecord]:
        """Return all articles as queries compare them, in no particular order."""
        return list(self._rows.values())

    @property
    def unprepared(self) -> int:
        """Number of articles whose annotations are to be prepared for queries."""
        return len(self._unprepared)

    def next_unprepared(self) -> ArticleId | None:
        """Return an article whose annotations are to be prepared for queries; None if there is none."""
        return next(iter(self._unprepared), None)

    def set_annotations(self, article_id: ArticleId, annotations: AnnotationsText) -> None:
        """Replace what queries compare of an article's annotations."""
        self._unprepared.pop(article_id, None)
        row = self._rows.get(article_id)
        if row is not None:
            row.annotations = annotations
            self._listed = self._positions = self._selection = None

    def hold(self, headline: Headline) -> None:
        """Take an article out of every view; `rows` still returns its headline until `release`."""
        self.remove((headline.id,))
        self._held[headline.id] = headline

    def release(self, article_id: ArticleId) -> None:
        """Forget the headline of an article that is held; unknown ids are ignored."""
        self._held.pop(article_id, None)

    def counts(self) -> Counts:
        """Return the numbers of the sidebar."""
        return self._tally.counts()

    def ids(self, view: Listing) -> Sequence[ArticleId]:
        """Return the articles of a view, in its order."""
        return self._list(view).copy()

    def at(self, view: Listing, index: int, count: int) -> Sequence[ArticleId]:
        """Return `count` articles of a view from an index on; fewer where the view ends."""
        return self._list(view)[index : index + count]

    def position(self, view: Listing, article_id: ArticleId) -> int | None:
        """Return the index of an article in a view; None if the view does not hold it."""
        listed = self._list(view)
        if self._positions is None:
            self._positions = {each: index for index, each in enumerate(listed)}
        return self._positions.get(article_id)

    def everything(self) -> list[Headline]:
        """Return every article: the inbox, then the archive, each with the newest first."""
        rows: list[_Row] = [entry[-1] for entry in self._order(Sort.NEWEST)]
        rows.sort(key=lambda row: row.headline.state.archived)
        return [row.headline for row in rows]

    def bookmarked(self, letter: str) -> Headline | None:
        """Return the article that holds the bookmark of a capital letter; None if no article does."""
        rows = [self._rows[each] for each in self._bookmarked.get(letter, ())]
        first = min(rows, key=lambda row: (row.headline.state.archived, *_entry(Sort.NEWEST, row)), default=None)
        return first.headline if first is not None else None

    def _list(self, view: Listing) -> list[ArticleId]:
        """Return the ids of a view; the list is shared, so a caller must not change it."""
        if self._listed is None or self._listed[0] != view:
            if self._selection is None or self._selection[0] is not view.sort:
                self._selection = view.sort, StepwiseSelection([entry[-1] for entry in self._order(view.sort)])
            rows = self._selection[1].select(view.query, self._context)
            self._listed, self._positions = (view, [row.headline.article.id for row in rows]), None
        return self._listed[1]

    def _changed(self, old: Headline | None, new: Headline | None) -> None:
        """Update counts, bookmarks and cached views for a headline that is added, changed or removed."""
        self._listed = self._positions = self._selection = None
        if old is None or new is None or not has_same_description(old, new):
            self._edition += 1
        self._tally.replace(old, new)
        before = old.state.bookmarks if old is not None else NOTHING
        after = new.state.bookmarks if new is not None else NOTHING
        if before is after:
            return
        for letter in filter(str.isupper, before):
            if old is not None and letter not in after:
                self._bookmarked[letter].discard(old.id)
        for letter in filter(str.isupper, after):
            if new is not None:
                self._bookmarked.setdefault(letter, set()).add(new.id)

    def put(self, headlines: Sequence[Headline]) -> None:
        """Add articles, or replace their headlines."""
        if len(headlines) > self.BULK:
            headlines = self._put_flags(headlines)
        moved: list[tuple[_Row, Headline]] = []
        added: dict[_Row, None] = {}
        for headline in headlines:
            if headline.id in self._held:
                self._held[headline.id] = headline
                continue
            row = self._rows.get(headline.id)
            self._changed(row.headline if row else None, headline)
            if headline.notes and (row is None or row.headline.notes != headline.notes):
                self._unprepared[headline.id] = None
            if row is None:
                row = self._rows[headline.id] = _Row(headline)
                added[row] = None
            elif row.keeps_positions(headline):
                row.set(headline)
            else:
                moved.append((row, headline))
        if len(moved) + len(added) > self.BULK:
            self._remove_rows({row for row, _ in moved})
            for row, headline in moved:
                row.set(headline)
                added[row] = None
            self._merge(added)
        else:
            for row in added:
                self._insert(row)
            for row, headline in moved:
                self._move(row, headline)

    def remove(self, ids: Iterable[ArticleId]) -> None:
        """Remove articles; unknown ids are ignored."""
        gone = {row for article_id in ids if (row := self._rows.pop(article_id, None)) is not None}
        for row in gone:
            self._unprepared.pop(row.headline.id, None)
            self._changed(row.headline, None)
        if len(gone) > self.BULK:
            self._remove_rows(gone)
        else:
            for sort, order in self._orders.items():
                for row in gone:
                    del order[bisect_left(order, _entry(sort, row))]

    def _put_flags(self, headlines: Sequence[Headline]) -> list[Headline]:
        """Replace the headlines in which only flags such as `read` have changed.

        Articles that are changed together share their states, so few pairs of them are compared and counted.

        Returns:
            The other headlines, which may change orders, groups and the articles that there are.
        """
        rest: list[Headline] = []
        pairs: dict[tuple[int, int], tuple[Headline, Headline, list[int]] | None] = {}
        for headline in headlines:
            row = self._rows.get(headline.article.id)
            if row is None or row.headline.article is not headline.article or row.headline.notes != headline.notes:
                rest.append(headline)
                continue
            old = row.headline
            pair = id(old.state), id(headline.state)
            if pair not in pairs:
                pairs[pair] = (old, headline, [0]) if differ_in_flags(old, headline) else None
            found = pairs[pair]
            if found is None:
                rest.append(headline)
            else:
                found[2][0] += 1
                row.headline = headline
        for changed in filter(None, pairs.values()):
            self._listed = self._positions = self._selection = None
            self._tally.move(changed[0], changed[1], changed[2][0])
        return rest

    def set_state(self, article_id: ArticleId, state: ReadingState) -> None:
        """Replace the state of an article; raises KeyError if it is not in the library."""
        old = self._rows[article_id].headline
        self.put((Headline(old.article, state, old.notes),))

    def _order(self, sort: Sort) -> list[_Entry]:
        """Return all articles in an order; the first call sorts (10,000: 30 ms), changes update it."""
        order = self._orders.get(sort)
        if order is None:
            order = self._orders[sort] = sorted(_entry(sort, row) for row in self._rows.values())
        return order

    def _insert(self, row: _Row) -> None:
        for sort, order in self._orders.items():
            entry = _entry(sort, row)
            order.insert(bisect_left(order, entry), entry)

    def _move(self, row: _Row, headline: Headline) -> None:
        """Replace a row's headline, and move the row in the orders in which its position changes."""
        old = {sort: _entry(sort, row) for sort in self._orders}
        row.set(headline)
        for sort, order in self._orders.items():
            entry = _entry(sort, row)
            if entry != old[sort]:
                del order[bisect_left(order, old[sort])]
                order.insert(bisect_left(order, entry), entry)

    def _remove_rows(self, rows: set[_Row]) -> None:
        """Remove many rows from the orders in one pass each."""
        if rows:
            for order in self._orders.values():
                order[:] = [entry for entry in order if entry[-1] not in rows]

    def _merge(self, rows: Collection[_Row]) -> None:
        """Add many rows to the orders: sorting a sorted list with new elements at its end costs a merge."""
        for sort, order in self._orders.items():
            order.extend(_entry(sort, row) for row in rows)
            order.sort()


def epoch_seconds(date: str) -> float | None:
    """Return the seconds since 1970 of an ISO 8601 date or time, UTC by default; None if it is invalid."""
    if not date:
        return None
    try:
        when = datetime.fromisoformat(date)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _entry(sort: Sort, row: _Row) -> _Entry:
    return (*_KEYS[sort](row), row.headline.article.id, row)

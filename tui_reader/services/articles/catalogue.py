"""The catalogue: which articles there are, in which order a view shows them, how many stand where."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from tui_reader.model.article import ArticleId, Headline, ReadingState
from tui_reader.model.query import Sort, View
from tui_reader.search.evaluation import select_headlines
from tui_reader.search.search_key import search_key
from tui_reader.services.articles.counts import Counts, Tally, describes_alike

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence


class Catalogue(Protocol):
    """What lists and sidebars ask. Called from one thread, the one that calls `Library.sync`."""

    def ids(self, view: View) -> Sequence[ArticleId]:
        """The articles of a view, in its order."""

    def row(self, article_id: ArticleId, /) -> Headline:
        """An article with its state.

        Raises:
            KeyError: It is not in the library (any more).
        """

    def rows(self, ids: Iterable[ArticleId]) -> list[Headline]:
        """The headlines of those ids that are in the library, in the order given."""

    def counts(self) -> Counts:
        """How many stand where; costs what the changes since the last call cost, not what the library costs."""

    def __contains__(self, article_id: object) -> bool: ...

    def __len__(self) -> int: ...


class _Row:
    """A headline with what views ask of it, worked out once."""

    __slots__ = ("archived", "folded", "headline", "notes", "opened", "source", "starred", "tags", "unread", "when")

    def __init__(self, headline: Headline) -> None:
        self._describe(headline)
        self._take(headline)

    def set(self, headline: Headline) -> None:
        """Take another headline of the same article."""
        if not describes_alike(self.headline, headline):
            self._describe(headline)
        self._take(headline)

    def stands_as(self, headline: Headline) -> bool:
        """Whether another headline of the article has the same place in every order."""
        return self.headline.state.opened == headline.state.opened and describes_alike(self.headline, headline)

    def _describe(self, headline: Headline) -> None:
        self.tags = frozenset(headline.tags)
        self.source = headline.field("source")
        self.folded = search_key(headline.title)
        self.when = moment(headline.field("date")) or headline.article.mtime_ns / 1e9

    def _take(self, headline: Headline) -> None:
        state = headline.state
        self.headline = headline
        self.archived = state.archived
        self.unread = not state.read and not state.archived
        self.starred = state.starred
        self.notes = headline.notes
        self.opened = moment(state.opened) or 0.0


_Entry: TypeAlias = tuple[Any, ...]
"""A place in an order: sort keys, then the id, which makes it unique, then the row, which is never compared."""

_KEYS: dict[Sort, Callable[[_Row], tuple[Any, ...]]] = {
    Sort.NEWEST: lambda row: (-row.when, row.folded),
    Sort.OLDEST: lambda row: (row.when, row.folded),
    Sort.TITLE: lambda row: (row.folded, -row.when),
    # An article without a source comes after those that have one.
    Sort.SOURCE: lambda row: (not row.source, search_key(row.source), -row.when, row.folded),
    Sort.LONGEST: lambda row: (-row.headline.article.metadata.words, -row.when, row.folded),
    Sort.SHORTEST: lambda row: (row.headline.article.metadata.words, -row.when, row.folded),
    Sort.OPENED: lambda row: (-row.opened, -row.when, row.folded),
}


class MemoryCatalogue:
    """The catalogue of a library whose headlines fit into memory: about 2 kB each."""

    BULK = 64
    """From how many changes at once an order is merged instead of searched place by place."""

    def __init__(self) -> None:
        self._rows: dict[ArticleId, _Row] = {}
        self._held: dict[ArticleId, Headline] = {}
        """Articles that are in no list although their headlines can be asked for: open ones whose files are gone."""
        self._orders: dict[Sort, list[_Entry]] = {}
        self._tally = Tally()

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, article_id: ArticleId, /) -> Headline:
        """An article with its state; KeyError if it is gone."""
        return self._rows[article_id].headline

    def rows(self, ids: Iterable[ArticleId]) -> list[Headline]:
        """The headlines of those ids that are in the library or held, in the order given."""
        found = ((self._rows.get(article_id), article_id) for article_id in ids)
        headlines = (self._held.get(article_id) if row is None else row.headline for row, article_id in found)
        return [headline for headline in headlines if headline is not None]

    def hold(self, headline: Headline) -> None:
        """Take an article out of every list, and go on giving its headline; `put` changes that until `release`."""
        self.remove((headline.id,))
        self._held[headline.id] = headline

    def release(self, article_id: ArticleId) -> None:
        """Forget the headline of an article that is held; unknown ids are passed over."""
        self._held.pop(article_id, None)

    def counts(self) -> Counts:
        """How many stand where."""
        return self._tally.counts()

    def ids(self, view: View) -> Sequence[ArticleId]:
        """The articles of a view, in its order."""
        rows = select_headlines([entry[-1] for entry in self._order(view.sort)], view.query)
        return [row.headline.article.id for row in rows]

    def put(self, headlines: Sequence[Headline]) -> None:
        """Add articles, or replace what is known of them."""
        placed: list[tuple[_Row, Headline]] = []
        fresh: dict[_Row, None] = {}
        for headline in headlines:
            if headline.id in self._held:
                self._held[headline.id] = headline
                continue
            row = self._rows.get(headline.id)
            self._tally.replace(row.headline if row else None, headline)
            if row is None:
                row = self._rows[headline.id] = _Row(headline)
                fresh[row] = None
            elif row.stands_as(headline):
                row.set(headline)
            else:
                placed.append((row, headline))
        if len(placed) + len(fresh) > self.BULK:
            self._take_out({row for row, _ in placed})
            for row, headline in placed:
                row.set(headline)
                fresh[row] = None
            self._merge(fresh)
        else:
            for row in fresh:
                self._place(row)
            for row, headline in placed:
                self._move(row, headline)

    def remove(self, ids: Iterable[ArticleId]) -> None:
        """Forget articles; unknown ids are passed over."""
        gone = {row for article_id in ids if (row := self._rows.pop(article_id, None)) is not None}
        for row in gone:
            self._tally.replace(row.headline, None)
        if len(gone) > self.BULK:
            self._take_out(gone)
        else:
            for sort, order in self._orders.items():
                for row in gone:
                    del order[bisect_left(order, _entry(sort, row))]

    def set_state(self, article_id: ArticleId, state: ReadingState) -> None:
        """Take another state of an article in; KeyError if it is gone."""
        old = self._rows[article_id].headline
        self.put((Headline(old.article, state, old.notes),))

    def _order(self, sort: Sort) -> list[_Entry]:
        """Every article in an order; worked out when first asked for (10,000: 30 ms), kept up from then on."""
        order = self._orders.get(sort)
        if order is None:
            order = self._orders[sort] = sorted(_entry(sort, row) for row in self._rows.values())
        return order

    def _place(self, row: _Row) -> None:
        for sort, order in self._orders.items():
            entry = _entry(sort, row)
            order.insert(bisect_left(order, entry), entry)

    def _move(self, row: _Row, headline: Headline) -> None:
        """Change a row, and its place in those orders that care."""
        old = {sort: _entry(sort, row) for sort in self._orders}
        row.set(headline)
        for sort, order in self._orders.items():
            entry = _entry(sort, row)
            if entry != old[sort]:
                del order[bisect_left(order, old[sort])]
                order.insert(bisect_left(order, entry), entry)

    def _take_out(self, rows: set[_Row]) -> None:
        """Take many rows out of the orders."""
        if rows:
            for order in self._orders.values():
                order[:] = [entry for entry in order if entry[-1] not in rows]

    def _merge(self, rows: Collection[_Row]) -> None:
        """Bring many rows into the orders; a sort of a sorted list with a tail is a merge."""
        for sort, order in self._orders.items():
            order.extend(_entry(sort, row) for row in rows)
            order.sort()


def moment(date: str) -> float | None:
    """Seconds since 1970 of an ISO 8601 date or time, taken as UTC where it has no zone; None if it is neither."""
    if not date:
        return None
    try:
        when = datetime.fromisoformat(date)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _entry(sort: Sort, row: _Row) -> _Entry:
    return (*_KEYS[sort](row), row.headline.article.id, row)

"""The catalogue: the articles of a library, and their order and number in each view."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import compress
from time import monotonic
from typing import TYPE_CHECKING

from tui_reader.model.article import NOTHING, ArticleId, Headline, ReadingState
from tui_reader.model.query import EVERYTHING, Listing, Sort
from tui_reader.search.evaluation import Context
from tui_reader.search.selection import GradualSelection, select_articles
from tui_reader.services.articles.bulk_states import (
    amended_all,
    moves_between_shelves,
    moves_between_tags,
    numbers_by_tag,
    sources_of,
)
from tui_reader.services.articles.catalogue_rows import CatalogueRow, Entry, entry_of
from tui_reader.services.articles.counts import Counts, Tally, differ_in_flags, has_same_description

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from tui_reader.model.query import Term, Value
    from tui_reader.search.records import AnnotationsText, ArticleRecord
    from tui_reader.storage.base import Column


class MemoryCatalogue:
    """The catalogue of a library whose headlines fit into memory: about 2 kB each."""

    BULK = 64
    """Number of changes beyond which a sorted list is merged with all at once, instead of by one bisection for each."""

    def __init__(self) -> None:
        self._rows: dict[ArticleId, CatalogueRow] = {}
        self._held: dict[ArticleId, Headline] = {}
        """Headlines of held articles, which no view lists: open articles whose files were deleted."""
        self._orders: dict[Sort, list[Entry]] = {}
        self._context = Context()
        self._selection: tuple[Sort, GradualSelection[CatalogueRow]] | None = None
        """Cache, until an article changes: the last order, and the articles in it with results of the last queries."""
        self._tally = Tally()
        self._edition = 0
        self._unprepared: dict[ArticleId, None] = {}
        """Articles whose annotations changed after the last preparation for queries."""
        self._bookmarked: dict[str, set[ArticleId]] = {}
        """Articles by the capital letter of a bookmark; several for one letter only after a merge."""
        self._listed: tuple[Listing, list[ArticleId]] | None = None
        """Cache, until an article changes: the last requested view with its ids."""
        self._asked: tuple[Listing | None, Term] = None, EVERYTHING
        """The view that was evaluated last, with its query."""
        self.queued: dict[ArticleId, str] = {}
        """The sort keys of the articles up next. Only the catalogue changes it."""
        self._positions: dict[ArticleId, int] | None = None
        """Cache: the index of each article in the last requested view; filled by the first `position`."""

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, article_id: ArticleId, /) -> Headline:
        """Return the headline of an article; raises KeyError if the article is not in the library."""
        return self._rows[article_id].headline

    def rows(self, ids: Iterable[ArticleId]) -> list[Headline]:
        """Return the headlines of ids, in the given order; ids neither in the library nor held are left out."""
        if not self._held:
            rows = self._rows
            return [rows[article_id].headline for article_id in ids if article_id in rows]
        found = ((self._rows.get(article_id), article_id) for article_id in ids)
        headlines = (self._held.get(article_id) if row is None else row.headline for row, article_id in found)
        return [headline for headline in headlines if headline is not None]

    def matching(self, ids: Iterable[ArticleId], query: Term, context: Context) -> list[ArticleId]:
        """Return the ids among `ids` that match a query, in the given order; unknown ids are left out."""
        rows = [self._rows[each] for each in ids if each in self._rows]
        return [row.headline.id for row in select_articles(rows, query, context)]

    def count(self, view: Listing) -> int:
        """Return the number of articles of a view, without sorting the articles."""
        return len(select_articles(list(self._rows.values()), view.query, self._context))

    def record(self, article_id: ArticleId) -> ArticleRecord | None:
        """Return an article's record for queries; None if the article is not in the library."""
        return self._rows.get(article_id)

    def note_annotations(self, ids: Iterable[ArticleId]) -> None:
        """Mark articles as having changed annotations; queries use the old annotations until the next prepare."""
        self._unprepared.update(dict.fromkeys(each for each in ids if each in self._rows))

    def set_context(self, today: date, colours: Sequence[str]) -> None:
        """Set the current date and the names of the colours, which queries of views use."""
        self._use(Context(today, colours, self._context.texts))

    def set_texts(self, texts: Mapping[Value, frozenset[ArticleId]]) -> None:
        """Set the results of the text search so far: for each value of `text:`, the articles that contain it."""
        self._use(self._context.with_texts(texts))

    def _use(self, context: Context) -> None:
        if context != self._context:
            self._context = context
            self._listed = self._positions = None

    @property
    def edition(self) -> int:
        """Number of changes so far: articles added or removed, and changes of titles, tags and other metadata."""
        return self._edition

    def records(self) -> list[ArticleRecord]:
        """Return the query records of all articles, in no particular order."""
        return list(self._rows.values())

    @property
    def unprepared(self) -> int:
        """Number of articles whose annotations are not yet prepared for queries."""
        return len(self._unprepared)

    def next_unprepared(self) -> ArticleId | None:
        """Return an article whose annotations are not yet prepared for queries; None if all are."""
        return next(iter(self._unprepared), None)

    def set_annotations(self, article_id: ArticleId, annotations: AnnotationsText) -> None:
        """Replace the query records of an article's annotations."""
        self._unprepared.pop(article_id, None)
        row = self._rows.get(article_id)
        if row is not None:
            row.annotations = annotations
            self._listed = self._positions = self._selection = None

    def hold(self, headline: Headline) -> None:
        """Remove an article from all views; `rows` still returns its headline until `release`."""
        self.remove((headline.id,))
        self._held[headline.id] = headline

    def release(self, article_id: ArticleId) -> None:
        """Delete the headline of a held article; unknown ids are ignored."""
        self._held.pop(article_id, None)

    def counts(self) -> Counts:
        """Return the article counts for the sidebar."""
        return self._tally.counts()

    def counts_so_far(self) -> tuple[Counts, bool]:
        """Return the article counts without counting sources and tags; see `Catalogue.counts_so_far`."""
        return self._tally.counts_so_far(), not self._tally.has_uncounted

    def ids(self, view: Listing) -> Sequence[ArticleId]:
        """Return the ids of the articles of a view, in the order of the view."""
        return self._list(view).copy()

    def at(self, view: Listing, index: int, count: int) -> Sequence[ArticleId]:
        """Return up to `count` articles of a view, beginning at an index."""
        return self._list(view)[index : index + count]

    def position(self, view: Listing, article_id: ArticleId) -> int | None:
        """Return the index of an article in a view; None if the view does not contain the article."""
        listed = self._list(view)
        if self._positions is None:
            self._positions = {each: index for index, each in enumerate(listed)}
        return self._positions.get(article_id)

    def everything(self) -> list[Headline]:
        """Return every article: the inbox, then the archive, both sorted newest first."""
        rows: list[CatalogueRow] = [entry[-1] for entry in self._order(Sort.NEWEST)]
        rows.sort(key=lambda row: row.headline.state.archived)
        return [row.headline for row in rows]

    def bookmarked(self, letter: str) -> Headline | None:
        """Return the article with the bookmark of a capital letter; None if the bookmark is not set."""
        rows = [self._rows[each] for each in self._bookmarked.get(letter, ())]
        first = min(rows, key=lambda row: (row.headline.state.archived, *entry_of(Sort.NEWEST, row)), default=None)
        return first.headline if first is not None else None

    def _list(self, view: Listing) -> list[ArticleId]:
        """Return the ids of a view; the list is shared, so a caller must not change it."""
        if self._listed is None or self._listed[0] != view:
            selection = self._begin(view)
            while not selection.is_complete:
                selection.advance()
            self._listed, self._positions = (view, [row.id for row in selection.found]), None
        return self._listed[1]

    def _begin(self, view: Listing) -> GradualSelection[CatalogueRow]:
        """Begin or continue the evaluation of a view."""
        if self._selection is None or self._selection[0] is not view.sort:
            self._selection = view.sort, GradualSelection([entry[-1] for entry in self._order(view.sort)])
        if view is not self._asked[0]:
            self._asked = view, view.query
        selection = self._selection[1]
        selection.begin(self._asked[1], self._context)
        return selection

    def ids_so_far(
        self, view: Listing, seconds: float, *, enough: int = 0, beside: ArticleId | None = None
    ) -> tuple[Sequence[ArticleId], bool]:
        """Evaluate a view for a limited time; see `Catalogue.ids_so_far`."""
        if self._listed is not None and self._listed[0] == view:
            return self._listed[1].copy(), True
        end = monotonic() + seconds
        selection = self._begin(view)
        row = self._rows.get(beside) if beside is not None else None
        order = self._order(view.sort)
        part = bisect_left(order, entry_of(view.sort, row)) // selection.size if row is not None else 0
        found_before = 0
        while not selection.is_complete:
            if selection.evaluated == part:
                found_before = len(selection.found)
            selection.advance()
            is_enough = selection.evaluated > part and len(selection.found) - found_before >= enough
            if monotonic() > (end if is_enough else end + seconds):
                break
        if selection.is_complete:
            return self._list(view).copy(), True
        return [row.id for row in selection.found], False

    def _changed(self, old: Headline | None, new: Headline | None) -> None:
        """Update counts, bookmarks and cached views for a headline that is added, changed or removed."""
        self._listed = self._positions = self._selection = None
        if old is None or new is None or not has_same_description(old, new):
            self._edition += 1
        self._tally.replace(old, new)
        if old is None or new is None or old.state.up_next != new.state.up_next:
            gone = old if new is None else new
            if gone is not None:
                self._note_queue(gone.id, new)
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
        """Add articles, or replace their headlines; held articles stay outside the views."""
        if len(headlines) > self.BULK:
            headlines = self._put_flags(headlines)
        moved: list[tuple[CatalogueRow, Headline]] = []
        added: dict[CatalogueRow, None] = {}
        for headline in headlines:
            if headline.id in self._held:
                self._held[headline.id] = headline
                continue
            row = self._rows.get(headline.id)
            self._changed(row.headline if row else None, headline)
            if headline.notes and (row is None or row.headline.notes != headline.notes):
                self._unprepared[headline.id] = None
            if row is None:
                row = self._rows[headline.id] = CatalogueRow(headline)
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
                    del order[bisect_left(order, entry_of(sort, row))]

    def _put_flags(self, headlines: Sequence[Headline]) -> list[Headline]:
        """Replace the headlines of which only flags such as `read` have changed.

        Articles changed together share state objects, so few pairs of states are compared and counted.

        Returns:
            The remaining headlines, which need a full update of orders and counts.
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

    def amend(self, column: Column) -> tuple[ArticleId, ...]:
        """Change one field in the states of many articles; see `WritableCatalogue.amend`."""
        found = [self._rows.get(each) for each in column.keys]
        rows, values = list(filter(None, found)), column.after
        known = column.keys
        if len(rows) < len(found):
            known = [key for key in column.keys if key in self._rows or key in self._held]
            values = [value for row, value in zip(found, values, strict=True) if row is not None]
            self._amend_held(column)
        old = [row.headline for row in rows]
        states = amended_all([each[1] for each in old], column.field, values)
        make = tuple.__new__  # half of the time of `Headline`
        new = [make(Headline, (one[0], state, one[2])) for one, state in zip(old, states, strict=True)]
        if column.field == "tags":
            self._edition += 1
            self._tally.count_later(lambda: self._tally.add_groups({}, *moves_between_tags(old, states), 1))
            CatalogueRow.set_tags(rows, new)
        else:
            self._tally.add_shelves(moves_between_shelves(column.field, [each[1] for each in old], states))
            if column.field == "archived":
                self._tally.count_later(lambda: self._regroup(old, states))
            for row, headline in zip(rows, new, strict=True):
                row.headline = headline
        if column.field == "up_next":
            self._orders.pop(Sort.QUEUE, None)  # sorted again when it is shown next
            for row, state in zip(rows, states, strict=True):
                if state.up_next:
                    self.queued[row.id] = state.up_next
                else:
                    self.queued.pop(row.id, None)
        self._listed = self._positions = self._selection = None
        return tuple(known)

    def _regroup(self, old: Sequence[Headline], states: Sequence[ReadingState]) -> None:
        """Update the counts of sources and tags, which leave out the archive, after `archived` has changed.

        Args:
            old: The headlines of the changed articles before the change.
            states: Their states after it.
        """
        before, after = [each[1].archived for each in old], [each.archived for each in states]
        for is_entered, sign in ((True, -1), (False, 1)):
            moved = [one is not is_entered and other is is_entered for one, other in zip(before, after, strict=True)]
            if True in moved:
                headlines = list(compress(old, moved))
                self._tally.add_groups(Counter(sources_of(headlines)), *numbers_by_tag(headlines), sign)

    def _amend_held(self, column: Column) -> None:
        held = [(key, value) for key, value in zip(column.keys, column.after, strict=True) if key in self._held]
        states = amended_all([self._held[key].state for key, _ in held], column.field, [value for _, value in held])
        for (key, _), state in zip(held, states, strict=True):
            self._held[key] = self._held[key]._replace(state=state)

    def _note_queue(self, article_id: ArticleId, headline: Headline | None) -> None:
        if headline is not None and headline.state.up_next:
            self.queued[article_id] = headline.state.up_next
        else:
            self.queued.pop(article_id, None)

    def _order(self, sort: Sort) -> list[Entry]:
        """Return all articles sorted by an order; the first call sorts them (30 ms for 10,000 articles)."""
        order = self._orders.get(sort)
        if order is None:
            order = self._orders[sort] = sorted(entry_of(sort, row) for row in self._rows.values())
        return order

    def _insert(self, row: CatalogueRow) -> None:
        for sort, order in self._orders.items():
            entry = entry_of(sort, row)
            order.insert(bisect_left(order, entry), entry)

    def _move(self, row: CatalogueRow, headline: Headline) -> None:
        """Replace a row's headline, and move the row in the orders in which its position changes."""
        old = {sort: entry_of(sort, row) for sort in self._orders}
        row.set(headline)
        for sort, order in self._orders.items():
            entry = entry_of(sort, row)
            if entry != old[sort]:
                del order[bisect_left(order, old[sort])]
                order.insert(bisect_left(order, entry), entry)

    def _remove_rows(self, rows: set[CatalogueRow]) -> None:
        """Remove many rows from all sorted lists, with one pass per list."""
        if rows:
            for order in self._orders.values():
                order[:] = [entry for entry in order if entry[-1] not in rows]

    def _merge(self, rows: Collection[CatalogueRow]) -> None:
        """Add many rows to all sorted lists: append and sort, which costs only a merge."""
        for sort, order in self._orders.items():
            order.extend(entry_of(sort, row) for row in rows)
            order.sort()

"""The contents of the headline list, its filters, and the counts of sidebar and first row."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.model.query import EVERYTHING, Field, FieldName, Not, Shelf, Sort, Value
from tui_reader.search.edits import chosen, exact, value_key, with_term, without
from tui_reader.search.evaluation import sort_order
from tui_reader.services.articles.listed_counts import ListedCounts
from tui_reader.services.library.events import noop
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.reading.cursor import following, gap_between
from tui_reader.tui.widgets.bars import library_counts
from tui_reader.tui.widgets.tag_sidebar import Choices, Entry, Section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tui_reader.model.article import ArticleId
    from tui_reader.search.parsed_query import ParsedQuery
    from tui_reader.services.articles.counts import Counts
    from tui_reader.services.library.searches import SavedSearch
    from tui_reader.tui.screens.reading.state import ReadingScreenState


FIRST_SECONDS = 0.002
"""Seconds for which the handler of a typed letter evaluates the query.

If it has not found a screenful of matches by then, it continues for up to twice that time."""
SLICE_SECONDS = 0.002
"""Seconds for which a query is evaluated between two frames."""


class _Origin(NamedTuple):
    """The last complete list; the cursor of a partial list is put on its current article or the nearest one."""

    ids: Sequence[ArticleId]
    cursor: int
    current: ArticleId | None
    placed: ArticleId | None = None
    """The article on which the cursor was put in the partial list; another one means that the user has moved it."""


class HeadlineListing:
    """Updates the headline list, the sidebar and the first row after changes of library or view."""

    def __init__(self, state: ReadingScreenState) -> None:
        self._state = state
        self.on_counts_stale: Callable[[], None] = noop
        """Called when the listed articles or the saved searches must be counted again."""
        self.listed_counts = ListedCounts(state.library.catalogue)
        """Counts of the sources and tags of the listed articles."""
        self.on_query_changed: Callable[[], None] = noop
        """Called before the list is filled for another query."""
        self.progress = ""
        """The progress of running searches; shown below the query bar."""
        self._origin: _Origin | None = None
        """The last complete list while only the first articles of the next list are known; else None."""
        self._searches: list[Entry] = []
        """The rows of the saved searches in the sidebar."""
        self.shown_searches: tuple[SavedSearch, ...] = ()
        """The saved searches that the sidebar shows; another window may have changed them since."""
        self._gap: tuple[ArticleId, int] | None = None
        self._lost: tuple[ArticleId, ArticleId | None] | None = None
        """An article that left the list while the cursor was on it, and the article that got the cursor instead."""

    @property
    def gap(self) -> int | None:
        """The former list index of the open article after it left the list; None while it is listed."""
        return self._gap[1] if self._gap is not None and self._gap[0] == self._state.shown else None

    @property
    def is_partial(self) -> bool:
        """True if the list contains only the first matches so far; `go_on` adds further ones."""
        return self._origin is not None

    def go_on(self) -> None:
        """Evaluate the query of a partial list for some milliseconds; show the list when it is complete."""
        if self._origin is None:
            return
        headlines = self._state.panes.headlines
        ids, is_complete = self._state.library.catalogue.ids_so_far(self._state.view, SLICE_SECONDS)
        # More matches below the last visible row change nothing on the screen.
        is_page_short = len(headlines.ids) - headlines.cursor < headlines.page and len(ids) > len(headlines.ids)
        if is_complete or is_page_short:
            self.refresh(recount=False, partly=True)

    def finish(self) -> None:
        """Complete a partial list at once."""
        if self._origin is not None:
            self.refresh(recount=False)

    def refresh(
        self,
        *,
        keep: ArticleId | None = None,
        stay: bool = True,
        hold: bool = False,
        recount: bool = True,
        partly: bool = False,
    ) -> None:
        """Query the view again, with the cursor on the same article, else on the next listed article.

        Args:
            keep: Article to set the cursor on instead, if it is listed; None for no other.
            stay: True to keep the open article in the list although it no longer matches the view.
            hold: True to keep the article under the cursor as well. Used for changes that no key caused, because the
                next key is meant for that article.
            recount: False if no article has changed, so that the saved searches need not be counted again.
            partly: True to show only the first articles if the query takes more than some milliseconds; see `go_on`.
        """
        state = self._state
        headlines = state.panes.headlines
        origin = self._origin
        if origin is None or origin.placed != headlines.current:
            origin = _Origin(headlines.ids, headlines.cursor, headlines.current)
        before, at, current = origin.ids, origin.cursor, origin.current
        ids, is_complete = self._ids(current if state.has_run_command else keep, partly=partly)
        reading = state.shown if state.pane is Pane.ARTICLE else None
        held = stay and reading is not None and reading == current
        held = held or (hold and reading is None and state.has_run_command)
        if held and state.headline(current) is not None:
            ids = _with(ids, before, at)
        returned = self._find_gap(reading, ids)
        lost = self._lost[0] if self._lost is not None and self._lost[1] == current else None
        if lost is None and current is not None and state.headline(current) is None:
            lost = current
        # Until the first key, the cursor stays on the first row, even if the first scan adds rows above.
        wanted = (keep, returned, lost, current) if state.has_run_command else (keep,)
        found = next((each for each in wanted if each is not None and each in ids), None)
        cursor = ids.index(found) if found is not None else 0
        if found is None and state.has_run_command:
            cursor = following(before, at, ids)
        headlines.show(ids, cursor)
        self._origin = None if is_complete else origin._replace(placed=headlines.current)
        self._lost = (lost, headlines.current) if lost is not None and lost not in ids else None
        self.describe()
        if is_complete:
            self._count_listed()
        if recount:
            self.recount()
        else:
            self.show_counts()

    def _ids(self, beside: ArticleId | None, *, partly: bool) -> tuple[Sequence[ArticleId], bool]:
        """Return the articles of the view, and True if the list is complete.

        Args:
            beside: The article that gets the cursor; a partial list extends at least a page below it. None for the top.
            partly: True to return the first articles, as a partial list, if the query takes more than `FIRST_SECONDS`.
        """
        catalogue, view = self._state.library.catalogue, self._state.view
        if not partly:
            return catalogue.ids(view), True
        return catalogue.ids_so_far(view, FIRST_SECONDS, enough=self._state.panes.headlines.page + 1, beside=beside)

    def _find_gap(self, reading: ArticleId | None, ids: Sequence[ArticleId]) -> ArticleId | None:
        """Update the gap: the position in the list at which the open article was before it left the list.

        Args:
            reading: The open article, or None.
            ids: The list that is about to be shown.

        Returns:
            The open article if it had left the list and is listed again; else None.
        """
        headlines = self._state.panes.headlines
        gap = self.gap if reading is not None else None
        if self._gap is not None and self._gap[0] in ids:
            self._gap = None
        if reading is None or (gap is None and reading != headlines.current):
            return None
        if reading in ids:
            return reading if gap is not None else None
        self._gap = reading, gap_between(headlines.ids, headlines.cursor if gap is None else gap, ids)
        return None

    def touch(self, ids: Iterable[ArticleId]) -> None:
        """Repaint the headlines of articles and update the counts.

        The articles stay in the list even if they no longer match the view: they leave at the next query, since a
        headline must not vanish under the cursor.
        """
        self._state.panes.headlines.touch(ids)
        self._count_listed()
        self.recount()

    def _count_listed(self) -> None:
        """Start to count the sources and tags of the list, if a query or view filters it."""
        state = self._state
        is_narrowed = state.view.shelf is not Shelf.INBOX or state.query.term is not EVERYTHING
        if not is_narrowed and self.listed_counts.found is None and self.listed_counts.uncounted is None:
            return
        self.listed_counts.begin(state.panes.headlines.ids if is_narrowed else None)
        if self.listed_counts.is_stale:
            self.on_counts_stale()

    def set_view(
        self,
        *,
        shelf: Shelf | None = None,
        query: str | None = None,
        sort: Sort | None = None,
        keep: ArticleId | None = None,
        partly: bool = False,
    ) -> None:
        """Change parts of the view and fill the list; if the standing view or the sources change, scroll to the top.

        Args:
            shelf: The new standing view; None for no change.
            query: The text of the new query; None for no change.
            sort: The new order; None for no change.
            keep: Article to set the cursor on, if it is listed.
            partly: See `refresh`.
        """
        state = self._state
        before = state.view.shelf, self._sources
        state.set_view(shelf=shelf, query=query, sort=sort)
        self.on_query_changed()
        if (state.view.shelf, self._sources) != before:
            self._gap = self._lost = self._origin = None
            state.panes.headlines.show((), 0)
        self.refresh(keep=keep, recount=False, partly=partly)

    @property
    def _sources(self) -> frozenset[str]:
        """The keys of the sources that the query requires, as marked in the sidebar."""
        return chosen(self._state.query.term, FieldName.SOURCE).included

    def recount(self) -> None:
        """Update the counts in the sidebar and the first row.

        Long lists and saved searches are counted after a delay, between keys; their last known counts stay until then.
        """
        self.on_counts_stale()
        self.show_counts()

    def show_searches(self) -> None:
        """Show the saved searches with their last known counts."""
        library = self._state.library
        numbers, self.shown_searches = library.search_counts, library.searches.all()
        self._searches = [
            Entry(Section.SEARCHES, each.name, numbers.of(each.query), each.id) for each in self.shown_searches
        ]
        self.show_counts()

    def show_counts(self, *, at_once: bool = False) -> None:
        """Show the last known counts.

        Args:
            at_once: True to count sources and tags even if a bulk change was just made; False to show that first.
        """
        state = self._state
        counts, is_complete = state.library.catalogue.counts_so_far()
        if not is_complete and at_once:
            counts = state.library.catalogue.counts()
        elif not is_complete:
            state.panes.headlines.call_after_refresh(self.show_counts, at_once=True)
        if self.listed_counts.found is not None:
            counts = self.listed_counts.narrowed(counts)
        sidebar = state.panes.sidebar
        sidebar.show(
            self._choices(counts), counts.shelves, self._searches, counts.sources, counts.tags, own_tags=counts.own_tags
        )
        parts = [f"{counts.unread:,} unread"]
        if state.pane is Pane.ARTICLE and state.annotation_counts:
            parts = list(state.annotation_counts)
        else:
            parts += library_counts(*(state.library.annotations.index.known_totals or (counts.annotations, 0)))
        missing = state.library.missing_reason(state.shown)
        state.panes.top.show(state.library.name, parts, " · ".join(filter(None, (state.library.warning, missing))))

    def _choices(self, counts: Counts) -> Choices:
        """Return the rows to mark in the sidebar: the standing view, and tags and sources of the query."""
        text = self._state.query.text.strip()
        if not text:
            return Choices("", self._state.view.shelf, frozenset(), frozenset(), frozenset())
        tags = chosen(self._state.query.term, FieldName.TAG)
        same = [each.id for each in self._state.library.searches.all() if each.query == text]
        is_here = bool(same) and self._state.view.shelf is Shelf.INBOX
        return Choices(
            same[0] if is_here else "",
            self._state.view.shelf,
            _named(self._sources, counts.sources),
            _named(tags.included, counts.tags),
            _named(tags.excluded, counts.tags),
        )

    def describe(self) -> None:
        """Show the standing view and the query above the list, and the match count below the query bar."""
        state, headlines = self._state, self._state.panes.headlines
        empty = (
            ()
            if headlines.ids or self.is_partial
            else state.empty_lines(searching=self.progress, is_typing=headlines.bar.is_open)
        )
        headlines.describe(state.view.shelf.upper(), state.query, state.view.sort, empty)
        if headlines.bar.is_open:
            self.describe_bar()

    def describe_bar(self) -> None:
        """Show below the query bar the number of matches and an explanation of the query."""
        state, bar = self._state, self._state.panes.headlines.bar
        count = len(state.panes.headlines.ids)
        found = f"{count:,} article{'' if count == 1 else 's'}"
        if self.is_partial:
            found = f"{count:,}+ articles" if count else "searching…"
        if state.view.shelf is not Shelf.INBOX:
            found += f" in {state.view.shelf}"
        if state.scan is not None:
            found += " so far"
        if state.query.slip:
            # The first of the completions is the probable correction.
            bar.note(f"{found} · {state.query.slip.outcome}", bad=True)
        elif state.query.is_empty:
            bar.note(f"{found} · tab lists fields · up former queries")
        else:
            from tui_reader.search.explanation import explain  # noqa: PLC0415 - not for the first frame; loaded with the query bar

            understood = explain(state.query.while_typing, state.settings.colours)
            bar.note(" · ".join(filter(None, (self.progress, found, understood))))

    # Filters

    def choose(self, entry: Entry) -> bool:
        """Apply a row of the sidebar: fold a section or show its rest, or change the standing view, source or tags.

        Returns:
            True if the list should become active next.
        """
        if not entry.name:
            sidebar = self._state.panes.sidebar
            (sidebar.show_rest if entry.is_rest else sidebar.fold)(entry.section)
            return False
        text = self._state.query.text
        if entry.section is Section.LIBRARY:
            self.set_view(shelf=Shelf(entry.name), query=without(text, FieldName.SOURCE))
            return True
        if entry.section is Section.SEARCHES:
            search = self._state.library.searches.get(entry.id)
            if search is not None:
                self._state.panes.headlines.show((), 0)
                # The space ends the last word: a saved search finds whole words.
                self.set_view(shelf=Shelf.INBOX, query=f"{search.query} ")
            return True
        if entry.section is Section.SOURCES:
            is_chosen = value_key(entry.name) in self._sources
            text = without(text, FieldName.SOURCE)
            self._edit(text if is_chosen else with_term(text, exact(FieldName.SOURCE, entry.name)))
            return True
        # A tag is included first, then excluded, then dropped.
        tags = chosen(self._state.query.term, FieldName.TAG)
        self.mark_tag(entry.name, include=value_key(entry.name) not in tags.included | tags.excluded)
        return False

    def mark_tag(self, tag: str, *, include: bool) -> None:
        """Toggle a tag in the query: articles must have it (`include`), or must not have it."""
        tags = chosen(self._state.query.term, FieldName.TAG)
        text = without(self._state.query.text, FieldName.TAG, tag)
        if value_key(tag) not in (tags.included if include else tags.excluded):
            field = exact(FieldName.TAG, tag)
            text = with_term(text, field if include else Not(field))
        self._edit(text)

    def clear_filter(self) -> bool:
        """Clear the query; the standing view stays.

        Returns:
            True if the query was not empty.
        """
        if self._state.query.is_empty:
            return False
        self.set_view(query="")
        return True

    def match(self, text: str, *, keep: ArticleId | None = None, partly: bool = False) -> ParsedQuery:
        """Filter the list by the text of a query.

        Args:
            text: The text, whose last word may be the beginning of a longer word.
            keep: Article to set the cursor on, if it is listed.
            partly: See `refresh`.

        Returns:
            The query that the list has now.
        """
        if text != self._state.query.text or keep is not None:
            self.set_view(query=text, keep=keep, partly=partly)
        return self._state.query

    def _edit(self, text: str) -> None:
        """Filter the list by a query that is complete: a space after it shows that its last word is not being typed."""
        self.set_view(query=f"{text.strip()} " if text.strip() else "")

    def sort(self, sort: Sort) -> None:
        """Change the order of the headlines; an order in the query is replaced in the query.

        The articles up next have their own order: any other order is part of the query.
        """
        is_up_next = self._state.view.shelf is Shelf.UP_NEXT
        if is_up_next or sort_order(self._state.query.term) is not None:
            text = without(self._state.query.text, FieldName.SORT)
            is_usual = is_up_next and sort is Sort.QUEUE
            self._edit(text if is_usual else with_term(text, Field(FieldName.SORT, (Value(sort.name.lower()),))))
        else:
            self.set_view(sort=sort)


def _named(keys: frozenset[str], rows: Sequence[tuple[str, int]]) -> frozenset[str]:
    """Return the names of sidebar rows that a query means by values with these keys: `NATO` and `nato` for `nato`."""
    if not keys:
        return keys
    return frozenset(name for name, _ in rows if value_key(name) in keys)


def _with(ids: Sequence[ArticleId], before: Sequence[ArticleId], index: int) -> Sequence[ArticleId]:
    """Return the list `ids` with the article `before[index]` of the former list, which may have left it.

    It is inserted after the nearest of its former predecessors that is still listed, else at the top.
    """
    article = before[index]
    if article in ids:
        return ids
    there = {each: place for place, each in enumerate(ids)}
    place = next((there[each] + 1 for each in reversed(before[:index]) if each in there), 0)
    return [*ids[:place], article, *ids[place:]]

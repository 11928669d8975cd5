"""The query bar of the headline list: opening, filtering the list after every letter, closing."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from tui_reader.search.text_fields import text_values
from tui_reader.search.values import local_today
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.query_typing import Callbacks, QueryTyping, show_query_help
from tui_reader.tui.widgets.query_rows import LEFT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from textual.timer import Timer

    from tui_reader.model.article import ArticleId
    from tui_reader.model.query import Value
    from tui_reader.search.completion import Offer
    from tui_reader.search.parsed_query import ParsedQuery
    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.headline_listing import HeadlineListing
    from tui_reader.tui.screens.reading.state import ReadingScreenState
    from tui_reader.tui.widgets.headline_list import HeadlineList

ARTICLE_DELAY = 0.25
"""Seconds without a letter before the article under the cursor is shown: reading and painting it takes 5 to 15 ms,
which would delay the next letter. People type a letter every 0.1 to 0.2 seconds."""
SLICE_SECONDS = 0.002
"""Seconds between two frames for preparing the words that completions offer and the notes that are searched."""
SLICES_PER_SECOND = 120
"""Slices of that work per second."""
FRAME_SECONDS = 0.012
"""Seconds after a letter in which no slice is run, so that the frame of the letter is not delayed."""
REST_SECONDS = 0.03
"""Seconds since the last letter before a slice is run, so that no letter is delayed."""
AGAIN_SECONDS = 0.25
"""Seconds between two updates of the list while the notes are being searched."""
SAID_AFTER_SECONDS = 0.3
"""Seconds of searching notes after which the bar shows that the search is running."""
TEXT_DELAY = 0.15
"""Seconds without another letter before texts are searched."""
TEXT_SECONDS = 0.1
"""Seconds between two updates of the list while texts are searched."""
TEXT_AGAIN_SECONDS = 0.5
"""Seconds between a change of files and the search of their texts; changes in this time are searched together."""
IDLE_SECONDS = 1.0
"""Seconds without a key from which words and notes are prepared although no query is typed."""


class QueryActions:
    """Runs the query bar of the headline list."""

    def __init__(
        self,
        state: ReadingScreenState,
        listing: HeadlineListing,
        navigator: ArticleNavigator,
        *,
        activate: Callable[[Pane], None],
        idle_seconds: Callable[[], float],
        run: Callable[[str], None],
    ) -> None:
        """Create the actions; `open` opens the bar.

        Args:
            state: The state of the reading screen.
            listing: The list.
            navigator: Shows articles.
            activate: Makes a pane the active one.
            idle_seconds: Returns the seconds since the last key.
            run: Runs a command by its id.
        """
        self._state, self._listing, self._navigator = state, listing, navigator
        self._activate, self._idle_seconds = activate, idle_seconds
        headlines = state.panes.headlines
        callbacks = Callbacks(
            self._changed,
            self._kept,
            self._cancelled,
            lambda: run("save_search"),
            headlines.repaint_bar,
            lambda: show_query_help(headlines.app),
        )
        self.typing = QueryTyping(headlines.bar, state.library.query_history, self._offer, callbacks)
        self._article: ArticleId | None = None
        """The article under the cursor when the bar was opened."""
        self._article_timer: Timer | None = None
        self._slices: Timer | None = None
        self._list_timer: Timer | None = None
        self._typed_at = self._opened_at = self._listed_at = 0.0
        self._found_more = False
        self._notes_progress = ""
        self._texts: Mapping[Value, frozenset[ArticleId]] = {}
        """The results of the text search so far."""
        self._text_timer: Timer | None = None
        self._changed_articles: set[ArticleId] = set()
        """Changed articles whose texts have not been searched since the change."""
        listing.on_query_changed = self._search_texts
        headlines.set_interval(IDLE_SECONDS, self._prepare_when_idle)

    @property
    def _headlines(self) -> HeadlineList:
        return self._state.panes.headlines

    def open(self) -> None:
        """Open the bar at the top of the list, with the query of the list."""
        if self._state.pane is not Pane.LIST:
            self._activate(Pane.LIST)
        self._article = self._headlines.current
        self._opened_at = monotonic()
        self.typing.open(self._state.query)
        self._listing.describe_bar()
        self._begin_slices()
        self._headlines.call_after_refresh(self._load_for_letters)

    def _load_for_letters(self) -> None:
        """Load the modules that handle the first typed letter, after the frame that shows the open bar.

        Imports take 5 ms, and patterns that are compiled at their first use 1 ms.
        """
        from tui_reader.search.completion import complete  # noqa: PLC0415 - see above
        from tui_reader.search.explanation import explain  # noqa: PLC0415 - see above
        from tui_reader.search.parser import parse  # noqa: PLC0415 - see above

        query = parse("a")
        complete(query, 1, self._offer())
        explain(query.while_typing)

    def click(self, column: int, row: int) -> None:
        """Insert the clicked completion, or set the cursor in the text."""
        index = self._headlines.bar.index_at(row, self._headlines.size.height)
        if index is not None:
            self.typing.insert_completion(index)
        elif row == 0:
            self.typing.set_cursor(self._offset_at(column))

    def drag(self, start: int, column: int) -> None:
        """Select the text between two columns, over which the mouse was dragged."""
        self.typing.select(self._offset_at(start), self._offset_at(column))

    def _offset_at(self, column: int) -> int:
        """Return the offset of the typed text at a column of the list."""
        return self._headlines.bar.edit.offset_at(column - LEFT, self._headlines.size.width - LEFT - 1)

    def _offer(self) -> Offer:
        from tui_reader.search.completion import Offer  # noqa: PLC0415 - 1 ms, at the first query that is typed

        return Offer(self._state.library.query_words.vocabulary, self._state.settings.colours, local_today())

    def _changed(self, text: str) -> ParsedQuery:
        self._typed_at = monotonic()
        query = self._listing.match(text, partly=True)
        self._complete_soon()
        if self._article_timer is not None:
            self._article_timer.stop()
        self._article_timer = self._headlines.set_timer(ARTICLE_DELAY, self._navigator.show_current)
        self._begin_slices()
        return query

    def _complete_soon(self) -> None:
        """Start to evaluate the rest of a partial list in slices between frames; a changed query stops that."""
        if self._listing.is_partial and self._list_timer is None:
            self._list_timer = self._headlines.set_interval(1 / SLICES_PER_SECOND, self._complete_list)

    def _complete_list(self) -> None:
        if monotonic() - self._typed_at < FRAME_SECONDS:
            return
        self._listing.go_on()
        if not self._listing.is_partial and self._list_timer is not None:
            self._list_timer.stop()
            self._list_timer = None

    def _refresh(self, *, hold: bool = False) -> None:
        """Evaluate the query again, after a search has found more matches.

        While the query bar is open, the first articles are shown after some milliseconds and the rest between frames.

        Args:
            hold: True to keep the article under the cursor in the list, see `HeadlineListing.refresh`.
        """
        self._listing.refresh(hold=hold, recount=False, partly=self.typing.bar.is_open)
        self._complete_soon()

    def _kept(self, text: str) -> None:
        self._listing.finish()
        self._close()
        found = len(self._headlines.ids)
        total = len(self._state.library.catalogue)
        remark = ", and more are being read" if self._state.scan is not None else ""
        self._state.say(f"{found:,} of {total:,} articles{remark}" if text.strip() else "")

    def _cancelled(self, text: str) -> None:
        self._listing.match(text, keep=self._article)
        self._close()

    def _close(self) -> None:
        if self._article_timer is not None:
            self._article_timer.stop()
        self._listing.describe()
        self._activate(Pane.LIST)
        self._navigator.show_current()

    # Words and notes

    def _prepare_when_idle(self) -> None:
        is_scanned = self._state.scan is None and self._state.library.is_scan_taken_in
        if is_scanned and self._idle_seconds() >= IDLE_SECONDS:
            self._begin_slices()

    def _begin_slices(self) -> None:
        if self._slices is None and not self._is_prepared:
            self._slices = self._headlines.set_interval(1 / SLICES_PER_SECOND, self._prepare_slice)

    @property
    def _is_prepared(self) -> bool:
        library = self._state.library
        return library.query_words.is_ready and library.annotation_texts.is_ready

    def _prepare_slice(self) -> None:
        """Prepare words for completions, or notes for search if all words are prepared, for `SLICE_SECONDS`.

        The completions or the list are updated when enough is prepared. Nothing is done just after a typed letter.
        """
        now, library = monotonic(), self._state.library
        if now - self._typed_at < REST_SECONDS or self._listing.is_partial:
            return
        if not library.query_words.is_ready:
            if library.query_words.prepare(SLICE_SECONDS):
                self.typing.refresh()
            return
        self._found_more |= library.annotation_texts.prepare(SLICE_SECONDS)
        is_ready = self._is_prepared
        if is_ready and self._slices is not None:
            self._slices.stop()
            self._slices = None
        is_long = not is_ready and self.typing.bar.is_open and now - self._opened_at > SAID_AFTER_SECONDS
        self._notes_progress = "searching notes…" if is_long else ""
        self._say_progress()
        if self._found_more and (is_ready or now - self._listed_at > AGAIN_SECONDS):
            self._found_more, self._listed_at = False, now
            if not self._state.query.is_empty:
                self._refresh()

    # Texts

    def _search_texts(self) -> None:
        """Search the texts if the query has `text:` fields, and cancel an outdated search."""
        search = self._state.library.text_search
        values = tuple(dict.fromkeys(text_values(self._state.query.while_typing)))
        if values == search.values:
            return
        search.search((), ())
        self._use_texts({})
        if self._text_timer is not None:
            self._text_timer.stop()
            self._text_timer = None
        if values:
            self._text_timer = self._headlines.set_timer(TEXT_DELAY, lambda: self._begin_text_search(values))
        self._say_progress()

    def _begin_text_search(self, values: Sequence[Value]) -> None:
        library = self._state.library
        everything = [headline.id for headline in library.catalogue.everything()]
        library.text_search.search(values, everything)
        self._text_timer = self._headlines.set_interval(TEXT_SECONDS, self._take_in_texts)
        self._take_in_texts()

    def articles_changed(self, articles: Iterable[ArticleId]) -> None:
        """Search the texts of articles again after `TEXT_AGAIN_SECONDS`, for a query with `text:` fields."""
        if not self._changed_articles:
            self._headlines.set_timer(TEXT_AGAIN_SECONDS, self._search_again)
        self._changed_articles.update(articles)

    def _search_again(self) -> None:
        articles, self._changed_articles = tuple(self._changed_articles), set()
        search = self._state.library.text_search
        if not search.values:
            return
        search.repeat(articles)
        if self._text_timer is None:
            self._text_timer = self._headlines.set_interval(TEXT_SECONDS, self._take_in_texts)

    def _take_in_texts(self) -> None:
        """Update the list with the results of the text search since the last call."""
        search = self._state.library.text_search
        progress, found = search.progress, search.found()
        if progress.is_complete and self._text_timer is not None:
            self._text_timer.stop()
            self._text_timer = None
        if found != self._texts:
            self._use_texts(found)
            self._refresh(hold=True)
            if self._state.pane is Pane.LIST:
                self._navigator.show_current()
        self._say_progress()

    def _use_texts(self, texts: Mapping[Value, frozenset[ArticleId]]) -> None:
        self._texts = texts
        self._state.library.catalogue.set_texts(texts)

    def _say_progress(self) -> None:
        """Show the progress of searches below the query bar; if the bar is closed, in the last row."""
        search = self._state.library.text_search
        done, total = search.progress
        texts = f"searching texts {done:,} of {total:,}" if done < total else ""
        progress = " · ".join(filter(None, (texts, self._notes_progress)))
        if progress != self._listing.progress:
            self._listing.progress = progress
            self._listing.describe()
            if not self.typing.bar.is_open and texts:
                self._state.panes.status.say(texts)
            elif self._state.panes.status.said.startswith("searching texts"):
                self._state.panes.status.say("")

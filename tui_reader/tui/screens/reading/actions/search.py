"""The commands that search the text, and the commands that filter the list."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tui_reader.document.matches import prepare
from tui_reader.document.quotation import quoted
from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.widgets.prompt import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.headline_listing import HeadlineListing
    from tui_reader.tui.screens.reading.state import ReadingScreenState
    from tui_reader.tui.widgets.tag_sidebar import TagSidebar

LIVE_LIMIT = 400_000
"""Longest text, in code points, that is searched after every typed letter; longer texts are searched after enter.

Searching a text of a million words takes about 15 ms, as long as a frame.
"""


class FindActions:
    """Runs the commands for searching and filtering."""

    def __init__(
        self,
        state: ReadingScreenState,
        listing: HeadlineListing,
        navigator: ArticleNavigator,
        ask: Callable[[Question], None],
        *,
        activate: Callable[[Pane], None],
        open_query_bar: Callable[[], None],
    ) -> None:
        self._state, self._listing, self._navigator = state, listing, navigator
        self._ask, self._activate, self._open_query_bar = ask, activate, open_query_bar
        self._words = ""

    @command("search")
    def search(self, _count: int | None) -> None:
        """Open the search field if the article pane is active; from another pane, open the query bar of the list."""
        if self._state.pane is Pane.ARTICLE:
            self._find_in_text()
        else:
            self._open_query_bar()

    def _find_in_text(self) -> None:
        pane = self._state.panes.article
        if pane.document is None:
            return
        start = pane.viewport.offset
        live = len(pane.document.text) <= LIVE_LIMIT
        if not live:
            # Prepare the search while the words are being typed: this takes 40 ms for a million words, which would
            # otherwise delay the confirming key.
            threading.Thread(target=prepare, args=(pane.document,), name="finding", daemon=True).start()

        def changed(text: str) -> None:
            if live:
                if not pane.selection.kind:
                    pane.scroller.to_offset(start)
                self._say_matches(text, pane.search.find(text))

        def answered(text: str) -> None:
            words = text.strip() or self._words
            if not words:
                pane.search.clear()
                return
            self._words = words
            self._navigator.remember_place()
            self._say_matches(words, pane.search.find(words))
            pane.search.confirm()

        def cancelled(_: str) -> None:
            pane.search.clear()
            pane.scroller.to_offset(start)
            self._state.say("")

        self._ask(
            Question(
                "/", answered, changed=changed, cancelled=cancelled, placeholder=self._words or "words in the text"
            )
        )

    def _say_matches(self, words: str, found: int) -> None:
        if not words.strip():
            self._state.say("")
        elif not found:
            self._state.say(f"{quoted(words)} is not in this article")
        else:
            index, total = self._state.panes.article.search.position
            self._state.say(_match_position(index, total))

    @command("next_match")
    def next_match(self, count: int | None) -> None:
        """Go to the next match."""
        self._to_match(count or 1)

    @command("previous_match")
    def previous_match(self, count: int | None) -> None:
        """Go to the previous match."""
        self._to_match(-(count or 1))

    def _to_match(self, by: int) -> None:
        pane = self._state.panes.article
        if pane.search.position[1] == 0 and self._words:
            self._say_matches(self._words, pane.search.find(self._words))
            pane.search.confirm()
            return
        index, total = pane.search.next(by)
        if total:
            self._state.say(_match_position(index, total))
        else:
            self._state.say(f"{self._state.keymap.hint('search')} finds words in the text")

    # Filters

    @property
    def _sidebar(self) -> TagSidebar:
        return self._state.panes.sidebar

    @command("choose")
    def choose(self, _count: int | None) -> None:
        """Filter or switch the list as the row under the cursor says; fold its section, or show all names of it."""
        entry = self._sidebar.current
        if entry is not None:
            to_list = self._listing.choose(entry)
            self._navigator.show_current()
            if to_list:
                self._activate(Pane.LIST)

    @command("include_tag")
    def include_tag(self, _count: int | None) -> None:
        """Show only articles with the tag under the cursor."""
        self._mark_tag(include=True)

    @command("exclude_tag")
    def exclude_tag(self, _count: int | None) -> None:
        """Hide articles with the tag under the cursor."""
        self._mark_tag(include=False)

    def _mark_tag(self, *, include: bool) -> None:
        entry = self._sidebar.current
        if entry is not None and entry.section == "tags" and entry.name:
            self._listing.mark_tag(entry.name, include=include)
            self._navigator.show_current()
        else:
            self._state.say("tags can be included and excluded; stand on one")

    @command("clear_filter")
    def clear_filter(self, _count: int | None) -> None:
        """Remove every filter."""
        if self._listing.clear_filter():
            self._navigator.show_current()
            self._state.say("filter cleared")
        else:
            self._state.refuse("no filter is set")


def _match_position(index: int, total: int) -> str:
    return f"{index:,} of {total:,} {'match' if total == 1 else 'matches'}"

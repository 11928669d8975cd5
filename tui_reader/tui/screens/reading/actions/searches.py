"""The commands for saved searches, and for the up-next queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.quotation import quoted
from tui_reader.model.query import SHELF_QUERIES, Field, Shelf, View
from tui_reader.search.edits import top_terms, with_term
from tui_reader.tui.commands.binding import command, command_family
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.widgets.prompt import Question
from tui_reader.tui.widgets.tag_sidebar import Section

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.model.query import Term
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.services.library.searches import SavedSearch
    from tui_reader.tui.screens.reading.headline_listing import HeadlineListing
    from tui_reader.tui.screens.reading.state import ReadingScreenState


_SHELF_TERMS: dict[Shelf, Sequence[Term]] = {
    shelf: [each for each in top_terms(term) if isinstance(each, Field)] for shelf, term in SHELF_QUERIES.items()
}
"""The states of the articles in each standing view; that they are not archived holds for saved searches anyway."""


class SearchActions:
    """Runs the commands for saved searches and the up-next queue. All changes can be undone."""

    def __init__(
        self,
        state: ReadingScreenState,
        listing: HeadlineListing,
        ask: Callable[[Question], None],
    ) -> None:
        self._state, self._listing, self._ask = state, listing, ask

    # Saved searches

    @command("save_search")
    def save(self, _count: int | None) -> None:
        """Ask for a name, and store the query of the list as a saved search."""
        text = self._text_to_keep()
        if not text:
            self._state.refuse(f"{self._state.keymap.hint('search')} types a query; then it can be kept")
            return
        searches = self._state.library.searches
        same = next((each for each in searches.all() if each.query == text), None)

        def answered(name: str) -> None:
            if name.strip() and self._show(searches.add(name, text)):
                # The blank ends the last word, so that the list and the saved search find the same articles.
                self._listing.set_view(query=f"{text} ")

        self._ask(
            Question(
                "keep this search as",
                answered,
                value=same.name if same is not None else "",
                suggestions=[each.name for each in searches.all()],
                in_list=False,
                placeholder=text,
            )
        )

    def _text_to_keep(self) -> str:
        """Return the text of a query that finds, as a saved search, the articles that the list shows now.

        In the list the last word counts as the beginning of longer words; a saved search finds whole words, unless a
        `*` follows. The `*` is left out where it finds nothing more. A saved search opens in the inbox, so the state
        that another standing view shows, such as `is:starred`, becomes a part of its query.
        """
        from tui_reader.search.printer import print_query  # noqa: PLC0415 - only for a search that is kept

        query, catalogue = self._state.query, self._state.library.catalogue
        text = query.text.strip()
        if print_query(query.while_typing) == f"{print_query(query.term)}*":
            begun, whole = (catalogue.count(View(Shelf.INBOX, term)) for term in (query.while_typing, query.term))
            text = f"{text}*" if begun != whole else text
        for term in _SHELF_TERMS.get(self._state.view.shelf, ()):
            text = text if term in top_terms(query.term) else with_term(text, term)
        return text

    @command("edit_search")
    def edit(self, _count: int | None) -> None:
        """Change the query of the saved search under the cursor."""
        search = self._current()
        if search is None:
            return

        def answered(text: str) -> None:
            from tui_reader.search.parser import parse  # noqa: PLC0415 - only for a search that is edited

            problem = next(iter(parse(text, self._state.settings.colours).sentences), "")
            if self._show(self._state.library.searches.edit(search.id, text)) and problem:
                self._state.say_also(problem)

        self._ask(Question(f"query of {quoted(search.name)}", answered, value=search.query))

    @command("rename_search")
    def rename(self, _count: int | None) -> None:
        """Ask for a new name of the saved search under the cursor."""
        search = self._current()
        if search is None:
            return

        def answered(name: str) -> None:
            self._show(self._state.library.searches.rename(search.id, name))

        self._ask(Question("new name", answered, value=search.name))

    @command("delete_search")
    def delete(self, _count: int | None) -> None:
        """Delete the saved search under the cursor."""
        search = self._current()
        if search is not None:
            self._show(self._state.library.searches.delete(search.id))

    def _current(self) -> SavedSearch | None:
        """Return the saved search under the cursor; show an error if the cursor is on another row of the sidebar."""
        entry = self._state.panes.sidebar.current
        is_search = entry is not None and entry.section is Section.SEARCHES and entry.name
        search = self._state.library.searches.get(entry.id) if entry is not None and is_search else None
        if search is None:
            self._state.refuse("saved searches can be changed; stand on one")
        return search

    # Order by hand

    @command_family({"move_down": 1, "move_up": -1})
    def move(self, by: int, count: int | None) -> None:
        """Move the saved search under the cursor, or the article under the cursor in the up-next queue."""
        by *= count or 1
        if self._state.pane is Pane.SIDEBAR:
            search = self._current()
            if search is not None and not self._show(self._state.library.searches.move(search.id, by)):
                self._state.refuse("it is the last one" if by > 0 else "it is the first one")
            return
        article = self._state.target
        if self._state.view.shelf is not Shelf.UP_NEXT or article is None:
            self._state.refuse(f"{self._state.keymap.hint('show_up_next')} shows the articles that can be put in order")
            return
        outcome = self._state.library.reading.move_up_next(article, by)
        if outcome.ids:
            self._listing.refresh(keep=article)
            self._state.say_outcome(outcome)
        else:
            self._state.refuse("it is the last one" if by > 0 else "it is the first one")

    # Up next

    @command("up_next")
    def toggle_up_next(self, _count: int | None) -> None:
        """Add the article to the end of the up-next queue, or remove it from the queue."""
        articles = self._state.targets
        if not articles:
            return
        self._state.panes.headlines.keep_choice()
        outcome = self._state.library.reading.toggle_up_next(articles)
        self._listing.touch(outcome.ids)
        self._state.say_outcome(outcome)

    def _show(self, outcome: Outcome) -> bool:
        """Show the outcome of a change of saved searches. Returns: True if something was changed."""
        if outcome.undo:
            self._listing.show_searches()
            self._listing.recount()
        self._state.say_outcome(outcome)
        return outcome.undo

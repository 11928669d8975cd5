"""The commands undo and redo, which also show the position of the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.quotation import quoted
from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.annotation_editor import run_steps
from tui_reader.tui.screens.reading.actions.highlights import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.model.article import ArticleId
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.actions.highlights import HighlightActions
    from tui_reader.tui.screens.reading.headline_listing import HeadlineListing
    from tui_reader.tui.screens.reading.state import ReadingScreenState
    from tui_reader.tui.widgets.article_pane.highlight_index import Highlight


class UndoActions:
    """Runs the commands undo and redo, and shows the changed article."""

    def __init__(
        self,
        state: ReadingScreenState,
        listing: HeadlineListing,
        navigator: ArticleNavigator,
        highlight_actions: HighlightActions,
    ) -> None:
        self._state, self._listing, self._navigator, self._highlight_actions = (
            state,
            listing,
            navigator,
            highlight_actions,
        )

    @command("undo")
    def undo(self, count: int | None) -> None:
        """Undo the last changes."""
        self._undo_or_redo(self._state.library.reading.undo, count or 1)

    @command("redo")
    def redo(self, count: int | None) -> None:
        """Redo the last undone changes."""
        self._undo_or_redo(self._state.library.reading.redo, count or 1)

    def _undo_or_redo(self, step: Callable[[], Outcome], count: int) -> None:
        state, painted, shown = self._state, self._highlight_actions.painted, self._state.shown
        outcome, touched = run_steps(step, count)
        if outcome.steps or step == state.library.reading.undo:
            state.undo_was_run(found=bool(outcome.steps))
        state.panes.headlines.touch(touched)
        # The change may add the article to the view or remove it; show the changed article.
        article = outcome.ids[0] if len(outcome.ids) == 1 else None
        self._listing.refresh(keep=article)
        self._navigator.update_header()
        # In a narrow terminal the article pane may be hidden.
        seen = article == shown and any(state.panes.article.viewport.visible_range())
        if article is not None and not seen and article == state.panes.headlines.current:
            self._show(article, outcome)
        elif state.pane is not Pane.ARTICLE:
            self._navigator.show_current()
        self._highlight_actions.refresh()
        if state.shown == shown:
            self._go_to_changed_highlight(painted)
        outcome = state.with_place(outcome, shown if shown == state.shown else None)
        state.say_outcome(self._with_location(outcome, touched), undoable=False)

    def _with_location(self, outcome: Outcome, touched: Sequence[ArticleId]) -> Outcome:
        """Return an outcome whose message tells where the changed articles are, if none of them is shown or listed.

        For one article, its title and location are added; for several, their number.
        """
        state = self._state
        listed = {*state.panes.headlines.ids, state.shown}
        if not listed.isdisjoint(touched):
            return outcome
        hidden = state.library.catalogue.rows(dict.fromkeys(touched))
        if not hidden:
            return outcome
        title, location = hidden[0].title, hidden[0].article.location
        if len(hidden) > 1:
            where = f"{len(hidden):,} articles, none in this list"
        else:
            where = location if quoted(title) in outcome.message else f"{quoted(title)} {location}"
        return outcome._replace(message=f"{outcome.message} · {where}")

    def _show(self, article: ArticleId, outcome: Outcome) -> None:
        """Show the changed article under the cursor, scrolled to the change."""
        state = self._state
        if outcome.place is not None:
            there = state.library.annotations.get(outcome.annotation) is not None
            self._highlight_actions.go_once_shown(Target(article, outcome.annotation if there else "", outcome.place))
        if state.pane is not Pane.ARTICLE:
            self._navigator.show_current()
            return
        self._navigator.remember_place()
        self._navigator.show(article)
        # Record the article as entered without opening it: opening would mark it as read again, which may just have
        # been undone.
        state.set_entered(entered=True)

    def _go_to_changed_highlight(self, before: Sequence[Highlight]) -> None:
        """Go to the changed highlight of the shown article, or to the position of a deleted highlight.

        Args:
            before: The highlights that were painted before the change.
        """
        now = self._highlight_actions.painted
        # An unchanged highlight is the same object; comparing identities takes a millisecond for thousands.
        known = set(map(id, before))
        changed = [mark for mark in now if id(mark) not in known]
        if changed:
            self._state.panes.article.highlights.go(changed[-1].id)
            return
        still = set(map(id, now))
        gone = [mark for mark in before if id(mark) not in still]
        if gone:
            self._highlight_actions.scroll_into_view(gone[-1].start)

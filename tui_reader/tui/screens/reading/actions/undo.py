"""Undo and redo: what was changed on purpose is taken back, and shown where it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.annotation_editor import steps_of
from tui_reader.tui.screens.reading.actions.highlights import Wanted

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
    """Each public method is the command of its name."""

    def __init__(
        self,
        state: ReadingScreenState,
        listing: HeadlineListing,
        navigator: ArticleNavigator,
        annotating: HighlightActions,
    ) -> None:
        self._state, self._listing, self._navigator, self._annotating = state, listing, navigator, annotating

    @command("undo")
    def undo(self, count: int | None) -> None:
        """Take back the last changes."""
        self._travel(self._state.library.reading.undo, count or 1)

    @command("redo")
    def redo(self, count: int | None) -> None:
        """Make the changes again that were taken back."""
        self._travel(self._state.library.reading.redo, count or 1)

    def _travel(self, step: Callable[[], Outcome], count: int) -> None:
        state, painted, shown = self._state, self._annotating.painted, self._state.shown
        outcome, touched = steps_of(step, count)
        self._listing.touch(touched)
        # What was taken back may belong into the view again, or out of it; the changed article is the one to look at.
        article = outcome.ids[0] if len(outcome.ids) == 1 else None
        self._listing.refresh(keep=article)
        self._navigator.update_header()
        # In a narrow terminal the article may be shown to nobody.
        seen = article == shown and any(state.panes.article.viewport.visible_range())
        if article is not None and not seen and article == state.panes.headlines.current:
            self._show(article, outcome)
        elif state.pane is not Pane.ARTICLE:
            self._navigator.show_current()
        self._annotating.refresh()
        if state.shown == shown:
            self._show_marks(painted)
        outcome = state.with_place(outcome, shown if shown == state.shown else None)
        state.tell(self._with_location(outcome, touched), undoable=False)

    def _with_location(self, outcome: Outcome, touched: Sequence[ArticleId]) -> Outcome:
        """Say which articles were changed, and where they are, if none of them is shown or in the list."""
        state = self._state
        listed = {*state.panes.headlines.ids, state.shown}
        hidden = [headline for each in dict.fromkeys(touched) if (headline := state.headline(each)) is not None]
        if not hidden or any(headline.id in listed for headline in hidden):
            return outcome
        title, location = hidden[0].title, hidden[0].article.location
        if len(hidden) > 1:
            where = f"{len(hidden):,} articles, none in this list"
        else:
            where = location if title in outcome.message else f"“{title}” {location}"
        return outcome._replace(message=f"{outcome.message} · {where}")

    def _show(self, article: ArticleId, outcome: Outcome) -> None:
        """Show the article under the cursor of the list, and in it what was changed."""
        state = self._state
        if outcome.place is not None:
            there = state.library.annotations.get(outcome.annotation) is not None
            self._annotating.go_once_shown(Wanted(article, outcome.annotation if there else "", outcome.place))
        if state.pane is not Pane.ARTICLE:
            self._navigator.show_current()
            return
        self._navigator.remember_place()
        self._navigator.show(article)
        # It is looked at for what has changed, and not opened: to undo that it was read would be in vain.
        state.set_entered(entered=True)

    def _show_marks(self, before: Sequence[Highlight]) -> None:
        """Go to the highlight of the shown article that was changed, or to where it stood."""
        now = self._annotating.painted
        # A mark that is as before is the same object, and thousands are told apart in a millisecond by that.
        known = set(map(id, before))
        changed = [mark for mark in now if id(mark) not in known]
        if changed:
            self._state.panes.article.highlights.go(changed[-1].id)
            return
        still = set(map(id, now))
        gone = [mark for mark in before if id(mark) not in still]
        if gone:
            self._annotating.bring(gone[-1].start)

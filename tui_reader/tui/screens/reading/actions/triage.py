"""The commands that keep order: read, star, archive, tags, details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.widgets.prompt import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui_reader.model.article import ArticleId
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.actions.highlights import HighlightActions
    from tui_reader.tui.screens.reading.headline_listing import HeadlineListing
    from tui_reader.tui.screens.reading.state import ReadingScreenState


class Triage:
    """Each method is the command of its name. All of them can be taken back, so none asks whether one is sure."""

    def __init__(
        self,
        state: ReadingScreenState,
        listing: HeadlineListing,
        navigator: ArticleNavigator,
        annotating: HighlightActions,
        ask: Callable[[Question], None],
    ) -> None:
        self._state, self._listing, self._navigator = state, listing, navigator
        self._annotating, self._ask = annotating, ask

    @command("toggle_read")
    def toggle_read(self, _count: int | None) -> None:
        """Mark the article as read or unread."""
        self._change(self._state.library.reading.toggle_read)

    @command("star")
    def star(self, _count: int | None) -> None:
        """Star the article, or take the star off."""
        self._change(self._state.library.reading.toggle_star)

    @command("archive")
    def archive(self, _count: int | None) -> None:
        """Put the article into the archive or back; the list closes up, and the next article is shown."""
        if not self._change(self._state.library.reading.toggle_archive):
            return
        self._listing.refresh(stay=False)
        if self._state.pane is not Pane.ARTICLE:
            self._navigator.show_current()

    @command("join_stories")
    def join_stories(self, _count: int | None) -> None:
        """Join the other stories of a paste, or part them again."""
        article = self._state.shown
        document = self._state.panes.article.document
        if article is None or document is None or document.tail is None:
            self._state.refuse("this article has no other stories at its end")
            return
        self._taken(self._state.library.reading.join_tail(article))

    @command("mark_all_read")
    def mark_all_read(self, _count: int | None) -> None:
        """Mark every article of the view as read."""
        self._taken(
            self._state.library.reading.mark_all_read(self._state.panes.headlines.ids), "nothing is unread here"
        )

    @command("tags")
    def tags(self, _count: int | None) -> None:
        """Edit the tags of the highlight under the cursor, else of the article."""
        if self._annotating.tags():
            return
        article = self._state.target
        headline = self._state.headline(article)
        if headline is None or article is None:
            return
        reading = self._state.library.reading

        def answered(answer: str) -> None:
            self._taken(reading.set_tags(article, answer.split(",")))

        self._ask(
            Question(
                "tags",
                answered,
                value="".join(f"{tag}, " for tag in headline.tags),
                suggestions=reading.all_tags(),
                placeholder="such as: nato, defence, to read again",
            )
        )

    def edit(self, article: ArticleId, fields: Mapping[str, str]) -> None:
        """Take over corrected metadata. Not a command: the form of the command `details` ends here."""
        reading = self._state.library.reading
        outcomes = [reading.edit_metadata(article, field, value) for field, value in fields.items()]
        for outcome in outcomes:
            if outcome.ids or outcome.message:
                self._taken(outcome)
        self._listing.refresh()
        if self._state.pane is not Pane.ARTICLE:
            self._navigator.show_current()

    def _change(self, verb: Callable[[Sequence[ArticleId]], Outcome]) -> bool:
        article = self._state.target
        return article is not None and self._taken(verb([article]))

    def _taken(self, outcome: Outcome, otherwise: str = "") -> bool:
        """Show what a verb did; whether it did anything."""
        if outcome.ids:
            self._listing.touch(outcome.ids)
            self._navigator.update_header()
        self._state.tell(outcome)
        if not outcome.message and otherwise:
            self._state.say(otherwise)
        return bool(outcome.ids)

"""The commands that sort articles: read, star, archive, tags and metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.tag_list import tags_in
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
    """Runs the commands that sort articles. All of them can be undone, so none asks for confirmation."""

    def __init__(
        self,
        state: ReadingScreenState,
        listing: HeadlineListing,
        navigator: ArticleNavigator,
        highlight_actions: HighlightActions,
        ask: Callable[[Question], None],
    ) -> None:
        self._state, self._listing, self._navigator = state, listing, navigator
        self._highlight_actions, self._ask = highlight_actions, ask

    @command("toggle_read")
    def toggle_read(self, _count: int | None) -> None:
        """Mark the article as read or unread."""
        self._change(self._state.library.reading.toggle_read)

    @command("star")
    def star(self, _count: int | None) -> None:
        """Star the article, or remove its star."""
        self._change(self._state.library.reading.toggle_star)

    @command("archive")
    def archive(self, _count: int | None) -> None:
        """Move the article to the archive or back to the inbox, and show the next article."""
        if not self._change(self._state.library.reading.toggle_archive):
            return
        self._listing.refresh(stay=False)
        if self._state.pane is not Pane.ARTICLE:
            self._navigator.show_current()

    @command("join_stories")
    def join_stories(self, _count: int | None) -> None:
        """Join the other stories of a pasted page to the article, or separate them again."""
        article = self._state.shown
        document = self._state.panes.article.document
        if article is None or document is None or document.tail is None:
            self._state.refuse("this article has no other stories at its end")
            return
        self.show_outcome(self._state.library.reading.join_tail(article))

    @command("whole_page")
    def show_whole_page(self, _count: int | None) -> None:
        """Show the whole page instead of only the article in it, or the article again."""
        article = self._state.shown
        if article is None or not self._state.library.documents.has_whole(article):
            self._state.refuse("this article has no page around it: all of its file is shown")
            return
        self.show_outcome(self._state.library.reading.show_whole(article))

    @command("mark_all_read")
    def mark_all_read(self, _count: int | None) -> None:
        """Mark every article of the view as read."""
        self.show_outcome(
            self._state.library.reading.mark_all_read(self._state.panes.headlines.ids), "nothing is unread here"
        )

    @command("tags")
    def tags(self, _count: int | None) -> None:
        """Ask for the tags of the highlight under the cursor, else of the article."""
        if self._highlight_actions.tags():
            return
        if len(self._state.targets) > 1:
            self.ask_tags(self._state.targets)
            return
        article = self._state.target
        headline = self._state.headline(article)
        if headline is None or article is None:
            return
        reading = self._state.library.reading
        known = reading.all_tags()

        def answered(answer: str) -> None:
            self.show_outcome(reading.set_tags(article, tags_in(answer, [*headline.tags, *known])))

        self._ask(
            Question(
                "tags",
                answered,
                value="".join(f"{tag}, " for tag in headline.tags),
                suggestions=known,
                placeholder="such as: nato, defence, to read again",
            )
        )

    def ask_tags(self, articles: Sequence[ArticleId]) -> None:
        """Ask for tags to add to several articles, and for tags to remove, marked by a minus sign."""
        reading = self._state.library.reading
        what = f"tags of {len(articles):,} articles" if len(articles) > 1 else "tags to add"
        self._state.panes.headlines.keep_choice()
        tags = reading.all_tags()
        suggestions = [*tags, *(f"-{tag}" for tag in tags)]

        def answered(answer: str) -> None:
            parts = tags_in(answer, suggestions)
            add = [part.removeprefix("+") for part in parts if not part.startswith("-")]
            remove = [part[1:] for part in parts if part.startswith("-")]
            self.show_outcome(reading.edit_tags(articles, add, remove), "no tag is changed")

        self._ask(
            Question(
                what,
                answered,
                suggestions=suggestions,
                placeholder="such as: nato, -old",
            )
        )

    def edit(self, article: ArticleId, fields: Mapping[str, str]) -> None:
        """Save corrected metadata, the result of the form that the command `details` opens."""
        reading = self._state.library.reading
        outcomes = [reading.edit_metadata(article, field, value) for field, value in fields.items()]
        message = " · ".join(outcome.message for outcome in outcomes if outcome.message)
        if message:
            # One message for all changes, since each message replaces the previous message.
            ids = tuple(dict.fromkeys(each for outcome in outcomes for each in outcome.ids))
            last = outcomes[-1]
            self.show_outcome(last._replace(message=message, ids=ids, undo=any(each.undo for each in outcomes)))
        self._listing.refresh()
        if self._state.pane is not Pane.ARTICLE:
            self._navigator.show_current()

    @command("choose_articles")
    def choose_articles(self, _count: int | None) -> None:
        """Start to choose articles at the article under the cursor; if some are chosen, choose none."""
        headlines = self._state.panes.headlines
        if not headlines.end_choice():
            headlines.begin_choice()

    @command("choose_article")
    def choose_article(self, _count: int | None) -> None:
        """Choose the article under the cursor, or unchoose it, and move to the next article."""
        headlines = self._state.panes.headlines
        was_chosen = headlines.chosen_count
        headlines.toggle_choice()
        if headlines.chosen_count != was_chosen and headlines.move_to(headlines.cursor + 1):
            self._navigator.show_current()

    @command("choose_all")
    def choose_all(self, _count: int | None) -> None:
        """Choose all articles of the list; if all are chosen already, choose none."""
        headlines = self._state.panes.headlines
        if headlines.chosen_count < len(headlines.ids):
            headlines.choose_all()
        else:
            headlines.end_choice()

    def _change(self, verb: Callable[[Sequence[ArticleId]], Outcome]) -> bool:
        articles = self._state.targets
        self._state.panes.headlines.keep_choice()
        return bool(articles) and self.show_outcome(verb(articles))

    def show_outcome(self, outcome: Outcome, otherwise: str = "") -> bool:
        """Show the outcome of a change of articles, and update the list.

        Args:
            outcome: The outcome.
            otherwise: The message if nothing was changed.

        Returns:
            True if an article was changed.
        """
        if outcome.ids:
            self._listing.touch(outcome.ids)
            self._navigator.update_header()
        self._state.say_outcome(outcome)
        if not outcome.message and otherwise:
            self._state.say(otherwise)
        return bool(outcome.ids)

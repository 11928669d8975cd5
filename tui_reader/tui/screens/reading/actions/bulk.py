"""The commands that change several articles: the chosen articles, the current article, or the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.quotation import quoted
from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.line import Line, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.model.article import ArticleId
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.actions.triage import Triage
    from tui_reader.tui.screens.reading.headline_listing import HeadlineListing
    from tui_reader.tui.screens.reading.state import ReadingScreenState

VERBS = ("read", "unread", "star", "unstar", "archive", "unarchive", "up_next", "not_up_next", "tag")
"""Ids of the commands that take a scope on the command line.

There, `star` always stars; the key of the same command removes the star from a starred article."""


class BulkActions:
    """Runs the commands that change the state of any number of articles in one undo step."""

    def __init__(
        self,
        state: ReadingScreenState,
        listing: HeadlineListing,
        navigator: ArticleNavigator,
        triage: Triage,
    ) -> None:
        self._state, self._listing, self._navigator, self._triage = state, listing, navigator, triage

    @command("read")
    def read(self, _count: int | None) -> None:
        """Mark the chosen articles, or the current article, as read."""
        self.run("read", self._state.targets)

    @command("unread")
    def unread(self, _count: int | None) -> None:
        """Mark the chosen articles, or the current article, as unread."""
        self.run("unread", self._state.targets)

    @command("unstar")
    def unstar(self, _count: int | None) -> None:
        """Unstar the chosen articles, or the current article."""
        self.run("unstar", self._state.targets)

    @command("unarchive")
    def unarchive(self, _count: int | None) -> None:
        """Move the chosen articles, or the current article, back to the inbox."""
        self.run("unarchive", self._state.targets)

    @command("not_up_next")
    def not_up_next(self, _count: int | None) -> None:
        """Remove the chosen articles, or the current article, from the up-next queue."""
        self.run("not_up_next", self._state.targets)

    @command("tag")
    def tag(self, _count: int | None) -> None:
        """Ask for tags to add to or remove from the chosen articles, or the current article."""
        self._triage.ask_tags(self._state.targets)

    # Lines

    def targets(self, scope: Scope | None) -> Sequence[ArticleId]:
        """Return the articles of a scope; without a scope, the articles on which a key acts."""
        if scope is Scope.ALL:
            return self._state.panes.headlines.ids
        if scope is Scope.CHOSEN:
            return self._state.panes.headlines.chosen
        return tuple(filter(None, (self._state.target,))) if scope is Scope.THIS else self._state.targets

    def summary(self, scope: Scope | None) -> str:
        """Return a description of a scope: `all 12 that match`, `3 chosen`, or the title of the one article.

        Without a scope, describe the articles on which a key acts.
        """
        state = self._state
        found = self.targets(scope)
        if scope is Scope.ALL:
            return f"all {len(found):,} {'in ' + state.view.shelf if state.query.is_empty else 'that match'}"
        if scope is Scope.CHOSEN or (scope is None and state.pane is Pane.LIST and state.panes.headlines.chosen_count):
            return f"{len(found):,} chosen"
        headline = state.headline(found[0]) if found else None
        return f"this article: {quoted(headline.title)}" if headline is not None else "no article"

    def tags_of(self, line: Line) -> tuple[list[str], list[str]]:
        """Return the tags that a typed line adds (`+tag` or `tag`), and those that it removes (`-tag`)."""
        words = [word.text for word in line.words]
        add = [word.removeprefix("+") for word in words if not word.startswith("-")]
        return [tag for tag in add if tag], [word[1:] for word in words if word.startswith("-") and word[1:]]

    def run_line(self, line: Line) -> None:
        """Run a line whose name is one of `VERBS`."""
        found = self.targets(line.scope)
        if line.name == "tag":
            add, remove = self.tags_of(line)
            self._show(self._state.library.reading.edit_tags(found, add, remove), "no tag is changed")
        else:
            self.run(line.name, found)

    def run(self, verb: str, articles: Sequence[ArticleId]) -> None:
        """Change the state of `articles` as `verb` says, one of `VERBS` except `tag`, and show the outcome."""
        reading = self._state.library.reading
        run: dict[str, tuple[Callable[[Sequence[ArticleId]], Outcome], str]] = {
            "read": (lambda ids: reading.set_read(ids, read=True), "read already"),
            "unread": (lambda ids: reading.set_read(ids, read=False), "unread already"),
            "star": (lambda ids: reading.set_starred(ids, starred=True), "starred already"),
            "unstar": (lambda ids: reading.set_starred(ids, starred=False), "not starred"),
            "archive": (lambda ids: reading.set_archived(ids, archived=True), "in the archive already"),
            "unarchive": (lambda ids: reading.set_archived(ids, archived=False), "in the inbox already"),
            "up_next": (reading.add_up_next, "up next already"),
            "not_up_next": (reading.remove_up_next, "not up next"),
        }
        change, otherwise = run[verb]
        leaves = verb in ("archive", "unarchive")
        if self._show(change(articles), otherwise) and leaves:
            self._listing.refresh(stay=False)
            if self._state.pane is not Pane.ARTICLE:
                self._navigator.show_current()

    def _show(self, outcome: Outcome, otherwise: str) -> bool:
        self._state.panes.headlines.keep_choice()
        return self._triage.show_outcome(outcome, otherwise)

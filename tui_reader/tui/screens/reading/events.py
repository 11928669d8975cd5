"""The reactions of the reading screen to events from the library's threads."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from tui_reader.services.library import events
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.reading.parsing_progress import ParsingProgress
from tui_reader.tui.screens.reading.rule_runner import RuleRunner
from tui_reader.tui.screens.reading.scan_progress import MANY_FILES, ScanProgressDisplay

if TYPE_CHECKING:
    from tui_reader.model.article import ArticleId
    from tui_reader.tui.screens.reading.reading_host import ReadingHost

FAILURE_SECONDS = 8.0
"""Seconds for the full message about an unsaved change; the first row keeps a short message."""
SAVED_SECONDS = 2.0
"""Seconds for which the last row reports that slow changes have been saved."""
LIST_SECONDS = 0.05
"""Seconds between two updates of the list while scan results wait: an update takes 2 ms for 10,000 articles."""


class EventHandlers:
    """Forwards each event to the affected objects of the screen. Used in the app's own thread."""

    def __init__(self, host: ReadingHost) -> None:
        self._host, self._state = host, host.state
        self._warning = host.state.library.warning
        self._totals: tuple[int, int] | None = None
        """The numbers of annotations and orphans that the first row shows."""
        self._rules = RuleRunner(host)
        self._scan_progress = ScanProgressDisplay(host.state.panes.top.show_progress)
        self._parsing = ParsingProgress(host.state, self._show_activity)
        self._unlisted: dict[ArticleId, None] = {}
        """The changed articles that the list does not show yet, because more scan results wait."""
        self._listed_at = 0.0

    def handle(self, event: events.Event) -> None:
        """Update the screen after one event of the library."""
        host, state, annotations = self._host, self._state, self._host.annotations
        match event:
            case events.DocumentLoaded(article, document):
                before = state.context
                if not document.partial and article in self._parsing.began:
                    self._parsing.loaded(article)
                host.navigator.arrived(article, document)
                if state.context != before:
                    # The new text ended the selection: no annotation must be attached to the next selection.
                    host.highlight_actions.attaching.end()
                    host.context_changed()
                if annotations is not None:
                    annotations.arrived(article, document)
            case events.ParsingBegun(article, limit):
                self._parsing.begin(article, limit)
            case events.SyncNeeded():
                self._articles_changed()
            case events.AnnotationsPlaced(article):
                if article == state.shown:
                    host.highlight_actions.refresh()
                if annotations is not None:
                    annotations.changed()
            case events.PicturesMeasured(article, document):
                if article == state.shown:
                    state.panes.article.pictures.measured(document)
            case events.PicturesDrawn(article):
                if article == state.shown:
                    state.panes.article.pictures.drawn()
            case events.DocumentChanged(article, is_choice):
                host.navigator.changed(article, is_choice=is_choice)
            case events.ScanProgress(done, total):
                if state.scan is not None:
                    state.scan = done, total
                self._describe_empty_list()
                self._scan_progress.update(done, total)
            case events.ScanFinished():
                self._scan_progress.end()
                was_long, state.scan = state.scan is not None and state.scan[1] > MANY_FILES, None
                if was_long and state.library.passed_over and not state.panes.status.said:
                    state.say_also(f"passed over: {state.library.passed_over}")
                host.listing.describe()
                self._describe_empty_list()
                host.resumption.scan_finished()
                self._rules.scan_finished()
                if state.shown is None and not host.resumption.keeps_pane_empty:
                    host.navigator.show_current()
            case events.Saving():
                self._show_activity("saving…")
            case events.Saved():
                self._show_activity("saved", seconds=SAVED_SECONDS)
            case events.Notice(message):
                state.say_also(message)
                if annotations is not None:
                    annotations.say_also(message)
            case events.StoreFailed() if state.quit_guard.has_just_refused:
                pass  # the question whether to quit says that changes are not saved, and so does the first row
            case events.StoreFailed(message):
                state.say(message, bad=True, seconds=FAILURE_SECONDS)
                if annotations is not None:
                    annotations.say(message, bad=True)
        self._show_warning()

    def _show_activity(self, activity: str, *, seconds: float | None = None) -> None:
        """Show a running activity, for `seconds` if given, in the last row of both screens, beside the message."""
        self._state.panes.status.show_activity(activity, seconds=seconds)
        if self._host.annotations is not None:
            self._host.annotations.show_activity(activity, seconds=seconds)

    def _show_warning(self) -> None:
        """Update the warning about unsaved changes in the first row, if it has changed."""
        warning = self._state.library.warning
        if warning != self._warning:
            self._warning = warning
            self._host.listing.recount()
            if self._host.annotations is not None:
                self._host.annotations.warning_changed()

    def _describe_empty_list(self) -> None:
        """Update the explanation of an empty list in both panes, after the scan has progressed or ended."""
        state = self._state
        if not state.panes.headlines.ids:
            self._host.listing.describe()
            if state.shown is None and not self._host.resumption.keeps_pane_empty:
                self._host.navigator.show(None)

    def _articles_changed(self) -> None:
        host, state = self._host, self._state
        missing = state.library.missing_reason(state.shown)
        is_open = missing or state.entered or state.pane is Pane.ARTICLE
        state.library.keep_open(state.shown if is_open else None)
        self._unlisted.update(dict.fromkeys(state.library.sync()))
        if not state.library.is_scan_taken_in and monotonic() - self._listed_at < LIST_SECONDS:
            return  # the event of the next results updates the list
        self._listed_at = monotonic()
        changed = tuple(self._unlisted)
        self._unlisted.clear()
        host.navigator.try_again()
        totals = state.library.annotations.index.known_totals
        if totals != self._totals:
            # Annotations of missing articles, and orphans, change no headline.
            self._totals = totals
            host.listing.show_counts()
        if state.library.searches.all() != host.listing.shown_searches:
            host.listing.show_searches()
            host.listing.recount()
        if not changed:
            if host.resumption.waits:
                host.resumption.try_again()
            return
        if host.annotations is not None:
            host.annotations.changed()
        state.panes.headlines.touch(changed)
        host.listing.refresh(hold=True)
        if state.library.text_search.values:
            host.query_actions.articles_changed(changed)
        if state.settings.rules:
            self._rules.articles_changed(changed)
        if state.shown in changed:
            host.navigator.update_header()
            host.highlight_actions.refresh()
        self._say_missing(missing)
        if host.resumption.waits and (host.resumption.try_again() or host.resumption.keeps_pane_empty):
            return
        gone = state.shown is not None and state.headline(state.shown) is None
        if state.pane is not Pane.ARTICLE or state.shown is None or gone:
            host.navigator.show_current()

    def _say_missing(self, before: str) -> None:
        """Say that the file of the open article was deleted or exists again; show its successor if it was renamed.

        Args:
            before: The reason why the file was missing before the event; empty if it existed.
        """
        host, state = self._host, self._state
        successor = state.library.successor_of(state.shown) if state.shown is not None else None
        now = state.library.missing_reason(state.shown)
        if now and successor is not None and state.headline(successor) is not None:
            host.navigator.follow(successor)
        elif now and now != before:
            # The reading position may move to a file that is recognized as the renamed file.
            host.navigator.keep_place()
            # Not every reason begins with the file: it may be “text, not what its name says”.
            named = f"the {now}" if now.startswith("file ") else f"the file: {now}"
            state.say_also(f"{named}; the text stays as last read")
        elif before and not now and state.headline(state.shown) is not None:
            state.say_also("the file is back")

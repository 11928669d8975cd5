"""The message that a long text is still being loaded."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from tui_reader.model.article import ArticleId
    from tui_reader.tui.screens.reading.state import ReadingScreenState

TICK_SECONDS = 1.0
"""Seconds until the message appears, and between two updates; most texts are loaded sooner."""


class ParsingProgress:
    """Shows how long the shown article has been loading, updated each second, until its whole text is shown.

    Keys work meanwhile, and the message says so.
    """

    def __init__(self, state: ReadingScreenState, show_activity: Callable[[str], None]) -> None:
        """Store the arguments; nothing is shown yet.

        Args:
            state: The state of the screen.
            show_activity: Shows a running activity in the last row; an empty string removes it.
        """
        self._state, self._show_activity = state, show_activity
        self.began: dict[ArticleId, float] = {}
        """Articles that are being loaded, with the time at which that began."""
        self._again: set[ArticleId] = set()
        """Those of which a whole text was shown already, such as an article in place of its whole page."""
        self._limit = 0.0
        self._timer: Timer | None = None
        self._is_shown = False

    def begin(self, article: ArticleId, limit: float) -> None:
        """Record that the loading of an article has begun; it takes at most `limit` seconds."""
        self.began[article], self._limit = monotonic(), limit
        self._again.discard(article)
        if article == self._state.shown and self._is_whole():
            self._again.add(article)
        if self._timer is None:
            self._timer = self._state.panes.article.set_interval(TICK_SECONDS, self._tick)

    def loaded(self, article: ArticleId) -> None:
        """Record that the loading of an article has ended, with its text or with an error page."""
        if self.began.pop(article, None) is not None and not self.began:
            self._tick()

    def _tick(self) -> None:
        # Loading is cancelled without an event if the user left the article.
        oldest = monotonic() - self._limit - TICK_SECONDS
        self.began = {article: began for article, began in self.began.items() if began > oldest}
        shown = self._state.shown
        if shown is not None and shown not in self._again and self._is_whole():
            self.began.pop(shown, None)  # a second loading, after a cancelled one, found the text in the cache
        began = self.began.get(shown) if shown is not None else None
        if began is not None:
            self._is_shown = True
            self._show_activity(f"reading it: {monotonic() - began:.0f} s of at most {self._limit:.0f}, keys work")
            return
        if self._is_shown:
            self._is_shown = False
            self._show_activity("")
        if not self.began and self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _is_whole(self) -> bool:
        """Return True if the whole text of the shown article is shown."""
        document = self._state.panes.article.document
        return document is not None and not document.partial

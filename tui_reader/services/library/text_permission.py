"""Decide which articles' texts may be copied into the state of a library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.services.library.events import Notice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.event_sender import EventSender
    from tui_reader.services.library.library_paths import LibraryPaths


class TextPermission:
    """Decides for each article whether its text may be copied; see `LibraryPaths.may_keep_text`."""

    def __init__(self, paths: LibraryPaths, path_of: Callable[[ArticleId], Path | None], events: EventSender) -> None:
        """Start with no article decided.

        Args:
            paths: The folders and files of the library.
            path_of: Returns the file of an article; None for standard input.
            events: Receives a notice for each text that is left out.
        """
        self._paths = paths
        self._path_of = path_of
        self._events = events
        self._known: dict[ArticleId, bool] = {}
        """Earlier answers: `may_keep_title` is called where waiting for the disk would delay a key."""

    def may_keep_text(self, article_id: ArticleId) -> bool:
        """Return True if the text may be copied; reads the disk, so background threads call it."""
        path = self._path_of(article_id)
        may_keep = self._known[article_id] = path is None or self._paths.may_keep_text(path)
        return may_keep

    def may_keep_title(self, article_id: ArticleId) -> bool:
        """Return True if a line of the text may be copied; reads the disk only for unread articles."""
        known = self._known.get(article_id)
        return known if known is not None else self.may_keep_text(article_id)

    def report_left_out(self, article_id: ArticleId) -> None:
        """Send a notice that the text of an annotated article is not copied; called once for each text."""
        path = self._path_of(article_id)
        if path is not None:
            self._events.send(Notice(self._paths.text_left_out(str(path))))

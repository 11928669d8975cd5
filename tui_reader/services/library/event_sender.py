"""Send a library's events to its listener."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.services.library.events import (
    AnnotationsPlaced,
    Event,
    Listener,
    Notice,
    SyncNeeded,
    noop,
)

if TYPE_CHECKING:
    from tui_reader.model.article import ArticleId


class EventSender:
    """Passes events from all parts of a library to its one listener. Thread-safe.

    Events are dropped before a listener is set, and after it is set back to `noop`.
    """

    def __init__(self) -> None:
        self.listener: Listener = noop

    def send(self, event: Event) -> None:
        """Pass an event to the current listener."""
        self.listener(event)

    def request_sync(self) -> None:
        """Ask the owner to call `Library.sync` soon."""
        self.listener(SyncNeeded())

    def annotations_placed(self, article_id: ArticleId) -> None:
        """Announce that re-anchoring of an article has finished in a background thread."""
        self.listener(SyncNeeded())
        self.listener(AnnotationsPlaced(article_id))

    def reanchoring_failed(self, error: Exception) -> None:
        """Report that re-anchoring a passage or compressing a text failed."""
        self.listener(Notice(f"Highlights could not be placed ({type(error).__name__}: {error})."))

    def comparison_failed(self, error: Exception) -> None:
        """Report that missing files could not be compared with new ones."""
        self.listener(Notice(f"Missing files could not be compared with new ones ({type(error).__name__}: {error})."))

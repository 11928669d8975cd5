"""A listener for tests of services that send events from threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.services.library.events import Event

DEADLINE = 20.0
"""Seconds that a test waits for a thread before it fails; far longer than any thread takes."""


class EventLog:
    """Records the events that a service sends; a test waits for them."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.news = threading.Condition()

    def listen(self, event: Event) -> None:
        with self.news:
            self.events.append(event)
            self.news.notify_all()

    def until(self, true: Callable[[], object]) -> None:
        with self.news:
            assert self.news.wait_for(true, DEADLINE), self.events

"""Fixtures: libraries that record their events, in folders of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tui_reader.model.query import Shelf, View
from tui_reader.services.articles import scanner
from tui_reader.services.library.events import Event, ScanFinished, SyncNeeded
from tui_reader.services.library.opening import open_library
from tui_reader.sources import watcher
from tui_reader.storage.engine import writer

if TYPE_CHECKING:
    from pathlib import Path

    from tui_reader.config import Settings
    from tui_reader.model.article import ArticleId, Headline
    from tui_reader.services.library.library import Library

DEADLINE = 120.0
"""Seconds that a test waits for a thread before it fails; far longer than any thread takes."""


@pytest.fixture(autouse=True)
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATA", "CACHE", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "xdg" / name.lower()))
    return tmp_path / "xdg"


@pytest.fixture(autouse=True)
def gone_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Report missing and changed files after a shorter time than usual, so that tests need not wait."""
    monkeypatch.setattr(scanner, "GONE_SECONDS", 0.2)
    monkeypatch.setattr(watcher, "STEP_MS", 5)
    monkeypatch.setattr(watcher, "TICK", 0.1)
    monkeypatch.setattr(writer, "POLL_SECONDS", 0.04)


class Owner:
    """Stands in for a screen: records events, and syncs when requested, on the thread of the test."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.events: list[Event] = []
        self.synced: set[ArticleId] = set()
        self._news = threading.Condition()

    def listen(self, event: Event) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def until(self, true: Callable[[], object]) -> None:
        """Sync whenever the library requests it, until a condition is true."""
        deadline = time.monotonic() + DEADLINE
        seen = 0
        while True:
            self.synced.update(self.library.sync())
            if true():
                # An event may have come between these two lines, and its articles with it.
                self.synced.update(self.library.sync())
                return
            with self._news:
                left = deadline - time.monotonic()
                assert self._news.wait_for(partial(self._more_than, seen), max(0.0, left)), self.told()
                seen = len(self.events)

    def _more_than(self, count: int) -> bool:
        return len(self.events) > count

    def scanned(self) -> Owner:
        self.until(lambda: any(isinstance(event, ScanFinished) for event in self.events))
        return self

    def told(self) -> list[Event]:
        return [event for event in self.events if not isinstance(event, SyncNeeded)]

    def headlines(self) -> dict[str, Headline]:
        """Return every article, by location."""
        catalogue = self.library.catalogue
        ids = [*catalogue.ids(View()), *catalogue.ids(View(shelf=Shelf.ARCHIVE))]
        return {row.article.location: row for row in catalogue.rows(ids)}

    def at(self, location: str) -> Headline:
        return self.headlines()[location]


Opener = Callable[..., Owner]


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Return a function that opens libraries, which are closed after the test."""
    libraries: list[Library] = []

    def open_it(*paths: Path, start: bool = True, settings: Settings | None = None, **more: object) -> Owner:
        library = open_library(paths, settings=settings, **more)  # type: ignore[arg-type]
        libraries.append(library)
        owner = Owner(library)
        if start:
            library.start(owner.listen)
        return owner

    yield open_it
    for library in libraries:
        library.close()

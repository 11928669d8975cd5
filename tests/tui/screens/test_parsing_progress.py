"""The message that a long text is being read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from tui_reader.tui.screens.reading import parsing_progress as module
from tui_reader.tui.screens.reading.parsing_progress import ParsingProgress

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


class Clock:
    """A clock, and a timer that the test makes tick."""

    def __init__(self) -> None:
        self.now = 100.0
        self.tick: Callable[[], None] | None = None
        self.document: Any = None

    def set_interval(self, _: float, tick: Callable[[], None]) -> Clock:
        self.tick = tick
        return self

    def stop(self) -> None:
        self.tick = None

    def passes(self, seconds: float) -> None:
        self.now += seconds
        if self.tick is not None:
            self.tick()


def test_the_message_counts_seconds_while_the_shown_article_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    shown: list[str] = []
    monkeypatch.setattr(module, "monotonic", lambda: clock.now)
    state = SimpleNamespace(shown="book", panes=SimpleNamespace(article=clock))
    progress = ParsingProgress(cast("Any", state), shown.append)
    progress.begin("book", 30.0)
    assert shown == [], "most texts are read before the first second is over"
    clock.passes(2.0)
    assert shown == ["reading it: 2 s of at most 30, keys work"]
    state.shown = "another"
    clock.passes(1.0)
    assert shown[1:] == [""]
    state.shown = "book"
    clock.passes(1.0)
    assert shown[2:] == ["reading it: 4 s of at most 30, keys work"]
    progress.loaded("book")
    assert shown[3:] == [""]
    assert clock.tick is None


def test_the_progress_of_a_cancelled_article_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    shown: list[str] = []
    monkeypatch.setattr(module, "monotonic", lambda: clock.now)
    state = SimpleNamespace(shown="another", panes=SimpleNamespace(article=clock))
    progress = ParsingProgress(cast("Any", state), shown.append)
    progress.begin("left", 30.0)
    clock.passes(20.0)
    assert clock.tick is not None
    clock.passes(20.0)
    assert clock.tick is None
    assert shown == []


def test_a_text_that_came_from_the_cache_is_not_said_to_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    shown: list[str] = []
    monkeypatch.setattr(module, "monotonic", lambda: clock.now)
    state = SimpleNamespace(shown="another", panes=SimpleNamespace(article=clock))
    progress = ParsingProgress(cast("Any", state), shown.append)
    progress.begin("book", 30.0)  # cancelled, since the user went on to another article
    clock.passes(5.0)
    state.shown, clock.document = "book", SimpleNamespace(partial=True)
    clock.passes(1.0)
    assert shown == ["reading it: 6 s of at most 30, keys work"]
    clock.document = SimpleNamespace(partial=False)
    clock.passes(1.0)
    assert shown[1:] == [""]
    assert clock.tick is None
    progress.begin("book", 30.0)  # its whole page, while the article stays
    clock.passes(2.0)
    assert shown[2:] == ["reading it: 2 s of at most 30, keys work"]

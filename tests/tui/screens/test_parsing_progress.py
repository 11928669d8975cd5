"""The message that a long text is being read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.tui.screens.reading import parsing_progress as module
from tui_reader.tui.screens.reading.parsing_progress import ParsingProgress

if TYPE_CHECKING:
    from collections.abc import Callable


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


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "monotonic", lambda: clock.now)
    return clock


def progress_while(article: str, clock: Clock) -> tuple[ParsingProgress, Any, list[str]]:
    """Return the progress, the state of a screen that shows an article, and a list of the messages."""
    state: Any = SimpleNamespace(shown=article, panes=SimpleNamespace(article=clock))
    messages: list[str] = []
    return ParsingProgress(state, messages.append), state, messages


def test_the_message_counts_seconds_while_the_shown_article_is_read(clock: Clock) -> None:
    progress, state, shown = progress_while("book", clock)
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


def test_the_progress_of_a_cancelled_article_is_dropped(clock: Clock) -> None:
    progress, _, shown = progress_while("another", clock)
    progress.begin("left", 30.0)
    clock.passes(20.0)
    assert clock.tick is not None
    clock.passes(20.0)
    assert clock.tick is None
    assert shown == []


def test_no_progress_is_shown_for_a_text_from_the_cache(clock: Clock) -> None:
    progress, state, shown = progress_while("another", clock)
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

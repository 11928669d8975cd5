"""A slow disk is told, a fast one is not, and a change that was lost never stays silent."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

import pytest

from tui_reader.errors import StoreError
from tui_reader.services.library import save_monitor
from tui_reader.services.library.events import Event, Saved, Saving, StoreFailed
from tui_reader.services.library.save_monitor import SaveMonitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEADLINE = 20.0


class Told:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.news = threading.Condition()

    def listen(self, event: Event) -> None:
        with self.news:
            self.events.append(event)
            self.news.notify_all()

    def until(self, true: Callable[[], object]) -> None:
        with self.news:
            assert self.news.wait_for(true, DEADLINE), self.events


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def watch(told: Told, monkeypatch: pytest.MonkeyPatch) -> Iterator[SaveMonitor]:
    made = SaveMonitor()
    made.listener = told.listen
    yield made
    made.close()


def test_a_slow_change_is_told_until_it_is_saved(
    watch: SaveMonitor, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_monitor, "REPORT_SECONDS", 0.01)
    receipt: Future[None] = Future()
    watch.track(receipt)
    told.until(lambda: len(told.events) >= 2)
    assert all(isinstance(event, Saving) for event in told.events)
    receipt.set_result(None)
    told.until(lambda: told.events[-1] == Saved())
    first, second = told.events[:2]
    assert isinstance(first, Saving)
    assert isinstance(second, Saving)
    assert second.seconds > first.seconds >= 0.01


def test_a_quick_change_is_not_worth_a_word(watch: SaveMonitor, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(save_monitor, "REPORT_SECONDS", DEADLINE)
    receipts: list[Future[None]] = [Future() for _ in range(3)]
    for receipt in receipts:
        watch.track(receipt)
    for receipt in receipts[:2]:
        receipt.set_result(None)
    receipts[2].set_exception(StoreError("The disk is full."))
    told.until(lambda: told.events)
    assert told.events == [StoreFailed("The disk is full.")]


def test_a_failure_is_told_with_its_way_out(watch: SaveMonitor, told: Told) -> None:
    for error in (StoreError("The disk is full.", "Make room."), OSError("gone")):
        receipt: Future[None] = Future()
        receipt.set_exception(error)
        watch.track(receipt)
    assert told.events == [StoreFailed("The disk is full. Make room."), StoreFailed("Not saved: gone.")]

"""A slow disk is reported, a fast one is not, and every lost change is reported."""

from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from tests.services.event_log import DEADLINE, EventLog
from tui_reader.errors import StoreError
from tui_reader.services.library import save_monitor
from tui_reader.services.library.events import Saved, Saving, StoreFailed
from tui_reader.services.library.save_monitor import SaveMonitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_reader.storage.base import Store


@pytest.fixture
def recorder() -> EventLog:
    return EventLog()


@pytest.fixture
def watch(recorder: EventLog, monkeypatch: pytest.MonkeyPatch) -> Iterator[SaveMonitor]:
    made = SaveMonitor(cast("Store", SimpleNamespace(read_only="")))
    made.listener = recorder.listen
    yield made
    made.close()


def test_a_slow_change_is_reported_until_it_is_saved(
    watch: SaveMonitor, recorder: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_monitor, "REPORT_SECONDS", 0.01)
    receipt: Future[None] = Future()
    watch.track(receipt)
    recorder.until(lambda: len(recorder.events) >= 2)
    assert all(isinstance(event, Saving) for event in recorder.events)
    receipt.set_result(None)
    recorder.until(lambda: recorder.events[-1] == Saved())
    first, second = recorder.events[:2]
    assert isinstance(first, Saving)
    assert isinstance(second, Saving)
    assert second.seconds > first.seconds >= 0.01


def test_a_quick_change_is_not_reported(
    watch: SaveMonitor, recorder: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_monitor, "REPORT_SECONDS", DEADLINE)
    receipts: list[Future[None]] = [Future() for _ in range(3)]
    for receipt in receipts:
        watch.track(receipt)
    for receipt in receipts[:2]:
        receipt.set_result(None)
    receipts[2].set_exception(StoreError("The disk is full."))
    recorder.until(lambda: recorder.events)
    assert recorder.events == [StoreFailed("The disk is full.")]


def test_a_failed_change_is_reported_with_a_hint(watch: SaveMonitor, recorder: EventLog) -> None:
    for error in (StoreError("The disk is full.", "Make room."), OSError("gone")):
        receipt: Future[None] = Future()
        receipt.set_exception(error)
        watch.track(receipt)
    assert recorder.events == [StoreFailed("The disk is full. Make room."), StoreFailed("Not saved: gone.")]

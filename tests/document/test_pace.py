"""What works aside stops while the screen's thread is at work, but not for ever."""

from __future__ import annotations

import pytest

from tui_reader.document import pace


class Clock:
    """A time in which somebody else keeps the interpreter for a while after each rest."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now, self.busy_until, self.rests = 0.0, 0.0, 0
        patch.setattr(pace, "perf_counter", lambda: self.now)
        patch.setattr(pace, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.rests += 1
        self.now += seconds
        if self.now < self.busy_until:
            self.now += 0.001


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.delattr(pace._own, "since", raising=False)
    return Clock(monkeypatch)


def test_a_thread_that_somebody_waits_for_never_stops(clock: Clock) -> None:
    clock.now = 100
    pace.breathe()
    assert not clock.rests


def test_work_goes_on_at_once_where_nobody_else_is_at_work(clock: Clock) -> None:
    pace.work_aside()
    rests = []
    for now in (0.0, pace.SLICE, pace.SLICE):
        clock.now = max(now, clock.now)
        pace.breathe()
        rests.append(clock.rests)
    assert rests == [0, 1, 1]


@pytest.mark.parametrize(("busy", "least", "most"), [(0.02, 0.02, 0.03), (10, pace.LONGEST, pace.LONGEST + 0.01)])
def test_work_stops_until_the_others_are_done(clock: Clock, busy: float, least: float, most: float) -> None:
    pace.work_aside()
    clock.now = began = pace.SLICE
    clock.busy_until = began + busy
    pace.breathe()
    assert least <= clock.now - began <= most

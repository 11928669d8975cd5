"""What works aside stops while the screen's thread is at work, but not for ever."""

from __future__ import annotations

import pytest

from tui_reader.document import cooperative


class Clock:
    """A time in which somebody else keeps the interpreter for a while after each rest."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now, self.busy_until, self.rests = 0.0, 0.0, 0
        patch.setattr(cooperative, "perf_counter", lambda: self.now)
        patch.setattr(cooperative, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.rests += 1
        self.now += seconds
        if self.now < self.busy_until:
            self.now += 0.001


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.delattr(cooperative._own, "since", raising=False)
    return Clock(monkeypatch)


def test_a_thread_that_somebody_waits_for_never_stops(clock: Clock) -> None:
    clock.now = 100
    cooperative.yield_gil()
    assert not clock.rests


def test_work_goes_on_at_once_where_nobody_else_is_at_work(clock: Clock) -> None:
    cooperative.lower_priority()
    rests = []
    for now in (0.0, cooperative.SLICE, cooperative.SLICE):
        clock.now = max(now, clock.now)
        cooperative.yield_gil()
        rests.append(clock.rests)
    assert rests == [0, 1, 1]


@pytest.mark.parametrize(
    ("busy", "least", "most"), [(0.02, 0.02, 0.03), (10, cooperative.LONGEST, cooperative.LONGEST + 0.01)]
)
def test_work_stops_until_the_others_are_done(clock: Clock, busy: float, least: float, most: float) -> None:
    cooperative.lower_priority()
    clock.now = began = cooperative.SLICE
    clock.busy_until = began + busy
    cooperative.yield_gil()
    assert least <= clock.now - began <= most

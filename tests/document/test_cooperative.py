"""Background work stops while the screen's thread is running, but not for ever."""

from __future__ import annotations

import pytest

from tui_reader.document import cooperative


class Clock:
    """A clock on which another thread holds the interpreter until `busy_until`, so that sleeps end late."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now, self.busy_until, self.sleeps = 0.0, 0.0, 0
        patch.setattr(cooperative, "perf_counter", lambda: self.now)
        patch.setattr(cooperative, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.sleeps += 1
        self.now += seconds
        if self.now < self.busy_until:
            self.now += 0.001


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.delattr(cooperative._this_thread, "working_since", raising=False)
    return Clock(monkeypatch)


def test_a_thread_of_normal_priority_never_waits(clock: Clock) -> None:
    clock.now = 100
    cooperative.yield_gil()
    assert not clock.sleeps


def test_work_continues_at_once_if_no_other_thread_is_running(clock: Clock) -> None:
    cooperative.lower_priority()
    sleeps = []
    for now in (0.0, cooperative.WORK_SECONDS, cooperative.WORK_SECONDS):
        clock.now = max(now, clock.now)
        cooperative.yield_gil()
        sleeps.append(clock.sleeps)
    assert sleeps == [0, 1, 1]


@pytest.mark.parametrize(
    ("busy", "least", "most"),
    [(0.02, 0.02, 0.03), (10, cooperative.LONGEST_WAIT_SECONDS, cooperative.LONGEST_WAIT_SECONDS + 0.01)],
)
def test_work_stops_until_other_threads_are_done(clock: Clock, busy: float, least: float, most: float) -> None:
    cooperative.lower_priority()
    clock.now = began = cooperative.WORK_SECONDS
    clock.busy_until = began + busy
    cooperative.yield_gil()
    assert least <= clock.now - began <= most

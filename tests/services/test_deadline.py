"""A job gets its full processor time on a busy machine, too, and a job that hangs gets no more."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from tui_reader.services.library.deadline import Deadline, ProcessorTime, processor_time, remaining


@pytest.mark.parametrize(
    ("used", "queued", "waited", "more"),
    [
        (5.0, 0.0, 5.0, 0.0),
        (2.0, 3.0, 5.0, 3.0),
        (2.0, 12.0, 14.0, 3.0),
        (0.2, 4.8, 5.0, 4.8),
        (4.0, 55.5, 59.5, 0.5),
        (4.0, 56.0, 60.0, 0.0),
        (0.1, 0.0, 5.0, 0.0),
        (0.1, 0.2, 5.0, 0.0),
        (2.0, 0.0, 5.0, 3.0),
    ],
)
def test_a_busy_machine_gives_a_job_more_time_but_a_hanging_job_gets_none(
    used: float, queued: float, waited: float, more: float
) -> None:
    assert remaining(5.0, ProcessorTime(used, queued), waited) == more


@pytest.mark.parametrize("program", ["import time; time.sleep(60)", "while True: pass"])
def test_a_process_is_ended_at_its_limit(program: str) -> None:
    ended = threading.Event()
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        deadline = Deadline(process.pid, 0.3, ended.set)
        deadline.start()
        assert ended.wait(60)
        assert deadline.is_late
        process.kill()


def test_a_cancelled_deadline_ends_nothing() -> None:
    ended = threading.Event()
    deadline = Deadline(1, 0.01, ended.set)
    deadline.start()
    deadline.cancel()
    assert not ended.wait(0.05)
    assert not deadline.is_late


def test_an_ended_process_has_no_processor_time() -> None:
    assert processor_time(2**22 + 1) is None

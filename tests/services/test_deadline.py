"""A job has its time of the processor, whatever else the machine does, and a job that hangs has no more."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from tui_reader.services.library.deadline import Deadline, processor_seconds, remaining


@pytest.mark.parametrize(
    ("used", "waited", "more"),
    [
        (5.0, 5.0, 0.0),
        (2.0, 5.0, 3.0),
        (2.0, 14.0, 0.0),
        (4.0, 14.0, 1.0),
        (3.0, 14.5, 0.5),
        (0.1, 5.0, 0.0),
        (5.0, 15.0, 0.0),
    ],
)
def test_a_slow_machine_gives_a_job_more_time_but_a_hanging_one_none(used: float, waited: float, more: float) -> None:
    assert remaining(5.0, used, waited) == more


@pytest.mark.parametrize("program", ["import time; time.sleep(60)", "while True: pass"])
def test_a_process_is_ended_at_its_limit(program: str) -> None:
    ended = threading.Event()
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        deadline = Deadline(process.pid, 0.3, ended.set)
        deadline.start()
        assert ended.wait(20)
        assert deadline.is_late
        process.kill()


def test_a_cancelled_deadline_ends_nothing() -> None:
    ended = threading.Event()
    deadline = Deadline(1, 0.01, ended.set)
    deadline.start()
    deadline.cancel()
    assert not ended.wait(0.05)
    assert not deadline.is_late


def test_a_process_that_is_gone_has_no_time() -> None:
    assert processor_seconds(2**22 + 1) is None

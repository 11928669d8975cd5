"""Background jobs are finished by the owner in order, and a job that raises stops no other."""

from __future__ import annotations

from functools import partial
from operator import mul
from threading import Event

from tui_reader.services.library.background import Background


def nothing() -> None:
    pass


def test_the_owner_finishes_jobs_in_order() -> None:
    background = Background()
    done: list[int] = []
    ready: list[str] = []
    for number in range(3):
        background.do(partial(mul, number, 2), done.append, lambda: ready.append("ready"))
    assert done == []
    background.wait()
    assert done == [0, 2, 4]
    assert ready
    background.close()


def test_a_job_that_raises_is_reported_and_the_next_one_runs() -> None:
    failures: list[Exception] = []
    done: list[int] = []
    background = Background(failures.append)
    background.do(lambda: 1 // 0, done.append, nothing)
    background.do(lambda: 7, done.append, nothing)
    background.wait()
    background.finish_jobs()
    assert done == [7]
    assert [type(each) for each in failures] == [ZeroDivisionError]
    background.close()


def test_waiting_for_jobs_ends_after_the_given_time() -> None:
    background, gate = Background(), Event()
    done: list[bool] = []
    background.do(gate.wait, done.append, nothing)
    background.wait(0.01)
    assert done == []
    gate.set()
    background.wait()
    assert done == [True]
    background.close()

"""Work aside: finished by its owner, in order, and never in the way when it breaks."""

from __future__ import annotations

from functools import partial
from operator import mul
from threading import Event

from tui_reader.services.library.background import Background


def nothing() -> None:
    pass


def test_results_are_taken_in_by_the_owner_in_order() -> None:
    background = Background()
    done: list[int] = []
    told: list[str] = []
    for number in range(3):
        background.do(partial(mul, number, 2), done.append, lambda: told.append("ready"))
    assert done == []
    background.wait()
    assert done == [0, 2, 4]
    assert told
    background.close()


def test_what_breaks_is_told_and_the_next_job_begins() -> None:
    failures: list[Exception] = []
    done: list[int] = []
    background = Background(failures.append)
    background.do(lambda: 1 // 0, done.append, nothing)
    background.do(lambda: 7, done.append, nothing)
    background.wait()
    background.take_in()
    assert done == [7]
    assert [type(each) for each in failures] == [ZeroDivisionError]
    background.close()


def test_an_owner_in_a_hurry_does_not_wait_for_ever() -> None:
    background, gate = Background(), Event()
    done: list[bool] = []
    background.do(gate.wait, done.append, nothing)
    background.wait(0.01)
    assert done == []
    gate.set()
    background.wait()
    assert done == [True]
    background.close()

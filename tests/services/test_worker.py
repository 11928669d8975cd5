"""The worker process: a job that fails costs that job only."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.services.library.worker import Job, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

resource = pytest.importorskip("resource")

SUM = Job("builtins:sum", {})
"""The sum of no numbers: 0."""


def sleep(arguments: Mapping[str, Any]) -> str:
    """Sleep for some seconds; a job."""
    time.sleep(arguments["seconds"])
    return "awake"


def allocate(arguments: Mapping[str, Any]) -> int:
    """Allocate some bytes, zeroed lazily by the system; a job."""
    return len(bytes(arguments["bytes"]))


def die(_: Mapping[str, Any]) -> None:
    """Kill the process; a job."""
    os.kill(os.getpid(), signal.SIGKILL)


def fail(_: Mapping[str, Any]) -> None:
    """Raise; a job."""
    raise RecursionError("too deep")


def unserializable(_: Mapping[str, Any]) -> Any:
    """Return what JSON cannot hold; a job."""
    return object()


def job(function: Any, arguments: Mapping[str, Any] | None = None, **limits: Any) -> Job:
    return Job(f"{__name__}:{function.__name__}", arguments or {}, **limits)


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.close()


def test_a_job_returns_what_its_function_returns(worker: Worker) -> None:
    assert worker.run(SUM) == 0
    assert worker.run(job(allocate, {"bytes": 1_000})) == 1_000


@pytest.mark.parametrize("function", [die, fail, unserializable])
def test_a_job_that_fails_returns_none_and_the_next_one_runs(worker: Worker, function: Any) -> None:
    assert worker.run(job(function)) is None
    assert worker.run(SUM) == 0


def test_a_job_of_an_unknown_function_returns_none_and_the_next_one_runs(worker: Worker) -> None:
    assert worker.run(Job("no.such.module:nothing", {})) is None
    assert worker.run(SUM) == 0


def test_a_job_past_its_deadline_is_killed_and_the_next_one_runs(worker: Worker) -> None:
    began = time.monotonic()
    assert worker.run(job(sleep, {"seconds": 60.0}, seconds=0.2)) is None
    assert time.monotonic() - began < 30.0
    assert worker.run(job(sleep, {"seconds": 0.0})) == "awake"


def test_a_job_beyond_its_memory_returns_none_and_the_next_one_runs(worker: Worker) -> None:
    much = {"bytes": 3_000_000_000}
    assert worker.run(job(allocate, much, memory=1_000_000_000)) is None
    assert worker.run(SUM) == 0
    assert worker.run(job(allocate, much)) == much["bytes"], "the default limit allows it, so the cap was what failed"


def test_a_closed_worker_runs_nothing() -> None:
    worker = Worker()
    worker.close()
    assert worker.run(SUM) is None

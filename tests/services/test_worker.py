"""The worker process: a job that fails costs that job only."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.services.library import worker as module
from tui_reader.services.library.deadline import MOST_PATIENCE
from tui_reader.services.library.worker import Answer, Failure, Job, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
resource = pytest.importorskip("resource")

SUM = Job("builtins:sum", {})
"""A job that returns 0: the sum of no numbers."""


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


def fill_and_die(arguments: Mapping[str, Any]) -> None:
    """Use some bytes, then end as code in C does that has no memory left; a job."""
    filled = b"x" * arguments["bytes"]
    os.write(2, filled[:1])
    os.abort()


def chatter(_: Mapping[str, Any]) -> str:
    """Print, as libraries do; a job."""
    print('{"result": "not this"}')
    os.write(1, b'{"result": "nor this"}\n')
    return "this"


def tell_id(arguments: Mapping[str, Any]) -> None:
    """Write the id of the process to a file, then sleep for a minute; a job."""
    Path(arguments["path"]).write_text(str(os.getpid()))
    time.sleep(60.0)


def keep_open(arguments: Mapping[str, Any]) -> None:
    """Write into a named pipe, and keep it open for a minute, asleep or busy; a job."""
    end = time.monotonic() + 60.0
    with Path(arguments["path"]).open("wb", buffering=0) as pipe:
        pipe.write(b"begun\n")
        while time.monotonic() < end:
            if arguments["sleeps"]:
                time.sleep(60.0)


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


@pytest.mark.usefixtures("real_processes")
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


@pytest.mark.parametrize(
    ("wanted", "failure", "detail"),
    [
        (job(die), Failure.CRASH, ""),
        (job(fail), Failure.ERROR, "RecursionError"),
        (job(unserializable), Failure.ERROR, "TypeError"),
        (job(sleep, {"seconds": 60.0}, seconds=0.2), Failure.TIME, ""),
        (job(allocate, {"bytes": 3_000_000_000}, memory=1_000_000_000), Failure.MEMORY, ""),
        (job(fill_and_die, {"bytes": 450_000_000}, memory=600_000_000), Failure.MEMORY, ""),
        (job(fill_and_die, {"bytes": 1_000}, memory=30_000_000_000), Failure.CRASH, ""),
    ],
    ids=["killed", "raised", "no JSON", "late", "MemoryError", "aborted", "aborted early"],
)
def test_a_failed_job_says_why(worker: Worker, wanted: Job, failure: Failure, detail: str) -> None:
    assert worker.attempt(wanted) == Answer(None, failure, detail)
    assert worker.attempt(SUM) == Answer(0)


@pytest.mark.usefixtures("real_processes")
def test_a_crash_is_not_reported_as_lack_of_memory_if_the_reader_is_large(worker: Worker) -> None:
    """A process begins with the largest use of its parent, by which a crash would look like a lack of memory."""
    used = b"x" * 300_000_000
    assert worker.attempt(job(fill_and_die, {"bytes": 1_000}, memory=400_000_000)).failure is Failure.CRASH
    del used


def test_the_output_of_a_job_is_not_parsed_as_an_answer(worker: Worker) -> None:
    assert worker.run(job(chatter)) == "this"
    assert worker.run(SUM) == 0


def test_an_interrupted_job_ends_and_the_next_one_runs(worker: Worker, tmp_path: Path) -> None:
    answers: list[Answer] = []
    path = tmp_path / "id"
    thread = Thread(target=lambda: answers.append(worker.attempt(job(tell_id, {"path": str(path)}))))
    thread.start()
    while not path.exists():
        thread.join(0.005)
        assert thread.is_alive()
    worker.interrupt()
    thread.join(20.0)
    assert answers == [Answer(failure=Failure.CLOSED)]
    assert worker.attempt(SUM) == Answer(0)
    worker.interrupt()
    assert worker.attempt(SUM) == Answer(0), "nothing ran when it was interrupted"


def test_a_process_ends_by_itself_if_it_is_not_killed(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.2 - 60.0 * MOST_PATIENCE)
    assert worker.attempt(job(sleep, {"seconds": 60.0}, seconds=60.0)) == Answer(failure=Failure.CRASH)


@pytest.mark.usefixtures("real_processes")
@pytest.mark.parametrize("sleeps", [True, False])
def test_a_process_ends_with_its_parent_in_the_middle_of_a_job(sleeps: bool, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    program = (
        "import sys; from tui_reader.services.library.worker import Job, Worker;"
        f"Worker().attempt(Job('{__name__}:keep_open', {{'path': sys.argv[1], 'sleeps': {sleeps}}}));"
        "open(sys.argv[1], 'wb').close()"  # so that the test does not wait for a job that failed
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(pipe)], cwd=ROOT)
    try:
        with pipe.open("rb", buffering=0) as opened:
            assert opened.read(6) == b"begun\n"
            parent.kill()
            assert select.select([opened], [], [], 20.0)[0], "the process that has it open still runs"
            assert opened.read() == b""
    finally:
        parent.kill()
        parent.wait()

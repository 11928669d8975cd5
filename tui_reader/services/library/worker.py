"""Run jobs in a separate process, so that parsing a text of megabytes does not delay a key.

The process reads one job a line, as JSON, and answers each with one line. It runs at a low priority, and ends when its
input ends, also during a job: its parent has ended, or closed the pipe, and would not read the answer. A job that takes
too long, needs too much memory, raises an error or kills the process fails alone: the next one gets a new process.
"""

from __future__ import annotations

import gc
import json
import os
import queue
import signal
import sys
import threading
from contextlib import suppress
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping
    from typing import IO

JOB_SECONDS = 120.0
"""Seconds that a job may take by default; re-anchoring in a text of a million words takes about 10 s."""
JOB_MEMORY = 4_000_000_000
"""Bytes of address space that the process may have during a job, by default."""
NICENESS = 10
"""Default niceness of processes: they run when the reader and other programs do not need the processor."""
GRACE_SECONDS = 2
"""Seconds after the longest time of a job at which the process ends by itself, in case its parent does not kill it."""
COLLECTED_FROM = 50_000
"""Number of new objects after which Python's garbage collector looks for cycles among them; its default is 700."""
MEMORY_SHARE = 0.7
"""Share of the memory limit above which the death of a process counts as the failure `MEMORY`, else as `CRASH`."""
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from tui_reader.services.library.worker import main; main(int(sys.argv[2]))"
)


class Failure(StrEnum):
    """The reason why a job has no result."""

    TIME = "time"
    """It exceeded its time limit."""
    MEMORY = "memory"
    """It exceeded its memory limit."""
    CRASH = "crash"
    """The process ended during the job, for example in a library written in C."""
    ERROR = "error"
    """The function raised an error, or returned what JSON cannot represent."""
    START = "start"
    """No process could be started."""
    CLOSED = "closed"
    """The worker was closed or interrupted."""


class Job(NamedTuple):
    """A call of a function in the worker process."""

    function: str
    """`package.module:name` of a function that takes the arguments as one mapping, and returns a JSON value."""
    arguments: Mapping[str, Any]
    """Arguments, as values that JSON can represent."""
    seconds: float = JOB_SECONDS
    """Time limit in seconds: the process is killed when the job has run longer, see `Deadline`."""
    memory: int = JOB_MEMORY
    """Bytes of address space that the process may have; ignored where the system cannot limit it (Windows)."""


class Answer(NamedTuple):
    """The outcome of a job."""

    result: Any = None
    """The function's result; None after a failure."""
    failure: Failure | None = None
    detail: str = ""
    """Name of the error that the function raised."""


class Worker:
    """A process that is started with the first job.

    One thread calls `run`, `attempt` and `rest`; any thread may call `interrupt` and `close`.
    """

    def __init__(self, niceness: int = NICENESS) -> None:
        """Create the worker without a process.

        Args:
            niceness: Increment of the process's niceness, 0 to 19.
        """
        self._niceness = niceness
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._busy = self._interrupted = self._closed = False
        self.jobs = 0
        """Number of jobs that the current process has answered; 0 before its first answer."""

    def run(self, job: Job) -> Any:
        """Run a job in the worker process, and wait for its result.

        Returns:
            The function's result; None if it raised or exceeded its limits, or if the process died or cannot start.
        """
        return self.attempt(job).result

    def attempt(self, job: Job) -> Answer:
        """Run a job in the worker process, and wait for its result or for the reason why it failed."""
        with self._lock:
            self._busy, self._interrupted = True, False
        try:
            return self._attempt(job)
        finally:
            with self._lock:
                self._busy = False

    def _attempt(self, job: Job) -> Answer:
        """Run a job; see `attempt`."""
        from tui_reader.services.library.deadline import MOST_PATIENCE, Deadline  # noqa: PLC0415 - as `subprocess`

        process = self._running()
        if process is None or process.stdin is None or process.stdout is None:
            return Answer(failure=Failure.CLOSED if self._closed else Failure.START)
        deadline = Deadline(process.pid, job.seconds, process.kill)
        deadline.start()
        request = {
            "function": job.function,
            "arguments": job.arguments,
            "memory": job.memory,
            "seconds": MOST_PATIENCE * job.seconds + GRACE_SECONDS,
        }
        try:
            print(json.dumps(request), file=process.stdin, flush=True)
            answer = json.loads(process.stdout.readline() or "null")
        except (OSError, ValueError):
            answer = None
        finally:
            deadline.cancel()
        if not isinstance(answer, dict):
            used = self._end()
            return Answer(failure=self._reason(is_late=deadline.is_late, used=used, memory=job.memory))
        failure = answer.get("failure")
        if failure is not None or deadline.is_late:
            self._end()
        else:
            self.jobs += 1
        if failure is not None:
            return Answer(failure=Failure(failure), detail=str(answer.get("detail", "")))
        return Answer(answer.get("result"))

    def _reason(self, *, is_late: bool, used: int, memory: int) -> Failure:
        """Return why a process ended without an answer.

        Args:
            is_late: True if the process was killed at the time limit.
            used: Largest number of bytes of memory that the process had used; 0 if unknown.
            memory: The memory limit in bytes.
        """
        if self._interrupted or self._closed:
            return Failure.CLOSED
        if is_late:
            return Failure.TIME
        return Failure.MEMORY if used > MEMORY_SHARE * memory else Failure.CRASH

    def interrupt(self) -> None:
        """End the running job, if there is one; its call of `attempt` soon returns. Does not wait for anything."""
        with self._lock:
            self._interrupted = self._busy
            if self._busy and self._process is not None:
                self._process.kill()

    def rest(self) -> None:
        """Stop the process until the next job, to free the memory of the largest parsed text."""
        self._end()

    def close(self) -> None:
        """Kill the process. May be called at any time.

        A call of `run` in another thread soon returns None; a later call returns None at once.
        """
        self._closed = True
        self._end()

    def _running(self) -> subprocess.Popen[str] | None:
        """Return the process, and start it if needed; None if it cannot be started or the worker is closed."""
        import subprocess  # noqa: PLC0415 - most starts find nothing changed, and need no process

        with self._lock:
            if self._process is not None and self._process.poll() is not None:
                for pipe in filter(None, (self._process.stdin, self._process.stdout)):
                    _close(pipe)
                self._process = None
            if self._process is None and not self._closed:
                try:
                    self._process = subprocess.Popen(  # noqa: S603 - this very interpreter
                        [sys.executable, "-c", _PROGRAM, json.dumps(sys.path), str(self._niceness)],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.DEVNULL,
                        encoding="ascii",
                        # Ctrl+C in the terminal is meant for the reader, not for this process.
                        start_new_session=True,
                    )
                except OSError:
                    return None
                self.jobs = 0
            return self._process

    def _end(self) -> int:
        """Kill the process, if it runs, and close its pipes.

        Returns:
            The largest number of bytes of memory that it had used; 0 if unknown.
        """
        with self._lock:
            process, self._process = self._process, None
        used = 0
        if process is not None:
            used = _kill(process)
            for pipe in filter(None, (process.stdin, process.stdout)):
                _close(pipe)
        return used


def _kill(process: subprocess.Popen[str]) -> int:
    """Kill a process and wait for its end; return the most memory in bytes that it had used, 0 if unknown."""
    if sys.platform == "win32" or process.returncode is not None:
        process.kill()
        process.wait()
        return 0
    try:
        # `Popen.kill` polls the process first, which would discard its resource usage.
        os.kill(process.pid, signal.SIGKILL)
        _, status, usage = os.wait4(process.pid, 0)
    except (ProcessLookupError, ChildProcessError):  # another thread has waited for it
        process.wait()
        return 0
    process.returncode = os.waitstatus_to_exitcode(status)
    # On Linux, a process begins with the largest use of its parent: only a larger one was its own.
    return _bytes(usage) if sys.platform == "darwin" or _bytes(usage) > _own_peak() else 0


def _own_peak() -> int:
    """Return the largest number of bytes of memory that this process has used."""
    import resource  # noqa: PLC0415 - not on Windows

    return _bytes(resource.getrusage(resource.RUSAGE_SELF))


def _bytes(usage: Any) -> int:
    """Return the most memory in bytes that a process has used, from its resource usage.

    That counts in bytes on macOS, and in units of 1,024 bytes elsewhere.
    """
    peak: int = usage.ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def main(niceness: int) -> None:
    """Run jobs from standard input until it ends; the main function of the process.

    Args:
        niceness: Increment of the process's niceness.
    """
    os.nice(niceness)
    # Linux shares the processor between sessions first, and each of these processes is one: without this line their
    # niceness has no effect on the reader. Other systems have no such file.
    with suppress(OSError), open("/proc/self/autogroup", "w", encoding="ascii") as file:  # noqa: PTH123 - no Path is needed
        file.write(str(niceness))
    # The objects of a parsed file live until its job ends. Looking for cycles among them over and over takes 2.8 s of
    # the 7.2 s for a DOCX of 40,000 paragraphs, and saves a fifth of its memory.
    gc.set_threshold(COLLECTED_FROM)
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(jobs,), name="jobs", daemon=True).start()
    # Output that a library prints must not be parsed as an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    while True:
        answers.write(f"{_answer_to(jobs.get())}\n")
        answers.flush()


def _receive(jobs: queue.SimpleQueue[bytes]) -> None:
    """Queue each line of standard input as a job, and end the process when the input ends; runs in a thread."""
    with suppress(OSError), open(0, "rb", closefd=False) as lines:
        for line in lines:
            jobs.put(line)
    os._exit(0)


def _answer_to(line: bytes) -> str:
    """Run the job that one line of the input describes.

    Returns:
        `{"result": …}` as JSON; `{"failure": …, "detail": …}` if it failed: then the parent replaces this process.
    """
    try:
        request = json.loads(line)
        _limit_memory(request["memory"])
        _limit_time(request["seconds"])
        module, _, name = request["function"].partition(":")
        function: Callable[[Mapping[str, Any]], Any] = getattr(import_module(module), name)
        return json.dumps({"result": function(request["arguments"])})
    except MemoryError:
        return json.dumps({"failure": Failure.MEMORY})
    except Exception as error:  # noqa: BLE001 - a job that fails must not end the process
        return json.dumps({"failure": Failure.ERROR, "detail": type(error).__name__})
    finally:
        _limit_time(0)


def _limit_time(seconds: float) -> None:
    """Set an alarm by which the system ends this process after some seconds, even within C code; remove it for 0."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _limit_memory(size: int) -> None:
    """Limit the address space of this process, where the system can."""
    try:
        import resource  # noqa: PLC0415 - not on Windows

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        soft = size if hard == resource.RLIM_INFINITY else min(size, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    except (ImportError, OSError, ValueError):  # macOS refuses the memory limit: only the time limit applies
        return


def _close(pipe: IO[str]) -> None:
    """Close a pipe to a killed process, also if unwritten text is left in its buffer."""
    try:
        pipe.close()
    except OSError:
        return

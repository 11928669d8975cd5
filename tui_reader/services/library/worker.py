"""Run jobs in a separate process, so that parsing a text of megabytes does not delay a key.

The process reads one job a line, as JSON, and answers each with one line. It runs at a low priority, and ends when its
input ends. A job that takes too long, needs too much memory, raises an error or kills the process fails alone: the
next one gets a new process.
"""

from __future__ import annotations

import json
import os
import sys
import threading
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
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from tui_reader.services.library.worker import main; main()"
)


class Job(NamedTuple):
    """A call of a function in the worker process."""

    function: str
    """`package.module:name` of a function that takes the arguments as one mapping, and returns a JSON value."""
    arguments: Mapping[str, Any]
    """Arguments, as values that JSON can represent."""
    seconds: float = JOB_SECONDS
    """Time limit in seconds: the process is killed when the job has run longer."""
    memory: int = JOB_MEMORY
    """Bytes of address space that the process may have; ignored where the system cannot limit it (Windows)."""


class Worker:
    """A process that is started with the first job.

    One thread calls `run` and `rest`; any thread may call `close`.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._closed = False

    def run(self, job: Job) -> Any:
        """Run a job in the worker process, and wait for its result.

        Returns:
            The function's result; None if it raised or exceeded its limits, or if the process died or cannot start.
        """
        process = self._running()
        if process is None or process.stdin is None or process.stdout is None:
            return None
        deadline = threading.Timer(job.seconds, process.kill)
        deadline.daemon = True
        deadline.start()
        request = {"function": job.function, "arguments": job.arguments, "memory": job.memory}
        try:
            print(json.dumps(request), file=process.stdin, flush=True)
            answer = json.loads(process.stdout.readline() or "null")
        except (OSError, ValueError):
            answer = None
        finally:
            deadline.cancel()
        if not isinstance(answer, dict):
            self._end()
            return None
        return answer.get("result")

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
            if self._process is None and not self._closed:
                try:
                    self._process = subprocess.Popen(  # noqa: S603 - this very interpreter
                        [sys.executable, "-c", _PROGRAM, json.dumps(sys.path)],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.DEVNULL,
                        encoding="ascii",
                        # Ctrl+C in the terminal is meant for the reader, not for this process.
                        start_new_session=True,
                    )
                except OSError:
                    return None
            return self._process

    def _end(self) -> None:
        """Kill the process, if it runs, and close its pipes."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    _close(pipe)


def main() -> None:
    """Run jobs from standard input until it ends; the main function of the process."""
    os.nice(NICENESS)
    for line in sys.stdin:
        sys.stdout.write(f"{_answer_to(line)}\n")
        sys.stdout.flush()


def _answer_to(line: str) -> str:
    """Run the job that one line of the input describes.

    Returns:
        `{"result": …}` as JSON; `null` if the job failed, upon which the parent replaces this process.
    """
    try:
        request = json.loads(line)
        _limit_memory(request["memory"])
        module, _, name = request["function"].partition(":")
        function: Callable[[Mapping[str, Any]], Any] = getattr(import_module(module), name)
        return json.dumps({"result": function(request["arguments"])})
    except Exception:  # noqa: BLE001 - one job that fails, MemoryError included, must not take the others along
        return "null"


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

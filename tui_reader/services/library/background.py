"""Run jobs longer than a frame in a background thread, and use their results in the owner's thread."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.services.library.events import noop

if TYPE_CHECKING:
    from collections.abc import Callable


class _Job(NamedTuple):
    """The three callbacks of a job, see `Background.do`."""

    work: Callable[[], Any]
    finish: Callable[[Any], None]
    done: Callable[[], None]


class Background:
    """A thread that is started with the first job, and runs jobs in the order in which they were added."""

    def __init__(self, failed: Callable[[Exception], None] = noop) -> None:
        """Create the queue; the first job starts the thread.

        Args:
            failed: Called in the thread with the exception of a job that raised; the job's `finish` is not called then.
        """
        self._failed = failed
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self.results: queue.SimpleQueue[tuple[_Job | None, Any]] = queue.SimpleQueue()
        """Each job that has ended, with its result; `(None, None)` in place of a job that raised."""
        self._open = 0
        """Number of jobs whose results were not taken from `results` yet."""
        self._thread: threading.Thread | None = None

    def do(self, work: Callable[[], Any], finish: Callable[[Any], None], done: Callable[[], None]) -> None:
        """Add a job to the queue of the background thread.

        Args:
            work: Called in the thread; must not use objects of the owner's thread.
            finish: Called with the result of `work` in the owner's next `finish_jobs`.
            done: Called in the thread when the result is ready for `finish_jobs`.
        """
        self._open += 1
        self._jobs.put(_Job(work, finish, done))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="background", daemon=True)
            self._thread.start()

    def finish_jobs(self) -> None:
        """Call `finish` for each job whose result is ready; must run in the owner's thread."""
        while True:
            try:
                job, result = self.results.get_nowait()
            except queue.Empty:
                return
            self._open -= 1
            if job is not None:
                job.finish(result)

    def wait(self, seconds: float | None = None) -> None:
        """Wait for all jobs and call their `finish`; for headless programs, and at closing.

        Args:
            seconds: Longest wait for each job; None to wait without limit.
        """
        while self._open:
            try:
                job, result = self.results.get(timeout=seconds)
            except queue.Empty:
                return
            self._open -= 1
            if job is not None:
                job.finish(result)

    def close(self) -> None:
        """Start no further job. A running job ends with the program."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                result = job.work()
            except Exception as error:  # noqa: BLE001 - `wait` waits for every job, and the next ones must run
                self.results.put((None, None))
                self._failed(error)
            else:
                self.results.put((job, result))
                job.done()

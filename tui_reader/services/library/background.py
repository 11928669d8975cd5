"""Work that takes longer than a frame, done in a thread, its results taken in by the owner of the library."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.services.library.events import noop

if TYPE_CHECKING:
    from collections.abc import Callable


class _Job(NamedTuple):
    work: Callable[[], Any]
    finish: Callable[[Any], None]
    done: Callable[[], None]


class Background:
    """One thread, started with the first job. Jobs are done in the order given."""

    def __init__(self, failed: Callable[[Exception], None] = noop) -> None:
        """Start without a thread.

        Args:
            failed: Told, in the thread, of a job that broke; it is not finished then, and the next one begins.
        """
        self._failed = failed
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[tuple[_Job | None, Any]] = queue.SimpleQueue()
        self._open = 0
        self._thread: threading.Thread | None = None

    def do(self, work: Callable[[], Any], finish: Callable[[Any], None], done: Callable[[], None]) -> None:
        """Do something aside.

        Args:
            work: Called in the thread; touches nothing that belongs to the owner.
            finish: Takes what `work` returned; called by the owner's next `take_in`.
            done: Called in the thread once there is something to take in.
        """
        self._open += 1
        self._jobs.put(_Job(work, finish, done))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="background", daemon=True)
            self._thread.start()

    def take_in(self) -> None:
        """Finish what is done; called by the owner."""
        while True:
            try:
                job, result = self._results.get_nowait()
            except queue.Empty:
                return
            self._open -= 1
            if job is not None:
                job.finish(result)

    def wait(self, seconds: float | None = None) -> None:
        """Finish everything; called by an owner that has no screen to draw (any more).

        Args:
            seconds: How long to wait for each job at most; None for as long as it takes.
        """
        while self._open:
            try:
                job, result = self._results.get(timeout=seconds)
            except queue.Empty:
                return
            self._open -= 1
            if job is not None:
                job.finish(result)

    def close(self) -> None:
        """Begin no further job. One that is being done ends with the program."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                result = job.work()
            except Exception as error:  # noqa: BLE001 - a thread has nobody else to tell, and others wait for its end
                self._results.put((None, None))
                self._failed(error)
            else:
                self._results.put((job, result))
                job.done()

"""The time limit of a job in another process, which a busy machine must not make shorter."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_PATIENCE = 12
"""Largest multiple of the limit that a job may take in elapsed time: on a busy machine, a process of low priority gets
a tenth of a processor."""
LEAST_SHARE = 0.15
"""Minimum share of the elapsed time for which a process runs or waits for a processor. With less, as when it waits for
a lock or the disk, it counts as hung and gets no more time."""


class ProcessorTime(NamedTuple):
    """How long a process ran on a processor, and how long it waited for one, in seconds."""

    used: float
    queued: float
    """Time for which it could have run, but other processes did."""


class Deadline:
    """Calls a function when the process of a job has used its time; waits longer if other processes hold it up.

    Where the system tells the processor time of a process (Linux), the limit counts that time; elsewhere, elapsed time.
    By elapsed time, a page that takes two seconds would be refused while four other programs are at work.
    """

    def __init__(self, pid: int, seconds: float, end: Callable[[], object]) -> None:
        """Create the deadline; `start` begins to count.

        Args:
            pid: Identifier of the process.
            seconds: The limit.
            end: Called in a thread when the limit is reached, once.
        """
        self._pid, self._seconds, self._end = pid, seconds, end
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()
        self._is_cancelled = False
        self._began = 0.0
        self._before = ProcessorTime(0.0, 0.0)
        self.is_late = False
        """True if the limit was reached."""

    def start(self) -> None:
        """Begin to count."""
        self._began = time.monotonic()
        self._before = processor_time(self._pid) or self._before
        self._wait(self._seconds)

    def cancel(self) -> None:
        """Stop counting, since the job has ended."""
        with self._lock:
            self._is_cancelled = True
            if self._timer is not None:
                self._timer.cancel()

    def _wait(self, seconds: float) -> None:
        with self._lock:
            if not self._is_cancelled:
                self._timer = threading.Timer(seconds, self._look)
                self._timer.daemon = True
                self._timer.start()

    def _look(self) -> None:
        """Call `end` if the limit is reached, else wait for the processor time that is left."""
        now = processor_time(self._pid)
        more = 0.0
        if now is not None:
            since = ProcessorTime(now.used - self._before.used, now.queued - self._before.queued)
            more = remaining(self._seconds, since, time.monotonic() - self._began)
        if more > 0:
            self._wait(more)
            return
        with self._lock:
            if self._is_cancelled:
                return
            self.is_late = True
        self._end()


def remaining(limit: float, had: ProcessorTime, waited: float) -> float:
    """Return the seconds for which to wait longer for a job; 0 to end it.

    Args:
        limit: The limit in seconds.
        had: Processor time of the job since it began.
        waited: Seconds since it began.
    """
    if had.used >= limit or waited >= MOST_PATIENCE * limit or had.used + had.queued < LEAST_SHARE * waited:
        return 0.0
    return min(limit - had.used, MOST_PATIENCE * limit - waited)


def processor_time(pid: int) -> ProcessorTime | None:
    """Return the processor time of a process since its start; None where the system does not tell it."""
    # Two numbers in nanoseconds: see "sched-stats" in the documentation of Linux.
    with suppress(OSError, ValueError):
        with open(f"/proc/{pid}/schedstat", "rb") as file:  # noqa: PTH123 - Path takes three times as long
            used, queued, *_ = file.read().split()
        return ProcessorTime(int(used) / 1e9, int(queued) / 1e9)
    return None

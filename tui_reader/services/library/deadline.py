"""The time limit of a job in another process, which a busy machine must not make shorter."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_PATIENCE = 3
"""Largest multiple of the limit that a job may take on a busy machine."""
LEAST_SHARE = 0.15
"""Share of a processor below which a process is not slow but hangs."""


class Deadline:
    """Calls a function when the process of a job has used its time; waits longer while the machine gives it little.

    The limit counts the time of the processor where the system tells it (Linux), and elapsed time elsewhere: with four
    other programs at work, a page that takes two seconds would otherwise be refused.
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
        self._began = self._used_before = 0.0
        self.is_late = False
        """True if the limit was reached."""

    def start(self) -> None:
        """Begin to count."""
        self._began = time.monotonic()
        self._used_before = processor_seconds(self._pid) or 0.0
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
        """End the job, or wait for the time of the processor that it still has."""
        used = processor_seconds(self._pid)
        more = 0.0
        if used is not None:
            more = remaining(self._seconds, used - self._used_before, time.monotonic() - self._began)
        if more > 0:
            self._wait(more)
            return
        with self._lock:
            if self._is_cancelled:
                return
            self.is_late = True
        self._end()


def remaining(limit: float, used: float, waited: float) -> float:
    """Return the seconds for which to wait longer for a job, 0 to end it.

    Args:
        limit: The limit in seconds.
        used: Seconds of the processor that the job has used.
        waited: Seconds since it began.
    """
    if used >= limit or waited >= MOST_PATIENCE * limit or used < LEAST_SHARE * waited:
        return 0.0
    return min(limit - used, MOST_PATIENCE * limit - waited)


def processor_seconds(pid: int) -> float | None:
    """Return the seconds of the processor that a process has used; None where the system does not tell it."""
    with suppress(OSError, ValueError, IndexError, AttributeError):
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - Path takes three times as long
            fields = file.read().rpartition(b")")[2].split()
        # Fields 14 and 15 of proc(5), in clock ticks; the third is the first behind the name.
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return None

"""Cooperative threads: background work releases Python's global lock for the screen's thread.

Python runs one thread at a time, and divides the time evenly between runnable threads, in turns of a millisecond or
of one call into C. A frame that takes 5 ms alone thus takes 50 ms while a long text is being read. Background work
therefore calls `yield_gil` regularly, which sleeps while another thread is running.
"""

from __future__ import annotations

import threading
from time import perf_counter, sleep

WORK_SECONDS = 0.002
"""Seconds of work between two checks for other running threads."""
PROBE_SECONDS = 0.00005
"""Length of the short sleep that detects other running threads, by its delay."""
LATE_SECONDS = 0.0006
"""Delay of the probe from which another thread is assumed to run: a running thread gives up the GIL only after a
millisecond, the switch interval that the app sets at its start."""
PAUSE_SECONDS = 0.003
"""Seconds to sleep while another thread is running, before the next probe."""
LONGEST_WAIT_SECONDS = 0.06
"""Maximum seconds of sleeping, after which the work continues in any case."""

_this_thread = threading.local()


def lower_priority() -> None:
    """Make `yield_gil` sleep in the current thread from now on; in other threads it never sleeps."""
    _this_thread.working_since = perf_counter()


def yield_gil() -> None:
    """Sleep briefly, so that other threads run, if this thread has low priority and has worked for 2 ms.

    A call without sleeping costs 0.1 µs.
    """
    since = getattr(_this_thread, "working_since", None)
    if since is None or (called_at := perf_counter()) - since < WORK_SECONDS:
        return
    now = called_at
    while now - called_at < LONGEST_WAIT_SECONDS:
        sleep(PROBE_SECONDS)
        slept, now = perf_counter() - now, perf_counter()
        if slept < PROBE_SECONDS + LATE_SECONDS:
            break
        sleep(PAUSE_SECONDS)
        now = perf_counter()
    _this_thread.working_since = now

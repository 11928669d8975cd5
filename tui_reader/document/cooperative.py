"""Giving way: work in a thread aside that lets the screen's thread have the interpreter first.

Python runs one thread at a time, and parts the time evenly between those that want it, in turns of a millisecond or of
one call into C. A frame that takes 5 ms of its own thus takes 50 while a long text is being read. Work that asks
`yield_gil` every now and then stops where somebody else is at work, and goes on when they are done.
"""

from __future__ import annotations

import threading
from time import perf_counter, sleep

SLICE = 0.002
"""Seconds of work between two breaths."""
GLANCE = 0.00005
"""Seconds of rest in which it shows whether somebody else is at work."""
LATE = 0.0006
"""Seconds that the rest takes longer by then: whoever works is made to stop after a millisecond (see the app's start)
and not before."""
PAUSE = 0.003
"""Seconds to leave to them before the next glance."""
LONGEST = 0.06
"""Seconds after which work goes on all the same."""

_own = threading.local()


def lower_priority() -> None:
    """Let this thread give way from now on. All others never wait in `yield_gil`."""
    _own.since = perf_counter()


def yield_gil() -> None:
    """Give way, if this thread is one that does, and has worked for a while. Costs 0.1 us where it has not."""
    since = getattr(_own, "since", None)
    if since is None or (began := perf_counter()) - since < SLICE:
        return
    now = began
    while now - began < LONGEST:
        sleep(GLANCE)
        rest, now = perf_counter() - now, perf_counter()
        if rest < GLANCE + LATE:
            break
        sleep(PAUSE)
        now = perf_counter()
    _own.since = now

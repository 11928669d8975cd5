"""A hybrid logical clock: its timestamps never decrease, and a change sorts after all changes that its author had seen.

After Kulkarni et al., “Logical Physical Clocks” (2014). A timestamp is `01a203785eda-000-k3f9`: milliseconds since 1970
in hexadecimal, a counter within the millisecond, the replica id. Timestamps sort as text.
"""

from __future__ import annotations

import os
import re
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ZERO = ""
"""Timestamp of values that have none, such as those of a line added by hand; earlier than every other timestamp."""

# After the year 2109 (2**42 ms) nothing is a timestamp, on any machine: so counting up never needs another digit.
_TIMESTAMP = re.compile(r"0[0-3][0-9a-f]{10}-[0-9a-f]{3}-[0-9a-z]+")
_COUNTER_MAX = 0xFFF
"""Maximum of the counter within a millisecond, which has three hexadecimal digits."""
_END_OF_TIME_MS = 1 << 42
_JUMP_MS = 64
"""If the wall clock is behind an observed timestamp, the next one has a random time up to so many milliseconds later.

With 2,047 values of the counter in each millisecond, 131,000 timestamps are possible.
"""
_MAX_AHEAD_MS = 24 * 3_600_000
"""Milliseconds by which a timestamp may be ahead of this clock; if it is more, the clock that made it is wrong."""


def is_timestamp(text: object) -> bool:
    """Return True if a value read from a file is a timestamp or the empty timestamp `ZERO`."""
    return isinstance(text, str) and (text == ZERO or _TIMESTAMP.fullmatch(text) is not None)


def _wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


def next_timestamp(timestamp: str, by: str) -> str:
    """Return the earliest timestamp of a replica, in milliseconds and counter, that is later than another timestamp.

    Args:
        timestamp: The timestamp to exceed.
        by: Any timestamp of the replica that makes the new one. It supplies the replica id, and is itself returned if
            `timestamp` is `ZERO`.
    """
    if timestamp == ZERO:
        return by
    milliseconds, counter = _parts(timestamp)
    milliseconds, counter = (milliseconds, counter + 1) if counter < _COUNTER_MAX else (milliseconds + 1, 0)
    if milliseconds >= _END_OF_TIME_MS:
        # A text sorts before every longer text that begins with it, so even the last timestamp has a successor.
        return f"{timestamp}0"
    return f"{milliseconds:012x}-{counter:03x}-{by[17:]}"


def is_far_ahead(timestamp: str, now: int | None = None) -> bool:
    """Return True if a timestamp is more than a day in the future, more than clocks usually differ.

    Args:
        timestamp: The timestamp.
        now: The present in milliseconds since 1970; None to read the wall clock.
    """
    return timestamp != ZERO and _parts(timestamp)[0] > (_wall_clock_ms() if now is None else now) + _MAX_AHEAD_MS


def _parts(timestamp: str) -> tuple[int, int]:
    return int(timestamp[:12], 16), int(timestamp[13:16], 16)


class HybridClock:
    """Makes timestamps that are later than all it made or observed before, even if the wall clock is set back.

    Args:
        replica: Replica id with which the timestamps end: lower-case letters and digits.
        wall: Returns the wall clock's time in milliseconds since 1970.
    """

    def __init__(self, replica: str, wall: Callable[[], int] = _wall_clock_ms) -> None:
        self._replica = replica
        self._wall = wall
        self._last = (0, 0)
        self._has_jumped = False
        """True if the latest timestamp was observed rather than made by this clock."""
        self._lock = threading.Lock()

    @property
    def replica(self) -> str:
        """The replica id that this clock puts into its timestamps."""
        return self._replica

    def now(self) -> str:
        """Return a new timestamp, later than all timestamps that this clock made or observed before."""
        with self._lock:
            milliseconds, counter = self._last
            wall = min(self._wall(), _END_OF_TIME_MS - 2 * _MAX_AHEAD_MS)
            if wall > milliseconds:
                self._last = (wall, 0)
            elif self._has_jumped:
                # This replica may have made the next timestamps before and lost their record: a sync program can
                # restore an older file. Two edits with one timestamp would count as one edit, so the clock continues at
                # a random later time.
                chance = int.from_bytes(os.urandom(3), "big")
                self._last = (milliseconds + 1 + chance % _JUMP_MS, chance // _JUMP_MS % (_COUNTER_MAX // 2))
            elif counter < _COUNTER_MAX:
                self._last = (milliseconds, counter + 1)
            else:
                self._last = (milliseconds + 1, 0)
            self._has_jumped = False
            return self._text()

    def observe(self, timestamp: str) -> None:
        """Make all further timestamps later than another replica's, unless that is more than a day in the future.

        Without this limit one wrong clock would advance the clocks of all machines, up to the last possible timestamp.
        """
        if timestamp != ZERO and is_timestamp(timestamp) and not is_far_ahead(timestamp, self._wall()):
            with self._lock:
                self._has_jumped |= _parts(timestamp) > self._last
                self._last = max(self._last, _parts(timestamp))

    @property
    def latest(self) -> str:
        """The latest timestamp made or observed; `ZERO` before the first one."""
        return self._text() if self._last > (0, 0) else ZERO

    def _text(self) -> str:
        milliseconds, counter = self._last
        return f"{milliseconds:012x}-{counter:03x}-{self._replica}"

"""A hybrid logical clock: time stamps that never run backwards and order what happened after what.

After Kulkarni et al., “Logical Physical Clocks” (2014). A stamp is `01a203785eda-000-k3f9`: milliseconds since 1970 in
hexadecimal, a counter within the millisecond, the machine. Stamps sort as text.
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
"""The stamp of what nobody stamped, such as a line added by hand: it loses to every stamp."""

# Beyond the year 2109 (2**42 ms) nothing is a stamp, on every machine: so counting up never needs another digit.
_STAMP = re.compile(r"0[0-3][0-9a-f]{10}-[0-9a-f]{3}-[0-9a-z]+")
_COUNTER_MAX = 0xFFF
_LAST = 1 << 42
_SPREAD = 64
"""Milliseconds after a stamp of the future among which the next one is drawn, with a counter: one of 131,000."""
_AHEAD = 24 * 3_600_000
"""Milliseconds that another machine's clock may be ahead: what is later comes from a clock that is wrong."""


def is_timestamp(text: object) -> bool:
    """Whether a value read from a file is a stamp, or the empty one."""
    return isinstance(text, str) and (text == ZERO or _STAMP.fullmatch(text) is not None)


def _wall() -> int:
    return time.time_ns() // 1_000_000


def next_timestamp(stamp: str, by: str) -> str:
    """The stamp just after another one.

    Args:
        stamp: The other one.
        by: Any stamp of the machine that makes this one.
    """
    if stamp == ZERO:
        return by
    milliseconds, counter = _parts(stamp)
    milliseconds, counter = (milliseconds, counter + 1) if counter < _COUNTER_MAX else (milliseconds + 1, 0)
    if milliseconds >= _LAST:
        return f"{stamp}0"  # a text that goes on sorts after the one that ends there, so the last stamp has a next one
    return f"{milliseconds:012x}-{counter:03x}-{by[17:]}"


def is_far_ahead(stamp: str, now: int | None = None) -> bool:
    """Tell whether a stamp lies in the future by more than clocks are wrong, which is a day.

    Args:
        stamp: The stamp.
        now: Milliseconds since 1970.
    """
    return stamp != ZERO and _parts(stamp)[0] > (_wall() if now is None else now) + _AHEAD


def _parts(stamp: str) -> tuple[int, int]:
    return int(stamp[:12], 16), int(stamp[13:16], 16)


class HybridClock:
    """Gives stamps later than every stamp it gave or saw, even when the wall clock is set back.

    Args:
        machine: Name of this machine within stamps: lower-case letters and digits.
        wall: Milliseconds since 1970.
    """

    def __init__(self, replica: str, wall: Callable[[], int] = _wall) -> None:
        self._replica = replica
        self._wall = wall
        self._last = (0, 0)
        self._has_jumped = False
        """Whether the last stamp was seen, and not given."""
        self._lock = threading.Lock()

    @property
    def replica(self) -> str:
        """Name of this machine within stamps."""
        return self._replica

    def now(self) -> str:
        """A stamp later than any before."""
        with self._lock:
            milliseconds, counter = self._last
            wall = min(self._wall(), _LAST - 2 * _AHEAD)
            if wall > milliseconds:
                self._last = (wall, 0)
            elif self._has_jumped:
                # This machine may have gone on from there before, and forgotten it: a program that syncs can put an
                # older file in place. Two edits with one stamp would be taken for one, so it goes on from elsewhere.
                chance = int.from_bytes(os.urandom(3), "big")
                self._last = (milliseconds + 1 + chance % _SPREAD, chance // _SPREAD % (_COUNTER_MAX // 2))
            elif counter < _COUNTER_MAX:
                self._last = (milliseconds, counter + 1)
            else:
                self._last = (milliseconds + 1, 0)
            self._has_jumped = False
            return self._text()

    def observe(self, stamp: str) -> None:
        """Run ahead of a stamp that another machine gave, unless it lies more than a day in the future.

        Else one wrong clock would set those of all machines, and the stamps would come to their end.
        """
        if stamp != ZERO and is_timestamp(stamp) and not is_far_ahead(stamp, self._wall()):
            with self._lock:
                self._has_jumped |= _parts(stamp) > self._last
                self._last = max(self._last, _parts(stamp))

    @property
    def latest(self) -> str:
        """The latest stamp given or seen."""
        return self._text() if self._last > (0, 0) else ZERO

    def _text(self) -> str:
        milliseconds, counter = self._last
        return f"{milliseconds:012x}-{counter:03x}-{self._replica}"

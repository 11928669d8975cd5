"""Names and times that sort in the order of making."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime


def now() -> str:
    """The time as annotations keep it: UTC, ISO 8601, always with six digits behind the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Ids:
    """Makes UUIDs of version 7 (RFC 9562, method 1): each is greater than all that this object made before."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """A new one, in its usual form of 36 characters."""
        with self._lock:
            # 48 bits of milliseconds, then 12 bits that count within the millisecond, or on where the clock went back.
            self._last = max((time.time_ns() // 1_000_000) << 12, self._last + 1)
            moment, count = divmod(self._last, 1 << 12)
        noise = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
        digits = f"{moment << 80 | 0x7 << 76 | count << 64 | 0b10 << 62 | noise:032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

"""Ids and timestamps that sort in the order of creation."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime


def now() -> str:
    """Return the time as annotations record it: UTC, ISO 8601, always with six digits after the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def now_in_seconds() -> str:
    """Return the time as reading states record it: UTC, ISO 8601, in seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Ids:
    """Generator of version 7 UUIDs (RFC 9562, method 1), each greater than all before it."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """Return a new UUID in its usual form of 36 characters."""
        with self._lock:
            # 48 bits of milliseconds, then a counter of 12 bits, which also goes on counting if the clock is set back.
            self._last = max((time.time_ns() // 1_000_000) << 12, self._last + 1)
            milliseconds, count = divmod(self._last, 1 << 12)
        random_bits = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
        digits = f"{milliseconds << 80 | 0x7 << 76 | count << 64 | 0b10 << 62 | random_bits:032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

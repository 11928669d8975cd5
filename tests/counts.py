"""How many examples, kills and steps the tests try: all with the full counts (`CI=true`), else a part of them."""

from __future__ import annotations

import os

FULL = bool(os.environ.get("CI"))
"""True if the tests try all that they can, as `.ci/run` does."""


def examples(full: int) -> int:
    """Return how many examples a costly property is tried with: a quarter of the full count, but at least four."""
    return full if FULL else max(4, full // 4)

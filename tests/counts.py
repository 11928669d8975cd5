"""How many examples, kills and steps the tests try: all with the full counts (`CI=true`), else a part of them."""

from __future__ import annotations

import os

FULL = bool(os.environ.get("CI"))
"""True if the tests try all that they can, as `.ci/run` does."""


def size(full: int, part: int = 8) -> int:
    """Return the length of a hostile text: an eighth of the full length, which is still hostile and costs an eighth.

    Args:
        full: The full length.
        part: By how much shorter the text is without the full counts, if an eighth were too short to be hostile.
    """
    return full if FULL else full // part


def step(full: int = 1, part: int = 4) -> int:
    """Return the step through real files or cases, of which one in this number is tried.

    Args:
        full: The step of the full counts; 1 to try all.
        part: By how much fewer are tried without them.
    """
    return full if FULL else full * part


def examples(full: int) -> int:
    """Return the number of examples for a costly property: a twentieth of the full count, but at least three."""
    return full if FULL else max(3, full // 20)

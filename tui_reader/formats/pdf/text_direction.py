"""Recognition of scripts that run from right to left."""

from __future__ import annotations

import re

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LEFT_TO_RIGHT = re.compile("[A-Za-z\u00c0-\u058f\u0900-\u1fff\u3040-\ud7af]")


def is_right_to_left(text: str) -> bool:
    """Return True if most letters of a text belong to scripts that run from right to left."""
    if text.isascii():
        return False
    count = len(RIGHT_TO_LEFT.findall(text))
    return count > 0 and count >= len(_LEFT_TO_RIGHT.findall(text))

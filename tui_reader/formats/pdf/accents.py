"""Joining of letters with accents that a file draws as separate characters, as older TeX fonts do: `¨u` → `ü`."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_COMBINING = {
    "¨": "\u0308",
    "´": "\u0301",
    "`": "\u0300",
    "ˆ": "\u0302",
    "^": "\u0302",
    "˜": "\u0303",
    "~": "\u0303",
    "˘": "\u0306",
    "˙": "\u0307",
    "˚": "\u030a",
    "°": "\u030a",
    "˝": "\u030b",
    "ˇ": "\u030c",
    "¯": "\u0304",
    "¸": "\u0327",
    "˛": "\u0328",
}
"""The combining character for each accent that is drawn separately."""
_ACCENT = re.compile("[¨´`ˆ^˜~˘˙˚°˝ˇ¯¸˛]")
_DOTLESS = {"ı": "i", "ȷ": "j"}
"""For each letter that is drawn without its dot because an accent replaces it, the usual letter."""
_MOST = 2_000
"""Maximum number of accents of one page that are joined."""

REMOVED = "\x01"
"""Character that replaces a joined accent, so that the indices of other characters do not change."""


def with_joined_accents(text: str, box_of: Callable[[int], tuple[float, float, float]]) -> str:
    """Return the characters of a page with accents joined to the letters below or above them.

    Args:
        text: The characters.
        box_of: Returns left edge, right edge and baseline of the character at an index.
    """
    accents = [match.start() for match in _ACCENT.finditer(text)]
    if not accents or len(accents) > _MOST:
        return text
    characters = list(text)
    letters: dict[int, list[tuple[float, float, float, int]]] | None = None
    for index in accents:
        left, right, y = box_of(index)
        middle = (left + right) / 2
        base = next((at for at in (index + 1, index - 1) if _covers(text, at, box_of, middle, y)), None)
        if base is None and text[index] not in "`^~°":
            if letters is None:
                letters = _letters(text, box_of)
            near = letters.get(round(y), []) + letters.get(round(y) - 1, []) + letters.get(round(y) + 1, [])
            base = next((at for x0, x1, _, at in near if x0 - 0.5 <= middle <= x1 + 0.5), None)
        if base is None:
            continue
        letter = _DOTLESS.get(characters[base], characters[base])
        joined = unicodedata.normalize("NFC", letter + _COMBINING[text[index]])
        if len(joined) == 1:
            characters[base] = joined
            characters[index] = REMOVED
    return "".join(characters)


def _covers(
    text: str, index: int, box_of: Callable[[int], tuple[float, float, float]], middle: float, y: float
) -> bool:
    """Return True if the character at `index` is a letter on the line of an accent, directly below or above it.

    Args:
        text: The characters of the page.
        index: Index of the possible letter.
        box_of: Returns left edge, right edge and baseline of the character at an index.
        middle: Horizontal middle of the accent.
        y: Baseline of the accent.
    """
    if not 0 <= index < len(text) or not text[index].isalpha():
        return False
    left, right, baseline = box_of(index)
    return left - 0.5 <= middle <= right + 0.5 and abs(y - baseline) < 4


def _letters(
    text: str, box_of: Callable[[int], tuple[float, float, float]]
) -> dict[int, list[tuple[float, float, float, int]]]:
    """Return the letters of a page by rounded baseline: left edge, right edge, baseline and index in `text` of each."""
    found: dict[int, list[tuple[float, float, float, int]]] = {}
    for index, character in enumerate(text):
        if character.isalpha():
            left, right, y = box_of(index)
            found.setdefault(round(y), []).append((left, right, y, index))
    return found

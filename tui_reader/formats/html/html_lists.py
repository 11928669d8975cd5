"""Markers of list items in HTML, by the attributes `start`, `value`, `type` and `reversed`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_BULLETS = "•◦▪"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ROMAN = {"m": 1000, "cm": 900, "d": 500, "cd": 400, "c": 100, "xc": 90, "l": 50, "xl": 40, "x": 10, "ix": 9, "v": 5}
_ROMAN |= {"iv": 4, "i": 1}
_MOST_AROUND = 8
"""Maximum number of surrounding lists, the innermost ones, that are counted to choose a bullet."""
_LARGEST_ROMAN = 3_999


class HtmlList:
    """An open list, which returns the marker of each item."""

    def __init__(self, tag: str, attributes: Mapping[str, str], around: Sequence[HtmlList] = ()) -> None:
        """Begin a list with the number that its attributes set.

        Args:
            tag: `ol` for a numbered list; any other tag means bullets.
            attributes: The attributes of the tag.
            around: The lists that contain the list; bullets differ by the number of lists with bullets among them.
        """
        self._is_ordered = tag == "ol"
        depth = 0 if self._is_ordered else sum(not each._is_ordered for each in around[-_MOST_AROUND:])
        self._bullet = _BULLETS[min(depth, len(_BULLETS) - 1)]
        self._style = attributes.get("type", "").strip()
        start = _number(attributes.get("start"))
        self._step = -1 if "reversed" in attributes else 1
        self.counts_down_to_one = self._step < 0 and start is None
        """True if the first number is the number of items, which is known only at the end of the list."""
        self._last = (1 if start is None else start) - self._step
        self.items: list[int] = []
        """Indices of the list's blocks whose markers must be corrected at the end of the list."""

    def next_marker(self, attributes: Mapping[str, str]) -> str:
        """Return the marker of the next item.

        Args:
            attributes: The attributes of the item.
        """
        if not self._is_ordered:
            return self._bullet
        value = _number(attributes.get("value"))
        self._last = self._last + self._step if value is None else value
        return self.marker_of(self._last)

    def marker_of(self, number: int) -> str:
        """Format a number in the numbering style of the list."""
        return f"{_written(number, self._style)}."


def _number(written: str | None) -> int | None:
    """Parse the number in an attribute; None if the attribute contains no number."""
    written = (written or "").strip()
    return int(written) if _NUMBER.fullmatch(written) else None


def _written(number: int, style: str) -> str:
    """Format a number as digits, letters (`a`, `A`) or Roman numerals (`i`, `I`)."""
    if style in ("a", "A") and number > 0:
        letters = ""
        while number:
            number, rest = divmod(number - 1, len(_LETTERS))
            letters = _LETTERS[rest] + letters
        return letters if style == "a" else letters.upper()
    if style in ("i", "I") and 0 < number <= _LARGEST_ROMAN:
        numeral = ""
        for sign, value in _ROMAN.items():
            count, number = divmod(number, value)
            numeral += sign * count
        return numeral if style == "i" else numeral.upper()
    return str(number)

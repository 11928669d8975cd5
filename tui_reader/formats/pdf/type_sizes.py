"""The usual font size and line distance of a file's running text, and whether its paragraphs are indented."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.formats.pdf.page_lines import Line

_USUAL_LEADING = 1.2
"""Distance of baselines in font sizes, for files with too few lines to measure it."""


class TypeSizes:
    """Counts of font sizes, line distances and indents on the pages read so far."""

    def __init__(self) -> None:
        self._sizes: Counter[float] = Counter()
        self._leadings: dict[int, Counter[float]] = {}
        self._indented = self._lines = 0
        self.body = 10.0
        """Size of the running text in points."""

    def add(self, lines: Sequence[Line]) -> None:
        """Count the lines of a page."""
        for line in lines:
            self._sizes[line.size] += len(line.text)
        for before, line in pairwise(lines):
            distance = line.y - before.y
            if line.column == before.column and abs(line.size - before.size) < 0.3 and 0 < distance < 3 * line.size:
                self._leadings.setdefault(round(line.size), Counter())[round(2 * distance) / 2] += 1
                self._lines += 1
                self._indented += 0.8 * line.size < before.x0 - line.x0 < 3.5 * line.size
        if self._sizes:
            self.body = max(self._sizes, key=lambda size: (self._near(size), size))

    def _near(self, size: float) -> int:
        """Return the number of characters whose size differs from a size by at most 0.2 points."""
        return sum(self._sizes[round(size + step / 10, 1)] for step in (-2, -1, 0, 1, 2))

    def leading(self, size: float) -> float:
        """Return the usual distance of baselines in text of a size, in points."""
        counts = self._leadings.get(round(size))
        if not counts or sum(counts.values()) < 3:
            return _USUAL_LEADING * size
        usual, _ = max(counts.items(), key=lambda item: (item[1], -item[0]))
        return min(usual, 2.2 * size)

    @property
    def indents(self) -> bool:
        """Return True if paragraphs begin with an indent: so do more than 4 % of the lines counted so far."""
        return self._indented > 0.04 * max(self._lines, 1)

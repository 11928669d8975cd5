"""Groups of lines on a page: the edges that neighbours share, rows of tables, footnotes."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.formats.pdf.page_lines import Line
    from tui_reader.formats.pdf.type_sizes import TypeSizes

SAME_SIZE = 0.06
"""Maximum difference of two font sizes that are treated as equal, as a share of the size."""
FAR = 1.32
"""Maximum distance of two lines of a paragraph, as a multiple of the usual distance."""
_NOTE_SIZE = 0.93
"""Maximum font size of footnotes, as a share of the size of the running text."""
_ONE_WIDE_GAP = 1.6
"""Minimum overlap, in font sizes, of gaps of two lines that makes them a table; else two such overlaps are needed."""
CAPTION = re.compile(
    r"(?:Figure|Fig\.|FIGURE|FIG\.|Table|TABLE|Tab\.|Plate|Listing|Algorithm|Scheme|Exhibit|Box|Abbildung|Abb\.|Tabelle|"
    r"Tableau|Figura|Tabla|Tabela|Таблица|Рис\.|Рисунок)\s*"
    r"(?:\d{1,3}(?:[.-]\d{1,3})*|[IVX]{1,5}|[A-Z]\.?\d{1,2}|S\d{1,2})[a-z]?\s*(?:[:.|–—]|\s[A-ZÄÖÜ]|\Z)|[図表图]\s?\d{1,3}"
)
"""Pattern of the beginning of a caption: `Figure 3: `, `Tab. 2.1 `, `FIG. A1`, `図 3`."""
NOTE_MARK = re.compile(r"(\d{1,3}|[*†‡§¶]{1,3}|[a-z](?=[ \u00a0]))[.)]?[ \u00a0]*(?=\S)")
"""Pattern of the mark at the beginning of a footnote: `1 `, `12. `, `*`, `a `. Group 1 is the mark."""


class Edges(NamedTuple):
    """The edges that a line shares with its neighbours in the column."""

    left: float
    right: float
    following: float | None
    """Left edge of the next line of its group; None if it is the last one."""
    tabular: bool
    """True if the line is a row of a table."""
    size: int
    """Number of lines of the group."""


def notes_of(lines: Sequence[Line], body: float) -> set[int]:
    """Return the indices of the lines of footnotes: small type at the foot of columns, with a mark at its start."""
    found: set[int] = set()
    ends = [
        index for index, line in enumerate(lines) if index + 1 == len(lines) or lines[index + 1].column != line.column
    ]
    lowest = max((line.y for line in lines if not line.turned), default=0.0)
    for end in ends:
        start = end
        while start >= 0 and lines[start].column == lines[end].column and lines[start].size <= _NOTE_SIZE * body:
            start -= 1
        start += 1
        if start > end or lines[end].turned or lines[end].y < lowest - 4 * body:
            continue
        is_whole = start == 0 or lines[start - 1].column != lines[end].column
        # A whole column in small type is an index or a list of references, unless it stands under the columns.
        if is_whole and (end - start > 12 or lines[start].y < 0.6 * lowest):
            continue
        if sum(line.mono for line in lines[start : end + 1]) * 2 > end - start + 1:
            continue
        while start <= end and not (lines[start].raised or NOTE_MARK.match(lines[start].text)):
            start += 1
        if start <= end and not CAPTION.match(lines[start].text):
            found.update(range(start, end + 1))
    return found


def edges_of(lines: Sequence[Line], sizes: TypeSizes) -> list[Edges]:
    """Return for each line of a page the edges of its group: consecutive lines, or rows of a table."""
    found: list[Edges] = []
    beside = [index for index, line in enumerate(lines) if line.beside]
    if beside:
        text = [line for line in lines if not line.beside]
        found = edges_of(text, sizes)
        for index in beside:
            found.insert(index, Edges(lines[index].left, lines[index].right, None, tabular=False, size=1))
        return found
    tabular = [_is_tabular(line, lines[max(i - 1, 0) : i + 2 : 2] if i else lines[1:2]) for i, line in enumerate(lines)]
    start = 0
    for index in range(1, len(lines) + 1):
        if (
            index < len(lines)
            and tabular[index] == tabular[index - 1]
            and _are_neighbours(lines[index - 1], lines[index], sizes)
        ):
            continue
        group = lines[start:index]
        left, right = min(line.x0 for line in group), max(line.x1 for line in group)
        for at in range(len(group)):
            following = group[at + 1].x0 if at + 1 < len(group) else None
            found.append(Edges(left, right, following, tabular[start + at], len(group)))
        start = index
    return found


def _are_neighbours(before: Line, line: Line, sizes: TypeSizes) -> bool:
    return (
        line.column == before.column
        and line.turned == before.turned
        and abs(line.size - before.size) <= SAME_SIZE * line.size
        and 0 < line.y - before.y <= FAR * sizes.leading(line.size) + 0.5
    )


def _is_tabular(line: Line, around: Sequence[Line]) -> bool:
    """Return True if a line has wide gaps, and a line next to it has gaps at the same places.

    A line of justified text may have one wide gap by chance: so two shared gaps are needed, or one very wide gap.
    """
    gaps = _gaps(line)
    if not gaps or line.mono:
        return False
    for other in around:
        if other.column != line.column or abs(other.y - line.y) > 3 * line.size:
            continue
        shared = [
            min(right, end) - max(left, start)
            for left, right in gaps
            for start, end in _gaps(other)
            if max(left, start) < min(right, end)
        ]
        if len(shared) > 1 or (shared and max(shared) > _ONE_WIDE_GAP * line.size):
            return True
    return False


def _gaps(line: Line) -> list[tuple[float, float]]:
    """Return the left and right edges of the wide gaps of a line."""
    edges = [(a[1], b[0]) for a, b in pairwise(line.cells)]
    return [(-right, -left) if left > right else (left, right) for left, right in edges]

"""Lines of a page: the rows of its columns as text with styled ranges."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import SpanKind
from tui_reader.formats.pdf.text_direction import is_right_to_left

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_reader.formats.pdf.columns import Column, Row
    from tui_reader.formats.pdf.page_words import Word

_SMALL = 0.85
"""Maximum font size of a subscript or superscript, as a share of the size of its line."""
_WIDE = 1.0
"""Minimum width of a gap between two cells of a table, in font sizes."""
_UNSPACED = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u0e00-\u0eff]")
"""Pattern of a character of a script without spaces between words."""
_LEADERS = re.compile(r"[ \u2002]*(?:(?:[.·…] ?){4,}|_{4,})")
"""Pattern of leaders: the dots between an entry of a table of contents and its page number."""
_MOST_CODE_SPACES = 80


class Run(NamedTuple):
    """A range of a line with a style or a link."""

    kind: SpanKind
    start: int
    end: int
    link: int = -1
    """Number of the link on its page; -1 for a style."""


class Line(NamedTuple):
    """One line of a column."""

    text: str
    runs: tuple[Run, ...]
    x0: float
    x1: float
    y: float
    """Baseline, in points from the top of the page."""
    size: float
    bold: bool
    """True if all letters are bold."""
    italic: bool
    mono: bool
    """True if the font is monospaced and the line has more than one character."""
    left: float
    """Left edge of the column in points; in text from right to left, minus its right edge."""
    right: float
    page: int
    """Number of the page, from 0."""
    column: int
    """Number of the column on its page, in reading order, from 0."""
    first_width: float
    """Width of the first word in points: tells whether it would have fit on the line before."""
    raised: bool = False
    """True if the first word is a superscript, such as the mark of a footnote."""
    cells: tuple[tuple[float, float, int, int], ...] = ()
    """Left edge, right edge, start and end of the parts between wide gaps; empty if there is no wide gap."""
    turned: bool = False
    """True for text that is not upright."""
    right_to_left: bool = False
    beside: bool = False
    """True for a label beside the text, such as a margin note or the term of a definition."""


def lines_of(columns: Iterable[Column], page: int, *, first: int = 0, turned: bool = False) -> list[Line]:
    """Return the lines of a page in reading order.

    Args:
        columns: The columns in reading order.
        page: Number of the page, from 0.
        first: Number of the first column.
        turned: True for text that is not upright.
    """
    lines: list[Line] = []
    for number, column in enumerate(columns, first):
        made = [line for row in column.rows if (line := _line(row, column, page, number)).text]
        if turned:
            made = [line._replace(turned=True) for line in made]
        if 2 * sum(line.right_to_left for line in made) > len(made):
            made = list(map(_mirrored, made))
        lines += made
    return lines


def _mirrored(line: Line) -> Line:
    """Return a line of right-to-left text with its horizontal edges mirrored, so that it begins at the left."""
    return line._replace(x0=-line.x1, x1=-line.x0, left=-line.right, right=-line.left, right_to_left=True)


def gap_between(before: Word, word: Word) -> float:
    """Return the horizontal distance of two words; negative if they overlap."""
    return max(word.x0 - before.x1, before.x0 - word.x1)


def _line(row: Row, column: Column, page: int, number: int) -> Line:
    words = row.words
    letters = sum(len(word.text) for word in words)
    styles = [word.style for word in words if word.style.size > _SMALL * row.size] or [word.style for word in words]
    mono = all(style.mono for style in styles)
    parts: list[str] = []
    runs: list[Run] = []
    cells: list[tuple[float, float, int, int]] = []
    length = cell_start = 0
    cell_x = row.x0
    for index, word in enumerate(words):
        space = ""
        if index:
            before = words[index - 1]
            gap = gap_between(before, word)
            space = _space(before, word, gap, row.size, mono=mono)
            if gap > _WIDE * row.size:
                cells.append((cell_x, before.x1, cell_start, length))
                cell_start, cell_x = length + len(space), word.x0
        parts += (space, word.text)
        start = length + len(space)
        length = start + len(word.text)
        _add_runs(runs, word, row, start, length)
    if cells:
        cells.append((cell_x, words[-1].x1, cell_start, length))
    text = "".join(parts)
    line = Line(
        text,
        tuple(runs),
        row.x0,
        row.x1,
        row.y,
        row.size,
        all(style.bold for style in styles),
        all(style.italic for style in styles),
        mono and letters > 1,
        column.x0,
        column.x1,
        page,
        number,
        words[0].x1 - words[0].x0,
        _is_raised(words[0], row),
        tuple(cells),
        right_to_left=is_right_to_left(text),
        beside=row.beside,
    )
    return line if mono or "." not in text else _without_leaders(line)


def _space(before: Word, word: Word, gap: float, size: float, *, mono: bool) -> str:
    """Return the text between two words of a line: nothing or a space; several spaces in a monospaced font.

    Args:
        before: The first word.
        word: The second word.
        gap: Distance of the words in points.
        size: Font size of the line.
        mono: True for a line in a monospaced font.
    """
    if mono:
        return " " * min(max(round(gap / (0.6 * size)), int(word.spaced)), _MOST_CODE_SPACES)
    if word.style.angle:  # the places of turned words are only estimated
        return " " if word.spaced else ""
    small = min(before.style.size, word.style.size)
    if gap < (0.25 if _UNSPACED.match(word.text) and _UNSPACED.match(before.text[-1:]) else 0.06) * small:
        return ""
    return " " if word.spaced or gap > 0.15 * size else ""


def _is_raised(word: Word, row: Row) -> bool:
    """Return True if a word is small and above the baseline of its row, as a superscript is."""
    return word.style.size <= _SMALL * row.size and row.y - word.y > 0.15 * row.size


def _add_runs(runs: list[Run], word: Word, row: Row, start: int, end: int) -> None:
    """Add the styles and the link of a word to `runs`; a run of one of them that ends at the previous word is extended.

    Args:
        runs: The runs of the line so far.
        word: The word.
        row: The row that contains it.
        start: Offset of the word in the line.
        end: Offset after the word.
    """
    style = word.style
    kinds = [
        kind
        for kind, has in (
            (SpanKind.STRONG, style.bold),
            (SpanKind.EMPHASIS, style.italic),
            (SpanKind.CODE, style.mono),
            (SpanKind.SUPERSCRIPT, _is_raised(word, row)),
            (SpanKind.SUBSCRIPT, style.size <= _SMALL * row.size and word.y - row.y > 0.08 * row.size),
        )
        if has
    ]
    if word.link >= 0:
        kinds.append(SpanKind.LINK)
    for kind in kinds:
        link = word.link if kind is SpanKind.LINK else -1
        for index in range(len(runs) - 1, max(len(runs) - 6, -1), -1):
            run = runs[index]
            if run.kind is kind and run.link == link and run.end >= start - 1:
                runs[index] = run._replace(end=end)
                break
        else:
            runs.append(Run(kind, start, end, link))


def _without_leaders(line: Line) -> Line:
    """Return an entry of a table of contents without its leaders; its page number becomes a cell."""
    match = _LEADERS.search(line.text)
    if match is None:
        return line
    cut, rest = match.start(), line.text[match.end() :].strip()
    if not cut and not rest:
        return line._replace(text="")
    text = f"{line.text[:cut]} {rest}".strip()
    runs = [run._replace(end=min(run.end, cut)) for run in line.runs if run.start < cut]
    cells = ((line.x0, line.x0, 0, cut), (line.x1, line.x1, cut + 1, len(text))) if cut and rest else ()
    return line._replace(text=text, runs=tuple(runs), cells=cells)

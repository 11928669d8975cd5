"""The reading order of a page: its text as columns of rows.

Words with small gaps form segments. A vertical white strip between segments divides a part of the page into two columns
if many rows are on both sides and the file lists one side before the other, or if the rows on both sides fill their
width. The cells of tables are short and listed row by row, so a table is not divided. Segments that cross the strip,
such as a title or a wide caption, divide the page into bands, which are read from top to bottom.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.formats.pdf.text_direction import RIGHT_TO_LEFT, is_right_to_left

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui_reader.formats.pdf.page_words import Word

_WIDEST_SPACE = 0.9
"""Maximum width of a space between words of a segment, in font sizes."""
_GUTTER = 0.8
"""Minimum width of a strip between two columns, in font sizes."""
_MOST_DEPTH = 4
_FEWEST_ROWS = 3
"""Minimum number of rows that two columns have side by side."""
_FULL = 0.6
"""Minimum share of a column's width that its median row fills, for running text."""
_FEWEST_CHARACTERS = 8
"""Minimum number of characters in the median row of a column; a column of a table has fewer."""
_MOST_SEGMENTS = 20_000
_WORDS_OF_A_LETTER = frozenset("aioeuyàé")
"""Letters that may be words: a drop capital that is one is joined to the next word only if that word is close."""
_EDGE = 0.35
"""Minimum share of a column's rows that begin at one left edge, for that edge to be the one of the column's text."""
_MARKER = re.compile(r"\W*(?:[\dIVXivx]{1,5}|\w{1,2})\W*|\[.{1,12}\]|\W+")
"""Pattern of the bullet or number of a list item, or of a reference: `•`, `12.`, `(a)`, `[Roe21]`."""


class Segment:
    """Consecutive words of one line with small gaps."""

    __slots__ = ("index", "size", "words", "x0", "x1", "y")

    def __init__(self, word: Word, index: int) -> None:
        self.words = [word]
        self.x0, self.x1, self.y, self.size = word.x0, word.x1, word.y, word.style.size
        self.index = index
        """Position in the order of the file."""

    def add(self, word: Word) -> None:
        """Append a word; the largest word determines the baseline."""
        self.words.append(word)
        self.x0, self.x1 = min(self.x0, word.x0), max(self.x1, word.x1)
        if word.style.size > self.size * 1.05:
            self.y, self.size = word.y, word.style.size

    @property
    def length(self) -> int:
        """Return the number of characters."""
        return sum(len(word.text) for word in self.words)


class Row(NamedTuple):
    """The words of one line of a column, in reading order."""

    words: tuple[Word, ...]
    x0: float
    x1: float
    y: float
    size: float
    beside: bool = False
    """True for a label beside the text, such as a margin note or the term of a definition."""


class Column(NamedTuple):
    """Rows of one column, from top to bottom."""

    rows: list[Row]
    x0: float
    x1: float


def columns_of(words: Sequence[Word]) -> list[Column]:
    """Return the columns of a page in reading order.

    Args:
        words: The upright words of the page in the order of the file.
    """
    segments = _segments(words)
    return [_column(part) for part in _ordered(segments, 0)]


def _segments(words: Iterable[Word]) -> list[Segment]:
    found: list[Segment] = []
    last: Segment | None = None
    for word in words:
        if last is not None and _continues(last, word):
            last.add(word)
        else:
            last = Segment(word, len(found))
            found.append(last)
    return found


def _continues(segment: Segment, word: Word) -> bool:
    """Return True if a word follows the last word of a segment on its line."""
    size = max(segment.size, word.style.size)
    if abs(word.y - segment.y) > 0.55 * size or size > 1.9 * min(segment.size, word.style.size):
        return False
    gap = max(word.x0 - segment.x1, segment.x0 - word.x1)
    return -0.6 * size <= gap <= _WIDEST_SPACE * size


def _ordered(segments: list[Segment], depth: int) -> list[list[Segment]]:
    """Return the columns of a part of a page in reading order; `depth` is the number of divisions made so far."""
    if depth < _MOST_DEPTH and 2 * _FEWEST_ROWS <= len(segments) <= _MOST_SEGMENTS:
        for left, right in _gutters(segments):
            parts = _divided(segments, left, right)
            if parts is not None:
                return [
                    column
                    for part, is_column in parts
                    for column in (_ordered(part, depth + 1) if is_column else [part])
                ]
    return [segments] if segments else []


def _gutters(segments: list[Segment]) -> list[tuple[float, float]]:
    """Return left and right edge of up to four vertical white strips, the one nearest to the middle first.

    A strip is at least `_GUTTER` wide and in the middle part of the page. It is crossed by at most one segment more
    than the point that the fewest segments cross.
    """
    start, end = min(s.x0 for s in segments), max(s.x1 for s in segments)
    width = end - start
    size = median(s.size for s in segments)
    if not 8 * size < width < 20_000:
        return []
    crossing = [0] * (int(width) + 2)
    for segment in segments:
        crossing[int(segment.x0 - start)] += 1
        crossing[min(int(segment.x1 - start) + 1, len(crossing) - 1)] -= 1
    total = 0
    for index, change in enumerate(crossing):
        total += change
        crossing[index] = total
    first, last = int(0.12 * width), int(0.88 * width)
    inner = crossing[first:last]
    if not inner:
        return []
    least = min(inner)
    if least > 0.6 * len(segments):
        return []
    found: list[tuple[int, int]] = []
    begin: int | None = None
    for index in range(first, last + 1):
        is_free = index < last and crossing[index] <= least + 1
        if is_free and begin is None:
            begin = index
        elif not is_free and begin is not None:
            if index - begin >= _GUTTER * size:
                found.append((begin, index))
            begin = None
    # Strips nearest to the middle come first: that of two equal columns.
    found.sort(key=lambda strip: abs(strip[0] + strip[1] - width))
    return [(start + left, start + right) for left, right in found[:4]]


def _divided(segments: list[Segment], left: float, right: float) -> list[tuple[list[Segment], bool]] | None:
    """Divide a part of a page at a strip of white.

    Returns:
        Parts in reading order, each with True if another column is beside it; None if the strip separates no text.
    """
    slack = 1.5
    across = sorted((s for s in segments if s.x0 < left - slack and s.x1 > right + slack), key=lambda s: s.y)
    beside = [s for s in segments if not (s.x0 < left - slack and s.x1 > right + slack)]
    middle = (left + right) / 2
    bands: list[tuple[list[Segment], list[Segment], Segment | None]] = []
    beside.sort(key=lambda s: s.y)
    at = 0
    for crosser in [*across, None]:
        lefts: list[Segment] = []
        rights: list[Segment] = []
        while at < len(beside) and (crosser is None or beside[at].y < crosser.y - 0.3 * crosser.size):
            segment = beside[at]
            (lefts if segment.x0 + segment.x1 < 2 * middle else rights).append(segment)
            at += 1
        bands.append((lefts, rights, crosser))
    parts: list[tuple[list[Segment], bool]] = []
    plain: list[Segment] = []
    any_divided = False
    for lefts, rights, crosser in bands:
        if lefts and rights and _are_columns(lefts, rights):
            any_divided = True
            if plain:
                parts.append((plain, False))
                plain = []
            parts.extend(((lefts, True), (rights, True)))
        else:
            plain += lefts + rights
        if crosser is not None:
            plain.append(crosser)
    if not any_divided:
        return None
    if plain:
        parts.append((plain, False))
    return parts


def _are_columns(lefts: list[Segment], rights: list[Segment]) -> bool:
    """Return True if the segments on both sides of a strip are text in two columns, not the cells of a table."""
    top = max(min(s.y for s in lefts), min(s.y for s in rights))
    bottom = min(max(s.y for s in lefts), max(s.y for s in rights))
    sides = [[s for s in side if top - s.size <= s.y <= bottom + s.size] for side in (lefts, rights)]
    rows = [_baselines(side) for side in sides]
    if min(map(len, rows)) < _FEWEST_ROWS:
        return False
    sizes = [median(sum(s.length for s in row) for row in side) for side in rows]
    if min(sizes) < _FEWEST_CHARACTERS:
        return False
    order = sorted([(s.index, 0) for s in sides[0]] + [(s.index, 1) for s in sides[1]])
    changes = sum(a[1] != b[1] for a, b in pairwise(order))
    if changes <= 1 + 0.2 * min(map(len, rows)):
        return True
    return min(sizes) >= 2 * _FEWEST_CHARACTERS and all(map(_is_full, rows))


def _baselines(segments: list[Segment]) -> list[list[Segment]]:
    """Group segments into lines by their baselines."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: s.y):
        if rows and segment.y - rows[-1][0].y <= 0.35 * segment.size:
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return rows


def _is_full(rows: list[list[Segment]]) -> bool:
    """Return True if most rows fill the width of their column."""
    width = max(s.x1 for row in rows for s in row) - min(s.x0 for row in rows for s in row)
    return median(max(s.x1 for s in row) - min(s.x0 for s in row) for row in rows) >= _FULL * width


def _column(segments: list[Segment]) -> Column:
    """Return the segments of one column, grouped into rows."""
    initials = _initials(segments)
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: (s.y, s.index)):
        if segment not in initials and not _joins_last(rows, segment):
            rows.append([segment])
    made = _with_labels(rows)
    for segment in initials:
        _place_initial(made, segment)
    text = [row for row in made if not row.beside] or made
    return Column(made, min(row.x0 for row in text), max(row.x1 for row in text))


def _initials(segments: list[Segment]) -> list[Segment]:
    """Return the drop capitals: large first letters, to the right of which two or more lines begin."""
    if not segments:
        return []
    usual = median(s.size for s in segments)
    found = []
    for segment in segments:
        is_letter = len(segment.words) == 1 and sum(map(str.isalpha, segment.words[0].text)) == 1
        if is_letter and segment.length <= 2 and segment.size > 1.8 * usual:
            beside = [s for s in segments if s is not segment and _is_beside(segment, s.x0, s.y, s.size)]
            if len(_baselines(beside)) > 1:
                found.append(segment)
    return found


def _is_beside(initial: Segment, x0: float, y: float, size: float) -> bool:
    """Return True if a line is beside a drop capital: it begins at the right edge of `initial`, not above or below.

    Args:
        initial: The drop capital.
        x0: Left edge of the line.
        y: Baseline of the line.
        size: Font size of the line.
    """
    top = initial.y - 0.8 * initial.size
    return top < y <= initial.y + 0.3 * size and -0.3 * size < x0 - initial.x1 < 1.5 * size


def _place_initial(rows: list[Row], initial: Segment) -> None:
    """Insert a drop capital into the first line beside it, and set the left edges of all lines beside it to its own."""
    is_first = True
    for index, row in enumerate(rows):
        if not _is_beside(initial, row.x0, row.y, row.size):
            continue
        words = row.words
        if is_first:
            letter, word = initial.words[0], row.words[0]
            is_word = letter.text.casefold() in _WORDS_OF_A_LETTER
            joined = word.x0 - letter.x1 < (0.3 if is_word else 1.5) * row.size
            first = word._replace(text=letter.text + word.text, x0=letter.x0, spaced=True)
            words = (first, *words[1:]) if joined else (letter._replace(style=word.style, y=word.y), *words)
            is_first = False
        rows[index] = row._replace(words=words, x0=initial.x0)
    if is_first:
        rows.append(_row([initial]))


def _with_labels(rows: list[list[Segment]]) -> list[Row]:
    """Return the rows of a column; segments left of the edge at which most rows begin become separate rows (labels)."""
    starts = Counter(round(s.x0) for row in rows for s in row)
    edge = max(starts, key=lambda x: sum(starts[x + step] for step in (-1, 0, 1)))
    made: list[Row] = []
    label_y: float | None = None
    for row in rows:
        if sum(starts[edge + step] for step in (-1, 0, 1)) < max(_EDGE * len(rows), 6):
            made.append(_row(row))
            continue
        left = [s for s in row if s.x1 <= edge - 0.4 * s.size]
        rest = [s for s in row if s.x1 > edge - 0.4 * s.size]
        is_beside = bool(rest) and min(s.x0 for s in rest) >= edge - 2
        goes_on = not rest and label_y is not None and row[0].y - label_y < 1.6 * row[0].size
        if left and (is_beside or goes_on) and _is_label(left):
            made.append(_row(left)._replace(beside=True))
            label_y = left[0].y
            if rest:
                made.append(_row(rest))
        else:
            made.append(_row(row))
            label_y = None
    return made


def _is_label(segments: list[Segment]) -> bool:
    """Return True if segments are words, not the bullet or number of a list item or reference."""
    text = " ".join(word.text for segment in segments for word in segment.words)
    return sum(map(str.isalpha, text)) >= 3 and _MARKER.fullmatch(text) is None


def _joins_last(rows: list[list[Segment]], segment: Segment) -> bool:
    """Add a segment to the last row or the last but one if it is on the same line; return True if it was added."""
    for row in rows[-1:-3:-1]:
        main = max(row, key=lambda s: s.size)
        small, large = sorted((segment.size, main.size))
        # An index or exponent, which is smaller, lies a little off the baseline of its line.
        reach = 0.3 * small if small > 0.85 * large else 0.5 * large
        is_free = all(segment.x0 >= s.x1 - 0.3 * small or segment.x1 <= s.x0 + 0.3 * small for s in row)
        if abs(segment.y - main.y) <= reach and is_free:
            row.append(segment)
            return True
    return False


def _row(segments: list[Segment]) -> Row:
    segments.sort(key=lambda s: s.x0)
    main = max(segments, key=lambda s: s.length)
    words = _in_reading_order([word for segment in segments for word in segment.words])
    return Row(tuple(words), segments[0].x0, max(s.x1 for s in segments), main.y, main.size)


def _in_reading_order(words: Sequence[Word]) -> Sequence[Word]:
    """Return the words of a line in reading order.

    In a line that runs from right to left, consecutive numbers and words of other scripts stay from left to right.

    Args:
        words: The words from left to right.
    """
    if all(word.text.isascii() for word in words) or not is_right_to_left("".join(word.text for word in words)):
        return words
    ordered: list[Word] = []
    run: list[Word] = []
    for word in sorted(words, key=lambda word: -word.x1):
        if RIGHT_TO_LEFT.search(word.text) is None and any(map(str.isalnum, word.text)):
            run.append(word)
        else:
            ordered += reversed(run)
            run = []
            ordered.append(word)
    return [*ordered, *reversed(run)]

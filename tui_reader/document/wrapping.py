"""Wrapping: the offsets at which the rows of a text end, for a width in cells.

Rows are given by their cuts: the offset after the last character that each row owns. White space and a line feed at a
cut belong to the row before it. Text of one-cell characters is cut by one regular expression per width, which counts a
million words in about 30 ms; other text by the cumulative widths of its clusters, an order of magnitude slower.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache, lru_cache
from itertools import accumulate

from tui_reader.document.cells import TAB_STOP, cells_of_character, cells_of_cluster, clusters_of, is_narrow, is_plain
from tui_reader.document.lazy_patterns import LazyPattern

# Between words, a row may end after the spaces; inside a word after a hyphen or en dash followed by a letter
# (a digit may belong to a number: "-5", "1990-95" stay whole), and after an em dash that does not begin the word. The
# first test alone fails almost always: without it the pattern takes a third longer.
_IN_WORD = r"(?<=[-‐–—])(?:(?<=\w[-‐–])(?=[^\W\d_])|(?<=\S—)(?=[\w“‘]))"
_SPACES = " \t\u2000-\u2006\u2008-\u200a\u3000"
# Scripts without spaces may be cut between any two characters except those that may not begin or end a row:
# the core of JIS X 4051's kinsoku rules. Hangul is left out: Korean has spaces, and reads better cut there.
_UNSPACED = r"\u2e80-\u2fd5\u3000-\u312f\u3190-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff9f\U00020000-\U0003fffd"
_NOT_FIRST = (
    "、。，．・：；？！‼⁇⁈⁉゛゜ヽヾゝゞ々〻ーぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰ-ㇿ゠〜～‐–—…‥％"
    r"）］｝〕〉》」』】〙〗｠〟’”»!%),.:;?\]}·"
)
_NOT_LAST = r"（［｛〔〈《「『【〘〖｟〝‘“«(\[{"
_legal_cut = LazyPattern(
    rf"(?<=[{_SPACES}\u200b])(?![{_SPACES}])|{_IN_WORD}"
    rf"|(?<=[{_UNSPACED}])(?<![{_NOT_LAST}])(?![{_NOT_FIRST}{_SPACES}])"
    rf"|(?=[{_UNSPACED}])(?<![{_NOT_LAST}{_SPACES}])(?![{_NOT_FIRST}])"
)
_HANGING = frozenset(" \t\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u3000")
HANGING = "".join(sorted(_HANGING)) + "\n"
"""The characters that a row owns but does not draw at its end: white space and the line feed."""
_WINDOW = 8192
"""Number of code points of a long line of wide text to cut at a time."""


@lru_cache(maxsize=64)
def flow_pattern(width: int) -> re.Pattern[str]:
    """Return a pattern that matches the rows of text whose characters are one cell wide.

    A row is as many words as fit with the white space after them, else a part of a word. The first branch of the
    pattern is for text without words, such as data; without this branch, every position of a row would be tried.
    """
    solid = rf"[^ \n\-‐–—]{{{width}}}(?=[^ \n\-‐–—])"
    return re.compile(rf"{solid}|.{{1,{width}}}(?: +\n?|\n|\Z|{_IN_WORD})| *\n|.{{{width}}}")


@lru_cache(maxsize=64)
def code_pattern(width: int) -> re.Pattern[str]:
    """Return a pattern that matches the rows of code of one-cell characters: up to `width` of them and a line feed."""
    return re.compile(rf".{{1,{width}}}\n?|\n")


def cut_rows(text: str, width: int, *, code: bool = False) -> list[int]:
    """Return the cuts of a text, the offsets at which its rows end; an empty text has one row.

    Args:
        text: Text of a block.
        width: Width of a row in cells, at least 2.
        code: True if white space is kept, and lines are cut at the width rather than between words.
    """
    if not text:
        return [0]
    pattern = code_pattern(width) if code else flow_pattern(width)
    if is_narrow(text, line_feeds=True):
        return [match.end() for match in pattern.finditer(text)]
    cuts: list[int] = []
    start, size = 0, len(text)
    for line in text.split("\n"):
        if start >= size:
            break
        end = start + len(line)
        # No character is wider than two cells, and no tab is wider than the distance of tab stops.
        widest = (len(line) if line.isascii() else 2 * len(line)) + (TAB_STOP - 1) * line.count("\t")
        if widest > width:
            if is_narrow(line):
                cuts.extend(match.end() for match in pattern.finditer(text, start, end))
            else:
                cuts.extend(start + cut for cut in _cut_long_line(line, width, code=code))
            cuts.pop()
        start = end + 1
        cuts.append(min(start, size))
    return cuts


@cache
def load_tables() -> None:
    """Load the modules and tables for wrapping text that is not of narrow characters only; takes 20 ms.

    Called in a background thread, since the key that first shows such a text would wait otherwise.
    """
    cut_rows("東京 नमस्ते", 2)


def _cut_long_line(line: str, width: int, *, code: bool) -> list[int]:
    """Return the cuts of a line of any characters.

    Long lines are cut window by window, because each character takes about 50 bytes of memory during the cutting.
    """
    cuts: list[int] = []
    start, window = 0, _WINDOW
    while start + window < len(line):
        # The last two rows of a window may continue after the window.
        sure = _cut_line(line[start : start + window], width, code=code)[:-2]
        if sure:
            cuts.extend(start + cut for cut in sure)
            start, window = cuts[-1], _WINDOW
        else:
            window *= 2
    cuts.extend(start + cut for cut in _cut_line(line[start:], width, code=code))
    return cuts


def _cut_line(line: str, width: int, *, code: bool) -> list[int]:
    """Return the cuts of a line of any characters, or of a window of a long line, see `_cut_long_line`."""
    clusters = _clusters(line, width)
    starts: list[int] | range
    if len(clusters) == len(line):
        starts = range(len(line) + 1)
        widths = list(map(cells_of_character, clusters))
    else:
        starts = list(accumulate(map(len, clusters), initial=0))
        widths = list(map(cells_of_cluster, clusters))
    tabs = "\t" in line
    sums = [] if tabs else list(accumulate(widths, initial=0))
    count = len(clusters)
    cuts: list[int] = []
    first = 0
    while first < count:
        # Find the last cluster that fits, then move the cut to a place where a line may break.
        if tabs:
            fit = _fit_with_tabs(clusters, widths, first, width)
        else:
            fit = bisect_right(sums, sums[first] + width, first) - 1
        if fit < count:
            fit = max(fit, first + 1) if code else _flow_cut(line, clusters, starts, first, fit)
        cuts.append(starts[fit])
        first = fit
    return cuts or [0]


def _flow_cut(line: str, clusters: list[str] | str, starts: list[int] | range, first: int, fit: int) -> int:
    """Return the index of the grapheme cluster that begins the next row.

    This is the cluster after trailing spaces, else the cluster at the last allowed cut, else the first cluster that
    does not fit.

    Args:
        line: The line.
        clusters: Its grapheme clusters.
        starts: The offset at which each cluster begins.
        first: Index of the first cluster of the row.
        fit: Index of the first cluster that does not fit on the row.
    """
    after = fit
    while after < len(clusters) and clusters[after] in _HANGING:
        after += 1
    if after > fit:
        return after
    word = first
    while word < fit and clusters[word] in _HANGING:
        word += 1
    for index in range(fit, word, -1):
        if _legal_cut.match(line, starts[index]):
            return index
    return max(fit, first + 1)


def _fit_with_tabs(clusters: list[str] | str, widths: list[int], first: int, width: int) -> int:
    """Return the index of the first grapheme cluster that does not fit on a row with tabs.

    Tab stops count from the row's start.
    """
    column = 0
    for index in range(first, len(clusters)):
        column += TAB_STOP - column % TAB_STOP if clusters[index] == "\t" else widths[index]
        if column > width:
            return index
    return len(clusters)


def _clusters(line: str, width: int) -> list[str] | str:
    """Return the grapheme clusters of a line, split so that none is wider than a row.

    A wider cluster, such as stacked conjuncts, is cut at the same offset as by Rich.
    """
    if is_plain(line):
        return line
    clusters = clusters_of(line)
    if len(line) - len(clusters) < width // 2:
        return clusters
    result: list[str] = []
    for cluster in clusters:
        if len(cluster) > 1 and cells_of_cluster(cluster) > width:
            # Only for a cluster wider than the screen row, which no real text has.
            from rich.cells import split_graphemes  # noqa: PLC0415

            result.extend(cluster[start:end] for start, end, _ in split_graphemes(cluster)[0])
        else:
            result.append(cluster)
    return result

"""Width of text in terminal cells, and offsets at which text can be cut between characters.

Widths are the widths of Rich, which Textual uses to pad, crop and paint: a row measured otherwise would be cut at the
wrong column. Clusters follow Unicode's annex 29, but clusters that Rich measures as one are joined.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING
from unicodedata import category

from tui_reader.document.lazy_patterns import LazyPattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TAB_STOP = 4
"""Distance of two tab stops in cells."""

ZERO_WIDTH_JOINER = "\u200d"
EMOJI_SELECTOR = "\ufe0f"

# Letters, digits, punctuation and signs of the Latin, Greek and Cyrillic scripts: one cell, and no part of a longer
# cluster. The soft hyphen (U+00AD) is left out because terminals disagree on it.
_NARROW = (
    r" -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u1fff"
    r"\u2010-\u2027\u2030-\u205e\u20a0-\u20c0\u2100-\u22ff"
)
# Ideographs, kana, Hangul syllables, full-width forms and pictographs: one cluster each, unless a mark follows.
_WIDE = (
    r"\u2e80-\u2fd5\u3000-\u3029\u3030-\u303f\u3041-\u3096\u309b-\u30ff\u3105-\u312f\u3131-\u318e\u3190-\ua4cf"
    r"\uac00-\ud7a3\uff01-\uff9d\uffe0-\uffe6\U0001f300-\U0001f3fa\U0001f400-\U0001faff\U00020000-\U0003fffd"
)
# Matching a whole text takes half as long as searching it for other characters (13 and 26 ms for 5 MB).
_all_narrow = LazyPattern(f"[{_NARROW}]*+")
all_narrow_lines = LazyPattern(f"[\n{_NARROW}]*+")
"""Matches text of line feeds and characters that are one cell wide and form no clusters."""
_all_plain = LazyPattern(f"[\n\t{_NARROW}{_WIDE}]*+")
# Letters (by category) that nevertheless join the character before them: Thai and Lao AM, half-width kana sound marks.
_JOINING_LETTERS = frozenset("\u0e33\u0eb3\uff9e\uff9f")


class _CellsOfCharacter(dict[str, int]):
    """Cache of the widths of code points in cells; Rich computes each width once."""

    def __missing__(self, character: str) -> int:
        # Rich's table takes 2 ms to load: needed only for text outside the narrow scripts.
        from rich.cells import get_character_cell_size  # noqa: PLC0415

        cells = self[character] = get_character_cell_size(character)
        return cells


_cells_of_character = _CellsOfCharacter()
cells_of_character = _cells_of_character.__getitem__
"""Return the width of one separate code point in cells: 0, 1 or 2."""


def is_narrow(text: str, *, line_feeds: bool = False) -> bool:
    """Return True if every character is certainly one cell wide and a separate grapheme cluster.

    Args:
        text: Any text.
        line_feeds: True if the text may contain line feeds, which have no cell.
    """
    if text.isascii() and text.isprintable():
        return True
    return (all_narrow_lines.fullmatch(text) if line_feeds else _all_narrow.fullmatch(text)) is not None


def is_plain(text: str) -> bool:
    """Return True if every code point is certainly a separate grapheme cluster, one or two cells wide."""
    return text.isascii() or _all_plain.fullmatch(text) is not None


def cell_width(text: str, column: int = 0) -> int:
    """Return the number of cells that a text takes.

    Args:
        text: Text without line feeds.
        column: Column at which the text begins, counted from the start of its row: the widths of tabs depend on it.
    """
    if text.isascii() and text.isprintable():
        return len(text)
    if "\t" not in text:
        return _cell_width(text)
    end = column
    for index, piece in enumerate(text.split("\t")):
        if index:
            end += TAB_STOP - end % TAB_STOP
        end += _cell_width(piece)
    return end - column


def _cell_width(text: str) -> int:
    """Return the width in cells of a text without tabs."""
    if ZERO_WIDTH_JOINER in text or EMOJI_SELECTOR in text:
        # Rich loads a table of 464 ranges at its first call: needed only if a sequence changes the widths of its parts.
        from rich.cells import cell_len  # noqa: PLC0415

        return cell_len(text)
    return sum(map(cells_of_character, text))


def expand_tabs(text: str, column: int = 0) -> str:
    """Return the text with each tab replaced by spaces up to the next tab stop, for painting."""
    if "\t" not in text:
        return text
    parts: list[str] = []
    end = column
    for index, piece in enumerate(text.split("\t")):
        if index:
            gap = TAB_STOP - end % TAB_STOP
            # Rich treats the character after a joiner as part of the character before the joiner: add one space.
            joiners = len(parts[-1]) - len(parts[-1].rstrip(ZERO_WIDTH_JOINER))
            parts.append(" " * (gap + joiners % 2))
            end += gap
        parts.append(piece)
        end += _cell_width(piece)
    return "".join(parts)


@cache
def _unicode_clusters() -> Callable[[str], Iterator[str]]:
    """Return the function that yields the grapheme clusters of a text by Unicode's annex 29."""
    # wcwidth takes 25 to 40 ms to import: needed only for text in which code points may join.
    from wcwidth import iter_graphemes  # noqa: PLC0415

    return iter_graphemes


def graphemes(text: str) -> Iterator[str]:
    """Return the grapheme clusters of a text in order; a user sees each cluster as one character.

    Two clusters of annex 29 are joined if Rich measures the second as part of the first: if the first ends with a
    zero-width joiner, or the second begins with an emoji selector.
    """
    return iter(text if is_plain(text) else clusters_of(text))


def clusters_of(text: str) -> list[str]:
    """Return the grapheme clusters of a text for which `is_plain` is False; see `graphemes`."""
    clusters = list(_unicode_clusters()(text))
    if ZERO_WIDTH_JOINER not in text and EMOJI_SELECTOR not in text:
        return clusters
    joined: list[str] = []
    for cluster in clusters:
        joins = joined and (joined[-1][-1] == ZERO_WIDTH_JOINER or cluster[0] == EMOJI_SELECTOR)
        if joins and cluster not in "\n\t" and joined[-1] not in "\n\t":
            joined[-1] += cluster
        else:
            joined.append(cluster)
    return joined


@lru_cache(maxsize=8192)
def cells_of_cluster(cluster: str) -> int:
    """Return the width of a grapheme cluster in terminal cells.

    Results are cached, because a script has several thousand clusters and a page uses few of them.
    """
    return _cell_width(cluster)


def _is_safe_start(text: str, offset: int) -> bool:
    """Return True if a grapheme cluster certainly begins at an offset, by the characters before and after it."""
    before, after = text[offset - 1], text[offset]
    if before == "\n" or after == "\n":
        return True
    if is_plain(before + after):
        return True
    return before == " " and category(after)[0] in "LN" and after not in _JOINING_LETTERS


def next_boundary(text: str, offset: int) -> int:
    """Return the first boundary of grapheme clusters after an offset, at most the length of the text."""
    size = len(text)
    if offset + 1 >= size:
        return size
    offset = max(offset, 0)
    if is_plain(text[offset : offset + 2]):
        return offset + 1
    boundary = offset
    while boundary > 0 and not _is_safe_start(text, boundary):
        boundary -= 1
    stop = offset + 1
    while stop < size and not _is_safe_start(text, stop):
        stop += 1
    for cluster in graphemes(text[boundary:stop]):
        boundary += len(cluster)
        if boundary > offset:
            break
    return boundary


def previous_boundary(text: str, offset: int) -> int:
    """Return the last boundary of grapheme clusters before an offset; 0 at the beginning of the text."""
    if offset <= 1:
        return 0
    offset = min(offset, len(text))
    if is_plain(text[offset - 2 : offset]):
        return offset - 1
    start = offset - 1
    while start > 0 and not _is_safe_start(text, start):
        start -= 1
    boundary = start
    for cluster in graphemes(text[start:offset]):
        if start + len(cluster) >= offset:
            break
        start += len(cluster)
        boundary = start
    return boundary


def boundary_at(text: str, offset: int) -> int:
    """Return the offset itself if it is a boundary of grapheme clusters, else the last boundary before."""
    if offset <= 0:
        return 0
    if offset >= len(text):
        return len(text)
    if _is_safe_start(text, offset):
        return offset
    before = previous_boundary(text, offset)
    return offset if next_boundary(text, before) == offset else before


def clipped(text: str, width: int) -> str:
    """Return a text without line feeds, cut with an ellipsis if it is wider than `width` cells."""
    if cell_width(text) <= width:
        return text
    kept, cells = "", 1
    for cluster in graphemes(text):
        cells += cell_width(cluster)
        if cells > width:
            break
        kept += cluster
    return f"{kept.rstrip()}…"

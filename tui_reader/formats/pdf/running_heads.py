"""Recognition of running heads, running feet and page numbers: rows repeated at one place on several pages."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.formats.pdf.page_words import PageWords, Word

_OUTER = 3
"""Maximum number of rows at the top, and at the bottom, that may be running heads or feet."""
_ZONE = 0.17
"""Share of the page's height at the top, and at the bottom, that may contain running heads or feet."""
_PLACE = 4.0
"""Height in points of a place: the positions of a running head on two pages may differ by this much."""
_APART = 1.4
"""Minimum distance of a running head from the text, in font sizes; lines of the text are closer."""
_NUMBER = re.compile(r"\d+")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９", "012345678901234567890123456789")
_ROMAN = re.compile(r"(?=[ivxlc])(x[lc]|l?x{0,3})(i[xv]|v?i{0,3})", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"[-–—\[(|]?\s*(?:(?:page|seite|p\.|s\.|pág\.|página|стр\.)\s*)?(\d{1,4}|[ivxlc]{1,7})"
    r"(?:\s*(?:/|of|von|de|из)\s*\d{1,4})?\s*[-–—\])|.]?",
    re.IGNORECASE,
)
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


class _Row(NamedTuple):
    """A row at the top or the bottom of a page."""

    words: list[int]
    """Indices of the row's words in `PageWords.words`."""
    text: str
    y: float
    at_top: bool


class RunningHeads:
    """Counts of possible running heads and feet on the pages read so far."""

    def __init__(self) -> None:
        self._texts: Counter[tuple[str, int]] = Counter()
        """Number of pages with a row of this text, without its numbers, at this place."""
        self._offsets: Counter[tuple[int, int]] = Counter()
        """Number of pages with a printed number at this place that differs by this much from the page's own number."""
        self._pages = 0

    def without_heads(self, pages: Sequence[PageWords], first: int, labels: Sequence[str]) -> list[list[Word]]:
        """Return the words of some pages without their heads, feet and page numbers.

        Args:
            pages: Consecutive pages; those of earlier calls count, too.
            first: Number of the first page, from 0.
            labels: Labels of the pages, as printed.
        """
        rows = [_outer_rows(page) for page in pages]
        for number, found in enumerate(rows, first):
            self._pages += 1
            for key in {key for row in found for key in _keys(row)}:
                self._texts[key] += 1
            for offset in {(place, value - number) for row in found for place, value in _numbers(row)}:
                self._offsets[offset] += 1
        kept = []
        for number, (page, found, label) in enumerate(zip(pages, rows, labels, strict=True), first):
            dropped = self._heads(page, found, number, label)
            kept.append([word for index, word in enumerate(page.words) if index not in dropped])
        return kept

    def _heads(self, page: PageWords, rows: Sequence[_Row], number: int, label: str) -> set[int]:
        """Return the indices of the words in heads and feet of a page.

        Args:
            page: The page.
            rows: Its rows, by `_outer_rows`.
            number: Number of the page, from 0.
            label: Label of the page, as printed.
        """
        heads: list[_Row] = []
        for at_top in (True, False):
            side = [row for row in rows if row.at_top is at_top]
            for row, inner in zip(side, [*side[1:], None], strict=False):
                if not self._is_head(row, number, label):
                    break
                is_number = _PAGE_NUMBER.fullmatch(row.text.translate(_DIGITS)) is not None
                is_apart = inner is None or abs(inner.y - row.y) > _APART * page.words[row.words[0]].style.size
                if is_number or is_apart or (inner is not None and self._is_head(inner, number, label)):
                    heads.append(row)
        outermost = [next((row for row in heads if row.at_top is at_top), None) for at_top in (True, False)]
        numbers = [row for row in heads if _PAGE_NUMBER.fullmatch(row.text.translate(_DIGITS))]
        # A page whose whole text is alike on all pages does not consist of heads only.
        for chosen in (heads, [row for row in outermost if row is not None], numbers):
            dropped = {index for row in chosen for index in row.words}
            rest = (word.text for index, word in enumerate(page.words) if index not in dropped)
            if any(any(map(str.isalpha, text)) for text in rest):
                return dropped
        return dropped

    def _is_head(self, row: _Row, number: int, label: str) -> bool:
        """Return True if a row is repeated on other pages, or has a number that counts pages or is the page's label."""
        fewest = 2 if self._pages <= 3 else 3
        if any(self._offsets[place, value - number] >= fewest for place, value in _numbers(row)):
            return True
        alone = _PAGE_NUMBER.fullmatch(row.text.translate(_DIGITS))
        if alone is not None:
            return alone[1].casefold() == label.casefold() or alone[1] == str(number + 1)
        return any(self._texts[key] >= fewest for key in _keys(row))


def _outer_rows(page: PageWords) -> list[_Row]:
    """Return the first rows of a page from the top edge down, then the last ones from the bottom edge up."""
    found = []
    for at_top in (True, False):
        inside = [
            (word.y, index)
            for index, word in enumerate(page.words)
            if not word.style.angle and (word.y < _ZONE * page.height if at_top else word.y > (1 - _ZONE) * page.height)
        ]
        inside.sort(reverse=not at_top)
        groups: list[list[int]] = []
        last = 0.0
        for y, index in inside:
            if not groups or abs(y - last) > 0.4 * page.words[index].style.size:
                if len(groups) == _OUTER:
                    break
                groups.append([])
                last = y
            groups[-1].append(index)
        for group in groups:
            ordered = sorted(group, key=lambda index: page.words[index].x0)
            text = " ".join(page.words[index].text for index in ordered)
            found.append(_Row(group, text, page.words[group[0]].y, at_top))
    return found


def _places(row: _Row) -> tuple[int, int]:
    """Return the two overlapping places of a row, so that rows at nearly the same height share at least one."""
    return int(row.y / _PLACE), int(row.y / _PLACE + 0.5) + 1_000_000


def _keys(row: _Row) -> list[tuple[str, int]]:
    """Return the keys under which a row is counted: its text without numbers, and its place."""
    text = _NUMBER.sub("#", row.text.translate(_DIGITS).casefold())
    if not any(map(str.isalpha, text)):
        return []
    return [(text, place) for place in _places(row)]


def _numbers(row: _Row) -> list[tuple[int, int]]:
    """Return pairs of a place of a row and a number: that at either end of the row, or one between dashes."""
    words = row.text.translate(_DIGITS).split()
    values = {value for word in (words[0], words[-1]) if (value := _value(word)) is not None}
    alone = _PAGE_NUMBER.fullmatch(" ".join(words))
    if alone and (value := _value(alone[1])) is not None:
        values.add(value)
    return [(place, value) for value in values for place in _places(row)]


def _value(word: str) -> int | None:
    """Return the value of an Arabic or Roman number up to 9,999, without dashes around it; None for any other word."""
    word = word.strip("-–—[](){}|.•·")
    if word.isdecimal() and len(word) <= 4:
        return int(word)
    if not word or len(word) > 7 or not _ROMAN.fullmatch(word):
        return None
    values = [_ROMAN_VALUES[letter] for letter in word.casefold()]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))

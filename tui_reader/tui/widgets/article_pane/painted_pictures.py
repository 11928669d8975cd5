"""Pictures as rows of cells: half blocks (from 256 colours on), placeholders for images in kitty, or sixels."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, groupby
from typing import TYPE_CHECKING, NamedTuple, Protocol

from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.segment import ControlType, Segment
from rich.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UPPER_HALF = "▀"
"""Character whose foreground fills the upper half of its cell, and whose background the lower half."""
_STEP = 4
"""Colour values are rounded to multiples of this, so that adjacent cells share a style: this halves the output."""

PLACEHOLDER = "\U0010eeee"
"""Character over which kitty draws an image; combining marks after it number the row and the column."""
_MARKS = """
305 30D-30E 310 312 33D-33F 346 34A-34C 350-352 357 35B 363-36F 483-487 592-595 597-599 59C-5A1 5A8-5A9 5AB-5AC 5AF 5C4
610-617 657-65B 65D-65E 6D6-6DC 6DF-6E2 6E4 6E7-6E8 6EB-6EC 730 732-733 735-736 73A 73D 73F-741 743 745 747 749-74A
7EB-7F1 7F3 816-819 81B-823 825-827 829-82D 951 953-954 F82-F83 F86-F87 135D-135F 17DD 193A 1A17 1A75-1A7C 1B6B
1B6D-1B73 1CD0-1CD2 1CDA-1CDB 1CE0 1DC0-1DC1 1DC3-1DC9 1DCB-1DCC 1DD1-1DE6 1DFE 20D0-20D1 20D4-20D7 20DB-20DC 20E1 20E7
20E9 20F0 2CEF-2CF1 2DE0-2DFF A66F A67C-A67D A6F0-A6F1 A8E0-A8F1 AAB0 AAB2-AAB3 AAB7-AAB8 AABE-AABF AAC1 FE20-FE26
10A0F 10A38 1D185-1D189 1D1AA-1D1AD 1D242-1D244
"""
"""Combining marks that stand for the numbers 0 to 296, from kitty's list of row and column diacritics."""
MOST_CELLS = 256
"""Largest number of rows or columns of an image that marks can number with one byte."""
_CONTROL = [(ControlType.CURSOR_FORWARD, 0)]
"""Control codes that mark a segment as having no cells."""
_CHUNK = 4_096
"""Number of characters of an image in one escape sequence, the limit of the protocol."""


class PaintedPicture(Protocol):
    """Protocol of a picture that can be painted."""

    @property
    def columns(self) -> int:
        """Number of columns; 0 if the picture cannot be drawn."""

    @property
    def rows(self) -> int:
        """Number of rows of cells."""

    def row(self, number: int) -> Sequence[Segment]:
        """Return the segments of row `number`, from 0 at the top."""


class HalfBlocks(NamedTuple):
    """A picture as half blocks: each cell shows two pixels, by its foreground (upper) and background colour (lower)."""

    columns: int
    rows: int
    pixels: bytes
    """Red, green and blue of all pixels, row by row."""

    def row(self, number: int) -> Sequence[Segment]:
        """Return the segments of row `number`, from 0 at the top."""
        width = 3 * self.columns
        upper = self.pixels[2 * number * width : (2 * number + 1) * width].translate(_COARSE)
        lower = self.pixels[(2 * number + 1) * width : (2 * number + 2) * width].translate(_COARSE)
        cells = (upper[at : at + 3] + lower[at : at + 3] for at in range(0, width, 3))
        return [Segment(UPPER_HALF * sum(1 for _ in same), _style(cell)) for cell, same in groupby(cells)]


class PlacedImage(NamedTuple):
    """A picture that was sent to the terminal, which draws it over the placeholders in its cells."""

    columns: int
    rows: int
    number: int
    """Number of the image, below 2**24; the foreground colour of the placeholders encodes it."""

    def row(self, number: int) -> Sequence[Segment]:
        """Return the segment with the placeholders of row `number`, from 0 at the top."""
        marks = _marks()
        cells = "".join(f"{PLACEHOLDER}{marks[number]}{marks[column]}" for column in range(self.columns))
        return [Segment(cells, Style(color=Color.from_triplet(ColorTriplet(*self.number.to_bytes(3, "big")))))]


class SixelRows(NamedTuple):
    """A picture as sixels, which are drawn over empty cells after these were painted."""

    columns: int
    rows: int
    lines: Sequence[str]
    """The sixels of each row of cells."""

    def row(self, number: int) -> Sequence[Segment]:
        """Return the segments of a row: empty cells, and a control segment that draws over them.

        The cursor is set to the first cell before the sixels and behind the last cell after them, since terminals
        differ in where sixels leave it.
        """
        after = f"\x1b8\x1b[{self.columns}C"
        before, cells = Segment("\x1b7", None, _CONTROL), Segment(" " * self.columns)
        return [before, cells, Segment(f"\x1b8{self.lines[number]}{after}", None, _CONTROL)]


def image_sequences(number: int, data: str, columns: int, rows: int) -> Iterator[str]:
    """Yield the escape sequences that send an image to the terminal, which shows it at placeholders.

    The format is that of kitty's graphics protocol, “Unicode placeholders”.

    Args:
        number: Number of the image, from 1 to 2**24 - 1.
        data: The image as a PNG file in base64.
        columns: Columns of cells that the image fills.
        rows: Rows of cells that it fills.
    """
    for start in range(0, len(data), _CHUNK):
        head = f"a=t,f=100,t=d,i={number},q=2," if not start else ""
        more = int(start + _CHUNK < len(data))
        yield f"\x1b_G{head}m={more};{data[start : start + _CHUNK]}\x1b\\"
    yield f"\x1b_Ga=p,U=1,i={number},c={columns},r={rows},q=2\x1b\\"


def deletion_sequence(number: int) -> str:
    """Return the escape sequence that deletes an image in the terminal."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"


_COARSE = bytes(min(value // _STEP * _STEP + _STEP // 2, 255) for value in range(256))


@lru_cache(maxsize=8_192)
def _style(cell: bytes) -> Style:
    """Return the style of a cell, whose six bytes are the colours of its upper and its lower half."""
    ink, paper = (Color.from_triplet(ColorTriplet(*half)) for half in (cell[:3], cell[3:]))
    return Style(color=ink, bgcolor=paper)


@lru_cache(maxsize=1)
def _marks() -> str:
    """Return the combining marks in the order of the numbers for which they stand."""
    ranges = (each.partition("-") for each in _MARKS.split())
    return "".join(map(chr, chain.from_iterable(range(int(a, 16), int(b or a, 16) + 1) for a, _, b in ranges)))

"""Pictures as half blocks: each cell shows two pixels, the upper one as its ink and the lower one as its paper."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style

UPPER_HALF = "▀"
_STEP = 4
"""Levels of a colour that are painted alike: neighbouring cells then share a style, which halves the bytes of a row."""


def picture_row(pixels: bytes, columns: int, row: int) -> list[Segment]:
    """Return a row of cells.

    Args:
        pixels: Red, green and blue of all pixels, row by row.
        columns: Pixels in a row.
        row: Number of the row of cells.
    """
    width = 3 * columns
    upper = _coarse(pixels[2 * row * width : (2 * row + 1) * width])
    lower = _coarse(pixels[(2 * row + 1) * width : (2 * row + 2) * width])
    cells = (upper[at : at + 3] + lower[at : at + 3] for at in range(0, width, 3))
    return [Segment(UPPER_HALF * sum(1 for _ in same), _style(cell)) for cell, same in groupby(cells)]


_TABLE = bytes(min(value // _STEP * _STEP + _STEP // 2, 255) for value in range(256))


def _coarse(pixels: bytes) -> bytes:
    return pixels.translate(_TABLE)


@lru_cache(maxsize=8_192)
def _style(cell: bytes) -> Style:
    """Return the style of a cell, whose six bytes are the colours of its upper and its lower half."""
    ink, paper = (Color.from_triplet(ColorTriplet(*half)) for half in (cell[:3], cell[3:]))
    return Style(color=ink, bgcolor=paper)

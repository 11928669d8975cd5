"""Rows: what stands on one line of the screen, in cells, and which part of the text it owns."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class OrnamentRole(StrEnum):
    """What an ornament is, for the painter to choose a tone."""

    MARKER = "marker"
    """Bullet or number of a list item or footnote."""
    BAR = "bar"
    """Bar of a quotation."""
    RULE = "rule"
    """Thematic break."""
    BORDER = "border"
    """Rule of a table."""
    DIVIDER = "divider"
    """Line above the other stories found in a paste."""
    LABEL = "label"
    """Word that names what follows: a picture, a table's column."""


class Fragment(NamedTuple):
    """A piece of the text drawn from a column on: `text[start:end]`, its tabs expanded from the fragment's start."""

    column: int
    start: int
    end: int


class Ornament(NamedTuple):
    """Something that is drawn and is not part of the text."""

    column: int
    text: str
    role: OrnamentRole


class Row(NamedTuple):
    """One row of a block.

    The ranges that rows own tile the text: every character, line feeds between blocks included, belongs to exactly
    one row. White space at a wrap belongs to the row before it and is not drawn. The empty row after a block owns the
    line feed that ends the block. Only in a table do cells stand side by side: there a row's range goes from its first
    fragment to its last, ranges of one table row overlap, and the fragments tell what stands where.
    """

    block: int
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs of a row
    """Number of the row within its block; negative for rows beside it: `GAP`, `DIVIDER`, `DIVIDER_GAP`."""
    fragments: tuple[Fragment, ...]
    ornaments: tuple[Ornament, ...]
    start: int
    end: int


GAP = -1
"""Index of the empty row after a block."""
DIVIDER = -2
"""Index of the line above the trailing stories."""
DIVIDER_GAP = -3
"""Index of the empty row under that line."""

"""Rows: the content of one screen line in cells, and the range of the text that the row owns."""

# No `from __future__ import annotations`: named tuples compile each annotation that is a text, in 10 µs.

from enum import StrEnum
from typing import NamedTuple


class OrnamentRole(StrEnum):
    """Kind of an ornament, by which the painter chooses its style."""

    MARKER = "marker"
    """Bullet or number of a list item or footnote."""
    BAR = "bar"
    """Bar of a quotation."""
    RULE = "rule"
    """Line of a thematic break."""
    BORDER = "border"
    """Line of a table."""
    DIVIDER = "divider"
    """Line above the other stories of a pasted page."""
    PICTURE = "picture"
    """The beginning of a row of a picture, which the painter draws; its text is empty."""
    LABEL = "label"
    """Name of a picture, or of the table column of the following cell."""
    META = "meta"
    """Number or length of a chapter, or the running head above it."""
    TITLE = "title"
    """Title of a chapter whose text has no heading."""


class Fragment(NamedTuple):
    """The text `text[start:end]`, drawn from a column on; its tab stops count from the start of the fragment."""

    column: int
    """Screen column at which the fragment begins."""
    start: int
    end: int


class Ornament(NamedTuple):
    """Drawn characters that are not part of the document's text, such as a list marker."""

    column: int
    text: str
    role: OrnamentRole


class Row(NamedTuple):
    """One row of a block.

    The ranges of the rows cover the text without overlap: every character, including line feeds between blocks, belongs
    to exactly one row. White space at a wrap belongs to the row before the wrap and is not drawn. The empty row after a
    block owns the line feed that ends the block. Only in a table are cells drawn side by side: there a row's range
    extends from its first fragment to its last, ranges of one table row overlap, and the fragments define which text is
    drawn in which column.
    """

    block: int
    """Number of the row's block."""
    index: int  # type: ignore[assignment]  # hides tuple.index, which is not needed here
    """Number of the row within its block; negative for rows outside its text: `GAP`, `DIVIDER`, `DIVIDER_GAP`, and
    the rows above a chapter: `HEAD` for the uppermost, `HEAD - 1` for the next."""
    fragments: tuple[Fragment, ...]
    ornaments: tuple[Ornament, ...]
    start: int
    """Start of the range of the text that the row owns."""
    end: int
    """End of the range of the text that the row owns."""


GAP = -1
"""`Row.index` of the empty row after a block."""
DIVIDER = -2
"""`Row.index` of the line above the trailing stories."""
DIVIDER_GAP = -3
"""`Row.index` of the empty row below the line above the trailing stories."""
HEAD = -4
"""`Row.index` of the uppermost row above a chapter; the rows below it have -5, -6 and so on."""

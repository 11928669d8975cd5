"""Rows of blocks with flowing text: paragraphs, headings, code, figures and rules."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tui_reader.document.blocks import Block, BlockKind
from tui_reader.document.cells import cell_width, clipped, graphemes, is_narrow
from tui_reader.document.rows import Fragment, Ornament, OrnamentRole, Row
from tui_reader.document.wrapping import HANGING, cut_rows

if TYPE_CHECKING:
    from tui_reader.document.figures import FigureCells
    from tui_reader.document.insets import Inset

PICTURE = "▣"
"""Symbol at the beginning of the label of a picture."""
_INNER_TARGET = re.compile(r"(?:data|cid|part|page):|cell-\d+-output-\d+\Z")
"""Targets of pictures without a file name: embedded ones, parts of mails, regions of PDF pages, output of notebooks."""
LEAST_CAPTION = 24
"""Minimum width of a caption in columns; a caption with less space below a picture begins left of the picture."""


class BlockPlacement(NamedTuple):
    """A block with the document's text, its inset and its picture, which together determine its rows."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which is not needed here
    """Number of the block."""
    block: Block
    text: str
    """Text of the whole document."""
    inset: Inset
    owned: int
    """End offset of the text that the block's rows own: after the line feed that ends the block, unless the empty row
    below the block owns the line feed."""
    picture: FigureCells | None = None
    """The cells of the block's picture; None if no picture is drawn."""


class BlockRows(Protocol):
    """Protocol for the rows of one block at a given width."""

    count: int
    """Number of rows of the block."""

    def row(self, index: int) -> Row:
        """Return a row by its number within the block."""

    def locate(self, offset: int) -> tuple[int, int]:
        """Return the row within the block, and the column, of the character at an offset."""

    def offset_in(self, row: Row, column: int) -> int:
        """Return the offset of the character nearest to a column of one of the block's rows."""


def offset_in_fragment(text: str, fragment: Fragment, column: int) -> int:
    """Return the offset of the grapheme cluster at a column, or nearest to a column outside the fragment."""
    piece = text[fragment.start : fragment.end]
    wanted = max(0, column - fragment.column)
    if is_narrow(piece):
        return fragment.start + min(wanted, max(0, len(piece) - 1))
    offset, cell = fragment.start, 0
    for cluster in graphemes(piece):
        cell += cell_width(cluster, cell)
        if cell > wanted or offset + len(cluster) >= fragment.end:
            return offset
        offset += len(cluster)
    return offset


def figure_label(block: Block, width: int) -> str:
    """Return the label of a picture: a symbol and the file's name, cut with an ellipsis at `width` columns.

    The word `picture` replaces the name if a caption follows, if the file has no name that can be shown, or if only the
    program uses that name for a part of the article's own file.
    """
    name = "picture"
    if block.end == block.start and not _INNER_TARGET.match(block.target):
        path = block.target.partition("?")[0].partition("#")[0]
        found = path.rstrip("/").rpartition("/")[2]
        name = found if found and found.isprintable() else name
    return clipped(f"{PICTURE} {name}", width)


def lead_rows(block: Block, picture: FigureCells | None) -> int:
    """Return the number of rows of a figure before its caption: those of the picture, or of the label.

    Without a caption, the last row of the picture is not counted: it is the row of the block's empty text.
    """
    rows = picture.rows if picture is not None else 1
    return rows if block.end > block.start else rows - 1


def caption_inset(inset: Inset, picture: FigureCells) -> Inset:
    """Return the inset of a caption below a centred picture.

    The caption begins at the left edge of the picture; if fewer than `LEAST_CAPTION` columns are right of this edge, it
    begins farther left, but not left of `inset`.
    """
    shift = max(0, min((inset.width - picture.columns) // 2, inset.width - LEAST_CAPTION))
    return inset._replace(column=inset.column + shift, width=inset.width - shift)


class FlowRows:
    """Rows of a block whose text is wrapped from row to row."""

    def __init__(self, placement: BlockPlacement) -> None:
        self._index, block, text, inset, self._owned, picture = placement
        self._picture: Ornament | None = None
        if picture is not None:
            shift = (inset.width - picture.columns) // 2
            self._picture = Ornament(inset.column + shift, "", OrnamentRole.PICTURE)
            inset = caption_inset(inset, picture)
        self._block = block
        self._text = text
        self._inset = inset
        self._label: Ornament | None = None
        self._lead = 0
        """Number of rows before the first row of text."""
        if block.kind is BlockKind.RULE:
            self._label = Ornament(inset.column, "─" * inset.width, OrnamentRole.RULE)
        elif block.kind is BlockKind.FIGURE:
            self._label = Ornament(inset.column, figure_label(block, inset.width), OrnamentRole.LABEL)
            self._lead = lead_rows(block, picture)
        self._picture_rows = picture.rows if picture is not None else 0
        self._code = block.kind is BlockKind.CODE
        piece = text[block.start : block.end]
        self._cuts = [block.start + cut for cut in cut_rows(piece, inset.width, code=self._code)]
        self.count = self._lead + len(self._cuts)

    def row(self, index: int) -> Row:
        """Return a row by its number within the block."""
        ornaments = self._inset.first if index == 0 else self._inset.rest
        if index == 0 and self._label is not None:
            ornaments = (*ornaments, self._label)
        if index < self._picture_rows and self._picture is not None:
            ornaments = (*ornaments, self._picture)
        start = self._block.start
        line = index - self._lead
        if line < 0:
            return Row(self._index, index, (), ornaments, start, start)
        if line:
            start = self._cuts[line - 1]
        end = self._cuts[line]
        drawn = self._drawn_end(start, end)
        fragments = (Fragment(self._inset.column, start, drawn),) if drawn > start else ()
        last = line == len(self._cuts) - 1
        return Row(self._index, index, fragments, ornaments, start, self._owned if last else end)

    def _drawn_end(self, start: int, end: int) -> int:
        """Return the end of the text drawn on a row: without trailing white space, except in code."""
        piece = self._text[start:end]
        return start + len(piece.removesuffix("\n") if self._code else piece.rstrip(HANGING))

    def locate(self, offset: int) -> tuple[int, int]:
        """Return the row within the block, and the column, of the character at an offset."""
        cuts = self._cuts
        line = min(bisect_right(cuts, offset), len(cuts) - 1)
        start = cuts[line - 1] if line else self._block.start
        drawn = self._drawn_end(start, cuts[line])
        column = self._inset.column + cell_width(self._text[start : min(offset, drawn)])
        return self._lead + line, column + max(0, offset - drawn)

    def offset_in(self, row: Row, column: int) -> int:
        """Return the offset of the character nearest to a column of one of the block's rows."""
        if not row.fragments:
            return min(row.start, self._block.end)
        return offset_in_fragment(self._text, row.fragments[0], column)

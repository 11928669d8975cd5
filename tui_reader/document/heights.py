"""Heights of all blocks of a document at a width: counted where that is fast, else estimated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tui_reader.document.blocks import Block, BlockKind, Document
from tui_reader.document.cells import all_narrow_lines, cells_of_character
from tui_reader.document.flow import caption_inset, lead_rows
from tui_reader.document.lengths import FIRST_WIDE, LONG, is_plain, lengths_of
from tui_reader.document.tables import estimate_table
from tui_reader.document.wrapping import code_pattern, flow_pattern

if TYPE_CHECKING:
    from tui_reader.document.figures import Figures
    from tui_reader.document.insets import Inset, Insets

_SAMPLE: Final = 16
"""Number of characters of a block whose widths are the basis of its estimate."""
_RAGGED: Final = 3
"""Average number of empty cells at the end of a row of prose, since words are not cut."""
_breaks = re.compile(r"[\n\t]").search


class BlockHeights:
    """The heights of all blocks of a document, for a layout.

    Args:
        document: The document.
        width: Width of a row in cells.
        inset_builder: Computes the insets of blocks that are not indented like the body.
        body: Inset of all other blocks.
        figures: The pictures of the document.
    """

    def __init__(self, document: Document, width: int, inset_builder: Insets, body: Inset, figures: Figures) -> None:
        self._figures = figures
        self._document = document
        self._width = width
        self._inset_builder = inset_builder
        self._body = body
        self.insets: dict[int, Inset] = {}
        """Insets of the blocks that are not indented like the body."""
        self.estimated = bytearray(len(document.blocks))
        """1 for each block whose height is estimated, else 0."""
        self.heights = self._counted() if len(document.text) <= LONG else self._guessed()
        """Number of rows of each block, including the empty row after it."""

    def _counted(self) -> list[int]:
        """Return the heights of all blocks, counted where that is fast, else estimated."""
        text, width = self._document.text, self._width
        paragraph = BlockKind.PARAGRAPH
        find_rows = flow_pattern(width).findall
        no_tab = "\t" not in text
        simple = text.isascii() and no_tab
        # Text up to this length is one row unless a line feed breaks it: no character is wider than two cells.
        one_row_length = width if simple else width // 2
        heights: list[int] = []
        for index, block in enumerate(self._document.blocks):
            if block.quiet and index in self.insets:
                rows = self._count(index, block, self.insets[index])
            elif block.kind is paragraph and not (block.quote or block.depth or block.marker):
                start, end = block.start, block.end
                if end - start <= one_row_length and not _breaks(text, start, end):
                    rows = 1
                else:
                    piece = text[start:end]
                    if simple or (no_tab and piece.isascii()) or all_narrow_lines.fullmatch(piece):
                        rows = len(find_rows(piece)) or 1
                    else:
                        rows = self._estimate(index, piece, width)
            else:
                inset = self.insets[index] = self._inset_builder.at(index)
                rows = self._count(index, block, inset)
                if block.kind is BlockKind.FIGURE:
                    self._place_caption(index, inset)
            heights.append(rows if block.tight else rows + 1)
        return heights

    def _guessed(self) -> list[int]:
        """Return estimated heights of all blocks of a long text.

        Nearly all blocks are plain paragraphs, whose heights follow from their lengths.
        """
        lengths, others = lengths_of(self._document)
        filled = self._width - _RAGGED
        self.estimated = bytearray(b"\1") * len(lengths)
        heights = [length // filled + 2 for length in lengths]
        text, blocks = self._document.text, self._document.blocks
        for index in others:
            block, inset = blocks[index], self._body
            if not is_plain(block):
                inset = self.insets[index] = self._inset_builder.at(index)
                if block.kind is BlockKind.FIGURE:
                    self._place_caption(index, inset)
            if block.kind is BlockKind.TABLE and block.table is not None:
                rows = estimate_table(block.table)
            elif block.end > block.start and text[block.start] >= FIRST_WIDE:
                rows = self._estimate(index, text[block.start : block.end], inset.width)
            else:
                length = block.end - block.start
                is_figure = block.kind is BlockKind.FIGURE
                picture = self._figures.cells(block, inset.width) if is_figure else None
                rows = (
                    (picture.rows if picture is not None else 0)
                    + length // max(inset.width - _RAGGED, 1)
                    + text.count("\n", block.start, block.end)
                    + 1
                )
            heights[index] = rows if block.tight else rows + 1
        return heights

    def _place_caption(self, index: int, inset: Inset) -> None:
        """Set the inset of a caption that is a block of its own: a muted paragraph directly after a picture.

        The text of the picture's block is then a description for people who do not see the picture.

        Args:
            index: Index of the block of a picture; nothing is done if the picture is not drawn.
            inset: Inset of this block.
        """
        picture = self._figures.cells(self._document.blocks[index], inset.width)
        if picture is not None and index + 1 < len(self._document.blocks):
            following = self._document.blocks[index + 1]
            if following.quiet and is_plain(following):
                self.insets[index + 1] = caption_inset(self._body, picture)

    def _count(self, index: int, block: Block, inset: Inset) -> int:
        """Return the number of rows of a block of any kind, estimated if counting would be slow."""
        if block.kind is BlockKind.TABLE and block.table is not None:
            self.estimated[index] = 1
            return estimate_table(block.table)
        lead = 0
        if block.kind is BlockKind.FIGURE:
            picture = self._figures.cells(block, inset.width)
            lead = lead_rows(block, picture)
            if picture is not None:
                inset = caption_inset(inset, picture)
        piece = self._document.text[block.start : block.end]
        if all_narrow_lines.fullmatch(piece):
            pattern = code_pattern(inset.width) if block.kind is BlockKind.CODE else flow_pattern(inset.width)
            return lead + (len(pattern.findall(piece)) or 1)
        return lead + self._estimate(index, piece, inset.width)

    def _estimate(self, index: int, piece: str, width: int) -> int:
        """Return the number of rows of a block with wide characters, estimated by the widths of its first characters.

        Unless the text surely fits into one row, the block `index` is marked in `estimated`.
        """
        if len(piece) * 2 <= width and not _breaks(piece):
            return 1
        self.estimated[index] = 1
        sample = piece[:_SAMPLE]
        cells = sum(map(cells_of_character, sample)) * len(piece) // len(sample)
        return cells // width + piece.count("\n") + 1

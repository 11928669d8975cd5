"""The layout: the rows of a document at a width, worked out where they are shown.

Heights of blocks of one-cell text are counted exactly when the layout is made, 20,000 words in a millisecond. Blocks
of wide text and tables, and all that is long in a text of more than `LONG` characters, are estimated and made exact
later: another width of a million words is there within 3 ms rather than 60. A row's number is therefore only good
until the next call of `ensure`, `refine` or a function that has to look into an estimated block; offsets are what
lasts.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from itertools import accumulate, islice
from time import perf_counter
from typing import TYPE_CHECKING, Final

from tui_reader.document.blocks import Block, BlockKind, Document
from tui_reader.document.cells import all_narrow_lines, boundary_at, cells_of_character
from tui_reader.document.flow import BlockPlacement, BlockRows, FlowRows
from tui_reader.document.insets import Inset, Insets
from tui_reader.document.lengths import FIRST_WIDE, LONG, is_plain, lengths_of
from tui_reader.document.rows import DIVIDER, DIVIDER_GAP, GAP, Fragment, Ornament, OrnamentRole, Row
from tui_reader.document.structure import block_index
from tui_reader.document.tables import estimate_table, table_rows
from tui_reader.document.wrapping import code_pattern, flow_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DIVIDER", "DIVIDER_GAP", "GAP", "MIN_WIDTH", "Fragment", "Layout", "Ornament", "OrnamentRole", "Row"]

MIN_WIDTH: Final = 8
DIVIDER_ROWS: Final = 2
"""Rows of the line above the trailing stories and of the empty one under it."""
DIVIDER_TEXT: Final = "other stories in this paste"
_CHUNK: Final = 256
"""Blocks whose heights are summed up together: a height may change without summing all of them anew."""
_KEPT_BLOCKS: Final = 400
_WORTH_KEEPING: Final = 500
"""Rows of a block, such as a long table, that are kept when it was made exact: to wrap it again is felt."""
_EAGER_BLOCKS: Final = 100
_EAGER_CHARACTERS: Final = 20_000
"""Estimated blocks up to this number and size in all are made exact at once: some 3 ms."""
_SAMPLE: Final = 16
"""Characters of a block whose widths its estimate goes by."""
_RAGGED: Final = 3
"""Cells that stay empty at the end of a row of prose on the average, as words are not cut."""
_breaks = re.compile(r"[\n\t]").search


class Layout:
    """The rows of a document at a width.

    Args:
        document: What to lay out.
        width: Cells of a row; at least 8, less is taken for 8.
        joined: Whether trailing stories found in a paste follow without a line above them.
    """

    def __init__(self, document: Document, width: int, *, joined: bool = False) -> None:
        self.document = document
        self.width = max(width, MIN_WIDTH)
        self.joined = joined
        blocks = document.blocks
        tail = document.tail
        self._tail = tail if tail is not None and not joined and 0 <= tail < len(blocks) else -1
        self._inset_builder = Insets(self.width, blocks)
        self._insets: dict[int, Inset] = {}
        """Insets of the blocks that do not stand as the body does."""
        self._body = Inset(0, self.width)
        self._loose = bytearray(len(blocks))
        """1 for each block whose height is estimated, else 0."""
        self._rows: dict[int, BlockRows] = {}
        self._heights = array("i", self._measure())
        self._left = self._loose.count(1)
        """How many heights are estimated."""
        self._next = 0
        """Block before which no height is estimated."""
        chunks = range(0, len(self._heights), _CHUNK)
        self._totals = array("i", [sum(self._heights[start : start + _CHUNK]) for start in chunks])
        self._sums: array[int] | None = None
        if self._left and len(document.text) <= LONG:
            first = list(islice(self._estimated(), _EAGER_BLOCKS))
            if sum(blocks[index].end - blocks[index].start for index in first) <= _EAGER_CHARACTERS:
                for index in first:
                    self._rows_of(index)

    def _estimated(self) -> Iterator[int]:
        """Blocks whose height is estimated, in order."""
        index = -1
        while (index := self._loose.find(1, index + 1)) >= 0:
            yield index

    def _measure(self) -> list[int]:
        """Heights of all blocks, with the empty rows after them: counted where that is quick, else estimated."""
        blocks = self.document.blocks
        heights = self._counted() if len(self.document.text) <= LONG else self._guessed()
        if heights and not blocks[-1].tight:
            heights[-1] -= 1
        if self._tail >= 0:
            heights[self._tail] += DIVIDER_ROWS
            if self._tail and blocks[self._tail - 1].tight:
                heights[self._tail - 1] += 1
        return heights

    def _counted(self) -> list[int]:
        text, width = self.document.text, self.width
        paragraph = BlockKind.PARAGRAPH
        find_rows = flow_pattern(width).findall
        no_tab = "\t" not in text
        simple = text.isascii() and no_tab
        # Text up to this length is surely one row if no line feed breaks it: no character is wider than two cells.
        easy = width if simple else width // 2
        heights: list[int] = []
        for index, block in enumerate(self.document.blocks):
            if block.kind is paragraph and not (block.quote or block.depth or block.marker):
                start, end = block.start, block.end
                if end - start <= easy and not _breaks(text, start, end):
                    rows = 1
                else:
                    piece = text[start:end]
                    if simple or (no_tab and piece.isascii()) or all_narrow_lines.fullmatch(piece):
                        rows = len(find_rows(piece)) or 1
                    else:
                        rows = self._estimate(index, piece, width)
            else:
                inset = self._insets[index] = self._inset_builder.at(index)
                rows = self._count(index, block, inset)
            heights.append(rows if block.tight else rows + 1)
        return heights

    def _guessed(self) -> list[int]:
        """Of a long text all heights are estimates: nearly all blocks are plain paragraphs, told by their lengths."""
        lengths, others = lengths_of(self.document)
        filled = self.width - _RAGGED
        self._loose = bytearray(b"\1") * len(lengths)
        heights = [length // filled + 2 for length in lengths]
        text, blocks = self.document.text, self.document.blocks
        for index in others:
            block, inset = blocks[index], self._body
            if not is_plain(block):
                inset = self._insets[index] = self._inset_builder.at(index)
            if block.kind is BlockKind.TABLE and block.table is not None:
                rows = estimate_table(block.table)
            elif block.end > block.start and text[block.start] >= FIRST_WIDE:
                rows = self._estimate(index, text[block.start : block.end], inset.width)
            else:
                length = block.end - block.start
                rows = length // max(inset.width - _RAGGED, 1) + text.count("\n", block.start, block.end) + 1
            heights[index] = rows if block.tight else rows + 1
        return heights

    def _count(self, index: int, block: Block, inset: Inset) -> int:
        """Rows of any block, estimated where counting is slow."""
        if block.kind is BlockKind.TABLE and block.table is not None:
            self._loose[index] = 1
            return estimate_table(block.table)
        lead = 1 if block.kind is BlockKind.FIGURE and block.end > block.start else 0
        piece = self.document.text[block.start : block.end]
        if all_narrow_lines.fullmatch(piece):
            pattern = code_pattern(inset.width) if block.kind is BlockKind.CODE else flow_pattern(inset.width)
            return lead + (len(pattern.findall(piece)) or 1)
        return lead + self._estimate(index, piece, inset.width)

    def _estimate(self, index: int, piece: str, width: int) -> int:
        """Rows that a piece of wide text may take, going by its first characters."""
        if len(piece) * 2 <= width and not _breaks(piece):
            return 1
        self._loose[index] = 1
        sample = piece[:_SAMPLE]
        cells = sum(map(cells_of_character, sample)) * len(piece) // len(sample)
        return cells // width + piece.count("\n") + 1

    def _beside(self, index: int) -> int:
        """Rows above and under a block that are not its own."""
        return (DIVIDER_ROWS if index == self._tail else 0) + (1 if self._has_gap(index) else 0)

    def _has_gap(self, index: int) -> bool:
        """Whether an empty row follows a block."""
        if index + 1 >= len(self.document.blocks):
            return False
        return not self.document.blocks[index].tight or index + 1 == self._tail

    @property
    def height(self) -> int:
        """Rows in all; an estimate while not exact."""
        return self._chunk_sums()[-1]

    @property
    def exact(self) -> bool:
        """Whether all heights are exact."""
        return not self._left

    def _chunk_sums(self) -> array[int]:
        """Rows above each chunk of blocks, and in all."""
        if self._sums is None:
            self._sums = array("q", accumulate(self._totals, initial=0))
        return self._sums

    def _settle(self, block: int, rows: int) -> None:
        """Put the exact height of a block in the place of its estimate.

        Args:
            block: The block.
            rows: Rows of its own.
        """
        if not self._loose[block]:
            return
        self._loose[block] = 0
        self._left -= 1
        change = rows + self._beside(block) - self._heights[block]
        if change:
            self._heights[block] += change
            self._totals[block // _CHUNK] += change
            self._sums = None

    def _rows_of(self, block: int) -> BlockRows:
        """The rows of a block, which makes its height exact."""
        rows = self._rows.pop(block, None)
        if rows is None:
            rows = self._make_rows(block)
            if len(self._rows) >= _KEPT_BLOCKS:
                del self._rows[next(iter(self._rows))]
            self._settle(block, rows.count)
        self._rows[block] = rows
        return rows

    def _make_rows(self, index: int) -> BlockRows:
        """Wrap a block."""
        block = self.document.blocks[index]
        inset = self._insets.get(index, self._body)
        last = index + 1 >= len(self.document.blocks)
        owned = block.end if last or (self._has_gap(index) and block.end > block.start) else block.end + 1
        placement = BlockPlacement(index, block, self.document.text, inset, owned)
        if block.kind is BlockKind.TABLE and block.table is not None:
            return table_rows(placement, block.table)
        return FlowRows(placement)

    def block_at(self, y: int) -> int:
        """Number of the block that a row belongs to, the rows around it included; the nearest for a row outside."""
        return self._locate(y)[0]

    def _locate(self, y: int) -> tuple[int, int]:
        """Block of a row and the row's distance from the block's top."""
        heights = self._heights
        if not heights:
            return 0, 0
        sums = self._chunk_sums()
        y = max(0, min(y, sums[-1] - 1))
        chunk = min(bisect_right(sums, y), len(sums) - 1) - 1
        rest = y - sums[chunk]
        block = chunk * _CHUNK
        while rest >= heights[block]:
            rest -= heights[block]
            block += 1
        return block, rest

    def top_of(self, block: int) -> int:
        """Number of a block's first row, the line above the trailing stories included."""
        chunk = block // _CHUNK
        return self._chunk_sums()[chunk] + sum(self._heights[chunk * _CHUNK : block])

    def bottom_of(self, block: int) -> int:
        """Number of the row behind a block's last, which is its empty row where it has one."""
        return self.top_of(block + 1) - (1 if self._has_gap(block) else 0)

    def row(self, y: int) -> Row:
        """A row by its number; the nearest for one outside, an empty one in an empty document."""
        if not self._heights:
            return Row(0, 0, (), (), 0, 0)
        return self.rows(max(0, min(y, self.height - 1)), 1)[0]

    def rows(self, first: int, count: int) -> list[Row]:
        """Rows from one on, at most as many as asked for and as there are; what they need is made exact first."""
        count = min(count, count + first)
        first = max(first, 0)
        if not self._heights or first >= self.height:
            return []
        self.ensure(first, count)
        block, inside = self._locate(first)
        result: list[Row] = []
        while len(result) < count and block < len(self._heights):
            upto = min(self._heights[block], inside + count - len(result))
            result.extend(self._row_in(block, distance) for distance in range(inside, upto))
            block, inside = block + 1, 0
        return result

    def _row_in(self, block: int, distance: int) -> Row:
        """The row at a distance from a block's top."""
        rows = self._rows_of(block)
        if block == self._tail:
            if distance < DIVIDER_ROWS:
                return self._divider(block, distance)
            distance -= DIVIDER_ROWS
        if distance < rows.count:
            return rows.row(distance)
        return self._gap(block)

    def _gap(self, index: int) -> Row:
        """The empty row after a block; bars run through it within a quotation."""
        blocks = self.document.blocks
        block = blocks[index]
        shared = 0 if index + 1 == self._tail else min(block.quote, blocks[index + 1].quote)
        bars = self._inset_builder.bars(shared)
        start = block.end if block.end > block.start else block.end + 1
        return Row(index, GAP, (), bars, start, block.end + 1)

    def _divider(self, index: int, distance: int) -> Row:
        """The line above the trailing stories, or the empty row under it."""
        start = self.document.blocks[index].start
        if distance:
            return Row(index, DIVIDER_GAP, (), (), start, start)
        words = DIVIDER_TEXT.split()
        while len(line := f"── {' '.join(words)} ") > self.width + 1:
            words.pop()
        line = line[: self.width].ljust(self.width, "─")
        return Row(index, DIVIDER, (), (Ornament(0, line, OrnamentRole.DIVIDER),), start, start)

    def position(self, offset: int) -> tuple[int, int]:
        """Row and column of the character at an offset.

        White space that is not drawn stands behind the last character of its row, at most in the last column; the line
        feed after a block in the empty row that follows it.
        """
        blocks = self.document.blocks
        if not blocks:
            return 0, 0
        offset = max(0, min(offset, len(self.document.text)))
        index = block_index(self.document, offset)
        rows = self._rows_of(index)
        top = self.top_of(index) + (DIVIDER_ROWS if index == self._tail else 0)
        block = blocks[index]
        if offset >= block.end > block.start and self._has_gap(index):
            return top + rows.count, 0
        inner, column = rows.locate(offset)
        return top + inner, min(column, self.width - 1)

    def offset_at(self, y: int, column: int) -> int:
        """Offset of the character nearest to a cell of a row, on a boundary of clusters."""
        if not self._heights:
            return 0
        self.ensure(y, 1)
        block, distance = self._locate(y)
        row = self._row_in(block, distance)
        if row.index >= 0:
            return boundary_at(self.document.text, self._rows_of(block).offset_in(row, column))
        return min(row.start, len(self.document.text))

    def first_offset(self, y: int) -> int:
        """The offset that names a row best: its first, or that of what follows where a row owns nothing."""
        if not self._heights:
            return 0
        self.ensure(y, 1)
        block, distance = self._locate(y)
        return min(self._row_in(block, distance).start, len(self.document.text))

    def ensure(self, y: int, count: int) -> None:
        """Make heights exact from a row on, for as many rows as given; nothing above it moves."""
        if not self._left:
            return
        block, inside = self._locate(y)
        missing = count + inside
        while missing > 0 and block < len(self._heights):
            if self._loose[block]:
                self._rows_of(block)
            missing -= self._heights[block]
            block += 1

    def refine(self, seconds: float) -> bool:
        """Make more heights exact, from the first block on.

        Args:
            seconds: When to stop; one block is finished beyond it.

        Returns:
            Whether all heights are exact. Rows may have moved: keep what you show by its offset.
        """
        end = perf_counter() + seconds
        text, blocks, loose = self.document.text, self.document.blocks, self._loose
        find_rows, is_narrow = flow_pattern(self.width).findall, all_narrow_lines.fullmatch
        while self._left and (index := loose.find(1, self._next)) >= 0:
            self._next = index + 1
            block = blocks[index]
            piece = text[block.start : block.end]
            if block.kind is BlockKind.PARAGRAPH and index not in self._insets and is_narrow(piece):
                # Counted, in half the time that it takes to make them.
                self._settle(index, len(find_rows(piece)) or 1)
            else:
                rows = self._make_rows(index)
                self._settle(index, rows.count)
                if rows.count >= _WORTH_KEEPING:
                    self._rows[index] = rows
            if perf_counter() >= end:
                break
        return not self._left

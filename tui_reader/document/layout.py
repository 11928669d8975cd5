"""The layout: the rows of a document at a width, worked out where they are shown.

Heights of blocks of one-cell text are counted exactly when the layout is made (a million words in about 40 ms). Blocks
of wide text and tables are estimated and made exact later. A row's number is therefore only good until the next call
of `ensure`, `refine` or a function that has to look into an estimated block; offsets are what lasts.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import accumulate
from time import perf_counter
from typing import Final

from tui_reader.document.blocks import Block, BlockKind, Document
from tui_reader.document.cells import is_narrow
from tui_reader.document.flow import BlockRows, FlowRows, Place
from tui_reader.document.insets import Inset, Insets
from tui_reader.document.rows import DIVIDER, DIVIDER_GAP, GAP, Fragment, Ornament, OrnamentRole, Row
from tui_reader.document.structure import block_index
from tui_reader.document.tables import estimate_table, table_rows
from tui_reader.document.wrapping import count_rows

__all__ = ["DIVIDER", "DIVIDER_GAP", "GAP", "MIN_WIDTH", "Fragment", "Layout", "Ornament", "OrnamentRole", "Row"]

MIN_WIDTH: Final = 8
DIVIDER_TEXT: Final = "other stories in this paste"
_CHUNK: Final = 256
"""Blocks whose heights are summed up together: a height may change without summing all of them anew."""
_KEPT_BLOCKS: Final = 400
_EAGER_CHARACTERS: Final = 20_000
"""Estimated text up to this size is made exact at once: some 2 ms."""


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
        self._insets: list[Inset] = []
        self._pending: list[int] = []
        self._next_pending = 0
        self._estimated = bytearray(len(blocks))
        self._remaining = 0
        self._rows: dict[int, BlockRows] = {}
        self._heights = array("i", bytes(4 * len(blocks)))
        self._measure()
        self._sums: array[int] | None = None
        if self._remaining and sum(blocks[b].end - blocks[b].start for b in self._pending) <= _EAGER_CHARACTERS:
            for block in self._pending:
                self._rows_of(block)

    def _measure(self) -> None:
        """Heights of all blocks: counted where that is quick, else estimated."""
        text, blocks, heights = self.document.text, self.document.blocks, self._heights
        insets = Insets(self.width)
        for index, block in enumerate(blocks):
            inset = insets.next(block)
            self._insets.append(inset)
            heights[index] = self._beside(index) + self._first_height(index, block, inset, text)
        self._pending = [index for index, flag in enumerate(self._estimated) if flag]
        self._remaining = len(self._pending)

    def _first_height(self, index: int, block: Block, inset: Inset, text: str) -> int:
        """Rows of a block, estimated where counting is slow."""
        kind = block.kind
        if kind is BlockKind.TABLE and block.table is not None:
            self._estimated[index] = 1
            return estimate_table(block.table)
        lead = 1 if kind is BlockKind.FIGURE and block.end > block.start else 0
        piece = text[block.start : block.end]
        if len(piece) * 2 <= inset.width and "\n" not in piece and "\t" not in piece:
            return lead + 1
        if is_narrow(piece, line_feeds=True):
            return lead + count_rows(piece, inset.width, code=kind is BlockKind.CODE)
        self._estimated[index] = 1
        return lead + piece.count("\n") + 1 + len(piece) * 3 // (2 * inset.width)

    def _beside(self, index: int) -> int:
        """Rows above and under a block that are not its own."""
        return (2 if index == self._tail else 0) + (1 if self._has_gap(index) else 0)

    def _has_gap(self, index: int) -> bool:
        """Whether an empty row follows a block."""
        if index + 1 >= len(self.document.blocks):
            return False
        return not self.document.blocks[index].tight or index + 1 == self._tail

    @property
    def height(self) -> int:
        """Rows in all; an estimate while not exact."""
        sums = self._chunk_sums()
        return sums[-1]

    @property
    def exact(self) -> bool:
        """Whether all heights are exact."""
        return self._remaining == 0

    def _chunk_sums(self) -> array[int]:
        """Rows above each chunk of blocks, and in all."""
        if self._sums is None:
            heights = self._heights
            totals = (sum(heights[start : start + _CHUNK]) for start in range(0, len(heights), _CHUNK))
            self._sums = array("q", accumulate(totals, initial=0))
        return self._sums

    def _set_height(self, block: int, height: int) -> None:
        """Change a block's height."""
        old = self._heights[block]
        if old == height:
            return
        self._heights[block] = height
        if self._sums is not None:
            change = height - old
            sums = self._sums
            for chunk in range(block // _CHUNK + 1, len(sums)):
                sums[chunk] += change

    def _rows_of(self, block: int) -> BlockRows:
        """The rows of a block, which makes its height exact."""
        rows = self._rows.pop(block, None)
        if rows is None:
            rows = self._make_rows(block)
            if len(self._rows) >= _KEPT_BLOCKS:
                del self._rows[next(iter(self._rows))]
            if self._estimated[block]:
                self._estimated[block] = 0
                self._remaining -= 1
                self._set_height(block, rows.count + self._beside(block))
        self._rows[block] = rows
        return rows

    def _make_rows(self, index: int) -> BlockRows:
        """Wrap a block."""
        block = self.document.blocks[index]
        inset = self._insets[index]
        last = index + 1 >= len(self.document.blocks)
        owned = block.end if last or (self._has_gap(index) and block.end > block.start) else block.end + 1
        place = Place(index, block, self.document.text, inset, owned)
        if block.kind is BlockKind.TABLE and block.table is not None:
            return table_rows(place, block.table)
        return FlowRows(place)

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

    def row(self, y: int) -> Row:
        """A row by its number; the nearest for one outside."""
        return self.rows(y, 1)[0]

    def rows(self, first: int, count: int) -> list[Row]:
        """Rows from one on, at most as many as asked for and as there are; what they need is made exact first."""
        if not self._heights:
            return [Row(0, 0, (), (), 0, 0)][:count]
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
            if distance < 2:
                return self._divider(block, distance)
            distance -= 2
        if distance < rows.count:
            return rows.row(distance)
        return self._gap(block)

    def _gap(self, index: int) -> Row:
        """The empty row after a block; bars run through it within a quotation."""
        blocks = self.document.blocks
        block = blocks[index]
        shared = 0 if index + 1 == self._tail else min(block.quote, blocks[index + 1].quote)
        bars = Insets(self.width).bars(shared)
        start = block.end if block.end > block.start else block.end + 1
        return Row(index, GAP, (), bars, start, block.end + 1)

    def _divider(self, index: int, distance: int) -> Row:
        """The line above the trailing stories, or the empty row under it."""
        start = self.document.blocks[index].start
        if distance:
            return Row(index, DIVIDER_GAP, (), (), start, start)
        line = f"── {DIVIDER_TEXT} "
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
        top = self.top_of(index) + (2 if index == self._tail else 0)
        block = blocks[index]
        if offset >= block.end > block.start and self._has_gap(index):
            return top + rows.count, 0
        inner, column = rows.locate(offset)
        return top + inner, min(column, self.width - 1)

    def offset_at(self, y: int, column: int) -> int:
        """Offset of the character nearest to a cell of a row, on a boundary of clusters."""
        if not self._heights:
            return 0
        block, distance = self._locate(y)
        row = self._row_in(block, distance)
        if row.index >= 0:
            return self._rows_of(block).offset_in(row, column)
        return min(row.start, len(self.document.text))

    def first_offset(self, y: int) -> int:
        """The offset that names a row best: its first, or that of what follows where a row owns nothing."""
        if not self._heights:
            return 0
        block, distance = self._locate(y)
        return min(self._row_in(block, distance).start, len(self.document.text))

    def ensure(self, y: int, count: int) -> None:
        """Make heights exact from a row on, for as many rows as given; nothing above it moves."""
        if not self._remaining:
            return
        block, inside = self._locate(y)
        missing = count + inside
        while missing > 0 and block < len(self._heights):
            if self._estimated[block]:
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
        pending = self._pending
        while self._remaining and self._next_pending < len(pending):
            block = pending[self._next_pending]
            self._next_pending += 1
            if self._estimated[block]:
                rows = self._make_rows(block)
                self._estimated[block] = 0
                self._remaining -= 1
                self._set_height(block, rows.count + self._beside(block))
                if perf_counter() >= end:
                    break
        return self._remaining == 0

"""The layout: the rows of a document at a width; only blocks that are shown are wrapped.

Heights of blocks of one-cell text are counted exactly when the layout is made, 20,000 words in a millisecond. Blocks of
wide text and tables, and all blocks of a text of more than `LONG` characters, are estimated and made exact later:
a new width is available within 3 ms for a million words, rather than 60. The number of a row is therefore valid only
until the next call of `ensure`, `refine` or a function that wraps an estimated block; only offsets are permanent.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import accumulate, islice
from time import perf_counter
from typing import TYPE_CHECKING, Final

from tui_reader.document.blocks import BlockKind, Document, block_index
from tui_reader.document.cells import all_narrow_lines, boundary_at
from tui_reader.document.figures import Figures
from tui_reader.document.flow import BlockPlacement, BlockRows, FlowRows
from tui_reader.document.heights import BlockHeights
from tui_reader.document.insets import Inset, Insets
from tui_reader.document.lengths import LONG
from tui_reader.document.rows import DIVIDER, DIVIDER_GAP, GAP, HEAD, Fragment, Ornament, OrnamentRole, Row
from tui_reader.document.tables import table_rows
from tui_reader.document.wrapping import flow_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_reader.document.chapter_heads import ChapterHeads
    from tui_reader.document.figures import FigureCells

__all__ = ["DIVIDER", "DIVIDER_GAP", "GAP", "MIN_WIDTH", "Fragment", "Layout", "Ornament", "OrnamentRole", "Row"]

MIN_WIDTH: Final = 8
"""Minimum width of a row in cells."""
DIVIDER_ROWS: Final = 2
"""Number of rows of the divider above the trailing stories, including the empty row below it."""
DIVIDER_TEXT: Final = "other stories in this paste"
_CHUNK: Final = 256
"""Number of blocks per partial sum of heights: if one height changes, only the sum of its chunk is updated."""
_CACHED_BLOCKS: Final = 400
"""Maximum number of wrapped blocks in the cache."""
_ALWAYS_CACHED_ROWS: Final = 500
"""Rows from which a wrapped block, such as a long table, always stays in the cache: wrapping it again takes
noticeably long."""
_EAGER_BLOCKS: Final = 100
"""Number of estimated blocks that are made exact when the layout is created: the first ones, in about 3 ms."""
_EAGER_CHARACTERS: Final = 20_000
"""Maximum total characters of the first `_EAGER_BLOCKS` blocks; if they have more, all stay estimated."""


class Layout:
    """The rows of a document at a width.

    Args:
        document: The document to lay out.
        width: Width of a row in cells; less than 8 is treated as 8.
        joined: True if trailing stories of a pasted page follow without a divider above them.
        heads: The rows above the chapters, computed for the same width; None without chapters.
        figures: The pictures to draw.
    """

    def __init__(
        self,
        document: Document,
        width: int,
        *,
        joined: bool = False,
        heads: ChapterHeads | None = None,
        figures: Figures | None = None,
    ) -> None:
        self._figures = figures or Figures()
        self.document = document
        self.width = max(width, MIN_WIDTH)
        self.joined = joined
        blocks = document.blocks
        tail = document.tail
        self._tail = tail if tail is not None and not joined and 0 <= tail < len(blocks) else -1
        self._heads = heads
        self._above: dict[int, int] = {} if heads is None else dict(heads.counts)
        """Number of rows above the first row of blocks that have some, by the index of the block."""
        if self._tail >= 0:
            self._above[self._tail] = self._above.get(self._tail, 0) + DIVIDER_ROWS
        self._inset_builder = Insets(self.width, blocks)
        self._body = Inset(0, self.width)
        measured = BlockHeights(document, self.width, self._inset_builder, self._body, self._figures)
        self._insets = measured.insets
        """Insets of the blocks that are not indented like the body."""
        self._estimated = measured.estimated
        """1 for each block whose height is estimated, else 0."""
        self._rows: dict[int, BlockRows] = {}
        self._heights = array("i", self._with_rows_between(measured.heights))
        """Number of rows of each block, including the rows above it and the empty row after it."""
        self._estimated_count = self._estimated.count(1)
        """Number of heights that are estimated."""
        self._first_unrefined = 0
        """Index of a block; all blocks before it have exact heights."""
        chunks = range(0, len(self._heights), _CHUNK)
        self._totals = array("i", [sum(self._heights[start : start + _CHUNK]) for start in chunks])
        """Number of rows of each chunk of blocks."""
        self._sums: array[int] | None = None
        if self._estimated_count and len(document.text) <= LONG:
            first = list(islice(self._estimated_blocks(), _EAGER_BLOCKS))
            if sum(blocks[index].end - blocks[index].start for index in first) <= _EAGER_CHARACTERS:
                for index in first:
                    self._rows_of(index)

    def _estimated_blocks(self) -> Iterator[int]:
        """Yield the blocks whose height is estimated, in order."""
        index = -1
        while (index := self._estimated.find(1, index + 1)) >= 0:
            yield index

    def _with_rows_between(self, heights: list[int]) -> list[int]:
        """Return the heights of all blocks, with the rows above them and without empty rows that are not drawn.

        No empty row follows the last block, or a block after which the heading of a chapter continues.
        """
        blocks = self.document.blocks
        if heights and not blocks[-1].tight:
            heights[-1] -= 1
        for block, rows in self._above.items():
            if block < len(heights):
                heights[block] += rows
        if self._tail > 0 and blocks[self._tail - 1].tight:
            heights[self._tail - 1] += 1
        if self._heads is not None:
            for block in self._heads.joined:
                if block + 1 < len(blocks) and block + 1 != self._tail and not blocks[block].tight:
                    heights[block] -= 1
        return heights

    def _extra_rows(self, index: int) -> int:
        """Return the number of rows above and below a block that contain none of its text."""
        return self._above.get(index, 0) + (1 if self._has_gap(index) else 0)

    def _has_gap(self, index: int) -> bool:
        """Return True if an empty row follows a block."""
        if index + 1 >= len(self.document.blocks):
            return False
        if index + 1 == self._tail:
            return True
        return not self.document.blocks[index].tight and (self._heads is None or index not in self._heads.joined)

    @property
    def height(self) -> int:
        """Return the number of rows; an estimate unless `exact` is True."""
        return self._chunk_sums()[-1]

    @property
    def exact(self) -> bool:
        """Return True if the heights of all blocks are exact."""
        return not self._estimated_count

    def _chunk_sums(self) -> array[int]:
        """Return the number of rows above each chunk of blocks, and in total."""
        if self._sums is None:
            self._sums = array("q", accumulate(self._totals, initial=0))
        return self._sums

    def _set_exact(self, block: int, rows: int) -> None:
        """Replace the estimated height of a block by the exact height.

        Args:
            block: The block.
            rows: Number of rows with the block's text.
        """
        if not self._estimated[block]:
            return
        self._estimated[block] = 0
        self._estimated_count -= 1
        change = rows + self._extra_rows(block) - self._heights[block]
        if change:
            self._heights[block] += change
            self._totals[block // _CHUNK] += change
            self._sums = None

    def _rows_of(self, block: int) -> BlockRows:
        """Return the rows of a block, wrapping it if necessary; its height is then exact."""
        rows = self._rows.pop(block, None)
        if rows is None:
            rows = self._make_rows(block)
            if len(self._rows) >= _CACHED_BLOCKS:
                del self._rows[next(iter(self._rows))]
            self._set_exact(block, rows.count)
        self._rows[block] = rows
        return rows

    def _make_rows(self, index: int) -> BlockRows:
        """Wrap a block at the layout's width and return its rows."""
        block = self.document.blocks[index]
        inset = self._insets.get(index, self._body)
        last = index + 1 >= len(self.document.blocks)
        owned = block.end if last or (self._has_gap(index) and block.end > block.start) else block.end + 1
        picture = self._figures.cells(block, inset.width) if block.kind is BlockKind.FIGURE else None
        placement = BlockPlacement(index, block, self.document.text, inset, owned, picture)
        if block.kind is BlockKind.TABLE and block.table is not None:
            return table_rows(placement, block.table)
        return FlowRows(placement)

    def picture_cells(self, index: int) -> FigureCells | None:
        """Return the cells of the picture of a block; None if the block draws no picture."""
        inset = self._insets.get(index, self._body)
        return self._figures.cells(self.document.blocks[index], inset.width)

    def block_at(self, y: int) -> int:
        """Return the number of the block at a row; for a row outside the document, of the nearest block.

        The empty row after a block, and the rows above it, belong to their block.
        """
        return self._locate(y)[0]

    def _locate(self, y: int) -> tuple[int, int]:
        """Return the block of a row, and the distance of the row from the block's top."""
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
        """Return the number of a block's first row, which may be the divider or the head of a chapter above it."""
        chunk = block // _CHUNK
        return self._chunk_sums()[chunk] + sum(self._heights[chunk * _CHUNK : block])

    def bottom_of(self, block: int) -> int:
        """Return the number of the row after a block's last row, without counting the empty row after it."""
        return self.top_of(block + 1) - (1 if self._has_gap(block) else 0)

    def row(self, y: int) -> Row:
        """Return a row by its number; outside the document the nearest row."""
        if not self._heights:
            return Row(0, 0, (), (), 0, 0)
        return self.rows(max(0, min(y, self.height - 1)), 1)[0]

    def rows(self, first: int, count: int) -> list[Row]:
        """Return up to `count` rows from row `first` on; the heights of their blocks become exact."""
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
        """Return the row that is `distance` rows below the top of a block."""
        rows = self._rows_of(block)
        above = self._above.get(block, 0)
        if distance < above:
            return self._row_above(block, distance)
        distance -= above
        if distance < rows.count:
            return rows.row(distance)
        return self._gap(block)

    def _row_above(self, block: int, distance: int) -> Row:
        """Return a row of the divider above the trailing stories, or of the head of a chapter, above a block."""
        if block == self._tail:
            if distance < DIVIDER_ROWS:
                return self._divider(block, distance)
            distance -= DIVIDER_ROWS
        start = self.document.blocks[block].start
        ornaments = () if self._heads is None else self._heads.ornaments(block, distance)
        return Row(block, HEAD - distance, (), ornaments, start, start)

    def _gap(self, index: int) -> Row:
        """Return the empty row after a block; inside a quotation it has the quotation's bars."""
        blocks = self.document.blocks
        block = blocks[index]
        shared = 0 if index + 1 == self._tail else min(block.quote - block.quote_ends, blocks[index + 1].quote)
        bars = self._inset_builder.bars(shared)
        start = block.end if block.end > block.start else block.end + 1
        return Row(index, GAP, (), bars, start, block.end + 1)

    def _divider(self, index: int, distance: int) -> Row:
        """Return the divider above the trailing stories, or the empty row below the divider."""
        start = self.document.blocks[index].start
        if distance:
            return Row(index, DIVIDER_GAP, (), (), start, start)
        words = DIVIDER_TEXT.split()
        while len(line := f"── {' '.join(words)} ") > self.width + 1:
            words.pop()
        line = line[: self.width].ljust(self.width, "─")
        return Row(index, DIVIDER, (), (Ornament(0, line, OrnamentRole.DIVIDER),), start, start)

    def position(self, offset: int) -> tuple[int, int]:
        """Return the row and the column of the character at an offset.

        White space that is not drawn is placed after the last character of its row, at most in the last column; the
        line feed after a block is placed in the empty row that follows the block.
        """
        blocks = self.document.blocks
        if not blocks:
            return 0, 0
        offset = max(0, min(offset, len(self.document.text)))
        index = block_index(self.document, offset)
        rows = self._rows_of(index)
        top = self.top_of(index) + self._above.get(index, 0)
        block = blocks[index]
        if offset >= block.end > block.start and self._has_gap(index):
            return top + rows.count, 0
        inner, column = rows.locate(offset)
        return top + inner, min(column, self.width - 1)

    def offset_at(self, y: int, column: int) -> int:
        """Return the offset of the character nearest to a cell of a row, on a boundary of clusters."""
        if not self._heights:
            return 0
        self.ensure(y, 1)
        block, distance = self._locate(y)
        row = self._row_in(block, distance)
        if row.index >= 0:
            return boundary_at(self.document.text, self._rows_of(block).offset_in(row, column))
        return min(row.start, len(self.document.text))

    def first_offset(self, y: int) -> int:
        """Return the first offset of a row; for a row without text, the offset of the text after it."""
        if not self._heights:
            return 0
        self.ensure(y, 1)
        block, distance = self._locate(y)
        return min(self._row_in(block, distance).start, len(self.document.text))

    def ensure(self, y: int, count: int) -> None:
        """Make the heights of the blocks in `count` rows from row `y` on exact; no row above `y` moves."""
        if not self._estimated_count:
            return
        block, inside = self._locate(y)
        missing = count + inside
        while missing > 0 and block < len(self._heights):
            if self._estimated[block]:
                self._rows_of(block)
            missing -= self._heights[block]
            block += 1

    def refine(self, seconds: float) -> bool:
        """Make more heights exact, beginning with the first block, until a time has passed.

        Args:
            seconds: Duration after which to stop; the block in progress is finished first.

        Returns:
            True if all heights are exact. Rows may have moved: find the shown rows again by their offsets.
        """
        end = perf_counter() + seconds
        text, blocks, estimated = self.document.text, self.document.blocks, self._estimated
        find_rows, is_narrow = flow_pattern(self.width).findall, all_narrow_lines.fullmatch
        while self._estimated_count and (index := estimated.find(1, self._first_unrefined)) >= 0:
            self._first_unrefined = index + 1
            block = blocks[index]
            piece = text[block.start : block.end]
            if block.kind is BlockKind.PARAGRAPH and index not in self._insets and is_narrow(piece):
                # Counting rows takes half as long as making them.
                self._set_exact(index, len(find_rows(piece)) or 1)
            else:
                rows = self._make_rows(index)
                self._set_exact(index, rows.count)
                if rows.count >= _ALWAYS_CACHED_ROWS:
                    self._rows[index] = rows
            if perf_counter() >= end:
                break
        return not self._estimated_count

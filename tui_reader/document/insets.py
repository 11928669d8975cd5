"""Insets: the indentation of a block, with the bars and markers drawn in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import Block, BlockKind
from tui_reader.document.cells import cell_width
from tui_reader.document.rows import Ornament, OrnamentRole

if TYPE_CHECKING:
    from collections.abc import Sequence

BAR = "▏"
BAR_CELLS = 2
"""Width of a quotation's bar and the following space, in cells."""
CODE_PADDING = 1
"""Width of the background to the left of code, in cells."""
UNKNOWN_ITEM_CELLS = 2
"""Indent in cells of a list level whose marker is unknown: the width of a bullet's indent."""


class Inset(NamedTuple):
    """The horizontal position of a block's text, with the bars and the marker of its rows."""

    column: int
    """Column at which the text begins."""
    width: int
    """Number of cells for the text."""
    first: tuple[Ornament, ...] = ()
    """Ornaments of the first row."""
    rest: tuple[Ornament, ...] = ()
    """Ornaments of the rows after the first."""


class Insets:
    """Computes the insets of blocks, see `Inset`. The indent of a list item depends on the items before it.

    Args:
        width: Width of a row in cells.
        blocks: The blocks of the document.
    """

    def __init__(self, width: int, blocks: Sequence[Block]) -> None:
        self._width = width
        self._blocks = blocks
        # At least half of a narrow screen is left to the text, however deep the nesting is.
        self._max_indent = width - max(4, min(width // 2, 24))
        self._indents: tuple[int, ...] = ()
        """For each list around the block last passed to `at`, the cells of its widest marker and the space after it."""
        self._numbered: list[bool] = []
        """For each list around the block last passed to `at`, True if its items are numbered."""
        self._next_index = 0
        """Index of the block after the block last passed to `at`."""
        self._cache: dict[tuple[int, tuple[int, ...], str, bool], Inset] = {}

    def at(self, index: int) -> Inset:
        """Return the inset of a block; call the method for the blocks in order.

        Blocks that are indented like the body may be skipped.
        """
        block = self._blocks[index]
        depth = _list_depth(block)
        if index != self._next_index or not depth:
            self._indents = ()
        self._next_index = index + 1
        if depth:
            self._enter_lists(index, depth, block.marker)
        key = (block.quote, self._indents, block.marker, block.kind is BlockKind.CODE)
        inset = self._cache.get(key)
        if inset is None:
            inset = self._cache[key] = self._make(*key)
        return inset

    def _enter_lists(self, index: int, depth: int, marker: str) -> None:
        """Update `_indents` and `_numbered` to the lists that contain a block.

        Args:
            index: Index of the block.
            depth: Number of these lists.
            marker: The block's marker.
        """
        indents = self._indents[:depth]
        numbered = _is_number(marker)
        if marker and (len(indents) < depth or self._numbered[depth - 1] is not numbered):
            indents = (
                *indents[: depth - 1],
                *(UNKNOWN_ITEM_CELLS,) * (depth - 1 - len(indents)),
                self._widest(index, depth),
            )
        else:
            indents += (UNKNOWN_ITEM_CELLS,) * (depth - len(indents))
        self._numbered = [*self._numbered, *[False] * depth][:depth]
        if marker:
            self._numbered[depth - 1] = numbered
        self._indents = indents

    def _widest(self, index: int, depth: int) -> int:
        """Return the width of the widest marker of a list in cells; all its items get the same indent.

        Args:
            index: Number of the list's first block.
            depth: Depth of the list.
        """
        numbered = _is_number(self._blocks[index].marker)
        cells = 0
        for later in range(index, len(self._blocks)):
            block = self._blocks[later]
            if _list_depth(block) < depth:
                break
            if block.marker and _list_depth(block) == depth:
                if _is_number(block.marker) is not numbered:
                    break
                cells = max(cells, cell_width(block.marker))
        return cells + 1

    def _make(self, quote: int, indents: tuple[int, ...], marker: str, code: bool) -> Inset:
        """Build an inset from the depth of quotations, the indents of lists, the marker, and the kind of text."""
        bars = first = self.bars(quote)
        left = min(len(bars) * BAR_CELLS, self._max_indent)
        column = min(left + sum(indents), self._max_indent)
        if marker:
            # Numbers are right-aligned, so that units are below units, and tens below tens.
            start = max(left, column - indents[-1], column - 1 - cell_width(marker))
            while cell_width(marker) > column - start:
                marker = marker[:-1]
            if marker:
                first = (*bars, Ornament(start, marker, OrnamentRole.MARKER))
        if code:
            column = min(column + CODE_PADDING, self._max_indent)
        return Inset(column, self._width - column, first, bars)

    def bars(self, quote: int) -> tuple[Ornament, ...]:
        """Return the bars of a quotation, as many as the width allows."""
        levels = min(quote, self._max_indent // BAR_CELLS)
        return tuple(Ornament(level * BAR_CELLS, BAR, OrnamentRole.BAR) for level in range(levels))


def _list_depth(block: Block) -> int:
    """Return the number of lists that contain a block; at least 1 if it has a marker, as a footnote does."""
    return max(block.depth, 1 if block.marker else 0)


def _is_number(marker: str) -> bool:
    """Return True if a marker is a number, such as `12.` or `[2]`."""
    return any(map(str.isdigit, marker))

"""Insets: how far the text of a block stands from the left, and what stands in the room so gained."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import Block, BlockKind
from tui_reader.document.cells import cell_width
from tui_reader.document.rows import Ornament, OrnamentRole

if TYPE_CHECKING:
    from collections.abc import Sequence

BAR = "▏"
BAR_CELLS = 2
"""Cells of a quotation's bar and the space behind it."""
CODE_PADDING = 1
"""Cells of the tone left of code."""
UNKNOWN_ITEM_CELLS = 2
"""Indent of a list level whose marker was never seen: as wide as a bullet's."""


class Inset(NamedTuple):
    """Where the text of a block stands."""

    column: int
    """Column at which its text begins."""
    width: int
    """Cells that its text has."""
    first: tuple[Ornament, ...] = ()
    """Ornaments of its first row."""
    rest: tuple[Ornament, ...] = ()
    """Ornaments of its further rows."""


class Insets:
    """Works out the insets of blocks: list items hang under those before them.

    Args:
        width: Cells of a row.
        blocks: The blocks of the document.
    """

    def __init__(self, width: int, blocks: Sequence[Block]) -> None:
        self._width = width
        self._blocks = blocks
        # Half of a narrow screen stays for the text, however deep the nesting.
        self._most = width - max(4, min(width // 2, 24))
        self._hangs: tuple[int, ...] = ()
        """Cells of the widest marker of each list that the last block stood in, with the space behind it."""
        self._counted: list[bool] = []
        """Whether the items of each of those lists are numbered."""
        self._expected = 0
        self._made: dict[tuple[int, tuple[int, ...], str, bool], Inset] = {}

    def at(self, index: int) -> Inset:
        """The inset of a block; blocks must be asked for in order, those of the body's inset may be left out."""
        block = self._blocks[index]
        depth = max(block.depth, 1 if block.marker else 0)
        if index != self._expected or not depth:
            self._hangs = ()
        self._expected = index + 1
        if depth:
            self._hang(index, depth, block.marker)
        key = (block.quote, self._hangs, block.marker, block.kind is BlockKind.CODE)
        inset = self._made.get(key)
        if inset is None:
            inset = self._made[key] = self._make(*key)
        return inset

    def _hang(self, index: int, depth: int, marker: str) -> None:
        """Note the lists that a block stands in."""
        hangs = self._hangs[:depth]
        counted = _is_number(marker)
        if marker and (len(hangs) < depth or self._counted[depth - 1] is not counted):
            hangs = (*hangs[: depth - 1], *(UNKNOWN_ITEM_CELLS,) * (depth - 1 - len(hangs)), self._widest(index, depth))
        else:
            hangs += (UNKNOWN_ITEM_CELLS,) * (depth - len(hangs))
        self._counted = [*self._counted, *[False] * depth][:depth]
        if marker:
            self._counted[depth - 1] = counted
        self._hangs = hangs

    def _widest(self, index: int, depth: int) -> int:
        """Cells of the widest marker of the list that begins with a block, so that all its items hang alike."""
        counted = _is_number(self._blocks[index].marker)
        cells = 0
        for later in range(index, len(self._blocks)):
            block = self._blocks[later]
            if max(block.depth, 1 if block.marker else 0) < depth:
                break
            if block.marker and max(block.depth, 1) == depth:
                if _is_number(block.marker) is not counted:
                    break
                cells = max(cells, cell_width(block.marker))
        return cells + 1

    def _make(self, quote: int, hangs: tuple[int, ...], marker: str, code: bool) -> Inset:
        """The inset of a block, by all that it depends on."""
        bars = first = self.bars(quote)
        left = min(len(bars) * BAR_CELLS, self._most)
        column = min(left + sum(hangs), self._most)
        if marker:
            # Numbers are set flush right, so that those of one digit stand under those of two.
            start = max(left, column - hangs[-1], column - 1 - cell_width(marker))
            while cell_width(marker) > column - start:
                marker = marker[:-1]
            if marker:
                first = (*bars, Ornament(start, marker, OrnamentRole.MARKER))
        if code:
            column = min(column + CODE_PADDING, self._most)
        return Inset(column, self._width - column, first, bars)

    def bars(self, quote: int) -> tuple[Ornament, ...]:
        """Bars of a quotation, as many as there is room for."""
        levels = min(quote, self._most // BAR_CELLS)
        return tuple(Ornament(level * BAR_CELLS, BAR, OrnamentRole.BAR) for level in range(levels))


def _is_number(marker: str) -> bool:
    """Whether a marker counts its items, as `12.` and `[2]` do."""
    return any(map(str.isdigit, marker))

"""Insets: how far the text of a block stands from the left, and what stands in the room so gained."""

from __future__ import annotations

from typing import NamedTuple

from tui_reader.document.blocks import Block, BlockKind
from tui_reader.document.cells import cell_width
from tui_reader.document.rows import Ornament, OrnamentRole

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
    """

    def __init__(self, width: int) -> None:
        self._width = width
        # Half of a narrow screen stays for the text, however deep the nesting.
        self._most = width - max(4, min(width // 2, 24))
        self._hangs: list[int] = []
        self._expected = 0
        self.body = Inset(0, width)
        """Inset of what stands in no list and no quotation, and is no code."""

    def next(self, index: int, block: Block) -> Inset:
        """The inset of a block; blocks must be asked for in order, those with the body's inset may be left out."""
        if index != self._expected:
            self._hangs.clear()
        self._expected = index + 1
        bars = self.bars(block.quote)
        left = min(len(bars) * BAR_CELLS, self._most)
        depth = max(block.depth, 1 if block.marker else 0)
        first = bars
        if depth:
            left, marker = self._hang(left, depth, block.marker)
            if marker is not None:
                first = (*bars, marker)
        else:
            self._hangs.clear()
        if block.kind is BlockKind.CODE:
            left = min(left + CODE_PADDING, self._most)
        return Inset(left, self._width - left, first, bars)

    def bars(self, quote: int) -> tuple[Ornament, ...]:
        """Bars of a quotation, as many as there is room for."""
        levels = min(quote, self._most // BAR_CELLS)
        return tuple(Ornament(level * BAR_CELLS, BAR, OrnamentRole.BAR) for level in range(levels))

    def _hang(self, left: int, depth: int, marker: str) -> tuple[int, Ornament | None]:
        """Column of a list item's text, and its marker."""
        hangs = self._hangs
        while len(hangs) < depth:
            hangs.append(UNKNOWN_ITEM_CELLS)
        cells = cell_width(marker)
        if marker:
            hangs[depth - 1] = cells + 1
        del hangs[depth:]
        column = min(left + sum(hangs), self._most)
        if not marker:
            return column, None
        start = max(left, column - hangs[-1])
        while cell_width(marker) > column - start:
            marker = marker[:-1]
        return column, Ornament(start, marker, OrnamentRole.MARKER) if marker else None

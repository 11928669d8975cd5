"""Sizes of pictures in cells: the number of columns and rows that a picture fills."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from tui_reader.document.blocks import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_reader.document.blocks import Document

CELL_WIDTH: Final = 8
CELL_HEIGHT: Final = 16
"""Assumed height of a cell in pixels (its width is half of that), for the natural size of small pictures."""
SMALLEST: Final = 4
"""Minimum width and height in pixels of a picture that is drawn; smaller ones are spacers or tracking pixels."""
MOST_ROWS: Final = 30
"""Maximum number of rows that a picture fills, even in a pane of many rows."""
FEWEST_ROWS: Final = 6
"""Number of rows that a picture may always fill, even in a pane of few rows."""


class PictureSize(NamedTuple):
    """Size of a picture in pixels."""

    width: int
    height: int


class FigureCells(NamedTuple):
    """Number of columns and rows that a picture fills."""

    columns: int
    rows: int


NO_SIZES: Final[Mapping[str, PictureSize]] = MappingProxyType({})


class Figures(NamedTuple):
    """The known sizes of a document's pictures, and the maximum number of rows of one."""

    sizes: Mapping[str, PictureSize] = NO_SIZES
    """Sizes by the targets of the figures; a picture that cannot be drawn has no entry."""
    most_rows: int = MOST_ROWS

    def cells(self, block: Block, width: int) -> FigureCells | None:
        """Return the cells of the picture of a block in text of a width; None for a block that draws no picture.

        Args:
            block: The block.
            width: Columns of the text.
        """
        if block.kind is not BlockKind.FIGURE or not self.sizes:
            return None
        size = self.sizes.get(block.target)
        return None if size is None else fit(size, width, self.most_rows)


def most_rows_for(height: int) -> int:
    """Return the maximum number of rows of a picture in a pane with `height` rows, so that text remains visible."""
    return max(FEWEST_ROWS, min(height * 2 // 3, MOST_ROWS))


def fit(size: PictureSize, width: int, most_rows: int) -> FigureCells | None:
    """Return the cells of a picture that is reduced to fit, but never enlarged; None if it is below `SMALLEST`.

    Args:
        size: Size in pixels.
        width: Largest number of columns.
        most_rows: Largest number of rows.
    """
    if min(size) < SMALLEST:
        return None
    columns, rows = size.width / CELL_WIDTH, size.height / CELL_HEIGHT
    scale = min(1.0, width / columns, most_rows / rows)
    return FigureCells(max(1, min(round(columns * scale), width)), max(1, min(round(rows * scale), most_rows)))


@lru_cache(maxsize=4)
def figure_targets(document: Document) -> tuple[str, ...]:
    """Return the targets of a document's figures that are not on the web, in order and without repetitions.

    The threads that read documents call this first, since a million words take 3 ms.
    """
    found: dict[str, None] = {}
    for block in document.blocks:
        if block.kind is BlockKind.FIGURE and block.target and not _is_on_web(block.target):
            found[block.target] = None
    return tuple(found)


def _is_on_web(target: str) -> bool:
    return target.startswith("//") or target.partition(":")[0].lower() in ("http", "https", "ftp")

"""The rows of an HTML table, in which a cell may span several columns and rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.formats.text.table_text import CellText

if TYPE_CHECKING:
    from collections.abc import Mapping

_EMPTY = CellText("")
_MOST_COLUMNS = 50
"""Maximum number of columns that a cell spans; a cell that begins beyond this column spans only one row."""
_MOST_EMPTY = 100_000
"""Maximum number of empty cells in a table, since a few tags could create any number."""
_MOST_ROWS = 1_000
"""Maximum number of rows that a cell spans."""
_NUMBER = re.compile(r"\s*\+?(\d{1,9})")


class TableRows:
    """The rows of a table, with empty cells in the places that spanning cells cover, to align columns."""

    def __init__(self) -> None:
        self.rows: list[list[CellText]] = []
        self._covered: dict[int, int] = {}
        """For each column, the number of rows from the current row on that a cell above spans."""
        self._begun: dict[int, int] = {}
        """For each column under a spanning cell of the current row, the number of rows below that the cell covers."""
        self._columns = self._height = 1
        self._left_empty = _MOST_EMPTY

    def begin_row(self) -> None:
        """Begin a new row of the table."""
        if self.rows:
            width = len(self.rows[-1])
            self._covered = {c: left - (c >= width) for c, left in self._covered.items() if left > (c >= width)}
        self._covered |= self._begun
        self._begun = {}
        self.rows.append([])

    def begin_cell(self, attributes: Mapping[str, str]) -> None:
        """Store the column and row span of the next cell.

        Args:
            attributes: The attributes of the cell's tag.
        """
        self._columns = min(_size(attributes.get("colspan")) or 1, _MOST_COLUMNS)
        self._height = min(_size(attributes.get("rowspan"), 1) or _MOST_ROWS, _MOST_ROWS)

    def add(self, cell: CellText) -> None:
        """Append a cell with its text to the current row."""
        if not self.rows:
            self.begin_row()
        row = self.rows[-1]
        while (left := self._covered.get(len(row))) and self._left_empty:
            self._covered[len(row)] = left - 1
            row.append(_EMPTY)
            self._left_empty -= 1
        if self._height > 1 and len(row) < _MOST_COLUMNS:
            self._begun |= dict.fromkeys(range(len(row), len(row) + self._columns), self._height - 1)
        added = min(self._columns - 1, self._left_empty)
        self._left_empty -= added
        row += [cell, *[_EMPTY] * added]
        self._columns = self._height = 1


def _size(written: str | None, otherwise: int = 1) -> int:
    """Parse the number in `colspan` or `rowspan`; `otherwise` without a number."""
    found = _NUMBER.match(written or "")
    return int(found[1]) if found else otherwise

"""Rows of a table: columns next to each other if they fit, else cells below each other, with the columns' names."""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import NamedTuple

from tui_reader.document.blocks import Align, Cell, Table
from tui_reader.document.cells import cell_width, clipped, is_narrow
from tui_reader.document.flow import BlockPlacement, BlockRows, offset_in_fragment
from tui_reader.document.rows import Fragment, Ornament, OrnamentRole, Row
from tui_reader.document.wrapping import HANGING, cut_rows

GUTTER = 3
"""Width in cells between two columns: a line with a space on both sides."""
MIN_COLUMN = 8
"""Minimum width in cells to which a column is narrowed."""
MAX_WORD = 14
"""Widest word in cells for which a column is kept wide enough if columns are narrowed; wider words may be broken."""


_cell_start = attrgetter("start")


def estimate_table(table: Table) -> int:
    """Return the number of screen rows of a table, assuming that no cell wraps."""
    return max(1, len(table.rows) + (1 if table.header and table.rows else 0))


def table_rows(placement: BlockPlacement, table: Table) -> BlockRows:
    """Return the screen rows of a table block."""
    text = placement.text[placement.block.start : placement.block.end]
    narrow = is_narrow(text.replace("\t", ""), line_feeds=True)
    columns = _column_widths(placement, table, narrow=narrow)
    return StackedRows(placement, table, narrow) if columns is None else ColumnRows(placement, table, narrow, *columns)


def _column_widths(placement: BlockPlacement, table: Table, *, narrow: bool) -> tuple[list[int], bool] | None:
    """Return the width of each column, and True if any cell wraps; None if the columns do not fit.

    `narrow` is True if every character of the cells is one cell wide, so that lengths are widths.
    """
    count = max(map(len, table.rows), default=0)
    text = placement.text
    breaks = _has_breaks(placement, table)
    natural = [1] * count
    for row in table.rows:
        for column, cell in enumerate(row):
            if breaks:
                cells = max(map(cell_width, text[cell.start : cell.end].split("\n")))
            else:
                cells = cell.end - cell.start if narrow else cell_width(text[cell.start : cell.end])
            if cells > natural[column]:  # noqa: PLR1730  # three times as fast as max(), in tables of 100,000 cells
                natural[column] = cells
    room = placement.inset.width - GUTTER * (count - 1)
    if sum(natural) <= room:
        return natural, breaks
    words = [1] * count
    for row in table.rows:
        for column, cell in enumerate(row):
            if cell.end - cell.start > words[column] // 2 and words[column] < MAX_WORD:
                pieces = text[cell.start : cell.end].split()
                words[column] = max(words[column], *map(len if narrow else cell_width, pieces), 1)
    widths = [min(n, max(MIN_COLUMN, min(w, MAX_WORD))) for n, w in zip(natural, words, strict=True)]
    room -= sum(widths)
    if room < 0:
        return None
    # The remaining width is divided equally among the columns that are narrower than their text.
    while room:
        too_narrow = [column for column in range(count) if widths[column] < natural[column]]
        share = max(1, room // len(too_narrow))
        for column in too_narrow:
            more = min(share, natural[column] - widths[column], room)
            widths[column] += more
            room -= more
    return widths, True


def _has_breaks(placement: BlockPlacement, table: Table) -> bool:
    """Return True if any cell has a line break, so that the text has more line feeds than row ends."""
    block = placement.block
    return placement.text.count("\n", block.start, block.end) >= max(1, len(table.rows))


class _CellLine(NamedTuple):
    """The text of a table cell that is drawn on one screen row."""

    column: int
    """Number of the cell's column."""
    start: int
    drawn: int
    """End offset of the text that is drawn, without white space at a wrap."""
    end: int
    """End offset of all text of the row, with white space at a wrap and the tab or line feed after the cell."""


class _TableRows:
    """Base class of both ways to draw a table, with the positions of table rows in text and on screen."""

    def __init__(self, placement: BlockPlacement, table: Table, narrow: bool) -> None:
        self._narrow = narrow
        """True if every character of the cells is one cell wide."""
        self._index, block, self._text, self._inset, owned, _ = placement
        self._table = table
        self._breaks = _has_breaks(placement, table)
        self._starts: list[int] = []
        """Offset at which each table row begins, followed by the end offset of the last row."""
        start = block.start
        for row in table.rows:
            self._starts.append(row[0].start if row and self._starts else start)
            start = (row[-1].end if row else start) + 1
        self._starts = [*(self._starts or [block.start]), owned]
        self._end = block.end
        self._tops = [0]
        """First screen row of each table row, followed by the total number of screen rows."""
        self.count = 1

    def _set_heights(self, heights: list[int]) -> None:
        """Store the number of screen rows of each table row."""
        for height in heights or [1]:
            self._tops.append(self._tops[-1] + height)
        self.count = self._tops[-1]

    def _cells(self, row: int) -> tuple[Cell, ...]:
        """Return the cells of a table row."""
        return self._table.rows[row] if row < len(self._table.rows) else ()

    def _row_at(self, offset: int) -> int:
        """Return the index of the table row at an offset."""
        return min(max(0, bisect_right(self._starts, offset) - 1), len(self._starts) - 2)

    def _cuts(self, cell: Cell, width: int) -> list[int]:
        """Return the document offsets at which the rows of a cell end, for a width."""
        piece = self._text[cell.start : cell.end]
        return [cell.start + cut for cut in cut_rows(piece, width)]

    def _lines(self, cell: Cell, width: int) -> int:
        """Return the number of screen rows of a cell."""
        if not self._breaks and cell.end - cell.start <= (width if self._narrow else width // 2):
            return 1
        return len(cut_rows(self._text[cell.start : cell.end], width))

    def _drawn_end(self, start: int, end: int) -> int:
        """Return the end offset of the drawn text of a cell line, without trailing white space."""
        return start + len(self._text[start:end].rstrip(HANGING))

    def _ornaments(self, index: int) -> tuple[Ornament, ...]:
        """Return the ornaments of a row that come from a list or a quotation around the table."""
        return self._inset.first if index == 0 else self._inset.rest

    def offset_in(self, row: Row, column: int) -> int:
        """Return the offset of the character nearest to a column of one of the rows."""
        chosen: Fragment | None = None
        for fragment in row.fragments:
            if chosen is None or fragment.column <= column:
                chosen = fragment
        if chosen is None:
            return min(row.start, self._end)
        return offset_in_fragment(self._text, chosen, column)


class ColumnRows(_TableRows):
    """A table whose columns are next to each other.

    Args:
        widths: Width of each column in cells.
        wraps: True if any cell takes more than one row.
    """

    def __init__(self, placement: BlockPlacement, table: Table, narrow: bool, widths: list[int], wraps: bool) -> None:
        super().__init__(placement, table, narrow)
        inset = placement.inset
        self._widths = widths
        self._columns = [inset.column]
        """Screen column at which each column of the table begins."""
        for width in widths[:-1]:
            self._columns.append(self._columns[-1] + width + GUTTER)
        heights = [1] * len(table.rows)
        if wraps:
            for number, row in enumerate(table.rows):
                for cell, width in zip(row, widths, strict=False):
                    if self._breaks or cell.end - cell.start > width // 2:
                        heights[number] = max(heights[number], self._lines(cell, width))
        # If any cell wraps, empty rows separate the rows of the table.
        self._separated = any(height > 1 for height in heights[1 if table.header else 0 :])
        last = len(heights) - 1
        self._set_heights([height + self._extra(row, last) for row, height in enumerate(heights)])
        rules = [Ornament(column - 2, "│", OrnamentRole.BORDER) for column in self._columns[1:]]
        self._rules = tuple(rules)

    def _extra(self, row: int, last: int) -> int:
        """Return the number of screen rows below a table row that contain none of its text."""
        if row == 0 and self._table.header:
            return 1
        return 1 if self._separated and row < last else 0

    def row(self, index: int) -> Row:
        """Return a row by its number within the block."""
        number = bisect_right(self._tops, index) - 1
        line = index - self._tops[number]
        start, end = self._starts[number], self._starts[number + 1]
        last = len(self._tops) - 2
        height = self._tops[number + 1] - self._tops[number] - self._extra(number, last)
        outer = self._ornaments(index)
        if line >= height:
            return Row(self._index, index, (), (*outer, *self._rule_under(number)), end, end)
        pieces = [
            piece for column in range(len(self._cells(number))) if (piece := self._cell_line(number, column, line))
        ]
        fragments = tuple(
            Fragment(self._screen_column(piece.column, piece.start, piece.drawn), piece.start, piece.drawn)
            for piece in pieces
            if piece.drawn > piece.start
        )
        if pieces:
            start = pieces[0].start if line else start
            end = max(piece.end for piece in pieces)
        return Row(self._index, index, fragments, (*outer, *self._rules), start, end)

    def _cell_line(self, number: int, column: int, line: int) -> _CellLine | None:
        """Return the text of a cell on one screen row of its table row; None if the cell has fewer rows."""
        cells = self._cells(number)
        cell = cells[column]
        cuts = self._cuts(cell, self._widths[column])
        if line >= len(cuts):
            return None
        start = cuts[line - 1] if line else cell.start
        end = cuts[line]
        if line == len(cuts) - 1:
            end = cells[column + 1].start if column + 1 < len(cells) else self._starts[number + 1]
        return _CellLine(column, start, self._drawn_end(start, cuts[line]), end)

    def _rule_under(self, number: int) -> tuple[Ornament, ...]:
        """Return the lines on the empty row below table row `number`: a rule below the header, else column lines."""
        if number or not self._table.header:
            return self._rules
        rule = "─┼─".join("─" * width for width in self._widths)
        return (Ornament(self._inset.column, rule, OrnamentRole.BORDER),)

    def _screen_column(self, column: int, start: int, end: int) -> int:
        """Return the screen column at which a cell's text begins, given the alignment of the column."""
        aligns = self._table.aligns
        align = aligns[column] if column < len(aligns) else Align.LEFT
        free = self._widths[column] - cell_width(self._text[start:end])
        if align is Align.LEFT or free <= 0:
            return self._columns[column]
        return self._columns[column] + (free if align is Align.RIGHT else free // 2)

    def locate(self, offset: int) -> tuple[int, int]:
        """Return the row within the block, and the column, of the character at an offset."""
        number = self._row_at(offset)
        cells = self._cells(number)
        if not cells:
            return self._tops[number], self._inset.column
        column = max(0, bisect_right(cells, offset, key=_cell_start) - 1)
        cell = cells[column]
        cuts = self._cuts(cell, self._widths[column])
        line = min(bisect_right(cuts, offset), len(cuts) - 1)
        start = cuts[line - 1] if line else cell.start
        end = self._drawn_end(start, cuts[line])
        text_column = self._screen_column(column, start, end) + cell_width(self._text[start : min(offset, end)])
        return self._tops[number] + line, text_column + max(0, offset - end)


class StackedRows(_TableRows):
    """A table whose columns do not fit: cells are drawn below each other with their columns' names.

    A column name is drawn before its cell, or above the cell if the names would take too much of the text's width.
    Cells without text are left out. The header, whose names are repeated at the cells, is drawn as running text to save
    screen rows: 2 rows, not 7, for seven names.
    """

    def __init__(self, placement: BlockPlacement, table: Table, narrow: bool) -> None:
        super().__init__(placement, table, narrow)
        text, inset = placement.text, placement.inset
        header = table.rows[0] if table.header and table.rows else ()
        names = [" ".join(text[cell.start : cell.end].split()) for cell in header]
        longest = max(map(cell_width, names), default=0)
        room = min(longest, inset.width // 3)
        self._above = room < longest and room < MIN_COLUMN
        """True if the name of a column is drawn above its cell, not before it."""
        if self._above:
            room = inset.width
        self._names = [clipped(name, room) for name in names]
        self._hang = 0 if self._above or not longest else room + 1
        """Number of screen columns left of a cell's text that are reserved for the name of its column."""
        self._header = self._header_rows() if header else []
        """Cell lines on each screen row of the header, with the screen column at which each begins."""
        last = len(table.rows) - 1
        heights: list[int] = []
        for number in range(len(table.rows)):
            width = self._width(number)
            cells = self._shown(number)
            if self._is_header(number):
                lines = len(self._header) or 1
            else:
                lines = sum(self._lines(cell, width) + self._lead(number, column) for column, cell in cells) or 1
            heights.append(lines + (1 if number < last else 0))
        self._set_heights(heights)

    def _header_rows(self) -> list[list[tuple[int, _CellLine]]]:
        """Return the screen rows of the header: as many names on a row as fit, and a longer name on rows of its own."""
        left, width = self._inset.column, self._inset.width
        rows: list[list[tuple[int, _CellLine]]] = []
        free = 0
        cells = self._shown(0)
        for position, (column, cell) in enumerate(cells):
            following = cells[position + 1][1].start if position + 1 < len(cells) else self._starts[1]
            start = cell.start if position else self._starts[0]
            cuts = self._cuts(cell, width)
            for cut in cuts:
                end = following if cut == cuts[-1] else cut
                piece = _CellLine(column, max(start, cell.start), self._drawn_end(max(start, cell.start), cut), end)
                cells_needed = cell_width(self._text[piece.start : piece.drawn])
                if len(cuts) == 1 and rows and cells_needed + GUTTER <= free:
                    free -= cells_needed + GUTTER
                    rows[-1].append((left + width - free - cells_needed, piece))
                else:
                    free = width - cells_needed
                    rows.append([(left, piece)])
                start = cut
        return rows

    def _is_header(self, number: int) -> bool:
        """Return True if a table row contains the names of the columns."""
        return number == 0 and self._table.header

    def _width(self, number: int) -> int:
        """Return the number of screen cells in a row for the text of a cell of table row `number`."""
        return self._inset.width - (0 if self._is_header(number) else self._hang)

    def _shown(self, number: int) -> list[tuple[int, Cell]]:
        """Return the cells of a table row that have text, with the numbers of their columns."""
        return [(column, cell) for column, cell in enumerate(self._cells(number)) if cell.end > cell.start]

    def _name(self, number: int, column: int) -> str:
        """Return the column name drawn for a cell; empty for the cells of the header and columns without a name."""
        return "" if self._is_header(number) or column >= len(self._names) else self._names[column]

    def _lead(self, number: int, column: int) -> int:
        """Return the number of screen rows above a cell for its column name: 1 or 0."""
        return 1 if self._above and self._name(number, column) else 0

    def row(self, index: int) -> Row:
        """Return a row by its number within the block."""
        number = bisect_right(self._tops, index) - 1
        line = index - self._tops[number]
        outer = self._ornaments(index)
        if self._is_header(number) and self._header:
            return self._header_row(index, outer)
        width = self._width(number)
        start, end = self._starts[number], self._starts[number + 1]
        cells = self._shown(number)
        for position, (column, cell) in enumerate(cells):
            lead = self._lead(number, column)
            cuts = self._cuts(cell, width)
            if line >= lead + len(cuts):
                line -= lead + len(cuts)
                continue
            name = self._name(number, column) if line == 0 else ""
            label = (Ornament(self._inset.column, name, OrnamentRole.LABEL),) if name else ()
            line -= lead
            begin = cuts[line - 1] if line > 0 else cell.start if position else start
            if line < 0:
                return Row(self._index, index, (), (*outer, *label), begin, begin)
            drawn_from = cuts[line - 1] if line else cell.start
            drawn = self._drawn_end(drawn_from, cuts[line])
            column_of_text = self._inset.column + self._inset.width - width
            fragments = (Fragment(column_of_text, drawn_from, drawn),) if drawn > drawn_from else ()
            owned = cuts[line]
            if line == len(cuts) - 1:
                owned = cells[position + 1][1].start if position + 1 < len(cells) else end
            return Row(self._index, index, fragments, (*outer, *label), begin, owned)
        return Row(self._index, index, (), outer, end if cells or line else start, end)

    def _header_row(self, index: int, outer: tuple[Ornament, ...]) -> Row:
        """Return a screen row of the header, with a dot between two names, or the empty row below the header."""
        if index >= len(self._header):
            return Row(self._index, index, (), outer, self._starts[1], self._starts[1])
        pieces = self._header[index]
        fragments = tuple(
            Fragment(column, piece.start, piece.drawn) for column, piece in pieces if piece.drawn > piece.start
        )
        dots = tuple(Ornament(column - 2, "·", OrnamentRole.BORDER) for column, _ in pieces[1:])
        start = pieces[0][1].start if index else self._starts[0]
        return Row(self._index, index, fragments, (*outer, *dots), start, pieces[-1][1].end)

    def _locate_in_header(self, offset: int) -> tuple[int, int]:
        """Return the screen row, and the column, of a character of the header."""
        row = max(0, bisect_right(self._header, offset, key=lambda pieces: pieces[0][1].start) - 1)
        pieces = self._header[row]
        column, piece = pieces[max(0, bisect_right(pieces, offset, key=lambda shown: shown[1].start) - 1)]
        return row, column + cell_width(self._text[piece.start : min(offset, piece.drawn)]) + max(
            0, offset - piece.drawn
        )

    def locate(self, offset: int) -> tuple[int, int]:
        """Return the row within the block, and the column, of the character at an offset."""
        number = self._row_at(offset)
        if self._is_header(number) and self._header:
            return self._locate_in_header(offset)
        width = self._width(number)
        top = self._tops[number]
        text_column = self._inset.column + self._inset.width - width
        cells = self._shown(number)
        chosen = max(0, bisect_right(cells, offset, key=lambda shown: shown[1].start) - 1)
        for column, cell in cells[:chosen]:
            top += self._lead(number, column) + len(self._cuts(cell, width))
        if not cells:
            return top, text_column
        column, cell = cells[chosen]
        cuts = self._cuts(cell, width)
        line = min(bisect_right(cuts, offset), len(cuts) - 1)
        start = cuts[line - 1] if line else cell.start
        end = self._drawn_end(start, cuts[line])
        top += self._lead(number, column) + line
        return top, text_column + cell_width(self._text[start : min(offset, end)]) + max(0, offset - end)

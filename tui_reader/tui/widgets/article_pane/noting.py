"""Numbers and notes of highlights around the text: in the margins where there is room, else under the paragraph."""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter
from typing import TYPE_CHECKING

from tui_reader.document.blocks import BlockKind
from tui_reader.document.rows import Row
from tui_reader.tui.widgets.article_pane.header import StyledText
from tui_reader.tui.widgets.article_pane.marking import MarkedView
from tui_reader.tui.widgets.article_pane.note_rows import NO_MARGINS, NOTE_GAP, FoldedNotes, Margins, note_rows
from tui_reader.tui.widgets.article_pane.placing import FULL_MARGIN
from tui_reader.tui.widgets.article_pane.styles import Role

if TYPE_CHECKING:
    from tui_reader.tui.widgets.article_pane.header import StyledRow
    from tui_reader.tui.widgets.article_pane.highlight_index import Highlight
    from tui_reader.tui.widgets.article_pane.page import Page, PageRow

NOTE_ROOM = 26
"""Free columns beside the measure from which notes stand in the margin."""
NOTE_FRAME = NOTE_GAP + 3
"""Columns of a note that are not its words: the gap, the bar, a space, and one at the edge."""
GOOD_ROOM = 29
"""Columns for which the text makes room by leaving the middle."""
MOST_WORDS = 40
"""Columns of a note's words at most."""
MOST_ROWS = 6
"""Rows to which a note is cut that would push another one down, but for the current one."""
LOOKED_BACK = 200
"""Notes above the view that are asked whether they were pushed down into it, at most."""
LONG = 100
"""Rows that no single note is expected to take."""

_start = attrgetter("start")


class NotedView(MarkedView):
    """A page with what was written about its highlights."""

    _noted: tuple[Highlight, ...] = ()
    _folded: FoldedNotes | None = None
    _besides: tuple[list[PageRow] | None, dict[int, Margins]] = (None, {})
    """The visible rows for which the margins were worked out last, and these by row of the pane."""

    def marks_changed(self) -> None:
        """Fold, unfold and place the notes anew; the text at the top stays there."""
        super().marks_changed()
        noted = self._marks.noted
        self._besides = (None, {})
        if noted is not self._noted and noted != self._noted:
            before = self._columns()
            self._noted = noted
            self._folded = None
            if self._columns() != before:
                self.looks_changed()
        self._place_notes()
        if self._noted:
            self.repaint()

    def _place_notes(self) -> None:
        """Put the notes on the page anew; the sentence that is looked at stays on its row, else the text at the top."""
        page = self._page
        if page is None or page.layout is None:
            return
        note, top = page.unfolded_rows(), self._top
        kept = self._text_in_sight()
        before = None if kept is None else page.row_of(kept) - top
        self.page_made(page)
        if kept is not None and before is not None:
            wanted = page.row_of(kept) - before
        elif note:
            # Nothing but a note is seen: as far down in it as it goes now.
            rows = page.unfolded_rows()
            wanted = note.start + min(top - note.start, max(len(rows) - 1, 0))
        else:
            wanted = top
        self._top = max(0, min(wanted, page.height - self._rows_shown))
        self._offset = page.offset_of(self._top)
        self._shown = None

    def _text_in_sight(self) -> int | None:
        """Where what is looked at begins, if that is seen, else the first code point that is seen; None without any."""
        low, high = self.visible_range()
        if not high:
            return None
        here = self.attention
        return here.start if here is not None and low <= here.start < high else low

    def _reads_note(self, page: Page) -> bool:
        """Whether a part of the unfolded note is visible: it stays so, though its highlight may have left the view."""
        rows = page.unfolded_rows()
        return bool(rows) and rows.start < self._top + self._rows_shown and rows.stop > self._top

    def scrolled(self) -> None:
        """A note that has left the view is folded."""
        super().scrolled()
        page = self._page
        if page is not None and self._current is None and page.unfolded_rows() and not self._reads_note(page):
            self._place_notes()

    # Where notes stand

    def _columns(self) -> tuple[int, int]:
        """Empty columns on the left, fewer where notes need room on the right, and columns of the text."""
        left, columns = super()._columns()
        free = self.size.width - columns
        if self._noted and free >= NOTE_ROOM + FULL_MARGIN:
            left = min(left, max(free - GOOD_ROOM, FULL_MARGIN))
        return left, columns

    @property
    def _note_width(self) -> int:
        """Columns that the words of a note have in the margin; 0 where there is no room for it."""
        left, columns = self._columns()
        free = self.size.width - columns
        return min(free - left - NOTE_FRAME, MOST_WORDS) if free >= NOTE_ROOM + FULL_MARGIN else 0

    def page_made(self, page: Page) -> None:
        """Give a page the notes that stand between its rows, or room for those that go beyond its end."""
        super().page_made(page)
        page.notes, page.after = None, 0
        if not self._noted or page.document is None or page.layout is None:
            return
        current = self._current
        if not self._note_width:
            if self._folded is None or self._folded.document is not page.document or self._folded.width != page.width:
                self._folded = FoldedNotes(self._noted, page.document, page.width)
            page.notes = self._folded
            if current is not None:
                self._folded.unfold(current.id)
            elif not self._reads_note(page):
                self._folded.unfold("")
        else:
            end = len(page.document.text)
            bottom = max((y + len(rows) for y, _, rows in self._stacked(page, self._noted_near(end, end))), default=0)
            page.after = max(bottom - page.height, 0)

    def _stacked(self, page: Page, marks: tuple[Highlight, ...]) -> list[tuple[int, Highlight, tuple[StyledRow, ...]]]:
        """Row of the page at which each note stands: that of its highlight, or below the note before it.

        The leading one stands beside its highlight in any case, and others make room for it.
        """
        for mark in marks:
            # Looking up a row may make heights above it exact: only then are all of them final.
            page.row_of(mark.start)
        tops = [page.row_of(mark.start) for mark in marks]
        leading = self.leading_mark
        own = next((at for at, mark in enumerate(marks) if leading is not None and mark.id == leading.id), -1)
        kept, taken = self._kept_rows(marks[own], tops[own]) if own >= 0 else ((), range(0))
        found: list[tuple[int, Highlight, tuple[StyledRow, ...]]] = []
        free = 0
        for at, (mark, top, following) in enumerate(zip(marks, tops, [*tops[1:], None], strict=False)):
            if at == own:
                found.append((top, mark, kept))
                continue
            y = max(top, free)
            rows = self._cut_rows(mark, y, following)
            if y <= taken.stop and y + len(rows) >= taken.start and taken:
                y = taken.stop + 1
                rows = self._cut_rows(mark, y, following)
            found.append((y, mark, rows))
            free = y + len(rows) + 1
        return found

    def notes_moved(self) -> None:
        """Another note leads: those in the margin stand elsewhere."""
        if self._noted:
            self._besides = (None, {})
            self.repaint()

    @property
    def leading_mark(self) -> Highlight | None:
        """The highlight whose note stands beside it whatever others there are."""
        return self._current

    def _kept_rows(self, mark: Highlight, top: int) -> tuple[tuple[StyledRow, ...], range]:
        """The leading note, all of it, and the rows beside its highlight that no other one takes."""
        rows = tuple(
            tuple(piece._replace(role=Role.NOTE_CURRENT) if piece.role is Role.NOTE else piece for piece in row)
            for row in note_rows(mark.note, mark.tags, self._note_width)
        )
        return rows, range(top, top + len(rows))

    def _cut_rows(self, mark: Highlight, y: int, following: int | None) -> tuple[StyledRow, ...]:
        """A note that stands on a row; all of it is shown only where it pushes down no one that follows."""
        most = 0 if following is None else max(MOST_ROWS, following - y - 1)
        return note_rows(mark.note, mark.tags, self._note_width, most)

    def beside(self, y: int) -> Margins:
        """What stands in the margins of a row of the pane."""
        rows = self.visible_rows()
        if self._besides[0] is not rows:
            self._besides = rows, self._margins(rows)
        return self._besides[1].get(y, NO_MARGINS)

    def _margins(self, rows: list[PageRow]) -> dict[int, Margins]:
        if not len(self._marks):
            return {}
        found: dict[int, Margins] = {}
        for y, row in enumerate(rows):
            if isinstance(row, Row) and row.fragments:
                numbers = self._numbers(row, first=y == 0)
                if numbers:
                    found[y] = Margins(numbers)
        page = self._page
        if page is None or not self._noted or not self._note_width:
            return found
        low, high = self.visible_range()
        if not high and page.document is not None:
            # Only notes go on here, beyond the end of the text.
            low = high = len(page.document.text)
        here = page.ref(self._top)
        stacked = self._stacked(page, self._noted_near(low, high))
        self._top = page.resolve(here)
        for top, mark, lines in stacked:
            for line, pieces in enumerate(lines):
                y = top + line - self._top
                if 0 <= y < self._rows_shown:
                    found[y] = Margins(found.get(y, NO_MARGINS).numbers, pieces, mark.id)
        return found

    def _noted_near(self, low: int, high: int) -> tuple[Highlight, ...]:
        """Highlights with notes in a range, those before it whose notes may reach into it, and the one after it."""
        first = start = bisect_left(self._noted, low, key=_start)
        columns = max(self._columns()[1], 1)
        reach = 0
        for at in range(first - 1, max(first - LOOKED_BACK, 0) - 1, -1):
            mark = self._noted[at]
            reach += len(note_rows(mark.note, mark.tags, self._note_width)) + 1
            # Rows between it and the view, at least: no row has more code points than columns.
            apart = (low - mark.start) // columns
            if apart < reach:
                start = at
            elif apart > reach + LONG:
                break
        return self._noted[start : bisect_left(self._noted, high, first, key=_start) + 1]

    def _numbers(self, row: Row, *, first: bool) -> StyledRow:
        """Numbers of the highlights that begin on a row; on the first visible one also of those that go on there."""
        begun: list[Highlight] = []
        table = self._document is not None and self._document.blocks[row.block].kind is BlockKind.TABLE
        for mark in self._marks.within(row.start, row.end):
            if table and not any(part.start <= mark.start < part.end for part in row.fragments):
                continue
            if mark.start >= row.start or first:
                begun.append(mark)
        pieces: list[StyledText] = []
        seen: set[tuple[int, bool]] = set()
        for mark in sorted(begun, key=lambda mark: mark != self._current):
            if (mark.colour, mark.uncertain) not in seen:
                seen.add((mark.colour, mark.uncertain))
                role = Role.NUMBER_CURRENT if mark == self._current else Role.NUMBER
                pieces.append(StyledText(f"{mark.colour}{'?' if mark.uncertain else ''}", role))
        return tuple(pieces)

    def note_under(self, x: int, y: int) -> str:
        """Id of the highlight whose note stands at a cell of the pane; empty where there is none."""
        left, columns = self._columns()
        page = self._page
        if x >= left + columns + NOTE_GAP:
            return self.beside(y).highlight
        mark = None if page is None else page.note_at(self._top + y)
        return "" if mark is None else mark.id

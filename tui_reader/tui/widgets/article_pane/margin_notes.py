"""Notes in the right margin, or between paragraphs in a narrow pane; numbers of colours on the left."""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter
from typing import TYPE_CHECKING, TypeAlias

from tui_reader.document.blocks import BlockKind
from tui_reader.document.rows import Row
from tui_reader.tui.widgets.article_pane.header import StyledText
from tui_reader.tui.widgets.article_pane.layers.base import Layer
from tui_reader.tui.widgets.article_pane.note_rows import NO_MARGINS, NOTE_GAP, FoldedNotes, Margins, note_rows
from tui_reader.tui.widgets.article_pane.styles import CURRENT_SIGNS, SIGNS, Role

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.tui.widgets.article_pane.header import StyledRow
    from tui_reader.tui.widgets.article_pane.highlight_index import Highlight
    from tui_reader.tui.widgets.article_pane.layers.base import Carry
    from tui_reader.tui.widgets.article_pane.layers.highlights import Highlights
    from tui_reader.tui.widgets.article_pane.layers.selection import Selection
    from tui_reader.tui.widgets.article_pane.page import Page, PageRow
    from tui_reader.tui.widgets.article_pane.viewport import Viewport

NOTE_FRAME = NOTE_GAP + 3
"""Columns of a margin note beside its text: the gap, the bar, a space, and a column at the right edge."""
MOST_COLUMNS = 40
"""Maximum width of the text of a margin note, in columns."""
MOST_ROWS = 6
"""Maximum rows of a note that would otherwise push down the next note. That of the current highlight is not cut."""
MOST_LOOKED_BACK = 200
"""Maximum number of notes, of highlights above the view, that are tested for rows inside the view."""
LONG = 100
"""Assumed maximum height of a note in rows. The test of notes above the view ends at a highlight from which a note of
this height could not reach the view."""

_start = attrgetter("start")

if TYPE_CHECKING:
    _Stacked: TypeAlias = tuple[int, Highlight, tuple[StyledRow, ...]]
    """A margin note: its first row on the page, its highlight, and its rows."""


class MarginNotes(Layer):
    """The layer that places notes beside the text or between its paragraphs. It paints no overlays.

    In the right margin the notes are in the order of their highlights, each beside its highlight, or below the
    previous note if there is no room. The leading note, which belongs to the current highlight, is always next to its
    highlight; notes before it move up to make room, and are cut where that does not suffice. In a narrow pane notes are
    folded between the paragraphs, and the leading note is unfolded.
    """

    def __init__(self, viewport: Viewport, highlights: Highlights, selection: Selection) -> None:
        self._viewport, self._highlights, self._selection = viewport, highlights, selection
        self._noted: tuple[Highlight, ...] = ()
        """Highlights with a note or tags, sorted by start."""
        self._folded: FoldedNotes | None = None
        self._former: Highlight | None = None
        """The highlight that was current when selecting started."""
        self._cached: tuple[list[PageRow] | None, dict[int, Margins]] = (None, {})
        """Cache: the visible rows of the page, and the margins computed for them by row of the widget."""

    @property
    def leading(self) -> Highlight | None:
        """The current highlight, whose note is placed first, at the row of its passage; None without one.

        During a selection, it is the highlight that was current before, so that notes do not move.
        """
        return self._former if self._selection.kind else self._highlights.current

    def margins(self, y: int) -> Margins:
        """Return the margins of a row of the widget."""
        rows = self._viewport.visible_rows()
        if self._cached[0] is not rows:
            self._cached = rows, self._compute(rows)
        return self._cached[1].get(y, NO_MARGINS)

    def highlight_under(self, x: int, y: int) -> str:
        """Return the id of the highlight whose note is at a cell of the widget; empty without a note."""
        columns, page = self._viewport.columns, self._viewport.page
        if x >= columns.left + columns.text + NOTE_GAP:
            return self.margins(y).highlight
        highlight = None if page is None else page.note_at(self._viewport.top + y)
        return "" if highlight is None else highlight.id

    # Notes between the paragraphs

    def _read(self) -> None:
        """Reload the notes from the highlight layer."""
        noted = self._highlights.index.noted
        self._cached = (None, {})
        if noted is not self._noted and noted != self._noted:
            self._noted, self._folded = noted, None
            self._viewport.columns.set_note_room(bool(noted))

    def _place(self) -> None:
        """Insert the notes into the page; keep the focus (or else the first visible text) on its screen row."""
        viewport, page = self._viewport, self._viewport.page
        if page is None or page.layout is None:
            return
        if not self._noted and page.notes is None and not page.after:
            return  # no notes before or after: no row moves
        note, top = page.unfolded_rows(), viewport.top
        kept = self._text_in_sight()
        before = None if kept is None else page.row_of(kept) - top
        self.page_made(page)
        if kept is not None and before is not None:
            wanted = page.row_of(kept) - before
        elif note:
            # Only a note is visible: stay at the same distance from its top, if it still has as many rows.
            rows = page.unfolded_rows()
            wanted = note.start + min(top - note.start, max(len(rows) - 1, 0))
        else:
            wanted = top
        viewport.rows_changed(wanted)

    def _text_in_sight(self) -> int | None:
        """Return the start of the focus if visible, else the first visible code point; None without text."""
        low, high = self._viewport.visible_range()
        if not high:
            return None
        here = self._selection.attention
        return here.start if here is not None and low <= here.start < high else low

    def _shows_unfolded(self, page: Page) -> bool:
        """Return True if a part of the unfolded note is visible."""
        rows, viewport = page.unfolded_rows(), self._viewport
        return bool(rows) and rows.start < viewport.top + viewport.height and rows.stop > viewport.top

    # Notes in the margin

    @property
    def _width(self) -> int:
        """Return the columns for the text of a note in the margin; 0 if the margin is too narrow."""
        columns = self._viewport.columns.right
        return min(columns - NOTE_FRAME, MOST_COLUMNS) if columns else 0

    def _compute(self, rows: list[PageRow]) -> dict[int, Margins]:
        """Return the margins of the visible rows, by row of the widget, for rows that have any."""
        if not len(self._highlights.index):
            return {}
        found: dict[int, Margins] = {}
        for y, row in enumerate(rows):
            if isinstance(row, Row) and row.fragments:
                numbers = self._numbers(row, first=y == 0)
                if numbers:
                    found[y] = Margins(numbers)
        viewport, page = self._viewport, self._viewport.page
        if page is None or not self._noted or not self._width:
            return found
        low, high = viewport.visible_range()
        if not high and page.document is not None:
            # Below the end of the text, where only notes continue.
            low = high = len(page.document.text)
        with viewport.top_kept(page):
            stacked = self._stacked(page, self._noted_near(low, high))
        for top, highlight, lines in stacked:
            for line, texts in enumerate(lines):
                y = top + line - viewport.top
                if 0 <= y < viewport.height:
                    numbers = found.get(y, NO_MARGINS).numbers
                    found[y] = Margins(numbers, texts, highlight.id, highlight.colour, first=not line)
        return found

    def _stacked(self, page: Page, highlights: tuple[Highlight, ...]) -> list[_Stacked]:
        """Return each margin note's first row on the page, its highlight and its rows, so that none overlap."""
        for highlight in highlights:
            # Finding a row may make heights above it exact: only afterwards all rows are final.
            page.row_of(highlight.start)
        tops = [page.row_of(highlight.start) for highlight in highlights]
        leading = self.leading
        found: list[_Stacked] = []
        free = 0
        for highlight, top, following in zip(highlights, tops, [*tops[1:], None], strict=False):
            y = max(top, free)
            if leading is not None and highlight.id == leading.id:
                if y > top:
                    found = self._made_room(found, top)
                    y = top
                rows = self._leading_rows(highlight)
            else:
                rows = self._cut_rows(highlight, y, following)
            found.append((y, highlight, rows))
            free = y + len(rows) + 1
        return found

    def _made_room(self, notes: list[_Stacked], bottom: int) -> list[_Stacked]:
        """Move notes up until all end above the row `bottom` of the page, to make room for the leading note there.

        If they do not fit, they are also cut, at the least to one row each. If even then the page has too few rows
        above `bottom`, the notes of the first highlights are left out.
        """
        moved: list[_Stacked] = []
        for most in (MOST_ROWS, *range(MOST_ROWS - 1, 0, -1)):
            moved, is_complete = self._moved_up(notes, bottom, most)
            if is_complete:
                break
        return moved

    def _moved_up(self, notes: list[_Stacked], bottom: int, most: int) -> tuple[list[_Stacked], bool]:
        """Move notes up until none overlap and all end above the row `bottom`; cut moved notes to `most` rows.

        Returns:
            The notes that fit, and True if no note is left out.
        """
        gap = 1 if most > 1 else 0
        moved: list[_Stacked] = []
        for at in range(len(notes) - 1, -1, -1):
            y, highlight, rows = notes[at]
            if y + len(rows) < bottom:
                return [*notes[: at + 1], *reversed(moved)], True
            if len(rows) > most:
                rows = note_rows(highlight.note, highlight.tags, self._width, most)[:most]
            y = min(y, bottom - gap - len(rows))
            if y < 0:
                return moved[::-1], False
            moved.append((y, highlight, rows))
            bottom = y
        return moved[::-1], True

    def _leading_rows(self, highlight: Highlight) -> tuple[StyledRow, ...]:
        """Return all rows of the leading note."""
        return tuple(
            tuple(text._replace(role=Role.NOTE_CURRENT) if text.role is Role.NOTE else text for text in row)
            for row in note_rows(highlight.note, highlight.tags, self._width)
        )

    def _cut_rows(self, highlight: Highlight, y: int, following: int | None) -> tuple[StyledRow, ...]:
        """Return the rows of a note at row `y`, cut if they would push down the next note at `following`.

        At least `MOST_ROWS` remain; without a next note, all do.
        """
        most = 0 if following is None else max(MOST_ROWS, following - y - 1)
        return note_rows(highlight.note, highlight.tags, self._width, most)

    def _noted_near(self, low: int, high: int) -> tuple[Highlight, ...]:
        """Return the noted highlights whose notes may be beside the text from `low` to `high`, and the next one.

        Notes of highlights above the range may have been pushed down beside it.
        """
        first = start = bisect_left(self._noted, low, key=_start)
        columns = self._viewport.columns.text
        reach = 0
        for at in range(first - 1, max(first - MOST_LOOKED_BACK, 0) - 1, -1):
            highlight = self._noted[at]
            reach += len(note_rows(highlight.note, highlight.tags, self._width)) + 1
            # A lower bound of the rows between note and view: a row has at most as many code points as columns.
            apart = (low - highlight.start) // columns
            if apart < reach:
                start = at
            elif apart > reach + LONG:
                break
        return self._noted[start : bisect_left(self._noted, high, first, key=_start) + 1]

    def _numbers(self, row: Row, *, first: bool) -> StyledRow:
        """Return the colour numbers of highlights that start on a row, in the order of the text, each number once.

        `first` is True for the first visible row, which also has the numbers of highlights that start above it. The
        painter leaves out numbers without room.
        """
        document, current = self._viewport.text, self._highlights.current
        table = document is not None and document.blocks[row.block].kind is BlockKind.TABLE
        texts: dict[str, StyledText] = {}
        for highlight in self._highlights.index.within(row.start, row.end):
            if table and not any(part.start <= highlight.start < part.end for part in row.fragments):
                continue
            if highlight.start < row.start and not first:
                continue
            text = f"{highlight.colour}{'?' if highlight.uncertain else ''}"
            if highlight == current:
                texts[text] = StyledText(text, CURRENT_SIGNS[highlight.colour])
            else:
                texts.setdefault(text, StyledText(text, SIGNS[highlight.colour]))
        return tuple(texts.values())

    # Hooks

    def reset(self) -> None:
        """Discard the notes; the page does not change, since it will be replaced as well."""
        self._read()
        self._former = None

    def document_changed(self, old: Document | None, new: Document, carry: Carry | None) -> None:
        """Reload the notes from the highlights that remain."""
        self._read()

    def page_made(self, page: Page) -> None:
        """Insert notes between the paragraphs of a new page if the pane is narrow.

        In a wide pane, add empty rows at the end of the page for margin notes that extend below it.
        """
        page.notes, page.after = None, 0
        if not self._noted or page.document is None or page.layout is None:
            return
        current = self._highlights.current
        if not self._width:
            if self._folded is None or self._folded.document is not page.document or self._folded.width != page.width:
                self._folded = FoldedNotes(self._noted, page.document, page.width)
            page.notes = self._folded
            if current is not None:
                self._folded.unfold(current.id)
            elif not self._shows_unfolded(page):
                self._folded.unfold("")
        else:
            end = len(page.document.text)
            bottom = max((y + len(rows) for y, _, rows in self._stacked(page, self._noted_near(end, end))), default=0)
            page.after = max(bottom - page.height, 0)

    def highlights_changed(self) -> None:
        """Place the notes of the changed highlights; the visible text does not move."""
        self._read()
        self._place()
        if self._noted:
            self._viewport.repaint()

    def scrolled(self) -> None:
        """Fold the unfolded note once it is out of view and no highlight is current."""
        page = self._viewport.page
        if (
            page is not None
            and self._highlights.current is None
            and page.unfolded_rows()
            and not self._shows_unfolded(page)
        ):
            self._place()

    def selection_changing(self) -> None:
        """Keep the leading note until the selection ends."""
        if not self._selection.kind:
            self._former = self._highlights.current

    def selection_ended(self) -> None:
        """Place the margin notes again if the leading note has changed."""
        former, self._former = self._former, None
        if former != self._highlights.current and self._noted:
            self._cached = (None, {})
            self._viewport.repaint()

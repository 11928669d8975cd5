"""The scrolled page: the head of an article and the rows of its text, as one run of rows.

Rows of the page are counted from its top, rows of the layout from the first row of the text. The two differ by the
head; where the text begins with the title itself, the rest of the head stands between that block and the next one.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tui_reader.document.layout import Layout, Row
from tui_reader.tui.widgets.article_pane.header import HeadRow, head_rows
from tui_reader.tui.widgets.article_pane.notes import own_note_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Headline
    from tui_reader.tui.widgets.article_pane.marks import Mark
    from tui_reader.tui.widgets.article_pane.notes import FoldedNotes, OwnNote

PageRow: TypeAlias = Row | HeadRow
"""A row of the text, or of the head."""

ERROR_MARGIN = 3
"""Empty rows above an error page, which has no head."""


class RowMark(NamedTuple):
    """A row, named so that it is found again."""

    block: int
    """Its block; -1 for a row of the head."""
    distance: int
    """Rows from the top of the block, or of the page."""


class Page:
    """An article laid out for a width.

    Args:
        headline: The article and its state.
        document: Its text; None while it is being read.
        width: Columns of the measure.
        today: The day of reading, for dates in the head.
        own_notes: Notes on the whole article.
    """

    def __init__(
        self,
        headline: Headline,
        document: Document | None,
        width: int,
        today: date,
        own_notes: Sequence[OwnNote] = (),
    ) -> None:
        self.headline = headline
        self.own_notes = own_notes
        self.document = document
        self.width = width
        self.title_block = _title_block(headline, document)
        self.layout = None if document is None else Layout(document, width, joined=headline.state.joined)
        self.notes: FoldedNotes | None = None
        """Notes that stand between the rows of the text."""
        self.after = 0
        """Empty rows after the text."""
        self._today = today
        self._set_head()

    def _set_head(self) -> None:
        document, layout = self.document, self.layout
        self._split = self._resume = 0
        self._above = 1
        self.head: tuple[HeadRow, ...] = ()
        if document is not None and document.error:
            self._above = ERROR_MARGIN
            return
        title = self.title_block
        self.head = head_rows(
            self.headline,
            self.width,
            self._today,
            notices=_notices(self.headline, document),
            notes=[row for note, tags in self.own_notes for row in own_note_rows(note, tags, self.width)],
            with_title=title is None,
        )
        if title is not None and layout is not None:
            blocks = layout.document.blocks
            for block in blocks[:title]:
                # The numbers below are kept: nothing above them may be an estimate.
                layout.position(block.start)
            self._split = layout.position(max(blocks[title].end - 1, blocks[title].start))[0] + 1
            self._resume = layout.top_of(title + 1) if title + 1 < len(blocks) else layout.height

    def update(self, headline: Headline, own_notes: Sequence[OwnNote]) -> bool:
        """Take a changed headline and other notes of the same article; False if only a new page can show the change."""
        parted = self.document is not None and self.document.tail is not None
        same = _title_block(headline, self.document) == self.title_block and not (
            parted and headline.state.joined != self.headline.state.joined
        )
        if same:
            self.headline, self.own_notes = headline, own_notes
            self._set_head()
        return same

    @property
    def height(self) -> int:
        """Rows of the whole page; an estimate while the layout is one."""
        body = 0 if self.layout is None else self.layout.height - self._resume + self._split
        notes = self.notes.rows_before(len(self.notes)) if self.notes is not None else 0
        return self._above + len(self.head) + body + notes + self.after

    @property
    def body_top(self) -> int:
        """First row of the page below the head."""
        return self._above + self._split + len(self.head)

    @property
    def text_start(self) -> int:
        """Offset at which the text begins below the title."""
        blocks = self.document.blocks if self.document is not None else ()
        after = 0 if self.title_block is None else self.title_block + 1
        return blocks[after].start if 0 < after < len(blocks) else 0

    def rows(self, first: int, count: int) -> list[PageRow]:
        """Rows of the page from `first`; fewer than `count` at its end."""
        found: list[PageRow] = []
        last = first + count
        head_top = self._above + self._split
        body_top = head_top + len(self.head)
        while first < last:
            if first < self._above:
                found.append(())
                first += 1
            elif first < head_top:
                stop = min(last, head_top)
                found.extend(self._layout_rows(first - self._above, stop - first))
                first = stop
            elif first < body_top:
                stop = min(last, body_top)
                found.extend(self.head[first - head_top : stop - head_top])
                first = stop
            else:
                found.extend(self._body_rows(first, last - first))
                break
        return found

    def _body_rows(self, first: int, count: int) -> list[PageRow]:
        """Rows below the head: those of the text, with the notes between them."""
        notes, layout = self.notes, self.layout
        found: list[PageRow] = []
        if notes is None or layout is None:
            found.extend(self._layout_rows(first - self.body_top + self._resume, count))
        else:
            layout.ensure(self._body_row(first), count)
            number = self._notes_to(first)
            while len(found) < count:
                y = first + len(found)
                at = self._note_top(number) if number < len(notes) else self.height
                if y < at:
                    rows = self._layout_rows(self._body_row(y), min(at, first + count) - y)
                    if not rows:
                        break
                    found.extend(rows)
                    continue
                if number == len(notes):
                    break
                found.extend(notes.row(number, line) for line in range(y - at, notes.rows_of(number)))
                number += 1
        room = min(count, self.height - first)
        found.extend([()] * (room - len(found)))
        return found[:count]

    def _note_row(self, number: int) -> int:
        """Row of the layout above which a note stands."""
        if self.notes is None or self.layout is None:
            return 0
        return max(self.layout.bottom_of(self.notes.blocks[number]), self._resume)

    def _note_top(self, number: int) -> int:
        """First row of the page of a note."""
        before = 0 if self.notes is None else self.notes.rows_before(number)
        return self._note_row(number) - self._resume + self.body_top + before

    def _notes_to(self, y: int) -> int:
        """How many notes end above a row of the page."""
        notes = self.notes
        if notes is None:
            return 0
        number = bisect_right(range(len(notes)), y, key=self._note_top)
        return number - 1 if number and y < self._note_top(number - 1) + notes.rows_of(number - 1) else number

    def unfolded_rows(self) -> range:
        """Rows of the page that the note has of which all is shown."""
        notes = self.notes
        if notes is None or notes.unfolded < 0:
            return range(0)
        top = self._note_top(notes.unfolded)
        return range(top, top + notes.rows_of(notes.unfolded))

    def note_at(self, y: int) -> Mark | None:
        """The highlight whose note stands on a row of the page between those of the text."""
        notes, number = self.notes, self._notes_to(y)
        return (
            notes.marks[number] if notes is not None and number < len(notes) and self._note_top(number) <= y else None
        )

    def _layout_rows(self, first: int, count: int) -> list[Row]:
        if self.layout is None or first >= self.layout.height:
            return []
        return self.layout.rows(first, count)

    def to_page(self, row: int) -> int:
        """Row of the page that shows a row of the layout."""
        if row < self._split:
            return self._above + row
        row = max(row, self._resume)
        notes = self.notes
        number = 0 if notes is None else bisect_right(range(len(notes)), row, key=self._note_row)
        above = 0 if notes is None else notes.rows_before(number)
        return row - self._resume + self.body_top + above

    def to_layout(self, y: int) -> int | None:
        """Row of the layout on a row of the page, or on the next one with text; None in the head."""
        head_top = self._above + self._split
        if self._above <= y < head_top:
            return y - self._above
        return self._body_row(y) if y >= self.body_top else None

    def row_of(self, offset: int) -> int:
        """Row of the page on which a code point stands."""
        return 0 if self.layout is None else self.to_page(self.layout.position(offset)[0])

    def offset_of(self, y: int) -> int:
        """Code point that stands first on a row of the page, or on the next row with text; 0 in the head."""
        row = self.to_layout(y)
        if self.layout is None or row is None or y < self.body_top:
            return 0
        return self.layout.first_offset(row)

    def settle(self, first: int, count: int) -> None:
        """Make the heights of the rows from `first` exact, so that nothing moves once they are shown."""
        if self.layout is not None and not self.layout.exact:
            self.layout.ensure(self._body_row(first), count)

    def settle_above(self, y: int, count: int) -> None:
        """Make the heights of the rows above `y` exact; the row at `y` may then have another number."""
        layout = self.layout
        if layout is None or layout.exact or y <= self.body_top:
            return
        block = layout.block_at(self._body_row(y))
        while block > 0 and count > 0:
            block -= 1
            layout.position(layout.document.blocks[block].start)
            count -= layout.top_of(block + 1) - layout.top_of(block)

    def mark(self, y: int) -> RowMark:
        """Name a row by what lasts when heights above it change."""
        if self.layout is None or y < self.body_top:
            return RowMark(-1, y)
        block = self.layout.block_at(self._body_row(y))
        return RowMark(block, y - self.to_page(self.layout.top_of(block)))

    def row_of_mark(self, mark: RowMark) -> int:
        """Where a marked row stands now."""
        if self.layout is None or mark.block < 0:
            return mark.distance
        return self.to_page(self.layout.top_of(mark.block)) + mark.distance

    def _body_row(self, y: int) -> int:
        """Row of the layout on a row of the page below the head; on that of a note, the next one."""
        below = max(y - self.body_top, 0)
        notes = self.notes
        if notes is None:
            return below + self._resume
        number = self._notes_to(y)
        row = below - notes.rows_before(number) + self._resume
        return min(row, self._note_row(number)) if number < len(notes) else row


def _title_block(headline: Headline, document: Document | None) -> int | None:
    """Block that stands for the title; None where the head must say it, as when the reader gave it another."""
    if document is None or document.error or "title" in headline.state.edits:
        return None
    return document.title_block


def _notices(headline: Headline, document: Document | None) -> tuple[str, ...]:
    """What is to be said above the text: first that it is not what the file holds now."""
    error = headline.article.error if document is not None and not document.error else ""
    stale = (f"{error[:1].upper()}{error[1:]}; showing the text as last read",) if error else ()
    return (*stale, *(document.notices if document else ()))

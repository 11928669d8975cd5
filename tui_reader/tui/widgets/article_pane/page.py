"""The page: the rows of the header, the text and the notes between paragraphs in one sequence.

Row numbers of the page count from its top, row numbers of the layout from the first row of the text. The header lies
above the text; if the text begins with the title, the rest of the header is inserted after the block of the title.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tui_reader.document.chapter_heads import ChapterHeads
from tui_reader.document.chapters import NO_CHAPTERS, chapters_of
from tui_reader.document.figures import Figures
from tui_reader.document.layout import MIN_WIDTH, Layout, Row
from tui_reader.tui.widgets.article_pane.header import StyledRow, head_rows
from tui_reader.tui.widgets.article_pane.note_rows import article_note_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tui_reader.document.blocks import Document
    from tui_reader.document.chapters import Chapters
    from tui_reader.model.article import Headline
    from tui_reader.tui.widgets.article_pane.canvas import Canvas
    from tui_reader.tui.widgets.article_pane.highlight_index import Highlight
    from tui_reader.tui.widgets.article_pane.note_rows import ArticleNote, FoldedNotes

PageRow: TypeAlias = Row | StyledRow
"""A row of the page: a row of the text, of the header or of a note."""

ERROR_MARGIN = 3
"""Empty rows above an error page, which has no header."""
MEASURE = 72
"""Default width of the text in columns."""
LEAST_MEASURE = 30
"""Minimum width of the text in columns that users can set."""
MOST_MEASURE = 200
"""Maximum width of the text in columns that users can set."""
FULL_MARGIN = 3
"""Empty columns left and right of the text in a pane that is wide enough."""
NOTE_ROOM = 26
"""Minimum number of free columns on the right for notes in the margin."""
GOOD_NOTE_ROOM = 29
"""Intended columns of the right margin for notes: the text is moved left of the centre until the margin has them."""


class Columns:
    """The division of a widget's width into margins and text.

    Args:
        canvas: The widget.
        measure: Columns of the text in a pane that is wide enough.
    """

    def __init__(self, canvas: Canvas, measure: int) -> None:
        self._canvas, self._measure = canvas, measure
        self._note_room = False

    @property
    def measure(self) -> int:
        """Number of columns of the text in a pane that is wide enough."""
        return self._measure

    def set_measure(self, columns: int) -> bool:
        """Set the measure (30 to 200 columns). The caller must lay out the page afterwards.

        Returns:
            True if the measure changed.
        """
        before, self._measure = self._measure, max(LEAST_MEASURE, min(columns, MOST_MEASURE))
        return self._measure != before

    def set_note_room(self, wanted: bool) -> None:
        """Set whether the text may be moved left to make room for notes in the right margin."""
        before, self._note_room = self.left, wanted
        if self.left != before:
            self._canvas.drop_painted()

    @property
    def text(self) -> int:
        """Width of the text, in columns."""
        width = self._canvas.size.width
        margin = FULL_MARGIN if width >= 56 else 2 if width >= 40 else 1
        return max(min(self._measure, width - 2 * margin), 1)

    @property
    def left(self) -> int:
        """Number of empty columns left of the text."""
        free = self._canvas.size.width - self.text
        if self._note_room and free >= NOTE_ROOM + FULL_MARGIN:
            return min(free // 2, max(free - GOOD_NOTE_ROOM, FULL_MARGIN))
        return free // 2

    @property
    def right(self) -> int:
        """Number of free columns right of the text; 0 if they are too few for notes."""
        free = self._canvas.size.width - self.text
        return free - self.left if free >= NOTE_ROOM + FULL_MARGIN else 0


class RowRef(NamedTuple):
    """A reference to a row that stays valid when heights above it change."""

    block: int
    """Index of the block with the row; -1 for a row of the header."""
    distance: int
    """Number of rows from the top of the block, or of the page for a row of the header."""


class Page:
    """An article laid out for a width in columns.

    Args:
        headline: The article and its state.
        document: The article's text; None while it is loading.
        width: Columns of the text.
        today: The current day, for dates in the header.
        article_notes: Notes on the whole article, shown in the header.
        figures: The pictures to draw.
        low: True for a low pane, in which the heads of chapters leave out title and author of the book.
    """

    def __init__(
        self,
        headline: Headline,
        document: Document | None,
        width: int,
        today: date,
        article_notes: Sequence[ArticleNote] = (),
        *,
        figures: Figures | None = None,
        low: bool = False,
    ) -> None:
        self.headline = headline
        self.article_notes = article_notes
        self.document = document
        self.width = width
        self.title_block = _title_block(headline, document)
        self.chapters = NO_CHAPTERS if document is None else chapters_of(document)
        """The chapters of a book; none for an article."""
        self.low = low
        self.heads = _heads(headline, document, self.chapters, width, low=low)
        """The rows above the chapters; None for an article."""
        self.figures = figures or Figures()
        self.layout = None
        if document is not None:
            joined = headline.state.joined
            self.layout = Layout(document, width, joined=joined, heads=self.heads, figures=self.figures)
        self.notes: FoldedNotes | None = None
        """Notes between the blocks; None without notes, or if notes are in the margin."""
        self.after = 0
        """Number of empty rows after the text."""
        self._today = today
        self._set_head()

    def _set_head(self) -> None:
        """Set the rows of the header, and their place: above the text, or below the title if the text contains it."""
        document, layout = self.document, self.layout
        self._split = self._resume = 0
        """Rows of the layout: the first below the title, and the first of the block after it. The header replaces the
        rows between them. Both are 0 if the text does not contain the title."""
        self._above = 1
        """Number of empty rows at the top of the page."""
        self.head: tuple[StyledRow, ...] = ()
        """The rows of the header."""
        if document is not None and document.error:
            self._above = ERROR_MARGIN
            return
        title = self.title_block
        self.head = head_rows(
            self.headline,
            self.width,
            self._today,
            notices=_notices(self.headline, document),
            notes=[row for note, tags in self.article_notes for row in article_note_rows(note, tags, self.width)],
            with_title=title is None,
        )
        if title is not None and layout is not None:
            blocks = layout.document.blocks
            for block in blocks[:title]:
                # The row numbers below are stored: the heights above must be exact.
                layout.position(block.start)
            self._split = layout.position(max(blocks[title].end - 1, blocks[title].start))[0] + 1
            self._resume = layout.top_of(title + 1) if title + 1 < len(blocks) else layout.height

    def update(self, headline: Headline, article_notes: Sequence[ArticleNote]) -> bool:
        """Replace the headline and the notes of the article, and lay out the header again.

        Returns:
            False if rows within the text would change too; nothing is replaced then, and the caller needs a new page.
        """
        parted = self.document is not None and self.document.tail is not None
        same = _title_block(headline, self.document) == self.title_block and not (
            parted and headline.state.joined != self.headline.state.joined
        )
        # The running heads show the title and the author.
        same = same and (self.heads is None or _book_names(headline) == _book_names(self.headline))
        if same:
            self.headline, self.article_notes = headline, article_notes
            self._set_head()
        return same

    @property
    def height(self) -> int:
        """Number of rows of the whole page; an estimate until the layout is exact."""
        body = 0 if self.layout is None else self.layout.height - self._resume + self._split
        notes = self.notes.rows_before(len(self.notes)) if self.notes is not None else 0
        return self._above + len(self.head) + body + notes + self.after

    @property
    def body_top(self) -> int:
        """First row of the page below the header."""
        return self._above + self._split + len(self.head)

    @property
    def text_start(self) -> int:
        """Offset of the first block after the title; 0 if the title is not in the text, or nothing follows it."""
        blocks = self.document.blocks if self.document is not None else ()
        after = 0 if self.title_block is None else self.title_block + 1
        return blocks[after].start if 0 < after < len(blocks) else 0

    def rows(self, first: int, count: int) -> list[PageRow]:
        """Return `count` rows from `first`, fewer at the end of the page."""
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
        """Return `count` rows below the header: rows of the text, and rows of the notes between its blocks."""
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
        """Return the row of the layout before which a note is inserted."""
        if self.notes is None or self.layout is None:
            return 0
        return max(self.layout.bottom_of(self.notes.blocks[number]), self._resume)

    def _note_top(self, number: int) -> int:
        """Return the row of the page on which a note starts."""
        before = 0 if self.notes is None else self.notes.rows_before(number)
        return self._note_row(number) - self._resume + self.body_top + before

    def _notes_to(self, y: int) -> int:
        """Return the number of notes that lie completely above row `y` of the page."""
        notes = self.notes
        if notes is None:
            return 0
        number = bisect_right(range(len(notes)), y, key=self._note_top)
        return number - 1 if number and y < self._note_top(number - 1) + notes.rows_of(number - 1) else number

    def unfolded_rows(self) -> range:
        """Return the rows of the unfolded note on the page; an empty range if no note is unfolded."""
        notes = self.notes
        if notes is None or notes.unfolded < 0:
            return range(0)
        top = self._note_top(notes.unfolded)
        return range(top, top + notes.rows_of(notes.unfolded))

    def note_at(self, y: int) -> Highlight | None:
        """Return the highlight whose note is on row `y` of the page; None if the row belongs to no note."""
        notes, number = self.notes, self._notes_to(y)
        return (
            notes.highlights[number]
            if notes is not None and number < len(notes) and self._note_top(number) <= y
            else None
        )

    def _layout_rows(self, first: int, count: int) -> list[Row]:
        if self.layout is None or first >= self.layout.height:
            return []
        return self.layout.rows(first, count)

    def to_page(self, row: int) -> int:
        """Convert a row of the layout to a row of the page."""
        if row < self._split:
            return self._above + row
        row = max(row, self._resume)
        notes = self.notes
        number = 0 if notes is None else bisect_right(range(len(notes)), row, key=self._note_row)
        above = 0 if notes is None else notes.rows_before(number)
        return row - self._resume + self.body_top + above

    def to_layout(self, y: int) -> int | None:
        """Convert a row of the page to a row of the layout; None for a row of the header.

        A row of a note is converted to the next row of text.
        """
        head_top = self._above + self._split
        if self._above <= y < head_top:
            return y - self._above
        return self._body_row(y) if y >= self.body_top else None

    def row_of(self, offset: int) -> int:
        """Return the row of the page that contains the code point at an offset."""
        return 0 if self.layout is None else self.to_page(self.layout.position(offset)[0])

    def start_row_of(self, offset: int) -> int:
        """Return the row of a code point; if it begins a chapter, the first of the rows shown above the chapter."""
        chapter = self.chapters.starting_at(offset) if self.layout is not None else None
        if chapter is None or self.layout is None or not chapter.block:
            return self.row_of(offset)
        self.layout.position(offset)
        earlier = self.heads.first_row(chapter.block) if self.heads is not None else 0
        return self.to_page(self.layout.top_of(chapter.block) + earlier)

    def offset_of(self, y: int) -> int:
        """Return the offset of the first code point at or below row `y` of the page; 0 in the header."""
        row = self.to_layout(y)
        if self.layout is None or row is None or y < self.body_top:
            return 0
        return self.layout.first_offset(row)

    def make_exact(self, first: int, count: int) -> None:
        """Compute exact heights of `count` rows from `first`, so that these rows do not move once shown."""
        if self.layout is not None and not self.layout.exact:
            self.layout.ensure(self._body_row(first), count)

    def make_exact_above(self, y: int, count: int) -> None:
        """Compute exact heights for the `count` rows above row `y`; this may change the number of the row at `y`."""
        layout = self.layout
        if layout is None or layout.exact or y <= self.body_top:
            return
        block = layout.block_at(self._body_row(y))
        while block > 0 and count > 0:
            block -= 1
            layout.position(layout.document.blocks[block].start)
            count -= layout.top_of(block + 1) - layout.top_of(block)

    def ref(self, y: int) -> RowRef:
        """Return a reference to row `y`, which finds the row again after heights above it have changed."""
        if self.layout is None or y < self.body_top:
            return RowRef(-1, y)
        block = self.layout.block_at(self._body_row(y))
        return RowRef(block, y - self.to_page(self.layout.top_of(block)))

    def resolve(self, ref: RowRef) -> int:
        """Return the current number of the row to which a reference points."""
        if self.layout is None or ref.block < 0:
            return ref.distance
        return self.to_page(self.layout.top_of(ref.block)) + ref.distance

    def _body_row(self, y: int) -> int:
        """Convert a row of the page below the header to a row of the layout; for a note, to the next row."""
        below = max(y - self.body_top, 0)
        notes = self.notes
        if notes is None:
            return below + self._resume
        number = self._notes_to(y)
        row = below - notes.rows_before(number) + self._resume
        return min(row, self._note_row(number)) if number < len(notes) else row


def _heads(
    headline: Headline, document: Document | None, chapters: Chapters, width: int, *, low: bool
) -> ChapterHeads | None:
    """Return the rows above the chapters of a book; None for an article without chapters."""
    if document is None or chapters is NO_CHAPTERS:
        return None
    title, author = _book_names(headline)
    return ChapterHeads(chapters, max(width, MIN_WIDTH), title, author, whole=not document.partial, low=low)


def _book_names(headline: Headline) -> tuple[str, str]:
    """Return the title and the author of a book for its running heads."""
    return headline.title, headline.field("byline")


def _title_block(headline: Headline, document: Document | None) -> int | None:
    """Return the index of the block that is the title; None if the header shows the title."""
    if document is None or document.error or "title" in headline.state.edits:
        return None
    return document.title_block


def _notices(headline: Headline, document: Document | None) -> tuple[str, ...]:
    """Return the notices above the text. The first notice may report that only the last read text is shown."""
    error = headline.article.error if document is not None and not document.error else ""
    stale = (f"{error[:1].upper()}{error[1:]}; showing the text as last read",) if error else ()
    return (*stale, *(document.notices if document else ()))

"""The place of a reader on the page: what is shown, which rows of it, and how the place outlives another width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region

from tui_reader.document.ends import offset_in_whole
from tui_reader.document.rows import Row
from tui_reader.document.structure import Structure
from tui_reader.tui.widgets.article_pane.page import Page, PageRow
from tui_reader.tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from textual import events
    from textual.strip import Strip
    from textual.timer import Timer

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Headline
    from tui_reader.tui.widgets.article_pane.note_rows import ArticleNote

MEASURE = 72
FULL_MARGIN = 3
"""Empty columns beside the text where the pane has them to spare."""
LEAST_MEASURE = 30
MOST_MEASURE = 200
REFINE_SECONDS = 0.004
"""A slice of work on heights between two frames: it leaves three quarters of a frame to keys."""
REFINE_EVERY = 1 / 60
EVERYTHING = 1 << 60
"""A row below any page."""


class PlacedPage(LinePane):
    """Holds a page, a row of it at the top.

    The place is kept as an offset into the text, so that it survives another width; rows are derived from it.

    Args:
        today: The day of reading, from which dates are told.
        measure: Columns of the text where the pane is wide enough.
        id: Name of the widget.
    """

    def __init__(self, *, today: Callable[[], date], measure: int = MEASURE, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._today = today
        self._measure = measure
        self._headline: Headline | None = None
        self._document: Document | None = None
        self._structure: Structure | None = None
        self._article_notes: tuple[ArticleNote, ...] = ()
        self._page: Page | None = None
        self._top = 0
        self._offset = 0
        self._seen = 0.0
        self._shown: list[PageRow] | None = None
        self._refiner: Timer | None = None

    # What is shown

    def show(
        self, headline: Headline | None, document: Document | None, *, offset: int = 0, progress: float = 0.0
    ) -> None:
        """Show an article, at an offset.

        Args:
            headline: The article; its head is shown at once. None clears the pane.
            document: Its text; None while it is being read. The whole text after its beginning keeps the place.
            offset: Code point to stand at the top.
            progress: Share of the text seen before, told while the text is not there.
        """
        if headline is None:
            self.clear()
            return
        began = self._headline is not None and self._headline.id == headline.id
        at_end = False
        if not began:
            self._article_notes = ()
        if not (began and self._document is not None and self._document.partial and document is not None):
            self._offset, self._top, self._seen = max(offset, 0), 0, progress
        elif self._page is not None and self._page.document is self._document:
            at_end = self.at_end and self._document.gap is not None
            self._offset = offset_in_whole(self._document, document, self._offset)
        if document is not self._document:
            self._structure = None if document is None else Structure(document)
        self._headline, self._document = headline, document
        self._lay_out()
        if at_end:
            self._put_on_top(EVERYTHING)

    def clear(self) -> None:
        """Show no article."""
        self._headline = self._document = self._structure = self._page = None
        self._offset = self._top = 0
        self._seen = 0.0
        self._lay_out()

    def update_headline(self, headline: Headline) -> None:
        """Take in a change of tags, star, details or joined stories; the place is kept, and the text is not redrawn."""
        if self._headline is None or headline.id != self._headline.id:
            return
        self._headline = headline
        self._update_head()

    def set_article_notes(self, notes: Sequence[ArticleNote]) -> None:
        """Show these notes on the whole article above its text; the place is kept."""
        if tuple(notes) != self._article_notes:
            self._article_notes = tuple(notes)
            self._update_head()

    def _update_head(self) -> None:
        page, headline = self._page, self._headline
        if page is None or headline is None:
            return
        before, below = page.head, self._top - page.body_top
        if not page.update(headline, self._article_notes):
            self._lay_out()
        elif page.head != before and below >= 0:
            # The head has scrolled away: the rows that are shown stay, only their numbers change.
            self._top = below + page.body_top
        elif page.head != before:
            self._shown = None
            if self._put_on_top(self._top):
                return
            if len(page.head) == len(before):
                first = page.body_top - len(page.head) - self._top
                rows = Region(0, first, self.size.width, len(page.head))
                self.repaint(rows.intersection(self.size.region))
            else:
                self.repaint()

    def set_measure(self, columns: int) -> bool:
        """Set the measure, 30 to 200 columns; the place is kept. Whether it changed."""
        columns = max(LEAST_MEASURE, min(columns, MOST_MEASURE))
        if columns == self._measure:
            return False
        self._measure = columns
        self.fit()
        return True

    @property
    def measure(self) -> int:
        """Columns of the text where the pane is wide enough."""
        return self._measure

    @property
    def document(self) -> Document | None:
        """The text that is shown; None while it is being read, and where there is no article."""
        return self._document

    # Where the reader stands

    @property  # type: ignore[misc]  # Textual's own offset, a style, moves widgets that float: not this one
    def offset(self) -> int:  # type: ignore[override]
        """Code point at the top of the pane."""
        return self._offset

    @property
    def progress(self) -> float:
        """Share of the text that has been seen with what is visible, 0 to 1."""
        page = self._page
        if page is None or page.document is None or page.document.partial:
            return self._seen
        if self.at_end or not page.document.text:
            return 1.0
        ends = [row.end for row in self.visible_rows() if isinstance(row, Row)]
        return min(max(ends, default=0) / len(page.document.text), 1.0)

    @property
    def at_end(self) -> bool:
        """Whether the last row of the text is visible."""
        page = self._page
        return page is not None and page.layout is not None and self._top + self._rows_shown >= page.height

    @property
    def _rows_shown(self) -> int:
        """Rows of the page that the pane shows; its last row is kept for the progress."""
        return max(self.size.height - 1, 1)

    def visible_rows(self) -> list[PageRow]:
        """Rows of the page that are shown, from the top of the pane."""
        if self._shown is None:
            page = self._page
            self._shown = [] if page is None else page.rows(self._top, self._rows_shown)
        return self._shown

    def visible_range(self) -> tuple[int, int]:
        """Offsets of the text between the first and the last visible row."""
        rows = [row for row in self.visible_rows() if isinstance(row, Row)]
        return (min(row.start for row in rows), max(row.end for row in rows)) if rows else (0, 0)

    def _put_on_top(self, top: int) -> bool:
        """Put a row of the page at the top, as far as the page goes; whether anything moved."""
        page = self._page
        if page is None or page.layout is None:
            return False
        room = self._rows_shown
        here = page.ref(self._top)
        target = -1
        while target != max(0, min(top, page.height - room)):
            # Exact heights may make the page longer or shorter, and so move its end.
            target = max(0, min(top, page.height - room))
            page.make_exact(target, room)
        self._top = page.resolve(here)
        if target == self._top:
            return False
        self._top = target
        self._offset = page.offset_of(target)
        self._shown = None
        self.scrolled()
        self.repaint()
        return True

    def row_of(self, offset: int) -> int:
        """Row of the page on which a code point stands; what it makes exact does not move what is shown."""
        page = self._page
        if page is None:
            return 0
        here = page.ref(self._top)
        row = page.row_of(offset)
        self._top = page.resolve(here)
        return row

    def scrolled(self) -> None:
        """Called when other rows are shown, before they are painted."""

    # Laying out

    def on_resize(self, event: events.Resize) -> None:
        """Lay the page out for the new size."""
        self.fit()

    def fit(self) -> None:
        """Lay the page out for another size or measure; the same text stays at the top."""
        self._lay_out()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a region."""
        # Textual 8 sends no resize where the screen comes to the front in the moment that the pane is given room.
        page = self._page
        if self._headline is not None and self.size and (page is None or page.width != self._columns()[1]):
            self.fit()
        return super().render_lines(crop)

    def _columns(self) -> tuple[int, int]:
        """Empty columns on the left, and columns of the text."""
        width = self.size.width
        margin = FULL_MARGIN if width >= 56 else 2 if width >= 40 else 1
        columns = max(min(self._measure, width - 2 * margin), 1)
        return (width - columns) // 2, columns

    def _lay_out(self) -> None:
        """Bring the page in line with article, size and measure, keeping the offset at the top."""
        self._shown = None
        if not self.size.width or not self.is_mounted:
            self._page = None
            return
        headline = self._headline
        if headline is not None:
            columns = self._columns()[1]
            document = self._document
            if document is not None and document.partial and self._offset >= _end_of_beginning(document):
                # The place is not read yet: the head alone is calmer than a beginning that jumps away.
                document = None
            page = self._page
            if (
                page is None
                or page.width != columns
                or page.document is not document
                or page.headline.id != headline.id
                or not page.update(headline, self._article_notes)
            ):
                page = Page(headline, document, columns, self._today(), self._article_notes)
            self._page = page
            self.page_made(page)
            self._restore(page)
        self.laid_out()
        self.repaint()

    def page_made(self, page: Page) -> None:
        """Called when a page is about to be shown at a size, before the place on it is found."""

    def laid_out(self) -> None:
        """Called when the page, its width or the pane's size may be others, before they are painted."""

    def _restore(self, page: Page) -> None:
        """Stand again where the offset is."""
        offset, top = self._offset, self._top
        if page.layout is None:
            self._top = 0
            return
        wanted = page.row_of(offset) if offset else min(top, page.body_top)
        self._top = -1  # the rows are new, wherever they are: never taken for those that were shown
        self._put_on_top(wanted)
        self._offset = offset if offset <= len(page.layout.document.text) else self._offset
        if not page.layout.exact and self._refiner is None:
            self._refiner = self.set_interval(REFINE_EVERY, self._refine)

    def _refine(self) -> None:
        """Work on the heights of wide text between two frames. What is visible is exact already and stays."""
        page = self._page
        done = True
        if page is not None and page.layout is not None:
            here = page.ref(self._top)
            done = page.layout.refine(REFINE_SECONDS)
            self._top = page.resolve(here)
        if done and self._refiner is not None:
            self._refiner.stop()
            self._refiner = None


def _end_of_beginning(document: Document) -> int:
    """Offset behind the beginning in a document that is not read as a whole yet."""
    return len(document.text) if document.gap is None else document.gap

"""The viewport: the visible rows of the page. A change of width keeps the position in the text."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from textual.geometry import Region

from tui_reader.document.blocks import Structure
from tui_reader.document.cells import cell_width
from tui_reader.document.figures import Figures, figure_targets, most_rows_for
from tui_reader.document.flow import offset_in_fragment
from tui_reader.document.partial import offset_in_whole
from tui_reader.document.rows import Fragment, Row
from tui_reader.tui.widgets.article_pane.page import MEASURE, Columns, Page, PageRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from textual.timer import Timer

    from tui_reader.document.blocks import Document
    from tui_reader.document.figures import PictureSize
    from tui_reader.model.article import Headline
    from tui_reader.tui.widgets.article_pane.canvas import Canvas
    from tui_reader.tui.widgets.article_pane.note_rows import ArticleNote

REFINE_SECONDS = 0.004
"""Seconds per step of computing exact heights: a quarter of a frame, so that keys are not delayed."""
REFINE_EVERY = 1 / 60
"""Seconds between two steps: a frame."""
KEPT_ROWS = 2
"""Rows that stay visible when scrolling by a page, so that the user finds the last line read."""
LOW_HEIGHT = 14
"""With fewer rows, the heads of chapters are short: half of the pane is left to the text."""
END = 1 << 60
"""A row number below the end of any page."""


class ViewportHooks(Protocol):
    """Protocol of the hooks that the viewport calls; `layers.base.Layer` explains them."""

    def page_made(self, page: Page) -> None:
        """Adapt a new page, such as by inserting notes, before it is shown at the reading position."""

    def laid_out(self) -> None:
        """React to a new page, width or height."""

    def scrolled(self) -> None:
        """React to a change of the visible rows."""


class Viewport:
    """Defines the visible part of a page, and scrolls it.

    The reading position is an offset into the text; the row at the top is derived from it at each width. Only methods
    of this class write its attributes.

    Args:
        canvas: The widget that paints the rows.
        hooks: The hooks called when the page or the visible rows change.
        today: Function that returns the current day, for dates in the header.
        measure: Columns of the text in a pane that is wide enough.
    """

    def __init__(
        self, canvas: Canvas, hooks: ViewportHooks, *, today: Callable[[], date], measure: int = MEASURE
    ) -> None:
        self._canvas, self._hooks = canvas, hooks
        self._today = today
        self.columns = Columns(canvas, measure)
        """The division of the width into margins and text."""
        self._article_notes: tuple[ArticleNote, ...] = ()
        self._seen = 0.0
        """Share of the text read in earlier sessions."""
        self._visible: list[PageRow] | None = None
        """Cache: the visible rows of the page."""
        self._refiner: Timer | None = None
        """Timer of `refine`; None while all heights are exact."""
        self._picture_sizes: Callable[[Document], Mapping[str, PictureSize]] | None = None
        self.headline: Headline | None = None
        """The shown article; None if the view is empty."""
        self.document: Document | None = None
        """The text of the article, possibly not on the page yet; None while it is loading."""
        self.structure: Structure | None = None
        """The spans of `document` by block."""
        self.page: Page | None = None
        """The page; None without an article, or before the widget has a size."""
        self.top = 0
        """Row of the page at the top of the view."""
        self.offset = 0
        """Offset of the code point at the top of the view."""

    # The article

    def show(self, headline: Headline, document: Document | None, *, offset: int = 0, progress: float = 0.0) -> None:
        """Show an article, or a new version of the shown article.

        Args:
            headline: The article; its header is shown even while the text is loading.
            document: The text; None while it is loading. If only the beginning was shown before, the position is kept.
            offset: Code point to show at the top.
            progress: Share (0 to 1) of the text read in earlier sessions, shown until the text is loaded.
        """
        same_article = self.headline is not None and self.headline.id == headline.id
        stay_at_end = False
        if not same_article:
            self._article_notes = ()
        if not (same_article and self.document is not None and self.document.partial and document is not None):
            self.offset, self.top, self._seen = max(offset, 0), 0, progress
        elif self.page is not None and self.page.document is self.document:
            stay_at_end = self.at_end and self.document.gap is not None
            self.offset = offset_in_whole(self.document, document, self.offset)
        if document is not self.document:
            self.structure = None if document is None else Structure(document)
        self.headline, self.document = headline, document
        self.lay_out()
        if stay_at_end:
            self.put_on_top(END)

    def clear(self) -> None:
        """Remove the article from the view."""
        self.headline = self.document = self.structure = self.page = None
        self.offset = self.top = 0
        self._seen = 0.0
        self.lay_out()

    def update_headline(self, headline: Headline) -> None:
        """Update the header of the shown article, such as tags or star, and keep the reading position.

        Do nothing if another article is shown.
        """
        if self.headline is None or headline.id != self.headline.id:
            return
        self.headline = headline
        self._update_header()

    def set_article_notes(self, notes: Sequence[ArticleNote]) -> None:
        """Show notes on the whole article above its text, and keep the reading position."""
        if tuple(notes) != self._article_notes:
            self._article_notes = tuple(notes)
            self._update_header()

    def _update_header(self) -> None:
        page, headline = self.page, self.headline
        if page is None or headline is None:
            return
        before, below = page.head, self.top - page.body_top
        if not page.update(headline, self._article_notes):
            self.lay_out()
        elif page.head != before and below >= 0:
            # The header is above the visible rows: only the numbers of the visible rows change.
            self.top = below + page.body_top
        elif page.head != before:
            self._visible = None
            if self.put_on_top(self.top):
                return
            if len(page.head) == len(before):
                first = page.body_top - len(page.head) - self.top
                rows = Region(0, first, self._canvas.size.width, len(page.head))
                self._canvas.repaint(rows.intersection(self._canvas.size.region))
            else:
                self._canvas.repaint()

    @property
    def text(self) -> Document | None:
        """The document on the page; None if the page has only the header."""
        return None if self.page is None else self.page.document

    # Visible rows

    @property
    def height(self) -> int:
        """Number of visible rows of the page, without the widget's last row, which shows the progress."""
        return max(self._canvas.size.height - 1, 1)

    def visible_rows(self) -> list[PageRow]:
        """Return the visible rows of the page: the same list object until they change."""
        if self._visible is None:
            page = self.page
            self._visible = [] if page is None else page.rows(self.top, self.height)
        return self._visible

    def visible_range(self) -> tuple[int, int]:
        """Return the range of the text on the visible rows; (0, 0) if they contain no text."""
        rows = [row for row in self.visible_rows() if isinstance(row, Row)]
        return (min(row.start for row in rows), max(row.end for row in rows)) if rows else (0, 0)

    @property
    def at_end(self) -> bool:
        """True if the last row of the text is visible."""
        page = self.page
        return page is not None and page.layout is not None and self.top + self.height >= page.height

    @property
    def shows_whole_end(self) -> bool:
        """True if the last row of the text is visible, and the text is not a partial document."""
        return self.at_end and self.text is not None and not self.text.partial

    @property
    def progress(self) -> float:
        """Share of the text up to the last visible row, 0 to 1; that of earlier sessions until all text is loaded."""
        page = self.page
        if page is None or page.document is None or page.document.partial:
            return self._seen
        if self.at_end or not page.document.text:
            return 1.0
        ends = [row.end for row in self.visible_rows() if isinstance(row, Row)]
        return min(max(ends, default=0) / len(page.document.text), 1.0)

    def text_under(self, x: int, y: int) -> tuple[Row | None, int | None]:
        """Return the row of text at a cell of the widget, and the offset of the character in the cell.

        Both are None outside the rows of text; only the offset is None beside the text of a row.
        """
        rows, document = self.visible_rows(), self.text
        row = rows[y] if 0 <= y < len(rows) else None
        if not isinstance(row, Row) or document is None:
            return None, None
        column, text = x - self.columns.left, document.text
        for left, start, end in row.fragments:
            if left <= column < left + cell_width(text[start:end]):
                return row, offset_in_fragment(text, Fragment(left, start, end), column)
        return row, None

    def repaint(self) -> None:
        """Repaint all rows of the widget."""
        self._canvas.repaint()

    def repaint_range(self, start: int, end: int) -> None:
        """Repaint the visible rows that contain a part of a range of the text."""
        for y, row in enumerate(self.visible_rows()):
            if isinstance(row, Row) and row.start < end and row.end > start:
                self._canvas.repaint(Region(0, y, self._canvas.size.width, 1))

    # Moving

    def put_on_top(self, top: int) -> bool:
        """Scroll a row to the top, but not beyond the end of the page. Return True if the view moved."""
        page = self.page
        if page is None or page.layout is None:
            return False
        here, rows = page.ref(self.top), self.height
        target = -1
        while target != max(0, min(top, page.height - rows)):
            # Exact heights may make the page longer or shorter, and so move its end.
            target = max(0, min(top, page.height - rows))
            page.make_exact(target, rows)
        self.top = page.resolve(here)
        if target == self.top:
            return False
        self.top = target
        self.offset = page.offset_of(target)
        self._visible = None
        self._hooks.scrolled()
        self._canvas.repaint()
        return True

    def scroll_by(self, rows: int) -> bool:
        """Scroll by rows, up if negative. Return True if the view moved."""
        page = self.page
        if page is None:
            return False
        if rows < 0:
            with self.top_kept(page):
                page.make_exact_above(self.top, -rows)
        return self.put_on_top(self.top + rows)

    def reveal(self, start: int, end: int) -> bool:
        """Scroll to a range unless it is visible.

        After scrolling down, it begins a third of the view below the top; after scrolling up, it ends a third of the
        view above the bottom. Of a range higher than the view, the beginning is shown.

        Returns:
            True if the view moved.
        """
        page = self.page
        if page is None or page.layout is None:
            return False
        first, last = self.row_of(start), self.row_of(max(end - 1, start))
        rows = self.height
        if first >= self.top and last < self.top + rows:
            return False
        if first < self.top:
            top = min(last - 2 * rows // 3, first)
        else:
            top = min(max(first - rows // 3, last - rows + 1), first)
        return self.put_on_top(top)

    def row_of(self, offset: int) -> int:
        """Return the row of the page that contains a code point. Visible rows do not move."""
        page = self.page
        if page is None:
            return 0
        with self.top_kept(page):
            return page.row_of(offset)

    @contextmanager
    def top_kept(self, page: Page) -> Iterator[None]:
        """Keep the row at the top of the view in place while heights above it become exact."""
        here = page.ref(self.top)
        yield
        self.top = page.resolve(here)

    def start_row_of(self, offset: int) -> int:
        """Return the row of a code point, or the first row above a chapter that it begins. Visible rows stay."""
        page = self.page
        if page is None:
            return 0
        with self.top_kept(page):
            return page.start_row_of(offset)

    def rows_changed(self, top: int) -> None:
        """Read the visible rows again after rows of the page have changed; `top` is the new row at the top of the view.

        The hook `scrolled` is not called.
        """
        page = self.page
        if page is not None:
            self.top = max(0, min(top, page.height - self.height))
            self.offset = page.offset_of(self.top)
            self._visible = None

    # Layout

    @property
    def is_stale(self) -> bool:
        """True if the page must be laid out, since it was laid out for another width, or not at all yet."""
        page, size = self.page, self._canvas.size
        return self.headline is not None and bool(size) and (page is None or page.width != self.columns.text)

    def lay_out(self) -> None:
        """Lay out the page for the current article, size and measure; keep the same text at the top."""
        self._visible = None
        if not self._canvas.size.width or not self._canvas.is_mounted:
            self.page = None
            return
        headline = self.headline
        if headline is not None:
            columns = self.columns.text
            document = self.document
            if document is not None and document.partial and self.offset >= _end_of_beginning(document):
                # The text at the reading position is not loaded yet: show only the header, not text that would move.
                document = None
            figures = self._figures(document)
            page = self.page
            if (
                page is None
                or page.width != columns
                or page.document is not document
                or page.headline.id != headline.id
                or page.figures != figures
                or page.low != (self.height < LOW_HEIGHT)
                or not page.update(headline, self._article_notes)
            ):
                low = self.height < LOW_HEIGHT
                page = Page(headline, document, columns, self._today(), self._article_notes, figures=figures, low=low)
            self.page = page
            self._hooks.page_made(page)
            self._restore(page)
        self._canvas.page_changed()
        self._hooks.laid_out()
        self._canvas.repaint()

    def use_picture_sizes(self, sizes: Callable[[Document], Mapping[str, PictureSize]]) -> None:
        """Set the function that returns the sizes of a document's pictures, as far as they are known.

        It is called only for documents with pictures.
        """
        self._picture_sizes = sizes

    def pictures_measured(self) -> None:
        """Lay out the page again after pictures were measured; the text at the top keeps its place."""
        if self.page is not None and self.page.figures != self._figures(self.page.document):
            self.lay_out()

    def _figures(self, document: Document | None) -> Figures:
        """Return the pictures to draw in a document."""
        if document is None or self._picture_sizes is None or not figure_targets(document):
            return Figures()
        sizes = self._picture_sizes(document)
        return Figures(sizes, most_rows_for(self.height)) if sizes else Figures()

    def show_loaded_parts(self) -> None:
        """Show a partial text from its start if only the header is shown, since its reading position is not loaded yet.

        Otherwise do nothing.
        """
        if self.page is not None and self.page.document is None and self.document is not None:
            self.offset = 0
            self.lay_out()

    def _restore(self, page: Page) -> None:
        """Scroll a new page so that the stored offset is at the top."""
        offset, top = self.offset, self.top
        if page.layout is None:
            self.top = 0
            return
        wanted = page.start_row_of(offset) if offset else min(top, page.body_top)
        self.top = -1  # all rows are new, and must not be compared with the rows visible before
        self.put_on_top(wanted)
        self.offset = offset if offset <= len(page.layout.document.text) else self.offset
        if not page.layout.exact and self._refiner is None:
            self._refiner = self._canvas.set_interval(REFINE_EVERY, self.refine)

    def refine(self) -> None:
        """Replace some estimated heights of blocks by exact ones, between two frames. Visible rows do not move."""
        page = self.page
        done = True
        if page is not None and page.layout is not None:
            with self.top_kept(page):
                done = page.layout.refine(REFINE_SECONDS)
        if done and self._refiner is not None:
            self._refiner.stop()
            self._refiner = None


def _end_of_beginning(document: Document) -> int:
    """Return the offset after the loaded beginning of a partial document."""
    return len(document.text) if document.gap is None else document.gap

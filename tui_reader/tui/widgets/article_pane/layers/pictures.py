"""The layer of pictures: requests the visible pictures, and returns the segments of their rows."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tui_reader.document.blocks import BlockKind
from tui_reader.document.rows import Row
from tui_reader.tui.widgets.article_pane.layers.base import Layer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.segment import Segment

    from tui_reader.document.blocks import Document
    from tui_reader.document.figures import PictureSize
    from tui_reader.tui.widgets.article_pane.layers.base import Carry
    from tui_reader.tui.widgets.article_pane.painted_pictures import PaintedPicture
    from tui_reader.tui.widgets.article_pane.viewport import Viewport

AHEAD = 2
"""Number of pictures below the view that are drawn before they are scrolled into view."""


class WantedPicture(NamedTuple):
    """A picture at a size in cells."""

    target: str
    columns: int
    rows: int
    is_box: bool = False
    """True if the picture is fitted into the size with its proportions kept; False if it fills the size."""


class PictureFeed(Protocol):
    """Protocol of an object that supplies the pictures of the shown article. No method blocks."""

    def sizes(self, document: Document) -> Mapping[str, PictureSize]:
        """Return the sizes of pictures by target.

        The mapping is empty until the sizes are known, and if pictures are switched off or cannot be drawn.
        """

    def painted(self, picture: WantedPicture) -> PaintedPicture | None:
        """Return a picture, with 0 columns if it cannot be drawn; None while it is being drawn."""

    def reason(self, picture: WantedPicture) -> str:
        """Return why a picture cannot be drawn; empty if it can, or if that is not known."""

    def want(self, pictures: Sequence[WantedPicture]) -> None:
        """Request pictures to be drawn, in place of those requested before."""


class Pictures(Layer):
    """The pictures of the text, which are painted row by row like the text."""

    def __init__(self, viewport: Viewport) -> None:
        self._viewport = viewport
        self.is_idle = True  # the pane changes it with each page
        self._feed: PictureFeed | None = None
        self._figures: tuple[Document | None, Sequence[int]] = (None, ())
        """A cache: the last document, and the indices of its figure blocks."""

    def use_feed(self, feed: PictureFeed) -> None:
        """Set the object that supplies the pictures."""
        self._feed = feed
        self._viewport.use_picture_sizes(feed.sizes)

    def measured(self, document: Document) -> None:
        """Lay out the text again with the measured sizes, unless another document is shown."""
        if document is self._viewport.document:
            self._viewport.pictures_measured()

    def drawn(self) -> None:
        """Repaint the visible rows after a picture was drawn."""
        self._viewport.repaint()

    @property
    def visible(self) -> Sequence[int]:
        """The indices of the visible figure blocks, in order."""
        document = self._viewport.text
        rows = self._viewport.visible_rows() if document is not None else ()
        blocks = dict.fromkeys(row.block for row in rows if isinstance(row, Row) and row.index >= 0)
        kinds = document.blocks if document is not None else ()
        return [block for block in blocks if kinds and kinds[block].kind is BlockKind.FIGURE]

    def row(self, row: Row) -> Sequence[Segment]:
        """Return the segments of a row of a picture; empty for other rows, and until the picture is drawn."""
        painted = self._painted(row)
        return painted.row(row.index) if painted is not None and row.index < painted.rows else ()

    def is_drawn(self, row: Row) -> bool:
        """Return True if a row belongs to a picture that has been drawn and can be painted."""
        painted = self._painted(row)
        return painted is not None and painted.columns > 0

    def _painted(self, row: Row) -> PaintedPicture | None:
        wanted = self._wanted(row.block) if row.index >= 0 else None
        return self._feed.painted(wanted) if wanted is not None and self._feed is not None else None

    # Hooks

    def laid_out(self) -> None:
        """Request the visible pictures at their new sizes."""
        self._ask()

    def scrolled(self) -> None:
        """Request the pictures that became visible."""
        self._ask()

    def document_changed(self, old: Document | None, new: Document, carry: Carry | None) -> None:
        """Clear the cached list of figure blocks."""
        self._figures = None, ()

    def _ask(self) -> None:
        """Request the visible pictures, then the next `AHEAD` pictures below the view."""
        page, feed = self._viewport.page, self._feed
        if feed is None or page is None or page.layout is None or not page.figures.sizes:
            return
        document = page.layout.document
        if self._figures[0] is not document:
            self._figures = (
                document,
                tuple(i for i, each in enumerate(document.blocks) if each.kind is BlockKind.FIGURE),
            )
        numbers = self._figures[1]
        visible = self.visible
        rows = [row for row in self._viewport.visible_rows() if isinstance(row, Row)]
        below = bisect_left(numbers, rows[-1].block + 1) if rows else 0
        wanted = map(self._wanted, (*visible, *numbers[below : below + AHEAD]))
        feed.want([each for each in wanted if each is not None])

    def _wanted(self, block: int) -> WantedPicture | None:
        page = self._viewport.page
        layout = page.layout if page is not None else None
        if page is None or layout is None or not page.figures.sizes:
            return None
        cells = layout.picture_cells(block)
        return None if cells is None else WantedPicture(layout.document.blocks[block].target, cells.columns, cells.rows)

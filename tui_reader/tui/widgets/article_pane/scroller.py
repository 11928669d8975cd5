"""Scrolling by rows and pages, and jumps to a position of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.widgets.article_pane.viewport import END, KEPT_ROWS

if TYPE_CHECKING:
    from tui_reader.tui.widgets.article_pane.layers.focus import Focus
    from tui_reader.tui.widgets.article_pane.viewport import Viewport


class Scroller:
    """Scrolls the viewport without animation. Each method returns True if the view or the focus changed."""

    def __init__(self, viewport: Viewport, focus: Focus) -> None:
        self._viewport, self._focus = viewport, focus

    def by_rows(self, count: int) -> bool:
        """Scroll by rows, up if negative."""
        return self._viewport.scroll_by(count)

    def by_half_pages(self, count: int) -> bool:
        """Scroll by half pages, up if negative."""
        return self.by_rows(count * max(self._viewport.height // 2, 1))

    def by_pages(self, count: int) -> bool:
        """Scroll by pages, up if negative."""
        rows = self._viewport.height
        return self.by_rows(count * max(rows - KEPT_ROWS if rows > 2 * KEPT_ROWS else rows - 1, 1))

    def to_start(self) -> bool:
        """Scroll to the top of the page, and remove the focus."""
        self._viewport.show_loaded_parts()
        return self._focus.clear() | self._viewport.put_on_top(0)

    def to_end(self) -> bool:
        """Scroll to the last row of the page, and remove the focus."""
        self._viewport.show_loaded_parts()
        return self._focus.clear() | self._viewport.put_on_top(END)

    def to_percent(self, percent: float) -> bool:
        """Scroll so that `percent` of the text is above the view, and remove the focus."""
        document = self._viewport.text
        if document is None or percent <= 0:
            return self.to_start()
        if percent >= 100:
            return self.to_end()
        return self._focus.clear() | self.to_offset(int(len(document.text) * percent / 100))

    def to_offset(self, offset: int, above: int = 0) -> bool:
        """Scroll so that a code point, or the head of the chapter that it begins, is in the first row.

        Offset 0 scrolls to the top of the header.

        Args:
            offset: Offset of the code point.
            above: Rows to show above it, as `rows_above` counts them.
        """
        page = self._viewport.page
        if page is None or page.layout is None:
            return False
        return self._viewport.put_on_top(self._row_of(offset) - above)

    def rows_above(self) -> int:
        """Return how many visible rows are above the reading position; negative if its row is above the view."""
        viewport = self._viewport
        return 0 if viewport.page is None else self._row_of(viewport.offset) - viewport.top

    def _row_of(self, offset: int) -> int:
        return self._viewport.start_row_of(offset) if offset > 0 else 0

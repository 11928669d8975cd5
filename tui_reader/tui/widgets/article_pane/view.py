"""The page in its pane: how its rows, the words in its place and the last row are painted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.geometry import Region

from tui_reader.document.rows import Row
from tui_reader.tui.widgets.article_pane.header import StyledRow, StyledText, wrapped
from tui_reader.tui.widgets.article_pane.note_rows import NO_MARGINS, Margins
from tui_reader.tui.widgets.article_pane.painter import Overlay, Painter
from tui_reader.tui.widgets.article_pane.placing import PlacedPage
from tui_reader.tui.widgets.article_pane.styles import Role, Styles

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from textual.strip import Strip
    from textual.timer import Timer


class PageView(PlacedPage):
    """Shows a page: its rows, and below them how much of it has been seen."""

    LOADING_DELAY: ClassVar[float] = 0.15
    """Seconds after which a text that is being read is said to be; most are there before."""

    _painter: Painter | None = None
    _looks: Styles | None = None
    _message: tuple[str, tuple[str, ...]] = ("", ())
    _awaited = ""
    """Article whose text, or the rest of it, is being read; empty where none is."""
    _slow = False
    _patience: Timer | None = None

    def clear(self, message_title: str = "", lines: Sequence[str] = ()) -> None:
        """Show no article, but a few words in the middle."""
        self._message = (message_title, tuple(lines))
        super().clear()

    def laid_out(self) -> None:
        """Nothing that was painted fits any longer."""
        super().laid_out()
        self.looks_changed()
        self._await_text()

    def looks_changed(self) -> None:
        """Drop what was painted."""
        self._painter = None
        self._strips.clear()

    # Painting

    def notify_style_update(self) -> None:
        """Take in new colours."""
        super().notify_style_update()
        self._painter = self._looks = None

    @property
    def _brush(self) -> Painter:
        """The painter, made anew when page, size or colours changed."""
        if self._painter is None:
            left = self._columns()[0] if self._page is not None else 0
            if self._looks is None:
                self._looks = Styles(self.ink(""), self.ink)
            self._painter = Painter(self._page, self._structure, self._looks, left, self.size.width)
        return self._painter

    def overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """What lies over a range of the text, the topmost last."""
        return ()

    def beside(self, y: int) -> Margins:
        """What stands in the margins of a row of the pane."""
        return NO_MARGINS

    def _overlays_on(self, row: Row) -> tuple[Overlay, ...]:
        return self.overlays(row.start, max(row.end, row.start + 1)) if row.index >= 0 else ()

    def repaint_range(self, start: int, end: int) -> None:
        """Paint the visible rows anew that show a part of a range."""
        for y, row in enumerate(self.visible_rows()):
            if isinstance(row, Row) and row.start < end and row.end > start:
                self.repaint(Region(0, y, self.size.width, 1))

    @property
    def active(self) -> bool:
        """Whether keys go to this pane."""
        return self._active

    @active.setter
    def active(self, active: bool) -> None:
        if active != self._active:
            self._active = active
            self.activity_changed()

    def activity_changed(self) -> None:
        """Called when keys begin or cease to go to this pane: what tells so is painted anew, and nothing else."""
        self.repaint(Region(0, self.size.height - 1, self.size.width, 1))

    def row_key(self, y: int) -> Hashable:
        """All that the picture of a row depends on."""
        if self._page is None:
            return "message", y
        rows = self.visible_rows()
        if y == self.size.height - 1 and y:
            return self._foot_text(), self._active
        beside = self.beside(y)
        if y >= len(rows):
            return None, beside
        row = rows[y]
        if not isinstance(row, Row):
            return row, beside
        return row.block, row.index, self._overlays_on(row), beside

    def paint_row(self, y: int, width: int) -> Strip:
        """A row of the pane, drawn."""
        if self._page is None:
            return self._paint_message(y, width)
        rows = self.visible_rows()
        if y == self.size.height - 1 and y:
            return self._brush.foot(self._foot_text(), Role.PROGRESS_ACTIVE if self._active else Role.PROGRESS)
        row = rows[y] if y < len(rows) else ()
        if not isinstance(row, Row):
            return self._brush.head(row, self.beside(y))
        return self._brush.body(row, self._overlays_on(row), self.beside(y))

    def _foot_text(self) -> str:
        if self._document is None or self._document.partial:
            return "loading…" if self._slow else ""
        if self.at_end:
            return "100 %" if self._top else ""
        return f"{min(int(self.progress * 100), 99)} %"

    def _paint_message(self, y: int, width: int) -> Strip:
        """A row of the words shown where there is no article, set quietly in the middle."""
        title, lines = self._message
        room = max(width - 4, 8)
        rows: list[StyledRow] = [(StyledText(line, Role.TITLE),) for line in (wrapped(title, room) if title else ())]
        for line in lines:
            rows.extend((StyledText(part, Role.META),) for part in (wrapped(line, room) if line else ("",)))
        at = y - max((self.size.height - len(rows)) // 2, 0)
        row = rows[at] if 0 <= at < len(rows) else ()
        before = max((width - sum(cell_len(piece.text) for piece in row)) // 2, 0)
        return self._brush.head((StyledText(" " * before, Role.META), *row))

    # Waiting for the text

    def _await_text(self) -> None:
        """Say after a moment that the text is being read; short waits pass unsaid."""
        headline = self._headline
        whole = self._document is not None and not self._document.partial
        awaited = "" if headline is None or whole else headline.id
        if awaited == self._awaited:
            return
        self._awaited, self._slow = awaited, False
        if self._patience is not None:
            self._patience.stop()
        self._patience = self.set_timer(self.LOADING_DELAY, self._say_loading) if awaited else None

    def _say_loading(self) -> None:
        self._slow = True
        self.repaint(Region(0, self.size.height - 1, self.size.width, 1))

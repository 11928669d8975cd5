"""The screen that shows one picture of an article as large as the terminal allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_reader.document.cells import cell_width
from tui_reader.tui.screens.dialog import Dialog
from tui_reader.tui.widgets.article_pane.layers.pictures import WantedPicture
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, line, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from textual.app import ComposeResult
    from textual.timer import Timer

    from tui_reader.tui.widgets.article_pane.layers.pictures import PictureFeed
    from tui_reader.tui.widgets.article_pane.painted_pictures import PaintedPicture

LOOK_SECONDS = 0.03
"""Seconds between two checks whether the picture has been drawn."""
_LAST_ROW = 1
"""Number of rows below the picture, for its caption."""


class ShownPicture(NamedTuple):
    """A picture that the screen can show."""

    target: str
    caption: str


class PicturePage(LinePane):
    """A picture in the middle of the screen, with its caption in the last row."""

    DEFAULT_CSS = "PicturePage { background: $page; }"
    STYLES: ClassVar[Mapping[str, str]] = {"": "text-ink on page", "key": "bold accent-ink", "muted": "muted-ink"}

    def __init__(self, feed: PictureFeed, shown: Sequence[ShownPicture], first: int) -> None:
        super().__init__()
        self._feed = feed
        self._shown, self._at = shown, first
        self._said = ""
        self._timer: Timer | None = None

    @property
    def current(self) -> ShownPicture:
        """The picture that is shown."""
        return self._shown[self._at]

    def on_mount(self) -> None:
        """Start the timer that checks whether the picture has been drawn."""
        self._timer = self.set_interval(LOOK_SECONDS, self._look)

    def on_resize(self) -> None:
        """Draw the picture for the new size."""
        self._want()

    def step(self, by: int) -> None:
        """Move by a number of pictures; backwards if `by` is negative."""
        self._at = max(0, min(self._at + by, len(self._shown) - 1))
        self._said = ""
        self._want()

    def say(self, message: str) -> None:
        """Show a message in place of the caption; a long one covers the last rows of the picture."""
        self._said = message
        self.repaint()

    def _wanted(self) -> WantedPicture:
        height = max(self.size.height - _LAST_ROW, 1)
        return WantedPicture(self.current.target, max(self.size.width, 1), height, is_box=True)

    def _want(self) -> None:
        if self.size.width:
            self._feed.want([self._wanted()])
            self.repaint()
            if self._timer is not None:
                self._timer.resume()

    def _look(self) -> None:
        """Paint the picture if it has been drawn."""
        if self._painted() is not None:
            self.repaint()
            if self._timer is not None:
                self._timer.pause()

    def _painted(self) -> PaintedPicture | None:
        return self._feed.painted(self._wanted())

    def row_key(self, y: int) -> Hashable:
        """Return a value that is equal as long as the row looks the same; see `LinePane.row_key`."""
        return self._at, y, self.size.height, self._painted() is not None, self._said

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint a row of the picture or of the reason why it is not shown, or the last row with the caption."""
        base = self.named_style("")
        message = self._message_rows(width)
        if message and y >= self.size.height - len(message):
            return line(width, base, [Piece(f" {message[y - self.size.height]}", base)])
        if y == self.size.height - _LAST_ROW:
            return self._foot(width)
        painted = self._painted()
        if painted is None or not painted.columns:
            reason = self._feed.reason(self._wanted()) if painted is not None else ""
            text = "drawing …" if painted is None else ": ".join(filter(None, ("this picture cannot be drawn", reason)))
            rows = wrap(text, max(width - 4, 1))
            index = y - (self.size.height - _LAST_ROW - len(rows)) // 2
            words = rows[index].center(width)[:width] if 0 <= index < len(rows) else ""
            return line(width, base, [Piece(words, base + self.named_style("muted"))])
        row = y - (self.size.height - _LAST_ROW - painted.rows) // 2
        if not 0 <= row < painted.rows:
            return Strip.blank(width, base)
        left = (width - painted.columns) // 2
        right = width - left - painted.columns
        cells = Strip(painted.row(row), painted.columns)
        return Strip.join([Strip.blank(left, base), cells, Strip.blank(right, base)])

    def _message_rows(self, width: int) -> list[str]:
        """Return the rows of a message that does not fit beside the keys; none if it does."""
        room = width - sum(cell_width(piece.text) for piece in self._keys()) - 2
        return wrap(self._said, max(width - 2, 1)) if cell_width(self._said) > room else []

    def _foot(self, width: int) -> Strip:
        base = self.named_style("")
        words = self._said or self.current.caption or "without a description"
        return line(width, base, [Piece(f" {words}", base)], self._keys())

    def _keys(self) -> list[Piece]:
        """Return the keys of the last row, with the number of the picture if there are several."""
        base, muted, key = (self.named_style(name) for name in ("", "muted", "key"))
        keys = [Piece(" o", base + key), Piece(" open outside  ", base + muted), Piece("q", base + key)]
        keys.append(Piece(" back ", base + muted))
        if len(self._shown) > 1:
            count = f" {self._at + 1} of {len(self._shown)}  "
            keys[:0] = [Piece(count, base + muted), Piece("n N", base + key), Piece(" next ", base + muted)]
        return keys


class PictureViewer(Dialog[None]):
    """The screen of a picture."""

    CSS = "PictureViewer { background: $page; } PictureViewer PicturePage { width: 100%; height: 100%; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape,ctrl+c", "dismiss(None)", show=False),
        Binding("n,right,space,j,down,l", "step(1)", show=False),
        Binding("N,left,b,k,up,h", "step(-1)", show=False),
        Binding("o,enter", "open_outside", show=False),
    ]

    def __init__(self, page: PicturePage, open_outside: Callable[[str, Callable[[str], None]], None]) -> None:
        """Create the screen.

        Args:
            page: The widget that shows the pictures.
            open_outside: Opens a picture, given its target, in another program; its second argument is called with a
                message for the user.
        """
        super().__init__()
        self._page, self._open_outside = page, open_outside

    def compose(self) -> ComposeResult:
        """Yield the picture."""
        yield self._page

    def action_step(self, by: int) -> None:
        """Move by a number of pictures; backwards if `by` is negative."""
        self._page.step(by)

    def action_open_outside(self) -> None:
        """Open the picture in the desktop's program for its file type."""
        self._open_outside(self._page.current.target, self._page.say)

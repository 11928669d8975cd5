"""Base class of widgets that paint their rows themselves, and the guard of message handlers.

Textual asks for the rows of every widget that a changed region touches, and a look-up in Textual's cache of rows
costs 20 times a look-up in this class's cache. So `render_lines` is overridden: a painted row is cached under a key
made of everything that determines its appearance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.color import BLACK
from textual.message_pump import MessagePump
from textual.widget import Widget

from tui_reader.errors import ReaderError
from tui_reader.tui.theme import LegibilityFilter, style_of
from tui_reader.tui.widgets.styled_lines import merged

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from rich.style import Style
    from textual.geometry import Region, Size
    from textual.message import Message
    from textual.strip import Strip

MOST_SEGMENTS = 6_000
"""Maximum segments of the painted rows that a widget keeps: 1,500 rows of text in about 2 MB, or 80 rows of a picture,
whose segments have a style each and take 10 MB."""


class FailureGuard(MessagePump):
    """Base class of screens and widgets in which a `ReaderError` ends a message handler, not the program.

    The state file may be on a failing disk, and a key that reads from it must not end the program and lose open
    notes. Any other error is a bug and ends the program.
    """

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except ReaderError as error:
            tell = getattr(self.app, "tell_failure", None)
            if tell is None:
                raise
            tell(error)


class LaidOutOnce(MessagePump):
    """Base class, before Textual's, of widgets that a new size does not lay out a second time."""

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        """Keep a new size, and ask for no other layout because of it.

        Textual asks for one from each widget whose contents have another size. Only a scroll bar that appears or
        disappears needs it, and asks for it itself.
        """
        updated: bool = super()._size_updated(size, virtual_size, container_size, layout=False)  # type: ignore[misc]
        return updated


class ScreenGuard(FailureGuard, LaidOutOnce):
    """Base class of all screens, before Textual's: they neither compose nor lay out what the program does not need."""

    def _extend_compose(self, widgets: list[Widget]) -> None:
        """Add no widgets for Textual's notifications and tooltips.

        The program shows neither, and a widget that shows nothing costs as much as others when a screen opens.
        Notifications would also lay out the screen at each opening and closing.
        """

    def _screen_resized(self, size: Size) -> None:
        """Lay out the screen for a new size of the terminal, but not again for a size that it has.

        Textual sends each screen the size for which it has just laid it out, and then all screens below.
        """
        if self._compositor.size != size:  # type: ignore[attr-defined]
            super()._screen_resized(size)  # type: ignore[misc]


def rows_alike(render_lines: Callable[[Any, Region], list[Strip]]) -> Any:
    """Make the method `render_lines` of a widget that shows only its background return copies of the first row.

    Textual composes each row of such a widget again for each frame of the whole screen, which takes 1 ms for 35 rows,
    although other widgets cover them.

    Args:
        render_lines: The method of Textual's widget.
    """

    def render_alike(self: Any, crop: Region) -> list[Strip]:
        return render_lines(self, crop.crop_size((crop.width, 1))) * crop.height

    return render_alike


class LinePane(FailureGuard, LaidOutOnce, Widget):
    """A widget of painted rows. It never gets the keyboard focus: the screen sets `active`.

    The app dispatches all keys."""

    ALLOW_SELECT = False
    can_focus = False
    STYLES: ClassVar[Mapping[str, str]] = {}
    """Styles by name, in the notation of `theme.style_of`; the empty name is the background of the widget."""
    PLAIN_STYLES: ClassVar[Mapping[str, str]] = {}
    """Attributes added to a style where backgrounds look alike: with 16 colours or no colours."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self._named_styles: dict[str, Style] = {}
        self._strips: dict[Hashable, Strip] = {}
        self._segments = 0
        """Number of segments of the cached rows."""
        self._active = False

    @property
    def size(self) -> Size:
        """Columns and rows of the widget.

        Textual's own computation takes an eighth of the cost of a frame. Its result is identical, since no pane has a
        border.
        """
        return self._size

    @property
    def active(self) -> bool:
        """True if keys go to this widget."""
        return self._active

    @active.setter
    def active(self, active: bool) -> None:
        if active != self._active:
            self._active = active
            self.repaint_active()

    def notify_style_update(self) -> None:
        """Discard the rows that were painted in the former colours."""
        self._named_styles.clear()
        self._drop_strips()
        super().notify_style_update()

    def named_style(self, name: str) -> Style:
        """Return a style by its name; an empty name gives the background.

        With NO_COLOR the style has no colours: Textual removes colours only from widgets that it paints itself.
        """
        style = self._named_styles.get(name)
        if style is None:
            app = self.app
            if name not in self.STYLES:
                return self._component_style(name)
            look = self.STYLES[name]
            if app.no_color or app.current_theme.ansi:
                look = f"{look} {self.PLAIN_STYLES.get(name, '')}"
            style = self._named_styles[name] = style_of(look, app.theme_variables, colour=not app.no_color)
        return style

    def _component_style(self, name: str) -> Style:
        style = self.get_component_rich_style(f"pane--{name}", partial=True) if name else self.rich_style
        self._named_styles[name] = style = style.without_color if self.app.no_color else style
        return style

    def _legible(self, strip: Strip) -> Strip:
        """Return a row in styles that are legible in 16 colours, if the terminal has only 16."""
        for each in self.app.get_line_filters():
            if isinstance(each, LegibilityFilter):
                return strip.apply_filter(each, BLACK)
        return strip

    def repaint_active(self) -> None:
        """Repaint the parts that show whether the widget is active: all rows, unless a subclass overrides it."""
        self.repaint()

    def repaint(self, *regions: Region) -> None:
        """Repaint regions with the next frame, or the whole widget if no region is given, without layout."""
        self.refresh(*(regions or (self.size.region,)))

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of a row, except width and colours."""
        raise NotImplementedError

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint a row. Reads only memory and changes nothing."""
        raise NotImplementedError

    def _drop_strips(self) -> None:
        """Empty the cache of painted rows."""
        self._strips.clear()
        self._segments = 0

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows of a region, from the cache if possible."""
        width = self.size.width
        if self._segments > MOST_SEGMENTS:
            self._drop_strips()
        strips = []
        for y in crop.line_range:
            key = (self.row_key(y), width)
            strip = self._strips.get(key)
            if strip is None:
                strip = self._strips[key] = self._legible(merged(self.paint_row(y, width)))
                self._segments += sum(1 for _ in strip)
            strips.append(strip)
        first, last = crop.column_span
        return strips if (first, last) == (0, width) else [strip.crop(first, last) for strip in strips]

"""The base of panes that paint rows themselves.

Textual asks for the rows of every widget that meets a dirty region, and its own per-line style cache costs twenty
times a look-up in ours: so `render_lines` is ours, and what a row looks like is kept under a key that holds all that
changes the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from tui_reader.tui.theme import style_of
from tui_reader.tui.widgets.failures import FailureGuard
from tui_reader.tui.widgets.styled_lines import merged

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from rich.style import Style
    from textual.geometry import Region, Size
    from textual.strip import Strip

MOST_STRIPS = 1500
"""Rows kept; a screen of 70 rows with its neighbours is far below, and 1,500 strips weigh about 2 MB."""


class LinePane(FailureGuard, Widget):
    """A widget of rows. It takes no focus: which pane is active is told to it, and keys are dispatched by the app."""

    ALLOW_SELECT = False
    can_focus = False
    LOOKS: ClassVar[Mapping[str, str]] = {}
    """Looks by name, as `theme.style_of` understands them; the empty name is the pane itself."""
    PLAIN: ClassVar[Mapping[str, str]] = {}
    """Attributes to add where tones cannot be told apart: in the terminal's own colours, and in none."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self._inks: dict[str, Style] = {}
        self._strips: dict[Hashable, Strip] = {}
        self._active = False

    @property
    def size(self) -> Size:
        """Cells of the pane. No pane has a border, so Textual's long way round by its regions, an eighth of the cost
        of a frame, comes to the same.
        """
        return self._size

    @property
    def active(self) -> bool:
        """Whether keys go to this pane."""
        return self._active

    @active.setter
    def active(self, active: bool) -> None:
        if active != self._active:
            self._active = active
            self.repaint_active()

    def notify_style_update(self) -> None:
        """Drop what was painted in other colours."""
        self._inks.clear()
        self._strips.clear()
        super().notify_style_update()

    def ink(self, name: str) -> Style:
        """A look by its name; the pane's own for an empty one. Has no colours where NO_COLOR asks for none: Textual
        sees to that in its own way of painting, which is not ours.
        """
        style = self._inks.get(name)
        if style is None:
            app = self.app
            if name not in self.LOOKS:
                return self._component_ink(name)
            look = self.LOOKS[name]
            if app.no_color or app.current_theme.ansi:
                look = f"{look} {self.PLAIN.get(name, '')}"
            style = self._inks[name] = style_of(look, app.theme_variables, colour=not app.no_color)
        return style

    def _component_ink(self, name: str) -> Style:
        style = self.get_component_rich_style(f"pane--{name}", partial=True) if name else self.rich_style
        self._inks[name] = style = style.without_color if self.app.no_color else style
        return style

    def repaint_active(self) -> None:
        """Repaint what shows whether the pane is active; all of it, unless a pane knows better."""
        self.repaint()

    def repaint(self, *regions: Region) -> None:
        """Paint regions anew with the next frame, the whole pane where none is named. Costs no layout."""
        self.refresh(*(regions or (self.size.region,)))

    def row_key(self, y: int) -> Hashable:
        """All that the picture of a row depends on, but for the width and the colours."""
        raise NotImplementedError

    def paint_row(self, y: int, width: int) -> Strip:
        """A row of the pane, drawn. Reads nothing but memory, changes nothing."""
        raise NotImplementedError

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a region, from the cache where they were painted before."""
        width = self.size.width
        if len(self._strips) > MOST_STRIPS:
            self._strips.clear()
        strips = []
        for y in crop.line_range:
            key = (self.row_key(y), width)
            strip = self._strips.get(key)
            if strip is None:
                strip = self._strips[key] = merged(self.paint_row(y, width))
            strips.append(strip)
        first, last = crop.column_span
        return strips if (first, last) == (0, width) else [strip.crop(first, last) for strip in strips]

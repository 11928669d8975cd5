"""Read the screen of an app row by row, and paint only the rows that changed since the last look."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.geometry import Region, Size
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

PAINTS_EACH_FRAME = bool(os.environ.get("CI"))
"""True with the full counts: each frame is painted and composed as for a terminal, and each look paints all rows."""


class _Rows:
    """The rows that a terminal would show of one screen."""

    def __init__(self) -> None:
        self.size = Size(0, 0)
        self.strips: list[Strip] = []
        self.texts: list[str] = []
        """The rows as texts, without trailing spaces."""
        self.changed: set[Region] = set()
        """The regions that were not painted since they changed."""

    def paint(self, compositor: Compositor) -> None:
        """Paint all rows that a changed region touches, in their full width."""
        size = compositor.size
        everything = size.region
        if self.size != size:
            self.size, self.strips, self.texts = size, [Strip.blank(0)] * size.height, [""] * size.height
            self.changed.add(everything)
        regions = [seen for seen in (each.intersection(everything) for each in self.changed) if seen]
        self.changed.clear()
        if not regions:
            return
        numbers = {y for region in regions for y in region.line_range}
        first, last = min(numbers), max(numbers)
        chops = compositor._render_chops(Region(0, first, size.width, last + 1 - first), numbers.__contains__)
        for y in numbers:
            strip = self.strips[y] = Strip.join(chops[y].values())
            self.texts[y] = strip.text.rstrip()


_rows: WeakKeyDictionary[Compositor, _Rows] = WeakKeyDictionary()


def painted(app: App[Any]) -> list[Strip]:
    """Return the rows of the active screen as a terminal shows them: a change that asks for no frame is not seen."""
    if PAINTS_EACH_FRAME:
        return app.screen._compositor.render_strips()
    return list(_painted(app).strips)


def painted_texts(app: App[Any]) -> list[str]:
    """Return the rows of the active screen as texts, without trailing spaces."""
    if PAINTS_EACH_FRAME:
        return [strip.text.rstrip() for strip in painted(app)]
    return list(_painted(app).texts)


def _painted(app: App[Any]) -> _Rows:
    screen = app.screen
    compositor = screen._compositor
    # What changed since the app settled is shown too.
    screen._on_timer_update()
    compositor.update_widgets({widget for widget in compositor.visible_widgets if widget._repaint_regions})
    _note_changes(compositor)
    visible_screen_stack.set(app._background_screens)
    rows = _rows.setdefault(compositor, _Rows())
    rows.paint(compositor)
    return rows


def _note_changes(
    self: Compositor, full: bool = False, screen_stack: list[Screen[Any]] | None = None, simplify: bool = False
) -> None:
    """Stand in for `Compositor.render_update`: note what is to be painted when a test looks."""
    changed = _rows.setdefault(self, _Rows()).changed
    changed.update({self.size.region} if full else self._dirty_regions)
    self._dirty_regions.clear()


def paint_when_looked_at() -> None:
    """Let no app paint frames for its absent terminal, except with the full counts."""
    if not PAINTS_EACH_FRAME:
        Compositor.render_update = _note_changes  # type: ignore[method-assign]

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
    from collections.abc import Iterator, Sequence

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
        numbers = sorted({y for region in regions for y in region.line_range})
        for y, strip in zip(numbers, _compose(compositor, numbers), strict=True):
            self.strips[y] = strip
            self.texts[y] = strip.text.rstrip()


def _compose(compositor: Compositor, numbers: Sequence[int]) -> Iterator[Strip]:
    """Return rows of the screen by their numbers, in order.

    Other than in `Compositor._render_chops`, each widget paints only rows that are asked for and that no widget above
    it covers.
    """
    cuts = compositor.cuts
    parts: dict[int, dict[int, Strip | None]] = {y: dict.fromkeys(cuts[y][:-1]) for y in numbers}
    missing = {y: len(row) for y, row in parts.items()}
    for widget, (region, clip) in compositor.visible_widgets.items():
        seen = region.intersection(clip)
        wanted = [y for y in numbers if seen.y <= y < seen.bottom and missing[y]] if seen else []
        if not wanted:
            continue
        top = wanted[0]
        band = Region(seen.x - region.x, top - region.y, seen.width, wanted[-1] + 1 - top)
        strips = widget.render_lines(band)
        for y in wanted:
            row = parts[y]
            within = [cut for cut in cuts[y] if seen.x <= cut <= seen.right]
            divided = strips[y - top].divide([cut - seen.x for cut in within[1:]])
            for cut, part in zip(within, divided, strict=False):
                if row[cut] is None:
                    row[cut] = part
                    missing[y] -= 1
    return (Strip.join(row.values()) for row in parts.values())


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

"""Wait, at little cost, until an app has finished what a key or an event began."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.app import ScreenStackError
from textual.geometry import Region
from textual.pilot import Pilot

from tui_reader.tui.app import ReaderApp
from tui_reader.tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

LONGEST = 1.0
"""Seconds after which an app counts as settled although it still works."""

LOOK = 0.003
"""Seconds between two looks whether files have been read."""

READING = 0.5
"""Seconds that the files are waited for, once: tests hold some of them back."""


async def drain() -> None:
    """Let all coroutines run until each waits for time, for a thread or for input."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    end = time.monotonic() + LONGEST
    await asyncio.sleep(0)
    while ready and time.monotonic() < end:
        await asyncio.sleep(0)


async def settle(app: App[Any]) -> None:
    """Wait until the app has handled all its messages, and the articles that it shows have been read and painted.

    Textual's pilot sends a message to each widget instead, which costs several times as much as most keys.
    """
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    end = time.monotonic() + LONGEST
    given_up = _given_up.get(app, "")
    until = time.monotonic() + READING
    while time.monotonic() < end:
        await drain()
        with suppress(ScreenStackError):
            app.screen._on_timer_update()
        if ready:
            continue
        awaited = awaited_input(app)
        if awaited in {"", given_up}:
            break
        if time.monotonic() > until:
            _given_up[app] = awaited
            break
        await asyncio.sleep(LOOK)
    with suppress(ScreenStackError):
        _paint_changes(app.screen)


_given_up: WeakKeyDictionary[App[Any], str] = WeakKeyDictionary()
"""What was waited for in vain, by app."""
_unpainted: WeakKeyDictionary[Compositor, set[Region]] = WeakKeyDictionary()
"""What changed since the rows were painted last."""


def awaited_input(app: App[Any]) -> str:
    """Return what the app is waiting for: the first scan, or the text of an article; empty if it waits for nothing."""
    if not isinstance(app, ReaderApp) or not app.reading.is_wired or not app.is_running:
        return ""
    if not (app.reading.resumption._is_scanned and app.library.is_scan_taken_in):
        return "the first scan"
    expected = app.reading.navigator.expected
    panes = app.reading.state.panes.article, getattr(app.screen, "_pane", None)
    return expected or next((pane._foot._awaited for pane in panes if pane is not None and pane._foot._awaited), "")


async def _pause(self: Pilot[Any], delay: float | None = None) -> None:
    if delay is not None:
        await asyncio.sleep(delay)
    await settle(self.app)


async def _wait_for_screen(self: Pilot[Any], timeout: float = LONGEST) -> bool:
    await drain()
    return True


def _collect_changes(
    self: Compositor, full: bool = False, screen_stack: list[Screen[Any]] | None = None, simplify: bool = False
) -> None:
    """Stand in for `Compositor.render_update`: note what is to be painted when the app has settled."""
    _unpainted.setdefault(self, set()).update(self._dirty_regions)
    self._dirty_regions.clear()


def _paint_changes(screen: Screen[Any]) -> None:
    """Paint the rows that changed, but compose no frame for the absent terminal."""
    compositor = screen._compositor
    regions = _unpainted.pop(compositor, None)
    if not regions:
        return
    visible_screen_stack.set(screen.app._background_screens)
    changed = Region.from_union(list(regions)).intersection(compositor.size.region)
    for widget, (region, clip) in compositor.visible_widgets.items():
        if isinstance(widget, LinePane) and changed.overlaps(clip):
            seen = region.intersection(clip)
            if seen:
                widget.render_lines(seen.translate(-region.offset))


def make_pilots_cheap() -> None:
    """Let every pilot wait as `settle` does."""
    Pilot.pause = _pause  # type: ignore[method-assign]
    Pilot._wait_for_screen = _wait_for_screen  # type: ignore[method-assign]
    if not os.environ.get("CI"):
        Compositor.render_update = _collect_changes  # type: ignore[method-assign]

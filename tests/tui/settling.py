"""Wait, at little cost, until an app has finished what a key or an event began."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from textual.app import ScreenStackError
from textual.pilot import Pilot

from tui_reader.tui.app import ReaderApp

if TYPE_CHECKING:
    from textual.app import App

ROUNDS = 2_000
"""Rounds of the event loop after which an app counts as settled although it still works."""

LOOK = 0.003
"""Seconds between two looks whether files have been read."""

LOOKS = 160
"""Looks, half a second at least, after which files are no longer waited for: tests hold some of them back.

Neither limit is a duration, which would be over too soon on a busy machine.
"""


async def drain() -> None:
    """Let all coroutines run until each waits for time, for a thread or for input."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    await asyncio.sleep(0)
    for _ in range(ROUNDS):
        if not ready:
            return
        await asyncio.sleep(0)


async def settle(app: App[Any]) -> None:
    """Wait until the app has handled all its messages, and the articles that it shows have been read.

    Textual's pilot sends a message to each widget instead, which costs several times as much as most keys.
    """
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    given_up = _given_up.get(app, "")
    looks = 0
    for _ in range(2 * LOOKS):
        await drain()
        with suppress(ScreenStackError):
            app.screen._on_timer_update()
        if ready:
            continue
        awaited = awaited_input(app)
        if awaited in {"", given_up}:
            return
        looks += 1
        if looks > LOOKS:
            _given_up[app] = awaited
            return
        await asyncio.sleep(LOOK)


_given_up: WeakKeyDictionary[App[Any], str] = WeakKeyDictionary()
"""What was waited for in vain, by app."""


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


async def _wait_for_screen(self: Pilot[Any], timeout: float = 1.0) -> bool:
    await drain()
    return True


def make_pilots_cheap() -> None:
    """Let every pilot wait as `settle` does."""
    Pilot.pause = _pause  # type: ignore[method-assign]
    Pilot._wait_for_screen = _wait_for_screen  # type: ignore[method-assign]

"""Keys, clicks and signals that arrive before the reader is complete."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from textual import events
from textual.keys import _character_to_key

from tui_reader.tui.screens.reading.screen import ReadingScreen

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tui_reader.tui.app import ReaderApp

Start = Callable[..., AbstractAsyncContextManager[Any]]


def at_once(monkeypatch: pytest.MonkeyPatch, do: Callable[[ReaderApp], object]) -> None:
    """Call a function as soon as the reading screen is mounted, before its first frame."""
    mounted = ReadingScreen.on_mount

    def on_mount(screen: ReadingScreen) -> None:
        mounted(screen)
        app: Any = screen.app
        do(app)

    monkeypatch.setattr(ReadingScreen, "on_mount", on_mount)


async def test_keys_typed_before_the_first_frame_are_executed(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def type_ahead(app: ReaderApp) -> None:
        for key in "js/gam":
            app.post_message(events.Key(_character_to_key(key), key))

    async with start(articles) as reader:
        await reader.sees("3 unread")
    at_once(monkeypatch, type_ahead)
    async with start(articles) as reader:
        await reader.sees("/ gam", "1 article ·", "Gamma rays")
        await reader.no_longer_sees("Beta test")
        await reader.keys("escape")
        await reader.sees("★", "Beta test")
        assert reader.app.failure is None


async def test_a_click_before_the_first_frame_is_not_an_error(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def click(app: ReaderApp) -> None:
        for kind in (events.MouseScrollDown, events.MouseDown, events.MouseUp):
            app.post_message(kind(None, 30, 7, 0, 0, 1, False, False, False, 30, 7))

    at_once(monkeypatch, click)
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of")
        assert reader.app.failure is None


async def test_quitting_before_the_first_frame_is_not_an_error(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once(monkeypatch, lambda app: app.call_later(app.action_quit))
    async with start(articles) as reader:
        assert reader.app.failure is None
        assert reader.app.return_code == 0

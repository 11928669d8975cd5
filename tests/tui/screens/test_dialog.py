"""Dialogs over another screen, and what all screens have in common."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Input

from tests.tui.conftest import case

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.tui.conftest import Start


async def test_keys_after_the_one_that_closes_a_dialog_close_no_other_screen(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        for keys, leaving in itertools.product(("S", "gT"), ("enter", "ctrl+c", "escape")):
            with case(keys, leaving):
                await reader.keys(*keys[:-1])
                below = reader.app.screen
                await reader.keys(keys[-1])
                over = reader.app.screen
                assert over is not below
                reader.burst(leaving, leaving, leaving)
                await reader.until(lambda: reader.app.screen is not over)  # noqa: B023 - called at once
                await reader.pilot.pause()
                assert reader.app.screen is below
                await reader.returns()


SCREENS = {"": ["ReadingScreen"], "S": ["Picker", "ReadingScreen"], "A": ["AnnotationsScreen", "ReadingScreen"]}
"""The screens that are shown, or under one that is shown, by the keys that open them."""


async def test_each_screen_is_laid_out_once_for_a_new_size_of_the_terminal(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out = Screen._refresh_layout
    laid_out: list[str] = []

    def note(self: Screen[Any], size: Size | None = None, scroll: bool = False) -> None:
        if size is not None:
            laid_out.append(type(self).__name__)
        lay_out(self, size, scroll)

    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        for width, (keys, screens) in enumerate(SCREENS.items(), start=121):
            with case(keys):
                await reader.keys(*keys)
                with monkeypatch.context() as patch:
                    patch.setattr(Screen, "_refresh_layout", note)
                    await reader.resizes(width, 35)
                    await reader.pilot.pause()
                assert sorted(laid_out) == screens
                laid_out.clear()
                await reader.returns()


async def test_no_widget_asks_for_another_layout_because_of_its_new_size(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        for keys in SCREENS:
            with case(keys):
                await reader.keys(*keys)
                screen = reader.app.screen
                shown = [each for each in screen.query("*").results() if each.display and not isinstance(each, Input)]
                assert len(shown) >= 3
                for each in (screen, *shown):
                    wider = Size(each.size.width + 1, each.size.height)
                    assert each._size_updated(wider, wider, each.container_size)
                    assert each._size == wider
                    assert not each._layout_required, each
                await reader.returns()


async def test_a_screen_has_no_widgets_that_show_nothing(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        for keys in SCREENS:
            with case(keys):
                await reader.keys(*keys)
                assert not [each for each in reader.app.screen.children if each.id and each.id.startswith("textual-")]
                await reader.returns()

"""Dialogs over another screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Start


@pytest.mark.parametrize("leaving", ["enter", "ctrl+c", "escape"])
@pytest.mark.parametrize("keys", ["S", "gT"])
async def test_keys_after_the_one_that_closes_a_dialog_close_no_other_screen(
    start: Start, articles: Path, keys: str, leaving: str
) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys(*keys[:-1])
        below = reader.app.screen
        await reader.keys(keys[-1])
        over = reader.app.screen
        assert over is not below
        reader.burst(leaving, leaving, leaving)
        await reader.until(lambda: reader.app.screen is not over)
        await reader.pilot.pause()
        assert reader.app.screen is below

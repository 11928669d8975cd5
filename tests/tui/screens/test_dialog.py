"""Dialogs over another screen."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from tests.tui.conftest import case

if TYPE_CHECKING:
    from pathlib import Path

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

"""The rows that tests see are those that Textual would paint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tui.conftest import case

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Start


async def test_rows_painted_when_a_test_looks_are_those_of_a_whole_frame(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        for keys in ("", "j", "l j", "/ w o", "escape", ":", "escape", "S", "escape", "?", "escape", "A", "n o"):
            with case(keys):
                await reader.keys(*keys.split())
                looked_at = reader.strips()
                whole = reader.app.screen._compositor.render_strips()
                assert [strip.text for strip in looked_at] == [strip.text for strip in whole]
                assert [list(strip.simplify()) for strip in looked_at] == [list(strip.simplify()) for strip in whole]

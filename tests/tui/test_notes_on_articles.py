"""The note on a whole article is shown in full above its text."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from tests.tui.conftest import case

if TYPE_CHECKING:
    from pathlib import Path

Start = Callable[..., AbstractAsyncContextManager[Any]]


async def write_note(reader: Any, *lines: str) -> None:
    await reader.sees("Alpha wolf")
    await reader.keys("enter", "g", "n")
    for number, line in enumerate(lines):
        await reader.keys(*(["enter"] if number else []))
        await reader.types(line)
    await reader.keys("escape")


async def test_the_whole_note_is_shown_above_the_text_and_in_the_list(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        for size in ((120, 35), (50, 30)):
            with case(size):
                await reader.resizes(*size)
                await write_note(reader, "What is it for?", "Ask the keeper.")
                await reader.sees("✎ What is it for?", "Ask the keeper.", "Paragraph 1 of Alpha")
                assert reader.text.index("Ask the keeper.") < reader.text.index("Paragraph 1 of Alpha")
                await reader.keys("u")
                await reader.no_longer_sees("Ask the keeper.")
                await reader.keys("ctrl+r")
                await reader.sees("Ask the keeper.")
                await reader.keys("J")
                await reader.sees("Paragraph 1 of Beta")
                assert "Ask the keeper." not in reader.text
                await reader.keys("K")
                await reader.sees("Ask the keeper.")
                await reader.keys("A")
                await reader.sees("on the whole article", "Ask the keeper.")
                shown = [line for line in reader.lines() if "Ask the keeper." in line]
                assert any(line.rstrip().endswith("Ask the keeper.") for line in shown)
                await reader.keys("q", "u")
                await reader.returns()


async def test_writing_the_note_keeps_the_reading_position(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", "space", "space", ")")
        row = next(y for y, line in enumerate(reader.lines()) if "▎" in line and "of Alpha" in line)
        words = reader.lines()[row]
        await write_note(reader, "One.", "Two.")
        assert reader.lines()[row] == words


async def test_a_long_note_says_how_many_rows_are_hidden(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await write_note(reader, *(f"row {number}" for number in range(20)))
        await reader.sees("row 6", "… 13 more rows")
        assert "row 7" not in reader.text

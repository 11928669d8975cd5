"""The comparison with an older text, and highlights and quotes made from it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tui_reader.config import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.tui.conftest import Reader, Start


@asynccontextmanager
async def changed_since_read(start: Start, articles: Path, settings: Settings) -> AsyncIterator[Reader]:
    """Read an article and highlight a passage, change the file, and open the article in another run."""
    file = articles / "alpha.md"
    async with start(articles, settings=settings) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", ")", ")", "H", "J", "Q")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Paragraph 20 of Alpha wolf", "Paragraph twenty of the Alpha wolf"), encoding="utf-8")
    async with start(articles, settings=settings) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter")
        await reader.sees("gd shows how")
        yield reader


async def test_a_changed_sentence_can_be_highlighted_after_leaving_the_comparison(start: Start, articles: Path) -> None:
    settings = Settings(mark_read_on_open=False)
    async with changed_since_read(start, articles, settings) as reader:
        await reader.keys("g", "d", "]", "c", "H")
        await reader.sees("gd shows the text itself, to highlight in")
        await reader.keys("g", "d", "H")
        await reader.sees("highlighted")
        quotes = [each.quote for each in reader.library.annotations.all()]
        assert "Paragraph twenty of the Alpha wolf." in quotes


async def test_a_quote_from_a_comparison_has_no_removed_words(start: Start, articles: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    settings = Settings(copy_command=f"sh -c 'cat > {taken}'")
    async with changed_since_read(start, articles, settings) as reader:
        await reader.keys("g", "d", "]", "c", "V", "y")
        await reader.until(taken.exists)
        await reader.until(lambda: taken.read_text(encoding="utf-8").endswith("\n"))
        quote = taken.read_text(encoding="utf-8")
        assert quote.startswith("> Paragraph twenty of the Alpha wolf. It has a second sentence. And a third.\n")
        await reader.enters("|", "wc -c")
        comparison = reader.app.reading.state.comparison
        assert comparison is not None
        await reader.sees(str(len(comparison.original.text.encode())))

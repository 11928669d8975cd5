"""After a key for a note that opens none, the words that the user goes on typing are no commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tui.conftest import case

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Start

WORDS = "see the letter, recheck"
"""Words that would archive, star, tag and mark articles as read."""


async def test_words_after_a_refused_note_change_nothing(start: Start, tmp_path: Path) -> None:
    (tmp_path / "broken.txt").write_bytes(bytes(100))
    async with start(tmp_path) as reader:
        await reader.sees("broken.txt cannot be read")
        for before, key, message in (
            (["escape"], "a", "no command on a · it writes a note in the article; words typed now are discarded"),
            (["l"], "a", "there is no text · words typed now are discarded"),
        ):
            with case(*before, key):
                await reader.keys(*before, key)
                assert reader.app.reading.state.panes.status.said == message
                await reader.types(WORDS)
                assert not reader.library.reading.undo().undo
                assert "broken.txt cannot be read" in reader.text
                await reader.keys("escape", "s")
                await reader.sees("starred “broken.txt”")
                await reader.keys("u")


async def test_words_typed_for_a_note_without_an_article_are_discarded(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "3 unread")
        await reader.enters("/", "nothingofthekind")
        await reader.sees("No article matches")
        for keys in ("gn", "la"):
            with case(keys):
                await reader.keys(*keys)
                assert "there is no article here · words typed now are discarded" in reader.last_row
                await reader.types("gc" + WORDS)
                await reader.sees("No article matches")
                await reader.keys("escape")

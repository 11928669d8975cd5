"""The article of a saved page, and the whole page by a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.services import slow_formats

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Start


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    slow_formats.install(monkeypatch)
    folder = tmp_path / "articles"
    folder.mkdir()
    lines = ("Saved", "Subscribe to the letter today.", "---", "The article begins here.", "It ends here.")
    (folder / "page.slow").write_text("\n".join(lines))
    return folder


async def test_a_key_shows_the_whole_page_and_the_article_again(start: Start, folder: Path) -> None:
    async with start(folder) as reader:
        await reader.sees("The article begins here.")
        assert "Subscribe" not in reader.text
        await reader.keys("l")
        await reader.sees("gw whole page")
        await reader.keys(")", ")", "g", "w")
        await reader.sees("Subscribe to the letter", "shows the whole page of “Saved”")
        pane = reader.app.reading.state.panes.article
        assert pane.focus.text() == "It ends here."
        await reader.keys("H", "g", "w")
        await reader.no_longer_sees("Subscribe to the letter today")
        await reader.sees("shows only the article of “Saved”")
        assert "the file changed" not in reader.text
        assert "changed since you read it" not in reader.text
        await reader.keys("g", "d")
        await reader.last_row_shows("nothing has changed")
        await reader.keys("u")
        await reader.sees("Subscribe to the letter")
        await reader.keys("g", "g", ")", "H", "g", "w")
        await reader.last_row_shows("1 orphan in this article, perhaps of the whole page: gw shows it")
        await reader.keys("g", "a")
        await reader.sees("Its words are not in the article")
        await reader.keys("q", "g", "w")
        await reader.sees("Subscribe to the letter")
        await reader.until(lambda: not reader.library.annotations.orphans())


async def test_a_message_says_that_a_text_has_no_other_parts_than_the_article(start: Start, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("# Note\n\nAll of it.\n")
    async with start(tmp_path) as reader:
        await reader.sees("All of it.")
        await reader.keys("l", "g", "w")
        await reader.sees("all of its file is shown")
        assert "gw whole page" not in reader.text

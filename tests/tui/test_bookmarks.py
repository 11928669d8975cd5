"""Bookmarks: set and followed in the article, from another one, and after the text has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tui.conftest import case
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.reading.bookmark_offer import beginning

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start


async def open_first(reader: Reader) -> None:
    await reader.sees("Paragraph 1 of Alpha")
    await reader.keys("enter")


def first_row(reader: Reader) -> str:
    """Return the first words of the text in the article pane."""
    pane = reader.app.reading.state.panes.article
    assert pane.document is not None
    return pane.document.text[pane.viewport.offset :][:60].split("\n")[0]


def title_of(reader: Reader) -> str:
    """Return the title of the shown article."""
    shown = reader.app.reading.state.shown
    assert shown is not None
    return reader.library.catalogue.row(shown).title


async def test_a_bookmark_leads_to_its_place_and_the_key_twice_leads_back(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys("3", "ctrl+f", "m", "a")
        assert "set bookmark a in “Alpha wolf” · u undoes" in reader.last_row
        there = first_row(reader)
        await reader.keys("g", "g", "'", "a")
        assert first_row(reader) == there
        await reader.keys("'", "'")
        assert reader.app.reading.state.panes.article.viewport.offset == 0
        await reader.keys("'", "b")
        assert "there is no bookmark b in this article; mb sets it" in reader.last_row
        await reader.keys("'", "7")
        assert "named by a letter" in reader.last_row


async def test_a_bookmark_is_set_at_the_focused_sentence(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys(")", ")", ")", "m", "x", "G", "'", "x")
        assert first_row(reader).startswith("Paragraph 1 of Alpha wolf")
        await reader.keys("u")
        assert "undid: set bookmark x" in reader.last_row
        await reader.keys("'", "x")
        assert "there is no bookmark x" in reader.last_row


async def test_a_capital_bookmark_leads_to_its_article_and_exists_once(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys("2", "ctrl+f", "m", "A")
        there = first_row(reader)
        await reader.keys("q", "q", "G")
        await reader.sees("Paragraph 1 of Gamma")
        await reader.keys("'", "A")
        await reader.sees(there)
        state = reader.app.reading.state
        assert (state.pane, title_of(reader)) == (Pane.ARTICLE, "Alpha wolf")
        await reader.keys("q", "G", "enter")
        await reader.sees("Paragraph 1 of Gamma")
        await reader.keys("m", "A", "q", "g", "g", "'", "A")
        assert title_of(reader) == "Gamma rays"
        await reader.keys("u")
        found = state.library.reading.bookmark("A", None)
        assert found is not None
        assert state.library.catalogue.row(found[0]).title == "Alpha wolf"


async def test_a_bookmark_survives_a_restart_and_a_change_of_the_text(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys("3", "ctrl+f", "m", "q")
        there = first_row(reader)
    file = articles / "alpha.md"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("## First part", "## Another beginning\n\nWith some more words.\n"), encoding="utf-8")
    async with start(articles) as reader:
        await open_first(reader)
        await reader.sees("Another beginning")
        await reader.keys("g", "g", "'", "q")
        assert first_row(reader) == there


async def test_the_bookmarks_are_listed_while_the_letter_is_waited_for(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("enter")
        await reader.sees("Paragraph 1 of Alpha")
        for size in ((120, 35), (80, 24), (40, 12)):
            with case(size):
                await reader.resizes(*size)
                await check_offer(reader)
                await reader.keys("2", "u", "g", "g")


async def check_offer(reader: Reader) -> None:
    """Check the list of bookmarks before and after two are set in the open article."""
    await reader.keys("'")
    await reader.sees("there is no bookmark yet")
    await reader.keys("escape")
    await reader.no_longer_sees("there is no bookmark yet")
    await reader.keys("2", "ctrl+f", "m", "b")
    there = first_row(reader)
    await reader.keys("g", "g", "m", "Z", "m")
    await reader.sees(" b  ", " Z  ", "a letter sets a bookmark")
    await reader.keys("escape", "'")
    await reader.sees(there[:20], "goes there")
    await reader.keys("b")
    await reader.no_longer_sees("goes there")
    assert first_row(reader) == there
    await reader.keys("g", "g", "'")
    await reader.sees("goes there")
    await reader.keys("down", "down", "up", "enter")
    await reader.no_longer_sees("goes there")
    assert first_row(reader) == there


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Every text has a\nnumber", "Every text has a number…"),
        ("It is so.", "It is so."),
        ("終わりだ。", "終わりだ。"),
        ("What is it?", "What is it?"),
        ("", ""),
    ],
)
def test_the_beginning_of_a_long_passage_at_a_bookmark_ends_with_an_ellipsis(words: str, shown: str) -> None:
    assert beginning(words) == shown

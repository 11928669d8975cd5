"""Several articles of the list are chosen by motions, and the keys of one article act on all of them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tests.tui.conftest import case
from tui_reader.tui.widgets.row_choice import RowChoice

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start


def marked(reader: Reader) -> set[str]:
    """Return the first words of the titles that are shown as chosen: both rows have a sign, the cursor's the second."""
    rows = [row[20:60] for row in reader.lines()]
    pairs = pairwise(rows)
    return {row[2:].split()[0] for row, below in pairs if below.startswith("+") and row[:1] in "+▎" and row[2:].strip()}


def titles(reader: Reader, what: str) -> set[str]:
    """Return the first words of the titles of the articles whose state has a value."""
    rows = reader.library.catalogue.everything()
    return {row.title.split()[0] for row in rows if getattr(row.state, what)}


async def test_motions_extend_a_choice_of_articles_that_is_marked_and_counted(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "3 unread")
        await reader.keys("v")
        await reader.sees("CHOOSE 1 article  v ends")
        await reader.keys("j")
        await reader.sees("CHOOSE 2 articles")
        assert marked(reader) == {"Alpha", "Beta"}
        await reader.keys("G")
        await reader.sees("CHOOSE 3 articles")
        await reader.keys("2", "k")
        await reader.sees("CHOOSE 1 article ")
        assert marked(reader) == {"Alpha"}
        await reader.keys("ctrl+d")
        await reader.sees("CHOOSE 3 articles")
        await reader.keys("v")
        await reader.no_longer_sees("CHOOSE")
        assert marked(reader) == set()
        await reader.keys("*")
        await reader.sees("CHOOSE 3 articles")
        await reader.keys("g", "g")
        assert marked(reader) == {"Alpha", "Beta", "Gamma"}
        await reader.keys("escape")
        await reader.no_longer_sees("CHOOSE")
        await reader.keys("*", "*")
        await reader.no_longer_sees("CHOOSE")


async def test_single_articles_are_chosen_and_taken_out(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "3 unread")
        await reader.keys("x")
        await reader.sees("CHOOSE 1 article", "Paragraph 1 of Beta")
        await reader.keys("j", "x")
        await reader.sees("CHOOSE 2 articles")
        assert marked(reader) == {"Alpha", "Gamma"}
        await reader.keys("s")
        await reader.sees("starred 2 articles")
        assert titles(reader, "starred") == {"Alpha", "Gamma"}
        await reader.keys("g", "g", "x")
        await reader.sees("CHOOSE 1 article")
        assert marked(reader) == {"Gamma"}
        # One is taken out of a range, which moving no longer extends.
        await reader.keys("escape", "g", "g", "v", "G", "k", "x", "g", "g")
        await reader.sees("CHOOSE 1 article ")
        assert marked(reader) == {"Alpha"}
        await reader.keys("x")
        await reader.no_longer_sees("CHOOSE")


async def test_keys_change_all_chosen_articles_in_one_undo_step(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "3 unread")
        for key, what in (("s", "starred"), ("r", "read"), ("e", "archived"), ("L", "up_next")):
            with case(key):
                await reader.keys("j", "v", "j", key)
                await reader.last_row_shows("2 articles", "u undoes")
                assert titles(reader, what) == {"Beta", "Gamma"}
                await reader.keys("u")
                assert titles(reader, what) == set()
                await reader.keys("escape")
                await reader.returns()


async def test_chosen_articles_stay_chosen_for_the_next_command(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "3 unread")
        await reader.keys("v", "j", "s", "j", "r")
        assert titles(reader, "starred") == titles(reader, "read") == {"Alpha", "Beta"}
        assert marked(reader) == {"Alpha", "Beta"}
        await reader.keys("e")
        await reader.no_longer_sees("CHOOSE")
        assert titles(reader, "archived") == {"Alpha", "Beta"}


async def test_tags_of_several_are_added_and_removed(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "3 unread")
        await reader.keys("*", "t")
        await reader.sees("tags of 3 articles")
        await reader.types("new one, -space")
        await reader.keys("enter")
        await reader.last_row_shows("tagged 3 articles: +new one -space")
        rows = {row.title.split()[0]: set(row.tags) for row in reader.library.catalogue.everything()}
        assert rows == {"Alpha": {"nature", "new one"}, "Beta": {"tools", "new one"}, "Gamma": {"new one"}}
        await reader.keys("u")
        assert set(reader.library.catalogue.everything()[0].tags) == {"nature"}


async def test_an_article_that_leaves_the_list_is_no_longer_chosen(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "3 unread")
        await reader.keys("*", "/")
        await reader.types("beta")
        await reader.keys("enter", "escape")
        await reader.keys("escape")
        await reader.sees("Alpha wolf")
        assert reader.app.reading.state.panes.headlines.chosen_count <= 1


def test_a_chosen_range_keeps_its_articles_when_the_list_changes() -> None:
    choice: RowChoice[str] = RowChoice()
    choice.begin("abcdef", 1)
    assert choice.chosen(3) == ("b", "c", "d")
    choice.list_changed("xabcdef", 3)
    assert choice.chosen(4) == ("b", "c", "d")
    assert choice.count(4) == 3
    choice.list_changed("xacdef", 4)
    assert choice.chosen(0) == ("c", "d"), "where the range began is gone: the rest is kept"
    assert [choice.holds(index, 0) for index in range(6)] == [False, False, True, True, False, False]
    choice.clear()
    assert choice.is_empty

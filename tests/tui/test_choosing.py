"""Pickers: entries are narrowed by typing, names before sentences; the help is searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.conftest import case
from tui_reader.document.normalization import search_key
from tui_reader.model.query import Sort
from tui_reader.tui.commands.table import COMMANDS
from tui_reader.tui.screens.choice import Choice, matching

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start

PALETTE = [Choice(each.id, "", lambda: None, each.help) for each in COMMANDS if each.palette]


async def test_letters_narrow_every_picker_and_arrows_move_in_it(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("S", "down", "down", "up", "enter")
        await reader.sees("oldest first")
        await reader.enters("S", "newe")
        await reader.no_longer_sees("oldest first")
        await reader.keys("g", "T")
        await reader.types("qqq")
        await reader.sees("no match", "enter takes")
        await reader.keys("escape", "enter", ")", "g", "y")
        await reader.types("foot")
        await reader.sees("footnote", "“words”[^1]")
        await reader.no_longer_sees("#+begin_quote")
        await reader.keys("escape")
        await reader.no_longer_sees("footnote")


async def test_letters_typed_ahead_go_to_the_picker_or_to_its_search(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        reader.burst(*":theme")
        await reader.sees("Choose a theme", "theme")
        assert "Star, or take" not in reader.text
        await reader.keys("escape")
        reader.burst(*"?/bookm")
        await reader.sees("/ bookm")


async def test_letters_filter_a_picker_with_many_entries_and_its_keys_are_shown(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys(":")
        await reader.sees("ctrl+n ctrl+p move", "next_article", "Next article, from anywhere")
        await reader.types("ｂack to whe\u00adre")
        await reader.sees("Back to where you were before a jump")


async def test_a_command_without_a_key_shows_none_in_the_help(start: Start, articles: Path) -> None:
    """A colon before it could be misread as a key."""
    async with start(articles, size=(120, 280)) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("?")
        await reader.sees("—  ", "no key, by name after :")
        await reader.sees("SIGNS", "cannot be read")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("sort", "sort"),
        ("colour", "colour_1"),
        ("color", "colour_1"),
        ("theme", "theme"),
        ("next_article", "next_article"),
        ("next article", "next_article"),
        ("article next", "next_article"),
        ("nxtart", "next_article"),
        ("star", "star"),
        ("  STAR ", "star"),
        ("red", "redo"),
        ("back to where", "jump_back"),
        ("ｂack to whe\u00adre", "jump_back"),
        ("archive", "archive"),
        ("quit", "quit"),
    ],
)
def test_matches_in_names_come_before_matches_in_descriptions_and_scattered_letters(typed: str, first: str) -> None:
    assert matching(PALETTE, typed)[0].name == first


@given(st.text())
def test_any_search_in_a_picker_gives_distinct_entries_and_a_blank_one_gives_all(typed: str) -> None:
    found = matching(PALETTE, typed)
    assert len({each.name for each in found}) == len(found)
    assert not typed.strip() or search_key(typed).strip() or found == PALETTE


def test_an_entry_whose_whole_name_is_typed_comes_first() -> None:
    for each in PALETTE[:5]:
        assert matching(PALETTE, each.name)[0] == each


async def test_the_description_of_a_command_is_readable_at_every_size(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        for size in ((120, 35), (80, 24), (40, 12)):
            with case(size):
                await reader.resizes(*size)
                await reader.keys(":")
                await reader.types("toggle_re")
                await reader.sees("toggle_read", "Mark as read or unread")
                await reader.keys("escape")


async def test_words_are_found_in_the_help(start: Start, articles: Path) -> None:
    async with start(articles, size=(80, 24)) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("?", "/")
        await reader.types("of the whole library")
        await reader.sees("no match")
        await reader.keys("escape", "/")
        await reader.types("behind the key")
        await reader.sees("1 of 3", "▶ m")
        await reader.keys("escape", "/")
        await reader.types("previous")
        await reader.sees("▶ ", "1 of ")
        first = marked(reader)
        await reader.keys("enter", "n", "n", "N")
        second = marked(reader)
        assert "revious" in first
        assert "revious" in second
        assert first != second
        await reader.keys("escape")
        await reader.no_longer_sees("▶")
        await reader.keys("escape")
        await reader.sees("Alpha wolf")


def marked(reader: Reader) -> str:
    """Return the row of the current match."""
    return next(row for row in reader.lines() if "▶" in row)


async def test_a_picker_that_begins_at_a_later_entry_shows_those_before_it(start: Start, articles: Path) -> None:
    orders = ("newest first", "oldest first", "by title", "by source", "longest first", "last opened first")
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        for size in ((120, 35), (80, 24), (60, 20), (40, 12)):
            with case(size):
                await reader.resizes(*size)
                reader.app.reading.listing.sort(Sort.NEWEST)
                await reader.keys("S", *["down"] * 6, "enter", "S")
                await reader.sees("in use")
                assert sum(order in reader.text for order in orders) >= min(6, size[1] - 7)
                await reader.keys("up", "up", "enter")
                await reader.sees("longest first")

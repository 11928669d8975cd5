"""Pickers: few entries are chosen by keys, many by a part of the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Start


async def test_j_and_k_move_in_a_picker_with_few_entries(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("S", "j", "j", "k", "enter")
        await reader.sees("oldest first")
        await reader.keys("S", "x", "3")
        await reader.no_longer_sees("oldest first")
        await reader.keys("S", "q")
        await reader.no_longer_sees("Order of the headlines")


async def test_a_picker_with_few_entries_can_be_filtered(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("S", "/")
        await reader.types("old")
        await reader.keys("enter")
        await reader.sees("oldest first")


async def test_letters_filter_a_picker_with_many_entries_and_its_keys_are_shown(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys(":")
        await reader.sees("ctrl+n ctrl+p move")
        await reader.types("ｂack to whe\u00adre")
        await reader.sees("Back to where you were before a jump")


async def test_a_command_without_a_key_shows_none_in_the_help(start: Start, articles: Path) -> None:
    """A colon before it could be misread as a key."""
    async with start(articles, size=(120, 200)) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("?")
        await reader.sees("—  ", "no key, by name after :")
        await reader.sees("SIGNS", "cannot be read")

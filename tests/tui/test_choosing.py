"""Choosing one of several things: by keys where they are few, by a part of the name where they are many."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Start


async def test_j_and_k_move_among_a_few(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("S", "j", "j", "k", "enter")
        await reader.sees("oldest first")
        await reader.keys("S", "x", "3")
        await reader.misses("oldest first")
        await reader.keys("S", "q")
        await reader.misses("Order of the headlines")


async def test_a_few_can_be_filtered_all_the_same(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("S", "/")
        await reader.types("old")
        await reader.keys("enter")
        await reader.sees("oldest first")


async def test_letters_are_a_filter_among_many_and_the_keys_that_move_are_named(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys(":")
        await reader.sees("ctrl+n ctrl+p move")
        await reader.types("back to where")
        await reader.sees("Back to where you were before a jump")


async def test_a_command_without_a_key_shows_none_in_the_help(start: Start, articles: Path) -> None:
    """A colon before it would read as another meaning of the colon."""
    async with start(articles, size=(120, 200)) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("?")
        await reader.sees("—  ", "no key, by name after :")
        await reader.sees("SIGNS", "cannot be read")

"""Putting the program aside with ctrl+z, as one does with any other in a terminal."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.tui.conftest import Start


async def test_a_terminal_that_cannot_is_said_to(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("ctrl+z")
        await reader.sees("this terminal cannot put the reader aside")


async def test_everything_is_on_disk_before_the_program_stops(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The place, too; then the whole group is stopped, so that a script around it does not wait for ever."""
    did: list[object] = []
    monkeypatch.setattr(os, "killpg", lambda group, number: did.append((group == os.getpgrp(), number)))
    monkeypatch.setattr(os, "getsid", lambda _: -1)
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        monkeypatch.setattr(type(reader.app._driver), "can_suspend", True)
        settle = reader.library.settle
        monkeypatch.setattr(reader.library, "settle", lambda seconds: did.append(settle(seconds)))
        await reader.keys("l", "ctrl+d", "ctrl+z")
        assert did == [True, (True, signal.SIGTSTP)]
        article = reader.app.reading.state.shown
        assert article is not None
        assert reader.library.catalogue.row(article).state.offset > 0


async def test_without_a_shell_it_goes_on(start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started by the terminal itself, nobody could bring it back."""
    monkeypatch.setattr(os, "getsid", lambda _: os.getpid())
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        monkeypatch.setattr(type(reader.app._driver), "can_suspend", True)
        await reader.keys("ctrl+z")
        await reader.sees("there is no shell that could bring the reader back")
        await reader.keys("A", "ctrl+z")
        await reader.sees("there is no shell that could bring the reader back")


async def test_keys_that_mean_nothing_are_said_to_and_swallowed(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("l", ")", "v", "x")
        await reader.sees("x is no key here")
        await reader.keys("g", "s")
        await reader.sees("gs is no key here")
        await reader.keys("escape", "g")
        assert "gg top" in reader.last_row.replace("g  g", "gg")
        assert reader.last_row.endswith("…")
        await reader.keys("escape")
        await reader.misses("…")

"""Suspending the program with ctrl+z."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.tui.conftest import Start


async def test_a_terminal_that_cannot_suspend_says_so(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("ctrl+z")
        await reader.sees("this terminal cannot suspend the reader")


async def test_everything_is_saved_before_the_program_is_suspended(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reading position too. The whole process group is stopped, so that a script around the program does not wait
    forever.
    """
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


async def test_without_a_shell_the_program_continues(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the terminal started the program itself, no shell could resume it."""
    monkeypatch.setattr(os, "getsid", lambda _: os.getpid())
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        monkeypatch.setattr(type(reader.app._driver), "can_suspend", True)
        await reader.keys("ctrl+z")
        await reader.sees("there is no shell that could resume the reader")
        await reader.keys("A", "ctrl+z")
        await reader.sees("there is no shell that could resume the reader")


async def test_unbound_keys_are_reported_and_consumed(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("l", ")", "v", "x")
        await reader.sees("no command on x")
        await reader.keys("g", "z")
        await reader.sees("no command on gz")
        await reader.keys("escape", "g")
        assert "gg top" in reader.last_row.replace("g  g", "gg")
        assert reader.last_row.endswith("…")
        await reader.keys("escape")
        await reader.until(lambda: "…" not in reader.last_row)

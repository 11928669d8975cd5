"""Copying with a program: the keys do not wait for it, the message says where the text is, the newest text wins."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.config import Settings

if TYPE_CHECKING:
    from pathlib import Path

Start = Callable[..., AbstractAsyncContextManager[Any]]


def fake_tmux(folder: Path, script: str) -> None:
    folder.mkdir()
    program = folder / "tmux"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('cat > "$TAKEN"', "copied the quote with its source to tmux's paste buffer and sent it to the terminal's"),
        ('[ "$2" = - ] && cat > "$TAKEN"', "copied the quote with its source to tmux's paste buffer"),
        ("exit 1", "set -g set-clipboard on"),
    ],
)
async def test_a_quote_copied_in_tmux_is_in_the_paste_buffer(
    start: Start, articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    fake_tmux(tmp_path / "bin", script)
    taken = tmp_path / "taken"
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("TAKEN", str(taken))
    monkeypatch.setenv("TMUX", "/tmp/none,1,0")
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", ")", ")", "y")
        await reader.last_row_shows(said)
        if script == "exit 1":
            assert "Paragraph 1 of Alpha" in reader.app.clipboard
        else:
            assert taken.read_text(encoding="utf-8").startswith("> Paragraph 1 of Alpha")


async def test_keys_do_not_wait_for_the_program_and_the_last_text_is_copied(
    start: Start, articles: Path, tmp_path: Path
) -> None:
    gate, taken = tmp_path / "gate", tmp_path / "taken"
    wait = f"while [ ! -e {gate} ]; do sleep 0.01; done; cat >> {taken}"
    async with start(articles, settings=Settings(copy_command=f"sh -c '{wait}'")) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", ")", "y")
        await reader.last_row_shows("copying the quote")
        await reader.keys("}", "y", "}", "y", "A")
        await reader.sees("Nothing is annotated yet")
        gate.touch()
        await reader.until(lambda: taken.exists() and "Paragraph 2" in taken.read_text(encoding="utf-8"))
        assert "Paragraph 1 " not in taken.read_text(encoding="utf-8")


async def test_a_command_of_the_settings_that_fails_is_named(start: Start, articles: Path) -> None:
    async with start(articles, settings=Settings(copy_command="sh -c 'exit 3'")) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", ")", "y")
        await reader.last_row_shows("did not take the text: it ended with status 3")
        await reader.keys("Y")
        await reader.last_row_shows("did not take the text")

"""Keys in, screen out: a reader over a real folder, driven as a person would."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest
from textual import events
from textual.pilot import Pilot

from tui_reader.config import Settings
from tui_reader.services.library import Library, open_library
from tui_reader.tui.app import ReaderApp

DEADLINE = 10.0
"""Seconds after which something that should have happened has not."""

NAMED = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "space": " ", "backspace": "\x7f",
}  # fmt: skip


class Reader:
    """A running reader."""

    def __init__(self, app: ReaderApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def library(self) -> Library:
        return self.app.library

    async def keys(self, *keys: str) -> None:
        """Press keys, as `j`, `enter` or `ctrl+d`; a text of several characters that is no key's name is typed."""
        for key in keys:
            typed = key if len(key) > 1 and "+" not in key and not _is_named(key) else ""
            for each in typed or [key]:
                self._press(each)
                await self.pilot.pause()

    def _press(self, key: str) -> None:
        name, character = key, key if len(key) == 1 else NAMED.get(key)
        if len(key) == 1 and not key.isalnum():
            from textual.keys import _character_to_key

            name = _character_to_key(key)
        elif len(key) == 1 and key.isupper():
            name = f"upper_{key.lower()}" if False else key
        self.app.post_message(events.Key(name, character))

    def lines(self) -> list[str]:
        """What the screen shows, a text a row, without trailing spaces."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines())

    @property
    def last_row(self) -> str:
        return self.lines()[-1]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something that a thread brings about; fails with the screen where it does not."""
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, f"waited in vain; the screen shows:\n{self.text}"
            await self.pilot.pause()

    async def sees(self, *texts: str) -> None:
        """Wait until the screen shows texts."""
        await self.until(lambda: all(text in self.text for text in texts))

    async def misses(self, text: str) -> None:
        """Wait until the screen no longer shows a text."""
        await self.until(lambda: text not in self.text)


def _is_named(key: str) -> bool:
    return key in NAMED or key in {"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "f1", "f5"}


Start: TypeAlias = "Callable[..., object]"


@asynccontextmanager
async def reading(
    *paths: Path,
    size: tuple[int, int] = (120, 35),
    settings: Settings | None = None,
    state: Path | None = None,
    stdin: bytes | None = None,
) -> AsyncIterator[Reader]:
    """A reader over paths, with everything that it scans and loads at the start on the screen."""
    settings = settings or Settings()
    library = open_library(paths, state=state, stdin=stdin, settings=settings)
    app = ReaderApp(library, replace(settings))
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            reader = Reader(app, pilot)
            await pilot.pause()
            yield reader
    finally:
        library.close()


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder of three articles whose order by date is Alpha, Beta, Gamma."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for day, (title, tags, source) in enumerate(
        [("Gamma rays", "space", "Space desk"), ("Beta test", "tools, space", "Tools"), ("Alpha male", "nature", "Zoo")]
    ):
        body = "\n\n".join(f"Paragraph {n} of {title}. It has a second sentence. And a third." for n in range(1, 41))
        (folder / f"{title.split()[0].lower()}.md").write_text(
            f"---\ntitle: {title}\ndate: 2026-11-{day + 1:02}\ntags: [{tags}]\nsource: {source}\n---\n\n"
            f"## First part\n\n{body}\n\n## Second part\n\nThe end of {title}.\n",
            encoding="utf-8",
        )
    return folder

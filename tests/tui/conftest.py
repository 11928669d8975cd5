"""Run the reader on real folders; tests press keys and check the contents of the screen."""

from __future__ import annotations

import asyncio
import gc
import io
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from textual import events
from textual.keys import _character_to_key

from tests.conftest import collect_rarely
from tests.counts import FULL
from tests.tui.painting import paint_when_looked_at, painted, painted_texts
from tests.tui.pumping import pump_cheaply
from tests.tui.settling import make_pilots_cheap
from tests.tui.sharing import share
from tests.tui.styling import share_styles
from tui_reader.cli.main import main
from tui_reader.config import Settings
from tui_reader.model.query import Shelf
from tui_reader.services.articles import scanner
from tui_reader.services.library.opening import open_library
from tui_reader.tui.app import ReaderApp
from tui_reader.tui.commands.command import Pane

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot
    from textual.strip import Strip

    from tui_reader.services.library.library import Library
    from tui_reader.services.library.sessions import Opening

LOOKS = 200
"""How often a test looks for a condition before it fails, which takes 9 s at least.

A limit in looks grows with the load of the machine, and a process that was stopped for a while loses one look.
"""

make_pilots_cheap()
paint_when_looked_at()
share()
share_styles()
pump_cheaply()

LONGEST_WAIT = 0.05
"""Seconds between two looks for the effect of a thread; the first look comes sooner."""

NAMED = {"enter": "\r", "escape": "\x1b", "tab": "\t", "space": " ", "backspace": "\x7f"}
SILENT = {"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "shift+tab", "f1", "f5"}


class Reader:
    """A running reader."""

    def __init__(self, app: ReaderApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def library(self) -> Library:
        return self.app.library

    async def keys(self, *keys: str) -> None:
        """Press keys such as `j`, `enter` or `ctrl+d`."""
        for key in keys:
            self.app.post_message(self._event(key))
            await self.pilot.pause()

    async def types(self, text: str) -> None:
        """Type a text, faster than the program paints a frame for each letter."""
        self.burst(*text)
        await self.pilot.pause()

    async def enters(self, keys: str, text: str) -> None:
        """Press keys, separated by blanks, that open a text field; type a text into it, and press enter."""
        await self.keys(*keys.split())
        await self.types(text)
        await self.keys("enter")

    def burst(self, *keys: str) -> None:
        """Press keys faster than the program can process them."""
        for key in keys:
            self.app.post_message(self._event(key))

    @staticmethod
    def _event(key: str) -> events.Key:
        if len(key) == 1:
            return events.Key(_character_to_key(key), key)
        return events.Key(key, NAMED.get(key))

    def lines(self) -> list[str]:
        """Return the rows of the screen as texts, without trailing spaces."""
        return painted_texts(self.app)

    def strips(self) -> list[Strip]:
        """Return the rows of the screen with their styles."""
        return painted(self.app)

    @property
    def text(self) -> str:
        return "\n".join(self.lines())

    @property
    def last_row(self) -> str:
        return self.lines()[-1]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition is true; after many looks, fail with the contents of the screen."""
        for look in range(LOOKS):
            if condition():
                return
            await asyncio.sleep(min(0.002 * look, LONGEST_WAIT))
            await self.pilot.pause()
        assert condition(), f"waited in vain; the screen shows:\n{self.text}"

    async def sees(self, *texts: str) -> None:
        """Wait until the screen shows texts."""

        def are_shown() -> bool:
            shown = self.text
            return all(text in shown for text in texts)

        await self.until(are_shown)

    async def last_row_shows(self, *texts: str) -> None:
        """Wait until the last row shows a text, even if it is wrapped over several rows."""
        await self.until(lambda: all(text in self.app.reading.state.panes.status.said for text in texts))

    async def no_longer_sees(self, text: str) -> None:
        """Wait until the screen no longer shows a text."""
        await self.until(lambda: text not in self.text)

    async def resizes(self, width: int, height: int) -> None:
        """Give the terminal another size, and wait until the screen has it."""
        await self.pilot.resize_terminal(width, height)
        await self.until(lambda: len(self.lines()) == height and self.strips()[0].cell_length == width)

    async def returns(self, *, undoing: int = 0) -> None:
        """Show the inbox with its first article, as after a start, for the next case of a test.

        Args:
            undoing: How many steps to undo at most.
        """
        reading = self.app.reading
        for _ in range(8):
            busy = reading.typing or reading.is_typing_query
            if self.app.screen is reading and reading.state.pane is Pane.LIST and not busy:
                break
            await self.keys("escape")
        reading.listing.set_view(shelf=Shelf.INBOX, query="")
        reading.state.panes.sidebar.move_to(1)
        if undoing:
            await self.keys(*str(undoing), "u")
        await self.keys("g", "g")
        assert self.app.screen is reading
        assert reading.state.pane is Pane.LIST


@contextmanager
def case(*words: object) -> Iterator[None]:
    """Name the case of a test that failed; a start of the app costs more than most cases do."""
    try:
        yield
    except Exception as error:
        error.add_note(f"in the case {words}")
        raise


@pytest.fixture(autouse=True)
def gone_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Report missing files, and end the watching, after a shorter time than usual, so that tests need not wait."""
    monkeypatch.setattr(scanner, "GONE_SECONDS", 0.2)
    monkeypatch.setattr("tui_reader.sources.watcher.STEP_MS", 5)


Start: TypeAlias = Callable[..., AbstractAsyncContextManager[Reader]]


@pytest.fixture
def start() -> Start:
    """Return the function that starts a reader on paths."""

    @asynccontextmanager
    async def reading(
        *paths: Path,
        size: tuple[int, int] = (120, 35),
        settings: Settings | None = None,
        opening: Opening | None = None,
        **options: Any,
    ) -> AsyncIterator[Reader]:
        gc.disable()  # as the program does until its first frame
        try:
            library = open_library(paths, settings=settings or Settings(), **options)
            app = ReaderApp(library, settings or Settings(), opening=opening)
            try:
                async with app.run_test(size=size, notifications=True) as pilot:
                    reader = Reader(app, pilot)
                    await pilot.pause()
                    collect_rarely()
                    yield reader
                    if app.is_running and app._exception is None:
                        painted(app)  # the last keys, too, must leave a screen that can be painted
            finally:
                library.close()
        finally:
            gc.enable()

    return reading


@pytest.fixture
def exports_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the verb `export` of the reader in a thread of this process, unless the full counts are wanted.

    Its process imports for 0.2 s what is imported here already.
    """
    run = subprocess.run

    def run_here(arguments: Sequence[str], **options: Any) -> Any:
        words = shlex.split(arguments[2]) if arguments[:2] == ["/bin/sh", "-c"] else []
        if FULL or words[:4] != [sys.executable, "-P", "-m", "tui_reader"]:
            return run(arguments, **options)
        output = io.BytesIO()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(options["input"]), "utf-8"))
            for name in ("stdout", "stderr"):
                patch.setattr(sys, name, io.TextIOWrapper(output, "utf-8", write_through=True))
            status = main(words[4:])
            answer = output.getvalue()
        return subprocess.CompletedProcess(arguments, status, answer)

    monkeypatch.setattr(subprocess, "run", run_here)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """Make a folder of three articles, which are listed as Alpha, Beta, Gamma."""
    folder = tmp_path / "articles"
    folder.mkdir()
    about = (
        ("Gamma rays", "space", "Space desk"),
        ("Beta test", "tools, space", "Tools"),
        ("Alpha wolf", "nature", "Zoo"),
    )
    for day, (title, tags, source) in enumerate(about, start=1):
        body = "\n\n".join(f"Paragraph {n} of {title}. It has a second sentence. And a third." for n in range(1, 41))
        (folder / f"{title.split()[0].lower()}.md").write_text(
            f"---\ntitle: {title}\ndate: 2026-11-{day:02}\ntags: [{tags}]\nsource: {source}\n---\n\n"
            f"## First part\n\n{body}\n\n## Second part\n\nThe end of {title}, with a [link](beta.md).\n",
            encoding="utf-8",
        )
    return folder

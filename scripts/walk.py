"""Count the source files and the calls between files that a key takes, to see how far a reader of the code must go.

    python scripts/walk.py

Three journeys are walked in a reader on the sample articles: `j` in the article, `H` (highlight the focused sentence),
and a change of the open file by another program. A hop is a call, or a return by callback, from a function in one file
to a function in another one; each pair of functions counts once. Only files of the package count.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = f"{ROOT / 'tui_reader'}{os.sep}"
OPTIMIZED = 1
"""Flag of code objects that are functions (inspect.CO_OPTIMIZED)."""


class Walk:
    """Records the calls of the main thread between `start` and `stop`."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.hops: set[tuple[str, str]] = set()
        self._on = False

    def profile(self, frame: FrameType, event: str, _argument: Any) -> None:
        """Record a call; given to `sys.setprofile`."""
        if not self._on or event != "call":
            return
        code = frame.f_code
        if not code.co_filename.startswith(PACKAGE) or not code.co_flags & OPTIMIZED:
            return  # not ours, or the body of a module or class that is being loaded
        self.files.add(code.co_filename)
        back = frame.f_back
        while back is not None and not back.f_code.co_filename.startswith(PACKAGE):
            back = back.f_back
        if back is not None and back.f_code.co_filename != code.co_filename:
            caller = f"{back.f_code.co_filename}:{back.f_code.co_qualname}"
            self.hops.add((caller, f"{code.co_filename}:{code.co_qualname}"))

    def start(self) -> None:
        """Begin a journey."""
        self.files, self.hops, self._on = set(), set(), True

    def stop(self) -> str:
        """End the journey; returns its counts."""
        self._on = False
        return f"{len(self.files)} files, {len(self.hops)} hops"


async def journeys(folder: Path) -> None:
    """Walk all three and print their counts."""
    from tui_reader.config import Settings
    from tui_reader.services.library.opening import open_library
    from tui_reader.tui.app import ReaderApp

    walk = Walk()
    sys.setprofile(walk.profile)
    library = open_library([folder], settings=Settings())
    app = ReaderApp(library, Settings())
    async with app.run_test(size=(120, 35)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("j")
        for title, keys in (("j", ["j"]), ("H", [")", "H"])):
            await pilot.press(*keys[:-1])
            await settle(pilot)
            walk.start()
            await pilot.press(keys[-1])
            await pilot.pause()
            print(f"{title}: {walk.stop()}")
        article = app.reading.state.shown
        shown = library.path_of(article) if article is not None else None
        assert shown is not None
        walk.start()
        shown.write_text(shown.read_text(encoding="utf-8").replace("the ", "that ", 3), encoding="utf-8")
        await settle(pilot, 60)
        print(f"a file changed outside: {walk.stop()}")
    sys.setprofile(None)
    library.close()


async def settle(pilot: Any, pauses: int = 30) -> None:
    """Let threads and messages come to rest."""
    for _ in range(pauses):
        await pilot.pause()
        await asyncio.sleep(0.02)


def main() -> None:
    """Walk in a copy of the sample articles, with a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        for variable in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
            os.environ[variable] = home
        folder = Path(home, "articles")
        shutil.copytree(ROOT / "sample_articles", folder)
        asyncio.run(journeys(folder))


if __name__ == "__main__":
    main()

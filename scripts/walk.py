"""Count the source files and the calls between files from a key to its frame: how far a reader of the code must go.

    python scripts/walk.py [--list]

Three journeys are walked in a reader on the sample articles: `j` in the article, `H` (highlight the focused sentence),
and a change of the open file by another program. A journey begins with the key, or with the writing of the file, and
ends with the frame that shows its result: the scrolled text, the highlight, or the new text with the highlight.
The journey of a key is its handler and the painting of that frame. An event that a thread of the library posts in the
meantime, such as the text packed after `H`, belongs to another journey, and so do timers, such as those that prepare
words for queries while no key is typed, and the first scan.

A file counts if one of its functions is called in the screen's thread on the way. A hop is a call, or a return by
callback, from a function in one file to a function in another one; each pair of functions counts once. Only files of
the package count. `--list` also prints the functions, with the number of calls and the most frequent callers.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = f"{ROOT / 'tui_reader'}{os.sep}"
OPTIMIZED = 1
"""Flag of code objects that are functions (inspect.CO_OPTIMIZED)."""
EVENTS = frozenset({"ReaderApp.on_library_event_message"})
"""Functions that begin another journey while the frame of a key is waited for."""
TIMERS = frozenset(
    (
        "ReadingScreen._keep_place_when_still",
        "ReadingScreen._count_some",
        "QueryActions._prepare_when_idle",
        "QueryActions._prepare_slice",
        "ParsingProgress._tick",
        "ReaderApp._collect_when_idle",
    )
)
"""Functions that timers call, on no journey."""
ARTICLE = "the-arms-on-the-hilltops.md"
"""The article that is read: paragraphs under headings, without tables and pictures."""
FRAME_SECONDS = 20.0
"""Seconds to wait for the frame that ends a journey."""
MOST_CALLERS = 3
"""Callers that the list names for each function."""


def _is_ours(code: CodeType) -> bool:
    """Return True for a function of the package; not for the body of a module or class that is being loaded."""
    return code.co_filename.startswith(PACKAGE) and bool(code.co_flags & OPTIMIZED)


def _name(code: CodeType) -> tuple[str, str]:
    return code.co_filename.removeprefix(PACKAGE), code.co_qualname


class Walk:
    """Records the calls of the main thread from `start` to the frame that shows the result."""

    def __init__(self) -> None:
        self.calls: dict[tuple[str, str], Counter[tuple[str, str] | None]] = defaultdict(Counter)
        """The callers of each function."""
        self._is_shown: Callable[[], bool] | None = None
        """Returns True once the result is on the screen; None outside a journey."""
        self._others: frozenset[str] = frozenset()
        """Functions that do not belong to the journey, with everything they call."""
        self._inside: FrameType | None = None
        """The call of one of them that has not returned yet."""

    def profile(self, frame: FrameType, event: str, _argument: Any) -> None:
        """Record a call; given to `sys.setprofile`."""
        if self._inside is not None:
            if event == "return" and frame is self._inside:
                self._inside = None
            return
        if self._is_shown is None or event != "call" or not _is_ours(frame.f_code):
            return
        if frame.f_code.co_qualname in self._others:
            self._inside = frame
            return
        back = frame.f_back
        while back is not None and not back.f_code.co_filename.startswith(PACKAGE):
            back = back.f_back
        self.calls[_name(frame.f_code)][_name(back.f_code) if back is not None else None] += 1

    def start(self, is_shown: Callable[[], bool], others: frozenset[str] = TIMERS) -> None:
        """Begin a journey.

        Args:
            is_shown: Returns True if a frame painted now shows the result.
            others: Functions that do not belong to the journey.
        """
        self.calls.clear()
        self._others = others
        self._is_shown = is_shown

    def frame_painted(self) -> None:
        """End the journey if its result is on the screen."""
        is_shown, self._is_shown = self._is_shown, None
        if is_shown is not None and not is_shown():
            self._is_shown = is_shown

    async def wait(self) -> None:
        """Wait for the end of the journey."""
        async with asyncio.timeout(FRAME_SECONDS):
            while self._is_shown is not None:
                await asyncio.sleep(0.005)

    def counts(self) -> str:
        """Return the numbers of files and hops."""
        hops = sum(
            caller is not None and caller[0] != name[0] for name, callers in self.calls.items() for caller in callers
        )
        return f"{len({file for file, _ in self.calls})} files, {hops} hops"

    def print_list(self) -> None:
        """Print the functions of each file."""
        file = ""
        for name, callers in sorted(self.calls.items(), key=lambda item: item[0][0]):
            if name[0] != file:
                file = name[0]
                print(f"  {file}")
            often = (f"{':'.join(each)} {n}" for each, n in callers.most_common(MOST_CALLERS) if each is not None)
            print(f"    {callers.total():5} {name[1]}  < {', '.join(often)}")


async def journeys(folder: Path, *, listed: bool) -> None:
    """Walk all three and print their counts."""
    from tui_reader.config import Settings
    from tui_reader.services.library.opening import open_library
    from tui_reader.tui.app import ReaderApp

    walk = Walk()

    class WatchedApp(ReaderApp):
        def _display(self, *arguments: Any) -> None:
            super()._display(*arguments)
            walk.frame_painted()

    library = open_library([folder], settings=Settings())
    app = WatchedApp(library, Settings())

    async def report(title: str) -> None:
        await walk.wait()
        print(f"{title}: {walk.counts()}")
        if listed:
            walk.print_list()
        await settle(pilot)

    async with app.run_test(size=(120, 35)) as pilot:
        # Events of the first scan, which a busy machine delays, belong to no journey.
        while app.reading.state.scan is not None or not library.is_scan_taken_in:
            await pilot.pause()
        await settle(pilot)
        headlines, wanted = app.reading.state.panes.headlines, library.article_at(folder / ARTICLE)
        assert wanted is not None
        headlines.move_to(headlines.ids.index(wanted))
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("j")
        await settle(pilot)
        sys.setprofile(walk.profile)
        pane = app.reading.state.panes.article
        walk.start(lambda: True, EVENTS | TIMERS)
        await pilot.press("j")
        await report("j")
        await pilot.press(")")
        await settle(pilot)
        walk.start(lambda: len(pane.highlights.index) == 1, EVENTS | TIMERS)
        await pilot.press("H")
        await report("H")
        article, document = app.reading.state.shown, pane.document
        shown = library.path_of(article) if article is not None else None
        assert shown is not None
        walk.start(lambda: pane.document is not document and len(pane.highlights.index) == 1)
        shown.write_text(shown.read_text(encoding="utf-8").replace("the ", "that ", 3), encoding="utf-8")
        await report("a file changed outside")
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
        # In 16 colours each row takes a step more.
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        folder = Path(home, "articles")
        shutil.copytree(ROOT / "sample_articles", folder)
        asyncio.run(journeys(folder, listed="--list" in sys.argv[1:]))


if __name__ == "__main__":
    main()

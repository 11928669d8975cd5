"""No sequence of actions loses a word of a note: the list of annotations, undo or redo still shows it."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.counts import FULL

Start = Callable[..., AbstractAsyncContextManager[Any]]

STEPS = (
    "annotate",
    "annotate",
    "note on the article",
    "edit",
    "edit in the list",
    "empty",
    "delete",
    "delete all in the list",
    "recolour",
    "tag",
    "undo",
    "undo",
    "redo",
    "write before",
    "cut",
    "cut a quote",
    "start again",
    "end in mid-note",
)
TEXT = [f"Paragraph {n} of the wolf. It has a second sentence. And a third." for n in range(1, 7)]
SIZE = (110, 70)


class Ended(Exception):  # noqa: N818 - none of the kind: the reader was left
    """The reader was left before the end of the sequence."""


class Walk:
    """A simulated user who remembers every word that was written and saved."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.kept: list[str] = []
        self.changes = 0

    async def enter(self, reader: Any) -> None:
        await reader.sees("Alpha wolf")
        await reader.keys("enter")
        pane = reader.app.reading.state.panes.article
        await reader.until(lambda: pane.document is not None and not pane.document.partial)

    async def step(self, reader: Any, name: str, pick: int) -> None:
        down = ["j"] * pick
        match name:
            case "annotate":
                await self.write(reader, "g", "g", *["}"] * (pick + 1), "a")
            case "note on the article":
                await self.write(reader, "g", "n")
            case "edit":
                await self.write(reader, "[", "h", "a", over=bool(pick % 2))
            case "edit in the list":
                await self.write(reader, "A", *down, "a", over=bool(pick % 2))
            case "empty":
                await self.write(reader, "[", "h", "a", over=True, words="")
            case "delete":
                await self.press(reader, "[", "h", "x")
            case "delete all in the list":
                await self.press(reader, "A", "*", "x")
            case "recolour":
                await self.press(reader, "]", "h", "c", str(pick + 1))
            case "tag":
                await self.press(reader, "]", "h", "t", *f"t{pick},", "enter")
            case "undo":
                await self.press(reader, *"u" * (pick + 1))
            case "redo":
                await self.press(reader, *["ctrl+r"] * (pick + 1))
            case "write before" | "cut" | "cut a quote":
                await self.change_file(reader, name, pick)
            case "end in mid-note":
                await self.end(reader, pick)

    async def press(self, reader: Any, *keys: str) -> None:
        """Press keys at once, and return to the article."""
        reader.burst(*keys)
        await reader.pilot.pause()
        await self.come_back(reader)

    async def come_back(self, reader: Any) -> None:
        app = reader.app
        for _ in range(6):
            if app.screen is app.reading and not app.screen.typing and app.reading.state.context == "article":
                return
            await reader.keys("enter" if app.screen is app.reading and not app.screen.typing else "escape")
        raise AssertionError(f"there is no way back to the article from\n{reader.text}")

    async def write(self, reader: Any, *keys: str, over: bool = False, words: str | None = None) -> None:
        """Open a sheet if the keys do so, write unique words on it, and close it."""
        reader.burst(*keys)
        await reader.pilot.pause()
        if reader.app.screen.typing:
            fresh = f"word{len(self.kept):02}" if words is None else words
            reader.burst(*(["f7", "delete"] if over else ["enter"]), *fresh, "escape")
            await reader.until(lambda: not reader.app.screen.typing)
            self.keep(reader, fresh)
        self.pause(reader)
        await self.come_back(reader)

    def pause(self, reader: Any) -> None:
        """Go on as after a pause: if the keys opened no sheet, what is typed at once behind them is discarded."""
        reader.app.screen._discarded_words.end()

    def keep(self, reader: Any, fresh: str) -> None:
        if fresh:
            self.kept.append(fresh)
            assert any(fresh in each.note for each in reader.library.annotations.all())

    async def end(self, reader: Any, pick: int) -> None:
        """Quit the reader while words stand on the sheet."""
        reader.burst("g", "g", *["}"] * (pick + 1), "a")
        await reader.pilot.pause()
        if not reader.app.screen.typing:
            self.pause(reader)
            return
        fresh = f"word{len(self.kept):02}"
        reader.burst("enter", *fresh)
        if pick % 2:
            reader.burst("ctrl+q")
        else:
            os.kill(os.getpid(), signal.SIGTERM)
        await reader.until(lambda: reader.app._exit)
        self.keep(reader, fresh)
        raise Ended

    async def change_file(self, reader: Any, name: str, pick: int) -> None:
        """Change the text as another program would."""
        self.changes += 1
        head, *paragraphs = self.file.read_text(encoding="utf-8").split("\n\n")
        marked = [each.quote for each in reader.library.annotations.all() if each.quote]
        if name == "cut a quote" and marked:
            paragraphs = [each for each in paragraphs if marked[pick % len(marked)] not in each]
        elif name == "cut":
            del paragraphs[pick : pick + 2]
        paragraphs.insert(min(pick, len(paragraphs)), f"Changed {self.changes} times.")
        self.file.write_text("\n\n".join((head, *paragraphs)), encoding="utf-8")
        pane = reader.app.reading.state.panes.article
        await reader.until(lambda: pane.document and f"Changed {self.changes} times" in pane.document.text)

    async def look(self, reader: Any) -> None:
        """Look for every word in the list of annotations, then with undo, then with redo."""
        await reader.keys("A")
        await reader.until(lambda: reader.app.screen is not reader.app.reading)
        missing = set(self.kept)
        missing -= await self.read_list(reader, missing)
        for key in ("u", "ctrl+r"):
            end = {"u": "nothing to undo", "ctrl+r": "nothing to redo"}[key]
            while missing and end not in reader.last_row:
                await reader.keys(key)
                notes = "\n".join(each.note for each in reader.library.annotations.all())
                if any(words in notes for words in missing):
                    missing -= await self.read_list(reader, missing)
        assert not missing, f"{missing} of {self.kept} can be seen nowhere:\n{reader.text}"

    async def read_list(self, reader: Any, wanted: set[str]) -> set[str]:
        """Return those of the words that are visible in the list."""
        notes = "\n".join(each.note for each in reader.library.annotations.all())
        expected = {words for words in wanted if words in notes}
        seen: set[str] = set()
        await reader.keys("g", "g")
        for _ in range(60):
            seen |= {words for words in expected if words in reader.text}
            if seen == expected:
                break
            await reader.keys("j")
        assert seen == expected, f"{expected - seen} not listed:\n{reader.text}"
        return seen


Step = tuple[str, int]


def test_no_sequence_of_actions_loses_a_word_of_a_note(start: Start, tmp_path: Path) -> None:
    @settings(
        max_examples=4 if FULL else 2,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @example([("annotate", 1), ("undo", 1), ("annotate", 2), ("end in mid-note", 3), ("edit", 1)])
    @example([("annotate", 0), ("cut a quote", 0), ("edit in the list", 0), ("delete all in the list", 0), ("tag", 1)])
    @example(
        [
            *[("annotate", 0), ("cut", 0), ("annotate", 0), ("delete", 0), ("undo", 2)],
            *[("annotate", 0), ("annotate", 0), ("end in mid-note", 0)],
        ]
    )
    @given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), min_size=8, max_size=14))
    def walk(steps: list[Step]) -> None:
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            file = Path(folder) / "alpha.md"
            file.write_text("\n\n".join(("---\ntitle: Alpha wolf\n---", *TEXT)), encoding="utf-8")
            asyncio.run(walked(steps, Path(folder), Walk(file)))

    async def walked(steps: list[Step], folder: Path, person: Walk) -> None:
        left = list(steps)
        while True:
            async with start(folder, state=folder / "library.json", size=SIZE) as reader:
                try:
                    await person.enter(reader)
                    while left and left[0][0] != "start again":
                        await person.step(reader, *left.pop(0))
                    del left[:1]
                    if not left:
                        await person.look(reader)
                        return
                except Ended:
                    continue

    walk()

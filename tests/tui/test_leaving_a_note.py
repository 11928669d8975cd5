"""Every way of leaving a note saves what was typed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.config import Settings
from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.replication.replica import state_folder
from tui_reader.tui.screens import external_programs

if TYPE_CHECKING:
    from pathlib import Path

Start = Callable[..., AbstractAsyncContextManager[Any]]

WORDS = "half a thought, 漢字 👩‍🚀"


async def begin(reader: Any, words: str = WORDS) -> None:
    """Type words on the note sheet, faster than it can process them."""
    await reader.sees("Paragraph 1 of Alpha")
    await reader.keys("enter", ")", ")", "a")
    await reader.sees("esc saves")
    reader.burst(*words)


async def still_there(start: Start, articles: Path, words: str = WORDS) -> None:
    async with start(articles) as reader:
        assert [each.note for each in reader.library.annotations.all()] == [words]
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("A")
        await reader.sees(words.split(maxsplit=1)[0])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_saves_the_open_note(start: Start, articles: Path, number: signal.Signals) -> None:
    async with start(articles) as reader:
        await begin(reader)
        os.kill(os.getpid(), number)
        await reader.until(lambda: reader.app._exit)
    await still_there(start, articles)


async def test_textuals_quit_key_saves_the_open_note(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        reader.burst("ctrl+q")
        await reader.until(lambda: reader.app._exit)
    await still_there(start, articles)


async def test_a_crash_of_the_program_saves_the_open_note(start: Start, articles: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        async with start(articles) as reader:
            await begin(reader)
            await reader.sees("half a thought")
            reader.app.call_later(lambda: 1 / 0)
            await reader.until(lambda: reader.app.failure)
    await still_there(start, articles)


async def test_clicks_beside_the_sheet_leave_the_focus_on_it(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader, "one ")
        await reader.sees("one")
        for place in ((40, 7), (80, 10), (5, 3), (3, 34), (60, 0)):
            await reader.pilot.click(offset=place)
            await reader.keys("x")
        await reader.keys("escape")
        await reader.until(lambda: not reader.app.reading.typing)
        assert [each.note for each in reader.library.annotations.all()] == ["one xxxxx"]


async def test_a_read_only_library_says_so_before_a_note_is_typed(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader, "one")
        await reader.keys("escape")
        await reader.until(lambda: not reader.app.reading.typing)
        reader.library.store._library.read_only = "The library is read-only: no room."
        for keys in (("a",), ("g", "n")):
            await reader.keys(*keys)
            await reader.sees("the library is read-only: no note can be kept")
            assert not reader.app.reading.typing
            await reader.keys("escape")
        await reader.keys("g", "a", "a")
        await reader.sees("the library is read-only: no note can be kept")
        assert not reader.app.screen.typing
        reader.library.store._library.read_only = ""


async def test_a_note_that_can_no_longer_be_saved_stays_open(start: Start, articles: Path) -> None:
    async def forbid(reader: Any, reason: str) -> None:
        """Refuse changes for a reason of its own, by which the screen shows that a key was handled."""
        # A change on its way to the disk would be refused as well, and reported in place of the note.
        await reader.until(lambda: not reader.library.store.unsaved)
        reader.library.store._library.read_only = f"The library is read-only: {reason}."

    async with start(articles) as reader:
        await begin(reader, "one")
        await forbid(reader, "no room")
        await reader.keys("escape")
        await reader.sees("no room", "esc again drops the note", "one", "esc saves")
        assert reader.app.reading.typing
        await reader.types(" two")
        await forbid(reader, "a full disk")
        await reader.keys("escape")
        await reader.sees("a full disk", "one two", "esc saves")
        reader.library.store._library.read_only = ""
        await reader.keys("escape")
        await reader.until(lambda: not reader.app.reading.typing)
        assert [record["note"] for _, record in reader.library.store.items(ANNOTATIONS)] == ["one two"]
        await reader.keys("a")
        await reader.sees("esc saves")
        await reader.types("!")
        await forbid(reader, "a broken disk")
        await reader.keys("escape")
        await reader.sees("a broken disk", "one two!", "esc saves")
        await reader.keys("escape")
        await reader.until(lambda: not reader.app.reading.typing)
        reader.library.store._library.read_only = ""


async def test_the_text_saved_by_a_failed_editor_is_shown_on_the_sheet(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_app: object, editor: str, path: Path, unchanged: str, _held: object) -> str:
        path.write_text(f"{path.read_text()}words of {editor}\n")
        return f"{editor} ended with status 3; {unchanged}"

    monkeypatch.setattr(external_programs, "run_editor", fails)
    async with start(articles, settings=Settings(editor="ed")) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", ")", ")", "E")
        await reader.sees("ed ended with status 3; esc keeps what it wrote", "words of ed", "esc saves")
        await reader.keys("escape")
        await reader.until(lambda: not reader.app.reading.typing)
        assert [each.note for each in reader.library.annotations.all()] == ["words of ed"]
        monkeypatch.setattr(
            external_programs, "run_editor", lambda *given: f"{given[1]} ended with status 1; {given[3]}"
        )
        await reader.keys("E")
        await reader.sees("ed ended with status 1; the note is as it was")
        assert not reader.app.reading.typing


async def test_a_crash_loses_at_most_one_second_of_continuous_typing(start: Start, articles: Path) -> None:
    def is_kept() -> bool:
        return any("xxx" in each.read_text() for each in (state_folder() / "drafts").glob("*/draft.json"))

    async with start(articles) as reader:
        await begin(reader, "xxx")
        await reader.sees("xxx")
        began = time.monotonic()
        while not is_kept():
            assert time.monotonic() < began + 60
            await reader.keys("x")
        await reader.keys("escape")
        await reader.until(lambda: not is_kept())

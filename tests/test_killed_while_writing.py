"""Words typed a moment before the reader is killed are restored when it is opened again."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.terminals import PATIENCE, Terminal
from tui_reader.config import Settings
from tui_reader.services.headless.session import library_of
from tui_reader.storage.replication.replica import state_folder
from tui_reader.storage.snapshot.lock import try_lock

if TYPE_CHECKING:
    from pathlib import Path

Open = Callable[..., Terminal]


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "alpha.md"
    path.write_text("# Alpha wolf\n\nThe first sentence of it. And another one.\n")
    return path


@pytest.fixture
def reader(article: Path) -> Iterator[Open]:
    """Return a function that opens the reader on the article and goes to its first sentence."""
    opened: list[Terminal] = []

    def open_reader(seen: str = "The first") -> Terminal:
        screen = Terminal([str(article), "--state", str(article.with_name("library.json"))])
        opened.append(screen)
        screen.wait_for(seen)
        return screen

    yield open_reader
    for each in opened:
        each.close()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def drafts() -> str:
    place = state_folder() / "drafts"
    return " ".join(each.read_text(encoding="utf-8") for each in place.glob("*/draft.json"))


def kill(screen: Terminal) -> None:
    screen.process.send_signal(signal.SIGKILL)
    screen.process.wait(60)


def notes(article: Path) -> list[str]:
    with library_of([article], article.with_name("library.json"), Settings()) as library:
        return [each.note for each in library.annotations.all()]


def test_a_note_being_written_when_the_reader_is_killed_is_restored_reported_and_can_be_undone(
    reader: Open, article: Path
) -> None:
    first = reader()
    first.press("\r)a")
    first.wait_for("esc saves")
    first.press("half a thought, 漢字")
    until(lambda: "half a thought, 漢字" in drafts())
    beside = reader()
    assert "half a thought" in drafts(), "it belongs to the window in which it is written"
    kill(beside)
    kill(first)
    second = reader("kept what was typed")
    second.press("Q")
    assert second.end() == 0
    assert notes(article) == ["half a thought, 漢字"]
    assert not list((state_folder() / "drafts").iterdir())
    third = reader()
    assert b"kept what was typed" not in third.output
    third.press("u")
    third.wait_for("undid: wrote a note on")
    third.press("Q")
    third.end()
    assert notes(article) == [""]


def test_a_saved_note_leaves_no_draft_file(reader: Open, article: Path) -> None:
    screen = reader()
    screen.press("\r)a")
    screen.wait_for("esc saves")
    screen.press("a thought")
    until(lambda: "a thought" in drafts())
    screen.press("\x1b")
    screen.wait_for("wrote a note on")
    until(lambda: not list((state_folder() / "drafts").iterdir()))
    kill(screen)
    assert notes(article) == ["a thought"]


EDITOR = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as the terminal of a reader that was killed goes away
note, said, go_on = map(pathlib.Path, sys.argv[3:0:-1])
note.write_text("half")
said.write_text("at it")
deadline = time.monotonic() + 120
while not go_on.exists() and time.monotonic() < deadline:
    time.sleep(0.01)
note.write_text("the whole of it\\n")
"""


def test_the_file_of_an_editor_that_outlives_a_killed_reader_becomes_a_note_when_the_editor_ends(
    reader: Open, article: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said, go_on, program = tmp_path / "said", tmp_path / "go-on", tmp_path / "editor.py"
    program.write_text(EDITOR)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {program} {go_on} {said}")
    first = reader()
    first.press("\r)E")
    until(lambda: said.exists() and said.read_text())
    kill(first)
    second = reader()
    assert b"kept what was typed" not in second.output, "its editor lives"
    second.press("Q")
    second.end()
    (note,) = (state_folder() / "drafts").glob("*/note.md")
    assert note.read_text() == "half"
    go_on.touch()
    until(lambda: is_free(note.with_name("lock")))
    third = reader("kept what was typed")
    third.press("Q")
    third.end()
    assert notes(article) == ["the whole of it"]


def is_free(lock: Path) -> bool:
    """Return True if the lock is free, so that the editor that held it has ended."""
    with lock.open() as handle:
        return try_lock(handle.fileno())

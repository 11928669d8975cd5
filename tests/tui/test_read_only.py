"""A read-only library can be read and changed until the end, with a warning that nothing is saved."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import pytest

from tests.tui.conftest import Reader, case
from tui_reader.cli.main import main
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.tui import app
from tui_reader.tui.screens import discarded_words

if TYPE_CHECKING:
    from pathlib import Path

    from textual import events

Start = Callable[..., AbstractAsyncContextManager[Any]]

SIZES = pytest.mark.parametrize("size", [(120, 35), (60, 20)])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Replace the clock that measures pauses between keys."""
    now = [100.0]
    make = Reader._event

    def typed(key: str) -> events.Key:
        event = make(key)
        event.time = now[0]
        return event

    monkeypatch.setattr(Reader, "_event", staticmethod(typed))
    monkeypatch.setattr(discarded_words, "get_time", lambda: now[0])
    return now


@pytest.fixture(autouse=True)
def _read_only(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    monkeypatch.setattr(Disk, "may_write", lambda *_: False)


def words(reader: Any) -> str:
    """Return the contents of the screen as one line."""
    return " ".join(" ".join(reader.lines()).split())


async def enter(reader: Any) -> None:
    await reader.sees("Alpha wolf")
    await reader.keys("enter")
    await reader.sees("Paragraph 1 of Alpha")


@SIZES
async def test_a_read_only_library_is_announced_and_marked_in_the_first_row(
    start: Start, articles: Path, size: tuple[int, int]
) -> None:
    async with start(articles, size=size) as reader:
        await reader.until(lambda: "NOT saved" in words(reader))
        assert "read-only" in reader.lines()[0]
        assert "Until the reader ends, changes are shown." in words(reader)
        await enter(reader)
        await reader.keys("H", "H")
        await reader.until(lambda: "highlighted in" in words(reader))
        assert "changes are shown" not in words(reader), "what comes next takes its place"


async def test_the_announcement_of_a_read_only_library_disappears_after_its_time(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "MOST_SECONDS", 0.5)
    async with start(articles) as reader:
        await reader.until(lambda: "NOT saved" in words(reader))
        await reader.until(lambda: "NOT saved" not in "".join(reader.lines()[1:]))
        assert "? keys" in reader.last_row


async def test_changes_are_shown_undoable_and_marked_as_not_saved(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await enter(reader)
        await reader.sees("2 unread")
        await reader.keys(")", ")", "H")
        await reader.sees("1 highlight", "NOT saved")
        assert len(reader.app.reading.highlight_actions.painted) == 1
        await reader.keys("c", "4", "s")
        await reader.sees("starred “Alpha wolf” · NOT saved")
        assert [each.colour for each in reader.library.annotations.all()] == [4]
        await reader.keys("u", "u", "u")
        await reader.no_longer_sees("1 highlight")
        await reader.keys("H", "A")
        await reader.until(lambda: reader.app.screen is not reader.app.reading)
        await reader.keys("c", "2")
        await reader.sees("NOT saved")
    async with start(articles) as reader:
        await reader.sees("3 unread")
        assert not list(reader.library.annotations.all())


@SIZES
async def test_words_typed_for_a_note_that_cannot_be_saved_run_no_commands(
    start: Start, articles: Path, clock: list[float], size: tuple[int, int]
) -> None:
    async with start(articles, size=size) as reader:
        await enter(reader)
        for keys in (("a",), ("g", "n"), ("E",), ("g", "a", "a")):
            with case(*keys):
                await check_typing(reader, clock, *keys)
                await reader.returns(undoing=1)
                await reader.keys("enter", "g", "g")


async def check_typing(reader: Any, clock: list[float], *keys: str) -> None:
    """Check that the keys begin no note, and that words typed after them do nothing for a while."""
    await reader.keys(")", ")", "H", *keys)
    await reader.until(lambda: "no note can be kept" in words(reader))
    shown = reader.app.screen
    before = shown.state.pane, reader.app.reading.state.shown
    for key in ("Z", "Z", "space", "x", "o", "Q", "enter", "backspace", "é"):
        clock[0] += 0.9
        await reader.keys(key)
    assert reader.app.screen is shown
    assert (shown.state.pane, reader.app.reading.state.shown) == before
    assert len(list(reader.library.annotations.all())) == 1
    clock[0] += 1.1
    await reader.keys("?")
    await reader.until(lambda: reader.app.screen is not shown)


async def test_escape_ends_the_discarding_of_typed_words_and_keys_work_again(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await enter(reader)
        await reader.keys(")", ")", "a", "j", "ctrl+d")
        await reader.until(lambda: reader.app.reading.state.panes.article.viewport.offset > 0)
        await reader.keys("?")
        shown = reader.app.screen
        assert shown is reader.app.reading
        await reader.keys("escape", "?")
        await reader.until(lambda: reader.app.screen is not shown)


@pytest.mark.parametrize(
    "verb",
    [
        ("notes", "add", "alpha.md", "--quote", "Paragraph 1 of Alpha wolf."),
        ("tag", "words>=0", "+new", "--library", "."),
        ("star", "words>=0", "--library", "."),
        ("read", "words>=0", "--library", "."),
        ("archive", "words>=0", "--library", "."),
    ],
    ids=lambda verb: verb[0],
)
def test_the_command_line_refuses_changes_and_says_why_once(
    verb: tuple[str, ...], articles: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(articles)
    assert main(list(verb)) == 3
    said = capsys.readouterr().err
    assert said.count("read-only") == 1
    assert "reader ends" not in said


def test_the_command_line_reads_a_read_only_library_without_a_word_about_changes(
    articles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list", "--library", str(articles)]) == 0
    out, err = capsys.readouterr()
    assert "Alpha wolf" in out
    assert err == ""

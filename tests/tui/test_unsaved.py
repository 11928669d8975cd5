"""While changes are not saved the first row warns; a failing state file does not end the reader."""

from __future__ import annotations

import errno
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from tests.tui.conftest import case
from tui_reader.errors import StoreError
from tui_reader.services.library.save_monitor import warning_of
from tui_reader.storage.recovery import problems
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.tui.screens import quitting
from tui_reader.tui.screens.reading import events

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start

SIZES = [(120, 35), (80, 24), (60, 20), (40, 12)]


@pytest.mark.parametrize(("number", "reason"), [(errno.ENOSPC, "disk full"), (errno.EIO, "disk error")])
async def test_the_first_row_warns_until_changes_are_saved(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    """The full message gives way to the hints after some seconds; the list of annotations shows the warning too."""
    monkeypatch.setattr(events, "FAILURE_SECONDS", 0.1)

    def fail(*_: object) -> int:
        raise OSError(number, "no such luck")

    async with start(articles, size=SIZES[0]) as reader:
        await reader.sees("Alpha wolf")
        for size in SIZES:
            await reader.resizes(*size)
            with case(size):
                await reader.keys("j", "k")
                with monkeypatch.context() as context:
                    context.setattr(Disk, "write_some", fail)
                    await reader.keys("s")
                    await reader.until(lambda: f"NOT saved: {reason} (" in reader.lines()[0])
                    await reader.until(lambda: reader.app.reading.state.panes.status.said == "")
                    assert "? keys" in reader.last_row or size[0] == 40
                    await reader.keys("A")
                    await reader.until(lambda: f"NOT saved: {reason} (" in reader.lines()[0])
                    await reader.keys("q")
                    assert f"NOT saved: {reason} (" in reader.lines()[0]
                await reader.keys("j", "s")
                await reader.until(lambda: "NOT saved" not in reader.lines()[0])
                assert not reader.library.store.unsaved
                await reader.returns(undoing=2)


@pytest.mark.parametrize(("before", "key"), [((), "Q"), (("A",), "Q"), (("l",), "ctrl+q")])
async def test_a_first_quit_while_changes_are_not_saved_is_refused(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch, before: tuple[str, ...], key: str
) -> None:
    def fail(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no such luck")

    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        with monkeypatch.context() as context:
            context.setattr(Disk, "write_some", fail)
            await reader.keys("s")
            await reader.last_row_shows("Make room")  # else the message of the failure may come after the key
            await reader.keys(*before)
            await reader.until(lambda: "NOT saved: disk full (" in reader.lines()[0])
            await reader.keys(key)
            assert f"{key} again quits, and this is lost" in reader.last_row
            assert not reader.app._exit
            later = monotonic() + quitting.AGAIN_SECONDS
            context.setattr(quitting, "monotonic", lambda: later)
            await reader.keys(key)
            assert not reader.app._exit, "so long after the question, the key is none to it"
            await reader.keys(key)
            await reader.until(lambda: reader.app._exit)


@pytest.mark.parametrize(("change", "is_asked"), [((), False), (("s",), True)])
async def test_in_a_read_only_library_only_changes_of_the_user_refuse_a_first_quit(
    start: Start, articles: Path, change: tuple[str, ...], is_asked: bool
) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        reader.library.store._library.read_only = "The library is read-only: no room."  # type: ignore[attr-defined]
        await reader.keys("enter", "space", "j", "h", "j", "enter", *change)
        assert reader.library.store.unsaved, "reading positions are changes, too"
        await reader.keys("Q")
        assert reader.app._exit is not is_asked
        assert ("again quits" in reader.last_row) is is_asked


@pytest.mark.parametrize(
    ("sentence", "warning"),
    [
        ("", ""),
        (problems.unsaved(3, problems.not_saved("/x", OSError(errno.ENOSPC, ""))), "NOT saved: disk full (3)"),
        (problems.unsaved(1, problems.not_saved("/x", OSError(errno.EROFS, ""))), "NOT saved: read-only (1)"),
        (problems.unsaved(1200, problems.not_saved("/x", OSError(errno.EIO, ""))), "NOT saved: disk error (1,200)"),
        (problems.unsaved(2, problems.refused("/x", MemoryError())), "NOT saved: not enough memory (2)"),
        (problems.unsaved(2, problems.stopped("/x", ValueError())), "NOT saved: saving has stopped (2)"),
    ],
)
def test_the_warning_is_shortened_to_fit_a_row(sentence: str, warning: str) -> None:
    assert warning_of(sentence) == warning


async def test_an_unreadable_state_file_is_reported_and_the_reader_goes_on(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the file, the reason and the remedy; what needs no reading goes on working."""
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("l", ")", "H", ")", "H", "g", "g", "Q")

    def fail(*_: object) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    for keys in (("l", ")", "H"), ("A",), ("g", "a")):
        async with start(articles) as reader:
            await reader.sees("Paragraph 1 of Alpha")
            with case(*keys):
                with monkeypatch.context() as context:
                    context.setattr(Disk, "read_at", fail)
                    reader.library.annotations.index._pages.clear()
                    reader.library.annotations.index._known.clear()
                    shown = ""
                    for key in keys:
                        await reader.keys(key)
                        shown += reader.text  # the next key may clear the message
                    if not says_what_fails(shown):
                        await reader.until(lambda: says_what_fails(reader.text))
                await stars(reader)


def says_what_fails(text: str) -> bool:
    """Return True if a screen names the failing file or disk, whose path may be wrapped anywhere."""
    return "library.jsoncannotberead" in "".join(text.split()) or "NOT saved: disk error" in text


async def stars(reader: Reader) -> None:
    """Star Alpha from wherever keys have led, and undo that."""
    await reader.keys("escape", "q", "q", "q", "s")
    await reader.until(lambda: "starred “Alpha wolf”" in reader.text)
    assert reader.app.failure is None
    await reader.keys("u")


async def test_an_error_in_a_key_handler_does_not_end_the_reader(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("library.json cannot be read: input/output error.", "See that the disk is well.")

    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        library = reader.library
        for keys in (("s",), ("A",), ("g", "a"), ("t",)):
            with case(*keys):
                with monkeypatch.context() as context:
                    context.setattr(library.reading, "toggle_star", fail)
                    context.setattr(library.reading, "all_tags", fail)
                    context.setattr(type(library.annotations), "total", property(fail))
                    context.setattr(library.annotations, "count", fail)
                    await reader.keys(*keys)
                    await reader.until(lambda: "library.json cannot be read: input/output error." in reader.text)
                await stars(reader)

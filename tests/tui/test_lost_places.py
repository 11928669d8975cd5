"""Attaching an orphan from the list: only to a candidate that is visible."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from tui_reader.model.annotation import Annotation, Placement

Start = Callable[..., AbstractAsyncContextManager[Any]]

MARKED = "The minister arrives with a number already on the table."
CLOSE = "The minister comes with a number already on a table."
OTHER = "New: The minister arrives with a figure already on the desk today."
FILLER = [f"Filler paragraph number {n} about quite other things and places." for n in range(6)]


def text_of(*paragraphs: str) -> str:
    return "\n\n".join(["# Doc", *paragraphs]) + "\n"


def only(reader: Any) -> Annotation:
    found: list[Annotation] = list(reader.library.annotations.all())
    assert len(found) == 1
    return found[0]


def placed(reader: Any) -> Placement:
    found = only(reader).placed
    assert found is not None
    return found


async def lose_one(reader: Any, file: Path) -> None:
    """Highlight a sentence, and replace it by two similar ones."""
    await reader.until(lambda: reader.app.reading.state.shown is not None)
    await reader.keys("enter")
    await reader.sees("The minister")
    await reader.keys(")", ")", "H")
    assert only(reader).quote == MARKED
    file.write_text(text_of("Intro.", *FILLER, OTHER, f"More: {CLOSE}"), encoding="utf-8")
    await reader.until(lambda: not placed(reader).is_certain)
    await reader.keys("A")


def make(folder: Path) -> Path:
    folder.mkdir()
    file = folder / "a.md"
    file.write_text(text_of("Intro.", MARKED, *FILLER), encoding="utf-8")
    return file


def selected(reader: Any) -> str:
    pane = reader.app.screen.query_one("#article")
    return pane.selection.text_of(pane.selection.range) if pane.selection.range is not None else ""


async def test_the_candidate_is_selected_as_soon_as_the_list_opens(start: Start, tmp_path: Path) -> None:
    file = make(tmp_path / "lib")
    async with start(file.parent) as reader:
        await lose_one(reader, file)
        await reader.until(lambda: selected(reader) == CLOSE)
        await reader.sees("It could belong to what is selected here")
        await reader.keys("r")
        await reader.sees("attached", "again · u undoes")
        assert only(reader).quote == CLOSE


async def test_the_candidate_moves_with_its_words_when_the_text_changes(start: Start, tmp_path: Path) -> None:
    file = make(tmp_path / "lib")
    async with start(file.parent) as reader:
        await lose_one(reader, file)
        await reader.until(lambda: selected(reader) == CLOSE)
        before = placed(reader).fingerprint
        file.write_text(text_of("Put on top of it all.", "Intro.", *FILLER, OTHER, f"More: {CLOSE}"), encoding="utf-8")
        await reader.until(lambda: placed(reader).fingerprint != before)
        await reader.until(lambda: selected(reader) == CLOSE)
        await reader.keys("r")
        await reader.sees("attached", "again · u undoes")
        assert only(reader).quote == CLOSE


async def test_nothing_is_attached_to_an_old_candidate_before_the_new_text_is_searched(
    start: Start, tmp_path: Path
) -> None:
    file = make(tmp_path / "lib")
    async with start(file.parent) as reader:
        await lose_one(reader, file)
        await reader.until(lambda: selected(reader) == CLOSE)
        before = placed(reader).fingerprint
        file.write_text(text_of("Put on top of it all.", "Intro.", *FILLER, OTHER, f"More: {CLOSE}"), encoding="utf-8")
        pane = reader.app.screen.query_one("#article")
        await reader.until(lambda: "Put on top" in pane.document.text)
        await reader.keys("r")
        await reader.until(lambda: placed(reader).fingerprint != before)
        assert only(reader).quote in (MARKED, CLOSE)


async def test_a_narrow_terminal_shows_the_words_of_the_candidate(start: Start, tmp_path: Path) -> None:
    file = make(tmp_path / "lib")
    async with start(file.parent, size=(60, 22)) as reader:
        await lose_one(reader, file)
        await reader.sees("It could belong to place 1 of 1, “The minister comes")
        await reader.keys("r")
        await reader.sees("attached")
        assert only(reader).quote == CLOSE


async def test_the_words_highlighted_first_stay_readable(start: Start, tmp_path: Path) -> None:
    file = make(tmp_path / "lib")
    async with start(file.parent) as reader:
        await lose_one(reader, file)
        await reader.until(lambda: selected(reader) == CLOSE)
        await reader.keys("r")
        await reader.sees("Marked first: “The minister arrives with a number")
        assert only(reader).first_quote == MARKED
        await reader.keys("u")
        await reader.no_longer_sees("Marked first")


async def test_a_hidden_candidate_is_shown_again_after_the_terminal_grew(start: Start, tmp_path: Path) -> None:
    file = make(tmp_path / "lib")
    async with start(file.parent, size=(60, 22)) as reader:
        await lose_one(reader, file)
        await reader.sees("It could belong to place 1 of 1")
        await reader.pilot.resize_terminal(110, 30)
        await reader.until(lambda: selected(reader) == CLOSE)
        await reader.pilot.resize_terminal(60, 22)
        await reader.sees("It could belong to place 1 of 1, “The minister comes")


async def test_the_preview_of_an_orphan_marks_no_other_passage(start: Start, tmp_path: Path) -> None:
    """Whichever annotation was shown before it, and though another highlight is where its words were."""
    file = make(tmp_path / "lib")
    async with start(tmp_path / "lib") as reader:
        await reader.until(lambda: reader.app.reading.state.shown is not None)
        await reader.keys("enter")
        await reader.sees("The minister")
        await reader.keys(")", ")", "H", ")", "H", "g", "g")
        file.write_text(text_of("Intro.", *FILLER), encoding="utf-8")
        await reader.until(lambda: reader.library.annotations.index.known_totals == (2, 1))
        await reader.keys("A")
        await reader.sees("2 annotations · 1 orphan")
        pane, screen = reader.app.screen.query_one("#article"), reader.app.screen
        for key in ("G", "k", "j", "k", "g", "g"):
            await reader.keys(key)
            shown = reader.library.annotations.get(screen._list.current)
            if shown.is_orphan:
                assert pane.focus.range is None
                assert pane.highlights.current is None
                assert "Filler paragraph number 0" in reader.text
            else:
                assert pane.highlights.current.id == shown.id

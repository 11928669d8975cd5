"""Resizing a highlight, and attaching an orphan: begun, completed and cancelled."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from tests.tui.conftest import case

if TYPE_CHECKING:
    from pathlib import Path

Start = Callable[..., AbstractAsyncContextManager[Any]]

SENTENCES = ["Paragraph 1 of Alpha wolf.", "It has a second sentence.", "And a third."]


def marks_of(reader: Any) -> list[tuple[str, int]]:
    return [(each.quote, each.colour) for each in reader.library.annotations.all()]


async def highlight_first(reader: Any) -> None:
    await reader.sees("Paragraph 1 of Alpha")
    await reader.keys("enter", ")", ")", "H")
    assert marks_of(reader) == [(SENTENCES[0], 1)]


async def begin_to_attach(reader: Any, file: Path) -> None:
    """Highlight the first sentence of a file, remove it there, and begin to attach its annotation elsewhere."""
    await highlight_first(reader)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(SENTENCES[0], "Nothing of it is left here, at all."), encoding="utf-8")
    await reader.sees("1 orphan")
    await reader.keys("A", "enter")
    await reader.sees("H attach here")


async def test_leaving_the_selection_ends_the_resizing(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        # In a selection `h` and `l` move its end; they change the pane only after the selection has ended.
        for way_out in (["v"], ["y"], ["q"], ["escape"], ["V", "V"], ["v", "h", "l"]):
            with case(*way_out):
                await highlight_first(reader)
                await reader.keys("g", "v")
                await reader.sees("H resize")
                await reader.keys(*way_out)
                await reader.no_longer_sees("H resize")
                await reader.sees("Paragraph 1 of Alpha")
                reader.app.reading.state.panes.article.focus.show(*_range_of(reader, SENTENCES[1]))
                await reader.keys("v", "H")
                assert marks_of(reader) == [(SENTENCES[0], 1), (SENTENCES[1], 1)]
                await reader.keys("g", "g")
                await reader.returns(undoing=2)
                reader.app.reading.state.panes.article.focus.clear()


async def test_a_click_that_ends_the_selection_ends_the_resizing(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await highlight_first(reader)
        await reader.keys("g", "v")
        row = next(y for y, line in enumerate(reader.lines()) if "Paragraph 3 of Alpha" in line)
        await reader.pilot.click("#article", offset=(12, row - 1))
        await reader.no_longer_sees("H resize")
        await reader.keys("H")
        assert (SENTENCES[0], 1) in marks_of(reader)


async def test_a_colour_key_resizes_and_recolours_in_one_step(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await highlight_first(reader)
        await reader.keys("g", "v", "i", "s", "c", "3")
        assert marks_of(reader) == [(" ".join(SENTENCES[:2]), 3)]
        await reader.keys("u")
        assert marks_of(reader) == [(SENTENCES[0], 1)]


async def test_the_note_key_resizes_the_highlight_and_opens_its_note(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await highlight_first(reader)
        await reader.keys("g", "v", "i", "s", "a", "a")
        await reader.types("why")
        await reader.keys("escape")
        (made,) = reader.library.annotations.all()
        assert (made.quote, made.note) == (" ".join(SENTENCES[:2]), "why")


async def test_an_orphan_is_attached_only_in_its_own_article(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin_to_attach(reader, articles / "alpha.md")
        await reader.keys("J")
        await reader.no_longer_sees("H attach here")
        await reader.keys(")", ")", "H")
        await reader.sees("highlighted in")
        assert ("Paragraph 1 of Beta test.", 1) in marks_of(reader)


def _range_of(reader: Any, words: str) -> tuple[int, int]:
    text = reader.app.reading.state.panes.article.document.text
    return text.index(words), text.index(words) + len(words)


async def test_an_overlapping_highlight_becomes_the_current_one(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await highlight_first(reader)
        await reader.keys("g", "v", "i", "s", "H")
        await reader.keys(")", ")", "V", "c", "2", "(", "(", "(", "(", "(")
        pane = reader.app.reading.state.panes.article
        await reader.keys("[", "h", "[", "h", "]", "h")
        first = pane.highlights.current
        await reader.keys("g", "h")
        assert pane.highlights.current != first


async def test_attaching_an_orphan_ends_when_it_is_deleted(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin_to_attach(reader, articles / "alpha.md")
        await reader.keys("A", "x", "q", ")", "H")
        await reader.sees("highlighted in")
        assert len(marks_of(reader)) == 1

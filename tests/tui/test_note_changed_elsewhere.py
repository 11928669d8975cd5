"""A note that is changed elsewhere while it is open keeps the words of both versions."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from tests.tui.conftest import case
from tui_reader.cli.main import main
from tui_reader.document.text_merge import BETWEEN

if TYPE_CHECKING:
    from pathlib import Path

Start = Callable[..., AbstractAsyncContextManager[Any]]


def notes(reader: Any) -> list[str]:
    return [each.note for each in reader.library.annotations.all()]


async def begin(reader: Any) -> str:
    """Write a note, and open it again.

    Returns:
        The id of its annotation.
    """
    await reader.sees("Alpha wolf")
    await reader.keys("enter")
    await reader.sees("Paragraph 1 of Alpha")
    await reader.keys(")", ")", "a")
    await reader.types("base")
    await reader.keys("escape")
    await reader.until(lambda: reader.library.settle(0))
    (made,) = reader.library.annotations.all()
    await reader.keys("a")
    await reader.sees("esc saves")
    return str(made.id)


def change(articles: Path, wanted: str, note: str) -> None:
    """Replace the note, as another terminal would."""
    assert main(["notes", "edit", wanted, str(articles), "--note", note]) == 0


async def test_both_versions_of_a_note_are_kept_and_undo_restores_the_other_one(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        for size, seen in itertools.product(((120, 35), (60, 20)), (True, False)):
            with case(size, "after it was seen" if seen else "at the same moment"):
                await reader.resizes(*size)
                await check_both(reader, articles, seen=seen)
                reader.library.annotations.delete([each.id for each in reader.library.annotations.all()])
                await reader.returns()
                reader.app.reading.state.panes.article.focus.clear()


async def check_both(reader: Any, articles: Path, *, seen: bool) -> None:
    """Check that both versions of a note are kept that is changed elsewhere before it is closed, seen or not."""
    both = f"CLI words\n\n{BETWEEN}\n\nbase TUI"
    made = await begin(reader)
    await reader.types(" TUI")
    change(articles, made, "CLI words")
    if seen:
        await reader.until(lambda: notes(reader) == ["CLI words"])
    await reader.keys("escape")
    await reader.until(lambda: notes(reader) == [both])
    await reader.sees("changed", "meanwhile")
    await reader.keys("u")
    await reader.until(lambda: notes(reader) == ["CLI words"])
    await reader.keys("ctrl+r")
    await reader.until(lambda: notes(reader) == [both])


async def test_changes_in_different_places_are_merged_with_a_message(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        made = await begin(reader)
        await reader.types(" TUI")
        change(articles, made, "first, base")
        await reader.until(lambda: notes(reader) == ["first, base"])
        await reader.keys("escape")
        await reader.sees("the note was changed elsewhere meanwhile, and that is kept too")
        assert notes(reader) == ["first, base TUI"]


async def test_a_note_that_was_only_opened_keeps_the_change_made_elsewhere(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        made = await begin(reader)
        change(articles, made, "CLI words")
        await reader.until(lambda: notes(reader) == ["CLI words"])
        await reader.keys("escape")
        assert notes(reader) == ["CLI words"]


async def test_emptying_the_sheet_deletes_no_words_added_elsewhere(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", "g", "n")
        await reader.types("base")
        await reader.keys("escape")
        await reader.until(lambda: reader.library.settle(0))
        (made,) = reader.library.annotations.all()
        await reader.keys("g", "n", *["backspace"] * 4)
        change(articles, made.id, "CLI words")
        await reader.until(lambda: notes(reader) == ["CLI words"])
        await reader.keys("escape")
        await reader.sees("the note was changed elsewhere meanwhile, and that is kept")
        assert notes(reader) == ["CLI words"]

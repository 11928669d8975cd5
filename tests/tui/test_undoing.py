"""Undo reverts deliberate changes, and shows where they were."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.tui.commands.command import Pane

if TYPE_CHECKING:
    from pathlib import Path

Start = Callable[..., AbstractAsyncContextManager[Any]]


def shown_title(reader: Any) -> str:
    """Return the title of the article in the article pane, after checking that the list's cursor stands on it."""
    state = reader.app.reading.state
    assert state.shown == state.panes.headlines.current, "list and article agree"
    return str(state.headline(state.shown).title)


def is_visible(reader: Any, offset: int) -> bool:
    low, high = reader.app.reading.state.panes.article.viewport.visible_range()
    return bool(low <= offset < high)


async def choose_shelf(reader: Any, name: str) -> None:
    """Choose a shelf, from the list."""
    await reader.keys("h", "g", "g", *"jjjj")
    sidebar = reader.app.reading.state.panes.sidebar
    for _ in range(5):
        if sidebar.current.name != name:
            await reader.keys("k")
    await reader.keys("enter")
    await reader.sees(f"{name.upper()}  ")


async def highlight_in_alpha(reader: Any) -> int:
    """Highlight the 30th paragraph, and go on reading in Beta.

    Returns:
        The offset of the highlight.
    """
    await reader.sees("Alpha wolf")
    await reader.keys("enter")
    await reader.sees("Paragraph 1 of Alpha")
    await reader.keys("3", "0", "}", "H", "g", "g", "J")
    await reader.sees("Paragraph 1 of Beta")
    (made,) = reader.library.annotations.all()
    return int(made.placed.start)


async def test_opening_an_article_is_not_an_undoable_change(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await highlight_in_alpha(reader)
        await reader.sees("1 unread")
        await reader.keys("u")
        await reader.sees("undid: highlighted “Paragraph 29 of Alpha wolf.” in “Alpha wolf”")
        assert not list(reader.library.annotations.all())
        await reader.keys("J", "ctrl+r")
        await reader.sees("redid: highlighted")
        assert len(list(reader.library.annotations.all())) == 1


@pytest.mark.parametrize("size", [(120, 35), (60, 20)])
async def test_undo_and_redo_go_to_the_article_and_the_place(
    start: Start, articles: Path, size: tuple[int, int]
) -> None:
    async with start(articles, size=size) as reader:
        place = await highlight_in_alpha(reader)
        for keys in ("u", "ctrl+r"):
            await reader.keys(keys)
            await reader.sees("Paragraph 29 of Alpha")
            assert shown_title(reader) == "Alpha wolf"
            assert is_visible(reader, place)
            assert reader.app.reading.state.pane is Pane.ARTICLE
            await reader.keys("J")
            await reader.sees("Paragraph 1 of Beta")
        await reader.keys("u")
        await reader.sees("Paragraph 29 of Alpha")
        await reader.keys("ctrl+o")
        await reader.sees("Paragraph 1 of Beta")


async def test_undo_from_the_list_shows_the_place(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        place = await highlight_in_alpha(reader)
        await reader.keys("q", "G", "u")
        await reader.sees("Paragraph 29 of Alpha")
        assert shown_title(reader) == "Alpha wolf"
        assert is_visible(reader, place)
        assert reader.app.reading.state.pane is Pane.LIST


async def test_undo_does_not_scroll_to_a_visible_place(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", "8", "}", "H", "9", "j")
        pane = reader.app.reading.state.panes.article
        before = pane.viewport.offset
        assert before
        for key in ("u", "ctrl+r", "u"):
            await reader.keys(key)
            assert pane.viewport.offset == before
        await reader.keys("G", "ctrl+r")
        await reader.sees("Paragraph 7 of Alpha")


async def test_an_unread_mark_that_is_undone_elsewhere_stays_undone(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("r", "j", "enter", "u")
        await reader.sees("undid: marked “Alpha wolf” as read")
        assert shown_title(reader) == "Alpha wolf"
        assert not reader.app.reading.state.headline(reader.app.reading.state.shown).state.read


async def test_the_undo_message_names_an_article_outside_the_view(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await highlight_in_alpha(reader)
        await reader.keys("q", "/")
        await reader.types("beta")
        await reader.keys("enter", "enter", "u")
        await reader.sees("undid: highlighted “Paragraph 29 of Alpha wolf.” in “Alpha wolf”")
        assert shown_title(reader) == "Beta test"


async def test_the_undo_message_names_an_article_that_leaves_the_view(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await highlight_in_alpha(reader)
        await reader.keys(")", "H", "q", "q")
        await choose_shelf(reader, "annotated")
        await reader.sees("2 · newest first")
        await reader.keys("j", "u")
        await reader.sees("undid: highlighted “First part” in “Beta test”", "1 · newest first")
        assert shown_title(reader) == "Alpha wolf"


async def test_an_article_stays_in_its_list_while_it_is_read(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await choose_shelf(reader, "unread")
        await reader.keys("s", "j", "enter")
        (articles / "delta.md").write_text("---\ntitle: Delta blues\ndate: 2026-10-01\n---\n\nIn the delta.\n")
        await reader.sees("Delta blues", "4 · newest first")
        assert shown_title(reader) == "Beta test"
        await reader.keys("J")
        await reader.sees("Paragraph 1 of Gamma")
        assert shown_title(reader) == "Gamma rays"


async def test_no_article_is_skipped_after_one_was_archived(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", "e")
        await reader.sees("2 · newest first")
        await reader.keys("J")
        await reader.sees("Paragraph 1 of Beta")
        await reader.keys("J", "e", "J")
        await reader.sees("this is the last article", "Paragraph 1 of Gamma")
        await reader.keys("K")
        await reader.sees("Paragraph 1 of Beta")


async def test_undo_in_a_narrow_terminal_shows_the_place_with_the_article(start: Start, articles: Path) -> None:
    async with start(articles, size=(60, 20)) as reader:
        place = await highlight_in_alpha(reader)
        await reader.keys("Q")
    for keys in (("A", "enter"), ("u", "ctrl+r", "enter")):
        async with start(articles, size=(60, 20)) as reader:
            await reader.sees("Alpha wolf")
            await reader.keys(*keys)
            await reader.until(lambda reader=reader: is_visible(reader, place))
            await reader.sees("Paragraph 29 of Alpha")
            assert reader.app.reading.state.panes.article.highlights.current
            await reader.keys("q", "g", "g", "Q")


async def test_undo_in_the_list_of_annotations_moves_the_cursor_to_the_restored_one(
    start: Start, articles: Path
) -> None:
    async with start(articles) as reader:
        await highlight_in_alpha(reader)
        await reader.keys(")", "H", ")", "H", "q", "q", "k", "e")
        await reader.sees("archived “Alpha wolf”")
        await reader.keys("A", "G", "x", "g", "g", "c", "3")
        await reader.sees("2 annotations", "made “First part”")
        shown = reader.app.screen.query_one("#annotations")
        await reader.keys("u", "u")
        await reader.sees("3 annotations", "undid: deleted “Paragraph 29")
        (back,) = (each for each in reader.library.annotations.all() if each.quote.startswith("Paragraph 29"))
        await reader.until(lambda: shown.current == back.id)
        await reader.keys("9", "u")
        await reader.sees("undid 4 changes, at last: highlighted “Paragraph 29", "Nothing is annotated")
        await reader.keys("q")
        await reader.sees("Alpha wolf", "3 · newest first")


async def test_undoing_an_undo_is_reported_in_plain_words(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", ")", ")", "a")
        await reader.types("why")
        await reader.keys("escape")
        await reader.until(lambda: any(each.note == "why" for each in reader.library.annotations.all()))
        steps = 0
        while list(reader.library.annotations.all()):
            await reader.keys("u")
            steps += 1
        await reader.keys("s", "u")
        await reader.last_row_shows("undid: starred")
        await reader.keys("u")
        await reader.last_row_shows("restored what was undone: ")
        assert [each.note for each in reader.library.annotations.all()] == ["why"]
        assert "the undo of" not in reader.app.reading.state.panes.status.said
        await reader.keys("ctrl+r")
        await reader.last_row_shows("undid again: ")
        assert not list(reader.library.annotations.all())
        await reader.keys("2", "u")
        assert "the undo of" not in reader.app.reading.state.panes.status.said

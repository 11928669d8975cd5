"""The messages of the last row, which are never cut off."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from tests.tui.conftest import case
from tui_reader.config import Settings
from tui_reader.model.query import Sort

if TYPE_CHECKING:
    from pathlib import Path

Start = Callable[..., AbstractAsyncContextManager[Any]]


async def test_undoing_more_steps_than_exist_shows_all_that_were_undone(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("s", "j", "s")
        await reader.until(lambda: reader.text.count("★") == 3)
        await reader.keys("9", "u")
        await reader.sees("undid 2 changes, at last: starred “Alpha wolf”")
        assert "★" not in reader.text
        await reader.keys("u")
        await reader.sees("nothing to undo")
        await reader.keys("9", "ctrl+r")
        await reader.sees("redid 2 changes, at last: starred “Beta test”")
        await reader.until(lambda: reader.text.count("★") >= 2)


async def test_a_tag_is_added_by_typing_it(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.enters("t", "polar")
        await reader.sees("tagged “Alpha wolf”: nature, polar")


async def test_a_message_after_a_question_is_shown_in_full(start: Start, articles: Path) -> None:
    async with start(articles, size=(60, 20)) as reader:
        await reader.sees("Alpha wolf")
        await reader.enters("t", "a long tag, another one,")
        await reader.until(lambda: "u undoes" in " ".join(line.strip() for line in reader.lines()[-2:]))
        assert "…" not in "".join(reader.lines()[-2:])


async def test_one_article_is_counted_in_the_singular(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("g", "t")
        await reader.sees("2 articles", "1 article\n")
        assert "1 articles" not in reader.text


async def test_an_empty_library_shows_the_full_path_of_its_folder(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path, size=(60, 20)) as reader:
        await reader.sees("No articles yet")
        said = "".join(line.strip() for line in reader.lines())
        assert f"Put articles, saved pages or books into{tmp_path}" in said.replace("into ", "into")


async def test_many_wrong_settings_leave_room_to_read_and_are_all_in_the_help(start: Start, articles: Path) -> None:
    keys = {"star": ("j",), "archive": ("g",), "nonsense": ("x",), "no_such_command": ("y",), "undo": ("control+u",)}
    async with start(articles, size=(40, 12), settings=Settings(keys=keys)) as reader:
        await reader.sees("There is no command “nonsense”", "…", "Alpha wolf")
        assert "INBOX" in reader.lines()[1]
        await reader.keys("?")
        await reader.sees("NOTICES")
        shown = []
        for _ in range(20):
            shown.append(" ".join(line.strip() for line in reader.lines()))
            await reader.keys("j")
        assert any("“control+u” is not a key" in text for text in shown)
        assert any("“j” belongs to star in" in text and "down goes without it." in text for text in shown)


async def test_the_last_row_of_every_pane_shows_the_key_of_the_help(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        for size in ((40, 12), (60, 20), (80, 24), (120, 35)):
            with case(size):
                await reader.resizes(*size)
                assert "? keys" in reader.last_row
                await reader.keys("l")
                assert "? keys" in reader.last_row
                assert "( ) sentence" in reader.last_row
                await reader.keys("h", "h")
                assert "? keys" in reader.last_row
                await reader.keys("l")


async def test_the_help_is_complete_on_a_small_screen(start: Start, articles: Path) -> None:
    async with start(articles, size=(40, 12)) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("?")
        await reader.sees("A number before a key", "q closes")
        assert "…" not in reader.text


async def test_the_order_in_use_is_under_the_cursor_when_one_is_chosen(start: Start, articles: Path) -> None:
    async with start(articles, settings=Settings(sort=Sort.TITLE)) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("S", "down", "enter")
        await reader.sees("by source")


async def test_a_message_says_that_the_open_file_was_deleted(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter")
        (articles / "alpha.md").unlink()
        await reader.sees("the file is gone; the text stays as last read", "Paragraph 1 of Alpha")


async def test_clearing_the_filter_removes_its_count_from_the_last_row(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("/", "g", "a", "m", "enter")
        await reader.sees("1 of 3 articles")
        await reader.keys("escape")
        await reader.sees("filter cleared")

"""Standing views are shown by keys from anywhere, and a page key at the end of an article goes on to the next one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import pytest

from tests.tui.conftest import case
from tui_reader.config import Settings

if TYPE_CHECKING:
    from pathlib import Path

Start = Callable[..., AbstractAsyncContextManager[Any]]


async def begin(reader: Any) -> None:
    """Wait until the list is complete, and the text of the first article has been read."""
    state = reader.app.reading.state
    await reader.sees("Alpha wolf", "3 unread")
    await reader.until(lambda: state.panes.article.document is not None and not state.panes.article.document.partial)


async def test_keys_show_the_standing_views(start: Start, articles: Path) -> None:
    views = (
        ("s", "STARRED", "Alpha wolf"),
        ("e", "ARCHIVE", "Beta test"),
        ("l", "UP NEXT", "Gamma rays"),
        ("A", "ANNOTATED", "Nothing is annotated"),
        ("u", "UNREAD", "Gamma rays"),
        ("i", "INBOX", "Alpha wolf"),
    )
    async with start(articles, settings=Settings(mark_read_on_open=False)) as reader:
        await begin(reader)
        await reader.keys("s", "j", "e", "L")  # star Alpha, archive Beta, put Gamma up next
        for size, origin in itertools.product(((120, 35), (40, 12)), ((), ("l",), ("h",), ("l", "z"))):
            await reader.resizes(*size)
            for key, view, title in views:
                with case(size, *origin, key):
                    await reader.keys(*origin, "g", key)
                    await reader.sees(view, title)


async def test_a_view_shown_by_a_key_clears_the_query(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        await reader.keys("/", "g", "a", "m", "enter")
        await reader.sees("INBOX gam")
        await reader.keys("g", "i")
        await reader.until(lambda: "INBOX gam" not in reader.text)
        await reader.sees("Alpha wolf", "Beta test", "Gamma rays")


async def test_the_list_of_annotations_gives_way_to_a_view(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        for key, view in (("s", "STARRED"), ("e", "ARCHIVE"), ("A", "ANNOTATED"), ("i", "INBOX")):
            with case(key):
                await reader.keys("A", "g", key)
                await reader.sees(view, "LIBRARY")


async def test_in_a_selection_only_the_archive_key_is_a_motion(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        await reader.keys("l", ")", "v", "g", "e")
        assert reader.app.reading.state.panes.article.selection.kind
        assert "ARCHIVE" not in reader.text
        await reader.keys("g", "u")
        await reader.sees("UNREAD")
        assert not reader.app.reading.state.panes.article.selection.kind


# At the end of an article


@pytest.mark.parametrize("key", ["space", "pagedown"])
async def test_the_second_page_key_at_the_end_opens_the_next_article(start: Start, articles: Path, key: str) -> None:
    async with start(articles) as reader:
        await begin(reader)
        await reader.keys("l", "G", key)
        await reader.last_row_shows("the end · space: next unread “Beta test”")
        assert reader.app.reading.state.headline(reader.app.reading.state.shown).title == "Alpha wolf"
        await reader.keys(key)
        await reader.sees("Paragraph 1 of Beta")
        await reader.keys("G", key, key)
        await reader.sees("Paragraph 1 of Gamma")
        await reader.keys("G", key)
        await reader.last_row_shows("the end · no unread article below")
        await reader.keys(key)
        await reader.sees("The end of Gamma")


async def test_the_last_page_is_shown_before_the_end_is_announced(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        await reader.keys("l")
        for _ in range(60):
            if "The end of Alpha" in reader.text:
                break
            assert "the end ·" not in reader.last_row
            await reader.keys("space")
        assert "the end ·" not in reader.last_row
        await reader.keys("space")
        await reader.last_row_shows("the end · space: next unread")


async def test_any_other_command_withdraws_the_offer_of_the_next_article(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        for between in (["k", "space"], ["s"], ["r"], ["v", "escape"], ["h", "l"]):
            with case(*between):
                await reader.keys("l", "G", "space", *between, "space")
                await reader.last_row_shows("the end · space: next unread “Beta test”")
                await reader.sees("The end of Alpha")
                await reader.returns()


async def test_the_offer_of_the_next_article_skips_read_ones_and_names_the_configured_key(
    start: Start, articles: Path
) -> None:
    async with start(articles, settings=Settings(keys={"page_down": ("f5",)})) as reader:
        await begin(reader)
        await reader.keys("j", "r", "k", "l", "G", "f5")
        await reader.last_row_shows("the end · f5: next unread “Gamma rays”")
        await reader.keys("f5")
        await reader.sees("Paragraph 1 of Gamma")


async def test_in_the_list_and_in_a_selection_the_page_key_opens_no_next_article(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        await reader.keys("space", "space")
        assert "the end ·" not in reader.last_row
        await reader.keys("g", "g", "l", "G", "v", "space", "space", "ctrl+f")
        await reader.sees("The end of Alpha")
        assert "next unread" not in reader.last_row

"""The cursor keeps its article or moves to the next listed one, so that no step skips an article."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.conftest import case
from tui_reader.config import Settings
from tui_reader.model.query import Shelf, Sort, View
from tui_reader.services.library.opening import open_library
from tui_reader.tui.screens.reading.cursor import following, gap_between
from tui_reader.tui.widgets.annotation_list import AnnotationList

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start

NAMES = "ABCDEFGH"


@pytest.fixture
def eight_articles(tmp_path: Path) -> Path:
    """Make eight articles, A to H in the order of the list, all with the tag `many`."""
    folder = tmp_path / "eight"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        write(folder, name, 28 - number)
    return folder


def write(folder: Path, name: str, day: int, tags: str = "many") -> None:
    head = f"---\ntitle: {name} title\ndate: 2026-11-{day:02}\ntags: [{tags}]\n---\n\n"
    (folder / f"{name}.md").write_text(f"{head}Text of {name}. One more sentence.\n", encoding="utf-8")


def shown(reader: Reader) -> str:
    """Return the first letter of the title in the article pane."""
    state = reader.app.reading.state
    assert state.shown is not None
    headline = state.headline(state.shown)
    return headline.title[0] if headline is not None else ""


def under_cursor(reader: Reader) -> str:
    state = reader.app.reading.state
    headline = state.headline(state.panes.headlines.current)
    return headline.title[0] if headline is not None else ""


def listed(reader: Reader) -> str:
    state = reader.app.reading.state
    return "".join(each.title[0] for each in reader.library.catalogue.rows(state.panes.headlines.ids))


def starred(reader: Reader, *names: str) -> None:
    rows = reader.library.catalogue.rows(reader.library.catalogue.ids(View(sort=Sort.NEWEST)))
    reader.library.reading.toggle_star([row.id for row in rows if row.title[0] in names])


async def choose(reader: Reader, view: str) -> None:
    """Show a view from its top."""
    if view == "tag":
        reader.app.reading.listing.mark_tag("many", include=True)
    else:
        reader.app.reading.listing.set_view(shelf=Shelf(view), sort=Sort.NEWEST)
    await reader.keys("g", "g")


VIEWS = ["inbox", "unread", "starred", "tag"]


async def test_no_article_is_skipped_after_reading_some_and_archiving_one(start: Start, eight_articles: Path) -> None:
    async with start(eight_articles) as reader:
        await reader.sees("A title", "H title")
        starred(reader, *NAMES)
        ids = [row.id for row in reader.library.catalogue.everything()]
        for view, read_before in itertools.product(VIEWS, (0, 1, 2, 5)):
            with case(view, read_before):
                await choose(reader, view)
                assert listed(reader) == NAMES
                await reader.keys("enter", *"J" * read_before, "e")
                assert shown(reader) == NAMES[read_before]
                seen = ""
                for _ in range(3):
                    await reader.keys("J", "e")
                    seen += shown(reader)
                rest = NAMES[read_before + 1 :][:3]
                assert seen == rest + rest[-1] * (3 - len(rest))
                await reader.keys("q")
                reader.library.reading.set_archived(ids, archived=False)
                reader.library.reading.set_read(ids, read=False)
                await reader.returns()


async def test_an_article_restored_by_undo_is_listed_at_its_current_place(start: Start, eight_articles: Path) -> None:
    async with start(eight_articles) as reader:
        await reader.sees("A title", "H title")
        await reader.keys("j", "j", "enter", "e", "J", "e", "q", "2", "u")
        assert listed(reader) == NAMES
        await reader.keys("j", "enter", "e")
        assert shown(reader) == "D"
        await reader.keys("J")
        assert shown(reader) == "E"


@pytest.mark.parametrize(("view", "key"), [("unread", "r"), ("starred", "s"), ("unread", "e"), ("starred", "e")])
async def test_the_cursor_moves_to_the_next_article_that_stays_listed(
    start: Start, eight_articles: Path, view: str, key: str
) -> None:
    """Articles that a key removed from the view leave it with a change from outside; the cursor keeps its article."""
    async with start(eight_articles) as reader:
        await reader.sees("A title", "H title")
        starred(reader, *NAMES)
        await choose(reader, view)
        seen = ""
        for _ in range(3):
            seen += under_cursor(reader)
            await reader.keys(key)
            if under_cursor(reader) in seen:
                await reader.keys("J")
        assert seen == "ABC"
        write(eight_articles, "I", 10)
        await reader.until(lambda: len(reader.library.catalogue) == 9)
        assert under_cursor(reader) == shown(reader) == "D"
        await reader.keys("J")
        assert under_cursor(reader) == shown(reader) == "E"
        await reader.keys("K")
        assert under_cursor(reader) == shown(reader) == "D"


async def test_the_article_under_the_cursor_stays_listed_for_the_next_key(start: Start, eight_articles: Path) -> None:
    """A new file must not remove the article that was just marked."""
    async with start(eight_articles) as reader:
        await reader.sees("A title", "H title")
        await choose(reader, "unread")
        await reader.keys("j", "j", "r")
        write(eight_articles, "I", 10)
        await reader.until(lambda: "I" in listed(reader))
        assert under_cursor(reader) == shown(reader) == "C"
        await reader.keys("r")
        await reader.sees("marked “C title” as unread")


@pytest.mark.parametrize("at_end", [False, True])
async def test_after_a_file_is_deleted_the_cursor_is_on_the_next_article(
    start: Start, eight_articles: Path, *, at_end: bool
) -> None:
    async with start(eight_articles) as reader:
        await reader.sees("A title", "H title")
        await reader.keys("G", *([] if at_end else ["k", "k"]))
        for name in ("A", "B", "H" if at_end else "F"):
            (eight_articles / f"{name}.md").unlink()
        await reader.until(lambda: len(reader.library.catalogue) == 5)
        assert under_cursor(reader) == "G"
        await reader.until(lambda: shown(reader) == "G")


async def test_the_cursor_returns_to_a_file_that_comes_back(start: Start, eight_articles: Path) -> None:
    async with start(eight_articles) as reader:
        await reader.sees("A title", "H title")
        await reader.keys("j", "j")
        (eight_articles / "C.md").unlink()
        await reader.until(lambda: len(reader.library.catalogue) == 7)
        assert under_cursor(reader) == "D"
        write(eight_articles, "C", 26)
        await reader.until(lambda: len(reader.library.catalogue) == 8)
        assert under_cursor(reader) == "C"
        await reader.until(lambda: shown(reader) == "C")


async def test_undo_and_marking_all_read_keep_the_cursor_on_its_article(start: Start, eight_articles: Path) -> None:
    async with start(eight_articles) as reader:
        await reader.sees("A title", "H title")
        await choose(reader, "unread")
        await reader.keys("r", "j", "j", "r", "j")
        await reader.keys("u")
        assert under_cursor(reader) == "C"
        await reader.keys("j", "R")
        write(eight_articles, "I", 10)
        await reader.until(lambda: "I" in listed(reader))
        assert under_cursor(reader) == "D"
        await reader.keys("u")
        assert listed(reader) == "BCDEFGHI"
        assert under_cursor(reader) == "D"


async def test_changes_in_another_window_move_the_cursor_at_most_to_the_next_article(
    start: Start, eight_articles: Path
) -> None:
    async with start(eight_articles) as reader:
        await reader.sees("A title", "H title")
        await choose(reader, "unread")
        await reader.keys("4", "j")
        other = open_library((eight_articles,), settings=Settings())
        try:
            rows = other.catalogue.rows(other.catalogue.ids(View(sort=Sort.NEWEST)))
            other.reading.toggle_archive([row.id for row in rows if row.title[0] in "ACE"])
            other.settle(5)
            await reader.until(lambda: not set(listed(reader)) & set("AC"))
            await reader.keys("J")
            assert under_cursor(reader) == shown(reader) == "F"
        finally:
            other.close()


@pytest.mark.parametrize("chosen", [1, 3])
async def test_deleting_annotations_moves_the_cursor_to_the_next_one(
    start: Start, eight_articles: Path, chosen: int
) -> None:
    """Also if several above it are deleted at the same time."""
    async with start(eight_articles) as reader:
        await reader.sees("A title", "H title")
        catalogue = reader.library.catalogue
        for headline in catalogue.rows(catalogue.ids(View(sort=Sort.NEWEST))):
            reader.library.annotations.note_on_article(headline.id, f"note {headline.title[0]}")
        await reader.keys("A")
        await reader.sees("8 annotations")
        pane = reader.app.screen.query_one("#annotations", AnnotationList)

        def at_cursor() -> str:
            annotation = reader.library.annotations.get(pane.current or "")
            return annotation.note[-1] if annotation is not None else ""

        order = []
        for _ in range(8):
            order.append(at_cursor())
            await reader.keys("j")
        await reader.keys("g", "g", "j")
        await reader.keys(*([*["space"] * chosen, "k"] if chosen > 1 else []))
        expected = order[1 + chosen]
        await reader.keys("x")
        await reader.sees(f"{8 - chosen} annotations")
        await reader.until(lambda: at_cursor() == expected)


LISTS = st.lists(st.sampled_from("abcdefghij"), unique=True)


@given(before=LISTS, after=LISTS, data=st.data())
def test_the_cursor_never_skips_an_entry_that_stays(before: list[str], after: list[str], data: st.DataObject) -> None:
    after = [each for each in before if each in after]
    if not before:
        return
    index = data.draw(st.integers(0, len(before) - 1))
    found = following(before, index, after)
    if before[index] in after:
        assert after[found] == before[index]
    later = [each for each in before[index:] if each in after]
    assert after[found:] == (later or after[-1:])
    gap = gap_between(before, index, after)
    assert after[gap:] == later
    assert after[:gap] == [each for each in before[:index] if each in after]

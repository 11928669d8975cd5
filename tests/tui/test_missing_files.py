"""A file that is missing, empty or unreadable while it is read: its text stays, position and state come back."""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.config import Settings
from tui_reader.model.query import Shelf, View
from tui_reader.services.articles import scanner
from tui_reader.services.headless.session import bring_up_to_date
from tui_reader.services.library.opening import open_library
from tui_reader.tui.commands.command import Pane

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.tui.conftest import Reader, Start
    from tui_reader.model.article import Headline
    from tui_reader.services.library.library import Library

BLINK = 0.7
"""Seconds for which a file is away in these tests; the reader waits for longer."""


@pytest.fixture
def usual_gone_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count a file as gone as late as outside of tests."""
    monkeypatch.setattr(scanner, "GONE_SECONDS", 2.0)


def title(reader: Reader) -> str:
    headline = reader.app.reading.state.headline(reader.app.reading.state.shown)
    return headline.title if headline is not None else ""


def state_of(reader: Reader, name: str) -> Headline:
    return state_in(reader.library, name)


def state_in(library: Library, name: str) -> Headline:
    catalogue = library.catalogue
    ids = [*catalogue.ids(View()), *catalogue.ids(View(shelf=Shelf.ARCHIVE))]
    return next(row for row in catalogue.rows(ids) if row.title == name)


async def in_the_middle(reader: Reader) -> int:
    """Open Alpha, highlight a sentence and focus another one.

    Returns:
        The offset at the top of the page.
    """
    await reader.sees("Paragraph 1 of Alpha")
    await reader.keys("enter", "2", "0", "}", "H", ")", "m", "a")
    pane = reader.app.reading.state.panes.article
    assert pane.viewport.offset
    return int(pane.viewport.offset)


async def is_as_it_was(reader: Reader, offset: int, focus: str) -> None:
    pane = reader.app.reading.state.panes.article
    await reader.until(lambda: title(reader) == "Alpha wolf" and pane.viewport.offset == offset)
    assert pane.focus.text() == focus
    assert len(reader.app.reading.highlight_actions.painted) == 1
    assert reader.app.reading.state.pane is Pane.ARTICLE
    assert "gone" not in reader.text
    assert "empty" not in reader.text


def truncated(path: Path) -> Callable[[], None]:
    data = path.read_bytes()
    path.write_bytes(b"")
    return lambda: (path.write_bytes(data), None)[1]


def removed(path: Path) -> Callable[[], None]:
    data = path.read_bytes()
    path.unlink()
    return lambda: (path.write_bytes(data), None)[1]


def set_aside(path: Path) -> Callable[[], None]:
    aside = path.with_suffix(".md~")
    path.rename(aside)
    return lambda: (aside.rename(path), None)[1]


def folder_instead(path: Path) -> Callable[[], None]:
    data = path.read_bytes()
    path.unlink()
    path.mkdir()

    def back() -> None:
        path.rmdir()
        path.write_bytes(data)

    return back


def half_written(path: Path) -> Callable[[], None]:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 3])
    return lambda: (path.write_bytes(data), None)[1]


def header_written(path: Path) -> Callable[[], None]:
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"## First")])
    return lambda: (path.write_bytes(data), None)[1]


def blank(path: Path) -> Callable[[], None]:
    data = path.read_bytes()
    path.write_bytes(b"\n \n")
    return lambda: (path.write_bytes(data), None)[1]


def all_rewritten(path: Path) -> Callable[[], None]:
    """Rewrite all files, as `git checkout` of another branch and back does."""
    held = {each: each.read_bytes() for each in path.parent.glob("*.md")}
    for each in held:
        each.unlink()
    return lambda: ([each.write_bytes(data) for each, data in held.items()], None)[1]


def library_away(path: Path) -> Callable[[], None]:
    aside = path.parent.with_name("elsewhere")
    path.parent.rename(aside)
    return lambda: (aside.rename(path.parent), None)[1]


BLINKS = [
    truncated,
    removed,
    set_aside,
    folder_instead,
    half_written,
    header_written,
    blank,
    all_rewritten,
    library_away,
]


@pytest.mark.usefixtures("usual_gone_delay")
@pytest.mark.parametrize("blink", BLINKS)
async def test_a_file_missing_for_a_moment_changes_neither_text_nor_position(
    start: Start, articles: Path, blink: Callable[[Path], Callable[[], None]]
) -> None:
    path = articles / "alpha.md"
    async with start(articles) as reader:
        offset = await in_the_middle(reader)
        focus = reader.app.reading.state.panes.article.focus.text()
        back = blink(path)
        await asyncio.sleep(BLINK)
        # A file of blanks has no title of its own, only its name.
        assert title(reader).startswith("alpha" if blink is blank else "Alpha wolf")
        back()
        os.utime(path)
        await asyncio.sleep(BLINK)
        await is_as_it_was(reader, offset, focus)
        await reader.keys("Q")
    with closing(open_library((articles,), settings=Settings())) as library:
        bring_up_to_date(library)
        assert state_in(library, "Alpha wolf").state.offset == offset
        assert state_in(library, "Alpha wolf").state.progress < 1


LASTING = [
    (removed, "File is gone; showing the text as last read"),
    (truncated, "File is empty; showing the text as last read"),
    (folder_instead, "File is gone; showing the text as last read"),
    (library_away, "File is gone; showing the text as last read"),
]


@pytest.mark.parametrize(("blink", "message"), LASTING)
@pytest.mark.parametrize("changed", [False, True])
async def test_the_text_of_a_missing_file_stays_and_commands_work_on_it(
    start: Start, articles: Path, blink: Callable[[Path], Callable[[], None]], message: str, *, changed: bool
) -> None:
    path = articles / "alpha.md"
    async with start(articles) as reader:
        offset = await in_the_middle(reader)
        focus = reader.app.reading.state.panes.article.focus.text()
        back = blink(path)
        await reader.sees("the text stays as last read")
        assert message.partition(";")[0].lower() in reader.lines()[0]
        await is_still(reader, offset, focus)
        await reader.keys("s", "H", "e")
        assert "archived “Alpha wolf”" in reader.app.reading.state.panes.status.said
        await reader.keys("e")
        for other in ("Beta test", "Gamma rays"):
            if other in reader.text:
                assert not state_of(reader, other).state.starred
                assert not state_of(reader, other).state.archived
        await reader.keys("g", "g")
        await reader.sees(message, "Paragraph 1 of Alpha")
        await reader.keys("'", "a")
        back()
        if changed:
            path.write_text(path.read_text().replace("## First part", "## First part\n\nNew words here."))
        await reader.until(lambda: not reader.library.missing_reason(reader.app.reading.state.shown))
        assert title(reader) == "Alpha wolf"
        row = state_of(reader, "Alpha wolf")
        assert row.state.starred
        assert row.state.read
        assert row.notes == 2
        assert row.state.progress < 1
        if changed:
            await reader.keys("g", "g")
            await reader.sees("New words here.")
        await reader.until(lambda: len(reader.app.reading.highlight_actions.painted) == 2)


async def is_still(reader: Reader, offset: int, focus: str) -> None:
    pane = reader.app.reading.state.panes.article
    assert title(reader) == "Alpha wolf"
    assert pane.viewport.offset == offset
    assert pane.focus.text() == focus
    assert reader.app.reading.state.pane is Pane.ARTICLE


async def test_the_next_article_can_be_opened_after_a_missing_one(start: Start, articles: Path) -> None:
    """The missing article leaves the list once it is closed, and keeps its state for the returning file."""
    path = articles / "beta.md"
    data = path.read_bytes()
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("J", "enter", "4", "}", "s")
        offset = reader.app.reading.state.panes.article.viewport.offset
        path.unlink()
        await reader.last_row_shows("the file is gone")
        await reader.keys("q", "q")
        await reader.sees("file is gone", "Beta test")
        await reader.keys("j")
        await reader.until(lambda: title(reader) == "Gamma rays" and len(reader.library.catalogue) == 2)
        path.write_bytes(data)
        await reader.until(lambda: len(reader.library.catalogue) == 3)
        await reader.keys("k", "enter")
        await reader.until(lambda: title(reader) == "Beta test")
        assert reader.app.reading.state.panes.article.viewport.offset == offset
        assert state_of(reader, "Beta test").state.starred


async def test_commands_that_need_the_missing_file_say_why_they_fail(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter")
        (articles / "alpha.md").unlink()
        await reader.last_row_shows("the file is gone")
        await reader.keys("o")
        await reader.last_row_shows("this article has neither an address nor a file")
        await reader.keys("Y")
        await reader.last_row_shows("there is nothing to copy")


@pytest.mark.parametrize("edited", [False, True])
async def test_a_missing_file_that_returns_under_another_name_is_followed(
    start: Start, articles: Path, *, edited: bool
) -> None:
    path = articles / "alpha.md"
    text = path.read_text(encoding="utf-8")
    async with start(articles) as reader:
        offset = await in_the_middle(reader)
        path.unlink()
        await reader.last_row_shows("the file is gone")
        (articles / "sub").mkdir()
        moved = articles / "sub" / "wolf.md"
        moved.write_text(text.replace("The end of", "The very end of") if edited else text, encoding="utf-8")
        await reader.until(lambda: not reader.library.missing_reason(reader.app.reading.state.shown))
        assert title(reader) == "Alpha wolf"
        assert reader.app.reading.state.pane is Pane.ARTICLE
        await reader.until(lambda: reader.app.reading.state.panes.article.viewport.offset == offset)
        assert reader.library.path_of(reader.app.reading.state.shown or "") == moved
        assert len(reader.library.annotations.of(reader.app.reading.state.shown or "")) == 1


async def test_an_article_opened_while_its_file_is_empty_keeps_its_position(start: Start, articles: Path) -> None:
    path = articles / "alpha.md"
    data = path.read_bytes()
    async with start(articles) as reader:
        offset = await in_the_middle(reader)
        await reader.keys("Q")
    path.write_bytes(b"")
    async with start(articles) as reader:
        await reader.sees("Beta test")
        await reader.until(lambda: "alpha" in reader.text)
        state = reader.app.reading.state
        await reader.keys("G", "enter", "J", "K", "j")
        while not (reader.library.path_of(state.shown or "") or path).samefile(path):
            await reader.keys("K")
        await reader.keys("G", "g", "g")
        reader.app.reading.navigator.keep_place()
        path.write_bytes(data)
        await reader.until(lambda: state.panes.article.viewport.offset == offset and "Paragraph" in reader.text)
        assert state_of(reader, "Alpha wolf").state.offset == offset
        await reader.keys("Q")


async def test_two_windows_keep_their_reading_positions(start: Start, articles: Path) -> None:
    path = articles / "alpha.md"
    async with start(articles) as one, start(articles) as other:
        offset = await in_the_middle(one)
        await other.sees("Paragraph 1 of Alpha")
        await other.keys("enter", "5", "}")
        second = other.app.reading.state.panes.article.viewport.offset
        back = removed(path)
        await one.last_row_shows("the file is gone")
        await other.last_row_shows("the file is gone")
        back()
        for reader, place in ((one, offset), (other, second)):
            library, state = reader.library, reader.app.reading.state
            await reader.no_longer_sees("file is gone")
            assert not library.missing_reason(state.shown)
            assert title(reader) == "Alpha wolf"
            assert reader.app.reading.state.panes.article.viewport.offset == place


@pytest.mark.parametrize("shelf", ["unread", "starred"])
async def test_a_missing_article_stays_open_in_a_filtered_view(start: Start, articles: Path, shelf: str) -> None:
    path = articles / "alpha.md"
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("s", "j", "s", "k")
        reader.app.reading.listing.set_view(shelf=Shelf(shelf))
        await reader.keys("enter", "3", "}")
        back = removed(path)
        await reader.last_row_shows("the file is gone")
        assert title(reader) == "Alpha wolf"
        await reader.keys("s")
        assert "“Alpha wolf”" in reader.app.reading.state.panes.status.said
        back()
        await reader.until(lambda: not reader.library.missing_reason(reader.app.reading.state.shown))
        await reader.keys("J")
        await reader.until(lambda: title(reader) == "Beta test")


@pytest.mark.parametrize("selecting", [False, True])
async def test_selection_and_search_stay_while_the_file_is_missing(
    start: Start, articles: Path, *, selecting: bool
) -> None:
    path = articles / "alpha.md"
    async with start(articles) as reader:
        await in_the_middle(reader)
        pane = reader.app.reading.state.panes.article
        await reader.keys(*(["v", "w", "w"] if selecting else ["/", *"third", "enter"]))
        before = (pane.selection.range, pane.search.position, pane.viewport.offset)
        back = removed(path)
        await reader.last_row_shows("the file is gone")
        assert (pane.selection.range, pane.search.position, pane.viewport.offset) == before
        back()
        await reader.until(lambda: not reader.library.missing_reason(reader.app.reading.state.shown))
        assert (pane.selection.range, pane.search.position, pane.viewport.offset) == before


@pytest.mark.parametrize("reason", [OSError(5, "Input/output error"), PermissionError(13, "denied"), MemoryError()])
async def test_a_failed_read_shows_an_error_page_and_is_retried(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch, reason: Exception
) -> None:
    """The error page names the file, the reason and the remedy, and is replaced by the text once it can be read."""
    failing = True
    real = os.open

    def fail(path: str | os.PathLike[str], flags: int, *more: int, **options: int) -> int:
        if failing and str(path).endswith("beta.md"):
            raise reason
        return real(path, flags, *more, **options)

    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha", "Beta test")
        # Read ahead by now.
        reader.library.documents.drop(state_of(reader, "Beta test").id)
        monkeypatch.setattr(os, "open", fail)
        await reader.keys("j", "enter")
        await reader.sees("This article cannot be read", "beta.md: ", "It is read again")
        await reader.keys("G", "H")
        reader.app.reading.navigator.keep_place()
        assert not state_of(reader, "Beta test").state.progress
        failing = False
        await reader.sees("Paragraph 1 of Beta")
        await reader.keys("K")
        await reader.sees("Paragraph 1 of Alpha")


async def test_a_shown_text_is_not_replaced_by_a_failed_read(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start(articles) as reader:
        offset = await in_the_middle(reader)
        shown = reader.app.reading.state.shown
        assert shown is not None

        opened = os.open

        def fail(path: str | Path, *arguments: Any, **options: Any) -> int:
            # Only articles: the library looks after its state meanwhile, and would report that instead.
            if str(path).endswith(".md"):
                raise OSError(5, "Input/output error")
            return opened(path, *arguments, **options)

        with monkeypatch.context() as context:
            context.setattr(os, "open", fail)
            reader.library.documents.drop(shown)
            reader.library.documents.want(shown)
            await reader.last_row_shows("the file cannot be read: input/output error; the text stays as last read")
        assert reader.app.reading.state.panes.article.viewport.offset == offset
        assert "Paragraph" in reader.text


async def test_the_whole_library_may_disappear_and_come_back(start: Start, articles: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(articles, copy)
    async with start(articles) as reader:
        offset = await in_the_middle(reader)
        shutil.rmtree(articles)
        await reader.last_row_shows("the file is gone")
        assert reader.app.reading.state.panes.article.viewport.offset == offset
        shutil.copytree(copy, articles)
        await reader.until(lambda: len(reader.library.catalogue) == 3)
        await reader.until(lambda: not reader.library.missing_reason(reader.app.reading.state.shown))
        assert title(reader) == "Alpha wolf"
        assert reader.app.reading.state.panes.article.viewport.offset == offset


async def test_a_file_that_became_something_else_is_named_in_a_whole_sentence(start: Start, tmp_path: Path) -> None:
    page = tmp_path / "pages" / "page.epub"
    page.parent.mkdir()
    shutil.copy(Path(__file__).parents[2] / "sample_articles" / "nine-stones.epub", page)
    async with start(page) as reader:
        await reader.sees("A little book about tides")
        await reader.keys("enter")
        page.write_bytes(b"words instead of a book")
        await reader.last_row_shows("the file: text, not what its name says; the text stays as last read")

"""A start restores the last session; a single file and standard input open as a page."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.keys import _character_to_key

from tests.tui.conftest import case
from tui_reader.config import Settings
from tui_reader.model.query import Shelf, Sort
from tui_reader.services.library import composition
from tui_reader.services.library.sessions import Opening
from tui_reader.storage.replication.replica import state_folder
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.reading.screen import ReadingScreen

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start

GO_ON = Opening()
SIZES = [(120, 35), (80, 24), (40, 12)]
TEXT = "# A page\n\n" + "\n\n".join(f"Paragraph {n} of the page. Its second sentence." for n in range(60)) + "\n"


def article_rows(reader: Reader) -> list[str]:
    """Return the rows of the article pane; empty until it exists."""
    if not reader.app.reading.is_wired:
        return []
    left = reader.app.reading.state.panes.article.region.x
    return [line[left:] for line in reader.lines()[1:-1]]


def focus_of(reader: Reader) -> object:
    """Return the focused range; None if there is none."""
    return reader.app.reading.state.panes.article.focus.range if reader.app.reading.is_wired else None


async def quit_from(reader: Reader) -> None:
    """Quit as the key does."""
    await reader.app.action_quit()


def pane_of(reader: Reader) -> Pane:
    """Return the active pane."""
    return reader.app.reading.state.pane


def title_of(reader: Reader) -> str:
    """Return the title of the shown article."""
    state = reader.app.reading.state
    headline = state.headline(state.shown)
    return "" if headline is None else headline.title


def session_file() -> Path:
    (file,) = (state_folder() / "sessions").iterdir()
    return file


@pytest.mark.parametrize(("size", "rows"), [(SIZES[0], 8), (SIZES[1], 9), (SIZES[2], 10)])
async def test_the_next_start_opens_the_article_at_its_row_with_its_focus(
    start: Start, articles: Path, size: tuple[int, int], rows: int
) -> None:
    async with start(articles, size=size, opening=GO_ON) as reader:
        await reader.sees("Alpha wolf", "Beta test")
        await reader.keys("j", "enter")
        await reader.sees("Paragraph 1 of Beta")
        await reader.keys("ctrl+f", *"j" * rows)
        before = article_rows(reader)
        await quit_from(reader)
    async with start(articles, size=size, opening=GO_ON) as reader:
        await reader.until(lambda: article_rows(reader) == before)
        state = reader.app.reading.state
        assert (title_of(reader), state.pane) == ("Beta test", Pane.ARTICLE)
        assert state.panes.headlines.current == state.shown
        await reader.keys("j", "k", ")")
        focus = focus_of(reader)
        assert focus is not None
        await quit_from(reader)
    async with start(articles, size=size, opening=GO_ON) as reader:
        await reader.until(lambda: focus_of(reader) == focus)
        await reader.keys("q", "q")
        await reader.sees("Alpha wolf")
        await quit_from(reader)
    async with start(articles, size=size, opening=GO_ON) as reader:
        await reader.sees("Alpha wolf", "Beta test")
        state = reader.app.reading.state
        assert state.pane is Pane.LIST
        await reader.until(lambda: title_of(reader) == "Beta test")


async def test_the_next_start_restores_view_query_and_order(start: Start, articles: Path) -> None:
    async with start(articles, opening=GO_ON) as reader:
        await reader.sees("Alpha wolf")
        listing = reader.app.reading.listing
        await reader.keys("j", "s")
        listing.sort(Sort.TITLE)
        listing.set_view(shelf=Shelf.STARRED, query="test source:Tools -tag:nature")
        await reader.keys("h")
        view = reader.app.reading.state.view
        await quit_from(reader)
    async with start(articles, opening=GO_ON) as reader:
        state = reader.app.reading.state
        assert (state.view, state.pane) == (view, Pane.SIDEBAR)
        assert (view.sort, state.query.text) == (Sort.TITLE, "test source:Tools -tag:nature")
        await reader.sees("STARRED", "Beta test")
        await reader.no_longer_sees("Alpha wolf")
        await reader.keys("l", "escape")
        listing = reader.app.reading.listing
        listing.set_view(shelf=Shelf.INBOX, query="sort:longest")
        await quit_from(reader)
    async with start(articles, opening=GO_ON) as reader:
        listing = reader.app.reading.listing
        sorts = [reader.app.reading.state.view.sort]
        listing.match("")
        sorts.append(reader.app.reading.state.view.sort)
        assert sorts == [Sort.LONGEST, Sort.TITLE]
    async with start(articles, opening=Opening(fresh=True)) as reader:
        await reader.sees("newest first", "Gamma rays")
        state = reader.app.reading.state
        assert (state.view.shelf, state.pane) == (Shelf.INBOX, Pane.LIST)


async def test_an_order_or_theme_changed_in_the_settings_replaces_the_restored_one(
    start: Start, articles: Path
) -> None:
    async with start(articles, opening=GO_ON) as reader:
        await reader.sees("Alpha wolf")
        reader.app.reading.listing.sort(Sort.TITLE)
        reader.app.use_theme("paper-light")
        await quit_from(reader)
    async with start(articles, opening=GO_ON) as reader:
        assert (reader.app.theme, reader.app.reading.state.view.sort) == ("paper-light", Sort.TITLE)
        await quit_from(reader)
    changed = Settings(theme="nord", sort=Sort.OLDEST)
    async with start(articles, settings=Settings(theme="nord"), opening=Opening(configured_theme="auto")) as reader:
        assert reader.app.theme == "nord"
        await quit_from(reader)
    async with start(articles, opening=GO_ON) as reader:
        assert reader.app.theme == "paper-light"
        await quit_from(reader)
    async with start(articles, settings=changed, opening=GO_ON) as reader:
        assert (reader.app.theme, reader.app.reading.state.view.sort) == ("nord", Sort.OLDEST)
    async with start(articles, opening=Opening(fresh=True)) as reader:
        assert (reader.app.theme, reader.app.reading.state.view.sort) == ("paper-dark", Sort.NEWEST)


async def test_nothing_is_restored_or_kept_if_the_settings_say_so(start: Start, articles: Path) -> None:
    off = Settings(resume=False)
    async with start(articles, settings=off, opening=GO_ON) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("enter")
        await quit_from(reader)
    assert not (state_folder() / "sessions").exists()
    async with start(articles, opening=GO_ON) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("enter")
        await quit_from(reader)
    async with start(articles, settings=off, opening=GO_ON) as reader:
        await reader.sees("Alpha wolf", "Paragraph 1 of Alpha")
        assert reader.app.reading.state.pane is Pane.LIST


async def test_an_open_article_that_left_the_view_is_listed_and_the_next_one_is_not_skipped(
    start: Start, articles: Path
) -> None:
    async with start(articles, opening=GO_ON) as reader:
        await reader.sees("Alpha wolf")
        reader.app.reading.listing.set_view(shelf=Shelf.UNREAD)
        await reader.keys("j", "enter")
        await reader.sees("Paragraph 1 of Beta")
        await quit_from(reader)
    async with start(articles, opening=GO_ON) as reader:
        await reader.sees("UNREAD", "Paragraph 1 of Beta")
        headlines = reader.app.reading.state.panes.headlines
        assert (headlines.cursor, len(headlines.ids)) == (1, 3)
        await reader.keys("J")
        await reader.until(lambda: title_of(reader) == "Gamma rays")


@pytest.mark.parametrize("keys", [[], ["enter"]])
async def test_the_list_is_shown_if_the_last_article_is_gone(start: Start, articles: Path, keys: list[str]) -> None:
    async with start(articles, opening=GO_ON) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("j", *keys)
        await reader.until(lambda: title_of(reader) == "Beta test")
        await quit_from(reader)
    (articles / "beta.md").unlink()
    async with start(articles, size=(40, 12), opening=GO_ON) as reader:
        await reader.sees("Gamma rays", "Alpha wolf")
        await reader.until(lambda: reader.app.reading.state.pane is Pane.LIST)
        await reader.keys("g", "g", "enter")
        await reader.sees("Paragraph 1 of Alpha")


async def test_an_article_that_is_listed_after_the_first_frame_has_the_cursor(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start(articles, opening=GO_ON) as reader:
        await reader.sees("Alpha wolf", "Gamma rays")
        await reader.keys("G", "enter")
        await reader.sees("Paragraph 1 of Gamma")
        await quit_from(reader)
    monkeypatch.setattr(composition, "AT_ONCE", 1)
    async with start(articles, opening=GO_ON) as reader:
        await reader.sees("Paragraph 1 of Gamma")
        state = reader.app.reading.state
        assert (state.pane, state.panes.headlines.current) == (Pane.ARTICLE, state.shown)
        await reader.sees("Alpha wolf")
        assert (state.panes.headlines.cursor, state.panes.headlines.current) == (2, state.shown)


async def test_the_next_start_opens_the_last_article_although_it_was_moved(start: Start, articles: Path) -> None:
    async with start(articles, opening=GO_ON) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("j", "enter")
        await reader.sees("Paragraph 1 of Beta")
        await reader.keys("ctrl+f")
        before = article_rows(reader)
        await quit_from(reader)
    (articles / "sub").mkdir()
    (articles / "beta.md").rename(articles / "sub" / "b.md")
    async with start(articles, opening=GO_ON) as reader:
        await reader.until(lambda: title_of(reader) == "Beta test" and article_rows(reader)[3:20] == before[3:20])


async def test_a_damaged_session_file_does_not_prevent_the_start(start: Start, articles: Path) -> None:
    async with start(articles, opening=GO_ON) as reader:
        await reader.sees("Alpha wolf")
        await quit_from(reader)
    for text in (
        "",
        "{",
        "[]",
        "null",
        "[" * 5_000,
        '{"pane": 3, "shelf": "x", "sort": [], "query": 1}',
        '{"pane": "article", "article": "nowhere.md", "cursor": -3, "offset": 1e99, "above": "x", "focus": []}',
        '{"pane": "article"}',
        '{"pane": "selection", "theme": "no such theme", "configured_theme": "auto", "cursor": 99}',
        '{"shelf": ["unread"], "sort": {}, "query": "(((tag:", "article": ["x"]}',
    ):
        session_file().write_text(text)
        with case(text):
            async with start(articles, opening=GO_ON) as reader:
                await reader.until(partial(shows_list, reader))
                await reader.keys("escape")
                await reader.sees("Alpha wolf", "Gamma rays")
                assert reader.app.theme == "paper-dark"


def shows_list(reader: Reader) -> bool:
    """Return True if the list of articles is active."""
    return reader.app.reading.is_wired and reader.app.reading.state.pane is Pane.LIST


async def test_each_library_has_its_own_private_session_file(start: Start, articles: Path, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(TEXT)
    for path in (articles, tmp_path / "page.md"):
        async with start(path, opening=GO_ON) as reader:
            await reader.until(partial(title_of, reader))
            await quit_from(reader)
    files = list((state_folder() / "sessions").iterdir())
    assert len(files) == 2
    assert [file.stat().st_mode & 0o77 for file in (*files, state_folder() / "sessions")] == [0, 0, 0]
    assert all(json.loads(file.read_text())["pane"] for file in files)


async def test_after_an_error_the_article_is_not_opened_again(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with start(articles, opening=GO_ON) as reader:
            await reader.sees("Alpha wolf")
            await reader.keys("enter")
            reader.app.reading.call_later(lambda: 1 / 0)
            await reader.pilot.pause()
    assert json.loads(session_file().read_text())["article"] is None
    async with start(articles, opening=GO_ON) as reader:
        await reader.sees("Alpha wolf")
        assert reader.app.reading.state.pane is Pane.LIST


# Pages


@pytest.mark.parametrize("size", SIZES)
async def test_a_single_file_opens_as_a_page(
    start: Start, tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first: list[list[str]] = []
    wire = ReadingScreen.wire

    def note_first_frame(screen: ReadingScreen) -> None:
        first.append([strip.text for strip in screen._compositor.render_strips()])
        wire(screen)

    monkeypatch.setattr(ReadingScreen, "wire", note_first_frame)
    (tmp_path / "page.md").write_text(TEXT)
    for _ in range(2):
        async with start(tmp_path / "page.md", size=size, opening=GO_ON) as reader:
            await reader.sees("Paragraph 0 of the page")
            assert not any("INBOX" in line or "LIBRARY" in line for line in (*first[-1], *reader.lines()))
            assert pane_of(reader) is Pane.ARTICLE
            await reader.keys("j", ")", "H")
            await reader.last_row_shows("highlighted")
            await reader.keys("escape", "q", "q", "j")
            assert pane_of(reader) is Pane.LIST
            await reader.sees("A page")
            await quit_from(reader)


async def test_keys_typed_before_the_text_is_shown_act_on_it(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.md").write_text(TEXT)
    wire = ReadingScreen.wire

    def type_ahead(screen: ReadingScreen) -> None:
        wire(screen)
        for key in ")))H":
            screen.app.post_message(events.Key(_character_to_key(key), key))

    monkeypatch.setattr(ReadingScreen, "wire", type_ahead)
    async with start(tmp_path / "page.md", opening=GO_ON) as reader:
        await reader.last_row_shows("highlighted")
        shown = reader.app.reading.state.shown
        assert shown is not None
        assert reader.library.annotations.count(shown) == 1


async def test_standard_input_opens_as_a_page(start: Start, articles: Path) -> None:
    async with start(stdin=TEXT.encode(), opening=GO_ON) as reader:
        await reader.sees("Paragraph 0 of the page")
        assert reader.app.reading.state.pane is Pane.ARTICLE
        assert "INBOX" not in reader.text
        await reader.keys("3", "ctrl+f")
        before = article_rows(reader)
        await quit_from(reader)
    async with start(stdin=TEXT.encode(), opening=GO_ON) as reader:
        await reader.until(lambda: article_rows(reader) == before)
    async with start(articles, stdin=TEXT.encode(), opening=GO_ON) as reader:
        await reader.until(lambda: "A page" in title_of(reader))
        assert reader.app.reading.state.pane is Pane.ARTICLE
        await reader.sees("Alpha wolf")


async def test_a_named_file_is_opened_instead_of_the_last_article(start: Start, articles: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(TEXT)
    async with start(articles, page, opening=GO_ON) as reader:
        await reader.until(lambda: "A page" in title_of(reader))
        await reader.keys("q", "g", "g")
        await reader.sees("Alpha wolf")
        await reader.keys("j", "enter")
        await reader.until(lambda: reader.app.reading.state.pane is Pane.ARTICLE)
        await reader.keys("/", *"third", "enter")
        await quit_from(reader)
    async with start(articles, page, opening=GO_ON) as reader:
        await reader.until(lambda: "A page" in title_of(reader))
        assert reader.app.reading.state.pane is Pane.ARTICLE


async def test_several_named_files_open_as_a_list(start: Start, articles: Path) -> None:
    async with start(articles / "alpha.md", articles / "beta.md", opening=GO_ON) as reader:
        await reader.sees("INBOX", "Alpha wolf", "Beta test")
        assert reader.app.reading.state.pane is Pane.LIST


@pytest.mark.parametrize("data", [b"", b"\x00\x01" * 500])
async def test_a_file_that_cannot_be_read_is_a_page_that_says_why(start: Start, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "odd.md").write_bytes(data)
    async with start(tmp_path / "odd.md", opening=GO_ON) as reader:
        await reader.until(lambda: reader.app.reading.state.shown is not None)
        assert reader.app.reading.state.pane is Pane.ARTICLE
        await reader.keys("j", "q", "q")
        await reader.sees("INBOX")


async def test_the_next_start_opens_a_long_article_at_its_row(start: Start, tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {n} of very many, each of which is short." for n in range(6_000))
    page = tmp_path / "long.md"
    page.write_text(f"# Long\n\n{text}\n")
    async with start(page, opening=GO_ON) as reader:
        await reader.sees("Paragraph 0 of")
        document = reader.app.reading.state.panes.article
        await reader.until(lambda: document.document is not None and not document.document.partial)
        await reader.keys("6", "0", "G", "j", "j")
        before = article_rows(reader)
        await quit_from(reader)
    async with start(page, opening=GO_ON) as reader:
        await reader.until(lambda: article_rows(reader) == before)

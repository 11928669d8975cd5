"""Reading: moving in the list, opening, scrolling, and returning to the reading position."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import pytest

from tests.tui.conftest import case
from tui_reader.config import Settings
from tui_reader.services.library.events import ScanFinished, ScanProgress
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.table import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

Start = Callable[..., AbstractAsyncContextManager[Any]]


async def test_the_first_screen_shows_three_panes_and_the_newest_article(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("LIBRARY", "INBOX", "3 · newest first", "Paragraph 1 of Alpha wolf.", "3 unread")
        lines = reader.lines()
        order = [next(i for i, line in enumerate(lines) if title in line) for title in ("Alpha", "Beta", "Gamma")]
        assert order == sorted(order)
        assert "j k move" in reader.last_row


async def test_moving_in_the_list_shows_each_article_without_opening_it(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("j")
        await reader.sees("Paragraph 1 of Beta", "3 unread")
        await reader.keys("G")
        await reader.sees("Paragraph 1 of Gamma", "3 unread")


async def test_opening_an_article_marks_it_read_and_activates_its_pane(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter")
        await reader.sees("2 unread", "( ) sentence")
        await reader.keys("1", "0", "j")
        await reader.no_longer_sees("Paragraph 1 of Alpha")
        await reader.keys("q")
        await reader.sees("enter open")


async def test_the_reading_position_survives_other_articles_restarts_and_resizes(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", "2", "0", "}")
        await reader.sees("Paragraph 20 of Alpha")
        await reader.keys("J")
        await reader.sees("Paragraph 1 of Beta")
        await reader.keys("K")
        await reader.sees("Paragraph 20 of Alpha")
        top = reader.app.reading.state.panes.article.viewport.offset
        await reader.keys("Q")
    async with start(articles, size=(80, 24)) as reader:
        await reader.sees("Paragraph 20 of Alpha")
        assert reader.app.reading.state.panes.article.viewport.offset == top


async def test_keys_typed_ahead_act_on_the_pane_they_were_meant_for(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        reader.burst("/", *"beta", "enter", "enter", "s")
        await reader.sees("starred “Beta test”", "INBOX beta", "1 article ")
        assert reader.app.reading.state.pane is Pane.ARTICLE


async def test_a_title_filter_applies_with_every_letter_and_escape_clears_it(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Gamma rays")
        await reader.keys("/", "g", "a", "m")
        await reader.no_longer_sees("Beta test")
        await reader.sees("Paragraph 1 of Gamma")
        await reader.keys("escape")
        await reader.sees("Beta test", "3 · newest first")


async def test_words_are_found_in_the_text_and_counted(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", "/")
        await reader.types("paragraph 3")
        await reader.sees("1 of 11 matches")
        await reader.keys("enter", "n", "n")
        await reader.sees("3 of 11 matches", "Paragraph 31 of")
        await reader.keys("N", "N", "N")
        await reader.sees("11 of 11 matches", "Paragraph 39 of")


async def test_tags_are_included_and_excluded_in_the_sidebar(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("space")
        await reader.keys("h", "G")
        while reader.app.reading.state.panes.sidebar.current.name != "space":
            await reader.keys("k")
        await reader.keys("+")
        await reader.sees("INBOX tag:space", "2 articles", "newest first")
        await reader.keys("-")
        await reader.sees("INBOX -tag:space", "1 article ")
        await reader.keys("-")
        await reader.sees("3 · newest first")
        for shown in (("INBOX tag:space", "2 articles"), ("INBOX -tag:space", "1 article "), ("3 · newest first",)):
            await reader.keys("enter")
            await reader.sees(*shown)
        await reader.keys("+")
        await reader.sees("INBOX tag:space")
        await reader.keys("q", "q")
        await reader.sees("3 · newest first")


async def test_changes_can_be_undone_one_by_one(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("s", "e")
        await reader.sees("archived “Alpha wolf” · u undoes", "2 · newest first")
        await reader.keys("u")
        await reader.sees("undid: archived “Alpha wolf”", "3 · newest first", "★")
        await reader.keys("u")
        await reader.no_longer_sees("★")
        await reader.keys("2", "ctrl+r")
        await reader.sees("2 · newest first")


async def test_tags_are_edited_with_completion(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "space")
        await reader.keys("t")
        await reader.types(", spa")
        await reader.until(lambda: reader.app.reading.state.panes.prompt._input._suggestion)
        await reader.keys("right", "enter")
        await reader.sees("tagged “Alpha wolf”: nature, space")


async def test_metadata_is_corrected_without_changing_the_file(start: Start, articles: Path) -> None:
    before = (articles / "alpha.md").read_bytes()
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("i")
        await reader.sees("Details", "byline")
        await reader.types(" and cub")
        await reader.keys("ctrl+s")
        await reader.sees("Alpha wolf and cub")
        await reader.keys("u")
        await reader.no_longer_sees("and cub")
    assert (articles / "alpha.md").read_bytes() == before


async def test_a_link_leads_to_another_article_and_back(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", "G")
        await reader.sees("The end of Alpha")
        await reader.keys("f")
        await reader.sees("Beta test", "Paragraph 1 of Beta")
        await reader.keys("ctrl+o")
        await reader.sees("The end of Alpha")


async def test_the_outline_jumps_to_the_chosen_heading(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("T")
        await reader.sees("Headings", "Second part")
        await reader.types("second")
        await reader.keys("enter")
        await reader.sees("The end of Alpha")
        assert reader.app.reading.state.pane is Pane.ARTICLE


async def test_the_palette_runs_a_command_in_the_pane_where_it_works(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.enters(":", "next heading")
        await reader.until(lambda: reader.app.reading.state.pane is Pane.ARTICLE)


async def test_new_changed_and_deleted_files_are_shown(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("3 unread")
        (articles / "delta.md").write_text("---\ntitle: Delta blues\ndate: 2026-11-20\n---\n\nIn the delta.\n")
        await reader.sees("Delta blues", "4 unread")
        (articles / "alpha.md").write_text("---\ntitle: Omega wolf\ndate: 2026-11-03\n---\n\nAnother text.\n")
        await reader.sees("Omega wolf")
        await reader.no_longer_sees("Alpha wolf")
        (articles / "delta.md").unlink()
        await reader.no_longer_sees("Delta blues")


async def test_every_pane_can_be_reached_at_every_size(start: Start, articles: Path) -> None:
    async with start(articles, size=(24, 6)) as reader:
        for size in ((24, 6), (200, 60), (120, 35), (100, 30), (80, 24), (60, 20), (40, 12)):
            with case(size):
                await reader.resizes(*size)
                await reader.sees("Alpha")
                await reader.keys("l")
                await reader.sees("Alpha wolf")
                assert reader.app.reading.state.panes.article.size.width >= 24
                await reader.keys("h")
                await reader.sees("INBOX")
                await reader.keys("h")
                await reader.sees("LIBRARY", "Inbox")
                assert all(len(line) <= size[0] for line in reader.lines())
                await reader.keys("l")


async def test_a_terminal_that_is_too_small_says_so_and_recovers(start: Start, articles: Path) -> None:
    async with start(articles, size=(20, 4)) as reader:
        await reader.sees("Needs 24 columns")
        await reader.pilot.resize_terminal(120, 35)
        await reader.sees("Paragraph 1 of Alpha")


async def test_a_terminal_that_is_too_small_shows_nothing_else(start: Start, articles: Path) -> None:
    """No scrollbar and no row of the panes, whatever was open; the list of annotations has no scrollbar either."""
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        for keys, back in (((), ()), (("t",), ("escape",)), (("enter", ")", "a"), ("escape",)), (("A",), ("q",))):
            await reader.keys(*keys)
            for size in ((20, 5), (23, 6), (10, 2)):
                with case(*keys, size):
                    await reader.resizes(*size)
                    if keys != ("A",):
                        await reader.until(lambda: says_only_what_is_needed(reader))
                    assert not any(reader.app.screen.scrollbars_enabled)
                    await reader.resizes(120, 35)
                    await reader.sees("articles", "lpha wolf")
            await reader.keys(*back)


def says_only_what_is_needed(reader: Any) -> bool:
    """Return True if the screen shows nothing but how large a terminal has to be."""
    return " ".join(reader.text.split()) in {"Needs 24 columns, 6 rows"[:n] for n in (8, 17, 19, 24)}


async def test_keys_that_need_an_article_say_that_there_is_none(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "3 unread")
        await reader.enters("/", "nothingofthekind")
        await reader.sees("No article matches")
        status = reader.app.reading.state.panes.status
        for pane, keys in (
            ([], ("enter", "o", "Y", "i", "s", "L", "e", "r", "t", "x", "v", "T", "g n", "g a", "g d", "g w")),
            (["l"], (")", "{", "H", "a", "c 1", "v", "V", "f", "g p", "g f", "y", "] h", "] ]", "m a", "|", "o", "s")),
        ):
            await reader.keys(*pane)
            assert not {"f links", "J next"} & set(reader.last_row.split("  "))
            for key in keys:
                with case(*pane, key):
                    await reader.keys(*key.split())
                    refused, _, discarded = status.said.partition(" · ")
                    assert refused == "there is no article here"
                    # After a key that begins a note, the words of the note are discarded until esc.
                    await reader.keys("escape" if discarded else "j")
                    assert status.said == ""
        await reader.keys("g", "c")
        await reader.sees("Alpha wolf")
        await reader.keys("l", ")", "H")
        await reader.sees("1 highlight")


async def test_an_empty_library_says_what_to_do(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as reader:
        await reader.sees("No articles yet", "Put articles, saved pages or books into")
        await reader.keys("enter", "J", "s", "z", "T", "G", "i")


async def test_nothing_in_an_article_is_rendered_as_markup(start: Start, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\ntitle: '[/x] [bold]not markup[/bold]'\ntags: ['[/y]']\n---\n\n[/z] \\[red] x\n"
    )
    async with start(tmp_path) as reader:
        await reader.sees("[/x] [bold]not markup[/bold]", "[/y]", "[/z] [red] x")
        await reader.keys("s", "T", "i")
        await reader.sees("[/x]")


@pytest.mark.parametrize("pane", [pane for pane in Pane if pane is not Pane.ANNOTATIONS])
async def test_every_command_works_in_every_pane_it_is_bound_in(
    start: Start, articles: Path, pane: Pane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Press every key of the table, with a count as well: there is no error, and the reader goes on."""
    monkeypatch.setattr("tui_reader.services.library.desktop.open_file", lambda *_: None)
    async with start(articles, settings=Settings(editor="true")) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        screen = reader.app.reading
        for command in (command for command in COMMANDS if pane in command.panes and command.id != "quit"):
            screen.pane_layout.activate(pane)
            if command.keys:
                await reader.keys(*command.keys[0].split(" "))
            else:
                screen.run(command)
            if command.counts:
                await reader.keys("3", *command.keys[0].split(" "))
            await reader.pilot.pause()
            assert reader.app.failure is None, command.id
            for _ in range(3):
                if reader.app.screen is not screen or screen.typing or screen.link_actions.hints:
                    await reader.keys("escape")
            assert reader.app.screen is screen, f"{command.id} cannot be left by esc"
            assert not screen.typing, f"{command.id} cannot be left by esc"
        await reader.keys("Q")
        assert reader.app.return_code == 0


async def test_the_counts_of_the_sidebar_are_those_of_the_listed_articles(start: Start, articles: Path) -> None:
    """By a typed query, a tag, a shelf and a changed article; without a filter they are those of the library."""

    def counts(reader: Any) -> dict[str, str]:
        rows = [line[:20].replace("›", " ").split() for line in reader.lines()]
        return {row[-2]: row[-1] for row in rows if len(row) > 1 and row[-1].isdigit()}

    async with start(articles) as reader:
        await reader.until(lambda: counts(reader).items() >= {"space": "2", "tools": "1", "nature": "1"}.items())
        await reader.keys("/")
        await reader.types("rays")
        await reader.until(lambda: counts(reader).get("space") == "1" and "nature" not in counts(reader))
        assert "nature" in reader.text
        await reader.keys("escape")
        await reader.until(lambda: counts(reader).get("space") == "2")
        await reader.enters("/", "tag:tools")
        await reader.until(lambda: counts(reader).items() >= {"space": "1", "tools": "1", "Tools": "1"}.items())
        assert not {"nature", "Zoo", "desk"} & set(counts(reader))
        await reader.keys("escape", "s", "h", "j", "j", "enter")
        await reader.until(lambda: "STARRED" in reader.text and "nature" not in counts(reader))
        assert counts(reader).items() >= {"Starred": "1", "space": "1", "tools": "1"}.items()


async def test_the_first_scan_shows_progress_and_reports_the_files_that_are_not_read(
    start: Start, tmp_path: Path
) -> None:
    for name in ("a.djvu", "b.djvu", "c.mobi"):
        (tmp_path / name).touch()
    said = "3 files of kinds not read (2 .djvu, 1 .mobi)"
    async with start(tmp_path, size=(80, 24)) as reader:
        await reader.until(lambda: reader.app.reading.state.scan is None)
        await reader.no_longer_sees("Reading the folder")
        await reader.until(lambda: said in " ".join(line[:32].strip() for line in reader.lines()))
        await reader.sees("No articles yet", "Put articles")
        await reader.keys("?")
        await reader.sees("NOTICES", f"Passed over: {said}.")
        await reader.keys("q")
        state, events_of = reader.app.reading.state, reader.app.reading.library_events
        state.scan = 0, 0
        for event, text in (
            (ScanProgress(3400, 0), "Reading the folder … 3,400"),
            (ScanProgress(0, 5000), "Reading the folder … 0 of"),
            (ScanProgress(1200, 5000), "Reading the folder … 1,200"),
        ):
            events_of.handle(event)
            await reader.sees(text)
            assert "No articles yet" not in reader.text
        reader.app.reading.listing.match("nothing")
        await reader.sees("Reading the folder … 1,200")
        reader.app.reading.listing.match("")
        events_of.handle(ScanFinished(0))
        await reader.sees("No articles yet")
        assert "Reading the folder" not in reader.text
        events_of.handle(ScanProgress(300, 5000))
        assert "No articles yet" in reader.text

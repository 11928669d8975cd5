"""The command line: names with arguments, scopes, what is said before, completion, former lines and undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.conftest import case
from tui_reader.services.library.sessions import Opening
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.line import MOST_LINES, Scope, quoted, split, with_line
from tui_reader.tui.commands.table import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start


def titles(reader: Reader, what: str) -> set[str]:
    """Return the first words of the titles of the articles whose state has a value."""
    rows = reader.library.catalogue.everything()
    return {row.title.split()[0] for row in rows if getattr(row.state, what)}


async def runs(reader: Reader, line: str) -> None:
    """Type a line and run it."""
    await reader.enters(":", line)


ALL = {"Alpha", "Beta", "Gamma"}


async def test_a_verb_acts_on_its_scope_in_one_step(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "3 unread")
        for line, what, changed, back in (
            ("read all", "read", ALL, "unread all"),
            ("star", "starred", {"Alpha"}, "unstar"),
            ("star all", "starred", ALL, "unstar all"),
            ("archive this", "archived", {"Alpha"}, ""),
            ("up_next all", "up_next", ALL, "not_up_next all"),
            ("up-next", "up_next", {"Alpha"}, "not_up_next"),
            ("  :read   all ", "read", ALL, "unread all"),
        ):
            with case(line):
                assert titles(reader, what) == set()
                await check_verb(reader, line, what, changed, back)
                await reader.returns()


async def check_verb(reader: Reader, line: str, what: str, changed: set[str], back: str) -> None:
    """Check that a line changes a state of articles in one step, and that another line and undo take it back."""
    await runs(reader, line)
    await reader.until(lambda: titles(reader, what) == changed)
    await reader.last_row_shows("u undoes")
    if what != "archived":
        await runs(reader, line)
        await reader.last_row_shows(" already")
        assert titles(reader, what) == changed, "a line sets a state, and toggles nothing"
    if back:
        await runs(reader, back)
        await reader.until(lambda: titles(reader, what) == set())
        await reader.keys("u")
        await reader.until(lambda: titles(reader, what) == changed)
    await reader.keys("9", "u")
    await reader.until(lambda: titles(reader, what) == set())


async def test_the_command_line_shows_its_scope_before_it_is_run(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "3 unread")
        await reader.keys(":")
        await reader.types("read")
        await reader.sees("Mark as read · this article: “Alpha wolf”")
        await reader.types(" all")
        await reader.sees("all 3 in inbox")
        await reader.types("es")
        await reader.sees("“alles” is neither this, chosen nor all")
        await reader.types(" ")
        await reader.keys("ctrl+u")
        await reader.types("read all x")
        await reader.sees("“x” is neither this, chosen nor all")
        await reader.keys("ctrl+u")
        await reader.types("read alles")
        await reader.keys("enter")
        await reader.sees("is neither this")
        await reader.keys("escape", "v", "j", ":")
        await reader.types("tag +new")
        await reader.sees("2 chosen · +new")
        await reader.keys("enter")
        await reader.last_row_shows("tagged 2 articles: +new")
        await reader.keys("escape", "/")
        await reader.types("tag:new")
        await reader.keys("enter", ":")
        await reader.types('tag -new +"a b" all')
        await reader.sees("all 2 that match · +a b, -new")
        await reader.keys("enter")
        await reader.last_row_shows("tagged 2 articles: +a b -new")
        await reader.keys("u", "escape")
        tags = {row.title.split()[0]: "new" in row.tags for row in reader.library.catalogue.everything()}
        assert tags == {"Alpha": True, "Beta": True, "Gamma": False}
        await reader.keys(":")
        await reader.types("star chosen")
        await reader.sees("nothing is chosen")
        await reader.enters("escape :", "staar")
        await reader.sees("did you mean star?")


async def test_commands_accept_names_numbers_and_letters_as_arguments(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await runs(reader, "sort title")
        await reader.sees("by title")
        await runs(reader, "sort oldest first")
        await reader.sees("oldest first")
        await runs(reader, "sort newe")
        await reader.sees("newest first")
        for line, allowed in (
            ("theme mocha-none", ("auto", "dark", "light")),
            ("sort mocha", ("newest", "oldest", "title")),
            ("density mocha", ("comfortable", "compact")),
            ("filter_tag mocha", ("space", "nature", "tools")),
            ("help mocha", ("query",)),
        ):
            await runs(reader, line)
            await reader.sees(f"“{line.split()[1]}” is none of ", *allowed)
            await reader.keys("escape")
        await runs(reader, "theme nord")
        await reader.last_row_shows("theme: nord")
        await runs(reader, "next_article 2")
        await reader.sees("Paragraph 1 of Gamma")
        await reader.keys(":")
        await reader.types("search tag:tools titel:x")
        await reader.sees("only tagged tools, “titel:x” · there is no field “titel:” · did you mean title:x?")
        await reader.keys("ctrl+u")
        await reader.types("search sort:title")
        await reader.sees("by title")
        assert "only" not in reader.text
        await reader.keys("escape")
        await runs(reader, "search tag:tools")
        await reader.sees("INBOX tag:tools")
        await runs(reader, "clear_filter")
        await runs(reader, "filter_tag nature")
        await reader.sees("INBOX tag:nature")
        await runs(reader, "show_search long")
        await reader.sees("INBOX minutes>=15")
        await runs(reader, "clear_filter now")
        await reader.sees("clear_filter takes nothing after its name")
        await reader.keys("escape", "g", "c", "enter")
        await runs(reader, "set_bookmark a")
        await reader.last_row_shows("set bookmark a")
        await runs(reader, "down 5")
        await runs(reader, "select_word")
        await reader.sees("works in a selection, which v begins")
        await reader.keys("escape")
        await runs(reader, "edit_annotation")
        await reader.sees("works in the list of annotations, which A shows")
        await reader.keys("escape")
        await runs(reader, "all_annotations")
        await reader.until(lambda: type(reader.app.screen).__name__ == "AnnotationsScreen")
        await runs(reader, "down 2")
        await runs(reader, "next_article")
        await reader.sees("next_article does not work in the list of annotations")
        await reader.keys("escape")
        await runs(reader, "back")
        await reader.until(lambda: reader.app.reading.state.context is Pane.ARTICLE)


async def test_keys_typed_ahead_run_after_the_command_line(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "Gamma rays", "3 unread")
        reader.burst(":", *"star", "enter", "j", ":", *"tag", "tab", *"+burst", "enter", "j", "r")
        await reader.until(lambda: titles(reader, "read") == {"Gamma"})
        assert titles(reader, "starred") == {"Alpha"}
        assert [row.title for row in reader.library.catalogue.everything() if "burst" in row.tags] == ["Beta test"]


async def test_tab_completes_and_arrows_choose_a_completion(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys(":")
        await reader.types("unst")
        await reader.keys("tab")
        await reader.types("al")
        await reader.keys("tab", "escape", ":")
        await reader.types("tag")
        await reader.keys("ctrl+n", "ctrl+p", "tab")
        await reader.types("+s")
        await reader.keys("tab")
        await reader.types("-nat")
        await reader.keys("tab")
        await reader.sees("tag +space -nature", "this article: “Alpha wolf” · +space, -nature")
        await reader.keys("enter")
        await reader.last_row_shows("tagged “Alpha wolf”: +space -nature")
        await reader.keys(":")
        await reader.types("sort ")
        await reader.keys("down", "down", "enter")
        await reader.sees("by title")


async def test_earlier_lines_are_recalled_even_after_a_restart(start: Start, articles: Path) -> None:
    async with start(articles, opening=Opening()) as reader:
        await reader.sees("Alpha wolf")
        await runs(reader, "tag +first")
        await runs(reader, "sort title")
        await runs(reader, "tag +first")
        await reader.keys(":")
        await reader.types("sta")
        await reader.keys("up")
        await reader.sees("tag +first")
        await reader.keys("up", "up")
        await reader.sees("sort title")
        await reader.keys("down", "down")
        await reader.sees("Star, or take the star off")
        await reader.keys("escape")
    async with start(articles, opening=Opening()) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys(":", "up", "up", "enter")
        await reader.sees("by title")


@given(st.text())
def test_any_text_is_split_into_a_command_its_words_and_a_scope(text: str) -> None:
    line = split(text)
    assert " " not in line.name
    assert line.scope is None or line.scope in Scope
    assert all(word.text == "" or word.is_quoted or not word.text.isspace() for word in line.words)


@given(st.text(st.characters(exclude_characters='"', exclude_categories=("Cc", "Cs", "Z"))) | st.just("to read"))
def test_a_quoted_word_is_read_as_it_was(word: str) -> None:
    if word:
        line = split(f"tag {quoted(word, '+')} all")
        assert [each.text for each in line.words] == [f"+{word}"]
        assert line.scope is Scope.ALL


def test_a_tag_with_the_name_of_a_scope_can_be_written() -> None:
    assert split("tag +all").words[0].text == "+all"
    assert split('tag "all"').words[0].text == "all"
    assert split('tag "all"').scope is None
    assert split("tag all").scope is Scope.ALL


def test_fifty_lines_are_kept_each_once() -> None:
    lines: tuple[str, ...] = ()
    for number in range(80):
        lines = with_line(lines, f"down {number}")
    assert len(lines) == MOST_LINES
    assert with_line(lines, "down 70")[-1] == "down 70"
    assert len(set(with_line(lines, "down 70"))) == MOST_LINES
    assert with_line(lines, "x" * 10_000) == lines


def test_commands_with_arguments_declare_them_in_the_table() -> None:
    taking = {each.id for each in COMMANDS if each.argument}
    assert {"read", "unread", "star", "unstar", "archive", "unarchive", "up_next", "tag", "sort", "theme"} <= taking


@pytest.mark.usefixtures("exports_in_this_process")
async def test_an_export_shows_what_it_will_write_and_what_it_has_written(
    start: Start, articles: Path, tmp_path: Path
) -> None:
    target = tmp_path / "my pages"
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "3 unread")
        await reader.keys(":")
        await reader.types("export ht")
        await reader.sees("html", "this article: “Alpha")
        await reader.types(f'ml "{target}" all')
        await reader.sees("as html to", "all 3")
        await reader.keys("enter")
        await reader.last_row_shows("3 files written")
        assert len(list(target.glob("*.html"))) == 3
        for line, problem in (("export docx x", "there is no format “docx”"), ("export org a b c", "“b” is neither")):
            await reader.keys(":")
            await reader.types(line)
            await reader.sees(problem)
            await reader.keys("escape")
        await runs(reader, "export")
        await reader.types(f"bibtex {tmp_path / 'refs.bib'}")
        await reader.keys("enter")
        await reader.last_row_shows("1 file written")
        assert "Alpha" in (tmp_path / "refs.bib").read_text("utf-8")


async def test_a_line_whose_effect_is_described_does_not_show_no_match(start: Start, articles: Path) -> None:
    async with start(articles, size=(120, 24)) as reader:
        await reader.sees("Alpha wolf")
        for width in (120, 80, 60):
            with case(width):
                await reader.pilot.resize_terminal(width, 24)
                await reader.keys(":")
                await reader.types("tag +unheard")
                await reader.sees("+unheard", "esc leaves")
                assert "no match" not in reader.text
                for line, said in (("export org ", "a file or folder follows"), ("page 3", "no printed pages")):
                    await reader.keys("ctrl+u")
                    await reader.types(line)
                    await reader.sees(said)
                    assert "no match" not in reader.text
                await reader.keys("ctrl+u")
                await reader.types("qqqq")
                await reader.sees("no match", "esc leaves")
                await reader.keys("escape")

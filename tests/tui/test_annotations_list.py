"""The list of annotations: reading, filtering, changing, in an article and across the library."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import tui_reader
from tests.tui.conftest import case
from tui_reader.config import Settings
from tui_reader.services.headless.session import read_document
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.table import COMMANDS

if TYPE_CHECKING:
    from tui_reader.model.annotation import Annotation

Start = Callable[..., AbstractAsyncContextManager[Any]]


def annotations_of(reader: Any) -> list[Annotation]:
    return list(reader.library.annotations.all())


def painted(reader: Any) -> list[Any]:
    """Return the highlights painted in the preview."""
    return list(reader.app.screen.query_one("#article").highlights.index)


async def annotate(reader: Any) -> None:
    """Make two highlights in Alpha, one of them with a note and a tag, and one in Beta, where the cursor is then."""
    await reader.sees("Alpha wolf")
    await reader.keys("enter")
    await reader.sees("Paragraph 1 of Alpha")
    for name, quote, colour, note, tags in (
        ("alpha.md", "Paragraph 1 of Alpha wolf.", 1, "who says so?", ("check",)),
        ("alpha.md", "It has a second sentence.", 2, "", ()),
        ("beta.md", "Paragraph 1 of Beta test.", 3, "", ()),
    ):
        library = reader.library
        path = library.folders[0] / name
        article, document = library.article_at(path), read_document(path, reader.app.settings)
        assert document is not None
        start = document.text.index(quote)
        library.annotations.add(article, document, start, start + len(quote), colour=colour, note=note, tags=tags)
    await reader.keys("J")
    await reader.sees("Paragraph 1 of Beta")
    await reader.keys("q", "q")
    assert len(annotations_of(reader)) == 3


async def test_all_annotations_are_listed_by_article_with_a_preview(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await annotate(reader)
        await reader.keys("A")
        await reader.sees("3 annotations", "3 of 3", "1 Paragraph 1 of Alpha wolf.", "who says so?", "#check")
        lines = reader.lines()
        titles = [line for line in lines if line.strip().startswith(("Beta test", "Alpha wolf"))]
        assert titles[0].strip().startswith("Beta test"), "the article annotated last comes first"
        await reader.sees("Paragraph 2 of Beta")
        await reader.keys("j")
        await reader.sees("Paragraph 2 of Alpha")
        await reader.keys("q")
        await reader.sees("INBOX")


async def test_the_filter_of_annotations_accepts_words_colours_and_tags(start: Start, articles: Path) -> None:
    async with start(articles, settings=Settings(colours=("claim", "doubt", "idea", "x", "y"))) as reader:
        await annotate(reader)
        await reader.keys("A", "/")
        for typed, left in (
            ("c:1", 1),
            ("colour:doubt", 1),
            ("tag:check", 1),
            ("has:note", 1),
            ("-has:note", 2),
            ("beta", 1),
            ("is:anchored", 3),
            ("is:lost", 0),
            ("after:2100", 0),
            ("before:2100 says", 1),
            ("added:<1d", 3),
            ("added:>1d", 0),
        ):
            await reader.types(typed)
            await reader.sees(f"{left} of 3")
            await reader.keys(*["backspace"] * len(typed))
        await reader.types("colour:mauve")
        await reader.keys("enter")
        await reader.sees("colour:mauve? 1 to 5, claim", "0 of 3")
        await reader.keys("escape")
        await reader.sees("3 of 3")


async def test_an_annotation_is_changed_in_the_list_and_undone(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await annotate(reader)
        await reader.keys("A", "j", "e")
        await reader.sees("esc saves")
        await reader.types(" Nobody.")
        await reader.keys("escape")
        await reader.sees("who says so? Nobody.", "u undoes")
        await reader.enters("c 5 t", ", lede")
        await reader.sees("#check #lede", "5 Paragraph 1 of Alpha")
        await reader.keys("x")
        await reader.sees("2 of 2")
        await reader.keys("u")
        await reader.sees("3 of 3", "#check #lede")


async def test_several_annotations_are_chosen_and_changed_together(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await annotate(reader)
        await reader.keys("A", "space", "space")
        await reader.sees("2 chosen")
        await reader.keys("c", "4")
        await reader.until(lambda: sorted(each.colour for each in annotations_of(reader)) == [2, 4, 4])
        await reader.keys("*", "y")
        await reader.sees("3 quotes")
        assert reader.app.clipboard.count("> — ") == 3
        await reader.keys("x")
        await reader.sees("Nothing is annotated yet")
        await reader.keys("u")
        await reader.sees("3 of 3")
        assert len(annotations_of(reader)) == 3


async def test_enter_goes_to_the_annotation_in_its_article(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await annotate(reader)
        await reader.keys("A", "G", "enter")
        await reader.sees("Paragraph 1 of Alpha", "2 highlights")
        state = reader.app.reading.state
        assert state.pane is Pane.ARTICLE
        await reader.until(lambda: state.panes.article.highlights.current is not None)
        assert state.panes.article.highlights.current.colour == 2
        await reader.keys("ctrl+o")


async def test_the_list_of_an_article_has_only_its_annotations(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await annotate(reader)
        await reader.keys("g", "a")
        await reader.sees("1 of 1", "Beta test")
        await reader.keys("q", "j", "g", "a")
        await reader.sees("Nothing is annotated in this article")


async def test_the_notes_of_a_deleted_article_stay_readable(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await annotate(reader)
        (articles / "alpha.md").unlink()
        await reader.until(lambda: len(reader.library.catalogue) == 2)
        await reader.keys("A", "j")
        await reader.sees("Alpha wolf (gone: alpha.md)", "who says so?", "Its article is not in this library (gone")
        await reader.sees("Paragraph 3 of Alpha wolf"), "the last known text is shown in the preview"
        assert {mark.colour for mark in painted(reader)} == {1, 2}
        await reader.keys("enter")
        await reader.sees("its article is not in this library · r gives its notes to another one")
        await reader.keys("y")
        await reader.sees("a quote")
        assert reader.app.clipboard == (
            "> Paragraph 1 of Alpha wolf.\n>\n> — Alpha wolf, Zoo, 2026-11-03, `alpha.md`\n"
        )


async def test_a_key_transfers_the_notes_of_a_deleted_article_to_another(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await annotate(reader)
        old = (articles / "alpha.md").read_text("utf-8")
        (articles / "alpha.md").unlink()
        await reader.until(lambda: len(reader.library.catalogue) == 2)
        for name in ("wolf.md", "wolves.md"):
            (articles / name).write_text(old.replace("And a third", f"And another in {name}"), "utf-8")
        await reader.until(lambda: len(reader.library.catalogue) == 4)
        await reader.keys("A", "j", "r")
        await reader.sees("Give the notes of “Alpha wolf” to…", "alike · wolf.md", "alike · wolves.md")
        await reader.keys("enter")
        await reader.sees("moved 2 notes of “Alpha wolf” to “Alpha wolf” · u undoes")
        await reader.until(lambda: "gone" not in reader.text and "Paragraph 2 of Alpha" in reader.text)
        placed = [each for each in annotations_of(reader) if each.quote.startswith("Paragraph 1 of Alpha")]
        await reader.until(lambda: reader.library.annotations.get(placed[0].id).placed.is_certain)
        await reader.keys("u")
        await reader.sees("undid: moved 2 notes", "Alpha wolf (gone: alpha.md)")
        assert len(annotations_of(reader)) == 3


async def test_a_moved_and_edited_article_keeps_its_notes_with_a_message(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await annotate(reader)
        old = (articles / "alpha.md").read_text("utf-8")
        (articles / "alpha.md").unlink()
        (articles / "wolf.md").write_text(old + "\nOne line more.\n", "utf-8")
        await reader.sees("wolf.md looks like alpha.md: notes kept; undo takes it back")
        await reader.keys("A", "j")
        await reader.sees("who says so?", "Paragraph 2 of Alpha")
        await reader.no_longer_sees("(gone")


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_notes_without_a_place_are_readable_and_transferable_in_a_small_terminal(
    start: Start, articles: Path, size: tuple[int, int]
) -> None:
    async with start(articles, size=size) as reader:
        await annotate(reader)
        (articles / "alpha.md").unlink()
        beta = articles / "beta.md"
        beta.write_text(beta.read_text("utf-8").replace("Paragraph 1 of Beta test. ", ""), "utf-8")
        await reader.until(lambda: len(reader.library.catalogue) == 2 and reader.library.annotations.orphans() == 1)
        await reader.keys("A")
        await reader.sees("its words are no")
        await reader.keys("j")
        await reader.sees("Its article is not in this")
        await reader.keys("r")
        await reader.sees("Give the notes of", "Gamma rays")
        await reader.keys("escape", "k", "enter")
        await reader.until(lambda: reader.app.reading.state.panes.article.focus.range is not None)
        assert all(len(line) <= size[0] for line in reader.lines())


async def test_an_open_article_that_is_moved_and_edited_stays_open_with_its_new_text(
    start: Start, articles: Path
) -> None:
    file = articles / "alpha.md"
    text = file.read_text("utf-8").replace("source: Zoo", "source: Zoo\nurl: https://example.org/alpha")
    file.write_text(text, "utf-8")
    async with start(articles) as reader:
        await annotate(reader)
        await reader.keys("g", "g", "enter")
        await reader.sees("Paragraph 1 of Alpha wolf. It")
        file.unlink()
        (articles / "moved.md").write_text(text.replace("Paragraph 1 of", "Quite new. Paragraph 1 of"), "utf-8")
        await reader.sees("Quite new. Paragraph 1 of Alpha wolf.", "who says so?")
        shown = reader.app.reading.state.shown
        assert shown == "https://example.org/alpha"
        await reader.until(lambda: len(reader.app.reading.state.panes.article.highlights.index) == 2)


async def test_enter_on_an_annotation_without_a_place_goes_to_where_it_stood(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("enter", "2", "9", "}", "H", "4", "}", "H")
        await reader.until(lambda: len(annotations_of(reader)) == 2)
        lost, kept = sorted(annotations_of(reader), key=lambda each: each.current.start if each.current else 0)
        file = articles / "alpha.md"
        text = file.read_text("utf-8")
        assert lost.quote in text
        begin = text.index("Paragraph 1 of")
        text = text.replace(lost.quote + " ", "Kept out. ")
        file.write_text(text[:begin] + "Something quite new is said. " * 400 + "\n\n" + text[begin:], "utf-8")
        await reader.until(lambda: not reader.library.annotations.get(lost.id).placed.is_certain)
        assert not reader.library.annotations.get(lost.id).placed.candidates
        await reader.enters("A /", "is:lost")
        await reader.sees("1 of 2", "Kept out.")
        assert [mark.id for mark in painted(reader)] == [kept.id], "other highlights are painted"
        await reader.keys("enter")
        await reader.sees("Kept out.", "to the focused sentence")
        pane = reader.app.reading.state.panes.article
        document = pane.document
        assert abs(pane.focus.range.start - document.text.index("Kept out.")) < 80
        await reader.keys("enter")
        await reader.sees("again · u undoes")


async def test_an_annotation_without_a_place_is_attached_to_a_candidate(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await annotate(reader)
        file = articles / "alpha.md"
        text = file.read_text(encoding="utf-8")
        gone = "Paragraph 1 of Alpha wolf. It has a second sentence. And a third."
        file.write_text(text.replace(gone, "Nothing of that is left."), encoding="utf-8")
        await reader.until(
            lambda: [bool(each.placed and each.placed.is_certain) for each in annotations_of(reader)].count(False) == 2
        )
        await reader.enters("A /", "is:lost")
        await reader.sees("2 of 3", "who says so?", "orphan")
        lost = next(each for each in annotations_of(reader) if each.note)
        if lost.placed and lost.placed.candidates:
            await reader.sees("attaches it")
            await reader.keys("n", "N", "r")
        else:
            await reader.keys("r")
            await reader.sees("enter goes to the article")
            await reader.keys("enter")
            await reader.sees("to the focused sentence")
            await reader.keys(")", ")", "enter")
        await reader.sees("again · u undoes")
        assert reader.library.annotations.get(lost.id).placed.is_certain


async def test_the_list_fits_every_terminal_size(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await annotate(reader)
        for size in ((200, 60), (120, 35), (80, 24), (40, 12)):
            with case(size):
                await reader.resizes(*size)
                await reader.keys("A", "j")
                await reader.sees("who says so?")
                assert all(len(line) <= size[0] for line in reader.lines())
                await reader.resizes(60, 20)
                await reader.sees("who says so?")
                await reader.keys("q")


async def test_every_command_of_the_list_works(start: Start, articles: Path) -> None:
    async with start(articles, settings=Settings(editor="true")) as reader:
        await annotate(reader)
        for command in (
            each for each in COMMANDS if Pane.ANNOTATIONS in each.panes and each.keys and each.id != "quit"
        ):
            await reader.keys("A")
            await reader.keys(*command.keys[0].split(" "))
            assert reader.app.failure is None, command.id
            for _ in range(4):
                if reader.app.screen is not reader.app.reading:
                    await reader.keys("escape")
            assert reader.app.screen is reader.app.reading, f"{command.id} cannot be left by esc"
            reader.app.reading.pane_layout.activate(Pane.LIST)
        await reader.keys("A", "Q")
        assert reader.app.return_code == 0


async def test_chosen_annotations_stay_chosen_after_a_command(start: Start, articles: Path) -> None:
    """A recolouring is rarely the last command for several annotations: the next one acts on them too."""
    async with start(articles) as reader:
        await annotate(reader)
        await reader.keys("A", "j", "space", "space")
        await reader.sees("2 chosen")
        await reader.keys("k", "k", "c", "5")
        await reader.sees("2 chosen")
        await reader.keys("x")
        await reader.sees("1 annotation", "deleted 2 annotations")
        assert "chosen" not in reader.text
        await reader.keys("u", "space", "c", "4")
        await reader.sees("1 chosen")
        await reader.keys("escape")
        await reader.no_longer_sees("chosen")
        await reader.keys("/")
        await reader.types("titel:bar")
        await reader.sees("there is no field “titel:” · did you mean title:bar?", "0 of 3")
        await reader.keys("enter")
        await reader.sees("gc  clear the filter")
        await reader.keys("g", "c")
        await reader.sees("3 of 3", "filter cleared")
        await reader.keys("g", "c")
        await reader.sees("no filter is set")


async def test_the_smallest_screen_shows_all_of_the_current_annotation(start: Start, articles: Path) -> None:
    async with start(articles, size=(40, 12)) as reader:
        await reader.until(lambda: reader.app.reading.state.shown is not None)
        await reader.keys("enter")
        for number in range(6):
            await reader.enters(") H t", f"tag{number}")
        await reader.keys("A", "g", "g")
        for number in range(6):
            await reader.sees(f"#tag{number}")
            await reader.keys("j")
        await reader.keys("k", "k")
        await reader.sees("#tag3")


async def test_the_smallest_screen_shows_what_to_do_about_a_deleted_article(start: Start, articles: Path) -> None:
    file = articles / "alpha.md"
    async with start(articles, size=(40, 12)) as reader:
        await reader.until(lambda: reader.app.reading.state.shown is not None)
        await reader.keys("enter", ")", ")", "H")
        await reader.until(lambda: not reader.library.store.read_only)
        file.unlink()
        await reader.until(lambda: len(reader.library.catalogue) == 2)
        await reader.keys("A")
        await reader.sees("Paragraph 1 of Alpha", "gives its notes to")
        await reader.keys("/")
        await reader.types("is:gone")
        await reader.sees("1 of 1")


async def test_an_undo_repaints_the_row_of_the_changed_annotation(start: Start, articles: Path) -> None:
    file = articles / "alpha.md"
    async with start(articles) as reader:
        await annotate(reader)
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("It has a second sentence.", "It had a second sentence.", 1), encoding="utf-8")
        await reader.keys("A")
        await reader.until(lambda: any(each.state == "moved" for each in annotations_of(reader)))
        await reader.sees(" moved ")
        while not any(" moved " in line and "▎" in line[:2] for line in reader.lines()):
            await reader.keys("j")
        before = reader.text.count(" moved ")
        await reader.keys("g", "r")
        await reader.until(lambda: reader.text.count(" moved ") == before - 1)
        await reader.keys("u")
        await reader.until(lambda: reader.text.count(" moved ") == before)


async def test_the_list_of_all_is_limited_to_an_article_and_back(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", ")", ")", "H", "J")
        await reader.sees("Paragraph 1 of Beta")
        await reader.keys(")", ")", "H", ")", "H", "A")
        await reader.sees("3 annotations", "3 of 3", "Alpha wolf", "Beta test", "ga notes here")
        assert "A all notes" not in reader.last_row
        await reader.keys("g", "a")
        await reader.sees("2 highlights", "2 of 2", "limited to this article · A lists all")
        assert "articles" not in reader.lines()[0]
        reader.app.screen.say("")
        await reader.sees("A all notes")
        assert "ga notes here" not in reader.last_row
        assert "Alpha wolf" not in reader.text
        await reader.keys("g", "a")
        await reader.sees("only the annotations of this article are listed")
        await reader.keys("A")
        await reader.sees("3 annotations", "3 of 3", "Alpha wolf", "ga limits them to an article")
        await reader.keys("A")
        await reader.sees("all annotations are listed · ga limits them to this article")
        await reader.keys("G", "g", "a")
        await reader.sees("1 highlight", "1 of 1", "Alpha wolf")
        await reader.keys("q")
        await reader.sees("3 of 3")
        await reader.keys("q", "g", "a")
        await reader.sees("2 highlights", "2 of 2")
        await reader.keys("A")
        await reader.sees("3 of 3")
        await reader.keys("q")
        await reader.no_longer_sees("3 of 3")


async def test_the_first_row_and_the_list_show_the_same_number_of_annotations(start: Start, articles: Path) -> None:
    """In the library, in an article, with an orphan, and with annotations of an article that is gone."""
    first, alpha, beta = "Paragraph 1 of Alpha wolf.", articles / "alpha.md", articles / "beta.md"
    async with start(articles) as reader:
        await reader.sees(first)
        await reader.keys("enter", ")", ")", "H", "J")
        await reader.sees("Paragraph 1 of Beta")
        await reader.keys(")", ")", "H", "h")
        alpha.write_text(alpha.read_text("utf-8").replace(first, "Nothing is left."), encoding="utf-8")
        beta.unlink()
        await reader.until(lambda: reader.library.annotations.index.known_totals == (2, 1))
        await reader.until(lambda: len(reader.library.catalogue) == 2)
        counts = "2 annotations · 1 orphan"
        await reader.until(lambda: reader.lines()[0].endswith(counts))
        await reader.keys("A")
        await reader.sees("2 of 2", "orphan")
        assert reader.lines()[0].endswith(counts)
        await reader.enters("/", "is:orphan")
        await reader.sees("1 of 2", first)
        await reader.keys("q", "q", "g", "g", "enter")
        await reader.until(lambda: reader.lines()[0].endswith("1 highlight · 1 orphan"))
        await reader.keys("g", "a")
        await reader.sees("1 of 1")
        assert reader.lines()[0].endswith("1 highlight · 1 orphan")


def test_annotations_without_a_certain_place_are_called_orphans_everywhere() -> None:
    """In what is shown, in the help of every verb and in the documents."""
    other_words = re.compile(
        r"without a place|[^\w]no place\b(?! to go)|several places\b(?! (?:are open|fit))|is:lost|listed as lost"
    )
    root = Path(tui_reader.__file__).parent
    files = [*root.rglob("*.py"), *(root.parent / "docs").glob("*.md"), root.parent / "README.md"]
    texts = {file.name: file.read_text("utf-8") for file in files}
    found = {name: other_words.findall(text) for name, text in texts.items()}
    assert {name: words for name, words in found.items() if words} == {}

"""Annotating an article, from the first highlight to a lost passage that is attached again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.tui.conftest import case
from tui_reader.config import Settings
from tui_reader.tui.commands.command import Pane

if TYPE_CHECKING:
    from pathlib import Path

    from tui_reader.model.annotation import Annotation

Start = Callable[..., AbstractAsyncContextManager[Any]]


def context_of(reader: Any) -> Pane:
    return Pane(reader.app.reading.state.context)


def annotations_of(reader: Any) -> list[Annotation]:
    return list(reader.library.annotations.all())


async def open_first(reader: Any) -> None:
    await reader.sees("Paragraph 1 of Alpha")
    await reader.keys("enter")


async def test_three_keys_lead_from_the_list_to_a_highlight(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        reader.burst("enter", ")", "H")
        await reader.sees("highlighted in amber · u undoes", "1 highlight")
        (made,) = annotations_of(reader)
        assert (made.quote, made.colour) == ("First part", 1)
        await reader.keys("H")
        await reader.sees("it is highlighted in amber already")
        assert len(annotations_of(reader)) == 1


async def test_while_a_note_is_written_no_message_says_that_u_undoes(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys(")", "a")
        await reader.sees("esc saves", "highlighted in amber")
        assert "undoes" not in reader.last_row
        await reader.types("undo")
        await reader.keys("escape")
        await reader.sees("wrote a note on “First part” · u undoes")


async def test_without_a_focus_the_first_key_focuses_a_sentence_and_the_second_highlights_it(
    start: Start, articles: Path
) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys("enter")
        await reader.sees("the same key again highlights")
        assert not annotations_of(reader)
        await reader.keys("enter")
        await reader.sees("highlighted in amber")


async def test_colour_keys_show_the_colours_names_and_recolour_a_highlight(start: Start, articles: Path) -> None:
    names = ("claim", "evidence", "doubt", "idea", "lede")
    async with start(articles, settings=Settings(colours=names)) as reader:
        await open_first(reader)
        await reader.keys(")", "c")
        await reader.sees("1 claim", "3 doubt")
        await reader.keys("3")
        await reader.sees("highlighted in doubt · u undoes")
        await reader.keys("c", "2")
        await reader.sees("evidence")
        assert [each.colour for each in annotations_of(reader)] == [2]
        await reader.keys("c", "2")
        await reader.sees("in that colour already")
        await reader.keys("u")
        assert [each.colour for each in annotations_of(reader)] == [3]
        await reader.keys(")", "H")
        assert {each.colour for each in annotations_of(reader)} == {3, 2}, "the last colour used is taken again"


async def test_renamed_colours_show_their_new_names_at_once(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys(")", ")", "H")
        renamed = replace(Settings(), colours=("claim", "evidence", "doubt", "idea", "lede"))
        reader.app.reading.apply_settings(renamed, reader.app.keys_in_force)
        await reader.keys("c", "2")
        await reader.sees("made “Paragraph 1 of Alpha wolf.” evidence · u undoes")
        await reader.keys("u")
        await reader.sees("undid: made “Paragraph 1 of Alpha wolf.” evidence")


async def test_an_undo_in_another_article_names_it(start: Start, articles: Path) -> None:
    async with start(articles, settings=Settings(mark_read_on_open=False)) as reader:
        await open_first(reader)
        await reader.keys(")", ")", "H", "J")
        await reader.sees("Paragraph 1 of Beta")
        await reader.keys("u")
        await reader.sees("undid: highlighted “Paragraph 1 of Alpha wolf.” in “Alpha wolf”")
        await reader.keys("J", "ctrl+r")
        await reader.sees("redid: highlighted “Paragraph 1 of Alpha wolf.” in “Alpha wolf”")
        await reader.keys("J", "g", "a", "u")
        await reader.sees("undid: highlighted “Paragraph 1 of Alpha wolf.” in “Alpha wolf”")
        await reader.keys("q", "g", "n")
        await reader.types("of the whole")
        await reader.keys("escape", "q", "k", "enter")
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("u")
        await reader.sees("undid: noted on “Beta test”")
        assert "” in “" not in reader.last_row, "it is named once"
        await reader.keys(")", ")", "H", "u")
        await reader.sees("undid: highlighted “Paragraph 1 of Beta test.”")
        assert "” in “" not in reader.last_row


async def test_a_search_extends_the_selection_to_the_match(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        pane = reader.app.reading.state.panes.article
        await reader.keys(")", ")", "v")
        before = pane.selection.range
        await reader.keys("/")
        await reader.types("third")
        await reader.sees("40 matches")
        words = "Paragraph 1 of Alpha wolf. It has a second sentence. And a t"
        await reader.until(lambda: pane.selection.text_of(pane.selection.range) == words)
        await reader.keys("escape")
        assert (pane.selection.kind, pane.selection.range) == ("character", before)
        await reader.enters("/", "third ")
        await reader.until(lambda: pane.selection.text_of(pane.selection.range) == words)
        await reader.keys("n")
        await reader.sees("2 of 40 matches")
        assert pane.selection.text_of(pane.selection.range).count("third") == 1
        await reader.keys("N")
        assert pane.selection.text_of(pane.selection.range) == words
        await reader.keys("/", "escape")
        assert pane.selection.text_of(pane.selection.range) == words, "what was confirmed stays"
        await reader.keys("n", "N", "H")
        await reader.until(lambda: annotations_of(reader))
        assert annotations_of(reader)[0].quote == words


async def test_searching_again_extends_the_selection_and_keeps_it(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        pane = reader.app.reading.state.panes.article
        await reader.keys("/")
        await reader.types("second")
        await reader.keys("enter", "escape", "g", "g", ")", ")", "v", "/", "enter")
        words = "Paragraph 1 of Alpha wolf. It has a s"
        await reader.until(lambda: pane.selection.range and pane.selection.text_of(pane.selection.range) == words)
        await reader.keys("/", "escape")
        assert pane.selection.text_of(pane.selection.range) == words


async def test_a_note_of_several_lines_can_be_typed_ahead_and_opened_again(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        reader.burst(")", ")", "a", *"who says?", "enter", *"j k q 3 H", "escape", "j")
        await reader.until(lambda: annotations_of(reader) and annotations_of(reader)[0].note)
        assert annotations_of(reader)[0].note == "who says?\nj k q 3 H"
        await reader.sees("1 highlight · 1 note", "who says?")
        await reader.keys("a")
        await reader.sees("esc saves", "j k q 3 H")
        await reader.types("!")
        await reader.keys("ctrl+s")
        assert annotations_of(reader)[0].note.endswith("3 H!")
        await reader.keys("u")
        assert annotations_of(reader)[0].note.endswith("3 H")
        await reader.keys("u", "u")
        await reader.no_longer_sees("1 highlight")
        assert not annotations_of(reader)


async def test_an_empty_note_leaves_the_highlight_without_a_message(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys(")", "a", "escape")
        await reader.until(lambda: reader.app.reading.typing is None)
        assert [each.note for each in annotations_of(reader)] == [""]
        await reader.sees("1 highlight")


async def test_a_highlight_is_tagged_by_the_tags_key_and_in_its_note(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys(")", ")", "a")
        await reader.types(".check who counted?")
        await reader.keys("escape", "t")
        await reader.sees("tags of the highlight", "check")
        await reader.types(", lede")
        await reader.keys("enter")
        await reader.until(lambda: annotations_of(reader)[0].tags == ("check", "lede"))
        await reader.keys("q", "t")
        await reader.sees("nature")


async def test_a_selection_goes_by_words_and_characters(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys(")", ")", "v")
        await reader.sees("o other end")
        assert context_of(reader) is Pane.SELECTION
        await reader.keys("0", "f", "A", "e", "o", "w", "H")
        await reader.until(lambda: annotations_of(reader))
        (made,) = annotations_of(reader)
        assert made.quote == "1 of Alpha"
        assert context_of(reader) is Pane.ARTICLE
        await reader.keys("v", "V", "escape")
        assert context_of(reader) is Pane.ARTICLE
        await reader.keys("v", "a", "a")
        await reader.sees("esc saves")


async def test_overlapping_highlights_are_cycled_and_deleted_one_by_one(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys(")", ")", "c", "1", "v", "i", "w", "c", "3")
        await reader.until(lambda: len(annotations_of(reader)) == 2)
        pane = reader.app.reading.state.panes.article
        first = pane.highlights.current.id
        await reader.keys("g", "h")
        assert pane.highlights.current.id != first
        await reader.keys("x")
        await reader.sees("deleted")
        assert [each.id for each in annotations_of(reader)] == [first]
        await reader.keys("u")
        assert len(annotations_of(reader)) == 2


async def test_two_keys_lead_to_the_next_and_the_previous_highlight(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys(")", ")", "H", "2", "0", "}", "H", "g", "g", "]", "h")
        pane = reader.app.reading.state.panes.article
        first = pane.highlights.current.id
        await reader.keys("]", "h")
        await reader.sees("Paragraph 20 of Alpha")
        assert pane.highlights.current.id != first
        await reader.keys("]", "h")
        await reader.sees("no highlight below")
        await reader.keys("2", "[", "h")
        assert pane.highlights.current.id == first


async def test_the_extent_of_a_highlight_can_be_changed(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys(")", ")", "H", "g", "v", ")", "enter")
        await reader.sees("resized")
        (one,) = annotations_of(reader)
        assert one.quote.startswith("Paragraph 1 of Alpha wolf. It has")
        await reader.keys("u")
        assert annotations_of(reader)[0].quote == "Paragraph 1 of Alpha wolf."


async def test_a_quote_is_copied_with_its_source(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys(")", ")", "y")
        await reader.sees("sent the quote with its source")
        assert "> Paragraph 1 of Alpha wolf." in reader.app.clipboard
        assert "Zoo" in reader.app.clipboard
        await reader.enters("g y", "bibtex")
        await reader.until(lambda: "@article" in reader.app.clipboard)


async def test_an_article_has_one_note_of_its_own(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("g", "n")
        await reader.types("read this again")
        await reader.keys("escape")
        await reader.sees("noted on “Alpha wolf” · u undoes", "✎1")
        await reader.keys("g", "n")
        await reader.sees("read this again")
        await reader.keys(*["backspace"] * 15, "escape")
        await reader.until(lambda: not annotations_of(reader))


async def test_annotating_works_at_every_terminal_size(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha")
        for size in ((200, 60), (120, 35), (80, 24), (40, 12)):
            with case(size):
                await reader.resizes(*size)
                await reader.keys("enter", "g", "g")
                await reader.sees("Paragraph 1 of Alpha")
                await reader.keys(")", ")", "H", "a")
                await reader.sees("esc saves", "Paragraph 1 of Alpha")
                await reader.types("a thought")
                await reader.keys("escape")
                await reader.sees("a thought")
                assert all(len(line) <= size[0] for line in reader.lines())
                await reader.keys("2", "u")
                await reader.no_longer_sees("a thought")
                await reader.returns()


async def test_annotations_survive_edits_outside_a_lost_passage_undo_and_a_restart(
    start: Start, articles: Path
) -> None:
    """Highlight, write a note, overlap, recolour, edit the file outside and delete the passage; then find the
    orphan, attach it again, undo all of it, restart and redo.
    """
    file = articles / "alpha.md"
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys(*["}"] * 5, "H", "a")
        await reader.types("the turning point")
        await reader.keys("escape", "v", "i", "w", "c", "2", "c", "4")
        await reader.until(lambda: len(annotations_of(reader)) == 2)
        quote = annotations_of(reader)[0].quote
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("## First part\n", "## First part\n\nA new beginning that was not there.\n"))
        await reader.sees("A new beginning")
        await reader.until(lambda: all(each.placed and each.placed.start > 0 for each in annotations_of(reader)))
        await reader.sees("the turning point")
        assert next(each.quote for each in annotations_of(reader)) == quote

        paragraph = next(part for part in text.split("\n\n") if part.startswith(quote))
        file.write_text(text.replace(paragraph, "Nothing of it is left here, not one of its words."))
        await reader.last_row_shows("2 orphans in this article · ga shows them")
        await reader.keys("g", "a")
        await reader.sees("orphan", "the turning point")
        await reader.keys("enter")
        await reader.sees("attaches")
        assert reader.app.reading.state.pane is Pane.ARTICLE
        await reader.keys("escape", "g", "g", "g", "a", "enter", ")", ")", "enter")
        await reader.sees("attached", "again · u undoes")
        attached = [each for each in annotations_of(reader) if each.placed and each.placed.is_certain]
        assert len(attached) == 1
        assert attached[0].quote in file.read_text(encoding="utf-8")
        before = [(each.id, each.colour, each.note, each.quote) for each in annotations_of(reader)]
        while annotations_of(reader):
            await reader.keys("u")
        await reader.sees("undid: highlighted")
        await reader.keys("Q")
    async with start(articles) as reader:
        await reader.sees("Nothing of it is left")
        await reader.keys("enter", "6", "ctrl+r")
        await reader.until(lambda: len(annotations_of(reader)) == 2)
        for _ in range(8):
            await reader.keys("ctrl+r")
        assert sorted((each.id, each.colour, each.note, each.quote) for each in annotations_of(reader)) == sorted(
            before
        )
        await reader.sees("1 orphan")


async def test_changes_since_the_article_was_read_are_announced_and_shown(start: Start, articles: Path) -> None:
    file = articles / "alpha.md"
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys(")", ")", "H", "g", "d")
        await reader.sees("nothing has changed since you read it")
        await reader.until(lambda: not reader.library.store.read_only)
        await reader.keys("J", "Q")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Paragraph 2 of Alpha wolf", "Paragraph two of the Alpha wolf"))
    async with start(articles) as reader:
        await reader.sees("Paragraph two of the Alpha")
        await reader.keys("enter")
        await reader.sees("changed since you read it", "gd shows how")
        await reader.keys("g", "d")
        await reader.sees("since you read it", "Paragraph 2 two of the Alpha")
        await reader.keys(")", "H")
        await reader.sees("gd shows the text itself")
        await reader.keys("g", "d")
        await reader.sees("Paragraph two of the Alpha")
        assert reader.app.reading.state.panes.article.highlights.current is None
        await reader.keys("g", "d")
        await reader.sees("Paragraph 2 two of the Alpha")
        await reader.keys("g", "d", "J")
        await reader.sees("Paragraph 1 of Beta")
        await reader.keys("K")
        await reader.sees("Paragraph two of the Alpha")
        await reader.keys("J", "g", "d")
        await reader.sees("nothing has changed")
        await reader.keys("j")
        assert "nothing has changed" not in reader.text


async def test_keys_step_through_the_changes(start: Start, articles: Path) -> None:
    file = articles / "alpha.md"
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys("]", "c")
        await reader.sees("gd shows what has changed")
        await reader.until(lambda: not reader.library.store.read_only)
        await reader.keys(")", "H", "J", "Q")
    text = file.read_text(encoding="utf-8")
    for number in (3, 4, 30):
        text = text.replace(f"Paragraph {number} of", f"Paragraph no. {number} of")
    file.write_text(text, encoding="utf-8")
    async with start(articles) as reader:
        await reader.sees("Paragraph no. 3 of")
        await reader.keys("enter", "g", "g", "g", "d")
        await reader.sees("3 changes since you read it")
        await reader.keys("]", "c")
        await reader.sees("change 1 of 3")
        await reader.keys("]", "c")
        await reader.sees("change 2 of 3")
        assert "Paragraph no. 4 of" in reader.text
        await reader.keys("]", "c")
        await reader.sees("change 3 of 3", "Paragraph no. 30 of")
        await reader.keys("]", "c")
        await reader.sees("no change below")
        await reader.keys("2", "[", "c")
        await reader.sees("change 1 of 3", "Paragraph no. 3 of")
        await reader.keys("[", "c")
        await reader.sees("no change above")
        await reader.keys("G", "[", "c")
        await reader.sees("change 3 of 3")


async def test_a_selection_is_piped_through_a_command_and_its_output_shown(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.enters(") ) v |", "tr a-z A-Z")
        await reader.sees("PARAGRAPH 1 OF ALPHA WOLF.")
        await reader.enters("escape |", "head -5; exit 3")
        await reader.sees("q closes", "| head -5")
        await reader.keys("q")
        await reader.sees("ended with status 3")


async def test_the_mouse_selects_text_and_a_click_chooses_a_highlight(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        row = next(y for y, line in enumerate(reader.lines()) if "Paragraph 2 of" in line)
        column = reader.lines()[row].index("Paragraph 2")
        await reader.pilot.mouse_down(offset=(column, row))
        await reader.pilot.hover(offset=(column + 10, row))
        await reader.pilot.mouse_up(offset=(column + 10, row))
        await reader.sees("o other end")
        await reader.keys("c", "4")
        await reader.until(lambda: annotations_of(reader))
        assert annotations_of(reader)[0].quote.startswith("Paragraph")
        await reader.keys("g", "g")
        await reader.pilot.click(offset=(column + 2, row))
        await reader.pilot.pause()
        assert reader.app.reading.state.panes.article.highlights.current.colour == 4
        await reader.keys("x")
        await reader.until(lambda: not annotations_of(reader))


async def test_a_note_being_written_survives_changes_of_its_article(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys(")", ")", "a")
        await reader.types("half a thou")
        (articles / "alpha.md").write_text("---\ntitle: Alpha wolf\ndate: 2026-11-03\n---\n\nAnother text.\n")
        await reader.sees("Another text.")
        await reader.types("ght")
        (made,) = annotations_of(reader)
        reader.library.annotations.delete(made.id)
        await reader.keys("escape")
        await reader.sees("the note was kept on the article")
        (kept,) = annotations_of(reader)
        assert kept.note.endswith("half a thought")
        assert "Paragraph 1 of Alpha wolf." in kept.note


async def test_the_last_row_shows_the_keys_of_the_note_sheet(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", ")", "a")
        await reader.sees("esc saves", "ctrl+z undo", "f7 select all")
        await reader.no_longer_sees("c1-5 colour")
        await reader.keys("escape")
        await reader.sees("c1-5 colour")
        await reader.no_longer_sees("f7 select all")


async def test_the_highlight_key_marks_the_sentence_of_the_match(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys(")", ")", ")", "/")
        await reader.types("Paragraph 3")
        await reader.keys("enter", "H")
        await reader.sees("highlighted in amber")
        await reader.keys("n", "/")
        await reader.types("third")
        await reader.keys("enter", "n", "c", "2")
        quotes = [each.quote for each in annotations_of(reader)]
        assert set(quotes) == {"Paragraph 3 of Alpha wolf.", "And a third."}


async def test_stepping_by_sentences_continues_after_a_jump_to_the_top(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys("}", "}", "}", ")", "g", "g", ")", "H")
        assert [each.quote for each in annotations_of(reader)] == ["First part"]

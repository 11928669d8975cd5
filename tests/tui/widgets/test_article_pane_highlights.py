"""The article pane shows every highlight without hiding a word, and its note beside it at any width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.counts import examples
from tests.document.building import document, documents
from tests.tui.widgets.article_stage import Shown, article, headline_of, stage
from tui_reader.model.article import Article, Metadata
from tui_reader.tui.widgets.article_pane.highlight_index import Highlight
from tui_reader.tui.widgets.article_pane.note_rows import folded_row
from tui_reader.tui.widgets.article_pane.page import Page
from tui_reader.tui.widgets.article_pane.pane import ArticlePane

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document

TEXT = article(20)
NOTE = "who counted the pensions, and in which of the years that were asked about?"


def mark(words: str, colour: int = 1, note: str = "", *tags: str, name: str = "", uncertain: bool = False) -> Highlight:
    start = TEXT.text.index(words)
    return Highlight(name or words, start, start + len(words), colour, note, tags, uncertain)


def row_with(shown: Shown, words: str) -> str:
    return next(line for line in shown.lines() if words in line)


def tone_of(shown: Shown, words: str) -> str:
    style = shown.style_of(words)
    return str(style.bgcolor.name) if style.bgcolor else ""


async def test_highlights_have_their_colour_and_their_number_in_the_margin() -> None:
    async with stage() as shown:
        await shown.show(TEXT)
        shown.pane.highlights.set([mark("Paragraph 1.", 3), mark("Paragraph 2.", 5, uncertain=True)])
        await shown.pilot.pause()
        variables = shown.app.theme_variables
        assert tone_of(shown, "Paragraph 1.") == variables["highlight-3"]
        assert tone_of(shown, "Paragraph 2.") == variables["highlight-5"]
        assert row_with(shown, "Paragraph 1.").split()[0] == "3"
        assert row_with(shown, "Paragraph 2.").split()[0] == "5?"


async def test_overlapping_highlights_mix_their_colours_and_are_visited_one_by_one() -> None:
    async with stage() as shown:
        await shown.show(TEXT)
        start = TEXT.text.index("Paragraph 1.")
        marks = [Highlight("long", start, start + 30, 1), Highlight("short", start + 10, start + 20, 3)]
        shown.pane.highlights.set(marks)
        assert [each.id for each in shown.pane.highlights.at(start + 12)] == ["short", "long"]
        shown.pane.focus.move_by_sentences(2)
        while shown.pane.highlights.current is None:
            assert shown.pane.focus.move_by_sentences(1)
        tones = {tone_of(shown, words) for words in ("Paragraph ", "1.")}
        assert len(tones) == 2
        first = shown.pane.highlights.current
        assert shown.pane.highlights.cycle() == (first.id == "long" or shown.pane.focus.range is not None)
        assert shown.pane.highlights.current != first


async def test_stepping_through_the_highlights_scrolls_each_into_view() -> None:
    async with stage(70, 12) as shown:
        await shown.show(TEXT)
        shown.pane.highlights.set([mark("Paragraph 15."), mark("Paragraph 3."), mark("Paragraph 9.")])
        found = []
        while shown.pane.highlights.step(1):
            await shown.pilot.pause()
            assert shown.pane.highlights.current is not None
            assert shown.pane.highlights.current.id in shown.text
            found.append(shown.pane.highlights.current.id)
        assert found == ["Paragraph 3.", "Paragraph 9.", "Paragraph 15."]
        assert shown.pane.highlights.step(-2)
        assert shown.pane.highlights.current is not None
        assert shown.pane.highlights.current.id == "Paragraph 3."
        assert shown.pane.selection.point == TEXT.text.index("Paragraph 3.")


async def test_notes_are_beside_their_lines_and_never_overlap() -> None:
    async with stage(120, 30) as shown:
        await shown.show(TEXT)
        start = TEXT.text.index("already on", TEXT.text.index("Paragraph 1."))
        plain = [line.strip() for line in shown.lines()]
        shown.pane.highlights.set(
            [
                mark("Paragraph 1.", 1, f"first, {NOTE}", "claim"),
                Highlight("b", start, start + 10, 2, "second"),
                mark("Paragraph 2.", 3, "", "check"),
            ]
        )
        await shown.pilot.pause()
        lines = shown.lines()
        assert "▎ first, who" in row_with(shown, "Paragraph 1.")
        notes = [line[line.index("▎") + 2 :].strip() if "▎" in line else "" for line in lines]
        said = [each for each in notes if each]
        assert " ".join(said[:-1]).startswith(f"first, {NOTE[:20]}")
        assert "#claim" in said
        assert notes.index("second") > notes.index("#claim") + 1
        assert said[-1] == "#check"
        for line in lines[:-1]:
            assert line.split("▎")[0].strip(" 123").strip() in plain or not line.strip()


async def test_without_room_notes_fold_under_their_paragraph_and_unfold_with_the_highlight() -> None:
    async with stage(60, 30) as shown:
        await shown.show(TEXT)
        shown.pane.highlights.set([mark("Paragraph 1.", 1, NOTE, "claim"), mark("Paragraph 2.", 2, "short")])
        await shown.pilot.pause()
        lines = [line.strip() for line in shown.lines()]
        folded = next(at for at, line in enumerate(lines) if line.startswith("✎1 who"))
        assert lines[folded].endswith("… #claim")
        assert lines[folded - 1].endswith("how.")
        assert lines[folded + 1] == ""
        assert lines.index("✎2 short") > folded
        shown.pane.highlights.step(1)
        await shown.pilot.pause()
        assert "asked about?" in shown.text
        shown.pane.highlights.step(1)
        await shown.pilot.pause()
        assert "asked about?" not in shown.text


async def test_all_of_a_long_note_can_be_reached() -> None:
    long = " ".join(f"word{number}" for number in range(90))
    last = TEXT.text.rindex("Paragraph 19.")
    for width in (120, 50):
        async with stage(width, 16) as shown:
            await shown.show(TEXT)
            shown.pane.highlights.set([Highlight("a", last, last + 13, 1, long)])
            shown.pane.highlights.step(1)
            seen = ""
            for _ in range(40):
                await shown.pilot.pause()
                seen += shown.text
                if not shown.pane.scroller.by_rows(1):
                    break
            assert "word0 " in seen
            assert "word89" in seen


@pytest.mark.parametrize("theme", ["paper-dark", "paper-light", "high-contrast", "terminal"])
async def test_highlight_selection_and_caret_look_different_in_every_theme(theme: str) -> None:
    async with stage(theme=theme) as shown:
        await shown.show(TEXT)
        shown.pane.highlights.set([mark("Paragraph 1.", 1), mark("Paragraph 2.", 2)])
        await shown.pilot.pause()
        looks = {str(shown.style_of(words)) for words in ("Paragraph 0.", "Paragraph 1.", "Paragraph 2.")}
        assert len(looks) == 3
        shown.pane.focus.move_by_sentences(2)
        shown.pane.selection.start("character")
        shown.pane.selection.move("left", 1)
        await shown.pilot.pause()
        assert shown.pane.selection.kind
        looks = {str(shown.style_of(words)) for words in ("Paragraph ", "0", "Paragraph 1.", "What remains")}
        assert len(looks) == 4


async def test_without_colours_a_highlight_is_underlined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with stage() as shown:
        await shown.show(TEXT)
        shown.pane.highlights.set([mark("Paragraph 1.", 4)])
        await shown.pilot.pause()
        assert shown.style_of("Paragraph 1.").underline
        assert not shown.style_of("Paragraph 0.").underline
        assert row_with(shown, "Paragraph 1.").split()[0] == "4"


async def test_a_click_on_a_highlight_or_its_note_makes_it_current() -> None:
    for width in (120, 60):
        async with stage(width, 30) as shown:
            await shown.show(TEXT)
            shown.pane.highlights.set([mark("Paragraph 1.", 1, "hello there", name="one")])
            await shown.pilot.pause()
            for words in ("Paragraph 1.", "hello"):
                y = next(y for y, line in enumerate(shown.lines()) if words in line)
                await shown.pilot.click(offset=(shown.lines()[y].index(words) + 1, y))
                assert shown.pane.highlights.current is not None
            assert shown.app.posted == ["one", "one"]


async def test_a_changed_text_shows_no_highlight_until_its_position_is_set() -> None:
    async with stage() as shown:
        await shown.show(TEXT)
        shown.pane.highlights.set([mark("Paragraph 1.", 1)])
        await shown.show(article(20))
        assert shown.pane.highlights.at(mark("Paragraph 1.").start)
        await shown.show(article(21))
        assert not shown.pane.highlights.at(mark("Paragraph 1.").start)


@pytest.mark.parametrize("width", [60, 120], ids=["folded notes", "notes in the margin"])
@pytest.mark.parametrize("successor", [article(6), None], ids=["another article", "nothing"])
async def test_a_replaced_page_is_not_laid_out_again(
    monkeypatch: pytest.MonkeyPatch, width: int, successor: Document | None
) -> None:
    async with stage(width, 30) as shown:
        await shown.show(TEXT)
        shown.pane.highlights.set([mark("Paragraph 1.", 1, NOTE), mark("Paragraph 5.", 2, NOTE)])
        shown.pane.highlights.step(1)
        await shown.pilot.pause()
        former, used = shown.pane.viewport.page, []
        for name in ("row_of", "rows", "unfolded_rows", "offset_of", "ref"):
            original = getattr(Page, name)

            def recorded(page: Page, *values: Any, original: Any = original) -> Any:
                used.append(page)
                return original(page, *values)

            monkeypatch.setattr(Page, name, recorded)
        if successor is None:
            shown.pane.clear("nothing here")
        else:
            other = headline_of(successor)._replace(article=Article("b", "b.md", Metadata(title="B")))
            shown.pane.show(other, successor)
        await shown.pilot.pause()
        assert former is not None
        assert all(page is not former for page in used)
        assert not shown.pane.highlights.index.highlights
        assert "who counted" not in shown.text


@settings(max_examples=examples(15), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    documents(),
    st.integers(24, 100),
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 60), st.sampled_from(["", "a note 👩\u200d🚀\nof two"]))),
)
async def test_with_any_highlights_every_row_is_reached_once_and_in_order(
    text: Document, width: int, drawn: list[tuple[int, int, str]]
) -> None:
    size = len(text.text)
    marks = [
        Highlight(str(at), start % size, min(start % size + length, size), at % 5 + 1, note, ("t",))
        for at, (start, length, note) in enumerate(drawn)
        if size
    ]
    async with stage(width, 9) as shown:
        await shown.show(text)
        pane = shown.pane
        pane.highlights.set(marks)
        page = pane.viewport.page
        assert page is not None
        whole = page.rows(0, page.height)
        assert len(whole) == page.height
        assert all(strip.cell_length == width for strip in pane.render_lines(pane.size.region))
        for y in range(page.height):
            assert page.rows(y, 3) == whole[y : y + 3]
            assert page.resolve(page.ref(y)) == y
        if page.layout is not None:
            assert [page.to_layout(page.to_page(row)) for row in range(page.layout.height)] == [
                *range(page.layout.height)
            ] or page.title_block is not None
        while pane.scroller.by_rows(1):
            assert (
                pane.viewport.visible_rows()
                == whole[pane.viewport.top : pane.viewport.top + len(pane.viewport.visible_rows())]
            )
            assert all(strip.cell_length == width for strip in pane.render_lines(pane.size.region))
        for _ in marks:
            pane.highlights.step(1)
            assert pane.highlights.current is None or pane.highlights.current in marks


def test_the_messages_have_the_handler_names_of_the_article_pane() -> None:
    assert ArticlePane.Selected.handler_name == "on_article_pane_selected"
    assert ArticlePane.HighlightClicked.handler_name == "on_article_pane_highlight_clicked"


async def test_numbers_of_several_highlights_in_a_row_are_separated() -> None:
    """Without a space, 1 and 4 would look like 14; if the margin has no room for all, a + says that there are more."""
    marks = [Highlight(str(n), n, 30, colour=n, uncertain=n == 4) for n in (1, 4, 5)]
    text = document("One sentence is here, of some length. Two follow it.")
    for width, numbers in ((120, " 1 4? 5 One"), (76, "1+ One"), (20, "1One")):
        async with stage(width, 12) as shown:
            await shown.show(text)
            shown.pane.highlights.set(marks)
            await shown.pilot.pause()
            assert numbers in shown.text.replace("▎", " "), shown.text


async def test_numbers_are_in_reading_order_whichever_highlight_is_current() -> None:
    text = document("One sentence is here, of some length. Two follow it.")
    marks = [Highlight(str(n), 4 * n, 4 * n + 3, colour=n) for n in (1, 2, 3)]
    reverse = [each._replace(colour=4 - each.colour) for each in marks]
    for shuffled, numbers in ((marks, "1 2 3 One"), (marks[::-1], "1 2 3 One"), (reverse, "3 2 1 One")):
        async with stage(120, 12) as shown:
            await shown.show(text)
            shown.pane.highlights.set(shuffled)
            for _ in range(4):
                await shown.pilot.pause()
                assert numbers in shown.text.replace("▎", " "), shown.text
                shown.pane.highlights.step(1)


@pytest.mark.parametrize("theme", ["paper-dark", "paper-light", "high-contrast"])
async def test_number_bar_and_pen_have_the_colour_of_their_highlight(theme: str) -> None:
    for width, sign in ((120, "{}▎ "), (60, "✎{} ")):
        async with stage(width, 40, theme=theme) as shown:
            await shown.show(TEXT)
            shown.pane.highlights.set([mark(f"Paragraph {n}.", n, f"about {n}") for n in range(1, 6)])
            await shown.pilot.pause()
            for colour in range(1, 6):
                style = shown.style_of(sign.format(colour))
                assert style.color is not None
                assert style.color.name == shown.app.theme_variables[f"note-{colour}"]
                number = next(s for strip in shown.strips() for s in strip if s.text.strip() == str(colour))
                assert number.style is not None
                assert number.style.color == style.color


def test_tags_of_a_folded_note_are_cut_only_where_its_words_need_the_room() -> None:
    def row(note: str, width: int, *tags: str) -> str:
        return "".join(piece.text for piece in folded_row(note, tags, width, 3))

    assert row("ok", 40, "one", "another", "a third one", "last") == "✎3 ok #one #another #a third one #last"
    assert row("", 20, "one", "another") == "✎3 #one #another"
    assert row("many words that fill the row", 30, "one", "another", "third") == "✎3 many words t… #one #anothe…"


async def test_the_current_number_is_among_those_that_fit() -> None:
    marks = [Highlight(str(n), 4 * n, 4 * n + 3, colour=n) for n in (1, 2, 3)]
    async with stage(76, 12) as shown:
        await shown.show(document("One sentence is here, of some length. Two follow it."))
        shown.pane.highlights.set(marks)
        seen = []
        for _ in range(3):
            shown.pane.highlights.step(1)
            await shown.pilot.pause()
            seen.append(next(line.split("One")[0].strip(" ▎") for line in shown.lines() if "One sentence" in line))
        assert seen == ["1+", "2+", "3+"]


def many_notes(count: int) -> list[Highlight]:
    """Return notes of about five rows, each on another word of one paragraph."""
    start = TEXT.text.index("Paragraph 5.")
    words = list(re.finditer(r"\S+", TEXT.text[start : start + 110]))
    return [
        Highlight(
            f"n{at:02}",
            start + words[at % len(words)].start(),
            start + words[at % len(words)].end(),
            1 + at % 5,
            f"note {at:02} goes on and on, with more to say than there is room for in some rows beside the text",
        )
        for at in range(count)
    ]


async def test_the_current_of_many_notes_on_a_paragraph_is_beside_it() -> None:
    async with stage(120, 30) as shown:
        await shown.show(TEXT)
        shown.pane.highlights.set(many_notes(10))
        seen = []
        for _ in range(10):
            shown.pane.highlights.step(1)
            await shown.pilot.pause()
            current = shown.pane.highlights.current
            assert current is not None
            assert f"▎ {current.note[:7]}" in shown.text
            seen.append(current.id)
            beside = [line for line in shown.lines() if "▎ note" in line]
            assert len(beside) == len({line.split("▎")[1][:8] for line in beside}), "each of them once"
        assert len(set(seen)) == 10


async def test_notes_stay_in_the_order_of_the_text_while_stepping_through_them() -> None:
    """Tested with many notes on one paragraph, notes on several, and notes at the top of the page."""
    first = TEXT.text.index("Paragraph 1.")
    several = [
        Highlight(
            f"s{at:02}", first + 40 * at, first + 40 * at + 9, 1 + at % 5, f"note {at:02} " + "word " * (at % 4 * 9)
        )
        for at in range(12)
    ]
    for marks in (many_notes(10), several, [*several[:3], *many_notes(4)]):
        numbered = [
            each._replace(id=f"m{at:02}", note=f"note {at:02} {each.note[8:]}")
            for at, each in enumerate(sorted(marks, key=lambda each: each.start))
        ]
        for height in (30, 16):
            async with stage(120, height) as shown:
                await shown.show(TEXT)
                shown.pane.highlights.set(numbered)
                for step in (1,) * 11 + (-1,) * 11:
                    shown.pane.highlights.step(step)
                    await shown.pilot.pause()
                    order = re.findall(r"▎ note (\d\d)", shown.text)
                    assert order == sorted(set(order)), shown.text
                    current = shown.pane.highlights.current
                    assert current is not None
                    row = next(line for line in shown.lines() if f"▎ {current.note[:7]}" in line)
                    assert row.rsplit("▎", 1)[0].rstrip().endswith(str(current.colour))


async def test_however_many_notes_a_paragraph_has_all_of_them_can_be_scrolled_to() -> None:
    async with stage(120, 30) as shown:
        await shown.show(TEXT)
        shown.pane.highlights.set(many_notes(40))
        seen: set[str] = set()
        for _ in range(400):
            await shown.pilot.pause()
            seen.update(re.findall(r"▎ note (\d\d)", shown.text))
            if not shown.pane.scroller.by_rows(1):
                break
        assert sorted(seen) == [f"{at:02}" for at in range(40)]


async def test_notes_that_reach_beyond_the_text_can_be_scrolled_to() -> None:
    short = article(6)
    start = short.text.index("Paragraph 5.")
    async with stage(120, 20) as shown:
        await shown.show(short)
        marks = [
            Highlight(f"n{at:02}", start + at, start + at + 5, 1, f"note {at:02} " + "word " * 30) for at in range(20)
        ]
        shown.pane.highlights.set(marks)
        shown.pane.scroller.to_end()
        await shown.pilot.pause()
        assert "▎ note 19" in shown.text


async def test_the_focused_sentence_stays_on_its_row_when_a_note_above_it_folds() -> None:
    async with stage(60, 30) as shown:
        await shown.show(TEXT)
        long = mark("Paragraph 1.", 1, "\n".join(f"line {n}" for n in range(60)), name="long")
        shown.pane.highlights.set([long])
        shown.pane.highlights.step(1)
        for _ in range(3):
            shown.pane.focus.move_by_paragraphs(1)
        await shown.pilot.pause()
        focus = shown.pane.focus.range
        assert focus is not None
        row = shown.lines().index(row_with(shown, "Paragraph 4."))
        shown.pane.highlights.set([long, Highlight("new", focus.start, focus.end, 2)])
        await shown.pilot.pause()
        assert "line 40" not in shown.text
        assert shown.lines().index(row_with(shown, "Paragraph 4.")) == row


async def test_a_note_shortened_by_another_program_leaves_text_in_view_and_clickable() -> None:
    async with stage(60, 30) as shown:
        short = article(3)
        await shown.show(short)
        start = short.text.index("Paragraph 1.")
        shown.pane.highlights.set([Highlight("long", start, start + 12, 1, "\n".join(f"line {n}" for n in range(90)))])
        shown.pane.highlights.step(1)
        for _ in range(60):
            shown.pane.scroller.by_rows(1)
        await shown.pilot.pause()
        assert "line 60" in shown.text
        shown.pane.highlights.set([Highlight("long", start, start + 12, 1, "two\nlines")])
        await shown.pilot.pause()
        assert "Paragraph 2." in shown.text
        await shown.pilot.click(offset=(10, 20))


async def test_notes_keep_their_places_while_text_is_selected() -> None:
    async with stage(120, 30) as shown:
        await shown.show(TEXT)
        shown.pane.highlights.set(many_notes(4))
        shown.pane.highlights.step(3)
        await shown.pilot.pause()

        def order() -> list[str]:
            return re.findall(r"▎ note (\d\d)", shown.text)

        before = order()
        shown.pane.selection.start("character")
        shown.pane.selection.move("word", 3)
        await shown.pilot.pause()
        assert order() == before
        shown.pane.selection.end()
        await shown.pilot.pause()
        assert shown.pane.highlights.current is None
        assert order() == ["00", "01"], "none leads"

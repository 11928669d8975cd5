"""The article pane: text is selected by keys and by mouse, and exactly the text shown as selected is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.counts import examples
from tests.document.building import CODE, block, document, documents
from tests.tui.widgets.article_stage import Shown, article, stage
from tui_reader.document.cells import boundary_at
from tui_reader.tui.widgets.article_pane.caret_moves import MOTIONS
from tui_reader.tui.widgets.article_pane.layers.pointer import Pointer

if TYPE_CHECKING:
    import pytest

    from tui_reader.document.blocks import Document

SENTENCES = document("One is here. Two follows it. Three ends.", "Alone it stands, as ever.")


def selected(shown: Shown) -> str:
    selection = shown.pane.selection.range
    return "" if selection is None else shown.pane.selection.text_of(selection)


def reversed_text(shown: Shown) -> str:
    return "".join(
        segment.text for strip in shown.strips() for segment in strip if segment.style and segment.style.reverse
    )


def cell_of(shown: Shown, words: str) -> tuple[int, int]:
    for y, line in enumerate(shown.lines()):
        if words in line:
            return cell_len(line[: line.index(words)]), y
    raise AssertionError(words)


async def test_a_selection_starts_with_the_focused_sentence_and_ends_with_the_same_key() -> None:
    async with stage() as shown:
        await shown.show(SENTENCES)
        assert shown.pane.selection.text_of(shown.pane.selection.target()) == "One is here."
        shown.pane.focus.move_by_sentences(2)
        shown.pane.selection.start("character")
        assert (shown.pane.selection.kind, selected(shown)) == ("character", "Two follows it.")
        assert shown.pane.selection.point == SENTENCES.text.index("it.") + 2
        shown.pane.selection.start("paragraph")
        assert selected(shown) == SENTENCES.block_text(0)
        shown.pane.selection.start("paragraph")
        assert (shown.pane.selection.kind, shown.pane.selection.range) == ("", None)
        assert shown.pane.focus.text() == "Two follows it."


async def test_motions_extend_the_selection_as_they_would_in_vim() -> None:
    async with stage() as shown:
        await shown.show(SENTENCES)
        pane = shown.pane
        pane.focus.move_by_sentences(2)
        pane.selection.start("character")
        assert pane.selection.move("sentence_next", 1)
        assert selected(shown) == "Two follows it. Three ends."
        assert pane.selection.move("back", 2)
        assert selected(shown) == "Two follows it. T"
        pane.selection.swap_ends()
        assert pane.selection.move("word", 1)
        assert selected(shown) == "follows it. T"
        assert pane.selection.move("line_start")
        assert selected(shown).startswith("One is here.")
        assert pane.selection.move("bottom")
        assert selected(shown) == "Three ends.\nAlone it stands, as ever."
        assert not pane.selection.move("right", 3)
        assert pane.selection.move("up")
        assert selected(shown) == " it. T"


async def test_a_character_search_extends_the_selection_and_can_be_repeated() -> None:
    async with stage() as shown:
        await shown.show(SENTENCES)
        pane = shown.pane
        pane.selection.start("character")
        assert pane.selection.find_character("t", "o", 1)
        assert selected(shown) == "One is here. Tw"
        assert pane.selection.repeat_find(1)
        assert selected(shown) == "One is here. Two f"
        assert pane.selection.repeat_find(1)
        assert selected(shown) == "One is here. Two foll"
        assert pane.selection.find_character("F", "n", 1)
        assert selected(shown) == "On"
        assert not pane.selection.find_character("f", "ß", 1)


async def test_a_repeated_character_search_stays_in_its_paragraph() -> None:
    text = document("First one, then two.", "Second, here, there.")
    async with stage() as shown:
        await shown.show(text)
        shown.pane.selection.start("character")
        assert not shown.pane.selection.find_character("t", ",")
        assert not shown.pane.selection.repeat_find()
        assert selected(shown) == "First one, then two."
        shown.pane.selection.end()
        shown.pane.focus.move_by_sentences(1)
        shown.pane.focus.move_by_sentences(1)
        shown.pane.selection.start("character")
        shown.pane.selection.swap_ends()
        assert not shown.pane.selection.find_character("T", ",")
        assert not shown.pane.selection.repeat_find()
        assert selected(shown) == "Second, here, there."


async def test_a_text_object_among_paragraphs_is_selected_by_its_characters() -> None:
    async with stage() as shown:
        await shown.show(SENTENCES)
        shown.pane.selection.start("paragraph")
        assert shown.pane.selection.select_object("is")
        assert (shown.pane.selection.kind, selected(shown)) == ("character", "One is here.")
        shown.pane.selection.end()
        shown.pane.selection.start("paragraph")
        shown.pane.selection.select_object("ip")
        assert (shown.pane.selection.kind, selected(shown)) == ("paragraph", SENTENCES.block_text(0))


async def test_a_text_object_replaces_the_first_selection_and_then_extends_it() -> None:
    async with stage() as shown:
        await shown.show(SENTENCES)
        pane = shown.pane
        pane.selection.start("character")
        assert pane.selection.select_object("ip")
        assert selected(shown) == SENTENCES.block_text(0)
        assert pane.selection.select_object("ip")
        assert selected(shown) == SENTENCES.text
        pane.selection.end()
        pane.focus.move_by_sentences(-9)
        pane.selection.start("character")
        pane.selection.select_object("iw")
        assert selected(shown) == "here"
        assert pane.selection.move("left")
        pane.selection.swap_ends()
        pane.selection.select_object("is")
        assert selected(shown) == "One is here."


async def test_a_search_moves_the_caret_and_clearing_it_restores_the_selection() -> None:
    async with stage() as shown:
        await shown.show(SENTENCES)
        pane = shown.pane
        pane.selection.start("character")
        for typed in ("e", "en", "end", "ends"):
            pane.search.find(typed)
        assert selected(shown) == "One is here. Two follows it. Three e"
        pane.search.clear()
        assert selected(shown) == "One is here."
        assert pane.search.find("it") == 2
        assert pane.search.find("it") == 2
        assert selected(shown) == "One is here. Two follows i"
        assert pane.search.next(1) == (2, 2)
        assert selected(shown).endswith("Alone i")
        pane.search.clear()
        assert selected(shown).endswith("Alone i")


async def test_the_view_and_the_terminal_cursor_follow_the_caret() -> None:
    async with stage(60, 12) as shown:
        await shown.show(article())
        pane = shown.pane
        pane.active = True
        pane.selection.start("character")
        for motion in ("down", "half_down", "page_down", "bottom", "half_up", "up", "top"):
            assert pane.selection.move(motion, 3 if motion == "down" else 1), motion
            await shown.pilot.pause()
            low, high = pane.viewport.visible_range()
            assert low <= pane.selection.point < high
            x, y = shown.app.cursor_position
            assert shown.strips()[y].crop(x, x + 1).text == pane.document.text[pane.selection.point]  # type: ignore[union-attr]
            assert pane.document is not None
            assert reversed_text(shown).strip() == pane.document.text[pane.selection.point].strip()


async def test_a_selection_survives_another_width_theme_and_a_reload() -> None:
    async with stage(90, 20) as shown:
        await shown.show(article(20))
        pane = shown.pane
        pane.focus.move_by_sentences(4)
        pane.selection.start("character")
        pane.selection.move("sentence_next", 2)
        before = selected(shown)
        pane.set_measure(40)
        shown.app.theme = "terminal"
        await shown.pilot.resize_terminal(44, 14)
        await shown.pilot.pause()
        assert selected(shown) == before
        await shown.show(article(20))
        assert selected(shown) == before
        await shown.show(document("Quite another text."))
        assert pane.selection.range is None


async def test_dragging_selects_the_characters_under_the_mouse_and_posts_a_message() -> None:
    async with stage() as shown:
        await shown.show(document("Here 日本語 stands and e\u0301nds 👩\u200d🚀 today.", "More."))
        x, y = cell_of(shown, "stands")
        await shown.pilot.mouse_down(offset=(x, y))
        await shown.pilot.hover(offset=(x + 2, y))
        await shown.pilot.hover(offset=(x + 17, y))
        await shown.pilot.mouse_up(offset=(x + 17, y))
        assert selected(shown) == "stands and e\u0301nds 👩\u200d🚀"
        assert shown.app.posted == [shown.pane.selection.range]
        await shown.pilot.click(offset=(x, y))
        assert shown.pane.selection.range is None


async def test_two_clicks_select_a_word_and_three_a_paragraph() -> None:
    async with stage() as shown:
        await shown.show(SENTENCES)
        x, y = cell_of(shown, "follows")
        await shown.pilot.click(offset=(x + 2, y), times=2)
        assert selected(shown) == "follows"
        await shown.pilot.click(offset=(x + 2, y), times=3)
        assert selected(shown) == SENTENCES.block_text(0)


async def test_a_drag_ends_when_another_text_is_shown() -> None:
    short = article(1)
    async with stage() as shown:
        await shown.show(article(30))
        await shown.pilot.mouse_down(offset=(20, 15))
        await shown.pilot.hover(offset=(30, 15))
        assert shown.pane.selection.kind
        await shown.show(short)
        await shown.pilot.hover(offset=(12, 6))
        await shown.pilot.mouse_up(offset=(12, 6))
        assert not shown.pane.selection.kind
        await shown.pilot.mouse_down(offset=cell_of(shown, "Paragraph 0."))
        await shown.pilot.hover(offset=cell_of(shown, "ministers"))
        await shown.pilot.mouse_up(offset=cell_of(shown, "ministers"))
        assert selected(shown) == "Paragraph 0. The m"
        # A terminal may not report that the button was released outside of it; the next press begins another drag.
        await shown.pilot.mouse_down(offset=cell_of(shown, "ministers"))
        await shown.pilot.mouse_down(offset=(20, 0))
        assert shown.pane._pointer.is_idle
        assert shown.app.mouse_captured is None
        await shown.pilot.mouse_up(offset=(20, 0))


async def test_dragging_to_the_edge_keeps_scrolling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pointer, "EDGE_SECONDS", 3600.0)
    async with stage(60, 12) as shown:
        await shown.show(article())
        await shown.pilot.mouse_down(offset=(10, 6))
        await shown.pilot.hover(offset=(10, 8))
        await shown.pilot.hover(offset=(10, 11))
        top = shown.pane.viewport.top
        for _ in range(5):
            shown.pane._pointer.scroll_at_edge()
        assert shown.pane.viewport.top == top + 5
        before = shown.pane.selection.range
        assert before is not None
        assert before.end > shown.pane.viewport.visible_range()[1] - 70
        await shown.pilot.mouse_up(offset=(10, 11))
        assert shown.pane._pointer._edge is None


@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    documents(),
    st.integers(20, 60),
    st.lists(st.tuples(st.sampled_from((*MOTIONS, "swap", "is", "aw", "ap", "V")), st.integers(1, 3)), max_size=14),
)
async def test_no_sequence_of_motions_splits_a_character(
    text: Document, width: int, steps: list[tuple[str, int]]
) -> None:
    async with stage(width, 10) as shown:
        await shown.show(text)
        pane = shown.pane
        pane.selection.start("character")
        for step, count in steps:
            if step == "swap":
                pane.selection.swap_ends()
            elif step == "V":
                pane.selection.start("paragraph" if pane.selection.kind == "character" else "character")
            elif step in MOTIONS:
                pane.selection.move(step, count)
            else:
                pane.selection.select_object(step)
            selection = pane.selection.range
            if selection is not None:
                assert pane.selection.text_of(selection).strip()
                assert all(boundary_at(text.text, at) == at for at in selection)
        pane.render_lines(pane.size.region)
        assert all(strip.cell_length == width for strip in pane.render_lines(pane.size.region))


async def test_a_caret_on_a_line_break_is_visible() -> None:
    async with stage() as shown:
        await shown.show(document(block(CODE, "one\n\nthree")))
        shown.pane.selection.start("character")
        shown.pane.selection.move("down", 1)
        await shown.pilot.pause()
        assert reversed_text(shown) == " "
        assert selected(shown) == "one\n\n"


async def test_text_objects_accept_counts_and_include_brackets_and_quotes() -> None:
    """v2as selects two sentences; brackets and quotes extend outwards; just after v, a word excludes its full stop."""
    text = document("One is here. Two “follows (it)” well. Three ends. Four too.")
    async with stage() as shown:
        await shown.show(text)

        def after(kind: str, count: int = 1, sentences: int = 1) -> str:
            shown.pane.selection.end()
            shown.pane.focus.clear()
            shown.pane.focus.move_by_sentences(sentences)
            shown.pane.selection.start("character")
            shown.pane.selection.select_object(kind, count)
            return selected(shown)

        assert after("as", 2) == "One is here. Two “follows (it)” well. "
        assert after("is", 3) == "One is here. Two “follows (it)” well. Three ends."
        assert after("iw") == "here"
        assert after("iw", sentences=2) == "well"
        assert after("iq", sentences=2) == "follows (it)"
        assert after("ib", sentences=2) == "it"
        assert not shown.pane.selection.select_object("ib")

"""The article pane: scrolling, the focus, and the reading position that stays when the width changes."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.tui.widgets.article_stage import article, headline_of, stage
from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder
from tui_reader.document.partial import with_ending
from tui_reader.document.rows import Row
from tui_reader.model.article import Metadata
from tui_reader.tui.widgets.article_pane import viewport


async def test_a_resize_keeps_the_text_at_the_top() -> None:
    async with stage(80, 24) as shown:
        await shown.show(article())
        shown.pane.scroller.by_rows(40)
        offset = shown.pane.viewport.offset
        for width, height in ((40, 12), (120, 50), (60, 20), (80, 24)):
            await shown.pilot.resize_terminal(width, height)
            await shown.pilot.pause()
            assert shown.pane.viewport.offset == offset
            row = shown.pane.viewport.visible_rows()[0]
            assert isinstance(row, Row)
            assert row.start <= offset <= row.end


async def test_an_article_opens_where_it_was_left() -> None:
    document = article()
    async with stage() as shown:
        await shown.show(document)
        shown.pane.scroller.by_pages(3)
        await shown.pilot.pause()
        left, words = shown.pane.viewport.offset, shown.top_words
        await shown.show(document, headline_of(article(3)))
        await shown.show(document, offset=left)
        assert shown.pane.viewport.offset == left
        assert shown.top_words == words


@pytest.mark.parametrize("place", [0, 40_000], ids=["from the beginning", "from a place that is not read yet"])
async def test_the_end_is_shown_before_the_middle_is_loaded_and_stays_in_place(place: int) -> None:
    whole = article(200)
    cut = next(block.start for block in whole.blocks if block.start > len(whole.text) - 4_000)
    first = article(20)
    last = [
        block._replace(start=block.start - cut, end=block.end - cut) for block in whole.blocks if block.start >= cut
    ]
    ends = with_ending(replace(first, partial=True), last, whole.text[cut:])
    async with stage() as shown:
        await shown.show(ends, headline_of(whole), offset=place)
        assert shown.pane.scroller.to_end()
        await shown.pilot.pause()
        rows = shown.lines()[:-1]
        assert whole.text[-20:] in "".join(rows)
        shown.pane.show(headline_of(whole), whole)
        await shown.pilot.pause()
        assert shown.lines()[:-1] == rows
        assert shown.pane.viewport.at_end
        shown.pane.scroller.by_rows(-3)
        shown.pane.show(headline_of(whole), ends)
        shown.pane.scroller.to_end()
        shown.pane.scroller.by_rows(-5)
        await shown.pilot.pause()
        rows = shown.lines()[:-1]
        shown.pane.show(headline_of(whole), whole)
        await shown.pilot.pause()
        assert shown.lines()[:-1] == rows
        assert not shown.pane.viewport.at_end


async def test_scrolling_returns_whether_the_view_moved() -> None:
    async with stage() as shown:
        pane = shown.pane
        assert not pane.scroller.by_rows(1)
        await shown.show(article())
        assert not pane.scroller.by_rows(-1)
        assert pane.scroller.by_rows(2)
        assert pane.scroller.by_half_pages(1)
        assert pane.scroller.by_pages(1)
        assert pane.scroller.to_end()
        assert pane.viewport.at_end
        assert pane.viewport.progress == 1.0
        assert not pane.scroller.by_pages(1)
        assert pane.scroller.to_percent(50)
        assert abs(pane.viewport.offset / len(article().text) - 0.5) < 0.02
        assert pane.scroller.to_start()
        assert pane.viewport.offset == 0
        assert not pane.scroller.to_start()


async def test_scrolling_by_a_page_keeps_two_rows_visible() -> None:
    async with stage() as shown:
        await shown.show(article())
        await shown.pilot.pause()
        last = shown.lines()[:-1][-2:]
        shown.pane.scroller.by_pages(1)
        await shown.pilot.pause()
        assert shown.lines()[:2] == last


async def test_the_focus_moves_by_sentences_and_the_view_follows() -> None:
    document = article()
    async with stage() as shown:
        await shown.show(document)
        pane = shown.pane
        assert pane.focus.move_by_sentences(1)
        assert pane.focus.text() == "Part 0"
        assert pane.focus.move_by_sentences(2)
        assert pane.focus.text() == "The ministers arrive with a number already on the table."
        await shown.pilot.pause()
        assert shown.style_of("The ministers").bgcolor.name == "#1e2128"
        assert any(line.startswith("   ▎") for line in shown.lines())
        assert pane.focus.move_by_paragraphs(30)
        assert pane.focus.text() == "Paragraph 28."
        await shown.pilot.pause()
        assert "Paragraph 28" in shown.text
        assert pane.focus.move_by_sentences(-1)
        assert pane.focus.text() == "What remains open is when, and how."
        assert pane.focus.range is not None
        pane.scroller.to_start()
        assert pane.focus.range is None
        pane.scroller.to_end()
        assert pane.focus.move_by_sentences(-1)
        assert pane.focus.range is not None
        assert document.text[slice(*pane.focus.range)] == "What remains open is when, and how."
        assert not pane.focus.move_by_sentences(1)


async def test_the_focused_sentence_stays_in_view_at_every_size() -> None:
    document = article()
    async with stage() as shown:
        await shown.show(document)
        pane = shown.pane
        pane.scroller.by_pages(2)
        assert pane.focus.move_by_sentences(12)
        focus = pane.focus.range
        assert focus is not None
        for size in ((34, 8), (100, 12), (30, 30), (80, 24)):
            await shown.pilot.resize_terminal(*size)
            await shown.pilot.pause()
            assert pane.focus.range == focus
            low, high = pane.viewport.visible_range()
            assert low <= focus.start < high
        pane.set_measure(30)
        pane.set_measure(31)
        assert pane.focus.range == focus
        assert pane.viewport.visible_range()[0] <= focus.start < pane.viewport.visible_range()[1]


async def test_moving_by_headings_scrolls_each_to_the_top_and_the_last_into_view() -> None:
    async with stage() as shown:
        await shown.show(article())
        for number in range(1, 6):
            assert shown.pane.focus.move_by_headings(1)
            assert shown.pane.focus.text() == f"Part {number}"
            assert shown.pane.focus.current_entry() == number
        assert not shown.pane.focus.move_by_headings(1)
        assert shown.pane.focus.move_by_headings(-2)
        await shown.pilot.pause()
        assert shown.top_words.endswith("Part 3")
        assert [entry.title for entry in shown.pane.focus.outline()] == [f"Part {number}" for number in range(6)]


async def test_another_line_length_keeps_the_reading_position() -> None:
    async with stage(120, 30) as shown:
        await shown.show(article())
        shown.pane.scroller.to_percent(40)
        offset = shown.pane.viewport.offset
        for columns in (40, 100, 30, 72):
            assert shown.pane.set_measure(columns)
            assert shown.pane.viewport.columns.measure == columns
            assert shown.pane.viewport.offset == offset
            await shown.pilot.pause()
            assert max(map(len, shown.lines()[:-1])) <= (120 + columns + 1) // 2
        assert not shown.pane.set_measure(72)
        shown.pane.set_measure(5)
        assert shown.pane.viewport.columns.measure == 30


def wide(paragraphs: int = 600) -> Document:
    """Return a text whose heights are estimates at first."""
    builder = DocumentBuilder()
    for number in range(paragraphs):
        text = f"第{number}段。" + "東京湾の入り口に、細い海の道がある。" * (number % 7)
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), text)
    return builder.build(Metadata(title="Wide"))


@pytest.fixture
def slow_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the heights as estimates, as in a text so long that the reader scrolls before they are counted."""
    monkeypatch.setattr(viewport, "REFINE_EVERY", 3600.0)


async def test_scrolled_rows_are_contiguous_while_heights_are_estimated(slow_counting: None) -> None:
    async with stage(60, 20) as shown:
        pane = shown.pane
        await shown.show(wide())
        assert pane.viewport.page is not None
        assert pane.viewport.page.layout is not None
        assert not pane.viewport.page.layout.exact
        pane.scroller.to_percent(70)
        for step in (-1, -1, -7, -18, -40, 1, -3, 12, -1):
            before = pane.viewport.visible_rows()
            pane.scroller.by_rows(step)
            after = pane.viewport.visible_rows()
            if abs(step) < len(before):
                first, second = (before, after) if step > 0 else (after, before)
                assert first[abs(step) :] == second[: -abs(step)]


async def test_making_estimated_heights_exact_moves_no_visible_row(slow_counting: None) -> None:
    async with stage(60, 20) as shown:
        pane = shown.pane
        await shown.show(wide())
        pane.scroller.to_percent(70)
        await shown.pilot.pause()
        rows, lines, offset = pane.viewport.visible_rows(), shown.lines(), pane.viewport.offset
        while not (pane.viewport.page is None or pane.viewport.page.layout is None or pane.viewport.page.layout.exact):
            pane.viewport.refine()
        pane.refresh()
        pane.viewport._visible = None
        await shown.pilot.pause()
        assert pane.viewport.visible_rows() == rows
        assert shown.lines() == lines
        assert pane.viewport.offset == offset


async def test_jumping_to_the_end_reaches_it_while_heights_are_estimated(slow_counting: None) -> None:
    document = wide()
    async with stage(60, 20) as shown:
        await shown.show(document)
        shown.pane.scroller.to_end()
        await shown.pilot.pause()
        assert shown.lines()[-2].strip().endswith("細い海の道がある。")
        assert shown.pane.viewport.at_end
        assert shown.pane.viewport.visible_range()[1] == len(document.text)


@pytest.mark.parametrize("text", [article(), wide(90)], ids=["narrow", "wide"])
async def test_any_sequence_of_motions_fills_the_page_and_keeps_the_focus_visible(text: Document) -> None:
    chance = random.Random(7)
    async with stage(44, 15) as shown:
        pane = shown.pane
        await shown.show(text)
        for _ in range(300):
            motion = chance.choice(
                [
                    pane.scroller.by_rows,
                    pane.scroller.by_half_pages,
                    pane.scroller.by_pages,
                    pane.focus.move_by_sentences,
                    pane.focus.move_by_paragraphs,
                    pane.focus.move_by_headings,
                ]
            )
            motion(chance.randint(-12, 12))
            assert len(pane.viewport.visible_rows()) == 14
            assert 0 <= pane.viewport.progress <= 1
            low, high = pane.viewport.visible_range()
            focus = pane.focus.range
            assert focus is None or (low < focus.end and focus.start < high)

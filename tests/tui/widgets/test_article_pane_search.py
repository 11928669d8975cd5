"""The article pane: searching for words, following links, and the mouse."""

from __future__ import annotations

import pytest
from textual import events

from tests.tui.widgets.article_stage import article, linked, stage
from tui_reader.document.blocks import Block, BlockKind, DocumentBuilder, Span, SpanKind
from tui_reader.tui.widgets.article_pane.pane import ArticlePane


async def test_matches_are_counted_and_painted_and_stepping_wraps_around() -> None:
    async with stage() as shown:
        pane = shown.pane
        await shown.show(article())
        assert pane.search.find("paragraph") == 60
        assert pane.search.position == (1, 60)
        await shown.pilot.pause()
        assert shown.style_of("Paragraph").bgcolor.name == "#e3a857"
        assert pane.search.next(41) == (42, 60)
        await shown.pilot.pause()
        assert "Paragraph 41" in shown.text
        assert pane.search.next(19) == (1, 60)
        assert pane.search.next(-1) == (60, 60)
        assert pane.search.find("nowhere") == 0
        assert pane.search.next() == (0, 0)
        pane.search.find("table")
        pane.search.clear()
        await shown.pilot.pause()
        assert pane.search.position == (0, 0)
        with pytest.raises(AssertionError):
            shown.style_of("table")


async def test_the_next_match_is_searched_from_the_reading_position() -> None:
    async with stage() as shown:
        await shown.show(article())
        shown.pane.search.find("paragraph")
        shown.pane.scroller.to_offset(article().text.index("Paragraph 30"))
        assert shown.pane.search.next(1) == (31, 60)
        shown.pane.scroller.to_offset(article().text.index("Paragraph 40"))
        assert shown.pane.search.next(-1) == (40, 60)


async def test_the_first_focus_after_a_search_is_the_sentence_of_the_match() -> None:
    async with stage() as shown:
        await shown.show(article())
        shown.pane.search.find("paragraph 33")
        assert shown.pane.focus.move_by_sentences(1)
        assert shown.pane.focus.text() == "Paragraph 33."
        shown.pane.focus.clear()
        assert shown.pane.focus.move_by_sentences(2)
        assert shown.pane.focus.text().startswith("The ministers")


async def test_links_are_followed_by_letters_of_the_home_row() -> None:
    async with stage() as shown:
        document = linked()
        await shown.show(document)
        before = shown.lines()
        hints = shown.pane.links.show_hints()
        assert [label for label, _ in hints] == list("asdfghj")
        assert (hints[1], hints[2]) == (("s", "#1"), ("d", "https://example.org/1"))
        assert hints[-1] == ("j", "pictures/boat.png")
        await shown.pilot.pause()
        assert "See d page 1 and note f [1]." in shown.text
        assert "j ▣ boat.png" in shown.text
        assert shown.pane.links.offset_of("#1") == document.blocks[-1].start
        assert shown.pane.links.offset_of("#who-pays-and-when") == document.blocks[-2].start
        assert shown.pane.links.offset_of("https://example.org") is None
        shown.pane.links.hide_hints()
        await shown.pilot.pause()
        assert shown.lines() == before


async def test_many_links_get_two_letters_each_and_keep_the_columns() -> None:
    async with stage(80, 40) as shown:
        await shown.show(linked(8))
        labels = [label for label, _ in shown.pane.links.show_hints()]
        await shown.pilot.pause()
        assert len(labels) == len(set(labels)) == 17
        assert set(map(len, labels)) == {2}
        assert f"See {labels[0]} page 0 and note {labels[1]} [1]." in shown.text


async def test_letters_of_links_hide_no_word_where_a_row_is_full() -> None:
    """The letters replace the space before the word, and the rest of the row moves into the margin."""
    async with stage(34, 12) as shown:
        text = "Aaaaa bbbbb ccccc ddddd eeeee"
        spans = [Span(SpanKind.LINK, at, at + 5, f"#{at}") for at in (6, 18)]
        builder = DocumentBuilder()
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), text, spans)
        await shown.show(builder.build())
        shown.pane.links.show_hints()
        await shown.pilot.pause()
        assert "Aaaaaabbbbb cccccsddddd eeeee" in shown.text
        assert shown.strips()[-1].cell_length == 34


async def test_a_click_follows_a_link_or_activates_the_pane_and_the_wheel_scrolls() -> None:
    async with stage() as shown:
        await shown.show(linked(30))
        y = next(y for y, line in enumerate(shown.lines()) if "page 2" in line)
        x = shown.lines()[y].index("page")
        assert shown.pane.links.target_under(x, y) == "https://example.org/2"
        assert shown.pane.links.target_under(x - 1, y) == ""
        assert shown.pane.links.target_under(79, y) == ""
        await shown.pilot.click(ArticlePane, offset=(x, y))
        assert shown.app.posted == ["https://example.org/2"]
        await shown.pilot.click(ArticlePane, offset=(0, y))
        assert isinstance(shown.app.posted[-1], ArticlePane.Activated)
        shown.pane.post_message(events.MouseScrollDown(shown.pane, x, y, 0, 0, 0, shift=False, meta=False, ctrl=False))
        await shown.pilot.pause()
        assert isinstance(shown.app.posted[-1], ArticlePane.Scrolled)
        assert shown.lines()[y - 3].strip().startswith("See page 2")

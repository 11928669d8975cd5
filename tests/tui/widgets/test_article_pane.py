"""The article pane shows an article, one that is still loading, an error page, or a message without an article."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from tests.tui.widgets.article_stage import WORDS, article, headline_of, stage
from tui_reader.document.blocks import Block, BlockKind, DocumentBuilder
from tui_reader.model.article import Article, Metadata
from tui_reader.tui.widgets.article_pane.pane import Foot

if TYPE_CHECKING:
    from textual.strip import Strip


async def test_the_head_shows_title_source_date_length_and_tags() -> None:
    document = article(source="Brussels desk", date="2026-06-05", tags=("nato", "defence"))
    async with stage() as shown:
        await shown.show(document)
        assert shown.lines()[1:5] == [
            "    A title",
            "    Brussels desk · Friday 5 June · 4 min · 812 words",
            "    nato  defence",
            "    " + "─" * 72,
        ]
        assert shown.lines()[6] == "    Part 0"


async def test_the_head_is_shown_at_once_and_the_text_when_it_is_loaded() -> None:
    document = article()
    async with stage() as shown:
        await shown.show(None, headline_of(document))
        assert "A title" in shown.text
        assert "Paragraph" not in shown.text
        assert shown.pane.viewport.progress == 0.0
        await shown.show(document, offset=document.blocks[20].start)
        assert shown.top_words.startswith("Paragraph 18")


async def test_the_whole_text_replaces_its_beginning_without_a_jump() -> None:
    whole = article()
    beginning = article(20)
    beginning = replace(beginning, partial=True)
    async with stage() as shown:
        await shown.show(beginning, headline_of(whole), progress=0.4)
        shown.pane.scroller.by_rows(9)
        await shown.pilot.pause()
        words = shown.top_words
        assert shown.pane.viewport.progress == 0.4
        await shown.show(whole)
        assert shown.top_words == words
        assert 0 < shown.pane.viewport.progress < 0.4


async def test_a_preview_that_ends_before_the_reading_position_is_not_shown() -> None:
    whole = article()
    place = whole.blocks[50].start
    async with stage() as shown:
        await shown.show(replace(article(20), partial=True), headline_of(whole), offset=place)
        assert "Paragraph" not in shown.text
        shown.pane.scroller.by_rows(1)
        await shown.show(whole, headline_of(whole), offset=place)
        assert shown.pane.viewport.offset == place
        assert shown.top_words.startswith("Paragraph 45")


async def test_loading_is_announced_only_if_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage() as shown:
        await shown.show(None, headline_of(None))
        assert "loading" not in shown.text
        monkeypatch.setattr(Foot, "LOADING_DELAY", 0.001)
        await shown.show(None, headline_of(None)._replace(article=Article("b", "b.md", Metadata(title="Another"))))
        for _ in range(500):
            if "loading" in shown.text:
                break
            await shown.pilot.pause()
        assert "loading…" in shown.lines()[-1]
        await shown.show(article())
        assert "loading" not in shown.text


async def test_the_last_row_shows_only_the_progress() -> None:
    async with stage() as shown:
        await shown.show(article())
        shown.pane.scroller.to_percent(50)
        await shown.pilot.pause()
        percent = int(shown.lines()[-1].strip().removesuffix(" %"))
        assert 50 <= percent < 65
        shown.pane.scroller.to_end()
        await shown.pilot.pause()
        assert shown.lines()[-1].strip() == "100 %"
        assert shown.lines()[-2].strip()
        await shown.show(article(2), headline_of(article(2, title="Short")))
        assert not shown.lines()[-1]


async def test_a_move_paints_only_rows_that_were_not_seen_before() -> None:
    async with stage() as shown:
        await shown.show(article())
        assert shown.text
        painted: list[int] = []
        paint = shown.pane.paint_row

        def counted(y: int, width: int) -> Strip:
            painted.append(y)
            return paint(y, width)

        shown.pane.paint_row = counted  # type: ignore[method-assign]
        shown.pane.scroller.by_rows(1)
        shown.pane.render_lines(shown.pane.size.region)
        assert len(painted) <= 2
        painted.clear()
        shown.pane.scroller.by_rows(-1)
        shown.pane.render_lines(shown.pane.size.region)
        assert not painted
        shown.pane.active = True
        shown.pane.render_lines(shown.pane.size.region)
        assert painted in ([], [23])


async def test_a_star_changes_the_head_and_leaves_the_text_alone() -> None:
    document = article(tags=("nato",))
    async with stage() as shown:
        await shown.show(document)
        shown.pane.viewport.update_headline(headline_of(document, starred=True, tags=("mine", "new")))
        await shown.pilot.pause()
        assert "★ 4 min" in shown.text
        assert "mine  new" in shown.text
        shown.pane.scroller.by_rows(20)
        await shown.pilot.pause()
        before = shown.lines()
        shown.pane.viewport.update_headline(headline_of(document, tags=tuple(f"tag-{n}" for n in range(40))))
        await shown.pilot.pause()
        assert shown.lines() == before


async def test_joining_other_stories_removes_their_divider_and_keeps_the_position() -> None:
    document = replace(article(12), tail=9)
    async with stage(80, 60) as shown:
        await shown.show(document)
        assert "── other stories in this paste" in shown.text
        shown.pane.viewport.update_headline(headline_of(document, joined=True))
        await shown.pilot.pause()
        assert "other stories" not in shown.text


async def test_an_error_page_has_no_article_head_above_its_own_title() -> None:
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.HEADING, 0, 0, level=1), "ledger.md cannot be read")
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), "It looks like a binary file.")
    document = builder.build(Metadata(title="ledger.md"), error="not text", title_block=0)
    async with stage() as shown:
        await shown.show(document)
        assert [line.strip() for line in shown.lines() if line] == [
            "ledger.md cannot be read",
            "It looks like a binary file.",
        ]
        assert shown.style_of("ledger.md").color.name == "#f4efe3"


async def test_a_title_at_the_start_of_the_text_is_shown_once() -> None:
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.HEADING, 0, 0, level=1), "A title that is said once")
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), WORDS)
    document = builder.build(
        Metadata(title="A title that is said once", source="Desk", guessed=frozenset({"title", "source"})),
        title_block=0,
    )
    async with stage() as shown:
        await shown.show(document)
        assert shown.text.count("A title") == 1
        assert [line.strip() for line in shown.lines()[1:3]] == ["A title that is said once", "title guessed · Desk?"]
        renamed = headline_of(document, edits={"title": "Another title"})
        shown.pane.viewport.update_headline(renamed)
        await shown.pilot.pause()
        assert [line.strip() for line in shown.lines()[1:3]] == ["Another title", "Desk?"]
        assert shown.text.count("A title that is said once") == 1


async def test_an_empty_pane_shows_its_message_in_the_middle() -> None:
    async with stage(60, 11) as shown:
        shown.pane.clear("No articles yet", ["", "Put .md files into [/b] ~/articles"])
        await shown.pilot.pause()
        assert shown.lines()[4].strip() == "No articles yet"
        assert shown.lines()[6].strip() == "Put .md files into [/b] ~/articles"
        await shown.show(article())
        await shown.pilot.pause()
        assert "No articles" not in shown.text


@pytest.mark.parametrize("theme", ["paper-light", "high-contrast", "terminal"])
async def test_matches_focus_links_and_text_look_different_in_every_theme(theme: str) -> None:
    async with stage(theme=theme) as shown:
        await shown.show(article())
        plain = shown.style_of("Paragraph 0")
        shown.pane.search.find("number")
        shown.pane.search.next(1)
        shown.pane.focus.move_by_sentences(1)
        await shown.pilot.pause()
        looks = {str(plain), str(shown.style_of("number")), str(shown.style_of("Part 0"))}
        matches = {str(s.style) for strip in shown.strips() for s in strip if s.text == "number"}
        assert len(looks) == 3
        assert len(matches) == 2


@pytest.mark.parametrize("width", [20, 40, 60, 80, 119, 200])
@pytest.mark.parametrize("height", [5, 12, 70])
async def test_every_row_has_the_width_of_the_pane_at_every_size(width: int, height: int) -> None:
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), "👩‍🚀 astronauts and 東京湾の夜警 with é, नमस्ते and ❤️ " * 20)
    builder.add(Block(BlockKind.CODE, 0, 0), "if x:\n\n\treturn '東京'\n" * 3, ())
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0, marker="•", depth=1, quote=2), WORDS * 4)
    document = builder.build(Metadata(title="夜警 " * 20, source="A source " * 9, tags=("港", "water " * 8), words=9))
    async with stage(width, height) as shown:
        await shown.show(document)
        for _ in range(12):
            strips = shown.pane.render_lines(shown.pane.size.region)
            assert [cell_len(strip.text) for strip in strips] == [width] * height
            shown.pane.focus.move_by_sentences(1)
            shown.pane.search.find("a")
            shown.pane.scroller.by_rows(3)

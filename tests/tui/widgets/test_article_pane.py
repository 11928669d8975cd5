"""The article pane on a small screen of its own: what a reader sees."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult

from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder, Span, SpanKind
from tui_reader.document.rows import Row
from tui_reader.model.article import Article, Headline, Metadata, ReadingState
from tui_reader.tui.theme import own_themes, variable_defaults
from tui_reader.tui.widgets.article_pane.pane import ArticlePane

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot
    from textual.strip import Strip

WORDS = "The ministers arrive with a number already on the table. What remains open is when, and how. "


class Stage(App[None]):
    """The pane alone."""

    def __init__(self, theme: str = "paper-dark") -> None:
        super().__init__()
        self._wanted = theme
        self.posted: list[object] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield ArticlePane(today=lambda: date(2026, 6, 6))

    def on_mount(self) -> None:
        for theme in own_themes():
            self.register_theme(theme)
        self.theme = self._wanted

    def on_article_pane_link_clicked(self, message: ArticlePane.LinkClicked) -> None:
        self.posted.append(message.target)

    def on_article_pane_activated(self, message: ArticlePane.Activated) -> None:
        self.posted.append(message)

    def on_article_pane_scrolled(self, message: ArticlePane.Scrolled) -> None:
        self.posted.append(message)


class Shown:
    """A running pane."""

    def __init__(self, app: Stage, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot
        self.pane = app.query_one(ArticlePane)

    def strips(self) -> list[Strip]:
        return self.app.screen._compositor.render_strips()

    def lines(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines())

    async def show(self, document: Document | None, headline: Headline | None = None, **where: Any) -> None:
        self.pane.show(headline or headline_of(document), document, **where)
        await self.pilot.pause()

    def style_of(self, words: str) -> Any:
        """Style of the first segment that begins with some words."""
        for strip in self.strips():
            for segment in strip:
                if segment.text.startswith(words):
                    return segment.style
        raise AssertionError(f"“{words}” begins no piece of\n{self.text}")


@asynccontextmanager
async def stage(width: int = 80, height: int = 24, theme: str = "paper-dark") -> AsyncIterator[Shown]:
    app = Stage(theme)
    async with app.run_test(size=(width, height), notifications=True) as pilot:
        await pilot.pause()
        yield Shown(app, pilot)


def headline_of(document: Document | None, **state: Any) -> Headline:
    metadata = document.metadata if document else Metadata(title="A title")
    return Headline(Article("a", "a.md", metadata), ReadingState(**state))


def article(paragraphs: int = 60, **metadata: Any) -> Document:
    """Numbered paragraphs of two sentences, a heading before every tenth."""
    builder = DocumentBuilder()
    for number in range(paragraphs):
        if number % 10 == 0:
            builder.add(Block(BlockKind.HEADING, 0, 0, level=2), f"Part {number // 10}")
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), f"Paragraph {number}. {WORDS}".strip())
    return builder.build(Metadata(**{"title": "A title", "words": 812, **metadata}))


async def test_the_head_says_title_source_date_length_and_tags() -> None:
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


async def test_a_resize_keeps_the_text_at_the_top() -> None:
    async with stage(80, 24) as shown:
        await shown.show(article())
        shown.pane.line(40)
        offset = shown.pane.offset
        for width, height in ((40, 12), (120, 50), (60, 20), (80, 24)):
            await shown.pilot.resize_terminal(width, height)
            await shown.pilot.pause()
            assert shown.pane.offset == offset
            row = shown.pane.visible_rows()[0]
            assert isinstance(row, Row)
            assert row.start <= offset <= row.end


def top_words(shown: Shown) -> str:
    """The first row of text that is shown."""
    return next(line.strip() for line in shown.lines() if line.strip())


async def test_an_article_opens_where_it_was_left() -> None:
    document = article()
    async with stage() as shown:
        await shown.show(document)
        shown.pane.page(3)
        await shown.pilot.pause()
        left, words = shown.pane.offset, top_words(shown)
        await shown.show(document, headline_of(article(3)))
        await shown.show(document, offset=left)
        assert shown.pane.offset == left
        assert top_words(shown) == words


async def test_the_head_comes_at_once_and_the_text_when_it_has_been_read() -> None:
    document = article()
    async with stage() as shown:
        await shown.show(None, headline_of(document))
        assert "A title" in shown.text
        assert "Paragraph" not in shown.text
        assert shown.pane.progress == 0.0
        await shown.show(document, offset=document.blocks[20].start)
        assert top_words(shown).startswith("Paragraph 18")


async def test_the_whole_text_takes_the_place_of_its_beginning_without_a_jump() -> None:
    whole = article()
    beginning = article(20)
    beginning = replace(beginning, partial=True)
    async with stage() as shown:
        await shown.show(beginning, headline_of(whole), progress=0.4)
        shown.pane.line(9)
        await shown.pilot.pause()
        words = top_words(shown)
        assert shown.pane.progress == 0.4
        await shown.show(whole)
        assert top_words(shown) == words
        assert 0 < shown.pane.progress < 0.4


async def test_a_beginning_that_ends_before_the_place_is_not_shown_in_its_stead() -> None:
    whole = article()
    place = whole.blocks[50].start
    async with stage() as shown:
        await shown.show(replace(article(20), partial=True), headline_of(whole), offset=place)
        assert "Paragraph" not in shown.text
        shown.pane.line(1)
        await shown.show(whole, headline_of(whole), offset=place)
        assert shown.pane.offset == place
        assert top_words(shown).startswith("Paragraph 45")


async def test_a_long_wait_is_said_and_a_short_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage() as shown:
        await shown.show(None, headline_of(None))
        assert "loading" not in shown.text
        monkeypatch.setattr(ArticlePane, "LOADING_DELAY", 0.001)
        await shown.show(None, replace(headline_of(None), article=Article("b", "b.md", Metadata(title="Another"))))
        for _ in range(500):
            if "loading" in shown.text:
                break
            await shown.pilot.pause()
        assert "loading…" in shown.lines()[-1]
        await shown.show(article())
        assert "loading" not in shown.text


async def test_motions_say_whether_anything_changed() -> None:
    async with stage() as shown:
        pane = shown.pane
        assert not pane.line(1)
        await shown.show(article())
        assert not pane.line(-1)
        assert pane.line(2)
        assert pane.half_page(1)
        assert pane.page(1)
        assert pane.end()
        assert pane.at_end
        assert pane.progress == 1.0
        assert not pane.page(1)
        assert pane.go_percent(50)
        assert abs(pane.offset / len(article().text) - 0.5) < 0.02
        assert pane.home()
        assert pane.offset == 0
        assert not pane.home()


async def test_a_page_keeps_two_rows_in_sight() -> None:
    async with stage() as shown:
        await shown.show(article())
        await shown.pilot.pause()
        last = shown.lines()[:-1][-2:]
        shown.pane.page(1)
        await shown.pilot.pause()
        assert shown.lines()[:2] == last


async def test_the_progress_stands_on_the_last_row_and_nothing_else_does() -> None:
    async with stage() as shown:
        await shown.show(article())
        shown.pane.go_percent(50)
        await shown.pilot.pause()
        percent = int(shown.lines()[-1].strip().removesuffix(" %"))
        assert 50 <= percent < 65
        shown.pane.end()
        await shown.pilot.pause()
        assert shown.lines()[-1].strip() == "100 %"
        assert shown.lines()[-2].strip()
        await shown.show(article(2), headline_of(article(2, title="Short")))
        assert not shown.lines()[-1]


async def test_sentences_take_the_focus_and_the_view_follows() -> None:
    document = article()
    async with stage() as shown:
        await shown.show(document)
        pane = shown.pane
        assert pane.sentence(1)
        assert pane.focused_text() == "Part 0"
        assert pane.sentence(2)
        assert pane.focused_text() == "The ministers arrive with a number already on the table."
        await shown.pilot.pause()
        assert shown.style_of("The ministers").bgcolor.name == "#1e2128"
        assert any(line.startswith("   ▎") for line in shown.lines())
        assert pane.paragraph(30)
        assert pane.focused_text() == "Paragraph 28."
        await shown.pilot.pause()
        assert "Paragraph 28" in shown.text
        assert pane.sentence(-1)
        assert pane.focused_text() == "What remains open is when, and how."
        assert pane.focus_range is not None
        pane.home()
        assert pane.focus_range is None
        pane.end()
        assert pane.sentence(-1)
        assert pane.focus_range is not None
        assert document.text[slice(*pane.focus_range)] == "What remains open is when, and how."
        assert not pane.sentence(1)


async def test_headings_come_to_the_top_and_the_last_one_into_view() -> None:
    async with stage() as shown:
        await shown.show(article())
        for number in range(1, 6):
            assert shown.pane.heading(1)
            assert shown.pane.focused_text() == f"Part {number}"
            assert shown.pane.current_entry() == number
        assert not shown.pane.heading(1)
        assert shown.pane.heading(-2)
        await shown.pilot.pause()
        assert top_words(shown).endswith("Part 3")
        assert [entry.title for entry in shown.pane.outline()] == [f"Part {number}" for number in range(6)]


async def test_what_is_found_is_counted_painted_and_walked_round() -> None:
    async with stage() as shown:
        pane = shown.pane
        await shown.show(article())
        assert pane.find("paragraph") == 60
        assert pane.find_position == (1, 60)
        await shown.pilot.pause()
        assert shown.style_of("Paragraph").bgcolor.name == "#e3a857"
        assert pane.find_next(41) == (42, 60)
        await shown.pilot.pause()
        assert "Paragraph 41" in shown.text
        assert pane.find_next(19) == (1, 60)
        assert pane.find_next(-1) == (60, 60)
        assert pane.find("nowhere") == 0
        assert pane.find_next() == (0, 0)
        pane.find("table")
        pane.clear_find()
        await shown.pilot.pause()
        assert pane.find_position == (0, 0)
        with pytest.raises(AssertionError):
            shown.style_of("table")


async def test_the_next_match_is_the_next_from_where_the_reader_is() -> None:
    async with stage() as shown:
        await shown.show(article())
        shown.pane.find("paragraph")
        shown.pane.go_offset(article().text.index("Paragraph 30"))
        assert shown.pane.find_next(1) == (31, 60)
        shown.pane.go_offset(article().text.index("Paragraph 40"))
        assert shown.pane.find_next(-1) == (40, 60)


def linked(count: int = 3) -> Document:
    builder = DocumentBuilder()
    for number in range(count):
        text = f"See page {number} and note[1]."
        at = text.index("note")
        spans = (
            Span(SpanKind.LINK, 4, at - 5, f"https://example.org/{number}"),
            Span(SpanKind.NOTE, at + 4, at + 7, "#1"),
        )
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), text, spans)
    builder.add(Block(BlockKind.FIGURE, 0, 0, target="pictures/boat.png"), "")
    builder.add(Block(BlockKind.HEADING, 0, 0, level=2), "Who pays, and when?")
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0, marker="[1]", quiet=True), "The note.")
    return builder.build(Metadata(title="Links"))


async def test_links_are_followed_by_letters_of_the_home_row() -> None:
    async with stage() as shown:
        document = linked()
        await shown.show(document)
        before = shown.lines()
        hints = shown.pane.show_hints()
        assert [label for label, _ in hints] == list("asdfghj")
        assert hints[2] == ("d", "https://example.org/1")
        assert shown.pane.hint_target("s") == "#1"
        assert shown.pane.hint_target("j") == "pictures/boat.png"
        assert shown.pane.hint_target("z") == ""
        await shown.pilot.pause()
        assert "See dage 1 and notef1]." in shown.text
        assert shown.pane.target_offset("#1") == document.blocks[-1].start
        assert shown.pane.target_offset("#who-pays-and-when") == document.blocks[-2].start
        assert shown.pane.target_offset("https://example.org") is None
        shown.pane.hide_hints()
        await shown.pilot.pause()
        assert shown.lines() == before


async def test_many_links_get_two_letters_each_and_keep_the_columns() -> None:
    async with stage(80, 40) as shown:
        await shown.show(linked(8))
        labels = [label for label, _ in shown.pane.show_hints()]
        await shown.pilot.pause()
        assert len(labels) == len(set(labels)) == 17
        assert set(map(len, labels)) == {2}
        assert f"See {labels[0]}ge 0 and note{labels[1]}]." in shown.text


async def test_the_mouse_follows_links_wakes_the_pane_and_turns_the_page() -> None:
    async with stage() as shown:
        await shown.show(linked(30))
        y = next(y for y, line in enumerate(shown.lines()) if "page 2" in line)
        x = shown.lines()[y].index("page")
        assert shown.pane.link_at(x, y) == "https://example.org/2"
        assert shown.pane.link_at(x - 1, y) == ""
        assert shown.pane.link_at(79, y) == ""
        await shown.pilot.click(ArticlePane, offset=(x, y))
        assert shown.app.posted == ["https://example.org/2"]
        await shown.pilot.click(ArticlePane, offset=(0, y))
        assert isinstance(shown.app.posted[-1], ArticlePane.Activated)
        shown.pane.post_message(events.MouseScrollDown(shown.pane, x, y, 0, 0, 0, shift=False, meta=False, ctrl=False))
        await shown.pilot.pause()
        assert isinstance(shown.app.posted[-1], ArticlePane.Scrolled)
        assert shown.lines()[y - 3].strip().startswith("See page 2")


async def test_a_move_paints_only_rows_that_were_not_seen_before() -> None:
    async with stage() as shown:
        await shown.show(article())
        painted: list[int] = []
        paint = shown.pane.paint_row

        def counted(y: int, width: int) -> Strip:
            painted.append(y)
            return paint(y, width)

        shown.pane.paint_row = counted  # type: ignore[method-assign]
        shown.pane.line(1)
        shown.pane.render_lines(shown.pane.size.region)
        assert len(painted) <= 2
        painted.clear()
        shown.pane.line(-1)
        shown.pane.render_lines(shown.pane.size.region)
        assert not painted
        shown.pane.active = True
        shown.pane.render_lines(shown.pane.size.region)
        assert painted in ([], [23])


async def test_a_star_changes_the_head_and_leaves_the_text_alone() -> None:
    document = article(tags=("nato",))
    async with stage() as shown:
        await shown.show(document)
        shown.pane.update_headline(headline_of(document, starred=True, tags=("mine", "new")))
        await shown.pilot.pause()
        assert "★ 4 min" in shown.text
        assert "mine  new" in shown.text
        shown.pane.line(20)
        await shown.pilot.pause()
        before = shown.lines()
        shown.pane.update_headline(headline_of(document, tags=tuple(f"tag-{n}" for n in range(40))))
        await shown.pilot.pause()
        assert shown.lines() == before


async def test_another_measure_keeps_the_place() -> None:
    async with stage(120, 30) as shown:
        await shown.show(article())
        shown.pane.go_percent(40)
        offset = shown.pane.offset
        for columns in (40, 100, 30, 72):
            assert shown.pane.set_measure(columns)
            assert shown.pane.measure == columns
            assert shown.pane.offset == offset
            await shown.pilot.pause()
            assert max(map(len, shown.lines()[:-1])) <= (120 + columns + 1) // 2
        assert not shown.pane.set_measure(72)
        shown.pane.set_measure(5)
        assert shown.pane.measure == 30


async def test_joined_stories_lose_their_line_and_the_place_is_kept() -> None:
    document = replace(article(12), tail=9)
    async with stage(80, 60) as shown:
        await shown.show(document)
        assert "── other stories in this paste" in shown.text
        shown.pane.update_headline(headline_of(document, joined=True))
        await shown.pilot.pause()
        assert "other stories" not in shown.text


async def test_an_error_page_has_no_head_but_its_own() -> None:
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


async def test_a_title_that_the_text_begins_with_is_said_once() -> None:
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
        shown.pane.update_headline(renamed)
        await shown.pilot.pause()
        assert [line.strip() for line in shown.lines()[1:3]] == ["Another title", "Desk?"]
        assert shown.text.count("A title that is said once") == 1


async def test_nothing_to_read_says_so_in_the_middle() -> None:
    async with stage(60, 11) as shown:
        shown.pane.clear("No articles yet", ["", "Put .md files into [/b] ~/articles"])
        await shown.pilot.pause()
        assert shown.lines()[4].strip() == "No articles yet"
        assert shown.lines()[6].strip() == "Put .md files into [/b] ~/articles"
        await shown.show(article())
        await shown.pilot.pause()
        assert "No articles" not in shown.text


@pytest.mark.parametrize("theme", ["paper-light", "high-contrast", "terminal"])
async def test_live_things_are_told_apart_in_every_theme(theme: str) -> None:
    async with stage(theme=theme) as shown:
        await shown.show(article())
        plain = shown.style_of("Paragraph 0")
        shown.pane.find("number")
        shown.pane.find_next(1)
        shown.pane.sentence(1)
        await shown.pilot.pause()
        looks = {str(plain), str(shown.style_of("number")), str(shown.style_of("Part 0"))}
        matches = {str(s.style) for strip in shown.strips() for s in strip if s.text == "number"}
        assert len(looks) == 3
        assert len(matches) == 2


@pytest.mark.parametrize("width", [20, 40, 60, 80, 119, 200])
@pytest.mark.parametrize("height", [5, 12, 70])
async def test_every_size_is_filled_exactly(width: int, height: int) -> None:
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
            shown.pane.sentence(1)
            shown.pane.find("a")
            shown.pane.line(3)

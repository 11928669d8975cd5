"""Reading a book: chapters, contents, footnotes, pages, and how long it still takes."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.formats.epub_files import book, nav, xhtml
from tests.tui.widgets.article_stage import headline_of, stage
from tui_reader.config import Settings
from tui_reader.exchange.quotes import quote
from tui_reader.formats import read
from tui_reader.services.library import desktop

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start

FILLING = "".join(f"<p>Paragraph {number} goes on for a while, and then it ends.</p>" for number in range(60))


def reference(number: int) -> str:
    return f'<a epub:type="noteref" href="notes.xhtml#n{number}">{number}</a>'


CHAPTERS = {
    "title.xhtml": xhtml("<h1>The Shore</h1>", body_attributes=' epub:type="frontmatter"'),
    "one.xhtml": f"<h2>I</h2><h2>The Harbour</h2><p>It was late{reference(1)} there.</p>{FILLING}",
    "two.xhtml": f'<h2>The Boat</h2><p id="p7">It went out.</p>{FILLING}<p>Late{reference(2)}.</p>',
    "notes.xhtml": xhtml(
        '<h2>Notes</h2><p id="n1">The first note.</p><p id="n2">The second note.</p>',
        body_attributes=' epub:type="backmatter"',
    ),
}
PAGES = (
    '<nav epub:type="page-list"><ol><li><a href="one.xhtml">6</a></li><li><a href="two.xhtml#p7">7</a></li></ol></nav>'
)
TOC = nav(
    ("title.xhtml", "Title"), ("one.xhtml", "The Harbour"), ("two.xhtml", "II: The Boat"), ("notes.xhtml", "Notes")
).replace("</body>", f"{PAGES}</body>")
DATA = book(CHAPTERS, toc=TOC, metadata="<dc:title>The Shore</dc:title><dc:creator>Ann Author</dc:creator>")


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "shore.epub").write_bytes(DATA)
    return folder


def rows(reader: Reader) -> list[str]:
    return [line.strip() for line in reader.lines()]


async def test_keys_move_through_a_book_by_chapters_contents_notes_and_pages(start: Start, shelf: Path) -> None:
    async with start(shelf) as reader:
        await reader.sees("The Shore")
        await reader.keys("enter", "z")
        await reader.sees("The Harbour", "left in the chapter")

        await reader.keys("]", "]")
        found = rows(reader)
        at = found.index("The Harbour")
        assert found[at - 3].split("  ")[0] == "The Shore"
        assert found[at - 3].endswith("Ann Author")
        assert found[at - 1].removeprefix("▎") == "I"
        assert found[at + 1].startswith("chapter 1 of 2 · 3 min · ")
        assert found[at + 2] == "─" * 72
        assert "late¹ there" in reader.text
        assert "3 min left in the chapter · 6 min in the book · " in reader.text
        assert reader.last_row.startswith(" ]] [[ chapter  T contents  ")
        assert "gf footnote" in reader.last_row

        await reader.keys("g", "f")
        await reader.sees("The first note.")
        assert "gf goes back" in reader.last_row
        await reader.keys("g", "f")
        await reader.sees("late¹ there")
        assert "goes back" not in reader.last_row
        assert "gf footnote" in reader.last_row

        await reader.keys("T")
        await reader.sees("Contents", "I  The Harbour", "II  The Boat", "you are here · 3 min")
        await reader.keys("escape", ":")
        await reader.types("chapter 2")
        await reader.sees("The Boat")
        await reader.keys("enter")
        await reader.sees("chapter 2 of 2 · 3 min")
        await reader.enters(":", "chapter harbour")
        await reader.sees("chapter 1 of 2 · 3 min")
        await reader.enters(":", "page 7")
        await reader.sees("It went out.")
        pane = reader.app.reading.state.panes.article
        assert pane.document is not None
        assert pane.document.text[pane.viewport.offset :].startswith("It went out.")
        await reader.keys(":")
        await reader.types("page 99")
        await reader.sees("“99” is none of 6 to 7")
        await reader.keys("escape", ":")
        await reader.types("chapter 9")
        await reader.sees("“9” is none of 1 to 2")


async def test_open_contents_are_completed_when_the_whole_book_has_been_read(start: Start, shelf: Path) -> None:
    async with start(shelf) as reader:
        await reader.sees("The Shore")
        await reader.keys("enter")
        await reader.sees("left in the chapter")
        screen = reader.app.reading
        pane, article = screen.state.panes.article, screen.state.shown
        whole, headline = pane.document, screen.state.headline(article)
        assert whole is not None
        assert article is not None
        pane.show(headline, replace(whole, partial=True, sections=whole.sections[:2]), offset=0)
        await reader.keys("T")
        await reader.sees("Contents", "type to narrow")
        await reader.types("boat")
        await reader.sees("The Boat")
        assert "II  The Boat" not in reader.text
        screen.navigator.arrived(article, whole)
        await reader.sees("II  The Boat")
        await reader.keys("enter")
        await reader.sees("chapter 2 of 2")


@pytest.mark.parametrize(
    ("size", "foot"), [((60, 20), "in the book"), ((40, 12), "left in the chapter"), ((24, 12), "%")]
)
async def test_the_last_row_of_a_book_omits_parts_that_do_not_fit(size: tuple[int, int], foot: str) -> None:
    async with stage(*size) as shown:
        document = read(DATA, "shore.epub")
        await shown.show(document, offset=document.sections[1].offset)
        line = shown.lines()[-1]
        assert foot in line
        assert line.endswith("%")
        assert len(line) < size[0]


async def test_resizing_keeps_the_position_at_the_head_of_a_chapter() -> None:
    async with stage(100, 30) as shown:
        document = read(DATA, "shore.epub")
        offset = document.sections[2].offset
        await shown.show(document, offset=offset)
        assert shown.lines()[1].split()[:2] == ["The", "Shore"]
        assert shown.pane.viewport.offset == offset
        await shown.pilot.resize_terminal(50, 20)
        await shown.pilot.pause()
        assert shown.lines()[1].split()[:2] == ["The", "Shore"]
        assert shown.pane.viewport.offset == offset


async def test_a_low_pane_leaves_half_of_its_rows_to_the_text_below_the_head_of_a_chapter() -> None:
    async with stage(40, 12) as shown:
        document = read(DATA, "shore.epub")
        await shown.show(document, offset=document.sections[2].offset)
        lines = [line.strip() for line in shown.lines()]
        at = lines.index("The Boat")
        assert lines[at - 1] == "II"
        assert lines[at + 1].startswith("chapter 2 of 2")
        assert lines[at + 4] == "It went out."
        assert at <= 3
        assert "The Shore" not in " ".join(lines)
        assert sum(line.startswith("Paragraph") for line in lines) >= 2
    async with stage(40, 20) as shown:
        await shown.show(document, offset=document.sections[2].offset)
        assert "The Shore" in " ".join(shown.lines())


async def test_a_jump_back_into_the_head_of_a_chapter_shows_the_same_rows() -> None:
    async with stage(100, 30) as shown:
        document = read(DATA, "shore.epub")
        await shown.show(document, offset=document.sections[2].offset)
        shown.pane.scroller.by_rows(2)
        await shown.pilot.pause()
        place, above, top = shown.pane.viewport.offset, shown.pane.scroller.rows_above(), shown.top_words
        shown.pane.scroller.to_end()
        shown.pane.scroller.to_offset(place, above)
        await shown.pilot.pause()
        assert shown.top_words == top


async def test_the_title_of_a_chapter_is_bright_and_its_number_quiet() -> None:
    async with stage(100, 30) as shown:
        document = read(DATA, "shore.epub")
        await shown.show(document, offset=document.sections[1].offset)
        title = shown.style_of("The Harbour")
        number = shown.style_of("I")
        assert title.bold
        assert not number.bold
        assert title.color != number.color


def test_quotes_name_chapter_and_page() -> None:
    document = read(DATA, "shore.epub")
    start_ = document.text.index("It went out.")
    text = quote(headline_of(document), document, start_, start_ + 12, "plain")
    assert "II: The Boat, p. 7 (" in text
    start_ = document.text.index("Paragraph 3 ")
    assert "I: The Harbour, p. 6 (" in quote(headline_of(document), document, start_, start_ + 11, "plain")


@pytest.mark.parametrize(
    ("command", "started", "at_page"),
    [
        ("/usr/bin/evince", ["/usr/bin/evince", "--page-index=12", "{path}"], True),
        ("okular --new", ["okular", "--new", "--page", "12", "{path}"], True),
        ("firefox", ["firefox", "{uri}#page=12"], True),
        ("other", ["other", "{path}"], False),
    ],
)
def test_a_pdf_is_opened_at_its_page_if_the_program_accepts_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, started: list[str], at_page: bool
) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda arguments, **_: calls.append(list(arguments)))
    path = tmp_path / "a paper.pdf"
    assert desktop.open_at_page(path, 12, command) is at_page
    assert calls == [[each.format(path=path, uri=path.as_uri()) for each in started]]


async def test_articles_without_chapters_show_no_chapter_information(start: Start, articles: Path) -> None:
    async with start(articles, settings=Settings()) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("enter")
        await reader.sees("Paragraph 1 of")
        assert "left in the chapter" not in reader.text
        assert "contents" not in reader.last_row
        await reader.keys("g", "f")
        assert "no footnote in sight" in reader.last_row
        await reader.keys(":")
        await reader.types("chapter 2")
        await reader.sees("this text has no chapters")
        await reader.keys("escape", ":")
        await reader.types("page 2")
        await reader.sees("this text has no printed pages")

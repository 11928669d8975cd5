"""The chapters of a book, the outline with them, and the rows drawn above them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.document.building import HEADING, PARAGRAPH, documents
from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder, Section
from tui_reader.document.chapter_heads import ChapterHeads
from tui_reader.document.chapters import Chapters, chapters_of, split_ordinal, time_of
from tui_reader.document.layout import Layout
from tui_reader.document.motions import next_heading, previous_heading
from tui_reader.document.outline import outline
from tui_reader.model.article import Metadata

WORDS = " ".join(["word"] * 100)


def book(*parts: tuple[str, int, list[tuple[int, str]]], **of_sections: object) -> Document:
    """Return a book: title, level and blocks of each chapter, whose blocks are (heading level or 0, text)."""
    builder = DocumentBuilder()
    sections = []
    for number, (title, level, blocks) in enumerate(parts):
        label, rest = split_ordinal(title)
        sections.append(Section(builder.next_start, title, level, label if rest else "", f"{number}.xhtml"))
        for heading, text in blocks:
            builder.add(Block(HEADING if heading else PARAGRAPH, 0, 0, level=heading), text)
    return builder.build(Metadata(title="A Book", byline="Ann"), sections=sections, **of_sections)  # type: ignore[arg-type]


def rows(source: Document, width: int = 60, *, whole: bool = True) -> list[str]:
    """Return all rows of a book as drawn."""
    layout = Layout(source, width, heads=ChapterHeads(chapters_of(source), width, "A Book", "Ann", whole=whole))
    layout.ensure(0, layout.height)
    lines = []
    for row in layout.rows(0, layout.height):
        line = " " * width
        for ornament in row.ornaments:
            line = line[: ornament.column] + ornament.text + line[ornament.column + len(ornament.text) :]
        for column, start, end in row.fragments:
            line = line[:column] + source.text[start:end] + line[column + end - start :]
        lines.append(line.rstrip())
    return lines


STORY = book(
    ("Titlepage", 1, [(1, "A Book"), (0, "By Ann")]),
    ("Part One", 1, [(1, "Part One")]),
    ("I: The Harbour", 2, [(2, "I"), (2, "The Harbour"), (0, WORDS), (3, "Night"), (0, "Stars.")]),
    ("Chapter 2: The Boat", 2, [(0, WORDS)]),
    ("Part Two", 1, [(1, "Part Two")]),
    ("The End", 2, [(2, "3"), (0, "Words.")]),
)


def test_parts_contain_chapters_and_are_not_counted() -> None:
    found = [(each.title, each.number, each.chapters, each.words) for each in chapters_of(STORY).all]
    assert found == [
        ("Titlepage", 1, 0, 4),
        ("Part One", 0, 2, 2 + 3 + 100 + 2 + 100),
        ("The Harbour", 2, 0, 105),
        ("The Boat", 3, 0, 100),
        ("Part Two", 0, 1, 4),
        ("The End", 4, 0, 2),
    ]
    assert chapters_of(STORY).count == 4


def test_sections_that_are_not_counted_have_no_number() -> None:
    sections = [section._replace(counted=section.title != "Titlepage") for section in STORY.sections]
    source = replace(STORY, sections=sections)
    assert [each.number for each in chapters_of(source).all] == [0, 0, 1, 2, 0, 0]


def test_the_head_of_a_chapter_is_drawn_around_its_own_heading() -> None:
    lines = rows(STORY)
    at = lines.index("The Harbour")
    assert lines[at - 4 : at + 5] == [
        "",
        f"A Book{'Ann':>54}",
        "",
        "I",
        "The Harbour",
        "chapter 2 of 4 · 1 min · 105 words",
        "─" * 60,
        "",
        "word " * 11 + "word",
    ]
    assert lines.count("The Harbour") == lines.count("I") == 1
    at = lines.index("The Boat")
    assert lines[at - 1 : at + 3] == ["Chapter 2", "The Boat", "chapter 3 of 4 · 1 min · 100 words", "─" * 60]
    at = lines.index("The End")
    assert lines[at - 1 : at + 2] == ["3", "The End", "chapter 4 of 4 · 1 min · 2 words"]
    assert "2 chapters · 1 min · 207 words" in lines


def test_a_partly_loaded_book_shows_neither_its_length_nor_its_number_of_chapters() -> None:
    lines = rows(STORY, whole=False)
    assert "chapter 2" in lines
    assert not any("min" in line or "of 4" in line for line in lines)


@pytest.mark.parametrize(
    ("width", "line"),
    [(40, "chapter 2 of 4 · 1 min · 105 words"), (24, "chapter 2 of 4 · 1 min"), (16, "chapter 2 of 4")],
)
def test_parts_of_the_head_that_do_not_fit_are_left_out_whole(width: int, line: str) -> None:
    assert line in rows(STORY, width)


def test_a_long_title_is_wrapped_and_a_long_author_left_out() -> None:
    source = book(("A title of many words that takes two rows", 1, [(0, WORDS)]), ("Two", 1, [(0, WORDS)]))
    lines = rows(source, 30)
    assert lines[:2] == ["A title of many words that", "takes two rows"]
    heads = ChapterHeads(chapters_of(source), 30, "A book with a long title too", "Ann Author")
    shown = [ornament.text for row in range(3) for ornament in heads.ornaments(1, row)]
    assert shown == ["A book with a long title too"]


def test_articles_have_no_chapters() -> None:
    builder = DocumentBuilder()
    builder.add(Block(HEADING, 0, 0, level=1), "One")
    builder.add(Block(PARAGRAPH, 0, 0), WORDS)
    assert not chapters_of(builder.build(Metadata(title="T")))
    paper = builder.build(Metadata(title="T", words=4_000), sections=(Section(0, "Introduction"),))
    assert not chapters_of(paper)


def test_a_long_document_with_outer_sections_is_a_book() -> None:
    builder = DocumentBuilder()
    sections = []
    for number in range(4):
        sections.append(Section(builder.next_start, f"{number}"))
        builder.add(Block(PARAGRAPH, 0, 0), " ".join(["word"] * 6_000))
    assert chapters_of(builder.build(Metadata(words=24_000), sections=sections)).count == 4


def test_the_time_left_counts_down_to_the_end_of_chapter_and_book() -> None:
    found = chapters_of(STORY)
    harbour, boat = found.all[2], found.all[3]
    left = found.left(harbour.start)
    assert left is not None
    assert (left.chapter, left.book) == (105, found.words - harbour.words_before)
    left = found.left((boat.start + boat.end) // 2)
    assert left is not None
    assert left.chapter == 50
    assert left.book == 50 + 4
    last = found.left(len(STORY.text))
    assert last == (0, 0)
    assert Chapters((), 0).left(0) is None
    signs_left_out = Chapters(found.all, found.words, found.words // 2).left(0)
    assert signs_left_out is not None
    assert signs_left_out.book == found.words // 2, "the list and the head say so"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (0, "1 min"),
        (7_012, "30 min"),
        (230 * 60, "1 h"),
        (230 * 310, "5 h 10 min"),
        (230 * 61, "1 h 1 min"),
        (230 * 900, "15 h"),
    ],
)
def test_times_are_in_hours_and_minutes(words: int, text: str) -> None:
    assert time_of(words) == text


@pytest.mark.parametrize(
    ("title", "label", "rest"),
    [
        ("III: A Case of Identity", "III", "A Case of Identity"),
        ("III. A Case", "III", "A Case"),
        ("Chapter 3 — A Case", "Chapter 3", "A Case"),
        ("Kapitel 12", "Kapitel 12", ""),
        ("3", "3", ""),
        ("IV.", "IV", ""),
        ("1984", "1984", ""),
        ("Mix: a recipe", "", "Mix: a recipe"),
        ("A Case of Identity", "", "A Case of Identity"),
        ("2001: A Space Odyssey", "2001", "A Space Odyssey"),
        ("1.2. Roadmap", "1.2", "Roadmap"),
        ("EPUB 3.0 Specification", "", "EPUB 3.0 Specification"),
        ("Catch 22: a note", "", "Catch 22: a note"),
        ("CHAPTER XII. The Carpet-Bag", "CHAPTER XII", "The Carpet-Bag"),
        ("Глава 7: Лес", "Глава 7", "Лес"),
        ("第三章　海", "第三章", "海"),
        ("第三章", "第三章", ""),
        ("I am here", "", "I am here"),
        ("", "", ""),
    ],
)
def test_chapter_numbers_are_separated_from_titles(title: str, label: str, rest: str) -> None:
    assert split_ordinal(title) == (label, rest)


def test_the_outline_joins_sections_and_headings() -> None:
    found = [(entry.level, entry.title, STORY.text[entry.offset :].partition("\n")[0][:11]) for entry in outline(STORY)]
    assert found == [
        (1, "Titlepage", "A Book"),
        (1, "Part One", "Part One"),
        (2, "I  The Harbour", "I"),
        (3, "Night", "Night"),
        (2, "Chapter 2  The Boat", "word word w"),
        (1, "Part Two", "Part Two"),
        (2, "The End", "3"),
    ]


def test_keys_step_through_the_outline_of_a_book_and_stop_once_at_each_chapter() -> None:
    places = [entry.offset for entry in outline(STORY)]
    at, walked = 0, [0]
    while (step := next_heading(STORY, at)) != at:
        walked.append(step)
        at = step
    assert walked == places
    assert previous_heading(STORY, at, 2) == places[-3]


@st.composite
def books(draw: st.DrawFn) -> Document:
    """Generate documents with sections anywhere."""
    source = draw(documents())
    starts = sorted(draw(st.lists(st.integers(0, len(source.text)), max_size=6)))
    titles = st.sampled_from(
        ("One", "II: Two", "Kapitel 3", "日本語の題", "A long title of several words, over more than a row")
    )
    sections = [
        Section(
            start, draw(titles), draw(st.integers(1, 3)), draw(st.sampled_from(("", "IV"))), draw(st.sampled_from("ab"))
        )
        for start in starts
    ]
    return replace(source, sections=sections)


@given(books(), st.integers(8, 60), st.booleans())
def test_chapter_heads_change_no_text_offset_and_fit_the_width(source: Document, width: int, low: bool) -> None:
    heads = ChapterHeads(chapters_of(source), width, "A Book 本", "Ann", low=low)
    layout, bare = Layout(source, width, heads=heads), Layout(source, width)
    for each in (layout, bare):
        each.refine(10)
    assert layout.exact
    found = layout.rows(0, layout.height)
    assert len(found) == layout.height
    end = 0
    for row in found:
        assert all(ornament.column + cell_len(ornament.text) <= max(width, 8) for ornament in row.ornaments)
        is_table = bool(source.blocks) and source.blocks[row.block].kind is BlockKind.TABLE
        assert is_table or row.start == end
        end = max(end, row.end)
    assert end == len(source.text)
    assert [row.fragments for row in found if row.fragments] == [
        row.fragments for row in bare.rows(0, bare.height) if row.fragments
    ]
    for block in range(len(source.blocks)):
        assert layout.block_at(layout.top_of(block)) == block
    for offset in range(0, len(source.text), 7):
        row = layout.row(layout.position(offset)[0])
        assert row.start <= offset <= row.end


def test_a_prologue_has_no_number_where_the_chapters_have_their_own() -> None:
    source = book(("Prologue", 1, [(0, WORDS)]), ("1. One", 1, [(0, WORDS)]), ("2. Two", 1, [(0, WORDS)]))
    assert [each.number for each in chapters_of(source).all] == [0, 1, 2]


def test_a_section_at_the_end_of_a_paragraph_starts_at_the_heading_below_it() -> None:
    builder = DocumentBuilder()
    builder.add(Block(PARAGRAPH, 0, 0), "The end of one.")
    builder.add(Block(HEADING, 0, 0, level=2), "Two")
    sections = (Section(0, "One", key="a"), Section(15, "Two", key="b"))
    source = builder.build(Metadata(title="T"), sections=sections)
    assert [each.block for each in chapters_of(source).all] == [0, 1]
    assert [entry.offset for entry in outline(source)] == [0, 16]

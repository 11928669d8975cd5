"""Numbered chapters of plain text are headings; lists, years and tables of contents are not."""

from __future__ import annotations

import textwrap

import pytest

from tui_reader.document.outline import outline
from tui_reader.formats import read

BODY = "It was a bright cold day in the harbour, and the clocks were striking one after the other. " * 5


def headings(*paragraphs: str) -> list[tuple[int, str]]:
    document = read("\n\n".join(paragraphs).encode(), "book.txt")
    return [(entry.level, entry.title) for entry in outline(document)]


def titles(*paragraphs: str) -> list[str]:
    return [title for _, title in headings(*paragraphs)]


@pytest.mark.parametrize(
    "chapters",
    [
        ["CHAPTER I.", "CHAPTER II.", "CHAPTER III."],
        ["Chapter 1. Loomings.", "Chapter 2. The Carpet-Bag."],
        ["CHAPTER THE FIRST", "CHAPTER THE SECOND"],
        ["I.", "II.", "III.", "IV."],
        ["I", "II"],
        ["1", "2", "3"],
        ["I. A SCANDAL IN BOHEMIA", "II. THE RED-HEADED LEAGUE"],
        ["BOOK THE FIRST", "BOOK THE SECOND"],
        ["Kapitel 3", "Kapitel 4"],
        ["Erstes Kapitel", "Zweites Kapitel"],
        ["Chapitre premier", "Chapitre II"],
        ["CAPÍTULO PRIMERO", "CAPÍTULO II"],
        ["第一章", "第二章 黄昏"],
        ["Глава 1", "Глава 2. Дом"],
        ["제1장", "제2장"],
        ["Day 1", "Day 2"],
        ["_Chapter 1_", "_Chapter 2_"],
        ["== Chapter 1 ==", "== Chapter 2 =="],
    ],
)
def test_chapters_with_numbers_are_headings(chapters: list[str]) -> None:
    book = ["A Book", *[part for chapter in chapters for part in (chapter, BODY)]]
    assert headings(*book) == [(1, chapter) for chapter in chapters]
    assert titles(*[textwrap.fill(part, 70) for part in book]) == chapters


@pytest.mark.parametrize(
    "names",
    [("PROLOGUE", "EPILOGUE"), ("Preface.", "Appendix A"), ("Vorwort", "Nachwort"), ("_Introduction_", "Appendix 2")],
)
def test_parts_without_a_number_are_headings_beside_chapters(names: tuple[str, str]) -> None:
    first, last = names
    chapters = (first, BODY, "Chapter 1", BODY, "Chapter 2", BODY, last, BODY)
    assert headings(*chapters) == [(1, title) for title in chapters[::2]]
    assert titles(first, BODY, BODY, last, BODY) == []
    assert titles(first, last, "Chapter 1", BODY, "Chapter 2", BODY) == ["Chapter 1", "Chapter 2"]
    deeper = ("BOOK I", first, BODY, "CHAPTER I", BODY, "BOOK II", "CHAPTER I", BODY)
    assert [level for level, _ in headings(*deeper)] == [1, 2, 2, 1, 2]


def test_numbered_sections_are_headings_below_their_chapter() -> None:
    text = ("1. Start", BODY, "1.1. Terms", BODY, "1.1.1. Old", "1.2. Use", BODY, "2. End", "2.1 Data", BODY, BODY)
    assert headings(*text) == [
        (1, "1. Start"),
        (2, "1.1. Terms"),
        (3, "1.1.1. Old"),
        (2, "1.2. Use"),
        (1, "2. End"),
        (2, "2.1 Data"),
    ]
    assert titles("1. Start", BODY, "1.5 million people", BODY, "2.1 Data", BODY, "2. End", BODY) == [
        "1. Start",
        "2. End",
    ]
    assert titles("1.1 Data", BODY, "1.2 Data", BODY) == []


@pytest.mark.parametrize("number", ["第{}部", "第{}卷", "제{}부", "제{}편"])
@pytest.mark.parametrize("chapter", ["第{}章", "제{}장"])
def test_chapters_within_books_of_east_asia_are_a_level_deeper(number: str, chapter: str) -> None:
    numbers = ("一", "二") if number[0] == "第" else ("1", "2")
    books, chapters = (
        map(number.format, numbers),
        [chapter.format(n) for n in (("一", "二") if chapter[0] == "第" else "12")],
    )
    expected = [(1, next(books)), *((2, title) for title in chapters), (1, next(books)), (2, chapters[0] + " 끝")]
    text = [part for level, title in expected for part in ((title,) if level == 1 else (title, BODY))]
    assert headings(*text) == expected


def test_chapters_within_books_are_a_level_deeper() -> None:
    book = ("BOOK ONE", "CHAPTER I", BODY, "CHAPTER II", BODY, "BOOK TWO", "CHAPTER I\nThe Return", BODY)
    assert headings(*book) == [
        (1, "BOOK ONE"),
        (2, "CHAPTER I"),
        (2, "CHAPTER II"),
        (1, "BOOK TWO"),
        (2, "CHAPTER I"),
    ]


@pytest.mark.parametrize("separator", ["\n\n", "\n"])
@pytest.mark.parametrize("page", ["", " ..... 12", "    12"])
@pytest.mark.parametrize("preface", [[], ["Preface. " + BODY]])
@pytest.mark.parametrize("form", ["Chapter {}. Name", "{}. Name of it", "CHAPTER {}"])
def test_a_list_of_contents_is_not_a_list_of_chapters(separator: str, page: str, preface: list[str], form: str) -> None:
    chapters = [form.format(number) for number in range(1, 7)]
    contents = separator.join(chapter + page for chapter in chapters)
    book = ["A Book", "Contents", contents, *preface, *[part for chapter in chapters for part in (chapter, BODY)]]
    assert titles(*book) == chapters


@pytest.mark.parametrize(
    "paragraphs",
    [
        ["1945", BODY, "1946", BODY],
        ["1. apples", "2. pears", "3. plums", BODY],
        ["1. Wash the apples.", BODY, "2. Cut them.", BODY],
        ["Part one of the plan was simple.", BODY, "Chapter two is about it, as I said", BODY],
        ["Chapter 3,", BODY],
        ["2.", BODY, "7.", BODY],
        ["I", BODY],
        ["Book a table for two", BODY],
    ],
)
def test_other_lines_with_numbers_are_not_headings(paragraphs: list[str]) -> None:
    assert titles("A text", BODY, *paragraphs) == []

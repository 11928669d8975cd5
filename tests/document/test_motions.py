"""Motions move from word to word and sentence to sentence, and stop at the ends of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counts import size
from tests.document.building import CODE, HEADING, RULE, block, document, documents, pieces_of, table_block
from tui_reader.document import motions
from tui_reader.document.cells import boundary_at
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui_reader.document.blocks import Document

FORWARD = [motions.next_sentence, motions.next_paragraph, motions.next_heading, motions.next_word, motions.word_end]
BACKWARD = [motions.previous_sentence, motions.previous_paragraph, motions.previous_heading, motions.previous_word]


@pytest.mark.parametrize("motion", FORWARD)
@given(source=documents(), data=st.data())
def test_forward_motions_reach_the_end(
    motion: Callable[[Document, int], int], source: Document, data: st.DataObject
) -> None:
    offset = data.draw(st.integers(-1, len(source.text) + 1))
    offset = boundary_at(source.text, max(0, offset))
    for _ in range(len(source.text) + 2):
        moved = motion(source, offset)
        assert boundary_at(source.text, moved) == moved
        assert offset <= moved <= len(source.text)
        if moved == offset:
            return
        offset = moved
    pytest.fail("the motion never ends")


@pytest.mark.parametrize("motion", BACKWARD)
@given(source=documents(), data=st.data())
def test_backward_motions_reach_the_beginning(
    motion: Callable[[Document, int], int], source: Document, data: st.DataObject
) -> None:
    offset = boundary_at(source.text, data.draw(st.integers(0, len(source.text))))
    for _ in range(len(source.text) + 2):
        moved = motion(source, offset)
        assert boundary_at(source.text, moved) == moved
        assert 0 <= moved <= offset
        if moved == offset:
            return
        offset = moved
    pytest.fail("the motion never ends")


@given(documents(), st.data())
def test_the_unit_at_an_offset_contains_the_offset(source: Document, data: st.DataObject) -> None:
    offset = boundary_at(source.text, data.draw(st.integers(0, len(source.text))))
    for at in (motions.sentence_at, motions.paragraph_at, motions.word_at):
        start, end = at(source, offset)
        assert 0 <= start <= end <= len(source.text)
        assert boundary_at(source.text, start) == start
        if offset < len(source.text) and not source.text[offset].isspace() and start < end:
            assert start <= offset < end or source.text[offset : offset + 1].isspace()


@given(documents(), st.integers(1, 5), st.data())
def test_a_count_equals_that_many_single_steps(source: Document, count: int, data: st.DataObject) -> None:
    offset = boundary_at(source.text, data.draw(st.integers(0, len(source.text))))
    for motion in (*FORWARD, *BACKWARD):
        stepped = offset
        for _ in range(count):
            stepped = motion(source, stepped)
        assert motion(source, offset, count) == stepped


def walk(motion: Callable[[Document, int], int], source: Document) -> list[int]:
    """Return all offsets that a motion reaches from the beginning."""
    places = [0]
    while (moved := motion(source, places[-1])) != places[-1]:
        places.append(moved)
    return places


def test_words_include_marks_and_apostrophes() -> None:
    source = document("Don’t re-read naïve cafe\u0301s: 3.14, U.S. “yes”!", "नमस्ते दुनिया 東京タワーへ 👩\u200d🚀 ok")
    words = []
    for offset in walk(motions.next_word, source):
        start, end = motions.word_at(source, offset)
        words.append(source.text[start:end])
    assert words == [
        *["Don’t", "re", "read", "naïve", "cafe\u0301s", "3.14", "U.S", "yes", "नमस्ते", "दुनिया"],
        *["東京", "タワー", "へ", "👩\u200d🚀", "ok", "ok"],
    ]


def test_word_motions_equal_those_of_vim() -> None:
    source = document("one two, three")
    assert walk(motions.next_word, source) == [0, 4, 9, 13]
    assert walk(motions.word_end, source) == [0, 2, 6, 13]
    assert motions.previous_word(source, 13) == 9
    assert motions.previous_word(source, 9) == 4
    assert motions.previous_word(source, 11, 2) == 4


def test_at_white_space_and_signs_the_word_is_a_single_character() -> None:
    source = document("a , b")
    assert motions.word_at(source, 1) == Range(1, 2)
    assert motions.word_at(source, 2) == Range(2, 3)
    assert motions.word_at(source, 5) == Range(5, 5)


def test_sentence_motions_cross_blocks_and_stop_at_the_last_character() -> None:
    source = document("One. Two.", block(RULE), "Three. Four")
    text = source.text
    assert walk(motions.next_sentence, source) == [0, 5, text.index("Three"), text.index("Four"), len(text) - 1]
    assert motions.previous_sentence(source, len(text) - 1) == text.index("Four")
    assert motions.previous_sentence(source, text.index("Three")) == 5
    assert motions.sentence_at(source, 6) == Range(5, 9)
    assert motions.sentence_at(source, 4) == Range(0, 4)


def test_table_cells_and_lines_of_code_count_as_sentences() -> None:
    source = document(table_block([["Dr. A. B", "two. Three"], ["", "x"]]), block(CODE, "if a:\n\n    b. C\n"), "end")
    units = []
    for offset in walk(motions.next_sentence, source):
        start, end = motions.sentence_at(source, offset)
        units.append(source.text[start:end])
    assert units == ["Dr. A. B", "two. Three", "x", "if a:", "b. C", "end", "end"]


def test_paragraph_and_heading_motions_visit_each_in_order() -> None:
    source = document(block(HEADING, "A", level=1), "text", block(HEADING, "B", level=2), block(RULE), "more")
    text = source.text
    assert walk(motions.next_paragraph, source) == [0, 2, 7, text.index("more"), len(text) - 1]
    assert motions.previous_paragraph(source, len(text) - 1) == text.index("more")
    assert motions.previous_paragraph(source, text.index("more")) == 7
    assert motions.paragraph_at(source, 4) == Range(2, 6)
    assert walk(motions.next_heading, source) == [0, 7]
    assert motions.previous_heading(source, 9) == 7
    assert motions.previous_heading(source, 7) == 0
    assert motions.next_heading(document("none"), 2) == 2


def test_sentence_motions_work_in_a_block_of_megabytes() -> None:
    sentence = "It was the best of times. "
    count = size(4_000, 2)
    source = document("Before.", sentence * count, "After.")
    start = source.blocks[1].start
    places = walk(motions.next_sentence, source)
    assert places[1:-2] == [start + number * len(sentence) for number in range(count)]
    offset, back = places[-2], []
    while offset:
        offset = motions.previous_sentence(source, offset)
        back.append(offset)
    assert back[::-1] == places[:-2]
    for offset in (start + 3, start + 10 * count, start + 25 * count - 1):
        found = motions.sentence_at(source, offset)
        assert found.start <= offset < found.end + 1
        assert source.text[found.start : found.end] == sentence.strip()


def test_sentence_motions_advance_in_long_text_without_sentences() -> None:
    for filler in ("word ", "日", "x"):
        source = document(filler * 50_000)
        assert len(walk(motions.next_sentence, source)) <= 70


def test_sentence_motions_advance_by_lines_in_long_code() -> None:
    source = document(block(CODE, "x = 1\n" * size(3_000, 2)))
    assert len(walk(motions.next_sentence, source)) == size(3_000, 2) + 1


def test_words_of_scripts_with_spaces_agree_with_unicode(corpus: Callable[[str], Path]) -> None:
    """Checks annex 29's examples, except colons, Hebrew quotes, kana marks and lone joiners."""
    tried = 0
    for line in (corpus("unicode") / "WordBreakTest.txt").read_text("utf-8").splitlines():
        marks = line.partition("#")[0].split()
        if not marks or {"003A", "3031", "05D0", "0001", "000D", "000B"} & set(marks) or "200D ÷" in line:
            continue
        pieces = pieces_of(marks)
        words = [word for word in pieces if any(map(str.isalnum, word))]
        source = document("".join(pieces))
        ranges = dict.fromkeys(motions.word_at(source, offset) for offset in range(len(source.text)))
        found = [word for start, end in ranges if any(map(str.isalnum, word := source.text[start:end]))]
        tried += 1
        assert found == words, line
    assert tried > 500


def test_long_words_and_backward_word_ends_equal_those_of_vi() -> None:
    """Checks W, B, ge and gE: a long word includes hyphens, quotes and full stops."""
    text = document("Well-known “facts”, they say. On it", "goes.")
    at = text.text.index
    assert motions.next_long_word(text, 0) == at("“")
    assert motions.next_long_word(text, 0, 2) == at("they")
    assert motions.next_long_word(text, at("goes")) == len(text.text) - 1
    assert motions.previous_long_word(text, at("they")) == at("“")
    assert motions.previous_long_word(text, at("they"), 9) == 0
    assert motions.word_end_back(text, at("they")) == at("s”")
    assert motions.word_end_back(text, at("they") + 2) == at("s”")
    assert motions.word_end_back(text, at("known")) == at("-") - 1
    assert motions.word_end_back(text, 2) == 0
    assert motions.long_word_end_back(text, at("they") + 1) == at(", they")
    assert motions.long_word_end_back(text, 3) == 0
    assert text.text[slice(*motions.long_word_at(text, at("facts")))] == "“facts”,"

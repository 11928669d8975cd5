"""The caret moves by character and row, and is never inside a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.document.building import CODE, RULE, block, document, documents
from tui_reader.document import caret as carets
from tui_reader.document.cells import boundary_at
from tui_reader.document.layout import Layout

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document


def test_the_caret_moves_by_clusters_and_from_block_to_block() -> None:
    text = document("a👩\u200d🚀e\u0301", block(RULE), "z")
    places = [0]
    while (following := carets.right(text, places[-1])) != places[-1]:
        places.append(following)
    assert [text.text[at] for at in places] == ["a", "👩", "e", "z"]
    back = [places[-1]]
    while (before := carets.left(text, back[-1])) != back[-1]:
        back.append(before)
    assert back == places[::-1]


def test_moving_by_rows_skips_rows_without_text_and_keeps_the_column() -> None:
    text = document("A first row.", block(RULE), "ab", block(CODE, "one\n\nthree"))
    layout = Layout(text, 20)
    assert text.text[carets.by_rows(layout, 4, 1, 4)] == "b"
    assert text.text[carets.by_rows(layout, 4, 2, 4)] == "e"
    assert text.text[carets.by_rows(layout, 4, 3, 4)] == "\n"
    assert text.text[carets.by_rows(layout, 4, 9, carets.END_COLUMN)] == "e"
    assert carets.by_rows(layout, len(text.text) - 1, -99, 2) == 2


def test_a_character_search_matches_typographic_and_accented_forms() -> None:
    text = document("It isn’t a café — re\u0301sume\u0301, or is it?")
    assert carets.find_character(text, "f", "'", 0) == text.text.index("’")
    assert carets.find_character(text, "f", "é", 0, 2) == text.text.index("re\u0301") + 1
    assert carets.find_character(text, "t", "?", 0) == len(text.text) - 2
    assert carets.find_character(text, "F", "i", len(text.text) - 1, 2) == text.text.index("is it")
    assert carets.find_character(text, "T", "I", 9) == 1
    assert carets.find_character(text, "f", "x", 0) is None


@given(documents(), st.integers(0, 400), st.integers(8, 40), st.integers(-6, 6), st.integers(0, 50))
def test_a_caret_sent_to_any_offset_is_on_a_character(
    text: Document, offset: int, width: int, rows: int, goal: int
) -> None:
    layout = Layout(text, width)
    start = carets.snapped(text, offset)
    for at in (start, carets.left(text, start), carets.right(text, start), carets.by_rows(layout, start, rows, goal)):
        assert boundary_at(text.text, at) == at
        if any(each.end > each.start for each in text.blocks):
            assert any(each.start <= at < each.end for each in text.blocks)

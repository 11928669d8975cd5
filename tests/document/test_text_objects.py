"""Text objects, and selections that grow and shrink by whole sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.document.building import PARAGRAPH, block, document, documents
from tui_reader.document.caret import snapped
from tui_reader.document.cells import boundary_at
from tui_reader.document.text_objects import (
    OBJECTS,
    SENTENCE,
    Ends,
    grow_back,
    grow_forward,
    last_character,
    text_object,
)

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document

TEXT = document("One is here. Two follows it. Three ends.", "Alone it stands.")


def words(text: Document, ends: Ends) -> str:
    low, high = sorted(ends)
    return text.text[low : high + 1]


def of(kind: str, word: str, text: Document = TEXT) -> str:
    start, end = text_object(text, kind, text.text.index(word))
    return text.text[start:end]


def test_text_objects_equal_those_of_vim() -> None:
    assert of("iw", "follows") == "follows"
    assert of("aw", "follows") == "follows "
    assert of("is", "follows") == "Two follows it."
    assert of("as", "follows") == "Two follows it. "
    assert of("as", "ends") == " Three ends."
    assert of("ip", "follows") == "One is here. Two follows it. Three ends."
    assert of("iw", "文", document("これは文です。次の文。")) == "文"
    assert of("is", "次", document("これは文です。次の文。")) == "次の文。"


def test_around_a_paragraph_includes_all_blocks_without_empty_rows_between() -> None:
    text = document("Before.", block(PARAGRAPH, "First item", tight=True), block(PARAGRAPH, "second item"), "After.")
    assert of("ip", "second", text) == "second item"
    assert of("ap", "second", text) == "First item\nsecond item"


def test_a_selection_grows_by_whole_sentences_in_both_directions() -> None:
    two = text_object(TEXT, "is", TEXT.text.index("Two"))
    ends = Ends(two.start, last_character(TEXT, two))
    forward = grow_forward(TEXT, SENTENCE, ends)
    assert words(TEXT, forward) == "Two follows it. Three ends."
    assert grow_back(TEXT, SENTENCE, forward) == ends
    back = grow_back(TEXT, SENTENCE, ends)
    assert words(TEXT, back) == "One is here. Two follows it."
    assert words(TEXT, grow_forward(TEXT, SENTENCE, back)) == "Two follows it."
    across = grow_forward(TEXT, SENTENCE, forward)
    assert words(TEXT, across).endswith("Three ends.\nAlone it stands.")


@given(documents(), st.integers(0, 400), st.sampled_from(OBJECTS))
def test_a_text_object_begins_and_ends_on_boundaries_of_clusters(text: Document, offset: int, kind: str) -> None:
    start, end = text_object(text, kind, snapped(text, offset))
    assert 0 <= start <= end <= len(text.text)
    assert boundary_at(text.text, start) == start
    assert boundary_at(text.text, end) == end


@given(documents(), st.integers(0, 400), st.lists(st.sampled_from([grow_forward, grow_back]), max_size=6))
def test_growing_keeps_both_ends_on_characters(text: Document, offset: int, steps: list[object]) -> None:
    ends = Ends(snapped(text, offset), snapped(text, offset))
    for step in steps:
        ends = step(text, SENTENCE, ends)  # type: ignore[operator]
        assert all(boundary_at(text.text, at) == at <= len(text.text) for at in ends)

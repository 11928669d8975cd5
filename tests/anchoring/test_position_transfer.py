"""Positions are mapped to the same words of the changed text, or to none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.counts import examples
from tui_reader.anchoring.position_transfer import BLOCK_SIZE, PositionTransfer
from tui_reader.model.ranges import Range

OLD = "One is here. Another one comes behind it. A third follows. The last one ends."


def words_after(old: str, new: str, words: str) -> str | None:
    place = PositionTransfer(old, new).carry(Range(old.index(words), old.index(words) + len(words)))
    return None if place is None else new[place.start : place.end]


@pytest.mark.parametrize(
    ("old", "new"),
    [("One is", "New start. One is"), ("ends.", "ends. And more."), ("A third", "A wholly new third"), ("One", "Two")],
)
def test_an_unchanged_sentence_is_mapped_to_its_words(old: str, new: str) -> None:
    assert words_after(OLD, OLD.replace(old, new), "Another one comes behind it.") == "Another one comes behind it."


def test_a_range_between_two_changes_is_mapped_after_preparation() -> None:
    new = "New start, and a long one. " + OLD.replace("last", "very last").replace("one comes", "one came")
    transfer = PositionTransfer(OLD, new)
    place = Range(OLD.index("Another"), OLD.index(" A third"))
    assert not transfer.is_quick([place])
    transfer.prepare([place])
    assert transfer.is_quick([place])
    assert words_after(OLD, new, "Another one comes behind it.") == "Another one came behind it."


def test_the_nth_of_equally_many_repetitions_is_mapped_to_the_nth() -> None:
    """The fifth of nine is mapped to the fifth of nine; with ten in the new text, a comparison is needed."""
    old = ("Yes. " + "No. " * 90) * 9
    place = Range(5 * 365, 5 * 365 + 4)
    found = PositionTransfer(old, f"So it is. {old}Or was.").carry(place)
    assert found == Range(place.start + 10, place.end + 10)
    assert not PositionTransfer(old, f"So it is. {'No. ' * 90}{old}Or was.").is_quick([place])


def test_a_range_whose_words_were_removed_is_mapped_to_none() -> None:
    new = "First. " + OLD.replace("Another one comes behind it. ", "") + " End."
    assert words_after(OLD, new, "Another one comes behind it.") is None


def test_the_first_and_last_change_are_found_in_texts_longer_than_a_block() -> None:
    long = "abc " * BLOCK_SIZE
    transfer = PositionTransfer(long + "one" + long, long + "another" + long)
    assert transfer.carry(Range(len(long) + 3, len(long) + 9)) == Range(len(long) + 7, len(long) + 13)
    assert transfer.carry(Range(8, len(long))) == Range(8, len(long))


@settings(max_examples=examples(60), deadline=None)
@given(st.text("ab. ", max_size=30), st.text("xy", max_size=9), st.text("xy", max_size=9), st.text("ab. ", max_size=30))
def test_text_before_and_after_a_single_change_keeps_its_words(
    start: str, removed: str, inserted: str, end: str
) -> None:
    """Whatever is replaced, the text before it and after it is mapped to equal text."""
    if not removed or not inserted:
        removed, inserted = f"x{removed}", f"y{inserted}"
    old, new = start + removed + end, start + inserted + end
    transfer = PositionTransfer(old, new)
    for first, last in ((0, len(start)), (len(start) + len(removed), len(old))):
        place = transfer.carry(Range(first, last))
        assert place is not None
        assert new[place.start : place.end] == old[first:last]

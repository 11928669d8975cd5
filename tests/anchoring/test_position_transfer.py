"""Places are carried from one reading of a text to the next: to the same words, or nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_reader.anchoring.position_transfer import BLOCK, PositionTransfer
from tui_reader.model.ranges import Range

OLD = "One is here. Another one comes behind it. A third follows. The last one ends."


def carried(old: str, new: str, words: str) -> str | None:
    place = PositionTransfer(old, new).carry(Range(old.index(words), old.index(words) + len(words)))
    return None if place is None else new[place.start : place.end]


@pytest.mark.parametrize(
    ("old", "new"),
    [("One is", "New start. One is"), ("ends.", "ends. And more."), ("A third", "A wholly new third"), ("One", "Two")],
)
def test_a_sentence_is_where_its_words_went(old: str, new: str) -> None:
    assert carried(OLD, OLD.replace(old, new), "Another one comes behind it.") == "Another one comes behind it."


def test_between_two_changes_it_is_found_by_its_words() -> None:
    new = "New start, and a long one. " + OLD.replace("last", "very last").replace("one comes", "one came")
    carrying = PositionTransfer(OLD, new)
    place = Range(OLD.index("Another"), OLD.index(" A third"))
    assert not carrying.is_quick([place])
    carrying.prepare([place])
    assert carrying.is_quick([place])
    assert carried(OLD, new, "Another one comes behind it.") == "Another one came behind it."


def test_of_twins_the_same_one_is_meant() -> None:
    """The fifth of nine is the fifth of nine; where there are ten, nothing is certain at once."""
    old = ("Yes. " + "No. " * 90) * 9
    place = Range(5 * 365, 5 * 365 + 4)
    found = PositionTransfer(old, f"So it is. {old}Or was.").carry(place)
    assert found == Range(place.start + 10, place.end + 10)
    assert not PositionTransfer(old, f"So it is. {'No. ' * 90}{old}Or was.").is_quick([place])


def test_words_that_are_gone_are_nowhere() -> None:
    new = "First. " + OLD.replace("Another one comes behind it. ", "") + " End."
    assert carried(OLD, new, "Another one comes behind it.") is None


def test_where_texts_part_is_found_in_long_ones_too() -> None:
    long = "abc " * BLOCK
    carrying = PositionTransfer(long + "one" + long, long + "another" + long)
    assert carrying.carry(Range(len(long) + 3, len(long) + 9)) == Range(len(long) + 7, len(long) + 13)
    assert carrying.carry(Range(8, len(long))) == Range(8, len(long))


@settings(max_examples=60, deadline=None)
@given(st.text("ab. ", max_size=30), st.text("xy", max_size=9), st.text("xy", max_size=9), st.text("ab. ", max_size=30))
def test_what_one_change_left_alone_keeps_its_words(start: str, gone: str, came: str, end: str) -> None:
    """Whatever is replaced, what stands before or behind it is carried to the very same words."""
    if not gone or not came:
        gone, came = f"x{gone}", f"y{came}"
    old, new = start + gone + end, start + came + end
    carrying = PositionTransfer(old, new)
    for first, last in ((0, len(start)), (len(start) + len(gone), len(old))):
        place = carrying.carry(Range(first, last))
        assert place is not None
        assert new[place.start : place.end] == old[first:last]

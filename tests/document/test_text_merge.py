"""What was written on one note in two places is kept, by word where that is clear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.document.text_merge import BETWEEN, MOST_TOKENS, merge


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        ("check this", "check this", "check that", "check that"),
        ("check this", "check that", "check this", "check that"),
        ("check this", "check that", "check that", "check that"),
        ("check this", "do check this", "check this soon", "do check this soon"),
        ("one\n\ntwo\n\nthree", "one!\n\ntwo\n\nthree", "one\n\ntwo\n\nthree more", "one!\n\ntwo\n\nthree more"),
        ("one\n\ntwo\n\nthree", "one\n\nthree", "one\n\ntwo\n\nthree more", "one\n\nthree more"),
        ("これは二番目", "あ、これは二番目", "これは二番目だ", "あ、これは二番目だ"),
        ("gone", "", "gone", ""),
        ("gone", "gone", "", ""),
        ("gone", "", "gone on", "gone on"),
        ("gone", "gone on", "", "gone on"),
        ("", "mine", "", "mine"),
    ],
)
def test_changes_in_different_places_become_one_text(base: str, mine: str, theirs: str, merged: str) -> None:
    assert merge(base, mine, theirs) == (merged, True)


@pytest.mark.parametrize(
    ("base", "mine", "theirs"),
    [
        ("base", "base FROMA", "base FROMB"),
        ("base", "base TUI", "CLI words"),
        ("", "mine", "theirs"),
        ("a red car", "a blue car", "a red bus"),
        ("one\n\ntwo\n\nthree", "one\n\nthree", "one\n\ntwo, and why\n\nthree"),
    ],
)
def test_where_both_changed_the_same_place_both_texts_stand_there(base: str, mine: str, theirs: str) -> None:
    assert merge(base, mine, theirs) == (f"{theirs}\n\n{BETWEEN}\n\n{mine}", False)


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "\n", "漢", "."]), max_size=12).map(" ".join)


@given(WORDS, WORDS, WORDS)
def test_every_word_that_somebody_added_is_there(base: str, mine: str, theirs: str) -> None:
    merged = merge(base, mine, theirs).text.split()
    for word in {*mine.split(), *theirs.split()}:
        if (mine.strip() and theirs.strip()) or mine == base or theirs == base:
            added = max(mine.split().count(word), theirs.split().count(word)) - base.split().count(word)
            assert added <= 0 or merged.count(word) >= added


@given(WORDS, WORDS)
def test_a_text_that_nobody_else_changed_is_kept_as_it_is(base: str, mine: str) -> None:
    assert merge(base, mine, base) == (mine, True)


def test_a_long_paragraph_that_both_went_over_becomes_one() -> None:
    words = [("the", "of", "and", "to", "in", "is", "it")[number * number % 7] for number in range(7_040)]
    mine, theirs, both = words.copy(), words.copy(), words.copy()
    for place in range(0, len(words), 80):
        mine[place] = both[place] = f"mine{place}"
        theirs[place + 40] = both[place + 40] = f"theirs{place}"
    assert merge(" ".join(words), " ".join(mine), " ".join(theirs)) == (" ".join(both), True)


def test_a_note_as_long_as_a_book_is_merged_by_its_lines() -> None:
    lines = [f"line {number} of many\n" for number in range(MOST_TOKENS)]
    base = "".join(lines)
    mine, theirs = "first\n" + base, base + "last\n"
    assert merge(base, mine, theirs) == (f"first\n{base}last\n", True)

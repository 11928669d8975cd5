"""Two edits of one note are merged word by word if they do not conflict; else both are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.document.text_merge import BETWEEN, MOST_TOKENS, merge


@pytest.mark.parametrize(
    ("original", "mine", "theirs", "merged"),
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
def test_edits_of_different_words_are_merged(original: str, mine: str, theirs: str, merged: str) -> None:
    assert merge(original, mine, theirs) == (merged, True)


@pytest.mark.parametrize(
    ("original", "mine", "theirs"),
    [
        ("original", "original FROMA", "original FROMB"),
        ("original", "original TUI", "CLI words"),
        ("", "mine", "theirs"),
        ("a red car", "a blue car", "a red bus"),
        ("one\n\ntwo\n\nthree", "one\n\nthree", "one\n\ntwo, and why\n\nthree"),
    ],
)
def test_conflicting_edits_keep_both_texts(original: str, mine: str, theirs: str) -> None:
    assert merge(original, mine, theirs) == (f"{theirs}\n\n{BETWEEN}\n\n{mine}", False)


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "\n", "漢", "."]), max_size=12).map(" ".join)


@given(WORDS, WORDS, WORDS)
def test_every_added_word_is_in_the_result(original: str, mine: str, theirs: str) -> None:
    merged = merge(original, mine, theirs).text.split()
    for word in {*mine.split(), *theirs.split()}:
        if (mine.strip() and theirs.strip()) or mine == original or theirs == original:
            added = max(mine.split().count(word), theirs.split().count(word)) - original.split().count(word)
            assert added <= 0 or merged.count(word) >= added


@given(WORDS, WORDS)
def test_a_text_changed_on_one_side_only_is_kept_unchanged(original: str, mine: str) -> None:
    assert merge(original, mine, original) == (mine, True)


def test_many_edits_of_a_long_paragraph_are_merged() -> None:
    words = [("the", "of", "and", "to", "in", "is", "it")[number * number % 7] for number in range(7_040)]
    mine, theirs, both = words.copy(), words.copy(), words.copy()
    for place in range(0, len(words), 80):
        mine[place] = both[place] = f"mine{place}"
        theirs[place + 40] = both[place + 40] = f"theirs{place}"
    assert merge(" ".join(words), " ".join(mine), " ".join(theirs)) == (" ".join(both), True)


def test_a_note_as_long_as_a_book_is_merged_by_lines() -> None:
    lines = [f"line {number} of many\n" for number in range(MOST_TOKENS)]
    original = "".join(lines)
    mine, theirs = "first\n" + original, original + "last\n"
    assert merge(original, mine, theirs) == (f"first\n{original}last\n", True)

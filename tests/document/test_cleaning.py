"""Cleaned text can neither move the cursor nor show other words than those that are stored."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.document.cleaning import clean_line, clean_text, is_clean, is_clean_utf8

HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
ANY_TEXT = st.text(st.characters() | st.sampled_from("\x00\x1b\r\n\t\x85\x9f\u202e\u2028\u2067\ud800"))


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("plain — “curly”, U. S. . President", "plain — “curly”, U. S. . President"),
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("\x1b[31mred\x07", "[31mred"),
        ("\x93quoted\x94 \x85 \x80 \x81", "“quoted” … € "),
        ("a\x00b", "a\ufffdb"),
        ("abc\u202ecod.exe\u2066", "abccod.exe"),
        ("page\x0cpage\u2028line", "page\npage\nline"),
        ("lone \ud83d half", "lone \ufffd half"),
        ("kept: \u200e \u200d \ufeff", "kept: \u200e \u200d \ufeff"),
    ],
)
def test_controls_are_dropped_and_those_of_windows_1252_are_decoded(given_text: str, shown: str) -> None:
    assert clean_text(given_text) == shown


@given(ANY_TEXT)
def test_no_harmful_character_is_left_and_cleaning_twice_changes_nothing(text: str) -> None:
    cleaned = clean_text(text)
    assert HARMFUL.search(cleaned) is None
    assert clean_text(cleaned) == cleaned
    assert is_clean(cleaned)


@given(ANY_TEXT)
def test_text_without_controls_is_returned_as_the_same_object(text: str) -> None:
    harmless = HARMFUL.sub("", text)
    assert clean_text(harmless) is harmless


@given(ANY_TEXT)
def test_a_cleaned_line_has_single_spaces_and_no_line_breaks(text: str) -> None:
    line = clean_line(text)
    assert line == " ".join(line.split())
    assert HARMFUL.search(line) is None


@pytest.mark.parametrize("harm", ["", "\x1b", "\r", "\x7f", "\x85", "\u2028", "\u202e", "\u2069", "\x00", "\ud800"])
@pytest.mark.parametrize("filler", ["a", "é", "漢"])
def test_long_and_short_texts_are_found_clean_by_the_same_rule(filler: str, harm: str) -> None:
    long = filler * 70_000
    assert is_clean(long + harm) is (harm == "") is is_clean("a" + harm)
    assert clean_text(long + harm + long) == long + clean_text(harm) + long


@given(st.text())
def test_utf8_bytes_and_text_are_found_clean_by_the_same_rule(text: str) -> None:
    assert is_clean_utf8(text.encode()) is is_clean(text)

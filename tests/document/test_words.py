"""Words are counted in any script, and reading times are computed from the count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.document.building import texts
from tui_reader.document import words as module
from tui_reader.document.words import count_words
from tui_reader.model.article import Metadata

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@given(st.text("ab c\n\té“”—ж"))
def test_words_of_spaced_scripts_are_runs_between_white_space(text: str) -> None:
    assert count_words(text) == len(text.split())


@given(st.text("ab \n\té—\xa0"), st.integers(1, 5))
def test_words_across_slices_are_counted_once(text: str, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SLICE", 1 << 30)
        whole = count_words(text)
        patch.setattr(module, "_SLICE", size)
        assert count_words(text) == whole


@given(texts(breaks="\n\t"))
def test_the_word_count_is_between_zero_and_the_length_of_the_text(text: str) -> None:
    assert 0 <= count_words(text) <= len(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        (" \n", 0),
        ("two words", 2),
        ("東京湾の夜警。", 3),
        ("東京 Tokyo 東京", 3),
        ("“東京”、「夜」。", 2),
        ("ภาษาไทยง่าย", 2),
        ("한국어 문장", 2),
    ],
)
def test_scripts_without_spaces_count_by_characters(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize("language", ["jpn", "cmn_hans", "tha", "khm", "lao", "mya", "kor", "rus", "hin"])
def test_translations_of_one_declaration_have_similar_counts(corpus: Callable[[str], Path], language: str) -> None:
    folder = corpus("unicode") / "udhr"
    path = folder / f"{language}.txt"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in the corpus")
    english = count_words((folder / "eng.txt").read_text("utf-8"))
    assert 0.6 <= count_words(path.read_text("utf-8")) / english <= 1.5


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (100, 1), (345, 2), (2300, 10)])
def test_reading_time_is_at_least_a_minute(words: int, minutes: int) -> None:
    assert Metadata(words=words).minutes == minutes

"""Words in messages stand between quotation marks that differ from the marks in them."""

from __future__ import annotations

import pytest

from tui_reader.document.quotation import quoted


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("the ferry", "“the ferry”"),
        ("“Who keeps the light?” the captain asked", "“‘Who keeps the light?’ the captain asked”"),
        ('"No," she said, "not', "“'No,' she said, 'not”"),
        ("Das „Haus“", "“Das ‚Haus‘”"),
        ("the captain’s ‘light’", "“the captain’s ‘light’”"),
    ],
)
def test_double_marks_within_quoted_words_become_single_ones(words: str, text: str) -> None:
    assert quoted(words) == text

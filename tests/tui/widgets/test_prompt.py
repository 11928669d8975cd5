"""The prompt completes tags regardless of case, accents and presentation."""

from __future__ import annotations

import asyncio

import pytest

from tui_reader.tui.widgets.prompt import LastPartSuggester


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("po", "politics"),
        ("PO", "POlitics"),
        ("cafe", "café noir"),
        ("cafe\u0301", "cafe\u0301 noir"),
        ("politics, off", "politics, oﬃce"),
        ("politics, o", "politics, oﬃce"),
        ("re", "re\u0301sume\u0301"),
        ("resume", "re\u0301sume\u0301"),
        ("in", "in\u00adform"),
        ("x", None),
        ("politics, po", None),
        ("politics,", None),
    ],
)
def test_the_last_part_of_the_input_is_completed_with_a_known_tag(typed: str, suggested: str | None) -> None:
    words = ("politics", "café noir", "oﬃce", "re\u0301sume\u0301", "in\u00adform")
    assert asyncio.run(LastPartSuggester(words).get_suggestion(typed)) == suggested

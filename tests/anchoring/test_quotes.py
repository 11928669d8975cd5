"""Quotes are found in texts of another presentation; accents are needed only where the quote has them."""

from __future__ import annotations

import pytest

from tui_reader.anchoring.quotes import QuoteFinder


@pytest.mark.parametrize(
    ("text", "quote", "found"),
    [
        ("the in\u00adfor\u00admation oﬃce, the information office", "information office", 2),
        ("Ｆｕｌｌ　width", "full width", 1),
        ("zero\u200bwidth a\u2009b", "zerowidth a b", 1),
        ("it’s – now", "it's - now", 1),
        ("wait… then", "wait... then", 1),
        ("the re\u0301sume\u0301 was good, the résumé", "the résumé", 2),
        ("the re\u0301sume\u0301 was good, the résumé", "the resume", 2),
        ("the résumé, the resume", "the resume", 1),
        ("the resume", "the résumé", 0),
        ("Die Straße", "die STRASSE", 1),
        ("an office", "offic", 0),
        ("ש\u05b8לום", "שלום", 1),
        ("anything", "\u00ad", 0),
    ],
)
def test_a_quote_is_found_in_another_presentation(text: str, quote: str, found: int) -> None:
    text = f"Before. {text}. Behind."
    places = QuoteFinder(text).occurrences(quote)
    assert len(places) == found
    for start, end in places:
        assert text[start - 1].isspace()
        assert not text[end].isalnum()

"""A query matches text regardless of encoding, kinds of quotes and, without capitals, case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.document.building import document, documents
from tui_reader.document.cells import boundary_at
from tui_reader.document.matches import find_all

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document


def found(text: str, query: str) -> list[str]:
    """Return the texts that a query matches."""
    source = document(*text.split("\n"))
    matches = find_all(source, query)
    return [source.text[start:end] for start, end in zip(matches.starts, matches.ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "query", "wanted"),
    [
        ("NATO, nato and Nato", "nato", ["NATO", "nato", "Nato"]),
        ("NATO, nato and Nato", "Nato", ["Nato"]),
        ("the five  per cent, five\nper cent", "five per cent", ["five  per cent", "five\nper cent"]),
        ("don’t, don't, “so”", "don't", ["don’t", "don't"]),
        ("don’t, don't, “so”", '"so"', ["“so”"]),
        ("well‐known, well-known", "well-known", ["well‐known", "well-known"]),
        ("caf\u00e9, cafe\u0301, cafe", "caf\u00e9", ["caf\u00e9", "cafe\u0301"]),
        ("caf\u00e9, cafe\u0301, cafe", "cafe\u0301", ["caf\u00e9", "cafe\u0301"]),
        ("caf\u00e9, cafe\u0301, cafe", "cafe", ["caf\u00e9", "cafe\u0301", "cafe"]),
        ("東京湾の夜警、東京", "東京", ["東京", "東京"]),
        ("ÉCOLE école", "école", ["ÉCOLE", "école"]),
        ("İstanbul istanbul", "istanbul", ["İstanbul", "istanbul"]),
        ("a.b axb (c", "a.b", ["a.b"]),
        ("a.b axb (c", "(c", ["(c"]),
        (
            "r\u00e9sum\u00e9, re\u0301sume\u0301, resume",
            "resume",
            ["r\u00e9sum\u00e9", "re\u0301sume\u0301", "resume"],
        ),
        (
            "r\u00e9sum\u00e9, re\u0301sume\u0301, resume",
            "r\u00e9sum\u00e9",
            ["r\u00e9sum\u00e9", "re\u0301sume\u0301"],
        ),
        ("résumé, résume, resumé, rèsume", "résume", ["résumé", "résume"]),
        ("Élan, Elan, élan", "Elan", ["Élan", "Elan"]),
        ("Élan, Elan, ÉLAN, élan", "Élan", ["Élan"]),
        ("Łódź, Łodz", "łodz", ["Łódź", "Łodz"]),
        ("an oﬃce, an office", "office", ["oﬃce", "office"]),
        ("an oﬃce", "of", ["oﬃ"]),
        ("the oﬃce", "ﬃ", ["ﬃ"]),
        ("in\u00adfor\u00admation, information", "information", ["in\u00adfor\u00admation", "information"]),
        ("zero\u200bwidth \u2060joined\ufeff", "zerowidth joined", ["zero\u200bwidth \u2060joined"]),
        ("information", "infor\u00admation", ["information"]),
        ("Ｆｕｌｌ　width", "full width", ["Ｆｕｌｌ　width"]),
        ("ｶﾞｲﾄﾞ ガイド カイト", "ガイド", ["ｶﾞｲﾄﾞ", "ガイド"]),
        ("a–b a—b a-b a‑b a−b", "a-b", ["a–b", "a—b", "a-b", "a‑b", "a−b"]),
        ("five\u00a0per\u2009\u202fcent", "five per cent", ["five\u00a0per\u2009\u202fcent"]),
        ("Straße, Strasse, STRASSE", "strasse", ["Straße", "Strasse", "STRASSE"]),
        ("Straße, Strasse", "straße", ["Straße", "Strasse"]),
        ("ISPARTA ısparta Isparta", "ısparta", ["ISPARTA", "ısparta", "Isparta"]),
        ("ΟΔΟΣ οδος", "οδοσ", ["ΟΔΟΣ", "οδος"]),
        ("م\u064eدرسة مـدرسة", "مدرسة", ["م\u064eدرسة", "مـدرسة"]),
        ("ש\u05b8\u05c1לום", "שלום", ["ש\u05b8\u05c1לום"]),
        ("wait… wait...", "wait...", ["wait…", "wait..."]),
        ("«so» „so“", '"so"', ["«so»", "„so“"]),
        ("anything", "\u00ad", []),
        ("x\u0301y", "\u0301", []),
        ("anything", "", []),
        ("anything", "  ", []),
        ("one  two", " one ", ["one"]),
    ],
)
def test_a_query_matches_equivalent_characters(text: str, query: str, wanted: list[str]) -> None:
    assert found(text, query) == wanted


def test_a_match_never_splits_a_cluster() -> None:
    assert found("👩\u200d🚀 and 👩", "👩") == ["👩\u200d🚀", "👩"]
    assert found("नमस्ते", "नमस") == ["नमस्ते"]


@given(documents(), st.text("ab e\u0301日क", max_size=3))
def test_matches_are_sorted_do_not_overlap_and_end_on_boundaries(source: Document, query: str) -> None:
    matches = find_all(source, query)
    end = 0
    for start, stop in zip(matches.starts, matches.ends, strict=True):
        assert end <= start < stop
        assert boundary_at(source.text, start) == start
        assert boundary_at(source.text, stop) == stop
        end = stop


def test_matches_are_looked_up_by_offset_and_range() -> None:
    matches = find_all(document("ab ab ab"), "ab")
    assert len(matches) == 3
    assert [matches.at_or_after(offset) for offset in (0, 1, 3, 4, 7)] == [0, 1, 1, 2, 3]
    assert list(matches.within(1, 4)) == [0, 1]
    assert list(matches.within(2, 3)) == []
    assert list(matches.within(0, 99)) == [0, 1, 2]


def test_the_search_stops_at_the_limit() -> None:
    assert len(find_all(document("ab " * 100), "ab", limit=7)) == 7


@pytest.mark.parametrize("query", ["a-" * 100_000, "“" * 100_000, "x" * 100_000, "é ' " * 50_000])
def test_only_the_beginning_of_an_overlong_query_is_searched_for(query: str) -> None:
    source = document("before " + query[:5_000] + " behind")
    (start,) = find_all(source, query).starts[:1]
    assert start == len("before ")

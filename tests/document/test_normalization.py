"""Folded texts: presentation is ignored, folding is idempotent, and offsets can be mapped back to the original."""

from __future__ import annotations

import random
from itertools import pairwise
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counts import FULL
from tests.document.building import document
from tui_reader.document.matches import find_all
from tui_reader.document.normalization import (
    CASED_SEARCH,
    EXACT_WORDS,
    SEARCH,
    WORDS,
    Folding,
    Words,
    fold,
    normalized,
    search_key,
)
from tui_reader.model.ranges import Range

MANY = 40_000 if FULL else 3_000
"""Words of a text that is folded in parts."""
FOLDINGS = (WORDS, EXACT_WORDS, SEARCH, CASED_SEARCH)
ODD = (
    "ab A e\u0301\u00e9\u0323ö o\u0308 ß ẞ İ i\u0307 ı ς Σ ﬁ ﬃ ﬆ ŉ … ‥ ’“”—‑ "
    "\u00ad\u200b\u200d\u2060\ufeff\ufe0f\u00a0\u2009\n\t"
    "Ｆｕ ｶ\uff9e カ\u3099 ガ \u1112\u1161\u11ab 한 שָׁ م\u064eـ آ ا\u0653 ² ½ ™ ㎏ Å ನಿ \u0ba8\u0bc6\u0bbe नमस् 👩\u200d🚀"
)
texts = st.one_of(st.text(st.sampled_from(ODD), max_size=40), st.text(max_size=20))
foldings = st.sampled_from(FOLDINGS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("office, fluff", "oﬃce, ﬂuﬀ"),
        ("Full width 42", "Ｆｕｌｌ　ｗｉｄｔｈ　４２"),
        ("ガイド", "ｶﾞｲﾄﾞ"),
        ("ガ", "カ\u3099"),
        ("information", "in\u00adfor\u00adma\u00adtion"),
        ("no break", "no\u200b \u2060break\ufeff"),
        ("résumé", "re\u0301sume\u0301"),
        ("ế", "e\u0301\u0302".replace("\u0301\u0302", "\u0302\u0301")),
        ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
        ("it's", "it’s"),
        ('"so"', "«so»"),
        ("a-b - c", "a‑b\u00a0–\u2009c"),
        ("wait...", "wait…"),
        ("Straße", "STRASSE"),
        ("ΟΔΟΣ", "οδος"),
        ("İstanbul", "istanbul"),
        ("ısparta", "ISPARTA"),
        ("محمد", "مـحَـمَّد"),
        ("שלום", "שָׁלוֹם"),
        ("نمی خواهم", "نمی\u00a0خواهم"),
    ],
)
def test_texts_that_differ_in_presentation_or_case_are_equal(one: str, other: str) -> None:
    assert normalized(one) == normalized(other)
    assert search_key(one) == search_key(other)
    assert Words.of(normalized(one)).keys == Words.of(normalized(other)).keys


@pytest.mark.parametrize(
    ("one", "other", "is_found"),
    [
        ("resume", "résumé", True),
        ("x2", "x²", True),
        ("か", "が", False),
        ("masse", "maße", True),
        ("アイ", "アイ\u0304", True),
        ("öl", "œl", False),
    ],
)
def test_only_a_search_ignores_accents_and_special_forms(one: str, other: str, is_found: bool) -> None:
    assert (search_key(one) == search_key(other)) is is_found
    assert fold(one, EXACT_WORDS).text != fold(other, EXACT_WORDS).text


@given(texts, foldings)
def test_folding_twice_is_folding_once(text: str, folding: Folding) -> None:
    once = fold(text, folding).text
    assert fold(once, folding).text == once


@given(texts, foldings)
def test_offsets_convert_to_the_original_text_in_order_and_back(text: str, folding: Folding) -> None:
    folded = fold(text, folding)
    length = len(folded.text)
    assert folded.folded(Range(0, len(text))) == (0, length)
    places = [folded.original(Range(at, at + 1)) for at in range(length)]
    for (start, end), (later, _) in pairwise(places):
        assert start <= later
        assert end >= start
    for at, place in enumerate(places):
        assert 0 <= place.start < place.end <= len(text)
        back = folded.folded(place)
        assert back.start <= at < back.end
        assert fold(text[slice(*place)], folding).text == folded.text[slice(*back)]


@given(texts.filter(str.strip), st.integers(0, 9), st.integers(1, 6))
def test_a_match_folds_to_the_folded_query(text: str, at: int, length: int) -> None:
    query = text[at : at + length].strip()
    source = document(*text.split("\n"))
    matches = find_all(source, query)
    wanted = " ".join(search_key(query).split())
    for start, end in zip(matches.starts, matches.ends, strict=True):
        # A match may begin and end within a ligature or cluster.
        assert wanted in " ".join(search_key(source.text[start:end]).split())


@pytest.mark.parametrize("special", ["\u00ad", "e\u0301", "ﬁ", "’", "", "한", "が", "カ\u3099"])
def test_long_texts_are_folded_in_parts_as_they_would_be_at_once(special: str) -> None:
    chance = random.Random(1)
    words = ["".join(chance.choices(["a", "B", special], k=chance.randint(1, 9))) for _ in range(MANY)]
    text = " ".join(words)
    folded = fold(text)
    assert folded.text == " ".join(map(normalized, words))
    for at in chance.sample(range(len(text) - 60), 50):
        start = text.index(" ", at) + 1
        place = Range(start, text.index(" ", start))
        assert folded.text[slice(*folded.folded(place))] == normalized(text[slice(*place)])
        assert folded.original(folded.folded(place)).start == start or text[start] == "\u00ad"


def test_words_have_the_offsets_of_the_text_as_it_is() -> None:
    text = "An oﬃ\u00adcial re\u0301sume\u0301 — so."
    words = Words.within(text)
    assert words.keys == ["an", "official", "résumé", "-", "so", "."]
    assert [text[start:end] for start, end in zip(words.starts, words.ends, strict=True)] == [
        *("An", "oﬃ\u00adcial", "re\u0301sume\u0301", "—", "so", "."),
    ]


def test_composed_and_decomposed_texts_are_equal_in_each_form() -> None:
    text = "Ärger, Straße, Łódź, Ầ, 한국, ガイド, ΐ, א\u05b8, ொ"
    for folding in FOLDINGS:
        assert fold(normalize("NFD", text), folding).text == fold(normalize("NFC", text), folding).text

"""The search for a quote of any size and shape takes bounded time, with the same results for usual quotes."""

from __future__ import annotations

import time

import pytest

from tests.counts import FULL
from tui_reader.anchoring.candidates import MIN_OCCURRENCES, CandidateSearch
from tui_reader.anchoring.quotes import QuoteFinder
from tui_reader.anchoring.resolution import resolve
from tui_reader.anchoring.scores import MOST_STEPS, best_stretch, cost_of_best_stretch, quote_similarity
from tui_reader.model.anchor import Anchor
from tui_reader.model.annotation import PlaceState
from tui_reader.model.ranges import Range

SIZE = 100_000 if FULL else 10_000
WORDS = SIZE if FULL else SIZE // 3
PROSE = " ".join(
    f"The {n} boats lay on the mud, and gull number {n} walked about." for n in range(2_000 if FULL else 600)
)
TEXTS = {
    "prose": PROSE,
    "one word": "a" * SIZE,
    "words": ("a" * 200 + " ") * (SIZE // 200),
    "dots": ". " * WORDS,
    "one word again and again": "the " * WORDS,
    "blanks": "a" + " " * SIZE + "b",
}
QUOTES = {
    "a long word": "a" * SIZE,
    "long words": " ".join(["a" * (SIZE // 4)] * 4),
    "blanks": "The 3 boats" + " " * SIZE + "lay in the harbour",
    "dots": ". " * (SIZE // 2),
    "one word again and again": "the " * (SIZE // 4),
    "most of the text": PROSE[5_000:SIZE].replace("mud", "sand"),
    "signs": "-_" * (SIZE // 2),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES.keys())
def test_the_search_for_any_quote_ends_within_seconds(quote: str, text: str) -> None:
    began = time.process_time()
    finder = QuoteFinder(text)
    if not finder.occurrences(quote):
        finder.nearest(quote)
    resolve(Anchor(quote, "x y " * 8, " u v" * 8, 100, 100 + len(quote)), text)
    # A bounded search takes a second or less, an unbounded one minutes or more.
    assert time.process_time() - began < 20


def test_a_similar_passage_is_found_despite_much_white_space_in_the_quote() -> None:
    near = QuoteFinder(PROSE).nearest("gull number 7" + " " * SIZE + "\n walked around")
    assert near is not None
    assert "gull number 7 walked" in PROSE[slice(*near.range)]


def test_a_huge_passage_that_was_edited_is_still_found() -> None:
    end = 100_000 if FULL else 20_000
    exact = PROSE[5_000:end]
    edited = PROSE.replace("gull number 300 ", "another gull ")
    placement = resolve(Anchor(exact, PROSE[4_968:5_000], PROSE[end : end + 32], 5_000, end), edited)
    assert placement.state is PlaceState.MOVED
    assert abs(placement.start - 5_000) < 10


@pytest.mark.parametrize("length", [10, 1_000, 100_000])
def test_the_longer_a_quote_the_fewer_occurrences_are_compared(length: int) -> None:
    positions = CandidateSearch("a" * 300_000).exact("a" * length)
    assert MIN_OCCURRENCES <= len(positions) <= 5_000
    assert len(positions) * length <= 3_000_000


def test_the_best_stretch_has_the_most_similar_letters() -> None:
    assert best_stretch("walked about", "the gulls walked abuot there", 0.5) == Range(10, 22)
    assert best_stretch("entirely other", "zzzzzzzzzzzzzzzzzzzzz", 0.5) is None


def test_a_stretch_is_not_searched_for_if_that_takes_too_long() -> None:
    quote, text = "ab" * 20_000, "ba" * 40_000
    assert cost_of_best_stretch(quote, text) == cost_of_best_stretch(text, quote) > MOST_STEPS
    assert best_stretch(quote, text, 0.5) is None


@pytest.mark.parametrize("size", [10, 10_000])
def test_similarity_ranges_from_low_to_one(size: int) -> None:
    words = "one two three four " * size
    assert quote_similarity(words, words) == 1
    assert 0.6 < quote_similarity(words, words.replace("two", "six")) < 0.95
    assert quote_similarity(words, "xyz " * 4 * size) < 0.3

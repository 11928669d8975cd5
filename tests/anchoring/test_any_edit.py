"""In any script and after any edit around it, a passage is found at its true position or reported uncertain."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from tests.counts import examples
from tui_reader.anchoring.description import CONTEXT, fingerprint
from tui_reader.anchoring.resolution import resolve
from tui_reader.document.normalization import normalized
from tui_reader.model.anchor import Anchor
from tui_reader.model.annotation import PlaceState

WORDS = (
    *("the", "council", "met", "and", "nobody", "asked", "why", "it", "rained", "again", "in", "spring"),
    *("naïve", "e\u0301te\u0301", "Straße", "İstanbul", "привет", "שלום", "“so”", "—", "…", "1,000", "don’t"),
    *("会議", "は", "春まで", "延期された。", "東京", "ｶﾀｶﾅ", "中文句子", "한국어", "ไทย"),
    *("👩\u200d👧", "🇳🇱", "👍🏽", "☕"),
    *("if", "(x", "==", "y)", "{", "}", "return", "foo(bar);", "</td>", "<tr>", "```", "---", "x_1", "0x1F", "#"),
)
EXAMPLES = examples(300)

joints = st.sampled_from((" ", " ", " ", "", "\n", "  "))
texts = st.lists(st.tuples(st.sampled_from(WORDS), joints), max_size=40).map(lambda parts: "".join(map("".join, parts)))
quotes = st.lists(st.tuples(st.sampled_from(WORDS), joints), min_size=1, max_size=12).map(
    lambda parts: "".join(map("".join, parts)).strip()
)


def anchor_of(text: str, start: int, end: int) -> Anchor:
    before, behind = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return Anchor(text[start:end], before, behind, start, end, 0, fingerprint(text))


@settings(max_examples=EXAMPLES)
@given(texts, texts, quotes, texts, texts, texts, texts)
def test_a_passage_in_unchanged_context_is_found_at_its_position_or_reported_uncertain(
    far: str, near: str, quote: str, near_behind: str, far_behind: str, other: str, other_behind: str
) -> None:
    near, near_behind = near[-CONTEXT:].rjust(CONTEXT, "·"), near_behind[:CONTEXT].ljust(CONTEXT, "·")
    old, new = (a + near + quote + near_behind + b for a, b in ((far, far_behind), (other, other_behind)))
    start = len(far) + CONTEXT
    anchor = anchor_of(old, start, start + len(quote))
    true = len(other) + CONTEXT
    for snapshot in (old, None):
        placed = resolve(anchor, new, snapshot)
        assert placed.state is not PlaceState.ORPHAN
        if placed.is_certain and placed.start != true:
            twin = anchor_of(new, placed.start, placed.end)
            assert (twin.exact, twin.prefix, twin.suffix) == (anchor.exact, anchor.prefix, anchor.suffix)
        elif placed.is_certain:
            assert placed.end == true + len(quote)


@settings(max_examples=EXAMPLES)
@given(texts, quotes, texts, texts)
def test_a_deleted_passage_is_placed_only_where_at_least_half_of_its_letters_occur(
    before: str, quote: str, behind: str, other: str
) -> None:
    old, new = before + quote + behind, before + behind + other
    anchor = anchor_of(old, len(before), len(before) + len(quote))
    placed = resolve(anchor, new, old)
    if placed.is_certain:
        letters = "".join(normalized(quote).split())
        assert 2 * LCSseq.similarity(letters, "".join(normalized(new[placed.start : placed.end]).split())) >= len(
            letters
        )


@settings(max_examples=EXAMPLES)
@given(
    texts,
    st.lists(st.sampled_from(("zebra", "кряква", "犀", "龍虎", "🦓", "$9")), min_size=1, max_size=9),
    texts,
    texts,
)
def test_a_passage_without_any_of_its_words_left_has_no_certain_position(
    before: str, words: list[str], behind: str, other: str
) -> None:
    quote = " ".join(words)
    anchor = anchor_of(f"{before} {quote} {behind}", len(before) + 1, len(before) + 1 + len(quote))
    for new in (f"{before} {behind}{other}", f"{before} {other} {behind}", other, f"{behind} {before}"):
        for snapshot in (f"{before} {quote} {behind}", None):
            assert not resolve(anchor, new, snapshot).is_certain

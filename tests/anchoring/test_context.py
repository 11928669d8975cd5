"""The position of a passage that no longer exists is estimated from its former context."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui_reader.anchoring.context import estimate_position
from tui_reader.anchoring.description import fingerprint
from tui_reader.model.anchor import Anchor

SENTENCES = [f"Sentence number {word} says something of its own about {word}. " for word in "abcdefghijklmnopqrst"]


def anchor_of(text: str, quote: str) -> Anchor:
    start = text.index(quote)
    end = start + len(quote)
    return Anchor(quote, text[max(0, start - 32) : start], text[end : end + 32], start, end, 0, fingerprint(text))


def test_the_estimate_follows_the_preceding_text_although_much_was_inserted_before() -> None:
    text = "".join(SENTENCES)
    anchor = anchor_of(text, SENTENCES[9].strip())
    new = "Quite another beginning. " * 60 + text.replace(SENTENCES[9], "")
    assert abs(estimate_position(anchor, new) - new.index(SENTENCES[10])) <= 1
    assert abs(estimate_position(anchor, new, text) - new.index(SENTENCES[10])) <= 1


def test_distant_context_is_used_if_the_old_text_is_known() -> None:
    text = "".join(SENTENCES)
    anchor = anchor_of(text, SENTENCES[9].strip())
    new = "Quite another beginning. " * 60 + "".join(SENTENCES[:5]) + "".join(SENTENCES[13:])
    border = new.index(SENTENCES[13])
    assert abs(estimate_position(anchor, new, text) - border) < 260


def test_without_any_context_left_the_estimate_is_at_the_same_fraction_of_the_text() -> None:
    text = "".join(SENTENCES)
    anchor = anchor_of(text, SENTENCES[10].strip())
    new = "xyzzy " * 10
    assert estimate_position(anchor, new, text) == round(anchor.start / len(text) * (len(new) - 1))
    assert estimate_position(anchor, "") == 0


@given(st.text(max_size=60), st.text(min_size=1, max_size=60), st.data())
def test_the_estimate_is_always_an_offset_of_the_text(new: str, old: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(old) - 1))
    anchor = Anchor(old[start:], old[max(0, start - 32) : start], "", start, len(old), 0, fingerprint(old))
    assert 0 <= estimate_position(anchor, new, old) <= len(new)

"""What has changed between two texts, word by word."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.anchoring import diff
from tui_reader.anchoring.diff import ChangeKind, align, changes
from tui_reader.anchoring.quotes import QuoteFinder
from tui_reader.document.normalization import Words, normalized


def told(old: str, new: str) -> list[tuple[str, str, str]]:
    return [(each.kind, old[slice(*each.old)], new[slice(*each.new)]) for each in changes(old, new)]


def test_words_that_came_went_and_were_replaced_are_told() -> None:
    old = "The old mill stood by the river. Nobody went there."
    new = "The mill stood by the wide river. Nobody ever swam there."
    assert told(old, new) == [
        ("deleted", "old", ""),
        ("inserted", "", "wide"),
        ("replaced", "went", "ever swam"),
    ]


def test_kinds_of_quotes_and_spaces_are_no_change_and_case_is() -> None:
    assert told("“Well”,  he said — twice", '"Well", he said - twice') == []
    assert told("the Sea", "the sea") == [("replaced", "Sea", "sea")]
    assert told("日本語の本", "日本の新しい本") != []
    assert told("", "new") == [("inserted", "", "new")]
    assert told("old", "") == [("deleted", "old", "")]


@given(st.lists(st.sampled_from(["a", "b", "c", ".", "D"])), st.lists(st.sampled_from(["a", "b", "c", ".", "E"])))
def test_the_changes_lead_from_one_text_to_the_other(old: list[str], new: list[str]) -> None:
    before, after = " ".join(old), " ".join(new)
    at, built = 0, []
    for kind, was, became in changes(before, after):
        assert kind in set(ChangeKind)
        assert at <= was.start <= was.end
        built += [before[at : was.start], after[slice(*became)]]
        at = was.end
    built.append(before[at:])
    assert "".join("".join(built).split()) == "".join(after.split())


@pytest.mark.parametrize("whole", [diff.WHOLE, 200])
def test_matches_rise_and_join_the_same_words(monkeypatch: pytest.MonkeyPatch, whole: int) -> None:
    monkeypatch.setattr(diff, "WHOLE", whole)
    chance = random.Random(4)
    old = [f"w{chance.randrange(400)}" for _ in range(3_000)]
    new = [word for word in old if chance.random() > 0.1]
    new[1_000:1_000] = ["x"] * 50
    matches = align(old, new)
    kept = [(i, j) for i, j in enumerate(matches) if j >= 0]
    assert all(old[i] == new[j] for i, j in kept)
    assert all(a[1] < b[1] for a, b in pairwise(kept))
    assert len(kept) > 0.9 * (len(new) - 50)


def test_long_texts_without_anything_rare_in_common_cost_no_more_than_they_are_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(diff, "WHOLE", 100)
    assert set(align(["a", "b"] * 500, ["b", "c"] * 500)) == {-1}


@given(st.text())
def test_folding_moves_no_offset_and_words_hold_all_but_white_space(text: str) -> None:
    folded = normalized(text)
    assert len(folded) == len(text)
    words = Words.of(folded)
    inside = {at for start, end in zip(words.starts, words.ends, strict=True) for at in range(start, end)}
    assert inside == {at for at, letter in enumerate(folded) if not letter.isspace()}


def test_a_quote_is_found_as_people_write_it_down() -> None:
    text = "“Well—no,”\nshe said. Well, no. 日本語の本を読む。"
    finder = QuoteFinder(text)
    assert [text[slice(*each)] for each in finder.occurrences('"well - no," she SAID')] == ["“Well—no,”\nshe said"]
    assert [each.start for each in finder.occurrences("well")] == [1, 21]
    assert [text[slice(*each)] for each in finder.occurrences("she said!")] == ["she said"]
    assert [text[slice(*each)] for each in finder.occurrences("の本")] == ["の本"]
    assert finder.occurrences("ell") == finder.occurrences("") == finder.occurrences("‽") == []
    assert finder.nearest("entirely other words than these") is None

"""Word diff of two texts: changes, alignment and the search for quoted words."""

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


def changes_of(old: str, new: str) -> list[tuple[str, str, str]]:
    return [(each.kind, old[slice(*each.old)], new[slice(*each.new)]) for each in changes(old, new)]


def test_inserted_deleted_and_replaced_words_are_listed() -> None:
    old = "The old mill stood by the river. Nobody went there."
    new = "The mill stood by the wide river. Nobody ever swam there."
    assert changes_of(old, new) == [
        ("deleted", "old", ""),
        ("inserted", "", "wide"),
        ("replaced", "went", "ever swam"),
    ]


def test_case_is_a_change_but_kinds_of_quotes_and_spaces_are_not() -> None:
    assert changes_of("“Well”,  he said — twice", '"Well", he said - twice') == []
    assert changes_of("the Sea", "the sea") == [("replaced", "Sea", "sea")]
    assert changes_of("日本語の本", "日本の新しい本") != []
    assert changes_of("", "new") == [("inserted", "", "new")]
    assert changes_of("old", "") == [("deleted", "old", "")]


@given(st.lists(st.sampled_from(["a", "b", "c", ".", "D"])), st.lists(st.sampled_from(["a", "b", "c", ".", "E"])))
def test_applying_the_changes_to_the_old_text_gives_the_new_one(old: list[str], new: list[str]) -> None:
    before, after = " ".join(old), " ".join(new)
    at, built = 0, []
    for kind, was, replacement in changes(before, after):
        assert kind in set(ChangeKind)
        assert at <= was.start <= was.end
        built += [before[at : was.start], after[slice(*replacement)]]
        at = was.end
    built.append(before[at:])
    assert "".join("".join(built).split()) == "".join(after.split())


@pytest.mark.parametrize("whole", [diff.MAX_PRODUCT, 200])
def test_matches_increase_and_pair_equal_words(monkeypatch: pytest.MonkeyPatch, whole: int) -> None:
    monkeypatch.setattr(diff, "MAX_PRODUCT", whole)
    generator = random.Random(4)
    old = [f"w{generator.randrange(400)}" for _ in range(3_000)]
    new = [word for word in old if generator.random() > 0.1]
    new[1_000:1_000] = ["x"] * 50
    matches = align(old, new)
    kept = [(i, j) for i, j in enumerate(matches) if j >= 0]
    assert all(old[i] == new[j] for i, j in kept)
    assert all(a[1] < b[1] for a, b in pairwise(kept))
    assert len(kept) > 0.9 * (len(new) - 50)


def test_long_texts_without_unique_common_words_are_not_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(diff, "MAX_PRODUCT", 100)
    assert set(align(["a", "b"] * 500, ["b", "c"] * 500)) == {-1}


@given(st.text())
def test_words_contain_all_but_white_space(text: str) -> None:
    normalized_text = normalized(text)
    words = Words.of(normalized_text)
    inside = {at for start, end in zip(words.starts, words.ends, strict=True) for at in range(start, end)}
    assert inside == {at for at, letter in enumerate(normalized_text) if not letter.isspace()}


def test_a_quote_is_found_despite_other_case_spaces_quotes_and_end_marks() -> None:
    text = "“Well—no,”\nshe said. Well, no. 日本語の本を読む。"
    finder = QuoteFinder(text)
    assert [text[slice(*each)] for each in finder.occurrences('"well - no," she SAID')] == ["“Well—no,”\nshe said"]
    assert [each.start for each in finder.occurrences("well")] == [1, 21]
    assert [text[slice(*each)] for each in finder.occurrences("she said!")] == ["she said"]
    assert [text[slice(*each)] for each in finder.occurrences("の本")] == ["の本"]
    assert finder.occurrences("ell") == finder.occurrences("") == finder.occurrences("‽") == []
    assert finder.nearest("entirely other words than these") is None

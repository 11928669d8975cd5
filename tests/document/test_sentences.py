"""Sentence boundaries in edited prose of several languages."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given

from tests.document.building import texts
from tui_reader.document.cells import boundary_at
from tui_reader.document.sentences import sentence_starts

PASTED = Path(__file__).resolve().parents[2] / "../shared/inputs/pasted-news-page.txt"


def sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [text[start:end].strip() for start, end in pairwise([*sentence_starts(text), len(text)])]


@given(texts(breaks="\n\t"))
def test_the_sentences_of_a_text_joined_are_the_text(text: str) -> None:
    starts = sentence_starts(text)
    assert starts[0] == 0
    assert all(before < after for before, after in pairwise(starts))
    assert all(boundary_at(text, start) == start for start in starts)


WHOLE = [
    "In the last few months, U. S. . President Donald Trump has frequently questioned it.",
    "“We believe it is reasonable,” the U.S. S. Matthew Whitaker, the ambassador to NATO, told reporters.",
    "Mr. J. R. R. Tolkien wrote it for Dr. Smith Jr. and St. Mary.",
    "It cost $3.50, e.g. in version 2.0 of No. 5, see p. 55 ff. and Fig. 3.",
    "He left at 3 p.m. Eastern time on Jan. 5.",
    "He paused… then spoke.",
    "“Stop!” she said.",
    "“Why? why?” he asked.",
    "A. capacity,” he stated.",
    "He waited . . . and waited.",
    "「行こう。」と彼は言った。",
    "1. First of all",
    "Er kam z.B. mit dem Zug.",
]


@pytest.mark.parametrize("text", WHOLE)
def test_abbreviations_and_initials_do_not_end_a_sentence(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    "parts",
    [
        ["One.", "Two!", "Three?", "Four…", "Five."],
        ["“Stop!”", "“Never,” she said.", "(He left.)", "It was over."],
        ["He lives in the U.S.", "The house is old."],
        ["He left at 3 p.m.", "Police said so."],
        ["He said no.", "Then he left."],
        ["It was in 2014.", "Now it is 2026."],
        ["They sold shoes, hats, etc.", "The shop closed."],
        ["It was plan B.", "It failed."],
        ["“It cannot be reliance.”.", "He left."],
        ["What?!", "Really."],
        ["Это было вчера.", "Она ушла."],
        ["यह है।", "वह था।"],
        ["هل هذا صحيح؟", "نعم."],
        ["Él dijo que sí.", "¿Cuándo?", "¡Ahora!"],
    ],
)
def test_example_texts_are_split_into_their_sentences(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


def test_sentences_of_scripts_without_spaces_end_without_white_space() -> None:
    assert sentences("彼は言った。「行こう。」そして出た！本当？はい。") == [
        "彼は言った。",
        "「行こう。」",
        "そして出た！",
        "本当？",
        "はい。",
    ]


@pytest.mark.parametrize("run", [".", '?"', "…", "！", "。」"])
@pytest.mark.parametrize("behind", ["", "x", "、", " He left."])
def test_a_long_row_of_marks_is_matched_in_linear_time(run: str, behind: str) -> None:
    # A pattern that backtracks over all ways to split the row would not return.
    text = f"Name: {run * 300}{behind}"
    assert set(sentence_starts(text)) <= {0, len(text) - len(behind.strip())}


def test_a_quotation_within_a_sentence_does_not_end_it() -> None:
    assert sentences("「本当！！」、と彼は言った。「なぜ？ 」と聞いた。") == [
        "「本当！！」、と彼は言った。",
        "「なぜ？ 」と聞いた。",
    ]


def test_initials_in_a_pasted_page_do_not_end_sentences() -> None:
    if not PASTED.is_file():
        pytest.skip("the pasted page does not lie beside this checkout (../shared/inputs)")
    found = [sentence for line in PASTED.read_text("utf-8").splitlines() for sentence in sentences(line)]
    assert any("U. S. . President Donald Trump" in sentence for sentence in found)
    assert any("the U.S. S. Matthew Whitaker" in sentence for sentence in found)
    assert all(len(sentence) > 10 for sentence in found)

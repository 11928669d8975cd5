"""Text between brackets or quotation marks is selected as a whole."""

from __future__ import annotations

import pytest

from tests.document.building import document
from tui_reader.document.brackets import enclosing, first_within
from tui_reader.model.ranges import Range

TEXT = document('He said (very (quietly) as ever) that “it’s ‘all’ over”, and "left". 「はい」 is “yes.', "Alone (it.")


@pytest.mark.parametrize(
    ("kind", "at", "found"),
    [
        ("ib", "quietly", "quietly"),
        ("ab", "quietly", "(quietly)"),
        ("ib", "very", "very (quietly) as ever"),
        ("ib", "said", None),
        ("iq", "it’s", "it’s ‘all’ over"),
        ("iq", "all", "all"),
        ("aq", "left", '"left"'),
        ("iq", "はい", "はい"),
        ("iq", "yes", None),
        ("ib", "it.", None),
    ],
)
def test_the_innermost_pair_around_an_offset_is_found(kind: str, at: str, found: str | None) -> None:
    start = TEXT.text.index(at)
    place = enclosing(TEXT, kind, Range(start, start + 1))
    assert (None if place is None else TEXT.text[place.start : place.end]) == found


def test_selecting_a_selected_pair_again_selects_the_enclosing_one() -> None:
    start = TEXT.text.index("quietly")
    inner = Range(start, start + len("quietly"))
    outer = enclosing(TEXT, "ib", inner)
    assert outer is not None
    assert TEXT.text[slice(*outer)] == "very (quietly) as ever"


def test_the_first_pair_of_a_sentence_is_found() -> None:
    found = first_within(TEXT, "iq", Range(0, 60))
    assert found is not None
    assert TEXT.text[slice(*found)].startswith("it’s")
    assert first_within(TEXT, "ib", Range(40, 60)) is None

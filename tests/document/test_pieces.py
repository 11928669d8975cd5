"""Pieces of long texts: they are the text, they are not long, and an edit changes only those around it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tui_reader.document import pieces
from tui_reader.document.blocks import Section
from tui_reader.document.pieces import Piece, around, divide

if TYPE_CHECKING:
    import pytest

SHORTEST, LONGEST = 30, 100


def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pieces of a hundred characters, so that texts of tests are long."""
    monkeypatch.setattr(pieces, "SHORTEST", SHORTEST)
    monkeypatch.setattr(pieces, "LONGEST", LONGEST)


@given(
    st.lists(st.text("ab é\n", max_size=60), max_size=20).map("\n".join),
    st.lists(st.integers(0, 400), max_size=6).map(sorted),
    st.integers(0, 300),
    st.integers(1, 100),
)
def test_pieces_joined_are_the_text_and_within_the_length_limit(
    text: str, offsets: list[int], start: int, length: int
) -> None:
    pieces.SHORTEST, pieces.LONGEST, before = SHORTEST, LONGEST, (pieces.SHORTEST, pieces.LONGEST)
    try:
        found = list(divide(text, [Section(at, "", key=str(at)) for at in offsets]))
    finally:
        pieces.SHORTEST, pieces.LONGEST = before
    assert "".join(text[piece.start : piece.end] for piece in found) == text
    assert all(0 < piece.end - piece.start <= LONGEST for piece in found)
    assert {at for at in offsets if at < len(text)} <= {piece.start for piece in found}
    assert all(piece.key in ("", str(max([at for at in offsets if at <= piece.start], default=""))) for piece in found)
    assert around(found, start, start + length) == [
        piece for piece in found if piece.start < start + length and start < piece.end
    ]


def test_an_edit_changes_the_pieces_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)
    chance = random.Random(1)
    lines = [f"line {number} {chance.random()}" for number in range(2_000)]
    new = [*lines[:1_000], "a line that is new", *lines[1_000:]]
    before, after = ({text[p.start : p.end] for p in divide(text)} for text in ("\n".join(lines), "\n".join(new)))
    assert len(before) > 300
    assert len(before - after) <= 12
    assert len(after - before) <= 12


def test_the_pieces_of_a_section_depend_on_the_section_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)
    one, two = "\n".join(f"one {n * n}" for n in range(99)), "\n".join(f"two {n * n}" for n in range(99))
    text = f"{one}\n{two}"
    start = len(one) + 1
    own = [Piece(p.start + start, p.end + start, "b") for p in divide(two)]
    assert [*divide(text, [Section(0, "1", key="a"), Section(start, "2", key="b")])][-len(own) :] == own

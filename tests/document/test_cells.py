"""Widths agree with Rich, and no cluster is ever split."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.counts import step
from tests.document.building import pieces_of, texts
from tui_reader.document.cells import (
    boundary_at,
    cell_width,
    clipped,
    expand_tabs,
    graphemes,
    is_narrow,
    is_plain,
    next_boundary,
    previous_boundary,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


SURELY = 0x3000
"""Code point from which not every character is tried without the full counts: before it are most marks."""


@given(texts())
def test_the_width_equals_the_one_that_rich_measures(text: str) -> None:
    assert cell_width(text) == cell_len(text)


@given(texts())
def test_widths_of_clusters_add_up(text: str) -> None:
    assert sum(map(cell_width, graphemes(text))) == cell_len(text)


@given(texts(breaks="\t"), st.integers(0, 9))
def test_text_with_expanded_tabs_has_the_measured_width(text: str, column: int) -> None:
    expanded = expand_tabs(text, column)
    assert "\t" not in expanded
    assert sum(cell_width(cluster) for cluster in graphemes(expanded)) == cell_width(text, column)


def test_a_tab_extends_to_the_next_multiple_of_four() -> None:
    assert expand_tabs("a\tb\t\tc") == "a   b       c"
    assert expand_tabs("\tx", 3) == " x"
    assert cell_width("日\tx") == 5
    assert cell_len(expand_tabs("\u200d\tx")) == cell_len(expand_tabs("\u200d\u200d\tx")) == 5


def test_narrow_characters_are_one_cell_each_and_clusters_of_their_own() -> None:
    for code in (*range(0x20, SURELY), *range(SURELY, sys.maxunicode + 1, step(1, 11))):
        character = chr(code)
        if is_narrow(character):
            assert cell_len(character) == 1, hex(code)
            assert category(character)[0] != "M", hex(code)


def test_plain_characters_are_neither_marks_nor_controls() -> None:
    for code in (*range(0x80, SURELY), *range(SURELY, sys.maxunicode + 1, step(1, 11))):
        character = chr(code)
        if is_plain(character):
            assert category(character) not in {"Mn", "Me", "Mc", "Cf", "Cc", "Cs"}, hex(code)


@given(texts(breaks="\n\t"))
def test_the_clusters_of_a_text_joined_are_the_text(text: str) -> None:
    assert "".join(graphemes(text)) == text


@given(texts(breaks="\n\t"))
def test_boundaries_found_from_both_sides_are_those_of_the_clusters(text: str) -> None:
    boundaries = [0]
    for cluster in graphemes(text):
        boundaries.append(boundaries[-1] + len(cluster))
    forward, offset = [0], 0
    while offset < len(text):
        offset = next_boundary(text, offset)
        forward.append(offset)
    backward = [len(text)]
    while offset > 0:
        offset = previous_boundary(text, offset)
        backward.append(offset)
    assert forward == boundaries
    assert backward[::-1] == boundaries
    for offset in range(len(text) + 1):
        assert boundary_at(text, offset) == max(boundary for boundary in boundaries if boundary <= offset)


def test_clusters_are_those_of_unicode(corpus: Callable[[str], Path]) -> None:
    """Checks annex 29's examples, except those that Rich measures across a boundary or with control characters."""
    tried = 0
    for line in (corpus("unicode") / "GraphemeBreakTest.txt").read_text("utf-8").splitlines():
        marks = line.partition("#")[0].split()
        if not marks or "000D" in marks or "0001" in marks or "D800" in marks:
            continue
        clusters = pieces_of(marks)
        if any(before.endswith("\u200d") for before in clusters[:-1]):
            continue
        assert list(graphemes("".join(clusters))) == clusters, line
        tried += 1
    assert tried > 300


def test_emoji_sequences_are_never_split(corpus: Callable[[str], Path]) -> None:
    tried = 0
    for line in (corpus("unicode") / "emoji-test.txt").read_text("utf-8").splitlines():
        codes = line.partition(";")[0].split()
        if not codes or line.startswith("#") or "; component" in line:
            continue
        emoji = "".join(chr(int(code, 16)) for code in codes)
        text = f"a{emoji}b{emoji}{emoji}"
        assert list(graphemes(text)) == ["a", emoji, "b", emoji, emoji], line
        assert sum(map(cell_width, graphemes(text))) == cell_len(text), line
        tried += 1
    assert tried > 4000


@pytest.mark.parametrize("name", ["hin", "tha", "arb", "kor", "jpn", "tam", "vie", "heb"])
def test_real_texts_of_many_scripts_measure_as_rich_does(corpus: Callable[[str], Path], name: str) -> None:
    path = corpus("unicode") / "udhr" / f"{name}.txt"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in the corpus")
    for line in path.read_text("utf-8").replace("\t", " ").splitlines():
        assert cell_width(line) == cell_len(line)
        assert sum(map(cell_width, graphemes(line))) == cell_len(line)


@given(texts(), st.integers(1, 30))
def test_a_clipped_text_fits_and_ends_between_clusters(text: str, width: int) -> None:
    found = clipped(text, width)
    assert found == text or (found.endswith("…") and cell_width(found) <= width)
    kept = found if found == text else found.removesuffix("…")
    assert text.startswith(kept)
    assert boundary_at(text, len(kept)) == len(kept)

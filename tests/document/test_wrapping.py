"""Rows end where a reader expects: between words, by the rules of the script, and never beyond the width."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.document.building import texts
from tui_reader.document import wrapping
from tui_reader.document.blocks import Document
from tui_reader.document.cells import boundary_at, cell_width, graphemes, next_boundary
from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.document.lengths import prepare
from tui_reader.document.wrapping import HANGING, code_pattern, cut_rows, flow_pattern

WIDTHS = st.integers(4, 40)


def rows(text: str, width: int, *, code: bool = False) -> list[str]:
    """Return the rows of a text, each with all the text that it owns."""
    cuts = [0, *cut_rows(text, width, code=code)]
    return [text[start:end] for start, end in itertools.pairwise(cuts)]


def words(text: str, width: int) -> list[str]:
    """Return the rows of a text as they are drawn."""
    return [row.rstrip(HANGING) for row in rows(text, width)]


@given(texts(breaks="\n\t"), WIDTHS, st.booleans())
def test_rows_tile_the_text_and_fit(text: str, width: int, code: bool) -> None:
    parts = rows(text, width, code=code)
    assert "".join(parts) == text
    assert all(parts) or not text
    for part in parts:
        drawn = part.removesuffix("\n") if code else part.rstrip(HANGING)
        assert "\n" not in drawn
        if len(list(graphemes(drawn))) > 1:
            assert cell_width(drawn) <= width


@given(texts(breaks="\n\t"), WIDTHS, st.booleans())
def test_no_cluster_is_split(text: str, width: int, code: bool) -> None:
    for cut in cut_rows(text, width, code=code):
        before = boundary_at(text, cut)
        assert before == cut or cell_width(text[before : next_boundary(text, before)]) > width


@given(texts(narrow=True, breaks="\n"), WIDTHS, st.booleans())
def test_the_count_of_narrow_rows_equals_the_number_of_cuts(text: str, width: int, code: bool) -> None:
    pattern = code_pattern(width) if code else flow_pattern(width)
    assert (len(pattern.findall(text)) or 1) == len(cut_rows(text, width, code=code))


@given(texts(narrow=True), WIDTHS, st.booleans())
def test_narrow_text_has_the_same_cuts_if_wide_text_follows(text: str, width: int, code: bool) -> None:
    """Narrow text is cut by a faster method than wide text; both must return the same rows."""
    assert rows(f"{text}\n日", width, code=code) == [*rows(f"{text}\n1", width, code=code)[:-1], "日"]


@given(texts(narrow=True), WIDTHS)
def test_rows_are_as_full_as_possible(text: str, width: int) -> None:
    parts = rows(text, width)
    for row, following in itertools.pairwise(parts):
        if following.strip(" "):
            first = following.split(" ")[0] + " "
            assert len((row + first).rstrip(" ")) > width or "-" in first or "—" in first


def test_words_stay_whole_and_long_ones_are_cut() -> None:
    assert words("one two  three", 8) == ["one two", "three"]
    assert words("a tremendously long word", 8) == ["a", "tremendo", "usly", "long", "word"]
    assert words("one two ", 7) == ["one two"]


def test_line_feeds_begin_rows_and_empty_lines_stay() -> None:
    assert rows("a\n\nb c", 8) == ["a\n", "\n", "b c"]
    assert rows("日本\n\n語\n", 8) == ["日本\n", "\n", "語\n"]
    assert rows("", 8) == [""]


@pytest.mark.parametrize(
    ("text", "width", "wanted"),
    [
        ("well-known facts", 7, ["well-", "known", "facts"]),
        ("in 1990-1995 then", 8, ["in", "1990-199", "5 then"]),
        ("at -5 degrees", 5, ["at -5", "degre", "es"]),
        ("he said—or did he?", 10, ["he said—or", "did he?"]),
        ("night—morning", 8, ["night—", "morning"]),
        ("a —word", 4, ["a", "—wor", "d"]),
    ],
)
def test_rows_may_end_after_hyphens_and_dashes(text: str, width: int, wanted: list[str]) -> None:
    assert words(text, width) == wanted


@pytest.mark.parametrize(
    ("text", "width", "wanted"),
    [
        ("これは日本語です", 8, ["これは日", "本語です"]),
        ("今日は雨、明日は晴", 8, ["今日は", "雨、明日", "は晴"]),
        ("彼は「はい」と言う", 6, ["彼は", "「は", "い」と", "言う"]),
        ("中文 English 混排", 8, ["中文", "English", "混排"]),
        ("東京タワーへ", 8, ["東京タ", "ワーへ"]),
        ("全角　空白", 4, ["全角", "空白"]),
        ("한국어 문장은 띄어 쓴다", 8, ["한국어", "문장은", "띄어", "쓴다"]),
    ],
)
def test_scripts_without_spaces_are_cut_only_where_kinsoku_rules_allow(
    text: str, width: int, wanted: list[str]
) -> None:
    assert words(text, width) == wanted


def test_code_keeps_its_spaces_and_continues_in_the_next_row() -> None:
    assert rows("if a:\n    return b\n", 8, code=True) == ["if a:\n", "    retu", "rn b\n"]
    assert rows("    x\t日本", 8, code=True) == ["    x\t", "日本"]


def test_a_chain_of_conjuncts_wider_than_a_row_still_fits() -> None:
    """Annex 29 joins any number of consonants with viramas to one cluster."""
    chain = "क्" * 30 + "क"
    assert all(cell_width(row) <= 8 for row in rows(chain, 8))


def test_a_long_line_of_wide_text_is_cut_like_a_short_one() -> None:
    sentence = "すべての人間は、生れながらにして自由である。"
    assert rows(sentence * 2000, 30)[:20] == rows(sentence * 20, 30)[:20]
    assert "".join(rows(sentence * 2000, 30)) == sentence * 2000


@pytest.mark.parametrize(("text", "are_needed"), [("plain – “words”\nΕλληνικά", False), ("नमस्ते", True), ("東京", True)])
def test_tables_of_scripts_are_loaded_before_the_first_layout_needs_them(
    text: str, are_needed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loading takes 20 ms, for which the key that shows the text would wait."""
    pattern = LazyPattern("x")
    monkeypatch.setattr(wrapping, "_legal_cut", pattern)
    wrapping.load_tables.cache_clear()
    prepare(Document(text, ()))
    assert ("finditer" in vars(pattern)) == are_needed

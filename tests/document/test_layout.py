"""A layout shows every character once, in rows that fit, and converts offsets to cells and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.document.building import (
    CODE,
    FIGURE,
    HEADING,
    PARAGRAPH,
    RULE,
    TABLE,
    block,
    document,
    documents,
    table_block,
    texts,
)
from tui_reader.document import layout as module
from tui_reader.document.cells import boundary_at, expand_tabs, graphemes, next_boundary
from tui_reader.document.layout import DIVIDER, DIVIDER_GAP, GAP, Layout, OrnamentRole, Row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui_reader.document.blocks import Document

WIDTHS = st.integers(8, 60)


def exact(source: Document, width: int, *, joined: bool = False) -> Layout:
    """Return a layout whose heights are all exact."""
    layout = Layout(source, width, joined=joined)
    assert layout.refine(60)
    assert layout.exact
    return layout


def all_rows(layout: Layout) -> list[Row]:
    """Return all rows of a layout."""
    return layout.rows(0, layout.height)


def drawn(source: Document, row: Row) -> str:
    """Return a row as drawn on the screen; fails if parts overlap or the row is wider than its end."""
    pieces = [(f.column, expand_tabs(source.text[f.start : f.end])) for f in row.fragments]
    pieces += [(o.column, o.text) for o in row.ornaments]
    line, end = "", 0
    for column, text in sorted(pieces):
        assert end <= column, (line, column, text)
        line += " " * (column - end) + text
        end = column + cell_len(text)
    return line


def drawn_width(source: Document, row: Row) -> int:
    """Return the cells of a row, whose fragments are painted, and so measured, one by one."""
    ends = [f.column + cell_len(expand_tabs(source.text[f.start : f.end])) for f in row.fragments]
    return max([*ends, *(o.column + cell_len(o.text) for o in row.ornaments)], default=0)


def picture(source: Document, width: int, *, joined: bool = False) -> list[str]:
    """Return all rows as drawn on the screen."""
    return [drawn(source, row).rstrip() for row in all_rows(exact(source, width, joined=joined))]


@given(documents(), WIDTHS, st.booleans())
def test_rows_own_every_character_once(source: Document, width: int, joined: bool) -> None:
    """Outside tables, ranges tile the text; within, ranges of a table row overlap but fragments do not."""
    layout = exact(source, width, joined=joined)
    owners = [0] * len(source.text)
    end = 0
    for row in all_rows(layout):
        is_table = bool(source.blocks) and source.blocks[row.block].kind is TABLE and row.index >= 0
        assert row.start <= row.end
        if not is_table:
            assert row.start == end
        end = max(end, row.end)
        for fragment in row.fragments:
            assert row.start <= fragment.start < fragment.end <= row.end
            for offset in range(fragment.start, fragment.end):
                owners[offset] += 1
    assert end == len(source.text)
    for offset, count in enumerate(owners):
        assert count == 1 or (count == 0 and source.text[offset] in " \t\n\u3000"), (offset, count)


@given(documents(), WIDTHS)
def test_no_row_is_wider_than_the_width_and_nothing_overlaps(source: Document, width: int) -> None:
    for row in all_rows(exact(source, width)):
        assert drawn(source, row) or not row.fragments
        assert drawn_width(source, row) <= width
        for fragment in row.fragments:
            before = boundary_at(source.text, fragment.start)
            # Only a cluster wider than a row of its block is cut: stacked conjuncts, lone Hangul jamo.
            assert before == fragment.start or cell_len(source.text[before : next_boundary(source.text, before)]) > 3


@given(documents(), WIDTHS)
def test_converting_an_offset_to_a_cell_and_back_keeps_the_character(source: Document, width: int) -> None:
    layout = exact(source, width)
    text = source.text
    offset = 0
    for cluster in graphemes(text):
        y, column = layout.position(offset)
        row = layout.row(y)
        assert 0 <= column < layout.width
        assert row.start <= offset < row.end or (row.start == offset == row.end)
        back = layout.offset_at(y, column)
        if any(fragment.start <= offset < fragment.end for fragment in row.fragments):
            if 0 < cell_len(cluster) < 4:
                assert back == offset
        else:
            # White space that is not drawn: on this row, either its last character or the white space itself.
            assert boundary_at(text, row.start) <= back <= row.end
        offset += len(cluster)


@given(documents(), WIDTHS, st.data())
def test_the_offset_of_any_cell_is_on_a_boundary(source: Document, width: int, data: st.DataObject) -> None:
    layout = exact(source, width)
    y = data.draw(st.integers(-2, layout.height + 2))
    column = data.draw(st.integers(-2, width + 5))
    offset = layout.offset_at(y, column)
    assert 0 <= offset <= len(source.text)
    assert boundary_at(source.text, offset) == offset


@given(documents(), WIDTHS)
def test_rows_requested_one_by_one_equal_rows_requested_together(source: Document, width: int) -> None:
    layout = exact(source, width)
    rows = all_rows(layout)
    assert len(rows) == layout.height == max(1 if source.blocks else 0, len(rows))
    for y, row in enumerate(rows):
        assert layout.row(y) == row
        assert layout.block_at(y) == row.block
    for number in range(len(source.blocks)):
        assert layout.block_at(layout.top_of(number)) == number


@given(documents(), WIDTHS)
def test_the_first_offset_of_a_row_converts_back_to_that_row(source: Document, width: int) -> None:
    """Rows that own text are found exactly, so that a resumed article is shown at its former position."""
    layout = exact(source, width)
    for y, row in enumerate(all_rows(layout)):
        offset = layout.first_offset(y)
        if row.start < row.end and source.blocks[row.block].kind is not TABLE:
            assert layout.position(offset)[0] == y
        else:
            assert offset >= row.start or offset == len(source.text)


@given(st.lists(texts(), min_size=1, max_size=30), WIDTHS)
def test_refining_repeatedly_makes_all_estimates_exact(paragraphs: list[str], width: int) -> None:
    source = document(*[paragraph * 40 for paragraph in paragraphs])
    layout = Layout(source, width)
    slices = 0
    while not layout.refine(0):
        slices += 1
        assert slices <= len(paragraphs)
    assert layout.height == len(all_rows(layout))
    assert all_rows(layout) == all_rows(exact(source, width))


@given(st.lists(texts(), min_size=1, max_size=30), WIDTHS, st.data())
def test_making_rows_exact_moves_no_row_above(paragraphs: list[str], width: int, data: st.DataObject) -> None:
    source = document(*[paragraph * 60 for paragraph in paragraphs])
    layout = Layout(source, width)
    y = data.draw(st.integers(0, layout.height - 1))
    top = layout.top_of(layout.block_at(y))
    number = layout.block_at(y)
    layout.ensure(y, 20)
    assert layout.top_of(number) == top
    shown = layout.rows(y, 20)
    assert shown == layout.rows(y, 20)
    offset = layout.first_offset(y)
    layout.refine(60)
    if shown and shown[0].start < shown[0].end:
        assert layout.row(layout.position(offset)[0]) == shown[0]


@given(st.lists(texts(), min_size=1, max_size=30), WIDTHS, st.data())
def test_cells_of_estimated_rows_have_offsets(paragraphs: list[str], width: int, data: st.DataObject) -> None:
    layout = Layout(document(*[paragraph * 60 for paragraph in paragraphs]), width)
    for _ in range(5):
        y = data.draw(st.integers(0, layout.height + 3))
        assert layout.offset_at(y, 4) >= layout.first_offset(0)
        shown = layout.position(layout.first_offset(y))[0]
        assert layout.row(shown).start <= layout.first_offset(y)


@given(documents(), WIDTHS, st.booleans(), st.data())
def test_a_long_text_has_the_same_rows_as_a_short_one_in_any_order_of_requests(
    source: Document, width: int, joined: bool, data: st.DataObject
) -> None:
    """Heights counted later, in any order, equal heights counted at once."""
    wanted = exact(source, width, joined=joined)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LONG", -1)
        layout = Layout(source, width, joined=joined)
        for _ in range(4):
            offset = data.draw(st.integers(0, len(source.text)))
            y, column = layout.position(offset)
            there, column_there = wanted.position(offset)
            assert column == column_there
            assert layout.row(y) == wanted.row(there)
            layout.refine(0)
        assert layout.refine(60)
    assert layout.height == wanted.height
    assert all_rows(layout) == all_rows(wanted)


def test_a_layout_of_a_million_words_is_available_before_rows_are_counted() -> None:
    source = document(*["The ministers arrive with a number already on the table. " * 8] * 1_000)
    layout = Layout(source, 60)
    assert not layout.exact
    assert 0.8 < layout.height / exact(source, 60).height < 1.25
    height = 0
    while height != layout.height:
        height = layout.height
        last = layout.rows(height - 5, 5)
    assert last == exact(source, 60).rows(exact(source, 60).height - 5, 5)


def test_the_divider_above_trailing_stories_cuts_no_word() -> None:
    source = document("a", "b", tail=1)
    assert [picture(source, width)[2] for width in (8, 20, 30)] == [
        "── other",
        "── other stories in",
        "── other stories in this paste",
    ]


def test_an_empty_row_separates_paragraphs() -> None:
    source = document(block(HEADING, "Title", level=1), "One two three four", "Five")
    assert picture(source, 10) == ["Title", "", "One two", "three four", "", "Five"]
    assert [row.index for row in all_rows(exact(source, 10))] == [0, GAP, 0, 1, GAP, 0]


def test_the_empty_row_owns_the_line_feed_between_blocks() -> None:
    layout = exact(document("ab", "cd"), 10)
    assert [(row.start, row.end) for row in all_rows(layout)] == [(0, 2), (2, 3), (3, 5)]
    assert layout.position(2) == (1, 0)
    assert layout.first_offset(1) == 2


def test_tight_blocks_follow_each_other() -> None:
    source = document(block(PARAGRAPH, "Dear", level=2, tight=True), "Sir")
    assert picture(source, 10) == ["Dear", "Sir"]
    assert exact(source, 10).position(4) == (0, 4)


def test_quotations_have_bars_that_continue_through_empty_rows() -> None:
    source = document(
        block(PARAGRAPH, "He said"),
        block(PARAGRAPH, "one two three", quote=1),
        block(PARAGRAPH, "four", quote=2),
        "five",
    )
    assert picture(source, 12) == ["He said", "", "▏ one two", "▏ three", "▏", "▏ ▏ four", "", "five"]


def test_the_bar_of_a_quotation_ends_before_another_quotation() -> None:
    source = document(
        block(PARAGRAPH, "one", quote=1, quote_ends=1),
        block(PARAGRAPH, "two", quote=2, quote_ends=1),
        block(PARAGRAPH, "three", quote=2),
        block(PARAGRAPH, "four", quote=1),
    )
    assert picture(source, 12) == ["▏ one", "", "▏ ▏ two", "▏", "▏ ▏ three", "▏", "▏ four"]


def test_lists_have_hanging_indents_and_nest_under_the_text_of_their_parents() -> None:
    source = document(
        block(PARAGRAPH, "one two three", depth=1, marker="10.", tight=True),
        block(PARAGRAPH, "four five six", depth=2, marker="•", tight=True),
        block(PARAGRAPH, "of the same item", depth=2, tight=True),
        block(PARAGRAPH, "back", depth=1, marker="11."),
        "out",
    )
    assert picture(source, 14) == [
        "10. one two",
        "    three",
        "    • four",
        "      five six",
        "      of the",
        "      same",
        "      item",
        "11. back",
        "",
        "out",
    ]


def test_items_of_a_list_have_equal_indents_and_right_aligned_numbers() -> None:
    source = document(
        block(PARAGRAPH, "nine words", depth=1, marker="9.", tight=True),
        block(PARAGRAPH, "within", depth=2, marker="•", tight=True),
        block(PARAGRAPH, "ten", depth=1, marker="10.", tight=True),
        block(PARAGRAPH, "other", depth=1, marker="•"),
        "out",
        block(PARAGRAPH, "one", depth=1, marker="1."),
    )
    assert picture(source, 14) == [
        *[" 9. nine words", "    • within", "10. ten"],
        *["• other", "", "out", "", "1. one"],
    ]


def test_a_footnote_outside_a_list_has_a_hanging_indent() -> None:
    source = document(block(PARAGRAPH, "see there and there", marker="[2]"), "next")
    assert picture(source, 14) == ["[2] see there", "    and there", "", "next"]


def test_code_is_padded_and_keeps_its_lines() -> None:
    source = document(block(CODE, "if a:\n\treturn b\n\nc = 1"))
    assert picture(source, 20) == [" if a:", "     return b", "", " c = 1"]


def test_a_rule_spans_the_width() -> None:
    assert picture(document("a", block(RULE), "b"), 8) == ["a", "", "────────", "", "b"]


def test_a_picture_is_drawn_as_a_label_and_its_text() -> None:
    source = document(
        block(FIGURE, "The harbour at night", target="a/harbour.png"),
        block(FIGURE, target="https://example.org/p/map.png?size=2"),
        block(FIGURE, target="data:image/png;base64,AAAA"),
    )
    assert picture(source, 12) == ["▣ picture", "The harbour", "at night", "", "▣ map.png", "", "▣ picture"]
    labels = [o.role for row in all_rows(exact(source, 12)) for o in row.ornaments]
    assert labels == [OrnamentRole.LABEL] * 3


def test_a_name_with_control_characters_or_of_a_part_of_the_file_is_not_shown_as_label() -> None:
    for target in (
        "a/\x1b[2Jmap.png",
        "data:image/png;base64,AA",
        "page:1:1",
        "part:3",
        "cid:a@b.org",
        "cell-2-output-0",
    ):
        assert picture(document(block(FIGURE, target=target)), 30) == ["▣ picture"]
    assert picture(document(block(FIGURE, target="cell-2-attachment/tide.png")), 30) == ["▣ tide.png"]


def test_trailing_stories_are_under_a_divider_unless_joined() -> None:
    source = document("story", block(PARAGRAPH, "end", tight=True), "other", tail=2)
    assert picture(source, 36) == [
        "story",
        "",
        "end",
        "",
        "── other stories in this paste ─────",
        "",
        "other",
    ]
    rows = all_rows(exact(source, 36))
    assert [row.index for row in rows[4:6]] == [DIVIDER, DIVIDER_GAP]
    assert exact(source, 36).position(source.blocks[2].start) == (6, 0)
    assert picture(source, 36, joined=True) == ["story", "", "end", "other"]


def test_deep_nesting_leaves_room_for_text_at_the_minimum_width() -> None:
    source = document(block(PARAGRAPH, "word", quote=9, depth=5, marker="[1000]"))
    assert "word" in " ".join(picture(source, 8))


def test_an_empty_document_has_no_rows_and_raises_no_errors() -> None:
    layout = Layout(document(), 40)
    assert layout.height == 0
    assert layout.exact
    assert layout.position(5) == (0, 0)
    assert layout.offset_at(3, 3) == 0
    assert layout.first_offset(0) == 0
    assert layout.rows(0, 10) == []
    assert layout.row(0) == Row(0, 0, (), (), 0, 0)


def test_a_table_in_the_middle_of_a_long_article_is_counted_when_it_is_reached() -> None:
    rows = [["n", "text"], *[[str(n), "some words that wrap in a narrow column " * 3] for n in range(300)]]
    source = document("before", table_block(rows), "after")
    layout = Layout(source, 30)
    assert not layout.exact
    assert layout.row(0).block == 0
    assert layout.refine(60)
    assert layout.position(len(source.text) - 1)[0] == layout.height - 1


@pytest.mark.parametrize(("name", "width"), [("sherlock-holmes.txt", 72), ("moby-dick.txt", 31), ("moby-dick.txt", 8)])
def test_real_books_are_laid_out(corpus: Callable[[str], Path], name: str, width: int) -> None:
    book = (corpus("long-texts") / name).read_text("utf-8")
    source = document(*[line for line in book.split("\n") if line.strip()][:900])
    layout = exact(source, width)
    rows = all_rows(layout)
    assert sum(row.end - row.start for row in rows) == len(source.text)
    assert max(drawn_width(source, row) for row in rows[::7]) <= width
    for offset in range(0, len(source.text), 9973):
        y, column = layout.position(offset)
        assert rows[y].start <= offset < rows[y].end
        if not source.text[offset].isspace():
            assert layout.offset_at(y, column) == boundary_at(source.text, offset)


@pytest.mark.parametrize("name", ["jpn", "hin", "tha", "arb", "kor", "cmn_hans"])
def test_texts_of_many_scripts_are_laid_out(corpus: Callable[[str], Path], name: str) -> None:
    path = corpus("unicode") / "udhr" / f"{name}.txt"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in the corpus")
    source = document(*[line.strip() for line in path.read_text("utf-8").split("\n") if line.strip()])
    for width in (8, 40):
        rows = all_rows(exact(source, width))
        assert sum(row.end - row.start for row in rows) == len(source.text)
        assert max(drawn_width(source, row) for row in rows) <= width

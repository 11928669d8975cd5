"""Tables are drawn in columns if they fit, and with stacked cells if they do not."""

from __future__ import annotations

from tests.document.building import PARAGRAPH, block, document, table_block
from tui_reader.document.blocks import Align, Document
from tui_reader.document.cells import cell_width, expand_tabs
from tui_reader.document.layout import Layout, OrnamentRole

ROWS = [["Name", "Years", "Remark"], ["Ann", "7", "came first"], ["Benedict", "12", "stayed until the very end"]]


def picture(source: Document, width: int) -> list[str]:
    """Return all rows as drawn on the screen."""
    layout = Layout(source, width)
    layout.refine(60)
    lines = []
    for row in layout.rows(0, layout.height):
        pieces = [(f.column, expand_tabs(source.text[f.start : f.end])) for f in row.fragments]
        line = ""
        for column, text in sorted(pieces + [(o.column, o.text) for o in row.ornaments]):
            line += " " * (column - cell_width(line)) + text
        lines.append(line.rstrip())
    return lines


def test_columns_are_as_wide_as_their_cells_and_the_header_is_underlined() -> None:
    aligns = (Align.LEFT, Align.RIGHT, Align.CENTRE)
    assert picture(document(table_block(ROWS, aligns=aligns)), 60) == [
        "Name     │ Years │          Remark",
        "─────────┼───────┼──────────────────────────",
        "Ann      │     7 │        came first",
        "Benedict │    12 │ stayed until the very end",
    ]


def test_a_table_without_a_header_has_no_rule() -> None:
    assert picture(document(table_block(ROWS[1:], header=False)), 60) == [
        "Ann      │ 7  │ came first",
        "Benedict │ 12 │ stayed until the very end",
    ]


def test_cells_wrap_within_their_columns_and_empty_rows_separate_table_rows() -> None:
    assert picture(document(table_block(ROWS)), 32) == [
        "Name     │ Years │ Remark",
        "─────────┼───────┼──────────────",
        "Ann      │ 7     │ came first",
        "         │       │",
        "Benedict │ 12    │ stayed until",
        "         │       │ the very end",
    ]


def test_columns_with_wide_characters_are_aligned() -> None:
    source = document(table_block([["都市", "人口"], ["東京", "14"], ["Oslo", "0.7"]]))
    assert picture(source, 30) == ["都市 │ 人口", "─────┼─────", "東京 │ 14", "Oslo │ 0.7"]


def test_cells_are_stacked_with_column_names_if_the_columns_do_not_fit() -> None:
    assert picture(document(table_block(ROWS)), 18) == [
        "Name · Years",
        "Remark",
        "",
        "Name   Ann",
        "Years  7",
        "Remark came first",
        "",
        "Name   Benedict",
        "Years  12",
        "Remark stayed",
        "       until the",
        "       very end",
    ]
    source = document(table_block(ROWS))
    roles = {o.role for row in Layout(source, 18).rows(0, 20) for o in row.ornaments}
    assert roles == {OrnamentRole.BORDER, OrnamentRole.LABEL}


def test_offsets_in_the_header_of_stacked_cells_convert_to_rows_and_columns_and_back() -> None:
    names = ["Name", "", "Years", "A name that is longer than a row", "Remark", "Sum"]
    source = document(table_block([names, ["Ann", "", "7", "x", "came first", "9"]]))
    layout = Layout(source, 18)
    header = ["Name · Years", "A name that is", "longer than a row", "Remark · Sum", ""]
    assert picture(source, 18)[:5] == header
    rows = layout.rows(0, layout.height)
    assert [row.start for row in rows[1:]] == [row.end for row in rows[:-1]], "each character belongs to one row"
    for name in (*filter(None, names), "longer than", "Ann"):
        offset = source.text.index(name)
        for place in (offset, offset + len(name) - 1):
            row, column = layout.position(place)
            assert layout.offset_at(row, column) == place
            assert rows[row].start <= place < rows[row].end
    assert layout.position(source.text.index("Years")) == (0, 7)
    assert layout.position(source.text.index("Sum")) == (3, 9)


def test_long_column_names_are_drawn_above_their_cells() -> None:
    rows = [["Population", "Of which in towns"], ["1,200", ""], ["900", "most of them"]]
    assert picture(document(table_block(rows)), 12) == [
        "Population",
        "Of which in",
        "towns",
        "",
        "Population",
        "1,200",
        "",
        "Population",
        "900",
        "Of which in…",
        "most of them",
    ]


def test_rows_may_have_missing_and_empty_cells() -> None:
    source = document(table_block([["a", "b", "c"], ["", "x"], ["y", "", "z"]]))
    assert picture(source, 20) == ["a │ b │ c", "──┼───┼──", "  │ x │", "y │   │ z"]
    assert picture(document(table_block([["a"], [""]])), 8) == ["a", "─", ""]


def test_a_table_in_a_quotation_or_a_list_is_indented() -> None:
    source = document(
        block(PARAGRAPH, "item", depth=1, marker="•"),
        (table_block(ROWS[:2])[0]._replace(depth=1, quote=1), table_block(ROWS[:2])[1]),
    )
    assert picture(source, 40)[2:] == [
        "▏   Name │ Years │ Remark",
        "▏   ─────┼───────┼───────────",
        "▏   Ann  │ 7     │ came first",
    ]


def test_offsets_in_cells_convert_to_rows_and_columns_and_back() -> None:
    source = document(table_block(ROWS))
    layout = Layout(source, 32)
    offset = source.text.index("very")
    assert layout.position(offset) == (5, 23)
    assert layout.offset_at(5, 23) == offset
    assert layout.offset_at(5, 2) == source.text.index("the very")
    assert layout.offset_at(3, 5) == source.text.index("Benedict")


BROKEN = [["Mode", "Use"], ["fast\nor slow", "always"], ["off", "never,\nreally\nnever"]]


def test_line_breaks_in_cells_are_kept_in_columns_and_in_stacked_cells() -> None:
    source = document(table_block(BROKEN, aligns=(Align.RIGHT, Align.LEFT)))
    assert picture(source, 30) == [
        "   Mode │ Use",
        "────────┼───────",
        "   fast │ always",
        "or slow │",
        "        │",
        "    off │ never,",
        "        │ really",
        "        │ never",
    ]
    assert picture(document(table_block([["one\ntwo"]], header=False)), 30) == ["one", "two"]
    assert picture(source, 12) == [
        "Mode · Use",
        "",
        "Mode fast",
        "     or slow",
        "Use  always",
        "",
        "Mode off",
        "Use  never,",
        "     really",
        "     never",
    ]
    layout = Layout(source, 30)
    for word in ("or slow", "always", "really"):
        row, column = layout.position(source.text.index(word))
        assert layout.offset_at(row, column) == source.text.index(word)
        assert picture(source, 30)[row][column:].startswith(word)

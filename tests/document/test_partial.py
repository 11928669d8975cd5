"""The end of a long text can be shown before the middle is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.document.building import TABLE, document, documents
from tui_reader.document.layout import Layout
from tui_reader.document.partial import SIGN, offset_in_whole, with_ending

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document


@given(documents(), documents(), documents())
def test_offsets_in_beginning_and_ending_convert_to_the_whole_text(
    first: Document, middle: Document, last: Document
) -> None:
    ends = with_ending(replace(first, partial=True), last.blocks, last.text)
    whole = document(*[each.text for each in (first, middle, last)])
    assert ends.gap is not None
    assert ends.text[ends.gap] == SIGN
    for offset in range(len(ends.text)):
        if ends.text[offset] != SIGN:
            there = offset_in_whole(ends, whole, offset)
            assert whole.text[there] == ends.text[offset] or offset == ends.gap - 1


@given(documents(), documents())
def test_the_blocks_of_an_ending_keep_their_text(first: Document, last: Document) -> None:
    ends = with_ending(first, last.blocks, last.text)
    moved = len(ends.blocks) - len(last.blocks)
    for index, block in enumerate(last.blocks):
        assert ends.block_text(moved + index) == last.block_text(index)
        if block.kind is TABLE and block.table is not None:
            table = ends.blocks[moved + index].table
            assert table is not None
            cells = [last.text[cell.start : cell.end] for row in block.table.rows for cell in row]
            assert [ends.text[cell.start : cell.end] for row in table.rows for cell in row] == cells
    assert Layout(ends, 20).refine(60)


@given(documents(), st.integers(0, 100))
def test_offsets_in_a_beginning_alone_equal_those_of_the_whole(source: Document, offset: int) -> None:
    assert offset_in_whole(source, source, offset) == offset

"""Blocks and spans are looked up by offset, and headings are listed."""

from __future__ import annotations

from hypothesis import given

from tests.document.building import HEADING, PARAGRAPH, RULE, block, document, documents
from tui_reader.document.blocks import Block, Document, DocumentBuilder, Span, SpanKind, Structure, block_index
from tui_reader.document.outline import Entry, outline


@given(documents())
def test_every_offset_belongs_to_one_block(source: Document) -> None:
    for number, here in enumerate(source.blocks):
        for offset in range(here.start, min(here.end + 1, len(source.text) + 1)):
            assert block_index(source, offset) == number
    assert block_index(source, -1) == 0


def test_spans_are_looked_up_by_block_and_links_listed_in_order() -> None:
    builder = DocumentBuilder()
    link = Span(SpanKind.LINK, 0, 3, "https://example.org")
    builder.add(Block(PARAGRAPH, 0, 0), "one two", [link, Span(SpanKind.STRONG, 0, 7), Span(SpanKind.CODE, 4, 7)])
    builder.add(Block(PARAGRAPH, 0, 0), "plain")
    builder.add(Block(PARAGRAPH, 0, 0), "see", [link])
    structure = Structure(builder.build())
    kinds = [[span.kind for span in structure.spans_of(number)] for number in range(3)]
    assert kinds == [[SpanKind.STRONG, SpanKind.LINK, SpanKind.CODE], [], [SpanKind.LINK]]
    assert [span.start for span in structure.links()] == [0, 14]


def test_the_outline_lists_headings_that_have_text() -> None:
    source = document(
        block(HEADING, "A\nlong  one", level=1),
        "text",
        block(HEADING, " ", level=2),
        block(RULE),
        block(HEADING, "B", level=3),
    )
    assert outline(source) == (Entry(1, "A long one", 0, 0), Entry(3, "B", source.blocks[4].start, 4))

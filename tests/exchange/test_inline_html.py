"""Inline HTML: the fast path for paragraphs with few elements gives the result of the general algorithm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.document.blocks import Block, BlockKind, Document, Span, SpanKind
from tui_reader.exchange import inline_html
from tui_reader.exchange.inline_html import Highlight, InlineHtml
from tui_reader.exchange.page_names import PageNames
from tui_reader.model.article import Metadata

TEXT = "one <two> & three\nfour"
OFFSETS = st.integers(0, len(TEXT))
RANGES = st.tuples(OFFSETS, OFFSETS).map(sorted).filter(lambda each: each[0] < each[1])
KINDS = st.sampled_from(
    [(SpanKind.STRONG, ""), (SpanKind.LINK, "https://e.org"), (SpanKind.LINK, "no:address"), (SpanKind.NOTE, "#none")]
)


@given(
    st.lists(st.tuples(RANGES, KINDS), max_size=3),
    st.lists(st.tuples(RANGES, st.integers(1, 5)), max_size=3),
    st.tuples(OFFSETS, OFFSETS).map(sorted),
)
def test_the_fast_path_for_separate_elements_gives_the_same_result(
    spans: list[tuple[list[int], tuple[SpanKind, str]]], marks: list[tuple[list[int], int]], shown: list[int]
) -> None:
    start, end = shown
    ordered = sorted(
        (Span(kind, first, last, target) for (first, last), (kind, target) in spans), key=lambda s: s.start
    )
    document = Document(TEXT, (Block(BlockKind.PARAGRAPH, 0, len(TEXT)),), tuple(ordered), Metadata("Title"))
    writer = InlineHtml(document, PageNames(document, "a-", 1))
    highlights = [
        Highlight(first, last, colour, f"<sup>{number}</sup>")
        for number, ((first, last), colour) in enumerate(marks, 1)
        if first < end and last > start
    ]
    written = writer.write(start, end, highlights)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inline_html, "_in_turn", inline_html._weave)
        assert writer.write(start, end, highlights) == written


@pytest.mark.parametrize(
    ("before", "words", "is_reference"),
    [
        ("chapel.", "1", True),
        ("word", "†", True),
        ("word", "**", True),
        ("see ", "12", False),
        ("see 1", "2", False),
        ("", "1", False),
        ("word", "1999", False),
        ("word-", "chapter", False),
    ],
)
def test_a_number_after_a_word_with_a_link_into_the_text_is_a_reference(
    before: str, words: str, is_reference: bool
) -> None:
    text = f"{before}{words} and more"
    span = Span(SpanKind.LINK, len(before), len(before) + len(words), "#end")
    block = Block(BlockKind.PARAGRAPH, 0, len(text))
    document = Document(text, (block,), (span,), Metadata("Title"), link_targets={"end": 0})
    written = InlineHtml(document, PageNames(document, "a-", 1)).write(0, len(text), ())
    assert (f'{before}<a class="ref" href=' in written) is is_reference
    assert f">{words}</a> and more" in written

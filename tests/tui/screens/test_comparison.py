"""The comparison document contains both texts completely and marks which is which."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.counts import examples
from tui_reader.anchoring.diff import changes
from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder, SpanKind
from tui_reader.tui.screens.reading.comparison_document import ComparisonDocument, TextChange


def document(text: str) -> Document:
    builder = DocumentBuilder()
    for part in text.split("\n"):
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), part)
    return builder.build()


texts = st.lists(st.sampled_from(["one", "two", "three", "four", "five", "six.", "\n"]), max_size=40).map(" ".join)


@settings(max_examples=examples(150))
@given(texts, texts)
def test_added_and_removed_words_are_shown_where_they_changed(old: str, new: str) -> None:
    altered = [TextChange(old[c.old.start : c.old.end], c.new.start, c.new.end) for c in changes(old, new)]
    both = ComparisonDocument(document(new), altered)
    shown = both.document.text
    gone = [(span.start, span.end) for span in both.document.spans if span.kind is SpanKind.DELETED]
    kept = list(shown)
    for start, end in gone:
        kept[start:end] = [""] * (end - start)
    assert "".join(kept) == new
    assert [shown[start:end] for start, end in gone] == [each.gone for each in altered if each.gone]
    added = [(span.start, span.end) for span in both.document.spans if span.kind is SpanKind.INSERTED]
    inside = "".join(shown[start:end] for start, end in added)
    assert inside == "".join(new[each.start : each.end] for each in altered).replace("\n", "")
    places = [both.shown_at(offset) for offset in range(len(new) + 1)]
    assert places == sorted(set(places))
    assert all(both.original_at(both.shown_at(offset)) == offset for offset in range(len(new)))
    assert all(shown[both.shown_at(offset)] == new[offset] for offset in range(len(new)) if new[offset] != "\n")

"""Packed documents: unpacking returns an equal document, and other bytes are rejected."""

from __future__ import annotations

import zlib
from dataclasses import fields, replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.document.building import table_block, texts
from tui_reader.document.blocks import (
    Align,
    Block,
    BlockKind,
    Document,
    DocumentBuilder,
    Page,
    Section,
    Span,
    SpanKind,
    Structure,
)
from tui_reader.document.cleaning import clean_text
from tui_reader.document.packing import MAGIC, pack, unpack
from tui_reader.model.article import Metadata

_SHORT = st.text("abc é日#/.-\n", max_size=8)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _SHORT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_SHORT, inner, max_size=3),
    max_leaves=6,
)
_METADATA = st.builds(
    partial(Metadata),  # as a function: hypothesis fills every field of a named tuple
    *[_SHORT] * 7,
    tags=st.lists(_SHORT, max_size=3).map(tuple),
    aliases=st.lists(_SHORT, max_size=2).map(tuple),
    words=st.integers(0, 10**7),
    guessed=st.frozensets(st.sampled_from(("title", "date"))),
    header=st.dictionaries(_SHORT, _VALUES, max_size=3),
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Build a document of any blocks, spans, tables, sections, pages and metadata."""
    builder = DocumentBuilder()
    for _ in range(draw(st.integers(0, 6))):
        if draw(st.integers(0, 3)) == 0:
            rows = draw(st.lists(st.lists(texts(), min_size=1, max_size=3), max_size=3))
            aligns = draw(st.lists(st.sampled_from(Align), max_size=3).map(tuple))
            block, text = table_block(rows, header=draw(st.booleans()), aligns=aligns)
        else:
            text = draw(texts(breaks="\n\t"))
            kind = draw(st.sampled_from([kind for kind in BlockKind if kind is not BlockKind.TABLE]))
            numbers = draw(st.tuples(*[st.integers(0, 9)] * 4))
            strings = draw(st.tuples(*[_SHORT] * 3))
            level, quote, depth, quote_ends = numbers
            tight, quiet = draw(st.tuples(st.booleans(), st.booleans()))
            block = Block(kind, 0, 0, level, quote, depth, strings[0], tight, quiet, strings[1], strings[2])
            block = block._replace(quote_ends=quote_ends)
        ends = st.integers(0, len(text))
        spans = draw(st.lists(st.builds(Span, st.sampled_from(SpanKind), ends, ends, _SHORT), max_size=4))
        builder.add(block, clean_text(text), spans)
    length = max(0, builder.next_start - 1)
    offsets = st.lists(st.integers(0, length), max_size=4).map(sorted)
    block_numbers = st.integers(0, len(builder.blocks) - 1) if builder.blocks else st.none()
    document = builder.build(
        draw(_METADATA),
        tail=draw(st.none() | block_numbers),
        error=draw(_SHORT),
        notices=draw(st.lists(_SHORT, max_size=2).map(tuple)),
        partial=draw(st.booleans()),
        title_block=draw(st.none() | block_numbers),
        sections=tuple(Section(at, draw(_SHORT), draw(st.integers(1, 6)), "II", "a.xhtml") for at in draw(offsets)),
        pages=tuple(Page(at, draw(_SHORT)) for at in draw(offsets)),
    )
    return replace(document, gap=draw(st.none() | st.integers(0, length)))


def as_dict(document: Document | None) -> dict[str, Any]:
    """Return all fields of a document; documents themselves are only equal to themselves."""
    assert document is not None
    return {**{each.name: getattr(document, each.name) for each in fields(document)}, "spans": tuple(document.spans)}


@given(documents())
def test_unpacking_returns_the_packed_document(document: Document) -> None:
    assert as_dict(unpack(pack(document))) == as_dict(document)


@given(documents(), st.data())
def test_damaged_packed_bytes_are_refused(document: Document, data: st.DataObject) -> None:
    packed = pack(document)
    at = data.draw(st.integers(0, len(packed) - 1))
    flipped = bytearray(packed)
    flipped[at] ^= data.draw(st.integers(1, 255))
    assert unpack(packed[:at]) is None
    assert unpack(packed + b"x") is None
    # A changed byte in zlib's header may have no effect, such as another compression level.
    found = unpack(bytes(flipped))
    assert found is None or as_dict(found) == as_dict(document)


@given(documents(), st.data())
def test_bytes_that_were_damaged_before_they_were_packed_never_raise(document: Document, data: st.DataObject) -> None:
    inner = bytearray(zlib.decompress(pack(document)[len(MAGIC) :]))
    at = data.draw(st.integers(0, len(inner) - 1))
    inner[at] = data.draw(st.integers(0, 255))
    found = unpack(MAGIC + zlib.compress(bytes(inner)))
    assert found is None or all(block.start <= block.end <= len(found.text) for block in found.blocks)


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "a\x1b[31mb"},
        {"spans": (Span(SpanKind.LINK, 0, 9),)},
        {"blocks": (Block(BlockKind.PARAGRAPH, 2, 1),)},
        {"blocks": (Block(BlockKind.PARAGRAPH, 0, 9),)},
        {"blocks": (Block(BlockKind.CODE, 0, 3, language="\x9b"),)},
        {"metadata": Metadata(title="\u202eeltit")},
        {"sections": (Section(3, "b"), Section(1, "a"))},
        {"sections": (Section(0, "\x07"),)},
        {"pages": (Page(99, "1"),)},
        {"tail": 7},
        {"title_block": 1},
        {"error": "\x1b"},
        {"notices": ("\x00",)},
        {"link_targets": {"a": 8}},
    ],
    ids=str,
)
def test_a_packed_document_that_no_format_makes_is_refused(changes: dict[str, Any]) -> None:
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), "abc")
    assert unpack(pack(builder.build())) is not None
    assert unpack(pack(replace(builder.build(), **changes))) is None


def test_header_values_of_any_kind_are_packed_and_come_back_clean() -> None:
    header = {"when": BlockKind.CODE, "set": {1}, "text": "a\x1bb", "list": ["\x00"]}
    found = unpack(pack(Document("", (), metadata=Metadata(header=header))))
    assert found is not None
    assert found.metadata.header == {"when": "code", "set": "{1}", "text": "ab", "list": ["\ufffd"]}


@pytest.mark.parametrize(
    "data", [b"", b"x", MAGIC, MAGIC + b"x", MAGIC + zlib.compress(b""), MAGIC + zlib.compress(b"\0" * 90)]
)
def test_bytes_that_are_not_a_packed_document_are_refused(data: bytes) -> None:
    assert unpack(data) is None


def test_lazily_unpacked_spans_behave_as_a_sequence() -> None:
    builder = DocumentBuilder()
    for number in range(450):
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), "abc", [Span(SpanKind.LINK, 0, 2, f"#{number}")])
    document = builder.build()
    unpacked = unpack(pack(document))
    assert unpacked is not None
    expected, spans = tuple(document.spans), unpacked.spans
    assert (len(spans), tuple(spans)) == (450, expected)
    assert [spans[at] for at in (0, 199, 200, 449, -1, -450)] == [expected[at] for at in (0, 199, 200, 449, -1, -450)]
    for part in (slice(190, 210), slice(None), slice(449, 2), slice(-3, None), slice(0, 450, 7)):
        assert spans[part] == expected[part]
    for at in (450, -451):
        with pytest.raises(IndexError):
            spans[at]
    structure = Structure(unpacked)
    assert structure.spans_of(300) == (expected[300],)
    assert structure.links() == expected

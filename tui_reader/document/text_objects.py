"""Text objects, and selections that grow and shrink by whole sentences or paragraphs.

A selection has two ends, an anchor and a caret; the characters at both ends belong to the selection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import block_index
from tui_reader.document.cells import boundary_at, previous_boundary
from tui_reader.document.motions import (
    long_word_at,
    next_paragraph,
    next_sentence,
    paragraph_at,
    previous_paragraph,
    previous_sentence,
    sentence_at,
    word_at,
)
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.document.blocks import Document


class Ends(NamedTuple):
    """The fixed and the moving end of a selection: the offsets at which the characters at both ends begin."""

    anchor: int
    caret: int


class Unit(NamedTuple):
    """A unit of text by which a selection grows, such as a sentence, defined by its motions."""

    around: Callable[[Document, int], Range]
    """Returns the range of the unit at an offset."""
    after: Callable[[Document, int], int]
    """Returns the beginning of the next unit."""
    before: Callable[[Document, int], int]
    """Returns the last beginning of a unit before an offset."""


SENTENCE = Unit(sentence_at, next_sentence, previous_sentence)
PARAGRAPH = Unit(paragraph_at, next_paragraph, previous_paragraph)


def last_character(document: Document, found: Range) -> int:
    """Return the offset of the last character of a range; its start if the range is empty."""
    return max(previous_boundary(document.text, found.end), found.start) if found.end > found.start else found.start


def grow_forward(document: Document, unit: Unit, ends: Ends) -> Ends:
    """Move the caret of a selection forward by a unit.

    If the selection grows, the caret moves to the end of the added unit; if it shrinks, to the beginning of the first
    unit that is kept. A selection of whole units always consists of whole units: if the caret passes the anchor, the
    anchor moves to the other end of its unit.
    """
    anchor, caret = ends
    around, after, _ = unit
    if caret >= anchor:
        last = last_character(document, around(document, caret))
        return Ends(anchor, last if caret < last else _last_after(document, unit, caret))
    moved = after(document, caret)
    if moved <= anchor:
        return Ends(anchor, moved)
    own = around(document, anchor)
    if anchor == last_character(document, own):
        return Ends(own.start, _last_after(document, unit, anchor))
    return Ends(anchor, last_character(document, own))


def grow_back(document: Document, unit: Unit, ends: Ends) -> Ends:
    """Move the caret of a selection back by a unit, in the way in which `grow_forward` moves it forward."""
    anchor, caret = ends
    around, _, before = unit
    if caret <= anchor:
        return Ends(anchor, before(document, caret))
    own = around(document, caret)
    moved = before(document, own.start)
    if moved < own.start and last_character(document, around(document, moved)) >= anchor:
        return Ends(anchor, last_character(document, around(document, moved)))
    held = around(document, anchor)
    if anchor == held.start:
        return Ends(last_character(document, held), before(document, anchor))
    return Ends(anchor, held.start)


def _last_after(document: Document, unit: Unit, caret: int) -> int:
    """Return the offset of the last character of the unit after the caret."""
    return last_character(document, unit.around(document, unit.after(document, caret)))


OBJECTS = ("is", "as", "ip", "ap", "iw", "aw", "iW", "aW")
"""Names of text objects: within (`i`) or around (`a`) a sentence, paragraph, word, or run between white space."""
PAIRS = ("ib", "ab", "iq", "aq")
"""Names of the text objects of `brackets`: within or around brackets or quotation marks."""


def text_object(document: Document, kind: str, offset: int) -> Range:
    """Return the range of the text object at an offset.

    The kind “around” includes the white space after a sentence or word, or before it if none follows. “Around” a
    paragraph means all consecutive blocks without an empty row between them, such as the items of a list.

    Args:
        document: The document.
        kind: One of `OBJECTS`.
        offset: Offset of the code point to start from.

    Raises:
        KeyError: The kind is unknown.
    """
    found = _AROUND[kind[1:]](document, offset) if kind in OBJECTS else _AROUND[kind](document, offset)
    if kind[0] == "i":
        return found
    return _tight_blocks(document, offset) if kind == "ap" else _with_space(document, found)


_AROUND: dict[str, Callable[[Document, int], Range]] = {
    "s": sentence_at,
    "p": paragraph_at,
    "w": word_at,
    "W": long_word_at,
}


def _with_space(document: Document, found: Range) -> Range:
    """Extend a range by the white space after it, or before it if none follows."""
    block = document.blocks[block_index(document, found.start)] if document.blocks else None
    if block is None:
        return found
    text = document.text
    start, end = found
    while end < block.end and text[end].isspace():
        end += 1
    if end == found.end:
        while start > block.start and text[start - 1].isspace():
            start -= 1
    # A mark may combine with white space.
    return Range(boundary_at(text, start), max(boundary_at(text, end), found.end))


def _tight_blocks(document: Document, offset: int) -> Range:
    """Return the range of the consecutive blocks around an offset without empty rows between them."""
    blocks = document.blocks
    if not blocks:
        return Range(0, 0)
    first = last = block_index(document, offset)
    while first > 0 and blocks[first - 1].tight:
        first -= 1
    while last + 1 < len(blocks) and blocks[last].tight:
        last += 1
    return Range(blocks[first].start, blocks[last].end)

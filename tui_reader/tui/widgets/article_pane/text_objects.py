"""Text objects as in vi: how keys such as `is`, `aw` and `ib` change the selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document import caret as carets
from tui_reader.document import motions
from tui_reader.document.brackets import enclosing, first_within
from tui_reader.document.cells import next_boundary
from tui_reader.document.text_objects import Ends, last_character, text_object
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.document.blocks import Document

CHARACTER, BY_PARAGRAPH = "character", "paragraph"
KINDS = (CHARACTER, BY_PARAGRAPH)
"""Kinds of selections: of single characters, or of whole paragraphs."""


class Selected(NamedTuple):
    """A selection of the text."""

    ends: Ends
    kind: str
    """One of `KINDS`."""
    initial: bool = False
    """True until the first motion changes the selection; a text object replaces an initial selection."""


def range_between(document: Document, kind: str, ends: Ends) -> Range:
    """Return the range of a selection of a kind (`KINDS`), including the character at its later end.

    In a selection by paragraphs, the range is that from the block at its earlier end to the block at its later end.
    """
    low, high = sorted(ends)
    if kind == BY_PARAGRAPH:
        first, last = motions.paragraph_at(document, low), motions.paragraph_at(document, high)
        return Range(first.start, last.end)
    return Range(low, next_boundary(document.text, high))


def with_pair(document: Document, kind: str, selected: Selected) -> Selected | None:
    """Return the selection of the pair of brackets or quotes around a selection; None without a pair.

    Args:
        document: The text.
        kind: One of `objects.PAIRS`.
        selected: The selection before. If it is initial, its own text is searched for a pair, too.
    """
    around = range_between(document, CHARACTER, selected.ends)
    found = first_within(document, kind, around) if selected.initial else None
    found = found or enclosing(document, kind, around)
    return None if found is None else Selected(Ends(found.start, last_character(document, found)), CHARACTER)


def with_object(document: Document, kind: str, selected: Selected) -> Selected:
    """Return the selection of the text object at the caret, or the selection extended by an object in its direction.

    Args:
        document: The text; must not be empty.
        kind: One of `objects.OBJECTS`.
        selected: The selection before. If it contains the text object at the caret, it is extended.
    """
    anchor, caret = selected.ends
    if selected.initial and kind[1] in "wW" and not document.text[caret].isalnum():
        # A new selection is a sentence with the caret on the full stop: select its last word.
        caret = max(motions.previous_word(document, caret), min(anchor, caret))
    found = text_object(document, kind, caret)
    before = range_between(document, CHARACTER, selected.ends)
    inside = found.start <= before.start and before.end <= found.end
    if selected.initial or (inside and found != before):
        ends = Ends(found.start, last_character(document, found))
    elif caret >= anchor:
        if found.end <= before.end:
            found = text_object(document, kind, _beyond(document, caret, carets.right))
        ends = Ends(anchor, last_character(document, found))
    else:
        if found.start >= before.start:
            found = text_object(document, kind, _beyond(document, caret, carets.left))
        ends = Ends(anchor, found.start)
    # As in vi: sentence and word objects change a selection by paragraphs to one by characters.
    kept = selected.kind if kind[1] == "p" else CHARACTER
    return Selected(Ends(ends.anchor, carets.snapped(document, ends.caret)), kept)


def _beyond(document: Document, caret: int, step: Callable[[Document, int], int]) -> int:
    """Return the first offset after `caret`, in the direction of `step`, that is not white space.

    White space beside a selected object counts as a part of it. At an end of the text, return the offset reached.
    """
    moved = step(document, caret)
    while moved != caret and document.text[moved].isspace():
        caret, moved = moved, step(document, moved)
    return moved

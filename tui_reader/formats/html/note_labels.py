"""Removal of the label at the start of a footnote: the document shows the marker of the note instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import SpanKind

if TYPE_CHECKING:
    from tui_reader.formats.text.table_text import UnplacedBlock

_LABELLED = re.compile(r"\s*(?:[\[({]\s*([^\s\[\](){}]{1,12})\s*[\])}][.:]?|([^\s\[\](){}.:]{1,12})[\])}.:])\s*")
"""A label in brackets, or before a bracket, a point or a colon: `[1]`, `(a)`, `1.`, `12)`, `†:`."""
_LEFT_OVER = re.compile(r"\s*(?:[\[({^↑]*\s*[\])}.:,]+|[\^↑]+)\s+|\s*(?:\[\s*\]|\(\s*\))\s*")
"""Brackets and signs that remain when the link back to the reference is removed: `^ `, `[] `, `). `."""


class Note(NamedTuple):
    """A footnote of a document."""

    mark: str
    """The mark in the document, such as `1`; unique among the notes."""
    label: str
    """The label that the page gives to the note."""


def without_label(piece: UnplacedBlock, note: Note) -> UnplacedBlock:
    """Return the first block of a footnote without its label, such as `1.` or `[1]`.

    Args:
        piece: The block.
        note: The footnote.
    """
    found = _LABELLED.match(piece.text)
    if found is None or note.label not in (found[1], found[2]):
        found = _LEFT_OVER.match(piece.text)
    if found is None or not found.end() or found.end() == len(piece.text):
        return piece
    cut = found.end()
    spans = [
        span._replace(start=max(0, span.start - cut), end=max(0, span.end - cut))
        for span in piece.spans
        if span.end > cut or span.kind is SpanKind.TARGET
    ]
    return piece._replace(text=piece.text[cut:], spans=spans)

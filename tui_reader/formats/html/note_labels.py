"""The label at the start of a footnote, which its marker replaces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import SpanKind

if TYPE_CHECKING:
    from tui_reader.formats.text.table_text import UnplacedBlock

_LEFT_OVER = re.compile(r"\s*(?:[\[({^↑]*\s*[\])}.:,]+|[\^↑]+)\s+|\s*(?:\[\s*\]|\(\s*\))\s*")
"""Brackets and signs around a link back to the reference, which has been left out."""


class Note(NamedTuple):
    """A footnote of a document."""

    mark: str
    """The mark in the document, such as `1`; no two notes have the same."""
    label: str
    """The label that the page gives to the note."""


def without_label(piece: UnplacedBlock, note: Note) -> UnplacedBlock:
    """Return the first block of a footnote without its label, such as `1.` or `[1]`.

    Args:
        piece: The block.
        note: The footnote.
    """
    label = re.escape(note.label)
    found = re.match(rf"\s*(?:[\[({{]{label}[\])}}][.:]?|{label}[\])}}.:])\s*", piece.text) or _LEFT_OVER.match(
        piece.text
    )
    if found is None or not found.end() or found.end() == len(piece.text):
        return piece
    cut = found.end()
    spans = [
        span._replace(start=max(0, span.start - cut), end=max(0, span.end - cut))
        for span in piece.spans
        if span.end > cut or span.kind is SpanKind.TARGET
    ]
    return piece._replace(text=piece.text[cut:], spans=spans)

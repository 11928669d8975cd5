"""The outline: the headings of a document."""

from __future__ import annotations

from typing import NamedTuple

from tui_reader.document.blocks import BlockKind, Document


class Entry(NamedTuple):
    """A heading of the outline."""

    level: int
    """Level of the heading, 1 to 6."""
    title: str
    """Text of the heading on one line."""
    offset: int
    """Offset of the heading in the text."""
    block: int
    """Number of the heading's block."""


def outline(document: Document) -> tuple[Entry, ...]:
    """Return the headings of a document that have text, in order."""
    text = document.text
    return tuple(
        Entry(block.level, title, block.start, index)
        for index, block in enumerate(document.blocks)
        if block.kind is BlockKind.HEADING and (title := " ".join(text[block.start : block.end].split()))
    )

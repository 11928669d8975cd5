"""The outline: the headings of a document."""

from __future__ import annotations

from typing import NamedTuple

from tui_reader.document.blocks import BlockKind, Document


class Entry(NamedTuple):
    """A heading."""

    level: int
    """1 to 6."""
    title: str
    offset: int
    """Where it stands in the text."""
    block: int
    """Number of its block."""


def outline(document: Document) -> tuple[Entry, ...]:
    """The headings of a document in order; one without a letter is left out."""
    text = document.text
    return tuple(
        Entry(block.level, title, block.start, index)
        for index, block in enumerate(document.blocks)
        if block.kind is BlockKind.HEADING and (title := " ".join(text[block.start : block.end].split()))
    )

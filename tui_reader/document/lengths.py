"""How long the blocks of a long text are: what the estimates of all its layouts have in common."""

from __future__ import annotations

from array import array
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tui_reader.document.blocks import BlockKind

if TYPE_CHECKING:
    from tui_reader.document.blocks import Block, Document

LONG: Final = 200_000
"""Characters of a text up to which the rows of all its narrow blocks are counted at once: some 2 ms."""
FIRST_WIDE: Final = "\u2e80"
"""Where the scripts of two cells begin, but for some old letters of Hangul."""


def is_plain(block: Block) -> bool:
    """Whether a block is a paragraph that stands as the body does."""
    return block.kind is BlockKind.PARAGRAPH and not (block.quote or block.depth or block.marker)


@lru_cache(maxsize=2)
def lengths_of(document: Document) -> tuple[array[int], list[int]]:
    """Characters of each block, and the numbers of those whose rows do not follow from that alone: what is no plain
    paragraph, is followed by no empty row, or begins with a wide character.

    Kept, because each further width then takes a fifth of the time (25,000 blocks: 2 ms).
    """
    text = document.text
    lengths = array("q", [block.end - block.start for block in document.blocks])
    others = [
        index
        for index, block in enumerate(document.blocks)
        if block.tight or not is_plain(block) or (block.end > block.start and text[block.start] >= FIRST_WIDE)
    ]
    return lengths, others


def prepare(document: Document) -> None:
    """Work them out in a thread that nobody waits for, if any layout will ask."""
    if len(document.text) > LONG:
        lengths_of(document)

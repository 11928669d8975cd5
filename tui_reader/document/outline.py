"""The outline: the headings and the named sections of a document."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import BlockKind, Document
from tui_reader.document.chapters import bare_title, chapters_of, first_block, numbered_title
from tui_reader.document.normalization import title_key

if TYPE_CHECKING:
    from tui_reader.document.blocks import Section


class Entry(NamedTuple):
    """A heading or section of the outline."""

    level: int
    """Level of the heading, 1 to 6; in a document with sections, the depth in its table of contents."""
    title: str
    """Text of the heading on one line; of a section the title, after its number if it has one."""
    offset: int
    """Offset of the heading in the text, or of the section's first block."""
    block: int
    """Number of the heading's block, or of the section's first block."""


def headings_of(document: Document) -> tuple[Entry, ...]:
    """Return the headings of a document that have text, in order."""
    text = document.text
    return tuple(
        Entry(block.level, title, block.start, index)
        for index, block in enumerate(document.blocks)
        if block.kind is BlockKind.HEADING and (title := " ".join(text[block.start : block.end].split()))
    )


@lru_cache(maxsize=4)
def outline(document: Document) -> tuple[Entry, ...]:
    """Return the headings and sections of a document, in order; headings without text are left out.

    A section and the heading at its beginning are one entry. Other headings are below the section that contains them.
    """
    headings = headings_of(document)
    return _merged(document, headings) if document.sections and document.blocks else headings


def _merged(document: Document, headings: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return sections and headings in one order; a heading at the beginning of a section is left out."""
    blocks = document.blocks
    own = {block for chapter in chapters_of(document).all for block in chapter.heading}
    found: list[Entry] = []
    waiting = iter(headings)
    heading = next(waiting, None)
    section_level, base = 0, 0
    for section, block in _sections(document):
        while heading is not None and heading.block < block:
            if heading.block not in own:
                found.append(heading._replace(level=section_level + max(1, heading.level - base)))
            heading = next(waiting, None)
        section_level, base = section.level, 0
        found.append(Entry(section.level, numbered_title(section, "  "), blocks[block].start, block))
        while heading is not None and (heading.block in own or _is_same(heading, section, block)):
            base = base or heading.level
            heading = next(waiting, None)
        if not base and heading is not None:
            base = heading.level - 1
    while heading is not None:
        if heading.block not in own:
            found.append(heading._replace(level=section_level + max(1, heading.level - base)))
        heading = next(waiting, None)
    return tuple(found)


def _sections(document: Document) -> list[tuple[Section, int]]:
    """Return each section with the index of its first block; of several sections that begin at one block, the first."""
    found: list[tuple[Section, int]] = []
    for section in document.sections:
        block = first_block(document, section.offset)
        if not found or block > found[-1][1]:
            found.append((section, block))
    return found


def _is_same(heading: Entry, section: Section, block: int) -> bool:
    """Return True if a heading is at the beginning of a section, or repeats its title directly below."""
    return heading.block == block or (
        heading.block <= block + 2
        and title_key(heading.title) in {title_key(section.title), title_key(bare_title(section))}
    )

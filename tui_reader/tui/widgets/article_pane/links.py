"""Links on the page: which one is where, where it leads, and the letters that stand for it."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import BlockKind, SpanKind
from tui_reader.document.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tui_reader.document.blocks import Document, Span
    from tui_reader.document.structure import Structure

LETTERS = "asdfghjkl"
"""The home row: labels are typed without a glance at the keys."""

_LINKS = frozenset((SpanKind.LINK, SpanKind.NOTE))
_not_in_slug = re.compile(r"[^\w\- ]")


class Hint(NamedTuple):
    """A label and the link that it stands for."""

    label: str
    start: int
    """Offset in the text at which the label is painted."""
    target: str


def hints_of(document: Document, structure: Structure, rows: Iterable[object]) -> list[Hint]:
    """Hints for the links on rows of the page, in their order; a link over several rows has one."""
    found = list(_visible(document, structure, rows))
    return [Hint(label, start, target) for label, (start, target) in zip(labels(len(found)), found, strict=True)]


def labels(count: int) -> list[str]:
    """So many different labels of one length, the shortest there is, so that none is the beginning of another."""
    length = 1
    while len(LETTERS) ** length < count:
        length += 1
    return ["".join(letters) for letters, _ in zip(product(LETTERS, repeat=length), range(count), strict=False)]


def target_at(document: Document, structure: Structure, row: Row, offset: int | None) -> str:
    """Where the link at an offset of a row leads; empty where there is none.

    Args:
        document: The document.
        structure: Its spans by block.
        row: The row.
        offset: Offset of the character; None beside the text.
    """
    block = document.blocks[row.block]
    if offset is not None:
        inner = [span for span in _links_in(structure, row.block) if span.start <= offset < span.end]
        if inner:
            return inner[-1].target
    return block.target if block.kind is BlockKind.FIGURE and row.index >= 0 else ""


def target_offset(document: Document, target: str) -> int | None:
    """Where a target within the article stands: a footnote, or a heading by its slug; None for any other."""
    if not target.startswith("#") or len(target) < 2:
        return None
    name = target[1:]
    for block in document.blocks:
        if block.marker and block.marker in (name, f"[{name}]"):
            return block.start
    for index, block in enumerate(document.blocks):
        if block.kind is BlockKind.HEADING and _slug(document.block_text(index)) == name.lower():
            return block.start
    return None


def _slug(title: str) -> str:
    """A heading as the web's hosts of Markdown name it in addresses."""
    return _not_in_slug.sub("", title.strip().lower()).replace(" ", "-")


def _links_in(structure: Structure, block: int) -> Iterator[Span]:
    return (span for span in structure.spans_of(block) if span.kind in _LINKS and span.target)


def _visible(document: Document, structure: Structure, rows: Iterable[object]) -> Iterator[tuple[int, str]]:
    """Where each link begins to be visible, and where it leads."""
    seen: set[Span | int] = set()
    for row in rows:
        if not isinstance(row, Row) or row.index < 0 or not document.blocks:
            continue
        block = document.blocks[row.block]
        if block.kind is BlockKind.FIGURE and block.target and row.block not in seen:
            seen.add(row.block)
            yield row.start, block.target
        for fragment in row.fragments:
            for span in _links_in(structure, row.block):
                if span.start < fragment.end and span.end > fragment.start and span not in seen:
                    seen.add(span)
                    yield max(span.start, fragment.start), span.target

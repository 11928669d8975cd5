"""Ids within an HTML page, for blocks that are link targets and for references of footnotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.blocks import BlockKind, SpanKind, block_index
from tui_reader.document.link_targets import offsets_of_names

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document


class PageNames:
    """The ids of a document's blocks in an HTML page: every heading has an id, other blocks if a link leads there."""

    def __init__(self, document: Document, prefix: str, end: int) -> None:
        """Find the target of each link within the document.

        Args:
            document: The document.
            prefix: The beginning of every id, which differs among the articles of a page; a letter, then anything
                that an id may have.
            end: Number of blocks that the page shows; links to later blocks have no target.
        """
        self._prefix = prefix
        self._blocks_by_name: dict[str, int] = {}
        self._references: dict[int, int] = {}
        self._ids = {
            index: f"{prefix}b{index}"
            for index, block in enumerate(document.blocks[:end])
            if block.kind is BlockKind.HEADING and block.end > block.start
        }
        links = [
            span
            for span in document.spans
            if span.kind in {SpanKind.LINK, SpanKind.NOTE} and span.target.startswith("#")
        ]
        offsets = offsets_of_names(document, dict.fromkeys(span.target[1:] for span in links))
        for name, offset in offsets.items():
            index = block_index(document, offset)
            if index < end:
                self._blocks_by_name[name] = index
                self._ids[index] = f"{prefix}b{index}"
        for span in links:
            target = self._blocks_by_name.get(span.target[1:])
            if span.kind is SpanKind.NOTE and target is not None and block_index(document, span.start) < end:
                self._references.setdefault(target, span.start)
        self._reference_offsets = frozenset(self._references.values())

    def block_id(self, index: int) -> str:
        """Return the id of a block; empty if it is no heading and no link leads to it."""
        return self._ids.get(index, "")

    def href(self, name: str) -> str:
        """Return the address of the target with a name within the document; empty if there is none."""
        index = self._blocks_by_name.get(name)
        return "" if index is None else f"#{self._ids[index]}"

    def reference_id(self, offset: int) -> str:
        """Return the id of the first reference to a footnote; empty for any later reference."""
        return f"{self._prefix}r{offset}" if offset in self._reference_offsets else ""

    def href_of_reference(self, index: int) -> str:
        """Return the address of the first reference to the footnote in a block; empty without one."""
        offset = self._references.get(index)
        return "" if offset is None else f"#{self._prefix}r{offset}"

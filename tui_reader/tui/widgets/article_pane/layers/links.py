"""The layer of links: it paints letters over visible links, to choose a link by keys."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import BlockKind, SpanKind
from tui_reader.document.link_targets import offset_of_name
from tui_reader.document.rows import Row
from tui_reader.tui.widgets.article_pane.layers.base import Layer
from tui_reader.tui.widgets.article_pane.painter import Overlay
from tui_reader.tui.widgets.article_pane.styles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tui_reader.document.blocks import Document, Span, Structure
    from tui_reader.tui.widgets.article_pane.layers.base import Carry
    from tui_reader.tui.widgets.article_pane.viewport import Viewport

LETTERS = "asdfghjkl"
"""Letters of labels: the home row of the keyboard, which is fastest to type."""

_LINKS = frozenset((SpanKind.LINK, SpanKind.NOTE))


class Hint(NamedTuple):
    """A label of one or more letters painted over a link."""

    label: str
    start: int
    """Offset at which the label is painted."""
    target: str


class Links(Layer):
    """The links of the text, and labels over the visible links while a link is being chosen."""

    def __init__(self, viewport: Viewport) -> None:
        self._viewport = viewport
        self._hints: Sequence[Hint] = ()
        self.is_idle = True

    def show_hints(self) -> list[tuple[str, str]]:
        """Paint labels over the visible links and pictures. Return the label and the target of each."""
        viewport, document = self._viewport, self._viewport.text
        if document is None or viewport.structure is None:
            self._set_hints(())
        else:
            self._set_hints(hints_of(document, viewport.structure, viewport.visible_rows()))
        viewport.repaint()
        return [(hint.label, hint.target) for hint in self._hints]

    def hide_hints(self) -> None:
        """Remove the labels of the links."""
        if self._hints:
            self._set_hints(())
            self._viewport.repaint()

    def _set_hints(self, hints: Sequence[Hint]) -> None:
        self._hints = hints
        self.is_idle = not hints

    def target_under(self, x: int, y: int) -> str:
        """Return the target of the link or picture at a cell of the widget; empty without one."""
        document, structure = self._viewport.text, self._viewport.structure
        row, offset = self._viewport.text_under(x, y)
        if document is None or structure is None or row is None or not document.blocks:
            return ""
        return target_at(document, structure, row, offset)

    def offset_of(self, target: str) -> int | None:
        """Return the offset of a target in the article, such as `#` and a footnote; None for others or if not found."""
        document = self._viewport.text
        is_within = document is not None and target.startswith("#")
        return offset_of_name(document, target[1:]) if is_within and document is not None else None

    # Hooks

    def reset(self) -> None:
        """Remove the labels of the links."""
        self._set_hints(())

    def document_changed(self, old: Document | None, new: Document, carry: Carry | None) -> None:
        """Remove the labels of the links."""
        self._set_hints(())

    def scrolled(self) -> None:
        """Remove the labels, which belong to the links that were visible before."""
        self._set_hints(())

    def overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """Return the overlays that paint the labels of links in a range of the text."""
        return tuple(
            Overlay(hint.start, hint.start + 1, Role.HINT, hint.label)
            for hint in self._hints
            if start <= hint.start < end
        )


def hints_of(document: Document, structure: Structure, rows: Iterable[object]) -> list[Hint]:
    """Return hints for the links and pictures on rows of the page, in order; one hint for a link over several rows."""
    found = list(_visible(document, structure, rows))
    return [Hint(label, start, target) for label, (start, target) in zip(labels(len(found)), found, strict=True)]


def labels(count: int) -> list[str]:
    """Return `count` labels of equal, minimal length, so that none is a prefix of another."""
    length = 1
    while len(LETTERS) ** length < count:
        length += 1
    return ["".join(letters) for letters, _ in zip(product(LETTERS, repeat=length), range(count), strict=False)]


def target_at(document: Document, structure: Structure, row: Row, offset: int | None) -> str:
    """Return the target of the link at an offset of a row, else of the picture of the row; empty if there is neither.

    Args:
        document: The document.
        structure: The spans of the document by block.
        row: The row.
        offset: Offset of the character; None without text at the cell.
    """
    block = document.blocks[row.block]
    if offset is not None:
        inner = [span for span in _links_in(structure, row.block) if span.start <= offset < span.end]
        if inner:
            return inner[-1].target
    return block.target if block.kind is BlockKind.FIGURE and row.index >= 0 else ""


def _links_in(structure: Structure, block: int) -> Iterator[Span]:
    return (span for span in structure.spans_of(block) if span.kind in _LINKS and span.target)


def _visible(document: Document, structure: Structure, rows: Iterable[object]) -> Iterator[tuple[int, str]]:
    """Yield the first visible offset and the target of each link and picture on rows of the page."""
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

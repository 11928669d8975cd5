"""The document: one text, blocks and spans over it.

The text is the blocks' texts joined by a line feed, in code points, free of control characters (but line feed and
tab) and of bidi overrides. Bullets, table borders, bars and placeholders are not part of it. Every offset in the
program is an offset into this text, so that neither a wider terminal nor another theme can move a highlight.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.model.article import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class BlockKind(StrEnum):
    """What a block is; nesting in lists and quotations is told by its depths."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CODE = "code"
    TABLE = "table"
    FIGURE = "figure"
    """A picture; its text is the alternative text or caption."""
    RULE = "rule"
    """A thematic break; its text is empty."""


class Align(StrEnum):
    """Alignment of a table column."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Cell(NamedTuple):
    """A table cell: the range of the text that it holds."""

    start: int
    end: int


class Table(NamedTuple):
    """The cells of a table block. In the text, cells are joined by a tab and rows by a line feed."""

    rows: tuple[tuple[Cell, ...], ...]
    aligns: tuple[Align, ...]
    header: bool = True
    """Whether the first row names the columns."""


class Block(NamedTuple):
    """A stretch of the text with one structure. A line feed inside it is a line break that is kept."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    """Heading level 1 to 6; 0 for other kinds."""
    quote: int = 0
    """How many quotations enclose the block."""
    depth: int = 0
    """How many lists enclose the block."""
    marker: str = ""
    """What stands before its first row: `•`, `12.`, `☐`, `☑`, `[2]`. A later block of the same item has none."""
    tight: bool = False
    """Whether no empty row parts it from the next block."""
    quiet: bool = False
    """Whether it is drawn in the quieter tone: standfirst, caption, footnote."""
    language: str = ""
    """Language of a code block; empty where unknown."""
    target: str = ""
    """Address or path of a figure's picture."""
    table: Table | None = None


class SpanKind(StrEnum):
    """Inline structure."""

    EMPHASIS = "emphasis"
    STRONG = "strong"
    CODE = "code"
    LINK = "link"
    STRIKE = "strike"
    NOTE = "note"
    """A reference to a footnote; its target is `#` and the footnote's marker."""
    KEY = "key"
    """A key to press, as in `<kbd>`."""
    SUPERSCRIPT = "superscript"
    SUBSCRIPT = "subscript"
    MARK = "mark"
    """Text that the author marked."""
    INSERTED = "inserted"
    """Text that is new since the article was read."""
    DELETED = "deleted"
    """Text that is gone since, put back where it stood."""


class Span(NamedTuple):
    """A range of the text with a look or a target. Spans may nest."""

    kind: SpanKind
    start: int
    end: int
    target: str = ""


class Section(NamedTuple):
    """A part of the article that its file names, such as a chapter of a book; it ends where the next one begins."""

    offset: int
    """Where the section begins in the text."""
    title: str


NO_RESOURCES: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """An article, read.

    Raises nothing: what cannot be read becomes a document with `error` set, whose blocks tell the reader why.
    """

    text: str
    blocks: Sequence[Block]
    spans: Sequence[Span] = ()
    """Sorted by start, then longest first."""
    metadata: Metadata = field(default_factory=Metadata)
    tail: int | None = None
    """Index of the first block of the trailing stories found in a paste; None where there are none."""
    error: str = ""
    """Why the article could not be read, in a few words; empty where it was."""
    notices: tuple[str, ...] = ()
    """What a reader should know of how it was read, one sentence each."""
    partial: bool = False
    """Whether this is only the beginning, and perhaps the ending, shown while the whole is being read."""
    title_block: int | None = None
    """Index of the block that says the same as the metadata's title; None where no block does. Who draws the title
    above the text leaves out the one or the other, so that a reader does not meet it twice; offsets stay the same."""
    gap: int | None = None
    """Offset of the sign for all that is not read yet, which the ending follows; None where no ending is there."""
    sections: Sequence[Section] = ()
    """Sorted by offset. Headings are not repeated here: empty unless the format knows more than its headings say."""
    resources: Mapping[str, bytes] = field(default_factory=lambda: NO_RESOURCES)
    """Bytes that come with the article, such as pictures, by the name that `Block.target` gives. A format whose files
    hold many gives a mapping that extracts each one when it is looked up."""

    @property
    def has_text(self) -> bool:
        """Returns: True unless this is the page of an empty or unreadable file, in which no place is the article's."""
        if self.error or not self.blocks:
            return False
        return len(self.blocks) > 1 or not self.blocks[0].quiet or bool(self.metadata.words)

    def block_text(self, index: int) -> str:
        """Text of a block."""
        block = self.blocks[index]
        return self.text[block.start : block.end]


class DocumentBuilder:
    """Collects blocks in order and joins their texts; offsets within a block are given relative to its start."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.blocks: list[Block] = []
        self.spans: list[Span] = []

    @property
    def next_start(self) -> int:
        """Offset at which the text of the next block will begin."""
        return self._length + 1 if self._parts else 0

    def add(self, block: Block, text: str, spans: Iterable[Span] = ()) -> None:
        """Append a block, setting its range; ranges of spans and table cells, relative to the block, become offsets."""
        start = self.next_start
        end = start + len(text)
        table = block.table
        if table is not None:
            table = table._replace(
                rows=tuple(tuple(Cell(c.start + start, c.end + start) for c in row) for row in table.rows)
            )
        self.blocks.append(block._replace(start=start, end=end, table=table))
        self.spans.extend(Span(s.kind, s.start + start, s.end + start, s.target) for s in spans if s.end > s.start)
        self._parts.append(text)
        self._length = end

    def build(
        self,
        metadata: Metadata | None = None,
        *,
        tail: int | None = None,
        error: str = "",
        notices: tuple[str, ...] = (),
        partial: bool = False,
        title_block: int | None = None,
        sections: Sequence[Section] = (),
        resources: Mapping[str, bytes] = NO_RESOURCES,
    ) -> Document:
        """The document of all that was added."""
        self.spans.sort(key=lambda span: (span.start, -span.end))
        return Document(
            "\n".join(self._parts),
            tuple(self.blocks),
            tuple(self.spans),
            metadata or Metadata(),
            tail,
            error,
            notices,
            partial,
            title_block,
            sections=sections,
            resources=resources,
        )

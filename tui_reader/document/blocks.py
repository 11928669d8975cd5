"""The document: one text, with blocks and spans as ranges of it.

The text is the blocks' texts joined by a line feed, in code points, free of control characters (but line feed and
tab) and of bidi overrides. Bullets, table borders, bars and placeholders are not part of the text. Every offset in the
program is an offset into this text, so that neither a wider terminal nor another theme can move a highlight.
"""

# No `from __future__ import annotations`: named tuples compile each annotation that is a text, in 10 µs.

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from tui_reader.model.article import Metadata

_start = attrgetter("start")


class BlockKind(StrEnum):
    """The kind of a block, such as a paragraph; `Block.quote` and `Block.depth` give its nesting."""

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
    """A table cell: a range of the document's text."""

    start: int
    end: int


class Table(NamedTuple):
    """The cells of a table block. In the text, cells are joined by a tab and rows by a line feed.

    A line feed within a cell is a line break of the article.
    """

    rows: tuple[tuple[Cell, ...], ...]
    aligns: tuple[Align, ...]
    header: bool = True
    """True if the first row contains the names of the columns."""


class Block(NamedTuple):
    """A range of the text with one kind of structure; a line feed in it is a line break of the article."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    """Heading level 1 to 6; 0 for other kinds."""
    quote: int = 0
    """Number of quotations that contain the block."""
    depth: int = 0
    """Number of lists that contain the block."""
    marker: str = ""
    """Text drawn before the first row: `•`, `12.`, `☐`, `☑`, `[2]`; empty for later blocks of an item."""
    tight: bool = False
    """True if no empty row separates the block from the next one."""
    quiet: bool = False
    """True if the block is drawn in a muted tone: standfirst, caption, footnote."""
    language: str = ""
    """Language of a code block; empty if unknown."""
    target: str = ""
    """Address or path of a figure's picture, or the name of a picture in the file for `Format.resource`."""
    table: Table | None = None
    quote_ends: int = 0
    """Number of the quotations around the block that end with it, if other quotations begin with the next block.

    Without this number, two quotations that follow each other would look like one."""

    def tightened(self) -> "Block":
        """Return a copy of the block with `tight` set."""
        return Block(*self[:7], True, *self[8:])

    def with_quote_end(self) -> "Block":
        """Return a copy of the block with `quote_ends` increased by one."""
        return self._replace(quote_ends=self.quote_ends + 1)


class SpanKind(StrEnum):
    """The kind of a span, such as emphasis, code or a link."""

    EMPHASIS = "emphasis"
    STRONG = "strong"
    CODE = "code"
    LINK = "link"
    STRIKE = "strike"
    NOTE = "note"
    """A reference to a footnote; its target is `#` and the footnote's marker."""
    KEY = "key"
    """A key to press, such as `<kbd>`."""
    SUPERSCRIPT = "superscript"
    SUBSCRIPT = "subscript"
    MARK = "mark"
    """Text that the author of the article marked."""
    INSERTED = "inserted"
    """Text that was added since the article was last read."""
    DELETED = "deleted"
    """Text that was removed since the article was last read, shown at its former position."""
    TARGET = "target"
    """An empty range with a name for links. `DocumentBuilder` moves it to `Document.link_targets`."""


class Span(NamedTuple):
    """A range of the text with a style or a target. Spans may nest."""

    kind: SpanKind
    start: int
    end: int
    target: str = ""
    """Address of a link, `#` with the marker of a footnote, or the name of a link target; else empty."""


class Section(NamedTuple):
    """A named part of an article, such as a chapter; it ends where the next section begins."""

    offset: int
    """Offset at which the section begins in the text."""
    title: str
    """Title as written in the table of contents, with a number that it contains: `III: A Case of Identity`."""
    level: int = 1
    """Depth in the table of contents, from 1: a part may contain chapters, and a chapter sections."""
    label: str = ""
    """Number of the section as written in the article, such as `III`; empty without a number or without more title."""
    key: str = ""
    """Name of the section in the file, such as the path of an EPUB chapter; editing the chapter does not change it."""
    counted: bool = True
    """False for front and back matter, such as a title page, which is not numbered among the chapters."""


class Page(NamedTuple):
    """The beginning of a printed page, for references of quotes and the command `:page`."""

    offset: int
    """Offset at which the page begins in the text."""
    label: str
    """Page number as printed: `12`, `xiv`."""


NO_TARGETS: Mapping[str, int] = MappingProxyType({})
"""Default value of `Document.link_targets`: no link targets."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Document:
    """The text of an article with its structure.

    A file that cannot be read becomes a document with `error` set; its blocks give the reason. No error is raised.
    """

    text: str
    blocks: Sequence[Block]
    spans: Sequence[Span] = ()
    """Ranges with a style or target, sorted by start, then longest first."""
    metadata: Metadata = field(default_factory=Metadata)
    tail: int | None = None
    """Index of the block at which other stories begin below the article of a pasted page; None if there are none."""
    error: str = ""
    """Reason why the article could not be read, in a few words; empty if it was read."""
    notices: tuple[str, ...] = ()
    """Messages to the user about the reading of the file, one sentence each."""
    partial: bool = False
    """True if the document has only the beginning, and possibly the end, while the file is being read."""
    title_block: int | None = None
    """Index of the block that repeats the metadata's title; None if no block does. A screen that draws the title
    above the text omits the block or the title, so that the title is not shown twice; offsets stay unchanged."""
    gap: int | None = None
    """Offset of the ellipsis for the text that is not read yet; the ending follows it. None without an ending."""
    sections: Sequence[Section] = ()
    """Named sections, sorted by offset, in addition to headings; empty if the format has only headings."""
    link_targets: Mapping[str, int] = field(default_factory=lambda: NO_TARGETS)
    """Offsets of link targets by their names in raw HTML, in addition to the ids of headings."""
    pages: Sequence[Page] = ()
    """Printed pages, sorted by offset; empty if the file has none."""

    @property
    def has_text(self) -> bool:
        """Return True if the document contains the text of an article.

        The page shown for an empty or unreadable file contains no article text."""
        if self.error or not self.blocks:
            return False
        return len(self.blocks) > 1 or not self.blocks[0].quiet or bool(self.metadata.words)

    def block_text(self, index: int) -> str:
        """Return the text of a block."""
        block = self.blocks[index]
        return self.text[block.start : block.end]


class DocumentBuilder:
    """Collects blocks in order and joins their texts; converts offsets within a block to offsets of the document."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.blocks: list[Block] = []
        self.spans: list[Span] = []
        self._targets: dict[str, int] = {}

    @property
    def next_start(self) -> int:
        """Return the offset at which the text of the next block will begin."""
        return self._length + 1 if self._parts else 0

    def add(self, block: Block, text: str, spans: Iterable[Span] = ()) -> None:
        """Append a block and set its range.

        Ranges of spans and table cells are relative to the block and are converted to offsets of the document.
        """
        start = self.next_start
        end = start + len(text)
        if block.table is not None:
            table = block.table._replace(
                rows=tuple(tuple(Cell(c.start + start, c.end + start) for c in row) for row in block.table.rows)
            )
            block = block._replace(table=table)
        self.blocks.append(Block(block.kind, start, end, *block[3:]))  # `_replace` takes four times as long
        for span in spans:
            if span.kind is SpanKind.TARGET:
                self._targets.setdefault(span.target, span.start + start)
            elif span.end > span.start:
                self.spans.append(Span(span.kind, span.start + start, span.end + start, span.target))
        self._parts.append(text)
        self._length = end

    def add_target(self, name: str) -> None:
        """Add a name for the current end of the text, as a target of links."""
        self._targets.setdefault(name, self._length)

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
        pages: Sequence[Page] = (),
    ) -> Document:
        """Build the document from all blocks added so far; the arguments are the fields of `Document` so named."""
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
            link_targets=self._targets or NO_TARGETS,
            pages=pages,
        )


def block_index(document: Document, offset: int) -> int:
    """Return the number of the block at an offset; 0 in an empty document.

    The line feed after a block counts as a part of the block.
    """
    return max(0, bisect_right(document.blocks, offset, key=_start) - 1)


class Structure:
    """Lookup of the spans and links of a document, for painters and motions.

    Args:
        document: The document. The list of its links is computed at its first use.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._links: tuple[Span, ...] | None = None

    def spans_of(self, block: int) -> tuple[Span, ...]:
        """Return the spans that begin within a block, sorted by start, then longest first."""
        spans = self._document.spans
        here = self._document.blocks[block]
        first = bisect_left(spans, here.start, key=_start)
        return tuple(spans[first : bisect_left(spans, here.end, first, key=_start)])

    def links(self) -> tuple[Span, ...]:
        """Return all links of the document, in order."""
        if self._links is None:
            self._links = tuple(span for span in self._document.spans if span.kind is SpanKind.LINK)
        return self._links

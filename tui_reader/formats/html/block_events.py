"""Builder that converts HTML to blocks from a stream of start tags, end tags and text.

It has two callers: `formats/markdown/html_fragment.py` with raw HTML in Markdown, whose tags may be unbalanced, and
`formats/html/walker.py` with the tree of a page. The state is kept in lists and counters, so that no depth of nesting
can exceed Python's stack.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.blocks import Block, BlockKind, Span, SpanKind
from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.formats.html.html_cells import TableRows
from tui_reader.formats.html.html_lists import HtmlList
from tui_reader.formats.html.note_labels import without_label
from tui_reader.formats.text.running_text import BLOCK_TAGS, RunningText, safe_target, target_names
from tui_reader.formats.text.table_text import CellText, UnplacedBlock, join_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui_reader.formats.html.note_labels import Note

_PREFORMATTED = ("pre", "textarea", "listing", "plaintext", "xmp")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SPACE = re.compile(r"\s+")
_CAPTIONS = ("figcaption", "caption")
_DEEPEST = 50
"""Maximum depth of lists and of quotations; deeper levels are drawn like this one."""


class _Outside(NamedTuple):
    """State of the text around a footnote, restored when the footnote ends."""

    lists: list[HtmlList]
    definitions: list[str]
    open_definitions: int
    quote_depth: int
    marker: str


class BlockEvents:
    """Builder of blocks; each tag that is not inline begins a paragraph."""

    def __init__(self, *, is_tree: bool = False) -> None:
        """Begin an empty text.

        Args:
            is_tree: True if every start tag has its end tag: then links and styles that contain several blocks
                continue in each of them.
        """
        self.blocks: list[UnplacedBlock] = []
        self._is_tree = is_tree
        self._running = RunningText()
        self._lists: list[HtmlList] = []
        """The open lists, the outermost first."""
        self._definitions: list[str] = []
        """The open element of each open definition list: `dt`, `dd`, or empty between terms and definitions."""
        self._open_definitions = 0
        """Number of items `dd` in `_definitions`."""
        self._quote_depth = 0
        self._heading_level = 0
        self._pre_depth = 0
        self._caption_depth = 0
        self._marker = ""
        """Marker of the list item that was begun, until its first block is appended."""
        self._rows: TableRows | None = None
        """Rows of the table that is being parsed; None outside tables."""
        self._in_cell = False
        self._names = 0
        """Number of `<th>` minus that of `<td>` in the table's first row; above 0, the row is the table's header."""
        self._inner_tables = 0
        """Number of open tables in the current cell; their rows become lines of the cell."""
        self._is_cell_preformatted = False
        """True if white space at line breaks of the current cell is kept."""
        self.origin: Any = None
        """The element that the caller is converting; stored for each block that is appended."""
        self.origins: list[Any] = []
        """For each block, the value of `origin` when it was appended."""
        self._notes: list[_Outside] = []
        """For each open footnote, the state outside of it."""
        self._note: Note | None = None
        """The footnote whose first block comes next."""

    @property
    def targets(self) -> Sequence[Span]:
        """Take the link targets at the end of the text, after which no text came; a second call returns none."""
        return self._running.take_targets()

    @property
    def in_table(self) -> bool:
        """Return True if a table is open."""
        return self._rows is not None

    @property
    def in_note(self) -> bool:
        """Return True if a footnote is open."""
        return bool(self._notes or self._note)

    @property
    def in_heading(self) -> bool:
        """Return True if a heading is open."""
        return self._heading_level > 0

    @property
    def last(self) -> str:
        """Return the last character of the running text; empty if no text is open."""
        return self._running.last

    @property
    def in_text(self) -> bool:
        """Return True if running text of the current block has been added, or a table is open."""
        return self._running.length > 0 or self._rows is not None

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        """Begin an element.

        Args:
            tag: Name of the tag in lower case.
            given: The attributes of the tag.
        """
        if given and tag not in BLOCK_TAGS:
            self._running.add_targets(target_names(tag, given))
        if tag == "br":
            self._running.add_hard_break()
        elif tag == "img":
            self._image(given)
        elif tag not in BLOCK_TAGS:
            self._running.open_tag(tag, given.get("href", ""))
        elif self._rows is None:
            self._begin_block(tag, given)
        elif self._inner_tables or (tag == "table" and self._in_cell):
            self._begin_in_inner_table(tag, given)
        elif tag == "tr":
            self._end_cell()
            self._running.add_targets(target_names(tag, given))
            self._rows.begin_row()
        elif tag in ("td", "th"):
            self._end_cell()
            self._running.add_targets(target_names(tag, given))
            self._rows.begin_cell(given)
            self._in_cell = True
            if len(self._rows.rows) <= 1:
                self._names += 1 if tag == "th" else -1
        else:
            self._begin_in_cell(tag, given)

    def end(self, tag: str) -> None:
        """End an element."""
        if tag not in BLOCK_TAGS:
            self._running.close_tag(tag)
        elif self._rows is None:
            self._end_block(tag)
        elif self._inner_tables:
            self._inner_tables -= tag == "table"
            if tag not in ("td", "th"):
                self._end_in_cell(tag)
        elif tag == "table":
            self._end_table()
        elif tag in ("td", "th"):
            self._end_cell()
        else:
            self._end_in_cell(tag)

    def data(self, text: str) -> None:
        """Append text between tags."""
        if self._pre_depth:
            self._running.add(text)
            return
        # Most texts have only single spaces, and replacing each of them would take a third of the time of a book.
        folded = text if text.isprintable() and "  " not in text else _SPACE.sub(" ", text)
        self._running.add(folded.lstrip(" ") if self._running.last in ("", " ", "\n") else folded)

    def append_plain(self, text: str, spans: Sequence[Span], origin: Any) -> None:
        """Append a paragraph that `plain_paragraphs.read_plain` has read; call this only if `is_between_blocks`."""
        if text:
            block = Block(BlockKind.PARAGRAPH, 0, 0, 0, min(self._quote_depth, _DEEPEST))
            self.blocks.append(UnplacedBlock(block, text, spans))
            self.origins.append(origin)

    @property
    def is_between_blocks(self) -> bool:
        """Return True if no element is open that would change a paragraph; quotations may be open."""
        if self._heading_level or self._caption_depth or self._pre_depth or self._rows is not None:
            return False
        is_inside = self._lists or self._definitions or self._notes or self._note is not None
        return not is_inside and self._running.is_empty

    def literal(self, text: str) -> None:
        """Append a text unchanged, such as a formula: its spaces are kept, and its addresses do not become links."""
        self._running.add_literal(text)

    def code(self, text: str, language: str, names: Sequence[str] = ()) -> None:
        """Append a block of code; within a table cell the code becomes lines of the cell.

        Args:
            text: The code, without an empty line at either end.
            language: Name of the programming language; empty if unknown.
            names: Names of the code as a link target.
        """
        if self._rows is not None:
            self._running.add_separation()
            self._running.add_targets(names)
            self._running.add_literal(text + "\n")
            self._is_cell_preformatted = True
            return
        self._flush()
        self._running.add_targets(names)
        if text:
            block = Block(BlockKind.CODE, 0, 0, language=clean_line(language))
            self._append(UnplacedBlock(block, clean_text(text), self._running.take_targets()))

    def figure(self, target: str, alternative: str) -> None:
        """Append a picture as a block of its own; the caller makes sure that no running text is open.

        Args:
            target: Address of the picture, or its name in the file.
            alternative: Text that describes the picture; may be empty.
        """
        text = clean_line(alternative)
        spans = self._running.take_targets()
        if text and (link := self._running.link_target):
            spans.append(Span(SpanKind.LINK, 0, len(text), link))
        self._append(UnplacedBlock(Block(BlockKind.FIGURE, 0, 0, target=clean_line(target)), text, spans))

    def reference(self, note: Note) -> None:
        """Append a reference to a footnote, in brackets unless the text before it ends with a bracket."""
        text = note.mark if self._running.last in ("[", "(") and self._running.last else f"[{note.mark}]"
        self._running.add_span(SpanKind.NOTE, text, f"#{note.mark}")

    def begin_note(self, note: Note) -> None:
        """Begin a footnote: its blocks are quiet, and the first one has the mark in brackets as its marker."""
        self.flush()
        outside = _Outside(self._lists, self._definitions, self._open_definitions, self._quote_depth, self._marker)
        self._notes.append(outside)
        self._lists, self._definitions, self._open_definitions, self._quote_depth, self._marker = [], [], 0, 0, ""
        self._note = note

    def end_note(self) -> None:
        """End a footnote; a footnote without text passes its mark to the next block."""
        self.flush()
        self._lists, self._definitions, self._open_definitions, self._quote_depth, self._marker = self._notes.pop()

    def mark_note(self, note: Note) -> None:
        """Make the current block, or the next one, the beginning of a footnote."""
        self._note = note

    def flush(self) -> None:
        """End the current paragraph; outside tables only."""
        if self._rows is None:
            self._flush()

    def finish(self) -> None:
        """End the last block."""
        if self._rows is not None:
            self._end_table()
        self._flush()

    def _begin_in_inner_table(self, tag: str, given: Mapping[str, str]) -> None:
        """Begin an element of a table inside a cell; each row of the inner table becomes one line."""
        if tag in ("td", "th"):
            self._running.add_gap()
            self._running.add_targets(target_names(tag, given))
            return
        self._inner_tables += tag == "table"
        self._begin_in_cell(tag, given)

    def _begin_in_cell(self, tag: str, given: Mapping[str, str]) -> None:
        """Begin an element inside a cell that starts a new line."""
        self._running.add_separation()
        self._running.add_targets(target_names(tag, given))
        self._caption_depth += tag in _CAPTIONS
        if tag in _PREFORMATTED:
            self._pre_depth += 1
            self._is_cell_preformatted = True

    def _end_in_cell(self, tag: str) -> None:
        """End an element inside a cell that ends a line."""
        if tag == "caption" and not self._in_cell:
            self._end_cell()
        self._running.add_separation()
        if tag in _PREFORMATTED:
            self._pre_depth = max(0, self._pre_depth - 1)
        elif tag in _CAPTIONS:
            self._caption_depth = max(0, self._caption_depth - 1)

    def _image(self, given: Mapping[str, str]) -> None:
        alt = clean_line(given.get("alt", "") or given.get("title", ""))
        if self.in_text:
            self._running.add(alt)
            return
        target = safe_target(given.get("src", ""))
        if self._heading_level and alt:
            if target and not self._running.in_link:
                self._running.add_span(SpanKind.LINK, alt, target)
            else:
                self._running.add(alt)
            return
        names = self._running.take_targets()
        self._append(UnplacedBlock(Block(BlockKind.FIGURE, 0, 0, target=target), alt, names))

    def _begin_block(self, tag: str, given: Mapping[str, str]) -> None:
        self._flush()
        if given:
            self._running.add_targets(target_names(tag, given))
        if tag in _HEADINGS:
            self._heading_level = _HEADINGS[tag]
        elif tag == "hr":
            self._append(UnplacedBlock(Block(BlockKind.RULE, 0, 0), ""))
        elif tag == "blockquote":
            self._quote_depth += 1
        elif tag in _PREFORMATTED:
            self._pre_depth += 1
        elif tag in ("ul", "ol", "menu"):
            if self._marker and self._lists:  # an item that begins with a list
                self._append(UnplacedBlock(Block(BlockKind.PARAGRAPH, 0, 0, tight=True), ""))
            self._lists.append(HtmlList(tag, given, self._lists))
        elif tag == "li" and self._lists:
            self._marker = self._lists[-1].next_marker(given)
        elif tag in ("dl", "dt", "dd"):
            self._begin_definition(tag)
        elif tag == "table":
            self._rows = TableRows()
        elif tag in _CAPTIONS:
            self._caption_depth += 1

    def _begin_definition(self, tag: str) -> None:
        """Begin a definition list, a term, or a definition."""
        if tag == "dl":
            self._definitions.append("")
        elif self._definitions:
            self._set_definition(tag)

    def _set_definition(self, tag: str) -> None:
        """Store `tag` (`dt`, `dd`, or empty for none) as the open element of the innermost definition list."""
        self._open_definitions += (tag == "dd") - (self._definitions[-1] == "dd")
        self._definitions[-1] = tag

    def _end_block(self, tag: str) -> None:
        self._flush()
        if tag in _HEADINGS:
            self._heading_level = 0
        elif tag == "blockquote" and self._quote_depth:
            if self.blocks and (last := self.blocks[-1]).block.quote >= self._quote_depth:
                self.blocks[-1] = last._replace(block=last.block.with_quote_end())
            self._quote_depth -= 1
        elif tag in _PREFORMATTED:
            self._pre_depth = max(0, self._pre_depth - 1)
        elif tag in ("ul", "ol", "menu") and self._lists:
            self._end_list()
        elif tag == "dl" and self._definitions:
            self._set_definition("")
            self._definitions.pop()
        elif tag in ("dt", "dd") and self._definitions:
            self._set_definition("")
        elif tag in _CAPTIONS:
            self._caption_depth = max(0, self._caption_depth - 1)

    def _end_list(self) -> None:
        """End a list; number the items of a list that counts down to one, whose length is now known."""
        self._marker = ""
        ended = self._lists.pop()
        if ended.counts_down_to_one:
            for number, index in enumerate(reversed(ended.items), 1):
                item = self.blocks[index]
                self.blocks[index] = item._replace(block=item.block._replace(marker=ended.marker_of(number)))

    def _end_cell(self) -> None:
        text, spans = self._finish()
        if self._in_cell and self._rows is not None:
            self._rows.add(CellText(text, spans))
        elif text:  # a caption, or text outside the cells
            quiet = self._caption_depth > 0
            self._append(UnplacedBlock(Block(BlockKind.PARAGRAPH, 0, 0, quiet=quiet, tight=quiet), text, spans))
        self._in_cell = self._is_cell_preformatted = False
        self._pre_depth = self._inner_tables = 0

    def _end_table(self) -> None:
        self._end_cell()
        rows, self._rows = [row for row in self._rows.rows if row] if self._rows else [], None
        if any(cell.text for row in rows for cell in row):
            self._append(join_table(rows, [], header=self._names > 0))
        self._names = self._caption_depth = 0

    def _append(self, piece: UnplacedBlock) -> None:
        """Append a block with the current depth of quotations and lists, and the marker of its list item."""
        marker, self._marker = (self._marker, "") if self._lists else ("", "")
        if marker:
            self._lists[-1].items.append(len(self.blocks))
        quiet = piece.block.quiet or self.in_note
        if self._note is not None:
            piece = without_label(piece, self._note)
            marker, self._note = f"[{self._note.mark}]", None
        depth = min(len(self._lists) + self._open_definitions, _DEEPEST)
        old = piece.block  # `_replace` takes five times as long as naming all fields
        placed = (old.kind, 0, 0, old.level, min(self._quote_depth, _DEEPEST), depth, marker, old.tight, quiet)
        block = Block(*placed, old.language, old.target, old.table, old.quote_ends)
        self.blocks.append(UnplacedBlock(block, piece.text, piece.spans))
        self.origins.append(self.origin)

    def _finish(self) -> tuple[str, Sequence[Span]]:
        """End the running text; return it with its spans. Link targets in an empty text move to the next text."""
        running = self._running
        self._running = running.reopened() if self._is_tree else RunningText()
        text, spans = running.finish(preformatted=self._pre_depth > 0 or self._is_cell_preformatted)
        if text:
            return text, spans
        self._running.add_targets(span.target for span in spans)
        return text, ()

    def _flush(self) -> None:
        """Finish the current paragraph, heading or code block."""
        if self._running.is_empty:
            return
        text, spans = self._finish()
        if not text:
            return
        if self._pre_depth:
            names = [span for span in spans if span.kind is SpanKind.TARGET]
            self._append(UnplacedBlock(Block(BlockKind.CODE, 0, 0), text, names))
            return
        kind = BlockKind.HEADING if self._heading_level else BlockKind.PARAGRAPH
        is_listed = bool(self._lists) or self._open_definitions > 0
        in_definition = self._definitions[-1:] == ["dd"]
        if self.blocks and ((above := self.blocks[-1]).block.depth or in_definition) and is_listed:
            self.blocks[-1] = UnplacedBlock(above.block.tightened(), above.text, above.spans)
        if self._definitions[-1:] == ["dt"]:
            spans = [Span(SpanKind.STRONG, 0, len(text)), *spans]
        block = Block(kind, 0, 0, level=self._heading_level, quiet=self._caption_depth > 0)
        self._append(UnplacedBlock(block, text, spans))

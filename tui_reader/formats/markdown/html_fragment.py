"""Conversion of raw HTML inside Markdown to blocks of text, without style, script or layout."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import Block, BlockKind, Span, SpanKind
from tui_reader.document.clean import clean_line
from tui_reader.formats.markdown.html_cells import TableRows
from tui_reader.formats.markdown.html_lists import HtmlList
from tui_reader.formats.text.exclusions import without, without_comments
from tui_reader.formats.text.running_text import BLOCK_TAGS, HIDDEN_TAGS, RunningText, safe_target, target_names
from tui_reader.formats.text.table_text import CellText, UnplacedBlock, join_table

if TYPE_CHECKING:
    from collections.abc import Sequence

_INSTRUCTION = re.compile(r"<\?.*?\?>", re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_DECLARATION = re.compile(r"<![A-Za-z][^<>]*>")
_REMOVED = tuple((tag, re.compile(rf"<{tag}(?![\w-]).*?</{tag}\s*>", re.DOTALL | re.IGNORECASE)) for tag in HIDDEN_TAGS)
_NOT_A_TAG = re.compile(r"""<(?!/?[A-Za-z](?:[^<>]*>|(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>))""")

_PREFORMATTED = ("pre", "textarea", "listing", "plaintext", "xmp")
_HEADING = re.compile(r"h([1-6])")
_SPACE = re.compile(r"\s+")


class FragmentReader(HTMLParser):
    """Parser that converts a fragment of HTML to blocks; each tag that is not inline begins a paragraph."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[UnplacedBlock] = []
        self._running = RunningText()
        self._lists: list[HtmlList] = []
        """The open lists, the outermost first."""
        self._definitions: list[str] = []
        """The open element of each open definition list: `dt`, `dd`, or empty between terms and definitions."""
        self._quote_depth = 0
        self._heading_level = 0
        self._pre_depth = 0
        self._marker = ""
        self._rows: TableRows | None = None
        """Rows of the table that is being parsed; None outside tables."""
        self._in_cell = False
        self._has_header = False
        self._inner_tables = 0
        """Number of open tables in the current cell; their rows become lines of the cell."""
        self._is_cell_preformatted = False
        """True if white space at line breaks of the current cell is kept."""

    def set_cdata_mode(self, *_args: object, **_options: object) -> None:
        """Do nothing, so that an unclosed `script` or `style` element does not hide the following text.

        `read_fragment` removes closed `script` and `style` elements before parsing.
        """

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element; called by the parser."""
        given = {name: value or "" for name, value in reversed(attrs)}
        if tag not in BLOCK_TAGS:
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
            self._has_header |= tag == "th"
        else:
            self._begin_in_cell(tag, given)

    def _begin_in_inner_table(self, tag: str, given: dict[str, str]) -> None:
        """Begin an element of a table inside a cell; each row of the inner table becomes one line."""
        if tag in ("td", "th"):
            self._running.add_gap()
            self._running.add_targets(target_names(tag, given))
            return
        self._inner_tables += tag == "table"
        self._begin_in_cell(tag, given)

    def _begin_in_cell(self, tag: str, given: dict[str, str]) -> None:
        """Begin an element inside a cell that starts a new line."""
        self._running.add_separation()
        self._running.add_targets(target_names(tag, given))
        if tag in _PREFORMATTED:
            self._pre_depth += 1
            self._is_cell_preformatted = True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin and end an empty element; called by the parser."""
        self.handle_starttag(tag, attrs)
        if tag not in ("br", "img"):
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """End an element; called by the parser."""
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

    def _end_in_cell(self, tag: str) -> None:
        """End an element inside a cell that ends a line."""
        self._running.add_separation()
        if tag in _PREFORMATTED:
            self._pre_depth = max(0, self._pre_depth - 1)

    def handle_data(self, data: str) -> None:
        """Append text between tags; called by the parser."""
        if self._pre_depth:
            self._running.add(data)
            return
        folded = _SPACE.sub(" ", data)
        self._running.add(folded.lstrip(" ") if self._running.last in ("", " ", "\n") else folded)

    def close(self) -> None:
        """End parsing, and append the remaining text as a block."""
        super().close()
        if self._rows is not None:
            self._end_table()
        self._flush()

    def _image(self, given: dict[str, str]) -> None:
        alt = clean_line(given.get("alt", "") or given.get("title", ""))
        if self._running.length or self._rows is not None:
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

    def _begin_block(self, tag: str, given: dict[str, str]) -> None:
        self._flush()
        self._running.add_targets(target_names(tag, given))
        heading = _HEADING.fullmatch(tag)
        if heading:
            self._heading_level = int(heading[1])
        elif tag == "hr":
            self._append(UnplacedBlock(Block(BlockKind.RULE, 0, 0), ""))
        elif tag == "blockquote":
            self._quote_depth += 1
        elif tag in _PREFORMATTED:
            self._pre_depth += 1
        elif tag in ("ul", "ol"):
            if self._marker and self._lists:  # an item that begins with a list
                self._append(UnplacedBlock(Block(BlockKind.PARAGRAPH, 0, 0, tight=True), ""))
            self._lists.append(HtmlList(tag, given))
        elif tag == "li" and self._lists:
            self._marker = self._lists[-1].next_marker(given)
        elif tag in ("dl", "dt", "dd"):
            self._begin_definition(tag)
        elif tag == "table":
            self._rows = TableRows()

    def _begin_definition(self, tag: str) -> None:
        """Begin a definition list, a term, or a definition."""
        if tag == "dl":
            self._definitions.append("")
        elif self._definitions:
            self._definitions[-1] = tag

    def _end_block(self, tag: str) -> None:
        self._flush()
        if _HEADING.fullmatch(tag):
            self._heading_level = 0
        elif tag == "blockquote" and self._quote_depth:
            if self.blocks and (last := self.blocks[-1]).block.quote >= self._quote_depth:
                self.blocks[-1] = last._replace(block=last.block.with_quote_end())
            self._quote_depth -= 1
        elif tag in _PREFORMATTED:
            self._pre_depth = max(0, self._pre_depth - 1)
        elif tag in ("ul", "ol") and self._lists:
            self._end_list()
        elif tag == "dl" and self._definitions:
            self._definitions.pop()
        elif tag in ("dt", "dd") and self._definitions:
            self._definitions[-1] = ""

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
            self._append(UnplacedBlock(Block(BlockKind.PARAGRAPH, 0, 0), text, spans))
        self._in_cell = self._is_cell_preformatted = False
        self._pre_depth = self._inner_tables = 0

    def _end_table(self) -> None:
        self._end_cell()
        rows, self._rows = [row for row in self._rows.rows if row] if self._rows else [], None
        if any(cell.text for row in rows for cell in row):
            self._append(join_table(rows, [], header=self._has_header))
        self._has_header = False

    def _append(self, piece: UnplacedBlock) -> None:
        """Append a block with the current depth of quotations and lists, and the marker of its list item."""
        marker, self._marker = (self._marker, "") if self._lists else ("", "")
        if marker:
            self._lists[-1].items.append(len(self.blocks))
        depth = len(self._lists) + self._definitions.count("dd")
        block = piece.block._replace(quote=self._quote_depth, depth=depth, marker=marker)
        self.blocks.append(piece._replace(block=block))

    def _finish(self) -> tuple[str, Sequence[Span]]:
        """End the running text; return it with its spans. Target names of an empty text go to the next text."""
        text, spans = self._running.finish(preformatted=self._pre_depth > 0 or self._is_cell_preformatted)
        self._running = RunningText()
        if text:
            return text, spans
        self._running.add_targets(span.target for span in spans)
        return text, ()

    @property
    def targets(self) -> Sequence[Span]:
        """Target names at the end of the fragment that no text follows."""
        return self._running.take_targets()

    def _flush(self) -> None:
        """Finish the current paragraph, heading or code block."""
        text, spans = self._finish()
        if not text:
            return
        if self._pre_depth:
            names = [span for span in spans if span.kind is SpanKind.TARGET]
            self._append(UnplacedBlock(Block(BlockKind.CODE, 0, 0), text, names))
            return
        kind = BlockKind.HEADING if self._heading_level else BlockKind.PARAGRAPH
        is_listed = bool(self._lists) or "dd" in self._definitions
        in_definition = self._definitions[-1:] == ["dd"]
        if self.blocks and ((above := self.blocks[-1]).block.depth or in_definition) and is_listed:
            self.blocks[-1] = above._replace(block=above.block._replace(tight=True))
        if self._definitions[-1:] == ["dt"]:
            spans = [Span(SpanKind.STRONG, 0, len(text)), *spans]
        self._append(UnplacedBlock(Block(kind, 0, 0, level=self._heading_level), text, spans))


class Fragment(NamedTuple):
    """The blocks of a fragment of HTML."""

    blocks: Sequence[UnplacedBlock]
    targets: Sequence[Span]
    """Target names at the end that no text follows; they belong to the text after the fragment."""


def read_fragment(source: str) -> Fragment:
    """Convert a fragment of HTML to blocks; comments, instructions, scripts and styles are dropped."""
    source = without_comments(source)
    if "<?" in source:
        source = without(_INSTRUCTION, "?>", source)
    if "<!" in source:
        source = _DECLARATION.sub("", without(_CDATA, "]]>", source, r"\1"))
    lowered = source.lower()
    for tag, pattern in _REMOVED:
        last = lowered.rfind(f"</{tag}")
        if last >= 0:
            end = source.find(">", last) + 1
            source = pattern.sub("", source[:end]) + source[end:]
            lowered = source.lower()
    reader = FragmentReader()
    # The standard parser takes quadratic time for thousands of unclosed tags, so such tags are escaped as text.
    reader.feed(_NOT_A_TAG.sub("&lt;", source))
    reader.close()
    return Fragment(reader.blocks, reader.targets)

"""Blocks of Org: headings, lists, tables, code and quotations; drawers, settings and comments are not shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import Align, Block, BlockKind, DocumentBuilder, Span, SpanKind
from tui_reader.document.cleaning import clean_line
from tui_reader.formats.org.org_inline import Notes, inline_text, picture_link
from tui_reader.formats.text.table_text import CellText, join_table

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADLINE = re.compile(r"(\*+)[ \t]+(.*?)[ \t]*$")
"""A heading: `** TODO Words :tag:`."""
KEYWORD = re.compile(r"[ \t]*#\+([\w-]+)(?:\[.*?\])?:[ \t]*(.*?)[ \t]*$")
"""A setting: `#+title: Words`, `#+caption[short]: Words`."""
_BEGIN = re.compile(r"[ \t]*#\+begin_([\w-]+)[ \t]*(.*?)[ \t]*$", re.IGNORECASE)
"""The first line of a block: `#+begin_src python`."""
_DRAWER = re.compile(r"[ \t]*:([\w@#%-]+):[ \t]*$")
"""The first line of a drawer: `:PROPERTIES:`, `:LOGBOOK:`."""
_DRAWER_END = re.compile(r"[ \t]*:end:[ \t]*$", re.IGNORECASE)
_PROPERTY = re.compile(r"[ \t]*:(CUSTOM_ID|ID):[ \t]*(\S.*?)[ \t]*$", re.IGNORECASE)
"""A line in a drawer that names its heading as the target of links: `:CUSTOM_ID: words`."""
_PLANNING = re.compile(r"[ \t]*(?:SCHEDULED|DEADLINE|CLOSED):")
"""The beginning of a line with the dates of a task: `DEADLINE: <2024-03-05 Tue>`."""
_COMMENT = re.compile(r"[ \t]*#(?: |$)")
_FIXED = re.compile(r"[ \t]*:(?: (.*))?$")
"""A line of preformatted text: `: text`."""
_RULE = re.compile(r"[ \t]*-{5,}[ \t]*$")
_TABLE = re.compile(r"[ \t]*\|")
_TABLE_RULE = re.compile(r"[ \t]*\|[-+|: ]*-[-+|: ]*$")
"""A rule in a table: `|---+---|`."""
_COOKIE = re.compile(r"<([lcr]?)\d*>")
"""A cell that gives the alignment and the width of its column: `<r10>`."""
_ITEM = re.compile(
    r"([ \t]*)([-+]|(?<=[ \t])\*|\d+[.)]|[A-Za-z][.)])(?:[ \t]+|$)(?:\[@\d+\][ \t]*)?(?:\[([ Xx-])\](?:[ \t]+|$))?(.*)$"
)
"""A list item: `- words`, `1. [@3] words`. Groups: the indentation, the bullet, the check mark of `[X]`, the words."""
_TERM = re.compile(r"(.*?)[ \t]+::(?:[ \t]+|$)(.*)$", re.DOTALL)
"""The words of an item that defines a term: `term :: meaning`."""
_NOTE = re.compile(r"\[fn:([\w-]+)\][ \t]*(.*)$")
"""The first line of a footnote: `[fn:1] Words`."""
_LATEX = re.compile(r"[ \t]*\\begin\{([A-Za-z0-9*]+)\}")
_TAGS = re.compile(r"[ \t]+(:(?:[\w@#%]+:)+)$")
"""The tags at the end of a heading: `:work:urgent:`."""
_BULLETS = "•◦▪"
_CHECKS = {" ": "☐", "-": "☐", "X": "☑", "x": "☑"}
"""Markers of items with a check box; `-`, where a part is done, counts as open."""
_ALIGNS = {"l": Align.LEFT, "c": Align.CENTRE, "r": Align.RIGHT}
_HIDDEN = frozenset(("comment", "export"))
"""Kinds of blocks that are not shown."""
_CODE = frozenset(("src", "example"))
"""Kinds of blocks whose lines are shown as code."""
_MOST_DEPTH = 30
"""Maximum number of enclosing lists and blocks; what is deeper is read as paragraphs."""
_KNOWN_STATES = ("TODO", "DONE", "NEXT", "WAITING", "WAIT", "HOLD", "STARTED", "CANCELLED", "CANCELED", "SOMEDAY")
"""States of tasks that any text may use."""


class _Place(NamedTuple):
    """The position of a block in lists and quotations."""

    quote: int = 0
    """Number of enclosing quotations."""
    depth: int = 0
    """Number of enclosing lists."""
    nested: int = 0
    """Number of enclosing lists and blocks, to limit the recursion."""


class OrgReader:
    """Converts the lines of a text to blocks.

    Args:
        lines: The lines.
        states: Further TODO states of headings that the text defines, such as `REVIEW`.
    """

    def __init__(self, lines: Sequence[str], states: Sequence[str] = ()) -> None:
        self.builder = DocumentBuilder()
        self._lines = lines
        self._notes = Notes()
        self._definitions: dict[int, list[str]] = {}
        """Lines of the footnotes, by number."""
        self._targets: list[str] = []
        """Names by which links refer to the next block."""
        self._caption = ""
        """Caption of the next table or picture."""
        self._searched: dict[str, tuple[int, int]] = {}
        """By pattern, a range of lines without a match, so that unclosed blocks do not take quadratic time."""
        names = "|".join(re.escape(state) for state in (*_KNOWN_STATES, *states))
        self._state = re.compile(rf"({names})(?=[ \t]|$)")

    def read(self) -> DocumentBuilder:
        """Read all lines; return the blocks, with the footnotes at the end."""
        self._read(0, len(self._lines), _Place())
        self._add_notes()
        for name in self._targets:
            self.builder.add_target(name)
        return self.builder

    def _read(self, start: int, end: int, place: _Place) -> None:
        """Read a range of lines."""
        index = start
        while index < end:
            index = self._read_one(index, end, place)

    def _read_one(self, index: int, end: int, place: _Place) -> int:
        """Read the element that begins at a line; return the index of the line after it."""
        line = self._lines[index]
        if not line.strip():
            return index + 1
        if place == _Place() and (match := HEADLINE.match(line)):
            self._add_headline(match)
            return index + 1
        if place.nested >= _MOST_DEPTH:
            return self._read_paragraph(index, end, place)
        if match := _BEGIN.match(line):
            return self._read_block(match, index, end, place)
        if match := KEYWORD.match(line):
            self._keep_keyword(match[1].lower(), match[2])
            return index + 1
        if _COMMENT.match(line):
            return index + 1
        if _DRAWER.match(line) and (closing := self._find(_DRAWER_END, index + 1, end)) is not None:
            for inner in self._lines[index + 1 : closing]:
                if prop := _PROPERTY.match(inner):
                    self._targets.append(prop[2] if prop[1].upper() == "CUSTOM_ID" else f"id:{prop[2]}")
            return closing + 1
        if _PLANNING.match(line):
            self._add(Block(BlockKind.PARAGRAPH, 0, 0, quiet=True), clean_line(line), (), place)
            return index + 1
        if _RULE.match(line):
            self._add(Block(BlockKind.RULE, 0, 0), "", (), place)
            return index + 1
        if _TABLE.match(line):
            return self._read_table(index, end, place)
        if _FIXED.match(line):
            return self._read_fixed(index, end, place)
        if (match := _NOTE.match(line)) and place.quote == 0:
            return self._read_note(match, index, end)
        if match := _LATEX.match(line):
            return self._read_latex(match, index, end, place)
        if _ITEM.match(line):
            return self._read_list(index, end, place)
        return self._read_paragraph(index, end, place)

    def _add(self, block: Block, text: str, spans: Sequence[Span], place: _Place) -> None:
        """Append a block, with the names in `_targets` as link targets at its beginning."""
        targets = [Span(SpanKind.TARGET, 0, 0, clean_line(name)) for name in self._targets]
        self._targets = []
        block = block._replace(quote=place.quote, depth=block.depth or place.depth)
        self.builder.add(block, text, [*targets, *spans])

    def _keep_keyword(self, key: str, value: str) -> None:
        """Keep a setting that concerns the next block: its caption, or its name, which links refer to."""
        if key == "caption":
            self._caption = value
        elif key == "name":
            self._targets.append(value)

    def _add_headline(self, match: re.Match[str]) -> None:
        """Append a heading, with its state as code before it and its tags behind it."""
        title = match[2]
        state = self._state.match(title)
        rest = title[state.end() :].lstrip() if state else title
        tags = _TAGS.search(f" {rest}")
        if tags:
            rest = f" {rest}"[: tags.start()].strip()
        text, spans = inline_text(rest, self._notes)
        if state:
            shift = len(state[1]) + 1
            moved = [span._replace(start=span.start + shift, end=span.end + shift) for span in spans]
            text, spans = f"{state[1]} {text}", [Span(SpanKind.CODE, 0, len(state[1])), *moved]
        if tags:
            text = f"{text} {tags[1]}"
        block = Block(BlockKind.HEADING, 0, 0, level=min(len(match[1]), 6))
        self._add(block, text, spans, _Place())

    def _read_block(self, match: re.Match[str], index: int, end: int, place: _Place) -> int:
        """Read a block between `#+begin_x` and `#+end_x`; without an end, the line begins a paragraph.

        Returns:
            The index of the line after the block or the paragraph.
        """
        kind = match[1].lower()
        closing = self._find(re.compile(rf"[ \t]*#\+end_{re.escape(kind)}[ \t]*$", re.IGNORECASE), index + 1, end)
        if closing is None:
            return self._read_paragraph(index, end, place)
        inner = self._lines[index + 1 : closing]
        if kind in _CODE:
            language = match[2].split()[0] if kind == "src" and match[2].split() else ""
            self._add_code(inner, "" if language.startswith((":", "-")) else language, place)
        elif kind == "verse":
            text, spans = inline_text("\\\\\n".join(line.strip() for line in inner if line.strip()), self._notes)
            self._add(Block(BlockKind.PARAGRAPH, 0, 0), text, spans, place._replace(quote=place.quote + 1))
        elif kind not in _HIDDEN:
            before = len(self.builder.blocks)
            is_quote = kind == "quote"
            inside = place._replace(quote=place.quote + is_quote, nested=place.nested + 1)
            self._read(index + 1, closing, inside)
            if is_quote and len(self.builder.blocks) > before:
                self.builder.blocks[-1] = self.builder.blocks[-1].with_quote_end()
        return closing + 1

    def _add_code(self, lines: Sequence[str], language: str, place: _Place) -> None:
        """Append code without its common indentation, and without the commas that escape `*` and `#+`."""
        kept = [re.sub(r"^([ \t]*),(?=,*(?:\*|#\+))", r"\1", line) for line in lines]
        filled = [line for line in kept if line.strip()]
        indent = min((len(line) - len(line.lstrip(" ")) for line in filled), default=0)
        text = "\n".join(line[indent:].rstrip() for line in kept).strip("\n")
        if text:
            self._add(Block(BlockKind.CODE, 0, 0, language=clean_line(language)), text, (), place)

    def _read_fixed(self, index: int, end: int, place: _Place) -> int:
        """Read lines of fixed width as code; return the index of the line after them."""
        stop = index
        lines = []
        while stop < end and (match := _FIXED.match(self._lines[stop])):
            lines.append(match[1] or "")
            stop += 1
        self._add_code(lines, "", place)
        return stop

    def _read_latex(self, match: re.Match[str], index: int, end: int, place: _Place) -> int:
        """Read an environment of LaTeX, which stays as written; without an end, the line begins a paragraph.

        Returns:
            The index of the line after the environment or the paragraph.
        """
        closing = self._find(re.compile(rf".*\\end\{{{re.escape(match[1])}\}}"), index, end)
        if closing is None:
            return self._read_paragraph(index, end, place)
        text = "\n".join(line.strip() for line in self._lines[index : closing + 1] if line.strip())
        self._add(Block(BlockKind.PARAGRAPH, 0, 0), text, (), place)
        return closing + 1

    def _read_table(self, index: int, end: int, place: _Place) -> int:
        """Read a table, with its caption below it; return the index of the line after it."""
        rows: list[list[CellText]] = []
        aligns: list[Align] = []
        header = False
        stop = index
        while stop < end and _TABLE.match(self._lines[stop]):
            line = self._lines[stop].strip()
            stop += 1
            if _TABLE_RULE.match(line):
                header = header or len(rows) == 1
                continue
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            cookies = [_COOKIE.fullmatch(cell) for cell in cells]
            if any(cookies) and all(cookie or not cell for cookie, cell in zip(cookies, cells, strict=True)):
                aligns = [_ALIGNS.get(cookie[1] if cookie else "", Align.LEFT) for cookie in cookies]
            else:
                rows.append([CellText(*inline_text(cell, self._notes)) for cell in cells])
        if rows:
            caption, self._caption = self._caption, ""
            block, text, spans = join_table(rows, aligns, header=header)
            self._add(block, text, spans, place)
            if caption:
                self._add(Block(BlockKind.PARAGRAPH, 0, 0, quiet=True), *inline_text(caption, self._notes), place)
        return stop

    def _read_list(self, index: int, end: int, place: _Place) -> int:
        """Read one list item with the lines indented below it; return the index of the line after them."""
        match = _ITEM.match(self._lines[index])
        assert match is not None  # noqa: S101 - the caller tested it
        indent = len(match[1].expandtabs(8))
        stop = index + 1
        blank = 0
        while stop < end:
            line = self._lines[stop]
            if line.strip():
                inner = len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip(" "))
                if inner <= indent:
                    break
                blank = 0
            else:
                blank += 1
                if blank == 2:
                    break
            stop += 1
        self._add_item(match, index, stop, place._replace(depth=place.depth + 1, nested=place.nested + 1))
        return stop

    def _add_item(self, match: re.Match[str], index: int, stop: int, place: _Place) -> None:
        """Append a list item with the blocks in it.

        Args:
            match: The match of `_ITEM` in its first line.
            index: Index of the first line.
            stop: Index of the line after the item.
            place: The position of the blocks in the item.
        """
        bullet, check, first = match[2], match[3], match[4]
        marker = _CHECKS[check] if check else bullet
        if not check and not bullet[0].isalnum():
            marker = _BULLETS[min(place.depth - 1, 2)]
        lines = [first]
        body = index + 1
        while body < stop and self._is_running_text(body):
            lines.append(self._lines[body].strip())
            body += 1
        source = "\n".join(lines)
        term = _TERM.match(source) if bullet in "-+*" else None
        tight = body == stop < len(self._lines) and _ITEM.match(self._lines[stop]) is not None
        has_more = body < stop and self._lines[body].strip() != ""
        if term:
            text, spans = inline_text(term[1], self._notes)
            block = Block(BlockKind.PARAGRAPH, 0, 0, marker=marker, tight=bool(term[2].strip()))
            self._add(block, text, [Span(SpanKind.STRONG, 0, len(text)), *spans], place)
            source = term[2]
            if source.strip():
                text, spans = inline_text(source, self._notes)
                self._add(Block(BlockKind.PARAGRAPH, 0, 0, tight=tight or has_more), text, spans, place)
        else:
            text, spans = inline_text(source, self._notes)
            block = Block(BlockKind.PARAGRAPH, 0, 0, marker=marker, tight=tight or has_more)
            self._add(block, text, spans, place)
        self._read(body, stop, place)

    def _is_running_text(self, index: int) -> bool:
        """Return True if a line continues the paragraph before it, because it does not begin another element."""
        line = self._lines[index]
        others = (_BEGIN, KEYWORD, _COMMENT, _DRAWER, _RULE, _TABLE, _ITEM, _LATEX)
        return bool(line.strip()) and not any(other.match(line) for other in others)

    def _read_paragraph(self, index: int, end: int, place: _Place) -> int:
        """Read a paragraph or a picture that stands alone; return the index of the line after it."""
        stop = index + 1
        while (
            stop < end
            and self._is_running_text(stop)
            and not (place == _Place() and HEADLINE.match(self._lines[stop]))
            and not _NOTE.match(self._lines[stop])
            and not _FIXED.match(self._lines[stop])
        ):
            stop += 1
        source = "\n".join(line.strip() for line in self._lines[index:stop])
        picture = picture_link(source)
        if picture is not None:
            caption, self._caption = self._caption, ""
            text, spans = inline_text(caption or picture[1], self._notes)
            self._add(Block(BlockKind.FIGURE, 0, 0, target=picture[0]), text, spans, place)
            return stop
        text, spans = inline_text(source, self._notes)
        if text:
            self._add(Block(BlockKind.PARAGRAPH, 0, 0), text, spans, place)
        else:
            self._targets += [span.target for span in spans if span.kind is SpanKind.TARGET]
        return stop

    def _read_note(self, match: re.Match[str], index: int, end: int) -> int:
        """Record a footnote, which ends at the next one, at a heading, or after two empty lines.

        Returns:
            The index of the line after it.
        """
        stop = index + 1
        blank = 0
        while stop < end and blank < 2 and not _NOTE.match(self._lines[stop]) and not HEADLINE.match(self._lines[stop]):
            blank = 0 if self._lines[stop].strip() else blank + 1
            stop += 1
        lines = [match[2], *self._lines[index + 1 : stop]]
        self._definitions.setdefault(self._notes.number(match[1]), lines)
        return stop

    def _add_notes(self) -> None:
        """Append the footnotes, in the order of their numbers."""
        done: set[int] = set()
        for _ in range(3):  # notes may refer to further notes
            written = {number: [text] for number, text in self._notes.inline.items()} | self._definitions
            for number in sorted(set(written) - done):
                done.add(number)
                for position, part in enumerate(_paragraphs(written[number])):
                    text, spans = inline_text(part, self._notes)
                    marker = "" if position else f"[{number}]"
                    block = Block(BlockKind.PARAGRAPH, 0, 0, marker=marker, quiet=True)
                    self._add(block, text, spans, _Place())

    def _find(self, pattern: re.Pattern[str], start: int, end: int) -> int | None:
        """Return the index of the first line of a range that matches a pattern; None without one before a heading."""
        key = pattern.pattern
        first, last = self._searched.get(key, (0, 0))
        if first <= start and end <= last:
            return None
        for index in range(start, end):
            if pattern.match(self._lines[index]):
                return index
            if HEADLINE.match(self._lines[index]):
                end = index
                break
        self._searched[key] = (start, end)
        return None


def _paragraphs(lines: Sequence[str]) -> list[str]:
    """Return the paragraphs of a note."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            parts[-1].append(line.strip())
        elif parts[-1]:
            parts.append([])
    return ["\n".join(part) for part in parts if part] or [""]

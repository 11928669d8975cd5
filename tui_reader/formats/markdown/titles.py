"""Search for the heading or the line that is the title of a Markdown text, without full parsing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui_reader.document.blocks import BlockKind, Span, SpanKind, Structure
from tui_reader.document.cleaning import clean_line
from tui_reader.formats.markdown.effort import is_too_deep, seconds_of
from tui_reader.formats.metadata.guesses import Heading

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOP = 20_000
"""Number of characters at the start of a text that are searched for a title."""
_MOST_CANDIDATES = 8
"""Number of lines that are parsed to determine whether they are headings."""
_MOST_SECONDS = 0.1
"""Largest estimate of the time for parsing the lines above a heading."""

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_CONTAINERS = re.compile(r"\A(?: {0,3}(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]))[ \t]?)+")
"""Marks of quotations and list items at the beginning of a line."""
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]++(.*)|$)")
"""A heading after number signs: `## Words`."""
_ATX_END = re.compile(r"(?:^|[ \t])#+$")
"""The number signs that may end a heading after number signs: `## Words ##`."""
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
"""The line that makes the line above it a heading: `=====` or `-----`."""
_HTML_HEADING = re.compile(r"<h([1-6])(?![\w-])", re.IGNORECASE)
_NO_CONTENT = re.compile(
    r"\s*(?:\[!\[.*|!\[[^\]]*\]\([^)]*\)|(?:</?(?:p|div|center|br|a|img|picture|source)\b[^>]*>\s*)+|\[[^\]]+\]:\s.*"
    r"|(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})\s*$"
)
"""A line that may precede a title: badges, a picture, tags of HTML, the definition of a link, or a rule."""
_BEGINNINGS = (800, 3_000, _TOP)
"""Numbers of characters to parse for the first lines of a text: each in turn, until a block with letters ends."""
_BLOCK_MARK = re.compile(r"[\\`~\[<&|$^]|==|%%|\{[{%:]|:[a-z0-9_+-]+:|^[ >]*+(?::|[!?:]{3})", re.MULTILINE)
"""Marks other than emphasis. Without one, the first lines are those of the approximate text (`rough_text`)."""
_TEX = ("$$", "\\[", "\\begin{")
"""Beginnings of formulas."""
_MARK = re.compile(r"[\\`*_~\[\]!<>&^$#]|://|==|%%|\{[{%:]|:[a-z0-9_+-]+:")
"""Pattern of a sign that may be markup, such as `*`; a heading with one must be parsed to get its text."""


def title_heading(body: str) -> Heading | None:
    """Return the heading at the top of a text, else the first heading of level one; None without either."""
    top = body[:_TOP]
    last = top.rfind("-->") + 3 if "-->" in top else 0
    bare = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), top[:last]) + top[last:]
    written, lines = top.split("\n"), bare.split("\n")
    at_top = in_first_paragraph = True
    fence = ""
    candidates = 0
    for index, line in enumerate(lines):
        if mark := _FENCE.match(line) if "`" in line or "~" in line else None:
            fence = _fence_after(fence, mark[1], mark[2])
            at_top = in_first_paragraph = False
            continue
        if fence:
            continue
        below = lines[index + 1] if index + 1 < len(lines) else ""
        if not in_first_paragraph and line[:1] not in "# <" and below[:1] not in "= ":
            continue
        if not line.strip():
            in_first_paragraph = at_top
            continue
        if at_top and _NO_CONTENT.match(line) and not _SETEXT.match(below):
            continue
        level = _level(line, below, at_top=at_top)
        is_first = at_top or (in_first_paragraph and _SETEXT.match(below) is not None)
        if level and (is_first or level == 1):
            heading = _simple(line, level) if at_top else None
            candidates += heading is None
            heading = heading or _parsed(body, written, index, at_top=is_first)
            if heading is not None or candidates >= _MOST_CANDIDATES:
                return heading
        at_top = False
    return None


def first_lines(body: str, whole: str) -> list[str]:
    """Return the first lines of a text in the form that they have in the document.

    Lines of running text are preferred to lines of code, tables, formulas and pictures.

    Args:
        body: The text, perhaps only its beginning.
        whole: The whole text, whose definitions the links of the lines may need.

    Returns:
        The lines; an empty list if they cannot differ from the approximate text, or if they have too many marks to
        parse.
    """
    if _BLOCK_MARK.search(body[: _BEGINNINGS[0]]) is None:
        return []
    for size in _BEGINNINGS:
        blocks = _blocks_of(body[:size], whole, is_cut=size < min(len(body), _TOP))
        if blocks is None:
            return []
        prose = [text for kind, text in blocks if kind is BlockKind.PARAGRAPH and not text.startswith(_TEX)]
        for texts in (prose, [" ".join(text.split("\t")) for _, text in blocks]):
            found = [line for text in texts for written in text.split("\n") if (line := clean_line(written))]
            if any(map(str.isalnum, "".join(found))):
                return found
    return [""]


def _blocks_of(source: str, whole: str, *, is_cut: bool) -> list[tuple[BlockKind, str]] | None:
    """Parse the beginning of a text; return the kind and text of each block, without footnotes.

    Args:
        source: The beginning of the text.
        whole: The whole text, whose definitions the links may need.
        is_cut: True if the last block may continue after the beginning; that block is then left out.

    Returns:
        The blocks; None if parsing would take too long.
    """
    # 43 ms, only for texts without a title, see above.
    from tui_reader.formats.markdown.definitions import add_definitions  # noqa: PLC0415
    from tui_reader.formats.markdown.parser import parse_blocks, parse_marks, shallow_parser  # noqa: PLC0415
    from tui_reader.formats.markdown.tokens import read_tokens  # noqa: PLC0415

    if is_too_deep(source) or seconds_of(source) > _MOST_SECONDS:
        return None
    parser, env = shallow_parser(), dict[str, Any]()
    try:
        tokens = parse_blocks(parser, source, env)
        if is_cut:
            opened = (number for number in reversed(range(len(tokens))) if not tokens[number].level)
            tokens = tokens[: next((number for number in opened if tokens[number].nesting >= 0), 0)]
        add_definitions(parser, whole, 0, source, env)
        parse_marks(parser, tokens, env)
        document = read_tokens(tokens, None).build()
    except RecursionError:
        return None
    structure = Structure(document)
    found = []
    for index, block in enumerate(document.blocks):
        spans = [s._replace(start=s.start - block.start, end=s.end - block.start) for s in structure.spans_of(index)]
        found.append((block.kind, _without_notes(document.block_text(index), spans)))
    return found


def _fence_after(fence: str, mark: str, rest: str) -> str:
    """Return the code fence that is open after a line beginning with a fence mark; empty if none is.

    Args:
        fence: The code fence that is open before the line; empty if none is.
        mark: The mark at the beginning of the line.
        rest: The line after the mark.
    """
    if fence:
        return "" if mark.startswith(fence) and not rest.strip() else fence
    return "" if mark[0] == "`" and "`" in rest else mark


def _level(line: str, below: str, *, at_top: bool) -> int:
    """Return the heading level that a line indicates; 0 if the line looks like no heading.

    Args:
        line: The line.
        below: The line below it, which may underline it.
        at_top: True if the heading may be in a list or a quotation.
    """
    inner = _CONTAINERS.sub("", line, count=1) if at_top else line
    if found := _ATX.match(inner):
        return len(found[1])
    if line.lstrip().startswith("<") and (found := _HTML_HEADING.search(line)):
        return int(found[1])
    if found := _SETEXT.match(_CONTAINERS.sub("", below, count=1) if at_top else below):
        return 1 if found[1][0] == "=" else 2
    return 0


def _simple(line: str, level: int) -> Heading | None:
    """Return a heading of the form `# Words` without marks; None if the line must be parsed."""
    found = _ATX.match(line)
    text = _ATX_END.sub("", (found[2] or "").rstrip()) if found else ""
    return Heading(title, level) if (title := clean_line(text)) and _MARK.search(text) is None else None


def _parsed(body: str, lines: Sequence[str], index: int, *, at_top: bool) -> Heading | None:
    """Parse the lines up to a possible heading; return the heading, or None if it is not one.

    Args:
        body: The whole text, whose definitions the links of the heading may need.
        lines: The lines at the top of the text.
        index: Number of the line.
        at_top: True if the heading may be in a list or a quotation, and of any level.
    """
    # 43 ms, and most titles come from a header or have no marks.
    from tui_reader.formats.markdown.definitions import add_definitions  # noqa: PLC0415
    from tui_reader.formats.markdown.inline import inline_text  # noqa: PLC0415
    from tui_reader.formats.markdown.parser import parse_blocks, parse_marks, shallow_parser  # noqa: PLC0415

    end = index + 1
    if _HTML_HEADING.search(lines[index]):
        while end < len(lines) and lines[end].strip():
            end += 1
    else:
        end += 1
    source = "\n".join(lines[:end])
    if is_too_deep(source) or seconds_of(source) > _MOST_SECONDS:
        return None
    parser, env = shallow_parser(), dict[str, Any]()
    try:
        tokens = parse_blocks(parser, source, env)
    except RecursionError:
        return None
    for number, token in enumerate(tokens):
        if token.map is None or token.map[1] <= index or (token.level and not at_top):
            continue
        if token.type == "html_block" and (heading := _in_html(token.content, at_top=at_top)):
            return heading
        if token.type == "heading_open":
            content = tokens[number + 1]
            add_definitions(parser, body, 0, content.content, env)
            parse_marks(parser, [content], env)
            text, spans = inline_text(content.children or [])
            if title := clean_line(_without_notes(text, spans)):
                return Heading(title, int(token.tag[1]))
    return None


def _in_html(source: str, *, at_top: bool) -> Heading | None:
    """Return the first heading in a block of HTML, of level one unless it is at the top; None if there is none."""
    from tui_reader.formats.markdown.html_fragment import read_fragment  # noqa: PLC0415 - 8 ms, for texts with raw HTML

    for block, text, _ in read_fragment(source).blocks:
        if block.kind is BlockKind.HEADING and (at_top or block.level == 1) and (title := clean_line(text)):
            return Heading(title, block.level)
        if block.kind is not BlockKind.FIGURE:
            at_top = False
    return None


def _without_notes(text: str, spans: Sequence[Span]) -> str:
    """Return the text of a block without footnote references."""
    for span in reversed(spans):
        if span.kind is SpanKind.NOTE:
            text = text[: span.start] + text[span.end :]
    return text

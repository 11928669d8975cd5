"""Search for definitions of links and footnotes in an unparsed text, by parsing only the lines around them.

A line like `[label]: address` is a definition only if it begins a paragraph outside of code, HTML and comments,
possibly in a list or a quotation. So each such line is parsed together with the lines before it, from the last offset
at which no block is open.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.formats.markdown.formulas import is_formula
from tui_reader.formats.markdown.parser import parse_blocks

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.){1,999}+)\]", re.DOTALL)
"""Text in brackets, which may be the label of a link or footnote."""
_LINE_START = re.compile(r"\n[ \t>]*")
"""A line break within a label, with the indentation and the marks of quotations at the start of the next line."""
_CANDIDATE = re.compile(
    r"^[ \t>]*(?:(?:[-+*:~]|\d{1,9}[.)]|\[\^[^\]\s]+\]:)[ \t]+[ \t>]*)*\[((?:[^\[\]\\]|\\.){1,999}+)\]:",
    re.MULTILINE | re.DOTALL,
)
"""The beginning of a line that may define a label (the group): `[label]:`, `> [label]:`, `- [label]:`."""
_FREE_LINE = re.compile(r"^[ \t]*\n(?=\S)", re.MULTILINE)
"""An empty line before a line that is not indented, where no list, quotation or paragraph is open."""
_OPENING = re.compile(
    r"^( {0,3})(?:(`{3,})[^`\n]*$|(~{3,})[^\n]*$"
    r"|(<(?:script|pre|style|textarea)(?![\w-])|<!--|<\?|<!\[CDATA\[|<![A-Za-z])"
    r"|(\$\$|\\\[|\\begin\{[A-Za-z]+\*?\})[ \t]*$)",
    re.MULTILINE | re.IGNORECASE,
)
"""The beginning of a region (`_Regions`). Groups: indentation, fence of backquotes, fence of tildes, HTML, formula."""
_LIST_ITEM = re.compile(r"^ {0,3}(?:(?:[-+*]|\d{1,9}[.)])(?:[ \t]{1,4}(?=\S)|[ \t])|[:~][ \t])", re.MULTILINE)
"""The beginning of a list item or a definition, up to the column at which its content begins."""
_QUOTED = re.compile(r"^ {0,3}>", re.MULTILINE)
_BLANK = re.compile(r"\n[ \t]*\n")
_LONE_TAG = re.compile(r" {0,3}</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?>[ \t]*")
"""A line that consists of one tag; at the beginning of a paragraph, it begins a block of HTML."""
_ENDS = {"<!--": "-->", "<?": "?>", "<![": "]]>"}
"""Ends of comments and the like, by their beginning; `<!DOCTYPE` and other declarations end at `>`."""
_END_OF_CODE = re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE)

_MOST_CANDIDATES = 2_000
"""Maximum number of lines that are examined because they may define a label."""
_MOST_CHARACTERS = 200_000
"""Maximum number of characters that are parsed to find definitions: about 50 ms."""


class _Regions(NamedTuple):
    """Regions of a text in which empty lines end no block: fenced code, `<pre>`, comments, formulas."""

    starts: list[int]
    """Offsets of the first characters of the regions, ascending."""
    ends: list[int]
    """Offsets after the last characters of the regions."""
    safe: list[int]
    """For each region, the offset from which the text after it can be parsed.

    That is its end; for a formula, which may be text after all, the last line before it at which no block is open.
    """

    def end_at(self, offset: int) -> int:
        """Return the end of the region around an offset; -1 if the offset is in no region."""
        number = bisect_right(self.starts, offset) - 1
        return self.ends[number] if number >= 0 and offset < self.ends[number] else -1

    def last_safe(self, offset: int) -> int:
        """Return `safe` of the last region that begins at or before `offset`; 0 if there is no such region."""
        number = bisect_right(self.starts, offset) - 1
        return self.safe[number] if number >= 0 else 0


def add_definitions(parser: MarkdownIt, source: str, start: int, used: str, env: dict[str, Any]) -> None:
    """Add to `env` the link and footnote definitions to which a part of a text refers.

    Args:
        parser: The parser.
        source: The whole text.
        start: Offset at which the search for definitions begins.
        used: The text that contains the references.
        env: The state of the parser; its existing definitions are kept.
    """
    if source.find("]:", start) < 0:
        return
    labels = {_normalized(label) for label in _LABEL.findall(_LINE_START.sub("\n", used))}
    if not labels:
        return
    candidates = [found.start() for found in _CANDIDATE.finditer(source, start) if _normalized(found[1]) in labels][
        :_MOST_CANDIDATES
    ]
    if not candidates:
        return
    free = [0, *(found.end() for found in _FREE_LINE.finditer(source))]
    regions = _regions(source, free)
    parsed_to = total = 0
    for candidate in candidates:
        if candidate < parsed_to or regions.end_at(candidate) >= 0:
            continue
        number = bisect_right(free, candidate) - 1
        while number > 0 and regions.end_at(free[number]) >= 0:
            number -= 1
        begin = max(free[number], regions.last_safe(candidate))
        after = bisect_right(free, candidate)
        parsed_to = free[after] if after < len(free) else len(source)
        parsed_to = max(parsed_to, regions.end_at(parsed_to))
        total += parsed_to - begin
        if total > _MOST_CHARACTERS:
            return
        parse_blocks(parser, source[begin:parsed_to], env)


def _normalized(label: str) -> str:
    """Normalize a label for comparison: without case and with single spaces."""
    return " ".join(label.split()).lower().upper()


def _regions(source: str, free: list[int]) -> _Regions:
    """Find the regions of a text that are not in a list or a quotation.

    Args:
        source: The text.
        free: Offsets of the lines before which no block is open.
    """
    regions = _Regions([], [], [])
    position = 0
    while found := _OPENING.search(source, position):
        begin = max(free[bisect_right(free, found.start()) - 1], regions.ends[-1] if regions.ends else 0)
        if _is_in_html(source, regions.ends[-1] if regions.ends else 0, found.start()):
            blank = _BLANK.search(source, found.start())
            position = blank.start() if blank else len(source)
            continue
        items = _LIST_ITEM.finditer(source, begin, found.start()) if len(found[1]) > 1 else ()
        if any(len(item[0]) <= len(found[1]) for item in items):
            position = found.end()  # indented like the content of a list item, which an empty line may end
            continue
        if found[5] and _is_lazy(source, found.start(), len(found[1])):
            position = found.end()
            continue
        end = _end_of_formula(source, found) if found[5] else _region_end(source, found)
        if end < 0:
            position = found.end()
            continue
        position = end
        regions.starts.append(found.start())
        regions.ends.append(position)
        regions.safe.append(begin if found[5] else position)
    return regions


def _is_lazy(source: str, offset: int, indent: int) -> bool:
    """Return True if a line is a lazy continuation (CommonMark): it has no indent or `>`, but continues the paragraph.

    Such a line does not begin a formula.

    Args:
        source: The text.
        offset: Offset of the line.
        indent: Number of spaces before the first mark of the line.
    """
    paragraph = source[source.rfind("\n\n", 0, offset) + 1 : offset]
    if any(len(item[0]) > indent for item in _LIST_ITEM.finditer(paragraph)):
        return True
    return _QUOTED.search(paragraph) is not None


def _is_in_html(source: str, begin: int, offset: int) -> bool:
    """Return True if a line is in a block of HTML that ends at an empty line; fences do not count in it.

    Args:
        source: The text.
        begin: An offset before the line at which no block of HTML is open.
        offset: Offset of the line.
    """
    stretch = source[max(begin, source.rfind("\n\n", begin, offset)) : offset]
    lines = _BLANK.split(stretch)[-1].strip("\n").split("\n")
    return _LONE_TAG.fullmatch(lines[0]) is not None or any(map(_html_block().match, lines))


@cache
def _html_block() -> re.Pattern[str]:
    """Return the pattern of a line that begins a block of HTML, even directly after a line of a paragraph."""
    from markdown_it.common.html_blocks import block_names  # noqa: PLC0415 - 43 ms, and only Markdown needs it

    return re.compile(rf" {{0,3}}</?(?:{'|'.join(block_names)})(?=[\s/>]|$)", re.IGNORECASE)


def _end_of_formula(source: str, found: re.Match[str]) -> int:
    """Return the offset of the line after a formula that begins at a match; -1 if the formula has no end."""
    opening = found[5]
    closing = {"$$": "$$", "\\[": "\\]"}.get(opening) or opening.replace("begin", "end", 1)
    # Up to the first empty line, formula text may precede the closing mark; after it, the mark must be alone.
    pattern = re.compile(rf"(?:\n(?=[^\n]*\S)[^\n]*)*?{re.escape(closing)}[ \t]*$", re.MULTILINE)
    end = pattern.match(source, found.end()) or re.compile(rf"^[ \t]*{re.escape(closing)}[ \t]*$", re.MULTILINE).search(
        source, found.end()
    )
    if end is None or not is_formula(opening, source[found.end() : end.end()].rstrip().removesuffix(closing)):
        return -1
    return min(end.end() + 1, len(source))


def _region_end(source: str, found: re.Match[str]) -> int:
    """Return the offset of the line after a region that begins with a match of `_OPENING`.

    A region without an end extends to the end of the text.
    """
    fence = found[2] or found[3]
    if fence:
        pattern = re.compile(rf"^ {{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*$", re.MULTILINE)
        closing = pattern.search(source, found.end())
        end = closing.end() if closing else -1
    elif found[4][1].isalpha():
        closing = _END_OF_CODE.search(source, found.end())
        end = closing.end() if closing else -1
    else:
        mark = next((end for begin, end in _ENDS.items() if found[4].startswith(begin)), ">")
        end = source.find(mark, found.end())
    line_end = source.find("\n", end) if end >= 0 else -1
    return line_end + 1 if line_end >= 0 else len(source)

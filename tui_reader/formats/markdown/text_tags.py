"""Tags in the text of a note, as Obsidian writes them: `#project/reader`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.formats.text.exclusions import without_comments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TAG = re.compile(r"#(?<![^\s>]#)((?:[^\W\d_]|[\d_/-])[\w/-]{0,79})(?![\w/#(])")
"""A tag after white space: `#reading`, `#projects/garden`."""
_NO_TAG = re.compile(r"[\d_/-]*|(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
"""Numbers and hexadecimal colours, which also begin with `#` but are not tags."""
_FENCE = re.compile(r"[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})(.*)")
"""A line that begins or ends code, possibly in a quotation or a list. Groups: the fence and the text after it."""
_CODE = re.compile(r"(`{1,9})(?!`)[^\n]*?[^`\n]\1(?!`)")
"""Code within a line, between one to nine backquotes."""
_DEFINITION = re.compile(r"[ \t>]*\[[^\[\]\n]+\]:")
_TEXT_OF_LINK = re.compile(r"\[[^\[\]\n]*\](?:\([^()\n]*\)|\[[^\[\]\n]*\])")
"""A whole link with its target: `[words](address)`, `[words][label]`."""
_MOST = 100
"""Maximum number of tags of a text."""
_SEARCHED = 200_000
"""Number of characters at the start of a text that are searched: most notes are shorter; a megabyte takes 50 ms."""
_LONGEST_LINE = 5_000
"""Maximum number of characters of a line in which tags are searched for."""


def tags_in(body: str) -> tuple[str, ...]:
    """Return the tags in a Markdown text, in order and without repetitions, outside of code, comments and links."""
    body = body[:_SEARCHED]
    if "#" not in body or _TAG.search(body) is None:
        return ()
    found: dict[str, None] = {}
    for line in _lines_of_text(without_comments(body)):
        for match in _TAG.finditer(_TEXT_OF_LINK.sub("", _CODE.sub("", line))):
            tag = match[1].rstrip("/-")
            if tag and not _is_number_or_colour(tag):
                found[tag] = None
    return tuple(found)[:_MOST]


def _lines_of_text(body: str) -> Iterator[str]:
    """Yield the lines that contain `#` and are not code."""
    fence = ""
    after_text = False
    for line in body.split("\n"):
        mark = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if mark is not None and not fence:
            fence = "" if mark[1][0] == "`" and "`" in mark[2] else mark[1]
        elif mark is not None and mark[1].startswith(fence) and not mark[2].strip():
            fence = ""
        elif not fence and "#" in line and len(line) <= _LONGEST_LINE and not _is_no_text(line, after_text=after_text):
            yield line
        after_text = bool(line.strip())


def with_tags(tags: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Return both lists of tags without repetitions; of tags that differ only by case, the first is kept."""
    known: dict[str, str] = {}
    for tag in (*tags, *others):
        known.setdefault(tag.casefold(), tag)
    return tuple(known.values())


def _is_number_or_colour(tag: str) -> bool:
    return _NO_TAG.fullmatch(tag) is not None


def _is_no_text(line: str, *, after_text: bool) -> bool:
    """Return True if a line defines a link, or is indented code: not `after_text`, since code cannot follow text."""
    return (not after_text and line.startswith(("    ", "\t"))) or _DEFINITION.match(line) is not None

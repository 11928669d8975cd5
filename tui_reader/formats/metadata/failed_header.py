"""Detection of headers that could not be read, such as an unclosed header or a list without keys.

Such a header is shown as text, but the guesses of title, byline and date skip it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tui_reader.formats.metadata.header_shape import FENCE, HEADING, is_header
from tui_reader.formats.metadata.null_values import is_null, unquoted_value

_HEADER_LINE = re.compile(r"\s|-[ \t]|[\]}#]|(?:[\"']?[A-Za-z_][\w .-]{0,60}[\"']?)[ \t]*(?:=|:(?:[ \t]|$))")
"""The beginning of a header line: an indent, a list item, a closing bracket, a comment or a key."""
_ENTRY = re.compile(r"(?:-[ \t]+)?([\"']?)([A-Za-z_][\w .-]{0,60}?)\1[ \t]{0,20}[:=](.*)")
"""Pattern of a key with its value, also as the first one of a list item: `title: A`, `- "name" = B`."""
_FOLDED = re.compile(r"[>|][+-]?\d?[ \t]*")
"""The mark after a YAML key (`>` or `|`) whose value is on the following lines."""
_MOST_LINES = 200


class FailedHeader(NamedTuple):
    """The title in a header that could not be read, and the end of the header."""

    title: str = ""
    """The title as written in the header; empty if there is none."""
    end: int = 0
    """Offset of the first character after the header; 0 without an unreadable header."""


def failed_header(text: str) -> FailedHeader:
    """Find a header at the top of a text that `read_front_matter` could not read.

    Returns:
        Its title and its end; both are empty if there is no such header, or if the lines are prose between two rules.
    """
    opening = FENCE.match(text)
    if opening is None:
        return FailedHeader()
    end, title, folded = opening.end(), "", False
    entries: dict[str, str] = {}
    has_heading = False
    for _ in range(_MOST_LINES):
        stop = text.find("\n", end)
        line = text[end : stop if stop >= 0 else len(text)]
        closes = line.rstrip() in (opening[1], "...")
        if not closes and _HEADER_LINE.match(line) is None:
            break
        has_heading |= HEADING.match(line) is not None
        if folded and line[:1].isspace() and not title:
            title = line.strip()
        found = _ENTRY.match(line)
        key, value = (found[2], found[3].strip()) if found else ("", "")
        if found:
            entries[key] = value
        folded = key.lower() == "title" and _FOLDED.fullmatch(value) is not None
        is_nothing = opening[1] == "---" and is_null(unquoted_value(value))
        if key.lower() == "title" and value and not folded and not title and not is_nothing:
            title = value.strip("\"'")
        end += len(line) + 1
        if closes or stop < 0:
            break
    # A dialogue or a heading between two rules is ordinary text.
    is_failed = is_header(entries) if entries else not has_heading
    return FailedHeader(title, min(end, len(text))) if is_failed else FailedHeader()

"""A header that is none: one that was never closed, or a list where keys belong. It stays in the text, and no guess
takes it for the beginning of what there is to read.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tui_reader.formats.metadata.header_shape import is_header

_FENCE = re.compile(r"(---|\+\+\+)[ \t]*\n")
_PART = re.compile(r"\s|-[ \t]|[\]}#]|(?:[\"']?[A-Za-z_][\w .-]{0,60}[\"']?)[ \t]*(?:=|:(?:[ \t]|$))")
"""How a line of a header begins: indented, an item, a bracket that closes, a remark, a key."""
_ENTRY = re.compile(r"(?:-[ \t]+)?([\"']?)([A-Za-z_][\w .-]{0,60}?)\1[ \t]{0,20}[:=](.*)")
_FOLDED = re.compile(r"[>|][+-]?\d?[ \t]*")
"""What YAML writes for a text that stands in the lines below."""
_MOST_LINES = 200


class FailedHeader(NamedTuple):
    """What such a header holds."""

    title: str = ""
    """The title that it gives, as it is written there; empty where it gives none."""
    end: int = 0
    """Offset behind it; 0 where the text does not begin with one."""


def failed_header(text: str) -> FailedHeader:
    """The header at the top of a text that was not read as one."""
    opening = _FENCE.match(text)
    if opening is None:
        return FailedHeader()
    end, title, folded = opening.end(), "", False
    entries: dict[str, str] = {}
    for _ in range(_MOST_LINES):
        stop = text.find("\n", end)
        line = text[end : stop if stop >= 0 else len(text)]
        closes = line.rstrip() in (opening[1], "...")
        if not closes and _PART.match(line) is None:
            break
        if folded and line[:1].isspace() and not title:
            title = line.strip()
        found = _ENTRY.match(line)
        key, value = (found[2], found[3].strip()) if found else ("", "")
        if found:
            entries[key] = value
        folded = key.lower() == "title" and _FOLDED.fullmatch(value) is not None
        if key.lower() == "title" and value and not folded and not title:
            title = value.strip("\"'")
        end += len(line) + 1
        if closes or stop < 0:
            break
    # A dialogue between two rules is text to read like any other.
    return FailedHeader(title, min(end, len(text))) if not entries or is_header(entries) else FailedHeader()

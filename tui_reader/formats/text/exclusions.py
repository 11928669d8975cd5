"""Removal of comments and other matches from a source, in time linear in its length."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def without_comments(source: str) -> str:
    """Remove comments. An unclosed comment is kept: removing it would hide the rest of the text."""
    return without(_COMMENT, "-->", source)


def without(pattern: re.Pattern[str], end: str, source: str, instead: str = "") -> str:
    """Replace all matches of a pattern, in linear time.

    Only the source up to the last occurrence of `end` is searched: after it, the regex engine would scan from each
    beginning of a match to the end of the source in vain.

    Args:
        pattern: Pattern of the passages to replace.
        end: The text with which every match ends.
        source: The text to search.
        instead: The replacement; may refer to groups of the pattern.
    """
    last = source.rfind(end)
    return source if last < 0 else pattern.sub(instead, source[: last + len(end)]) + source[last + len(end) :]

"""Taking parts out of a source, in time that grows with its length alone."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def without_comments(source: str) -> str:
    """Markdown or HTML without its comments. One that is never closed is kept: it would take the whole text along."""
    return without(_COMMENT, "-->", source)


def without(pattern: re.Pattern[str], end: str, source: str, instead: str = "") -> str:
    """Replace what a pattern finds up to the last place where its end stands.

    Beyond that place every beginning would be followed to the end of the source, and in vain.
    """
    last = source.rfind(end)
    return source if last < 0 else pattern.sub(instead, source[: last + len(end)]) + source[last + len(end) :]

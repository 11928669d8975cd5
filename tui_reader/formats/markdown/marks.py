"""Marked text (`==words==`, Obsidian), superscripts (`x^2^`) and subscripts (`H~2~O`, both Pandoc)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

_MARK = re.compile(r"==(?![\s=])((?:[^=\n]|=(?!=)|\n(?!\s*\n))+?)(?<!\s)==(?!=)")
"""Marked text: `==two words==`."""
_RAISED = re.compile(r"\^([^\s\^\[\]\\]{1,60})\^(?!\^)")
"""A superscript, such as the last three characters of `x^2^`."""
_LOWERED = re.compile(r"~([^\s~\\]{1,60})~(?!~)")
"""A subscript, such as `~2~` in `H~2~O`."""
_LETTER = re.compile("[A-Za-z0-9_]")
"""Characters next to which `==` is an operator (`x==1`), not a mark. Only ASCII: other scripts may lack spaces."""
_LONGEST = 500
"""Maximum number of characters of marked text; limits the search for the end of an unclosed mark."""


def read_mark(state: StateInline, silent: bool) -> bool:
    """Parse marked text at the current position.

    Returns:
        True if there is marked text at the position.
    """
    source, start = state.src, state.pos
    if not source.startswith("==", start) or (start and (source[start - 1] == "=" or _LETTER.match(source[start - 1]))):
        return False
    found = _MARK.match(source, start, min(state.posMax, start + _LONGEST))
    if found is None or _LETTER.match(source[found.end() : found.end() + 1]):
        return False
    return _enclose(state, found, "mark", silent)


def read_raised_or_lowered(state: StateInline, silent: bool) -> bool:
    """Parse a superscript or a subscript at the current position; neither contains a space.

    Returns:
        True if there is one at the position.
    """
    source, start = state.src, state.pos
    sign = source[start]
    # A superscript or subscript needs text before it.
    if sign not in "^~" or not start or source[start - 1] == sign or source[start - 1].isspace():
        return False
    found = (_RAISED if sign == "^" else _LOWERED).match(source, start, state.posMax)
    return found is not None and _enclose(state, found, "sup" if sign == "^" else "sub", silent)


def _enclose(state: StateInline, found: re.Match[str], name: str, silent: bool) -> bool:
    """Add the tokens of the HTML element `name`, and parse its content, which is the first group of a match."""
    limit, end = state.posMax, found.end()
    if not silent:
        state.push(f"{name}_open", name, 1)
        state.pos, state.posMax = found.start(1), found.end(1)
        state.md.inline.tokenize(state)
        state.push(f"{name}_close", name, -1)
    state.pos, state.posMax = end, limit
    return True

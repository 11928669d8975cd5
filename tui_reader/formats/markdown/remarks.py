"""Comments of Obsidian (`%%…%%`), which are not shown: within a line, and over several blocks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.formats.markdown.source_lines import line_text

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

SIGN = "%%"
"""The sign at the beginning and the end of a comment."""
_INLINE = re.compile(r"%%(?!%)(?>(?:[^%]|%(?!%))*)%%")
"""A comment within a paragraph: `%%to check%%`."""
_BEFORE = re.compile(r"[\w%]")
"""Characters after which `%%` does not begin a comment, as in `100%%`."""


def read_remark(state: StateInline, _silent: bool) -> bool:
    """Skip a comment at the current position; a comment without an end is text.

    Returns:
        True if there is a comment at the position.
    """
    source, start = state.src, state.pos
    if not source.startswith(SIGN, start) or (start and _BEFORE.match(source[start - 1])):
        return False
    found = _INLINE.match(source, start, state.posMax)
    if found is None:
        return False
    end = found.end()
    if not start or source[start - 1].isspace():
        # With a space before the comment, those after it are skipped, too.
        end += len(source[end : state.posMax]) - len(source[end : state.posMax].lstrip(" "))
    state.pos = end
    return True


def read_remark_lines(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Skip a comment that begins on a line and ends on a later line.

    Returns:
        True if such a comment begins at the line.
    """
    begin = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith(SIGN, begin) or state.is_code_block(start_line):
        return False
    if SIGN in state.src[begin + len(SIGN) : state.eMarks[start_line]]:
        return False
    for line in range(start_line + 1, end_line):
        if state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return False
        text = line_text(state, line)
        if SIGN in text:
            if not text.endswith(SIGN):
                return False
            if not silent:
                state.line = line + 1
            return True
    return False

"""Definition lists with several terms for one definition, each on its own line (PHP Markdown Extra).

The plugin for lists of definitions reads only the last line as a term.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.formats.markdown.source_lines import line_text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

_MOST_TERMS = 8
"""Maximum number of terms before one definition."""
_LONGEST = 60
"""Largest number of characters of a term; longer lines are running text."""
_DEFINITION = re.compile(r"[:~][ \t]+\S")
"""The beginning of a definition: `: The meaning`."""
_NO_TERM = re.compile(r"[#>|<=:~]|[-+*][ \t]|`{3}|\d{1,9}[.)][ \t]|.*[.!?…;,|\\]$")
"""Pattern of a line that is no term: it begins like another block (`- `, `1. `), or ends like running text."""


def term_plugin(parser: MarkdownIt) -> None:
    """Add the rule for several terms to a parser; the parser applies it to lines that begin a paragraph."""
    parser.block.ruler.before("paragraph", "terms", _read_terms)


def _read_terms(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Parse all terms except the last, which the plugin parses together with the definition.

    Returns:
        True if there are several terms.
    """
    last = start_line
    for last in range(start_line + 1, min(start_line + _MOST_TERMS, end_line) + 1):
        if last == end_line or state.isEmpty(last) or state.sCount[last] != state.sCount[start_line]:
            return False
        text = line_text(state, last)
        if _DEFINITION.match(text):
            break
        if not _is_term(text):
            return False
    else:
        return False
    if last < start_line + 2 or not _is_term(line_text(state, start_line)):
        return False
    if not silent:
        for line in range(start_line, last - 1):
            _add(state, line)
        state.line = last - 1
    return True


def _is_term(text: str) -> bool:
    return len(text) <= _LONGEST and _NO_TERM.match(text) is None


def _add(state: StateBlock, line: int) -> None:
    """Append the tokens of a term to the parser's tokens."""
    state.push("dl_open", "dl", 1).map = [line, line + 1]
    state.push("dt_open", "dt", 1).map = [line, line + 1]
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = line_text(state, line), [line, line + 1], []
    state.push("dt_close", "dt", -1)
    state.push("dl_close", "dl", -1)

"""Inline and block rules of the dialects of Markdown: Obsidian, GitHub, Pandoc, Hugo and Jekyll.

One rule selects the readers by the current character. Separate rules would each be called at every special character,
which takes 40 % more time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.formats.markdown.citations import read_citations
from tui_reader.formats.markdown.emoji import read_emoji
from tui_reader.formats.markdown.marks import read_mark, read_raised_or_lowered
from tui_reader.formats.markdown.remarks import read_remark, read_remark_lines
from tui_reader.formats.markdown.shortcodes import (
    read_shortcode,
    read_shortcode_line,
    read_shortcode_link,
    read_shortcode_pair,
)
from tui_reader.formats.markdown.wiki_links import read_block_id, read_wiki_link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

_INLINE: Mapping[str, tuple[Callable[[StateInline, bool], bool], ...]] = {
    "[": (read_shortcode_link, read_wiki_link, read_citations),
    "!": (read_shortcode_link, read_wiki_link),
    "^": (read_block_id, read_raised_or_lowered),
    "~": (read_raised_or_lowered,),
    "=": (read_mark,),
    "%": (read_remark,),
    ":": (read_emoji,),
    "@": (read_citations,),
    "{": (read_shortcode,),
}
"""For each character, the functions that read the constructs that may begin with it; they are tried in this order."""


def dialect_plugin(parser: MarkdownIt) -> None:
    """Add the rules of all dialects to a parser."""
    alternatives: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.inline.ruler.before("escape", "dialects", _read_inline)
    parser.block.ruler.before("fence", "dialects", _read_block, alternatives)


def _read_inline(state: StateInline, silent: bool) -> bool:
    """Parse a construct of a dialect at the current position.

    Returns:
        True if there is one at the position.
    """
    readers = _INLINE.get(state.src[state.pos])
    return readers is not None and any(read(state, silent) for read in readers)


def _read_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Parse a block of a dialect: a comment over several lines, or a shortcode.

    Returns:
        True if one begins at the line.
    """
    begin = state.bMarks[start_line] + state.tShift[start_line]
    first = state.src[begin : begin + 1]
    if first == "%":
        return read_remark_lines(state, start_line, end_line, silent)
    return first == "{" and (
        read_shortcode_pair(state, start_line, end_line, silent)
        or read_shortcode_line(state, start_line, end_line, silent)
    )

"""Lines of a Markdown source, as the functions that parse blocks see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock


def line_text(state: StateBlock, line: int) -> str:
    """Return a line without the white space and the marks of quotations around it."""
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()

r"""Formulas in TeX inside Markdown, which stay as written: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, `\begin{…}…\end{…}`.

Without these rules the parser would read the marks of a formula as Markdown: `_` as emphasis, `\\` as one backslash.
A dollar sign is also the sign of a currency and of a shell variable, and `\[` an escaped bracket, so the rules accept a
text only if it is almost certainly a formula.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui_reader.formats.markdown.source_lines import line_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

INLINE = "formula"
"""Type of the token of a formula in running text."""
BLOCK = "formula_block"
"""Type of the token of a formula on separate lines."""

_TO_DOLLAR = re.compile(r"(?>(?:[^\\$]|\\.)*)(?=\$)", re.DOTALL)
"""Text up to the next dollar sign that no backslash escapes."""
_TO_DOUBLE_DOLLAR = re.compile(r"(?>(?:[^\\$]|\\.|\$(?!\$))*)(?=\$\$)", re.DOTALL)
"""Text up to the next two dollar signs."""
_LONGEST = 2_000
"""Largest number of characters between `\\(` and `\\)`."""
_LONGEST_LABEL = 300
"""Maximum number of characters after a formula in which to find the end of a link around it."""
_ESCAPED = re.compile(r"\\[^A-Za-z]")
_TEX_SIGN = re.compile(r"\\[A-Za-z]|[_^=<>{}|+]")
"""A command (`\\alpha`) or a sign that is frequent in formulas and rare in running text."""
_PROSE = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}(?![A-Za-z])")
"""A word of three letters or more that is not a command."""
_NAME = re.compile(r"[A-Za-z]{3}")
_AFTER_SHELL_VARIABLE = re.compile(r"[A-Za-z_{]")
"""The first character after a dollar sign that may be that of another variable, such as `P` in `$HOME:$PATH`."""
_ENDS_OPERAND = re.compile(r"[\w)}\]'|!*]")
"""A character that may end a formula.

After any other character, such as the colon in `$HOME:$PATH`, a dollar sign before a letter does not end a formula.
"""
_ADDRESS = "://"

UNCLOSED = "unclosed formulas"
"""Key in the parser's `env`: for each kind of formula without an end, its first line and the last line searched."""
_BEGIN = re.compile(r"\\begin\{([A-Za-z]+\*?)\}")


def formula_plugin(parser: MarkdownIt) -> None:
    """Add the rules for formulas to a parser."""
    parser.inline.ruler.before("escape", INLINE, _read_inline)
    # The rule precedes the rules for lists and headings, since a line of a formula may begin with `+`, `-` or `=`.
    parser.block.ruler.before("blockquote", BLOCK, _read_block, {"alt": ["paragraph", "reference", "blockquote"]})


def _read_inline(state: StateInline, silent: bool) -> bool:
    """Parse a formula at the current position.

    Returns:
        True if there is a formula at the position.
    """
    source, start = state.src, state.pos
    if source[start] == "$":
        end = _end_of_dollars(source, start, state.posMax)
    elif source[start] == "\\" and source[start + 1 : start + 2] in ("(", "["):
        end = _end_of_brackets(source, start, state.posMax)
    else:
        return False
    if end < 0:
        return False
    if not silent:
        state.push(INLINE, "", 0).content = source[start:end]
    state.pos = end
    return True


def _end_of_dollars(source: str, start: int, limit: int) -> int:
    """Return the end of the formula in dollar signs that begins at `start`; -1 if there is no formula.

    The rule is Pandoc's: no space after the opening sign or before the closing sign, no digit after the closing sign.
    """
    if source.startswith("$$", start):
        found = None if source.startswith("$", start + 2) else _TO_DOUBLE_DOLLAR.match(source, start + 2, limit)
        if found is None or not found[0].strip() or source.startswith("$", found.end() + 2):
            return -1
        return -1 if _crosses_markup(found[0], source, found.end() + 2) else found.end() + 2
    found = _TO_DOLLAR.match(source, start + 1, limit)
    if found is None or not found[0] or found[0][0].isspace() or found[0][-1].isspace():
        return -1
    content, end = found[0], found.end() + 1
    following = source[end : end + 1]
    before = source[start - 1 : start] if start else ""
    if following.isdigit() or following == "$" or _is_price_or_variable(content, before, following):
        return -1
    return -1 if _crosses_markup(content, source, end) else end


def _is_price_or_variable(content: str, before: str, following: str) -> bool:
    """Return True if text between dollar signs looks like prices (`$5 or 6$`) or variables (`$HOME:$PATH`).

    Args:
        content: The text between the signs.
        before: The character before the opening sign.
        following: The character after the closing sign.
    """
    if content[0] in "/;:," or (before.isalnum() and following.isalnum()):
        return True
    has_tex = _TEX_SIGN.search(content) is not None
    if not has_tex and (before.isdigit() or (following.isalpha() and _NAME.match(content))):
        return True
    if _AFTER_SHELL_VARIABLE.match(following) and _ENDS_OPERAND.match(content[-1]) is None:
        return True
    if content[0] == "{" and following == "{":
        return True
    return content[0].isdigit() and _PROSE.search(content) is not None and not has_tex


def _crosses_markup(content: str, source: str, end: int) -> bool:
    """Return True if text between dollar signs contains code or an address, or overlaps a link.

    Args:
        content: The text between the signs.
        source: The text of the paragraph.
        end: Offset of the character after the closing sign.
    """
    if "`" in content or _ADDRESS in content:
        return True
    opened = 0
    for index, character in enumerate(content):
        if character == "[":
            opened += 1
        elif character == "]" and opened:
            opened -= 1
        elif character == "]" and content[index + 1 : index + 2] in ("(", "["):
            return True  # the opening sign is in the label of a link
    for index in range(end, min(len(source), end + _LONGEST_LABEL) if opened else end):
        opened += (source[index] == "[") - (source[index] == "]")
        if not opened:
            return source[index + 1 : index + 2] in ("(", "[")  # the closing sign is in the label of a link
    return False


def _end_of_brackets(source: str, start: int, limit: int) -> int:
    r"""Return the end of the formula in `\(…\)` or `\[…\]` that begins at `start`; -1 if there is none.

    Programs that write Markdown escape brackets, as in `\[1\]` or `file\(s\)`: such text is not a formula.
    """
    is_display = source[start + 1] == "["
    closing = "\\]" if is_display else "\\)"
    end = source.find(closing, start + 2, min(limit, start + _LONGEST))
    while end >= 0 and (end - len(source[start:end].rstrip("\\")) - start) % 2:
        end = source.find(closing, end + 1, min(limit, start + _LONGEST))
    if end < 0:
        return -1
    content = source[start + 2 : end]
    if not _is_tex(content, is_display=is_display) or (source[start - 1 : start].isalnum() and start):
        return -1
    return end + 2


def _is_tex(content: str, *, is_display: bool) -> bool:
    r"""Return True if text in `\(…\)`, or in `\[…\]` if `is_display`, is a formula, not a remark such as `[sic]`."""
    if "`" in content or _ADDRESS in content or "](" in content:
        return False
    if re.search(r"\\[A-Za-z]", content):
        return True
    written = _ESCAPED.sub("", content)
    if _TEX_SIGN.search(written):
        return True
    return not is_display and any(map(str.isalpha, written)) and re.search("[^\\W\\d_]{2}", written) is None


def _read_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    r"""Parse a formula whose marks are on separate lines.

    Returns:
        True if a formula begins at the line.
    """
    begin, stop = state.bMarks[start_line] + state.tShift[start_line], state.eMarks[start_line]
    if begin >= stop or state.src[begin] not in "$\\" or state.is_code_block(start_line):
        return False
    first = state.src[begin:stop].rstrip()
    opening, closing = _block_marks(first)
    if not opening:
        return False
    last = _last_line(state, start_line, end_line, opening, closing)
    if last < 0:
        return False
    content = state.getLines(start_line, last + 1, state.sCount[start_line], False).strip()
    if not is_formula(opening, content[len(opening) : -len(closing)]):
        return False
    if not silent:
        token = state.push(BLOCK, "", 0)
        token.block = True
        token.map = [start_line, last + 1]
        token.content = content
        state.line = last + 1
    return True


def is_formula(opening: str, inner: str) -> bool:
    """Return True if text between two marks on separate lines is a formula.

    Args:
        opening: The opening mark: `$$`, `\\[` or `\\begin{…}`.
        inner: The text between the marks.
    """
    if opening == "$$" and ("$$" in inner or _crosses_markup(inner, "", 0)):
        return False
    if opening == "\\[" and ("\\]" in inner or not _is_tex(inner, is_display=True)):
        return False
    return bool(inner.strip())


def first_unclosed(env: Mapping[str, Any]) -> int | None:
    """Return the number, from 0, of the first line that is only an opening mark without an end; None without one.

    Args:
        env: The environment of a run of the parser, in which searches for closing marks that failed are recorded.
    """
    failed: dict[tuple[str, bool], tuple[int, int]] = env.get(UNCLOSED, {})
    return min((first for (_, stands_alone), (first, _) in failed.items() if stands_alone), default=None)


def _block_marks(first: str) -> tuple[str, str]:
    """Return the opening and closing mark of a formula that begins at a line; empty without a formula."""
    if first.startswith("$$"):
        return ("", "") if first.startswith("$$$") else ("$$", "$$")
    if first.startswith("\\["):
        return "\\[", "\\]"
    found = _BEGIN.match(first)
    return (found[0], f"\\end{{{found[1]}}}") if found else ("", "")


def _last_line(state: StateBlock, start_line: int, end_line: int, opening: str, closing: str) -> int:
    """Return the number of the line that ends with the closing mark; -1 if no line does.

    An empty line ends the search, unless each mark is alone on its line.
    """
    start = state.bMarks[start_line] + state.tShift[start_line] + len(opening)
    text = state.src[start : state.eMarks[start_line]].rstrip()
    if _ends_with(text, closing):
        return start_line
    stands_alone = not text
    # A failed search would also fail from each line below: without this record, parsing takes quadratic time.
    failed: dict[tuple[str, bool], tuple[int, int]] = state.env.setdefault(UNCLOSED, {})
    first, end = failed.get((closing, stands_alone), (start_line, -1))
    if start_line < end:
        return -1
    has_gap, line = False, start_line
    for line in range(start_line + 1, end_line):
        text = line_text(state, line)
        if not text:
            has_gap = True
            if not stands_alone:
                break
        elif state.sCount[line] < state.blkIndent:
            break
        elif text == closing or (not has_gap and _ends_with(text, closing)):
            return line
    failed[closing, stands_alone] = first, line
    return -1


def _ends_with(line: str, closing: str) -> bool:
    """Return True if a line ends with a closing mark that is not escaped and not part of a longer mark."""
    return line.endswith(closing) and not line.endswith(("\\" + closing, "$$$"))

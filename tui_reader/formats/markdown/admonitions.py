"""Callouts in the syntax of MkDocs (`!!! note "Title"`) and of Docusaurus or Pandoc (`:::note Title`).

The callouts are converted to quotations that begin with `[!note] Title`, so that one function reads all callouts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.formats.markdown.formulas import UNCLOSED
from tui_reader.formats.markdown.source_lines import line_text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock

_INDENT = 4
"""Number of spaces by which the body of a MkDocs callout is indented."""
_MARK = re.compile(
    r'(?:!!!|\?\?\?\+?)[ ]?(?P<kind>[A-Za-z][\w-]*)(?:[ ]+(?:inline|end))*(?:[ ]+"(?P<title>[^\n]*)")?[ ]*'
)
"""The first line of a MkDocs callout: `!!! note inline "Title"`; `???` if it is folded up."""
_FENCE = re.compile(
    r"(?P<colons>:{3,12})[ ]*(?:(?P<kind>[A-Za-z][\w-]*)|\{(?P<attributes>[^{}\n]*)\})"
    r"(?:[ ]*\[(?P<label>[^\n]*)\]|[ ]+(?P<title>[^\n{}]*))?(?:[ ]*\{[^{}\n]*\})?[ ]*"
)
"""The first line of a container: `:::note Title`, `:::note[Title]{#id}` or `::: {.callout-note title="Title"}`."""
_FENCE_END = re.compile(r":{3,}[ ]*")
"""The last line of a container: three colons or more."""
_CODE_FENCE = re.compile(r"(`{3,}|~{3,})")
_CLASS = re.compile(r"\.?([A-Za-z][\w-]*)(?![\w=-])")
"""A class among attributes: `.callout-note` or `note`, but not `title` in `title="Title"`."""
_TITLE = re.compile(r"""\btitle=(?:"([^"]*)"|'([^']*)')""")
"""The title among attributes: `title="Title"`."""
_KINDS = frozenset(
    """
    abstract admonition attention bug caution danger details error example fail failure help hint important info note
    question quote remark secondary seealso spoiler success summary tip tldr todo warning
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""Names of containers that are callouts; other containers, such as `columns`, only define a page layout."""


class _Head(NamedTuple):
    """The kind and the title in the first line of a callout."""

    kind: str
    title: str


def admonition_plugin(parser: MarkdownIt) -> None:
    """Add the parsing rules for callouts to a parser."""
    alternatives: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "admonition", _read_indented, alternatives)
    parser.block.ruler.before("fence", "container", _read_fenced, alternatives)


def _read_indented(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Parse a callout whose body is indented.

    Returns:
        True if a callout begins at the line.
    """
    if not state.src.startswith(("!!!", "???"), state.bMarks[start_line] + state.tShift[start_line]):
        return False
    found = None if state.is_code_block(start_line) else _MARK.fullmatch(line_text(state, start_line))
    if found is None:
        return False
    end = line = start_line + 1
    while line < end_line and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent + _INDENT):
        line += 1
        end = end if state.isEmpty(line - 1) else line
    if end == start_line + 1:
        return False
    if not silent:
        _add(state, _Head(found["kind"], found["title"] or ""), start_line, end, after=end, indent=_INDENT)
    return True


def _read_fenced(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Parse a callout between two lines of colons.

    Returns:
        True if a callout begins at the line.
    """
    if not state.src.startswith(":::", state.bMarks[start_line] + state.tShift[start_line]):
        return False
    found = None if state.is_code_block(start_line) else _FENCE.fullmatch(line_text(state, start_line))
    head = _head_of_container(found) if found else None
    if found is None or head is None:
        return False
    end = _end_of_container(state, start_line, end_line, len(found["colons"]))
    if end < 0:
        return False
    if not silent:
        _add(state, head, start_line, end, after=end + 1, indent=0)
    return True


def _head_of_container(found: re.Match[str]) -> _Head | None:
    """Return the kind and the title of a container; None if the container is not a callout."""
    attributes = found["attributes"] or ""
    named = _CLASS.search(attributes)
    kind = (found["kind"] or (named[1] if named else "")).lower().removeprefix("callout-")
    titled = _TITLE.search(attributes)
    title = found["label"] or found["title"] or (titled and (titled[1] or titled[2])) or ""
    return _Head(kind, title.strip()) if kind in _KINDS else None


def _end_of_container(state: StateBlock, start_line: int, end_line: int, colons: int) -> int:
    """Return the number of the line that ends a container; -1 if none does, as in a partial text.

    A line of colons ends the innermost open container; but one with more colons than `colons`, the number of colons in
    the first line, ends this container even if others are open in it.
    """
    failed: dict[tuple[str, bool], tuple[int, int]] = state.env.setdefault(UNCLOSED, {})
    key = (":" * colons, True)
    first, last = failed.get(key, (start_line, -1))
    if start_line < last:
        return -1
    depth, fence, line = 1, "", start_line
    for line in range(start_line + 1, end_line):
        if state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            break
        text = line_text(state, line)
        if code := _CODE_FENCE.match(text):
            fence = code[1] if not fence else "" if text.startswith(fence) and text == code[1] else fence
        elif fence or not text.startswith(":::"):
            continue
        elif _FENCE_END.fullmatch(text):
            depth -= 1
            if not depth or len(text.strip()) > colons:
                return line
        else:
            depth += _FENCE.fullmatch(text) is not None
    failed[key] = first, line
    return -1


def _add(state: StateBlock, head: _Head, start_line: int, end_line: int, *, after: int, indent: int) -> None:
    """Append the tokens of a callout to the parser's tokens.

    Args:
        state: The state of the parser.
        head: Kind and title of the callout.
        start_line: Line of the head.
        end_line: Line after the body.
        after: Line at which parsing continues.
        indent: Indentation of the body.
    """
    token = state.push("blockquote_open", "blockquote", 1)
    token.map = [start_line, after]
    state.push("paragraph_open", "p", 1).map = [start_line, start_line + 1]
    inline = state.push("inline", "", 0)
    inline.content = f"[!{head.kind}] {head.title}".rstrip()
    inline.map, inline.children = [start_line, start_line + 1], []
    state.push("paragraph_close", "p", -1)
    parent, line_max = state.parentType, state.lineMax
    state.parentType, state.lineMax = "blockquote", end_line
    state.blkIndent += indent
    state.md.block.tokenize(state, start_line + 1, end_line)
    state.blkIndent -= indent
    state.parentType, state.lineMax = parent, line_max
    state.push("blockquote_close", "blockquote", -1)
    state.line = after

"""Removal of scripts and styles that begin in one block of HTML and end in a later block.

An empty line ends most blocks of HTML, also within a script, so the rest of the script would be shown as text.
"""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING

from tui_reader.formats.text.exclusions import without_comments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_TAG = re.compile(r"<(/?)(script|style|template)(?![\w-])[^>]*>?", re.IGNORECASE)


def without_hidden(tokens: Sequence[Token]) -> Sequence[Token]:
    """Remove the blocks from the start to the end of each script or style from a list of tokens.

    An element that is never closed is kept, so that no text is lost.
    """
    if not any(token.type == "html_block" and unclosed(token) for token in tokens):
        return tokens
    kept: list[Token] = []
    never_closed: set[str] = set()
    index = 0
    while index < len(tokens):
        token = tokens[index]
        opened = unclosed(token) if token.type == "html_block" else None
        tag = opened[2].lower() if opened else ""
        if opened is None or tag in never_closed:
            kept.append(token)
            index += 1
            continue
        after, rest = _closing(tokens, index, tag)
        if after < 0:
            # In an inner list or quotation the end may be missing although a later list or quotation has it.
            never_closed |= {tag} if not token.level else set()
            kept.append(token)
            index += 1
            continue
        shortened = copy(token)
        shortened.content = opened.string[: opened.start()]
        kept += [shortened, *rest]
        index = after
    return kept


def unclosed(token: Token) -> re.Match[str] | None:
    """Return the tag of an unclosed script or style in a block of HTML; None if there is none."""
    opened: re.Match[str] | None = None
    if "<" not in token.content:
        return None
    for found in _TAG.finditer(without_comments(token.content)):
        if opened is None and not found[1]:
            opened = found
        elif opened is not None and found[1] and found[2].lower() == opened[2].lower():
            opened = None
    return opened


def _closing(tokens: Sequence[Token], index: int, tag: str) -> tuple[int, list[Token]]:
    """Find the block that contains the end of a hidden element.

    Args:
        tokens: All tokens.
        index: Index of the block of HTML in which the element begins.
        tag: Name of the element.

    Returns:
        Index of the first token after the block, -1 if the element has no end; and the tokens of the text after the
        element in that block.
    """
    level, first = tokens[index].level, index + 1
    for number in range(index + 1, len(tokens)):
        token = tokens[number]
        if token.level < level:
            break
        if token.level == level and token.nesting >= 0:
            first = number
        rest = _after_end(token, tag)
        if rest is None:
            continue
        last = number
        while last < len(tokens) - 1 and not (tokens[last].level == level and tokens[last].nesting <= 0):
            last += 1
        if token.type == "inline" and last - first == 2 and rest.children:
            return last + 1, [tokens[first], rest, tokens[last]]
        return last + 1, [rest] if token.type == "html_block" and rest.content.strip() else []
    return -1, []


def _after_end(token: Token, tag: str) -> Token | None:
    """Return a copy of a token with only the text after a hidden element; None without the element's end."""
    end = re.compile(rf"</{tag}\s*>", re.IGNORECASE)
    if token.type not in ("html_block", "inline", "code_block"):
        return None
    content = without_comments(token.content) if token.type == "html_block" else token.content
    found = end.search(content)
    if found is None:
        return None
    rest = copy(token)
    if token.type == "inline":
        children = token.children or []
        ends = [
            number for number, child in enumerate(children) if child.type == "html_inline" and end.match(child.content)
        ]
        if not ends:
            return None
        rest.children = [child for child in children[ends[0] + 1 :] if child.content.strip() or child.nesting]
    else:
        rest.content = content[found.end() :] if token.type == "html_block" else ""
    return rest

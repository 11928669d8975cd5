"""HTML of notes: the common subset of Markdown is converted, all other text is shown as written.

Paragraphs, line breaks, emphasis, lists, quotations, code and links become HTML; headings become bold paragraphs. HTML,
pictures and all other markup in a note are shown as written.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from tui_reader.exchange.markup import attribute, escape, safe_href

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_NO_BLOCK = re.compile(r"(?>(?:\*{0,2}+[^\W\d_].*+(?:\n|\Z)|\n)*)")
"""Lines that are empty, or each begin with a letter, perhaps in bold: paragraphs, as no other block begins so."""
_INLINE_MARK = re.compile(r"[\\`*_~\[<&]")
_EMPHASIS = re.compile(r"\*(?<![^ \n(]\*)(\*?)([^\W_](?:[^\\`*_~\[<&]*[^\W_])?)\*\1(?![^ \n.,;:!?)])")
"""Words in italics or bold whose marks can have no other meaning: letters or digits inside, a space or punctuation
outside. A pattern that begins with the mark itself is found faster than one with a condition before the mark."""
_LINE_END = re.compile(" *\n *")
_MOST_CHARACTERS = 20_000
_MOST_MARKS = 1_000
"""A note with more than `_MOST_CHARACTERS` characters or `_MOST_MARKS` characters of markup is shown as written: the
time to parse Markdown grows with the square of their number."""
_DEEPEST = 100
"""Maximum depth of lists and quotations in a note that are written as HTML lists and quotations."""
_BLOCK_TAGS = {
    "paragraph": "p",
    "blockquote": "blockquote",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "heading": "p",
}
_INLINE_TAGS = {"em": "em", "strong": "strong", "s": "s"}


def note_html(note: str) -> str:
    """Return a note as block elements of HTML; empty if the note is blank."""
    text = note.strip()
    if not text:
        return ""
    if len(text) > _MOST_CHARACTERS:
        return _plain(text)
    if len(text) > _MOST_MARKS and sum(map(text.count, "*_`~[<>!&\\")) > _MOST_MARKS:
        return _plain(text)
    if _NO_BLOCK.fullmatch(text) is not None:
        return "".join(f"<p>{_paragraph(each.strip())}</p>" for each in text.split("\n\n") if each)
    try:
        tokens = _parser().parse(text)
    except RecursionError:
        return _plain(text)
    return _plain(text) if max((token.level for token in tokens), default=0) > _DEEPEST else _blocks(tokens)


def _paragraph(text: str) -> str:
    """Return a paragraph as inline HTML; its blocks are not parsed, which halves the time.

    A paragraph without marks other than `_EMPHASIS` is not parsed at all, which takes a fifth of the time.
    """
    lines = _LINE_END.sub("\n", text) if "\n" in text else text
    first, *others = _EMPHASIS.split(lines) if "*" in lines else (lines,)
    if any(map(_INLINE_MARK.search, (first, *others[2::3]))):
        return _inline(_parser().parseInline(text)[0].children or ())
    parts = [escape(first)]
    for more, words, rest in zip(others[::3], others[1::3], others[2::3], strict=True):
        tag = "strong" if more else "em"
        parts.append(f"<{tag}>{escape(words)}</{tag}>{escape(rest)}")
    return "".join(parts).replace("\n", "<br/>")


def _plain(text: str) -> str:
    lines = escape(text).replace("\n", "<br/>")
    return f"<p>{lines}</p>"


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 43 ms, and only notes with Markdown need it

    # The parser drops blocks nested beyond its limit, so the limit is very high.
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 1_000_000}).enable("strikethrough")
    # Markup that would be dropped or loaded is shown as written; `safe_href` checks links.
    parser.disable(["reference", "image", "html_block", "html_inline"])
    vars(parser).update(normalizeLink=str, normalizeLinkText=str, validateLink=lambda _: True)
    return parser


def _blocks(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    for token in tokens:
        name, _, side = token.type.rpartition("_")
        if token.type == "inline":
            parts.append(_inline(token.children or ()))
        elif token.type in {"fence", "code_block"}:
            code, language = escape(token.content.removesuffix("\n")), attribute("data-language", token.info.strip())
            parts.append(f'<pre dir="ltr"><code{language}>{code}</code></pre>')
        elif token.type == "hr":
            parts.append("<hr/>")
        elif side in {"open", "close"} and name in _BLOCK_TAGS and not token.hidden:
            parts.append(_tag(name, token, is_closing=side == "close"))
    return "".join(parts)


def _tag(name: str, token: Token, *, is_closing: bool) -> str:
    """Return the opening or closing HTML tag of a block.

    Args:
        name: The name of the block's kind in the parser, a key of `_BLOCK_TAGS`.
        token: The parser's token.
        is_closing: True for the closing tag.
    """
    tag = _BLOCK_TAGS[name]
    bold = "strong" if name == "heading" else ""
    if is_closing:
        return f"</{bold}></{tag}>" if bold else f"</{tag}>"
    start = token.attrGet("start") if name == "ordered_list" else None
    opening = f'<{tag} start="{start}">' if isinstance(start, int) else f"<{tag}>"
    return f"{opening}<{bold}>" if bold else opening


def _inline(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    closings: list[str] = []
    for token in tokens:
        name, _, side = token.type.rpartition("_")
        if token.type == "code_inline":
            parts.append(f"<code>{escape(token.content)}</code>")
        elif token.type in {"softbreak", "hardbreak"}:
            parts.append("<br/>")
        elif name in _INLINE_TAGS:
            parts.append(f"<{'/' if side == 'close' else ''}{_INLINE_TAGS[name]}>")
        elif token.type == "link_open":
            target = str(token.attrGet("href") or "")
            href = safe_href(target)
            # A link with an unsafe target is shown as written.
            parts.append(f'<a href="{href}" rel="noreferrer">' if href else "[")
            closings.append("</a>" if href else f"]({escape(target)})")
        elif token.type == "link_close":
            parts.append(closings.pop())
        else:
            parts.append(escape(token.content))
    return "".join(parts)

"""Conversion of markdown-it's inline tokens, and of HTML tags among the tokens, to text and spans."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_reader.document.blocks import Span, SpanKind
from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.document.link_targets import slug
from tui_reader.formats.markdown.emoji import EMOJI
from tui_reader.formats.text.bare_links import may_have_links
from tui_reader.formats.text.running_text import BLOCK_TAGS, HIDDEN_TAGS, RunningText, safe_target, target_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*)(.*)>", re.DOTALL)
"""A tag of HTML. Groups: the slash of a closing tag, the name, and the attributes."""
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")
_IMAGE_TAG = re.compile(r"<img\b", re.IGNORECASE)
_HIDDEN = re.compile(rf"<(/?)({'|'.join(HIDDEN_TAGS)})(?![\w-])", re.IGNORECASE)

_SPANS = {
    "em_open": SpanKind.EMPHASIS,
    "strong_open": SpanKind.STRONG,
    "s_open": SpanKind.STRIKE,
    "mark_open": SpanKind.MARK,
    "sup_open": SpanKind.SUPERSCRIPT,
    "sub_open": SpanKind.SUBSCRIPT,
}


def alternative_text(image: Token) -> str:
    """Return the alternative text of a picture as one line."""
    parts: list[str] = []
    remaining = list(reversed(image.children or []))
    while remaining:
        token = remaining.pop()
        if token.type == "image":
            remaining.extend(reversed(token.children or []))
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type != "html_inline":
            parts.append(token.content)
    return clean_line("".join(parts))


def inline_text(children: Sequence[Token]) -> tuple[str, list[Span]]:
    """Convert inline tokens to text and spans."""
    if len(children) == 1 and children[0].type == "text" and not may_have_links(children[0].content):
        return clean_text(children[0].content).strip(" \n\t"), []
    running = RunningText()
    hidden, hidden_until = _hidden_ends(children), -1
    for index, token in enumerate(children):
        kind = token.type
        if kind in _SPANS or kind == "link_open":
            running.open(_SPANS.get(kind, SpanKind.LINK), safe_target(str(token.attrs.get("href", ""))))
        elif kind.endswith("_close"):
            running.close()
        elif index <= hidden_until:
            continue
        elif kind in ("text", "text_special", EMOJI):
            running.add(token.content)
        elif kind == "softbreak":
            running.add_soft_break(children[index + 1].content if index + 1 < len(children) else "")
        elif kind == "formula":
            running.add_literal(token.content.replace("\n", " "))
        elif kind == "code_inline":
            running.add_span(SpanKind.CODE, token.content)
        elif kind == "hardbreak":
            running.add_hard_break()
        elif kind == "image":
            _inline_picture(running, token)
        elif kind == "footnote_ref":
            number = token.meta["id"] + 1
            running.add_span(SpanKind.NOTE, f"[{number}]", f"#{number}")
        elif kind == "html_inline":
            hidden_until = hidden.get(index, -1)
            if hidden_until < 0:
                _inline_tag(running, token.content)
        else:
            running.add(token.content)
    return running.finish()


def id_of_source(children: Sequence[Token]) -> list[Span]:
    """Return a link target with the id that GitHub gives to a heading, unless the id follows from the text as shown.

    GitHub computes the id without the alternative text of pictures, and with the names of emoji.
    """
    others = [_as_written(each) for each in children if each.type != "image" and not _IMAGE_TAG.match(each.content)]
    differs = len(others) < len(children) or any(each.type == EMOJI for each in children)
    name = slug(inline_text(others)[0]) if differs else ""
    return [Span(SpanKind.TARGET, 0, 0, name)] if name else []


def _as_written(token: Token) -> Token:
    """Return a token with the name of its emoji in place of the character."""
    return token if token.type != EMOJI else replace(token, type="text_special", content=token.markup)


def _inline_picture(running: RunningText, token: Token) -> None:
    """Add the description of a picture, as a link to it unless it is already in a link or its address is unsafe."""
    target = safe_target(str(token.attrs.get("src", "")))
    text = alternative_text(token)
    if running.in_link or not target:
        running.add(text)
    else:
        running.add_span(SpanKind.LINK, text, target)


def _hidden_ends(children: Sequence[Token]) -> dict[int, int]:
    """Find the elements of a paragraph whose content is never shown, such as `<script>`.

    Returns:
        For the index of each opening tag, the index of its closing tag. Unclosed elements are left out, so that no text
        is lost.
    """
    ends: dict[int, int] = {}
    opened: tuple[int, str] | None = None
    for index, child in enumerate(children):
        found = _HIDDEN.match(child.content) if child.type == "html_inline" else None
        if found is None:
            continue
        tag = found[2].lower()
        if opened is None and not found[1]:
            opened = index, tag
        elif opened is not None and found[1] and tag == opened[1]:
            ends[opened[0]] = index
            opened = None
    return ends


def _inline_tag(running: RunningText, source: str) -> None:
    """Add what a raw tag of HTML in running text means, or the text of a CDATA section; drop comments."""
    match = _TAG.fullmatch(source)
    if match is None:  # a comment, a processing instruction or a CDATA section
        if source.startswith("<![CDATA["):
            running.add(source[9:-3])
        return
    tag = match[2].lower()
    if tag in BLOCK_TAGS:
        running.add_separation()
    if not match[1] and "=" in match[3]:
        running.add_targets(target_names(tag, _attributes(match[3])))
    if tag in BLOCK_TAGS:
        return
    if tag == "br":
        running.add_hard_break()
    elif match[1]:
        running.close_tag(tag)
    elif tag == "img":
        attributes = _attributes(match[3])
        running.add(clean_line(attributes.get("alt") or attributes.get("title", "")))
    elif not match[3].endswith("/"):
        running.open_tag(tag, _attributes(match[3]).get("href", "") if tag == "a" else "")


def _attributes(source: str) -> dict[str, str]:
    """Return the attributes of a tag by lower-case name; the first of repeated attributes counts."""
    from html import unescape  # noqa: PLC0415 - its table of entities is 2,200 lines, and few texts have raw tags

    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(source):
        found.setdefault(match[1].lower(), unescape(match[2] or match[3] or match[4] or ""))
    return found

"""Conversion of markdown-it's tokens to blocks and spans.

The tokens are a flat list. Nesting is kept on a stack, not by recursion, so that no input can exceed Python's limit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.blocks import Align, Block, BlockKind, DocumentBuilder, Span, SpanKind
from tui_reader.document.clean import clean_line, clean_text
from tui_reader.document.cooperative import yield_gil
from tui_reader.formats.text.running_text import TAGS, RunningText, safe_target
from tui_reader.formats.text.table_text import CellText, join_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_BULLETS = "•◦▪"
_TASK = re.compile(r"\[([ xX])\][ \t]+")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)([^>]*)>", re.DOTALL)
_ATTRIBUTE = re.compile(r"""\b(href|src|alt|title)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_LANGUAGE = re.compile(r"[^\s,{}]+")

_SPANS = {
    "em_open": SpanKind.EMPHASIS,
    "strong_open": SpanKind.STRONG,
    "s_open": SpanKind.STRIKE,
}
_ALIGNS = {"text-align:center": Align.CENTRE, "text-align:right": Align.RIGHT}


class _List(NamedTuple):
    """A list that encloses the current block."""

    number: int
    """Number of the list, unique in the document."""
    ordered: bool
    tight: bool
    bullet: str


class BlockReader:
    """Builder that converts the tokens of one text to blocks."""

    def __init__(self) -> None:
        self.builder = DocumentBuilder()
        self._enclosing: list[tuple[_List, ...]] = []
        """For each block, the lists that enclose it."""
        self._lists: list[_List] = []
        self._list_count = 0
        self._quote_depth = 0
        self._marker = ""
        """Marker of the list item or footnote whose first block comes next."""
        self._last_numbers: list[int] = []
        """For each open list, the number of its last item; -1 before the first."""
        self._quiet = False

    def read(self, tokens: Sequence[Token]) -> None:
        """Convert tokens to blocks, and append the blocks."""
        index = 0
        loose = _loose_lists(tokens)
        while index < len(tokens):
            yield_gil()
            token = tokens[index]
            match token.type:
                case "paragraph_open" | "heading_open":
                    self._paragraph(token, tokens[index + 1])
                    index += 2
                case "fence" | "code_block":
                    language = _LANGUAGE.match(clean_line(token.info))
                    block = Block(BlockKind.CODE, 0, 0, language=language[0] if language else "")
                    self._add(block, clean_text(token.content).removesuffix("\n"))
                case "formula_block":
                    self._add(Block(BlockKind.PARAGRAPH, 0, 0), _formula_lines(token.content))
                case "hr":
                    self._add(Block(BlockKind.RULE, 0, 0), "")
                case "html_block":
                    self._html(token.content)
                case "table_open":
                    index = self._table(tokens, index)
                case "blockquote_open":
                    self._quote_depth += 1
                case "blockquote_close":
                    self._quote_depth -= 1
                case "bullet_list_open" | "ordered_list_open":
                    self._open_list(token, tight=index not in loose)
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                    self._last_numbers.pop()
                case "list_item_open":
                    self._open_item(token)
                case "list_item_close":
                    if self._marker:
                        self._add(Block(BlockKind.PARAGRAPH, 0, 0), "")
            index += 1

    def read_note(self, number: int, tokens: Sequence[Token]) -> None:
        """Append the blocks of a footnote; the first block has the footnote's number as its marker."""
        self._quiet = True
        self._marker = f"[{number}]"
        self.read(tokens)
        if self._marker:
            self._add(Block(BlockKind.PARAGRAPH, 0, 0), "")
        self._quiet = False

    def finish_tightness(self) -> None:
        """Mark each block as tight if the innermost list that it shares with the next block is tight."""
        blocks, enclosing = self.builder.blocks, self._enclosing
        for index in range(len(blocks) - 1):
            shared = None
            for mine, other in zip(enclosing[index], enclosing[index + 1], strict=False):
                if mine.number != other.number:
                    break
                shared = mine
            if shared is not None and shared.tight:
                blocks[index] = blocks[index]._replace(tight=True)

    def _add(self, block: Block, text: str, spans: Sequence[Span] = ()) -> None:
        marker, self._marker = self._marker or block.marker, ""
        block = block._replace(
            quote=block.quote + self._quote_depth,
            depth=block.depth + len(self._lists),
            marker=marker,
            quiet=block.quiet or self._quiet,
        )
        self.builder.add(block, text, spans)
        self._enclosing.append(tuple(self._lists))

    def _html(self, source: str) -> None:
        from tui_reader.formats.markdown.html_fragment import read_fragment  # noqa: PLC0415 - 8 ms, only for texts with raw HTML

        for block, text, spans in read_fragment(source):
            self._add(block, text, spans)

    def _open_list(self, token: Token, *, tight: bool) -> None:
        if self._marker:
            self._add(Block(BlockKind.PARAGRAPH, 0, 0), "")
        ordered = token.type == "ordered_list_open"
        bullets = sum(not item.ordered for item in self._lists)
        self._list_count += 1
        self._lists.append(_List(self._list_count, ordered, tight, _BULLETS[min(bullets, len(_BULLETS) - 1)]))
        self._last_numbers.append(-1)

    def _open_item(self, token: Token) -> None:
        if not self._lists[-1].ordered:
            self._marker = self._lists[-1].bullet
            return
        number = int(token.info) if token.info.isdecimal() else 0
        # Many authors write `1.` before every item and mean 1, 2, 3.
        last = self._last_numbers[-1]
        if number <= last:
            number = last + 1
        self._last_numbers[-1] = number
        self._marker = f"{number}{token.markup}"

    def _paragraph(self, token: Token, inline: Token) -> None:
        children = inline.children or []
        if token.type == "heading_open":
            text, spans = inline_text(children)
            self._add(Block(BlockKind.HEADING, 0, 0, level=int(token.tag[1])), text, spans)
            return
        pictures = _pictures(children)
        if pictures:
            for target, caption in pictures:
                self._add(Block(BlockKind.FIGURE, 0, 0, target=target), caption)
            return
        text, spans = inline_text(children)
        task = _TASK.match(text) if self._marker in _BULLETS and self._marker else None
        if task:
            self._marker = "☐" if task[1] == " " else "☑"
            size = task.end()
            text = text[size:]
            spans = [s._replace(start=max(0, s.start - size), end=s.end - size) for s in spans if s.end > size]
        if text or self._marker:
            self._add(Block(BlockKind.PARAGRAPH, 0, 0), text, spans)

    def _table(self, tokens: Sequence[Token], index: int) -> int:
        """Convert a table's tokens and append it to the blocks.

        Args:
            tokens: All tokens.
            index: Index of the first token of the table.

        Returns:
            Index of the last token of the table.
        """
        rows: list[list[CellText]] = []
        aligns: list[Align] = []
        while tokens[index].type != "table_close":
            token = tokens[index]
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                rows[-1].append(CellText(*inline_text(tokens[index + 1].children or [])))
                if token.type == "th_open":
                    aligns.append(_ALIGNS.get(str(token.attrs.get("style", "")), Align.LEFT))
            index += 1
        self._add(*join_table(rows, aligns))
        return index


def _formula_lines(content: str) -> str:
    """Return the lines of a formula without white space at their ends and without empty lines."""
    return "\n".join(stripped for line in clean_text(content).split("\n") if (stripped := line.rstrip()))


def _loose_lists(tokens: Sequence[Token]) -> set[int]:
    """Find the lists that have empty rows between their items, in one pass at any depth of nesting.

    Markdown-it marks the paragraphs of a tight list as hidden, so the first paragraph of an item decides; a list
    without paragraphs is tight.

    Returns:
        Indices of the tokens that open lists with empty rows.
    """
    loose: set[int] = set()
    undecided: list[tuple[int, int]] = []
    for index, token in enumerate(tokens):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            undecided.append((index, token.level + 2))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            undecided.pop()
        elif token.type == "paragraph_open" and undecided and token.level == undecided[-1][1]:
            opened, _ = undecided[-1]
            undecided[-1] = opened, -1
            if not token.hidden:
                loose.add(opened)
    return loose


def _pictures(children: Sequence[Token]) -> list[tuple[str, str]]:
    """Return target and caption of each picture if a paragraph has only pictures; else an empty list."""
    pictures = []
    for child in children:
        if child.type == "image":
            caption = alternative_text(child) or clean_line(str(child.attrs.get("title", "")))
            pictures.append((safe_target(str(child.attrs.get("src", ""))), caption))
        elif child.type not in ("link_open", "link_close", "softbreak", "hardbreak") and child.content.strip():
            return []
    return pictures


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
    """Return the text and the spans of inline tokens."""
    if len(children) == 1 and children[0].type == "text" and "://" not in children[0].content:
        return clean_text(children[0].content).strip(" \n\t"), []
    running = RunningText()
    for index, token in enumerate(children):
        kind = token.type
        if kind in ("text", "text_special"):
            running.add(token.content)
        elif kind == "softbreak":
            running.add_soft_break(children[index + 1].content if index + 1 < len(children) else "")
        elif kind == "formula":
            running.add_literal(token.content.replace("\n", " "))
        elif kind == "code_inline":
            running.add_span(SpanKind.CODE, token.content)
        elif kind == "link_open":
            running.open(SpanKind.LINK, safe_target(str(token.attrs.get("href", ""))))
        elif kind in _SPANS:
            running.open(_SPANS[kind])
        elif kind.endswith("_close"):
            running.close()
        elif kind == "hardbreak":
            running.add_hard_break()
        elif kind == "image":
            _inline_picture(running, token)
        elif kind == "footnote_ref":
            number = token.meta["id"] + 1
            running.add_span(SpanKind.NOTE, f"[{number}]", f"#{number}")
        elif kind == "html_inline":
            _inline_tag(running, token.content)
        else:
            running.add(token.content)
    return running.finish()


def _inline_picture(running: RunningText, token: Token) -> None:
    target = safe_target(str(token.attrs.get("src", "")))
    text = alternative_text(token)
    if running.in_link or not target:
        running.add(text)
    else:
        running.add_span(SpanKind.LINK, text, target)


def _inline_tag(running: RunningText, source: str) -> None:
    match = _TAG.fullmatch(source)
    if match is None:  # a comment, a processing instruction or a CDATA section
        if source.startswith("<![CDATA["):
            running.add(source[9:-3])
        return
    tag = match[2].lower()
    if tag == "br":
        running.add_hard_break()
    elif match[1]:
        running.close(tag)
    elif tag in TAGS:
        running.open(TAGS[tag], safe_target(_attributes(match[3]).get("href", "")), tag)
    elif tag == "img":
        attributes = _attributes(match[3])
        running.add(attributes.get("alt") or attributes.get("title", ""))


def _attributes(source: str) -> dict[str, str]:
    from html import unescape  # noqa: PLC0415 - its table of entities is 2,200 lines, and few texts have raw tags

    return {match[1].lower(): unescape(match[2] or match[3] or match[4] or "") for match in _ATTRIBUTE.finditer(source)}


def read_tokens(tokens: Sequence[Token], notes: dict[str, Any] | None) -> DocumentBuilder:
    """Build the blocks of a text, followed by its footnotes in the order of their numbers.

    Args:
        tokens: The tokens from markdown-it, with footnote definitions where they were written.
        notes: The footnotes with references, as the footnote plugin records them; None to leave all footnotes out.
    """
    reader = BlockReader()
    body, definitions = _separate_definitions(tokens)
    reader.read(body)
    if notes is not None:
        _read_notes(reader, definitions, notes)
    reader.finish_tightness()
    return reader.builder


def _read_notes(reader: BlockReader, definitions: dict[str, list[Token]], notes: dict[str, Any]) -> None:
    """Append the blocks of all footnotes; footnotes without references come last."""
    listed = notes.get("list", {})
    for number in sorted(listed):
        note = listed[number]
        if "tokens" in note:
            reader.read_note(number + 1, _as_paragraph(note))
        elif f":{note.get('label')}" in definitions:
            reader.read_note(number + 1, definitions.pop(f":{note.get('label')}"))
    for number, inner in enumerate(definitions.values(), len(listed) + 1):
        # Nothing refers to these footnotes, but text is never dropped.
        reader.read_note(number, inner)


def _separate_definitions(tokens: Sequence[Token]) -> tuple[list[Token], dict[str, list[Token]]]:
    """Return the tokens outside footnote definitions, and the tokens of each definition by its label."""
    body: list[Token] = []
    definitions: dict[str, list[Token]] = {}
    into = body
    for token in tokens:
        if token.type == "footnote_reference_open":
            into = definitions.setdefault(f":{token.meta['label']}", [])
        elif token.type == "footnote_reference_close":
            into = body
        else:
            into.append(token)
    return body, definitions


def _as_paragraph(note: dict[str, Any]) -> list[Token]:
    """Wrap the tokens of an inline footnote (`^[…]`) in a paragraph."""
    from markdown_it.token import Token as MarkdownToken  # noqa: PLC0415 - 43 ms, only for texts in Markdown

    opening = MarkdownToken("paragraph_open", "p", 1)
    inline = MarkdownToken("inline", "", 0, children=note["tokens"], content=note["content"])
    return [opening, inline, MarkdownToken("paragraph_close", "p", -1)]

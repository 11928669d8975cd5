"""Conversion of markdown-it's tokens to blocks and spans.

The tokens are a flat list. Nesting is kept on a stack, not by recursion, so that no input can exceed Python's limit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.blocks import Align, Block, BlockKind, DocumentBuilder, Span, SpanKind
from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.document.cooperative import yield_gil
from tui_reader.formats.markdown.callouts import read_callout
from tui_reader.formats.markdown.hidden_html import without_hidden
from tui_reader.formats.markdown.inline import alternative_text, id_of_source, inline_text
from tui_reader.formats.text.running_text import safe_target
from tui_reader.formats.text.table_text import CellText, join_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_BULLETS = "•◦▪"
_TASK = re.compile(r"\[([ xX])\][ \t]+")
_LANGUAGE = re.compile(r"([^\s,{}]+)|\{[^{}]*?\.([\w+#-]+)|\{[ ]*([\w+#-]+)")
"""The language of a code block: `python`, `{.python .lines}` (Pandoc) or `{r, echo=FALSE}` (R Markdown)."""

_ALIGNS = {"text-align:center": Align.CENTRE, "text-align:right": Align.RIGHT}


class _List(NamedTuple):
    """An open list or definition list that contains the current block."""

    number: int
    """Number of the list, unique in the document."""
    ordered: bool
    tight: bool
    """True if no empty lines are shown between its items."""
    bullet: str
    """The character before each item; empty for an ordered list and a definition list."""


class BlockReader:
    """Builder that converts the tokens of one text to blocks."""

    def __init__(self) -> None:
        self.builder = DocumentBuilder()
        self._enclosing: list[tuple[_List, ...]] = []
        """For each block, the lists that contain it."""
        self._lists: list[_List] = []
        self._list_count = 0
        self._quote_starts: list[int] = []
        """For each open quotation, the index of its first block."""
        self._marker = ""
        """Marker of a list item or footnote whose first block comes next."""
        self._last_numbers: list[int] = []
        """For each open list, the number of its last item; -1 before the first."""
        self._quiet = False
        """True while footnotes are read."""
        self._targets: list[Span] = []
        """HTML target names at a position without text; they belong to the next block."""

    def read(self, tokens: Sequence[Token]) -> None:
        """Convert markdown-it's tokens to blocks, and append them to the blocks of the text."""
        index = 0
        loose = _loose_lists(tokens)
        definitions: list[_List] = []
        while index < len(tokens):
            yield_gil()
            token = tokens[index]
            match token.type:
                case "paragraph_open" | "heading_open":
                    self._paragraph(token, tokens[index + 1])
                    index += 2
                case "fence" | "code_block":
                    language = _LANGUAGE.match(clean_line(token.info))
                    block = Block(BlockKind.CODE, 0, 0, language=language[language.lastindex or 0] if language else "")
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
                    self._quote_starts.append(len(self.builder.blocks))
                    index += self._callout(tokens, index + 1)
                case "blockquote_close":
                    self._close_quote()
                case "bullet_list_open" | "ordered_list_open":
                    self._open_list(token, tight=index not in loose)
                case "bullet_list_close" | "ordered_list_close" | "dd_close":
                    self._lists.pop()
                    self._last_numbers.pop()
                case "dt_open":
                    self._term(tokens[index + 1])
                    index += 1
                case "dl_open":
                    self._list_count += 1
                    definitions.append(_List(self._list_count, ordered=True, tight=index not in loose, bullet=""))
                case "dl_close":
                    definitions.pop()
                case "dd_open":
                    self._enter(definitions[-1])
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
        """Mark each block as tight if the innermost list that contains both it and the next block is tight."""
        blocks, enclosing = self.builder.blocks, self._enclosing
        for index in range(len(blocks) - 1):
            shared = None
            for mine, other in zip(enclosing[index], enclosing[index + 1], strict=False):
                if mine.number != other.number:
                    break
                shared = mine
            if shared is not None and shared.tight:
                blocks[index] = blocks[index]._replace(tight=True)

    def finish_quotes(self) -> None:
        """Remove the recorded end of a quotation unless the next block is in another quotation of the same depth."""
        blocks = self.builder.blocks
        for index, block in enumerate(blocks):
            following = blocks[index + 1].quote if index + 1 < len(blocks) else 0
            if block.quote_ends and following <= block.quote - block.quote_ends:
                blocks[index] = block._replace(quote_ends=0)

    def finish_targets(self) -> None:
        """Assign target names at the end of the text, which no block follows, to the end of the last block."""
        for span in self._targets:
            self.builder.add_target(span.target)
        self._targets = []

    def _add(self, block: Block, text: str, spans: Sequence[Span] = ()) -> None:
        if self._targets:
            spans = [*self._targets, *spans]
            self._targets = []
        if self._marker or self._quote_starts or self._lists or self._quiet:  # most blocks are in neither
            marker, self._marker = self._marker or block.marker, ""
            block = block._replace(
                quote=block.quote + len(self._quote_starts),
                depth=block.depth + len(self._lists),
                marker=marker,
                quiet=block.quiet or self._quiet,
            )
        self.builder.add(block, text, spans)
        self._enclosing.append(tuple(self._lists))

    def _html(self, source: str) -> None:
        from tui_reader.formats.markdown.html_fragment import read_fragment  # noqa: PLC0415 - 8 ms, only for texts with raw HTML

        fragment = read_fragment(source)
        for block, text, spans in fragment.blocks:
            self._add(block, text, spans)
        self._targets += fragment.targets

    def _close_quote(self) -> None:
        """End a quotation, so that its bar does not continue to a following quotation."""
        blocks = self.builder.blocks
        if self._quote_starts.pop() < len(blocks):
            blocks[-1] = blocks[-1].with_quote_end()

    def _open_list(self, token: Token, *, tight: bool) -> None:
        if self._marker:
            self._add(Block(BlockKind.PARAGRAPH, 0, 0), "")
        ordered = token.type == "ordered_list_open"
        bullets = sum(not item.ordered for item in self._lists)
        self._list_count += 1
        self._enter(_List(self._list_count, ordered, tight, _BULLETS[min(bullets, len(_BULLETS) - 1)]))

    def _enter(self, opened: _List) -> None:
        """Begin a list, or a definition, which is indented like a list item."""
        self._lists.append(opened)
        self._last_numbers.append(-1)

    def _term(self, inline: Token) -> None:
        """Append the term of a definition list; the definition follows without an empty row."""
        text, spans = inline_text(inline.children or [])
        self._add(Block(BlockKind.PARAGRAPH, 0, 0, tight=True), text, [Span(SpanKind.STRONG, 0, len(text)), *spans])

    def _callout(self, tokens: Sequence[Token], index: int) -> int:
        """Append the title of a callout, such as `> [!NOTE] Title`, as a separate block.

        Args:
            tokens: All tokens.
            index: Index of the first token in a quotation.

        Returns:
            Number of tokens to skip; 0 if the quotation is not a callout or its first paragraph has further text.
        """
        if tokens[index].type != "paragraph_open":
            return 0
        inline = tokens[index + 1]
        callout = read_callout(inline.children or [])
        if callout is None:
            return 0
        is_alone = not callout.rest and tokens[index + 3].type == "blockquote_close"
        title = callout.title
        self._add(Block(BlockKind.PARAGRAPH, 0, 0, tight=not is_alone), title, callout.spans)
        inline.children = callout.rest
        return 0 if callout.rest else 3

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
            block = Block(BlockKind.HEADING, 0, 0, level=int(token.tag[1]))
            self._add(block, text, [*spans, *id_of_source(children)])
            return
        pictures = _pictures(children)
        if pictures:
            self._targets += [span for span in inline_text(children)[1] if span.kind is SpanKind.TARGET]
            for target, caption in pictures:
                self._add(Block(BlockKind.FIGURE, 0, 0, target=target), caption)
            return
        text, spans = inline_text(children)
        task = _TASK.match(text) if self._marker in _BULLETS and self._marker else None
        if task:
            self._marker = "☐" if task[1] == " " else "☑"
            size = task.end()
            text = text[size:]
            spans = [
                s._replace(start=max(0, s.start - size), end=max(0, s.end - size))
                for s in spans
                if s.end > size or s.kind is SpanKind.TARGET
            ]
        if text or self._marker:
            self._add(Block(BlockKind.PARAGRAPH, 0, 0), text, spans)
        else:
            self._targets += spans

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
    """Return the lines of a formula, without white space at their ends and without empty lines."""
    return "\n".join(stripped for line in clean_text(content).split("\n") if (stripped := line.rstrip()))


def _loose_lists(tokens: Sequence[Token]) -> set[int]:
    """Find the lists with empty rows between their items, in one pass for any depth of nesting.

    Markdown-it marks the paragraphs of a tight list as hidden, so the first paragraph of an item decides; a list
    without paragraphs is tight.

    Returns:
        Indices of the tokens that open lists with empty rows.
    """
    loose: set[int] = set()
    undecided: list[tuple[int, int]] = []
    for index, token in enumerate(tokens):
        if token.type in ("bullet_list_open", "ordered_list_open", "dl_open"):
            undecided.append((index, token.level + 2))
        elif token.type in ("bullet_list_close", "ordered_list_close", "dl_close"):
            undecided.pop()
        elif token.type == "paragraph_open" and undecided and token.level == undecided[-1][1]:
            opened, _ = undecided[-1]
            undecided[-1] = opened, -1
            if not token.hidden:
                loose.add(opened)
    return loose


def _pictures(children: Sequence[Token]) -> list[tuple[str, str]]:
    """Return the target and caption of each picture in a paragraph of pictures only; else an empty list."""
    pictures = []
    for child in children:
        if child.type == "image":
            caption = alternative_text(child) or clean_line(str(child.attrs.get("title", "")))
            pictures.append((safe_target(str(child.attrs.get("src", ""))), caption))
        elif child.type not in ("link_open", "link_close", "softbreak", "hardbreak") and child.content.strip():
            return []
    return pictures


def read_tokens(tokens: Sequence[Token], notes: dict[str, Any] | None) -> DocumentBuilder:
    """Build the blocks of a text, followed by its footnotes in the order of their numbers.

    Args:
        tokens: The tokens from markdown-it, with footnote definitions where they were written.
        notes: The footnotes with references, as the footnote plugin records them; None to leave all footnotes out.
    """
    reader = BlockReader()
    body, definitions = _separate_definitions(without_hidden(tokens))
    reader.read(body)
    if notes is not None:
        _read_notes(reader, definitions, notes)
    reader.finish_targets()
    reader.finish_tightness()
    reader.finish_quotes()
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
        # No reference leads to these footnotes, but text is never dropped.
        reader.read_note(number, inner)


def _separate_definitions(tokens: Sequence[Token]) -> tuple[list[Token], dict[str, list[Token]]]:
    """Return the tokens outside of footnote definitions, and the tokens of each definition by `:` and its label."""
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

"""Gemtext (`.gmi`): lines of six kinds, as the Gemini protocol defines them (geminiprotocol.net/docs/gemtext.gmi)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder, Span, SpanKind
from tui_reader.document.cleaning import clean_line
from tui_reader.formats.metadata.guesses import Heading, complete
from tui_reader.formats.text.bare_links import bare_links
from tui_reader.formats.text.markup_format import MarkupFormat
from tui_reader.formats.text.running_text import safe_target
from tui_reader.formats.titled_document import titled_document

if TYPE_CHECKING:
    from tui_reader.formats.base import Format
    from tui_reader.formats.text.source import SourceText
    from tui_reader.model.article import Metadata

_LINK = re.compile(r"=>[ \t]*(\S+)(?:[ \t]+(.*))?")
_HEADING = re.compile(r"(#{1,3})[ \t]*(.*\S)")
_ITEM = re.compile(r"\*[ \t]+(.*)")
_QUOTE = re.compile(r">[ \t]?(.*)")
_FENCE = "```"
_MARKS = re.compile(r"^(?:#{1,3}[ \t]*|\*[ \t]+|>[ \t]?|=>[ \t]*\S+[ \t]*|```.*)", re.MULTILINE)
"""Pattern of the mark at the beginning of a line, such as `## ` or `=> address `; metadata is guessed without them."""


class Gemtext(MarkupFormat):
    """The format of gemtext files."""

    name = "gemtext"
    suffixes = (".gmi", ".gemini")

    def metadata(self, source: SourceText, name: str) -> Metadata:
        """Return the metadata in front matter; missing fields are guessed from the text and the file name."""

        def heading() -> Heading | None:
            is_code = False
            for line in source.body.split("\n"):
                if line.startswith(_FENCE):
                    is_code = not is_code
                elif not is_code and (match := _HEADING.match(line)):
                    return Heading(clean_line(match[2]), len(match[1]))
            return None

        return complete(source.header, _MARKS.sub("", source.body), name, heading)

    def document(self, source: SourceText, metadata: Metadata, name: str) -> Document:
        """Return the whole text as a document."""
        return titled_document(_blocks(source.body), metadata, source.body, notices=source.notices)


FORMAT: Format = Gemtext()


def _blocks(body: str) -> DocumentBuilder:
    builder = DocumentBuilder()
    code: list[str] | None = None
    language = ""
    lines = body.split("\n")
    for index, line in enumerate(lines):
        if line.startswith(_FENCE):
            if code is None:
                code, language = [], clean_line(line[len(_FENCE) :])
            else:
                _add_code(builder, code, language)
                code = None
        elif code is not None:
            code.append(line)
        elif line.strip():
            _add_line(builder, line.rstrip(), lines[index + 1] if index + 1 < len(lines) else "")
    if code:
        _add_code(builder, code, language)
    return builder


def _add_code(builder: DocumentBuilder, code: list[str], language: str) -> None:
    """Add preformatted lines; the text after the opening mark is their language, or describes a drawing."""
    is_language = bool(re.fullmatch(r"[\w+#.-]{1,20}", language))
    if language and not is_language:
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0, quiet=True, tight=True), language)
    text = "\n".join(code).strip("\n")
    if text:
        builder.add(Block(BlockKind.CODE, 0, 0, language=language if is_language else ""), text)


def _add_line(builder: DocumentBuilder, line: str, following: str) -> None:
    if match := _LINK.match(line):
        target, label = safe_target(match[1]), (match[2] or "").strip() or clean_line(match[1])
        spans = [Span(SpanKind.LINK, 0, len(label), target)] if target else []
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0, tight=following.startswith("=>")), label, spans)
    elif match := _HEADING.match(line):
        builder.add(Block(BlockKind.HEADING, 0, 0, level=len(match[1])), match[2])
    elif match := _ITEM.match(line):
        text, is_listed = match[1].strip(), _ITEM.match(following) is not None
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0, depth=1, marker="•", tight=is_listed), text, bare_links(text))
    elif (match := _QUOTE.match(line)) and match[1].strip():
        text = match[1].strip()
        block = Block(BlockKind.PARAGRAPH, 0, 0, quote=1, tight=following.startswith(">"))
        builder.add(block, text, bare_links(text))
    elif not line.startswith(">"):
        text = line.strip()
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), text, bare_links(text))

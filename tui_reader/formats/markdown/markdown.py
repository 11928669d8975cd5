"""Markdown: CommonMark with tables, strikethrough, footnotes, task lists and inline HTML tags."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_reader.document.blocks import BlockKind, Document
from tui_reader.document.cleaning import clean_line
from tui_reader.document.normalization import title_key
from tui_reader.formats.base import BY_CONTENT, BY_NAME, NO_MATCH, Format, suffix_of
from tui_reader.formats.markdown.approximate_text import rough_text
from tui_reader.formats.markdown.citations import CITED, cited_works
from tui_reader.formats.markdown.effort import is_too_deep, seconds_of
from tui_reader.formats.markdown.parser import markdown_parser, parse_blocks, parse_marks
from tui_reader.formats.markdown.text_tags import tags_in, with_tags
from tui_reader.formats.markdown.titles import first_lines, title_heading
from tui_reader.formats.markdown.wiki_links import has_wiki_links
from tui_reader.formats.metadata.failed_header import failed_header
from tui_reader.formats.metadata.guesses import Heading, complete, extrapolated, note_title
from tui_reader.formats.plain import plain
from tui_reader.formats.problem_page import empty_document, problem_document, problem_metadata
from tui_reader.formats.text.source import SourceText, beginning_of, head_of, open_source

if TYPE_CHECKING:
    from markdown_it.token import Token

    from tui_reader.model.article import Metadata

_LARGE = 100_000
"""Size in bytes from which reading a text takes longer than 50 ms; reading takes 0.34 s per MB."""

_TOO_LARGE = 16_000_000
"""Size in bytes above which a text is read as plain text: as Markdown it takes 5 s and half a gigabyte of memory."""

_WHOLLY_EXAMINED = 4_000_000
"""Size in bytes up to which a preview estimates the time for parsing the whole text: about 30 ms per MB."""

_MOST_SHORT_LINES = 50_000
_SHORT_LINE = 8
"""A text with more than `_MOST_SHORT_LINES` lines, shorter than `_SHORT_LINE` characters on average, is read as plain.

Each line takes about 20 µs, however short it is."""

_MOST_SECONDS = 2.0
"""Estimated seconds of parsing up to which a text of any size is read as Markdown, not as plain text."""
_MOST_SECONDS_PER_MEGABYTE = 1.0
"""Estimated seconds per MB up to which a text is read as Markdown in any case; running text takes a third."""

_BEGINNINGS = (plain.PREVIEW, 4 * plain.PREVIEW, 16 * plain.PREVIEW)
"""Numbers of characters to parse for a preview: each in turn, until the last block begins after the first quarter."""
_parser = markdown_parser
_NOTE_MARK = re.compile(r"\[\d+\]")

_MARKDOWN_SIGN = re.compile(
    r"\A(?:\ufeff)?(?:---|\+\+\+)[ \t]*\r?\n|^#{1,6} \S|^(?:```|~~~)|\[[^\]\n]+\]\(https?://|^(?:\*|-) \[[ x]\] ",
    re.MULTILINE,
)
"""Pattern of a construct of Markdown: front matter, `# Heading`, a fence, a link to a web page, `- [x] task`."""
_FEWEST_SIGNS = 2
"""Number of different Markdown constructs that identify a file without a suffix: plain text may have one by chance."""


class Markdown(Format):
    """The format of Markdown files."""

    name = "Markdown"
    suffixes = (".md", ".markdown", ".mdown", ".mkd")

    def matches(self, name: str, head: bytes) -> int:
        """Return the priority of Markdown by the suffix; without a suffix, by Markdown constructs in `head`."""
        suffix = suffix_of(name)
        if suffix:
            return BY_NAME if suffix in self.suffixes else NO_MATCH
        signs = {match[0][:2] for match in _MARKDOWN_SIGN.finditer(head.decode("utf-8", "replace"))}
        return BY_CONTENT if len(signs) >= _FEWEST_SIGNS else NO_MATCH

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
        """Return the whole text as a document."""
        source = open_source(data)
        if source.problem:
            return problem_document(name, len(data), source.problem)
        return _read_body(source, _metadata(source, name), name, len(data))

    def scan(self, data: bytes, name: str) -> tuple[Metadata, str]:
        """Return the metadata, and the reason if the file cannot be read, without parsing the text."""
        source = open_source(data)
        if source.problem:
            return problem_metadata(name), source.problem
        return _metadata(source, name), ""

    def preview(self, data: bytes, name: str) -> Document | None:
        """Return the beginning of a text of 100 kB or more; None for a shorter text.

        Links are resolved, even if their definitions are at the end of the text; footnotes are numbered, but not shown
        yet.
        """
        if len(data) < _LARGE:
            return None
        # The beginning alone may suggest another encoding than the whole file, or have no end of its header.
        source = (open_source if len(data) <= _TOO_LARGE else lambda data: head_of(data, plain.PREVIEW))(data)
        if source.problem or not source.body:
            return None
        head = source._replace(body=beginning_of(source.body, plain.PREVIEW), notices=())
        share = len(head.body) / len(source.body) if len(data) <= _TOO_LARGE else plain.PREVIEW / len(data)
        metadata = extrapolated(_metadata(head, name, source.body), share)
        examined = source.body if len(data) <= _WHOLLY_EXAMINED else head.body
        if why := _reason_for_plain(examined, len(data)):
            return _as_plain(head, name, metadata, why, partial=True)
        try:
            return _read_beginning(source.body, metadata)
        except RecursionError:
            return _as_plain(head, name, metadata, "is nested too deeply", partial=True)


FORMAT: Format = Markdown()


def _read_beginning(body: str, metadata: Metadata) -> Document | None:
    """Parse the beginning of a text up to an offset where no block is open, so that its blocks are final.

    If the last block makes up most of the beginning, a longer beginning is parsed; in the longest beginning the last
    block is kept.

    Returns:
        The document; None if it would have no text.
    """
    from tui_reader.formats.markdown.definitions import add_definitions  # noqa: PLC0415 - not needed for listing articles
    from tui_reader.formats.markdown.formulas import first_unclosed  # noqa: PLC0415 - see above
    from tui_reader.formats.markdown.hidden_html import unclosed as is_unclosed  # noqa: PLC0415 - see above
    from tui_reader.formats.markdown.tokens import read_tokens  # noqa: PLC0415 - see above

    parser = _parser()
    tokens: list[Token] = []
    for size in _BEGINNINGS:
        env: dict[str, Any] = {}
        head = beginning_of(body, size)
        tokens = parse_blocks(parser, head, env)
        if len(head) == len(body):
            break
        top_level = [
            (index, token.map[0])
            for index, token in enumerate(tokens)
            if token.level == 0 and token.nesting >= 0 and token.map
        ]
        unclosed = [token.map[0] for token in tokens if token.map and token.type == "html_block" and is_unclosed(token)]
        stop = min((line for line in (first_unclosed(env), *unclosed) if line is not None), default=None)
        if stop is not None:
            # The end of the formula or script may be outside the beginning, so nothing after its first line is certain.
            ends = ((index, (tokens[index].map or [0, 0])[1]) for index, _ in top_level)
            cut = next((index for index, end in ends if end > stop), len(tokens))
            tokens, top_level = tokens[:cut], [entry for entry in top_level if entry[0] < cut]
        if top_level and top_level[-1][1] > head.count("\n", 0, size // 4):
            # The last block may continue after the beginning.
            tokens = tokens[: top_level[-1][0]]
            break
    used = "\n".join(token.content for token in tokens if token.type == "inline")
    # Some definitions in the beginning may be no definitions in the whole text.
    env = {CITED: cited_works(metadata.header)}
    add_definitions(parser, body, 0, used, env)
    parse_marks(parser, tokens, env)
    builder = read_tokens(tokens, None)
    return _with_title(builder.build(metadata, partial=True)) if builder.blocks else None


def _reason_for_plain(body: str, size: int) -> str:
    """Return the reason why a text is read as plain text, such as `is too large`; empty for Markdown."""
    lines = body.count("\n")
    if size > _TOO_LARGE:
        return "is too large"
    if lines > _MOST_SHORT_LINES and len(body) < _SHORT_LINE * lines:
        return "has too many short lines"
    if is_too_deep(body):
        return "is nested too deeply"
    if seconds_of(body) > max(_MOST_SECONDS, _MOST_SECONDS_PER_MEGABYTE * len(body) / 1e6):
        return "has too many lists, notes, cells or marks"
    return ""


def _read_body(source: SourceText, metadata: Metadata, name: str, size: int) -> Document:
    """Parse a text as Markdown, or as plain text if parsing Markdown would take too long.

    Args:
        source: The text with its header.
        metadata: The metadata of the article.
        name: File name.
        size: Size of the file in bytes.
    """
    from tui_reader.formats.markdown.tokens import read_tokens  # noqa: PLC0415 - not needed for listing articles

    if why := _reason_for_plain(source.body, size):
        return _as_plain(source, name, metadata, why, partial=False)
    env: dict[str, Any] = {CITED: cited_works(source.header)}
    try:
        tokens = _parser().parse(source.body, env)
    except RecursionError:
        return _as_plain(source, name, metadata, "is nested too deeply", partial=False)
    builder = read_tokens(tokens, env.get("footnotes", {}))
    if not builder.blocks:
        return empty_document(metadata, source.body)
    return _with_title(builder.build(metadata, notices=source.notices))


def _with_title(document: Document) -> Document:
    """Return a document with `title_block` set if its first heading repeats the title."""
    heading = document.block_text(0) if document.blocks[0].kind is BlockKind.HEADING else ""
    repeats = heading and title_key(_NOTE_MARK.sub("", heading)) == title_key(document.metadata.title)
    return replace(document, title_block=0) if repeats else document


def _as_plain(source: SourceText, name: str, metadata: Metadata, why: str, *, partial: bool) -> Document:
    """Parse a text as plain text, with a notice that gives the reason `why`, such as `is too large`."""
    notice = f"It {why} to be read as Markdown and is shown as plain text."
    return plain.read_body(source._replace(notices=(*source.notices, notice)), name, partial=partial, metadata=metadata)


def _metadata(source: SourceText, name: str, whole: str = "") -> Metadata:
    """Return the metadata of a text without parsing it.

    Args:
        source: The text, or its beginning.
        name: File name.
        whole: The whole text, whose definitions the links of a heading may need; empty if `source` is the whole text.
    """
    failed = failed_header(source.body)
    body = source.body[failed.end :]

    def heading() -> Heading | None:
        written = clean_line(failed.title)
        if written:
            return Heading(written, 0)
        text = (whole or source.body)[failed.end :]
        found = title_heading(text)
        if found is not None and found.level == 1:
            return found
        note = note_title(name) if has_wiki_links(text) else ""
        return Heading(note, 1) if note else found

    metadata = complete(source.header, rough_text(body), name, heading, lambda: first_lines(body, whole or source.body))
    tags = tags_in(whole or body)
    return metadata._replace(tags=with_tags(metadata.tags, tags)) if tags else metadata

"""The plain text format, mostly for pasted pages: no text is hidden, repaired or changed.

Only the signs `>` of quoted mails are removed, since such lines are drawn as quotations. A line is a paragraph,
unless the text was wrapped to a column by hand or by a mail program; then lines are joined.
"""

from __future__ import annotations

import operator
import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import Block, BlockKind, Document
from tui_reader.document.cleaning import clean_line
from tui_reader.document.cooperative import yield_gil
from tui_reader.document.partial import with_ending
from tui_reader.formats.base import BY_NAME, FALLBACK, Format, suffix_of
from tui_reader.formats.metadata.guesses import complete, extrapolated
from tui_reader.formats.plain.chapters import find_chapters
from tui_reader.formats.plain.other_stories import find_tail, is_sentence_end, is_story_paragraph
from tui_reader.formats.plain.wrapped_lines import (
    continued,
    is_drawn,
    is_quotation,
    joined,
    quote_depth,
    without_quote_signs,
)
from tui_reader.formats.problem_page import empty_document, problem_document, problem_metadata
from tui_reader.formats.text.bare_links import bare_links
from tui_reader.formats.text.source import SourceText, ending_of, head_of, open_source

if TYPE_CHECKING:
    from tui_reader.model.article import Metadata

PREVIEW = 20_000
"""Number of characters of a large file that a preview shows before the rest is read."""
ENDING = 10_000
"""Number of characters at the end of a large file in a preview, for jumps to the end; more than any screen shows."""

_LARGE = 1_500_000
"""Size in bytes from which reading may take over 50 ms on a slow machine; usually it takes 10 ms per MB."""

_CHUNK = 500_000
"""Number of characters to split into paragraphs before other threads can run."""

_YIELD_EVERY = 1_000
"""Number of paragraphs that are processed before other threads can run."""

_EMPTY_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_LIST_LIKE = re.compile(r" {0,4}(?:[-*+•◦▪‣·–—][ \t]|\(?\d{1,3}[.)][ \t]|\(?[a-zA-Z][.)][ \t])| {5}|\t")
# First characters of list items: testing one character first avoids the regular expression for most lines.
_LIST_STARTS = frozenset(" \t-*+•◦▪‣·–—(0123456789")

_LINES_OF_A_QUOTED_ONE = 10
"""A text counts as a mail if at least one line in this many is a quoted line (`>`)."""
_SIGNATURE = "--"
"""The line before the signature of a mail, without its trailing space."""
_SHORTEST, _LONGEST = 55, 85
"""Minimum and maximum length of the lines of a wrapped paragraph, except its last line."""
_LONGER_THAN_WRAPPED = 95
"""Length above which a line was certainly not wrapped."""
_ATTRIBUTION = re.compile(r"\S+ [^\n]*\d{1,2}[:.]\d\d|\S+ [^\n]*\b(?:19|20)\d\d\b")
"""Pattern of the first of the two lines that a mail program may put above a quotation, such as `On 5 Jan 2026, Ann`."""
_SHORT_LINE = 60
"""Length below which all lines of a chunk are drawn without empty rows between them, such as verses."""
_MOST_QUIET_LINES = 12
"""Maximum number of lines above the first story paragraph that are drawn in a muted tone."""


class PlainText(Format):
    """The format of files without markup."""

    name = "plain text"
    suffixes = (".txt", ".text")

    def matches(self, name: str, head: bytes) -> int:
        """Return the priority of plain text, which reads every file that no other format recognizes."""
        return BY_NAME if suffix_of(name) in self.suffixes else FALLBACK

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
        """Return the whole text as a document."""
        source = open_source(data)
        if source.problem:
            return problem_document(name, len(data), source.problem)
        return read_body(source, name)

    def scan(self, data: bytes, name: str) -> tuple[Metadata, str]:
        """Return the metadata, and the reason if the file cannot be read, without building blocks."""
        source = open_source(data)
        if source.problem:
            return problem_metadata(name), source.problem
        return complete(source.header, source.body, name), ""

    def preview(self, data: bytes, name: str) -> Document | None:
        """Return the beginning and the end of a text of 1.5 MB or more; None for a shorter text."""
        if len(data) < _LARGE:
            return None
        source = head_of(data, PREVIEW)
        if source.problem or not source.body:
            return None
        metadata = extrapolated(complete(source.header, source.body, name), len(source.body.encode()) / len(data))
        beginning = read_body(source, name, partial=True, metadata=metadata)
        end = _paragraphs(ending_of(data, ENDING), wrapped=_is_wrapped(source.body[: PREVIEW // 2]))
        return with_ending(beginning, _blocks(end, quiet=0), "\n".join(end.texts)) if end.texts else beginning


FORMAT: Format = PlainText()


def read_body(source: SourceText, name: str, *, partial: bool = False, metadata: Metadata | None = None) -> Document:
    """Build the document of a cleaned text.

    Args:
        source: The text with its header.
        name: File name, from which a title may be guessed.
        partial: True if the text is only the beginning of the article.
        metadata: The metadata if another format has already found them; None to find them here.
    """
    metadata = metadata or complete(source.header, source.body, name)
    # Only half the length of a preview, so that preview and full text are judged by the same lines.
    paragraphs = _paragraphs(source.body, wrapped=_is_wrapped(source.body[: PREVIEW // 2]))
    texts = paragraphs.texts
    if not texts:
        return empty_document(metadata, source.body)
    text = "\n".join(texts)
    return Document(
        text,
        tuple(_blocks(paragraphs, quiet=_count_opening_lines(texts))),
        tuple(bare_links(text)),
        metadata,
        tail=None if partial else find_tail(texts),
        notices=source.notices,
        partial=partial,
        title_block=0 if clean_line(texts[0]) == metadata.title else None,
    )


class _Paragraphs(NamedTuple):
    """The paragraphs of a text."""

    texts: list[str]
    tights: list[bool]
    """For each paragraph, True if the next paragraph follows without an empty row."""
    quotes: dict[int, int]
    """Quotation depth of the quoted paragraphs of a mail, by index."""

    def add(self, text: str, *, tight: bool, quote: int = 0) -> None:
        """Append a paragraph; `tight` if no empty row follows it, with `quote` bars before it."""
        if quote:
            self.quotes[len(self.texts)] = quote
        self.texts.append(text)
        self.tights.append(tight)


def _blocks(paragraphs: _Paragraphs, *, quiet: int) -> list[Block]:
    """Convert paragraphs to blocks; the first `quiet` blocks are drawn in a muted tone."""
    texts, tights, quotes = paragraphs
    levels = find_chapters(texts, tights)
    blocks = []
    start = 0
    for index, (text, tight) in enumerate(zip(texts, tights, strict=True)):
        end = start + len(text)
        level = levels.get(index, 0)
        kind = BlockKind.HEADING if level else BlockKind.PARAGRAPH
        blocks.append(Block(kind, start, end, level, quotes.get(index, 0), 0, "", tight, index < quiet and not level))
        start = end + 1
        if not index % _YIELD_EVERY:
            yield_gil()
    return blocks


def _paragraphs(body: str, *, wrapped: bool) -> _Paragraphs:
    """Split a text into paragraphs.

    Args:
        body: The text, or a section of it.
        wrapped: True if the text as a whole is wrapped to a column.
    """
    found = _Paragraphs([], [], {})
    chunks = _chunks(body)
    quoted = body.count("\n>")
    is_mail = quoted > 1
    mostly_mail = is_mail and quoted * _LINES_OF_A_QUOTED_ONE >= body.count("\n")
    for index, chunk in enumerate(chunks):
        if not index % _YIELD_EVERY:
            yield_gil()
        if "\n" not in chunk:
            if is_mail and chunk[:1] == ">":
                _add_quotation(found, [chunk.rstrip()], wrapped=wrapped)
            elif text := chunk.rstrip():
                found.add(text, tight=False)
            continue
        lines = [line for line in map(str.rstrip, chunk.split("\n")) if line]
        begins_quoted = bool(lines) and lines[0][0] == ">" and (mostly_mail or (is_mail and len(lines) == 1))
        if begins_quoted or ("\n>" in chunk and is_quotation(lines)):
            _add_quotation(found, lines, wrapped=wrapped or mostly_mail)
        elif lines:
            # Mail programs wrap what they send.
            _add_lines(found, lines, wrapped=wrapped or mostly_mail, alone=len(chunks) == 1)
    return found


def _add_lines(found: _Paragraphs, lines: list[str], *, wrapped: bool, alone: bool = False, quote: int = 0) -> None:
    """Add the lines between two empty lines: joined if they are wrapped, else each as a paragraph.

    Args:
        found: Receives the paragraphs.
        lines: The lines.
        wrapped: True if the text as a whole is wrapped to a column.
        alone: True if the text has no empty line: then short lines do not belong together.
        quote: Quotation depth of the lines in a mail.
    """
    if _SIGNATURE in lines[1:]:
        signature = lines.index(_SIGNATURE, 1)
        _add_lines(found, lines[:signature], wrapped=wrapped, quote=quote)
        lines = lines[signature:]
    is_wrapped = len(lines) > 1 and _chunk_is_wrapped(lines, wrapped)
    drawn = lines[0] == _SIGNATURE or (is_wrapped and is_drawn(lines))
    if is_wrapped and not drawn:
        for text, tight in joined(lines):
            found.add(text, tight=tight, quote=quote)
        return
    short = drawn or (not alone and max(map(len, lines)) < _SHORT_LINE)
    listed = [line[0] in _LIST_STARTS and _LIST_LIKE.match(line) is not None for line in lines]
    tights = [short or both for both in map(operator.and_, listed, listed[1:])]
    for line, tight in zip(lines, [*tights, False], strict=True):
        found.add(line, tight=tight, quote=quote)


def _add_quotation(found: _Paragraphs, lines: list[str], *, wrapped: bool) -> None:
    """Add the lines of a quoted mail; a change of quotation depth or an empty line begins a paragraph.

    The signs `>` are removed, since the page draws bars before quotations.
    """
    for depth, group in groupby(lines, quote_depth):
        bare = [without_quote_signs(line) if depth else line for line in group]
        for filled, part in groupby(bare, lambda line: bool(line.strip())):
            if filled:
                kept = list(part)
                # The line that names the author of the quoted lines is a separate paragraph.
                says = kept.pop() if not depth and kept[-1].endswith(":") else ""
                if says and kept and _ATTRIBUTION.match(kept[-1]):
                    says = f"{kept.pop()} {says}"
                if kept:
                    _add_lines(found, kept, wrapped=wrapped or depth > 0, quote=depth)
                if says:
                    found.add(says, tight=False)


def _chunks(body: str) -> list[str]:
    """Split a text at empty lines into chunks; the screen can be drawn between two chunks."""
    chunks: list[str] = []
    start = 0
    while (end := body.find("\n\n", start + _CHUNK)) >= 0:
        chunks += _EMPTY_LINES.split(body[start:end])
        start = end
        yield_gil()
    return [*chunks, *_EMPTY_LINES.split(body[start:])]


def _is_wrapped(beginning: str) -> bool:
    """Return True if a text is wrapped to a column: most of its first lines are full, few are longer."""
    lengths = [len(line) for line in beginning.split("\n")[:-1] if line.strip()]
    full = sum(_SHORTEST <= length <= _LONGEST for length in lengths)
    return (
        full > 4
        and full >= len(lengths) / 2
        and sum(length > _LONGER_THAN_WRAPPED for length in lengths) <= len(lengths) / 20
    )


def _chunk_is_wrapped(lines: list[str], wrapped: bool) -> bool:
    """Return True if the lines of a chunk are wrapped paragraphs: 70 % of them have the length of wrapped lines.

    Fewer than five lines prove nothing, since a headline and its deck look alike. They count as one paragraph only if
    the whole text is wrapped.
    """
    if len(lines) < 5 and not wrapped:
        return False
    lengths = list(map(len, lines))
    if max(lengths) > _LONGER_THAN_WRAPPED:
        return False
    before = len(lines) - 1
    if not _are_full(lengths[:before]):
        # List items are often short: then only items that continue on the next line count.
        return wrapped and _are_full(list(map(len, continued(lines))))
    # Lines of which most end like sentences are paragraphs that happen to be as long as wrapped lines.
    return wrapped or sum(is_sentence_end(line) for line in lines[:before]) <= before / 2


def _are_full(lengths: list[int]) -> bool:
    """Return True if 70 % of the lines have the length of wrapped lines; False without lines."""
    return bool(lengths) and sum([_SHORTEST <= length <= _LONGEST for length in lengths]) >= 0.7 * len(lengths)


def _count_opening_lines(texts: list[str]) -> int:
    """Count the lines above the first story paragraph; 0 if there are more than 12."""
    for index, text in enumerate(texts[: _MOST_QUIET_LINES + 1]):
        if is_story_paragraph(text):
            return index
    return 0

"""The plain text format, mostly for pasted pages: no text is hidden, repaired or changed.

A line is a paragraph, unless the text was wrapped to a column by hand or by a mail program; then lines are joined.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING

from tui_reader.document.blocks import Block, BlockKind, Document
from tui_reader.document.clean import clean_line
from tui_reader.document.cooperative import yield_gil
from tui_reader.document.partial import with_ending
from tui_reader.formats.base import BY_NAME, FALLBACK, Format, suffix_of
from tui_reader.formats.metadata.guesses import complete, extrapolated
from tui_reader.formats.plain.other_stories import find_tail, is_sentence_end, is_story_paragraph
from tui_reader.formats.problem_page import empty_document, problem_document, problem_metadata
from tui_reader.formats.text.bare_links import bare_links
from tui_reader.formats.text.source import SourceText, ending_of, head_of, open_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_reader.model.article import Metadata

PREVIEW = 20_000
"""Number of characters of a large file that a preview shows before the rest is read."""
ENDING = 10_000
"""Number of characters at the end of a large file in a preview, for jumps to the end; more than any screen shows."""

_LARGE = 1_500_000
"""Size in bytes from which reading may take over 50 ms on a slow machine; a usual machine takes some 10 ms per MB."""

_CHUNK = 500_000
"""Number of characters that are split into paragraphs before other threads can run."""

_YIELD_EVERY = 1_000
"""Number of paragraphs that are processed before other threads can run."""

_EMPTY_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_LIST_LIKE = re.compile(r" {0,4}(?:[-*+•◦▪‣·–—][ \t]|\(?\d{1,3}[.)][ \t]|[a-zA-Z][.)][ \t])| {5}|\t")
# First characters of lines that may be list items: testing one character makes the regexp needless for most lines.
_LIST_STARTS = frozenset(" \t-*+•◦▪‣·–—(0123456789")
_FIRST_CJK = "\u2e80"
_CJK_EDGE = re.compile("[\u2e80-\u9fff\uff00-\uffef]")

_SHORTEST, _LONGEST = 55, 85
"""Length of the lines of a wrapped paragraph, except its last line."""
_LONGER_THAN_WRAPPED = 95
_SHORT_LINE = 60
_MOST_QUIET_LINES = 12


class PlainText:
    """The format of files without markup."""

    name = "plain text"
    suffixes = (".txt", ".text")

    def matches(self, name: str, head: bytes) -> int:
        """Return the priority of plain text, which reads every file that no other format recognizes."""
        return BY_NAME if suffix_of(name) in self.suffixes else FALLBACK

    def read(self, data: bytes, name: str) -> Document:
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
        texts, tights = _paragraphs(ending_of(data, ENDING), wrapped=_is_wrapped(source.body[: PREVIEW // 2]))
        return with_ending(beginning, _blocks(texts, tights, quiet=0), "\n".join(texts)) if texts else beginning


FORMAT: Format = PlainText()


def read_body(source: SourceText, name: str, *, partial: bool = False, metadata: Metadata | None = None) -> Document:
    """Build the document of a cleaned text.

    Args:
        source: The text and its header.
        name: File name, from which a title may be guessed.
        partial: True if the text is only the beginning of the article.
        metadata: The metadata if another format has already found them; None to find them here.
    """
    metadata = metadata or complete(source.header, source.body, name)
    # Only half the length of a preview, so that preview and whole text give the same result.
    texts, tights = _paragraphs(source.body, wrapped=_is_wrapped(source.body[: PREVIEW // 2]))
    if not texts:
        return empty_document(metadata, source.body)
    text = "\n".join(texts)
    return Document(
        text,
        tuple(_blocks(texts, tights, quiet=_count_opening_lines(texts))),
        tuple(bare_links(text)),
        metadata,
        tail=None if partial else find_tail(texts),
        notices=source.notices,
        partial=partial,
        title_block=0 if clean_line(texts[0]) == metadata.title else None,
    )


def _blocks(texts: list[str], tights: list[bool], *, quiet: int) -> list[Block]:
    """Return paragraphs as blocks, of which the first `quiet` ones are drawn in a muted tone."""
    kind = BlockKind.PARAGRAPH
    blocks = []
    start = 0
    for index, (text, tight) in enumerate(zip(texts, tights, strict=True)):
        end = start + len(text)
        blocks.append(Block(kind, start, end, 0, 0, 0, "", tight, index < quiet))
        start = end + 1
        if not index % _YIELD_EVERY:
            yield_gil()
    return blocks


def _paragraphs(body: str, *, wrapped: bool) -> tuple[list[str], list[bool]]:
    """Split a text into paragraphs.

    Args:
        body: The text, or a part of it.
        wrapped: True if the text as a whole is wrapped to a column.

    Returns:
        The texts of the paragraphs, and for each paragraph True if the next one follows without an empty row.
    """
    texts: list[str] = []
    tights: list[bool] = []
    chunks = _chunks(body)
    for index, chunk in enumerate(chunks):
        if not index % _YIELD_EVERY:
            yield_gil()
        if "\n" not in chunk:
            if text := chunk.rstrip():
                texts.append(text)
                tights.append(False)
            continue
        lines = [line for line in map(str.rstrip, chunk.split("\n")) if line]
        if len(lines) > 1 and _chunk_is_wrapped(lines, wrapped):
            for text, tight in _joined(lines):
                texts.append(text)
                tights.append(tight)
        elif lines:
            short = len(chunks) > 1 and max(map(len, lines)) < _SHORT_LINE
            listed = [line[0] in _LIST_STARTS and _LIST_LIKE.match(line) is not None for line in lines]
            texts.extend(lines)
            tights.extend([short or both for both in map(operator.and_, listed, listed[1:])])
            tights.append(False)
    return texts, tights


def _chunks(body: str) -> list[str]:
    """Split a text at empty lines, in parts between which the user interface can draw."""
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
    """Return True if the lines of a chunk are one paragraph: 70 % of them, without the last, are full.

    Fewer than five lines prove nothing, since a headline and its deck look alike. They count as one paragraph only if
    the whole text is wrapped.
    """
    if len(lines) < 5 and not wrapped:
        return False
    lengths = list(map(len, lines))
    if max(lengths) > _LONGER_THAN_WRAPPED:
        return False
    before = len(lines) - 1
    if sum([_SHORTEST <= length <= _LONGEST for length in lengths[:before]]) < 0.7 * before:
        return False
    # Wrapping breaks lines anywhere: if most lines end with a sentence, they were not wrapped.
    return wrapped or sum(is_sentence_end(line) for line in lines[:before]) <= before / 2


def _joined(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Yield the paragraphs of wrapped lines; an indented line or a list item begins a new one.

    Yields:
        The text of a paragraph, and True if the next one follows without an empty row.
    """
    ends = {line[-1] for line in lines}
    if "-" not in ends and max(ends) < _FIRST_CJK and _LIST_STARTS.isdisjoint([line[0] for line in lines]):
        yield " ".join(lines), False
        return
    margin = min(len(line) - len(line.lstrip(" ")) for line in lines)
    parts: list[str] = []
    listed = False
    for line in lines:
        begins = line[margin] in _LIST_STARTS and _LIST_LIKE.match(line, margin) is not None
        if parts and (begins or (listed and line[margin] not in " \t" and len(parts[-1]) < _SHORTEST)):
            yield "".join(parts), listed and begins
            parts, listed = [], False
        if parts:
            parts.append(_separator(parts[-1], line))
            parts.append(line.lstrip())
        else:
            parts.append(line)
            listed = begins
    yield "".join(parts), False


def _separator(before: str, after: str) -> str:
    """Return the text for a line break: empty between CJK characters or after a hyphen, else a space."""
    if before[-1] == "-" and before[-2:-1].isalpha() and after[:1].islower():
        return ""
    return "" if _CJK_EDGE.match(before[-1]) and _CJK_EDGE.match(after.lstrip()[:1]) else " "


def _count_opening_lines(texts: list[str]) -> int:
    """Count the lines above the first story paragraph; 0 if there are more than 12."""
    for index, text in enumerate(texts[: _MOST_QUIET_LINES + 1]):
        if is_story_paragraph(text):
            return index
    return 0

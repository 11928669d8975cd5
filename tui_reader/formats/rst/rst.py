"""reStructuredText (`.rst`): documents of Python projects, of Sphinx, Nikola and Pelican."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_reader.document.blocks import BlockKind, Document
from tui_reader.document.clean import clean_line
from tui_reader.formats.base import BY_NAME, NO_MATCH, Format, suffix_of
from tui_reader.formats.metadata.guesses import Heading, complete
from tui_reader.formats.plain import plain
from tui_reader.formats.problem_page import empty_document, problem_document, problem_metadata
from tui_reader.formats.text.source import SourceText, open_source

if TYPE_CHECKING:
    from tui_reader.model.article import Metadata

_UNDERLINE = re.compile(r"([!-/:-@[-`{-~])\1{1,}[ \t]*\Z")
_FIELD = re.compile(r":([A-Za-z][\w -]{0,30}):[ \t]+(\S.*)")
_REMARK = re.compile(r"\.\.[ \t]+([a-z]+):[ \t]+(\S.*)")
_KEYS = {
    "author": "author",
    "authors": "authors",
    "date": "date",
    "tags": "tags",
    "keywords": "keywords",
    "category": "category",
    "lang": "language",
    "language": "language",
    "title": "title",
    "url": "url",
}
_TOP = 80
"""Number of lines at the top that are searched for the title and the fields."""
_MARKS = re.compile(
    r"^[ \t]*(?:\.\.[ \t]+(?:[\w:+-]+::.*|_.*|\|.*)?|:[\w -]+:(?=[ \t]|$)|([!-/:-@[-`{-~])\1{2,}[ \t]*)$"
    r"|:[\w:+-]{1,40}:(?=`)|[`*|]|<[^<>\n]{1,500}>`?_{0,2}"
    r"|^[ \t]*\.\. ",
    re.MULTILINE,
)
_ROLE = re.compile(
    r":[\w:+-]+:`([^`<]*?)(?:\s*<[^>`]*>)?`|`([^`<]*?)(?:\s*<[^>`]*>)?`_{0,2}|\*{1,2}([^*]+)\*{1,2}|\|([^|]+)\|_?"
)
_MOST = 2_000_000
"""Maximum number of characters of a text that docutils parses, at 2 s per megabyte."""
_MOST_SHORT_LINES = 60_000


class RestructuredText(Format):
    """The format of reStructuredText."""

    name = "reStructuredText"
    suffixes = (".rst", ".rest")

    def matches(self, name: str, head: bytes) -> int:
        """Return the priority of reStructuredText, which only the suffix determines."""
        return BY_NAME if suffix_of(name) in self.suffixes else NO_MATCH

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
        """Return the whole text as a document; as plain text if docutils cannot parse it."""
        source = open_source(data)
        if source.problem:
            return problem_document(name, len(data), source.problem)
        metadata = _metadata(source, name)
        if len(source.body) > _MOST or source.body.count("\n") > _MOST_SHORT_LINES:
            return _as_plain(source, name, metadata, "is too large")
        from tui_reader.formats.rst.rst_parser import parsed  # noqa: PLC0415 - not needed for listing articles
        from tui_reader.formats.rst.rst_tree import TreeReader  # noqa: PLC0415 - see above

        try:
            builder = TreeReader().read(parsed(source.body))
        except Exception:  # noqa: BLE001 - docutils raises errors of many kinds for texts that it does not expect
            return _as_plain(source, name, metadata, "is too unusual")
        if not builder.blocks:
            return empty_document(metadata, source.body)
        document = builder.build(metadata, notices=source.notices)
        is_title = document.blocks[0].kind is BlockKind.HEADING and clean_line(document.block_text(0)) == metadata.title
        return replace(document, title_block=0) if is_title else document

    def scan(self, data: bytes, name: str) -> tuple[Metadata, str]:
        """Return the metadata, and the reason if the file cannot be read, without parsing the text."""
        source = open_source(data)
        if source.problem:
            return problem_metadata(name), source.problem
        return _metadata(source, name), ""


FORMAT: Format = RestructuredText()


def _as_plain(source: SourceText, name: str, metadata: Metadata, why: str) -> Document:
    notice = f"It {why} to be read as reStructuredText and is shown as plain text."
    return plain.read_body(source._replace(notices=(*source.notices, notice)), name, metadata=metadata)


def _metadata(source: SourceText, name: str) -> Metadata:
    """Return the metadata in fields and comments at the top of the text; what is missing is guessed."""
    lines = source.body.split("\n", _TOP)[:_TOP]
    header: dict[str, Any] = dict(source.header)
    for line in lines:
        match = _FIELD.match(line) or _REMARK.match(line)
        if match and (key := _KEYS.get(match[1].strip().lower())):
            header.setdefault(key, _plain(match[2]))
    return complete(header, _MARKS.sub("", source.body), name, lambda: _title(lines))


def _title(lines: list[str]) -> Heading | None:
    """Return the first section title, with level 1 if no other text is above it, else 2; None without a title."""
    is_first = True
    for index, line in enumerate(lines[:-1]):
        text, below = line.rstrip(), lines[index + 1].rstrip()
        if not text.strip() or (text.startswith(("..", ":", " ")) and not _overlined(lines, index)):
            continue
        if _UNDERLINE.match(text):
            continue
        if _UNDERLINE.match(below) and len(below) >= min(len(text.strip()), 4) and any(map(str.isalnum, text)):
            title = _plain(text)
            return Heading(title, 1 if is_first else 2) if title else None
        is_first = False
    return None


def _overlined(lines: list[str], index: int) -> bool:
    return index > 0 and lines[index - 1].strip() != "" and _UNDERLINE.match(lines[index - 1].rstrip()) is not None


def _plain(text: str) -> str:
    """Return a line without inline markup."""
    return clean_line(_ROLE.sub(lambda found: next(filter(None, found.groups()), ""), text).replace("\\", ""))

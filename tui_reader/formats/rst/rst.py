"""reStructuredText (`.rst`): documents of Python projects, of Sphinx, Nikola and Pelican."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.metadata.guesses import Heading, complete
from tui_reader.formats.plain import plain
from tui_reader.formats.text.markup_format import MarkupFormat
from tui_reader.formats.titled_document import titled_document

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.formats.base import Format
    from tui_reader.formats.text.source import SourceText
    from tui_reader.model.article import Metadata

_UNDERLINE = re.compile(r"([!-/:-@[-`{-~])\1{1,}[ \t]*\Z")
"""The line below, and perhaps above, a section title: one sign repeated, such as `=====`."""
_FIELD = re.compile(r":([A-Za-z][\w -]{0,30}):[ \t]+(\S.*)")
"""A field: `:author: Ann Roe`."""
_REMARK = re.compile(r"\.\.[ \t]+([a-z]+):[ \t]+(\S.*)")
"""A field in a comment, as in articles for Nikola: `.. date: 2024-03-05`."""
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
"""Pattern of markup that is removed before words are counted: directives, field names, underlines, roles, targets."""
_ROLE = re.compile(
    r":[\w:+-]+:`([^`<]*?)(?:\s*<[^>`]*>)?`|`([^`<]*?)(?:\s*<[^>`]*>)?`_{0,2}|\*{1,2}([^*]+)\*{1,2}|\|([^|]+)\|_?"
)
"""Inline markup; one of the groups is its text: `:doc:`text <file>``, `` `text <address>`_ ``, `*text*`, `|text|`."""
_MOST = 2_000_000
"""Maximum number of characters of a text that docutils parses, at 2 s per megabyte."""
_MOST_LINES = 60_000
"""Maximum number of lines of a text that docutils parses, since short lines take longer than their characters."""


class RestructuredText(MarkupFormat):
    """The format of reStructuredText."""

    name = "reStructuredText"
    suffixes = (".rst", ".rest")

    def metadata(self, source: SourceText, name: str) -> Metadata:
        """Return the metadata in fields and comments at the top of the text; missing fields are guessed."""
        lines = source.body.split("\n", _TOP)[:_TOP]
        header: dict[str, Any] = dict(source.header)
        for line in lines:
            match = _FIELD.match(line) or _REMARK.match(line)
            if match and (key := _KEYS.get(match[1].strip().lower())):
                header.setdefault(key, _plain(match[2]))
        return complete(header, _MARKS.sub("", source.body), name, lambda: _title(lines))

    def document(self, source: SourceText, metadata: Metadata, name: str) -> Document:
        """Return the whole text as a document; as plain text if docutils cannot parse it."""
        if len(source.body) > _MOST or source.body.count("\n") > _MOST_LINES:
            return _as_plain(source, name, metadata, "is too large")
        from tui_reader.formats.rst.rst_parser import parsed  # noqa: PLC0415 - not needed for listing articles
        from tui_reader.formats.rst.rst_tree import TreeReader  # noqa: PLC0415 - see above

        try:
            builder = TreeReader().read(parsed(source.body))
        except Exception:  # noqa: BLE001 - docutils raises errors of many kinds for texts that it does not expect
            return _as_plain(source, name, metadata, "is too unusual")
        return titled_document(builder, metadata, source.body, notices=source.notices)


FORMAT: Format = RestructuredText()


def _as_plain(source: SourceText, name: str, metadata: Metadata, why: str) -> Document:
    """Return a text as plain text, with a notice such as “It is too large to be read as reStructuredText …”."""
    notice = f"It {why} to be read as reStructuredText and is shown as plain text."
    return plain.read_body(source._replace(notices=(*source.notices, notice)), name, metadata=metadata)


def _title(lines: list[str]) -> Heading | None:
    """Return the first section title, with level 1 if no other text is above it, else 2; None without a title."""
    is_first = True
    for index, line in enumerate(lines[:-1]):
        text, below = line.rstrip(), lines[index + 1].rstrip()
        is_marked = text.startswith(("..", ":", " ")) and not _ROLE.match(text)
        if not text.strip() or (is_marked and not _overlined(lines, index)):
            continue
        if _UNDERLINE.match(text):
            continue
        if _UNDERLINE.match(below) and len(below) >= min(len(text.strip()), 4) and any(map(str.isalnum, text)):
            title = _plain(text)
            return Heading(title, 1 if is_first else 2) if title else None
        is_first = False
    return None


def _overlined(lines: list[str], index: int) -> bool:
    """Return True if the line above the line at `index` may be the overline of a section title, such as `=====`."""
    return index > 0 and lines[index - 1].strip() != "" and _UNDERLINE.match(lines[index - 1].rstrip()) is not None


def _plain(text: str) -> str:
    """Return a line without inline markup."""
    return clean_line(_ROLE.sub(lambda found: next(filter(None, found.groups()), ""), text).replace("\\", ""))

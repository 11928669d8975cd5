"""Org (`.org`): outlines, notes and articles of Emacs Org mode."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.metadata.guesses import Heading, complete
from tui_reader.formats.org.org_blocks import HEADLINE, KEYWORD, OrgReader
from tui_reader.formats.org.org_inline import Notes, inline_text
from tui_reader.formats.text.markup_format import MarkupFormat
from tui_reader.formats.titled_document import titled_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_reader.document.blocks import Document
    from tui_reader.formats.base import Format
    from tui_reader.formats.text.source import SourceText
    from tui_reader.model.article import Metadata

_KEYS = {"title": "title", "author": "author", "date": "date", "language": "language", "keywords": "keywords"}
_TOP = 200
"""Number of lines at the top that are searched for settings of the whole text."""
_DATE = re.compile(r"[<\[]?(\d{4}-\d\d-\d\d)")
"""A date, possibly in the brackets of a time stamp: `<2024-03-05 Tue>`."""
_HIDDEN = re.compile(
    r"^[ \t]*(?:#\+.*|# .*|:(?:PROPERTIES|LOGBOOK):\n(?:.*\n){0,200}?[ \t]*:END:)$|^\*+ "
    r"|\[\[[^\]\[\n]{0,500}\]\[|[*/_=~|\[\]]",
    re.MULTILINE | re.IGNORECASE,
)
"""Pattern of parts that are not counted as words: settings, comments, drawers, stars, targets of links, and marks."""
_MOST = 8_000_000
"""Maximum number of characters that are read; a megabyte takes 0.4 s."""


class OrgFormat(MarkupFormat):
    """The format of Org files."""

    name = "Org"
    suffixes = (".org",)

    def metadata(self, source: SourceText, name: str) -> Metadata:
        """Return the metadata in front matter and the settings at the top of the text; missing fields are guessed."""
        lines = source.body.split("\n", _TOP)[:_TOP]

        def heading() -> Heading | None:
            titles = [match for line in lines if (match := HEADLINE.match(line))]
            tops = sum(len(match[1]) == 1 for match in titles)
            if not titles:
                return None
            text = clean_line(inline_text(titles[0][2], Notes())[0])
            return Heading(text, 1 if tops == 1 and len(titles[0][1]) == 1 else 2) if text else None

        return complete(_header(source.header, lines), _HIDDEN.sub(" ", source.body), name, heading)

    def document(self, source: SourceText, metadata: Metadata, name: str) -> Document:
        """Return the text as a document: of more than `_MOST` characters only the beginning, with a notice."""
        notices = source.notices
        body = source.body
        if len(body) > _MOST:
            body, notices = body[:_MOST], (*notices, f"Only its first {_MOST:,} characters are shown.")
        lines = body.split("\n")
        return titled_document(OrgReader(lines, _states(lines)).read(), metadata, source.body, notices=notices)


FORMAT: Format = OrgFormat()


def _states(lines: list[str]) -> list[str]:
    """Return the TODO states of headings that a text defines, such as `#+TODO: OPEN | CLOSED`."""
    found = []
    for line in lines[:_TOP]:
        match = KEYWORD.match(line)
        if match and match[1].lower() in ("todo", "seq_todo", "typ_todo"):
            found += [word.partition("(")[0] for word in match[2].split() if word != "|"]
    return [word for word in found if word][:50]


def _header(front_matter: Mapping[str, Any], lines: list[str]) -> dict[str, Any]:
    """Return front matter, with the settings in the lines at the top of the text, such as `#+title:`, added to it."""
    header = dict(front_matter)
    for line in lines:
        if not (match := KEYWORD.match(line)):
            continue
        key, value = match[1].lower(), match[2]
        if key == "filetags":
            header["tags"] = [*header.get("tags", ()), *filter(None, re.split(r"[:\s]+", value))]
        elif key == "date":
            date = _DATE.match(value)
            header.setdefault("date", date[1] if date else value)
        elif key in _KEYS and value:
            text, _ = inline_text(value, Notes())
            header[key] = f"{header[key]} {text}" if key == "title" and key in header else header.get(key, text)
    return header

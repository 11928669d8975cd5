"""Org (`.org`): outlines, notes and articles of Emacs Org mode."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_reader.document.blocks import BlockKind, Document
from tui_reader.document.clean import clean_line
from tui_reader.formats.base import BY_NAME, NO_MATCH, Format, suffix_of
from tui_reader.formats.metadata.guesses import Heading, complete
from tui_reader.formats.org.org_blocks import HEADLINE, KEYWORD, OrgReader
from tui_reader.formats.org.org_inline import Notes, inline_text
from tui_reader.formats.problem_page import empty_document, problem_document, problem_metadata
from tui_reader.formats.text.source import SourceText, open_source

if TYPE_CHECKING:
    from tui_reader.model.article import Metadata

_KEYS = {"title": "title", "author": "author", "date": "date", "language": "language", "keywords": "keywords"}
_TOP = 200
"""Number of lines at the top that are searched for settings of the whole text."""
_DATE = re.compile(r"[<\[]?(\d{4}-\d\d-\d\d)")
_HIDDEN = re.compile(
    r"^[ \t]*(?:#\+.*|# .*|:(?:PROPERTIES|LOGBOOK):\n(?:.*\n){0,200}?[ \t]*:END:)$|^\*+ "
    r"|\[\[[^\]\[\n]{0,500}\]\[|[*/_=~|\[\]]",
    re.MULTILINE | re.IGNORECASE,
)
_MOST = 8_000_000
"""Maximum number of characters that are read; a megabyte takes 0.4 s."""


class OrgFormat(Format):
    """The format of Org files."""

    name = "Org"
    suffixes = (".org",)

    def matches(self, name: str, head: bytes) -> int:
        """Return the priority of Org, which only the suffix determines."""
        return BY_NAME if suffix_of(name) in self.suffixes else NO_MATCH

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
        """Return the whole text as a document."""
        source = open_source(data)
        if source.problem:
            return problem_document(name, len(data), source.problem)
        metadata = _metadata(source, name)
        notices = source.notices
        body = source.body
        if len(body) > _MOST:
            body, notices = body[:_MOST], (*notices, f"Only its first {_MOST:,} characters are shown.")
        lines = body.split("\n")
        builder = OrgReader(lines, _states(lines)).read()
        if not builder.blocks:
            return empty_document(metadata, source.body)
        document = builder.build(metadata, notices=notices)
        is_title = document.blocks[0].kind is BlockKind.HEADING and document.block_text(0) == metadata.title
        return replace(document, title_block=0) if is_title else document

    def scan(self, data: bytes, name: str) -> tuple[Metadata, str]:
        """Return the metadata, and the reason if the file cannot be read, without building blocks."""
        source = open_source(data)
        if source.problem:
            return problem_metadata(name), source.problem
        return _metadata(source, name), ""


FORMAT: Format = OrgFormat()


def _states(lines: list[str]) -> list[str]:
    """Return the TODO states of headings that a text defines, such as `#+TODO: OPEN | CLOSED`."""
    found = []
    for line in lines[:_TOP]:
        match = KEYWORD.match(line)
        if match and match[1].lower() in ("todo", "seq_todo", "typ_todo"):
            found += [word.partition("(")[0] for word in match[2].split() if word != "|"]
    return [word for word in found if word][:50]


def _metadata(source: SourceText, name: str) -> Metadata:
    """Return the metadata in the settings at the top of the text; what is missing is guessed."""
    header: dict[str, Any] = dict(source.header)
    lines = source.body.split("\n", _TOP)[:_TOP]
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

    def heading() -> Heading | None:
        titles = [match for line in lines if (match := HEADLINE.match(line))]
        tops = sum(len(match[1]) == 1 for match in titles)
        if not titles:
            return None
        text = clean_line(inline_text(titles[0][2], Notes())[0])
        return Heading(text, 1 if tops == 1 and len(titles[0][1]) == 1 else 2) if text else None

    return complete(header, _HIDDEN.sub(" ", source.body), name, heading)

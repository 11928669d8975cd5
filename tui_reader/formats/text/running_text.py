"""Builder of running text with spans from the inline tokens of Markdown and the inline tags of HTML."""

from __future__ import annotations

import re
from typing import NamedTuple

from tui_reader.document.blocks import Span, SpanKind
from tui_reader.document.clean import clean_line, clean_text
from tui_reader.formats.text.bare_links import bare_links

TAGS = {
    "em": SpanKind.EMPHASIS,
    "i": SpanKind.EMPHASIS,
    "cite": SpanKind.EMPHASIS,
    "dfn": SpanKind.EMPHASIS,
    "var": SpanKind.EMPHASIS,
    "strong": SpanKind.STRONG,
    "b": SpanKind.STRONG,
    "code": SpanKind.CODE,
    "samp": SpanKind.CODE,
    "tt": SpanKind.CODE,
    "kbd": SpanKind.KEY,
    "sup": SpanKind.SUPERSCRIPT,
    "sub": SpanKind.SUBSCRIPT,
    "mark": SpanKind.MARK,
    "s": SpanKind.STRIKE,
    "del": SpanKind.STRIKE,
    "strike": SpanKind.STRIKE,
    "a": SpanKind.LINK,
}
"""Inline HTML tags that become styled spans; other inline tags are dropped, and their text is kept."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_SAFE_SCHEMES = frozenset(
    {"http", "https", "mailto", "ftp", "ftps", "gemini", "gopher", "news", "tel", "doi", "irc", "xmpp"}
)
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


def safe_target(address: str) -> str:
    """Return an address as written; empty if its scheme could run code, such as `javascript:` or `data:`."""
    address = clean_line(address)
    scheme = _SCHEME.match(address)
    return address if scheme is None or scheme[1].lower() in _SAFE_SCHEMES else ""


class _OpenSpan(NamedTuple):
    """A span that has begun but not ended."""

    kind: SpanKind | None
    start: int
    target: str
    tag: str


class RunningText:
    """Builder for the text of one block or one table cell, and the spans over it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: dict[int, _OpenSpan] = {}
        self._open_by_tag: dict[str, list[int]] = {}
        self._last_number = 0
        self._open_links = 0
        self.length = 0
        self.spans: list[Span] = []

    @property
    def last(self) -> str:
        """Return the last character of the text built so far; empty if there is none."""
        return self._parts[-1][-1] if self._parts else ""

    @property
    def in_link(self) -> bool:
        """Return True if text that is added now belongs to a link."""
        return self._open_links > 0

    def add(self, text: str) -> None:
        """Clean a text and append it; cleaning is needed since HTML entities may stand for control characters."""
        text = clean_text(text)
        if not text:
            return
        if "://" in text and not self._open_links:
            self.spans.extend(
                s._replace(start=s.start + self.length, end=s.end + self.length) for s in bare_links(text)
            )
        self._parts.append(text)
        self.length += len(text)

    def add_literal(self, text: str) -> None:
        """Append a text in which no address is looked for."""
        text = clean_text(text)
        self._parts.append(text)
        self.length += len(text)

    def add_span(self, kind: SpanKind, text: str, target: str = "") -> None:
        """Append a text, and a span that covers it."""
        start = self.length
        text = clean_text(text)
        if text:
            self._parts.append(text)
            self.length += len(text)
            self.spans.append(Span(kind, start, self.length, target))

    def add_soft_break(self, following: str) -> None:
        """Append a space for a line break of the source; between CJK characters append nothing."""
        if not (_WIDE.match(self.last) and _WIDE.match(following[:1])):
            self.add(" ")

    def add_hard_break(self) -> None:
        """Append a line break that is part of the text."""
        self.add("\n")

    def open(self, kind: SpanKind | None, target: str = "", tag: str = "") -> None:
        """Begin a span; a link without a target becomes plain text.

        Args:
            kind: Kind of the span; None for a tag without a style, which only has to be closed.
            target: Target of a link.
            tag: HTML tag to which `close` refers; empty for Markdown.
        """
        if kind is SpanKind.LINK and not target:
            kind = None
        self._open_links += kind is SpanKind.LINK
        self._last_number += 1
        self._open[self._last_number] = _OpenSpan(kind, self.length, target, tag)
        self._open_by_tag.setdefault(tag, []).append(self._last_number)

    def close(self, tag: str = "") -> None:
        """End the innermost open span with this tag; a tag that was never opened is ignored."""
        if numbers := self._open_by_tag.get(tag):
            self._end(self._open.pop(numbers.pop()))

    def finish(self) -> tuple[str, list[Span]]:
        """End all open spans; return the text, stripped of white space at its ends, and its spans."""
        while self._open:
            self._end(self._open.popitem()[1])
        text = "".join(self._parts)
        stripped = text.strip(" \n\t")
        if len(stripped) == len(text):
            return text, self.spans
        shift = len(text) - len(text.lstrip(" \n\t"))
        size = len(stripped)
        spans = [
            s._replace(start=max(0, s.start - shift), end=min(size, s.end - shift))
            for s in self.spans
            if s.end > shift and s.start - shift < size
        ]
        return stripped, spans

    def _end(self, opened: _OpenSpan) -> None:
        self._open_links -= opened.kind is SpanKind.LINK
        if opened.kind is not None and self.length > opened.start:
            self.spans.append(Span(opened.kind, opened.start, self.length, opened.target))

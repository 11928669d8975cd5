"""Running text with its spans: what Markdown's inline tokens and HTML's inline tags are turned into."""

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
"""Inline HTML tags that have a look; the text of all others is kept without one."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_SAFE_SCHEMES = frozenset(
    {"http", "https", "mailto", "ftp", "ftps", "gemini", "gopher", "news", "tel", "doi", "irc", "xmpp"}
)
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


def safe_target(address: str) -> str:
    """An address as written, or nothing where following it could run something: `javascript:`, `data:` and the like."""
    address = clean_line(address)
    scheme = _SCHEME.match(address)
    return address if scheme is None or scheme[1].lower() in _SAFE_SCHEMES else ""


class _Open(NamedTuple):
    kind: SpanKind | None
    start: int
    target: str
    tag: str


class RunningText:
    """Collects the text of one block, or of one table cell, and the spans over it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: dict[int, _Open] = {}
        self._open_by_tag: dict[str, list[int]] = {}
        self._opened = 0
        self._links = 0
        self.length = 0
        self.spans: list[Span] = []

    @property
    def last(self) -> str:
        """The last character so far; empty where there is none."""
        return self._parts[-1][-1] if self._parts else ""

    @property
    def in_link(self) -> bool:
        """Whether text added now belongs to a link."""
        return self._links > 0

    def add(self, text: str) -> None:
        """Append text, cleaned: entities may have brought control characters in."""
        text = clean_text(text)
        if not text:
            return
        if "://" in text and not self._links:
            self.spans.extend(
                s._replace(start=s.start + self.length, end=s.end + self.length) for s in bare_links(text)
            )
        self._parts.append(text)
        self.length += len(text)

    def add_span(self, kind: SpanKind, text: str, target: str = "") -> None:
        """Append text that has a look of its own."""
        start = self.length
        text = clean_text(text)
        if text:
            self._parts.append(text)
            self.length += len(text)
            self.spans.append(Span(kind, start, self.length, target))

    def add_soft_break(self, following: str) -> None:
        """A line break of the source only: a space, or nothing between characters of scripts that know no spaces."""
        if not (_WIDE.match(self.last) and _WIDE.match(following[:1])):
            self.add(" ")

    def add_hard_break(self) -> None:
        """A line break that the author meant."""
        self.add("\n")

    def open(self, kind: SpanKind | None, target: str = "", tag: str = "") -> None:
        """Begin a span; a link without a target is only its text."""
        if kind is SpanKind.LINK and not target:
            kind = None
        self._links += kind is SpanKind.LINK
        self._opened += 1
        self._open[self._opened] = _Open(kind, self.length, target, tag)
        self._open_by_tag.setdefault(tag, []).append(self._opened)

    def close(self, tag: str = "") -> None:
        """End the innermost span that was opened with this tag; one that nobody opened is ignored."""
        if numbers := self._open_by_tag.get(tag):
            self._end(self._open.pop(numbers.pop()))

    def finish(self) -> tuple[str, list[Span]]:
        """The text without space at its ends, and its spans; what is still open ends here."""
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

    def _end(self, opened: _Open) -> None:
        self._links -= opened.kind is SpanKind.LINK
        if opened.kind is not None and self.length > opened.start:
            self.spans.append(Span(opened.kind, opened.start, self.length, opened.target))

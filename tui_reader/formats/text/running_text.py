"""Builder of running text with spans, for the inline tokens of Markdown and the inline tags of HTML."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import Span, SpanKind
from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.formats.text.bare_links import bare_links, may_have_links

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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

BLOCK_TAGS = frozenset(
    """
    address article aside blockquote body caption center col colgroup dd details dialog dir div dl dt fieldset
    figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li listing main
    menu nav noframes ol optgroup option p plaintext pre search section summary table tbody td textarea tfoot th thead
    tr ul xmp
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""HTML tags that begin a new line; all other tags, including unknown tags, belong to the running text."""
_DRAWN_APART = frozenset(("text", "title", "desc"))
"""Elements of a drawing whose texts are at different positions in it."""
HIDDEN_TAGS = ("script", "style", "template", "head", "noscript")
"""HTML elements whose content is never shown."""

_BREAK = re.compile(r"[ \t]*\n[ \t]*")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_SAFE_SCHEMES = frozenset(
    {"http", "https", "mailto", "ftp", "ftps", "gemini", "gopher", "news", "tel", "doi", "irc", "xmpp"}
)
_WIDE_RANGES = (("\u2e80", "\u9fff"), ("\uf900", "\ufaff"), ("\uff00", "\uffef"))


def _is_wide(character: str) -> bool:
    """Return True for a character of Chinese, Japanese or Korean text; a pattern would take 2 ms to compile."""
    return any(first <= character <= last for first, last in _WIDE_RANGES)


def safe_target(address: str) -> str:
    """Return an address as written; empty if its scheme could run code, such as `javascript:` or `data:`."""
    address = clean_line(address)
    scheme = _SCHEME.match(address)
    return address if scheme is None or scheme[1].lower() in _SAFE_SCHEMES else ""


def target_names(tag: str, attributes: Mapping[str, str]) -> Iterable[str]:
    """Return the link target names that a tag defines: the `id` of any tag, and the `name` of a link."""
    if "id" not in attributes and "name" not in attributes:
        return ()
    names = (attributes.get("id", ""), attributes.get("name", "") if tag == "a" else "")
    return filter(None, map(str.strip, names))


_MOST_REOPENED = 50
"""Maximum number of open spans that continue in the next block; more occur only in broken files."""


class _OpenSpan(NamedTuple):
    """A span whose end is not known yet."""

    kind: SpanKind | None
    start: int
    target: str
    tag: str


class RunningText:
    """Builder for the text of one block or one table cell, and the spans over the text."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: dict[int, _OpenSpan] = {}
        self._open_by_tag: dict[str, list[int]] = {}
        self._last_number = 0
        self._open_links = 0
        self._is_gloss_bracketed = False
        """True within a pronunciation (`<rt>`) to which an opening bracket was added: it needs a closing one."""
        self.length = 0
        """Number of characters added so far."""
        self.spans: list[Span] = []
        """The spans that have ended, and the link targets; offsets count from the start of this text."""

    @property
    def last(self) -> str:
        """Return the last character of the text built so far; empty if the text is empty."""
        return self._parts[-1][-1] if self._parts else ""

    @property
    def is_empty(self) -> bool:
        """Return True if there is no text, no link target, and no open tag."""
        return not (self.length or self.spans or self._open)

    @property
    def in_link(self) -> bool:
        """Return True if text that is added now becomes part of a link."""
        return self._open_links > 0

    @property
    def link_target(self) -> str:
        """Return the target of the innermost open link; empty outside links."""
        links = (opened.target for opened in reversed(self._open.values()) if opened.kind is SpanKind.LINK)
        return next(links, "") if self._open_links else ""

    def reopened(self) -> RunningText:
        """Return an empty text that begins with the spans that are open at the end of this text."""
        other = RunningText()
        if not self._open:
            return other
        for opened in islice(self._open.values(), _MOST_REOPENED):
            other.open(opened.kind, opened.target, opened.tag)
        return other

    def add(self, text: str) -> None:
        """Clean a text and append it; HTML entities can produce control characters, so cleaning is needed."""
        text = clean_text(text)
        if not text:
            return
        if not self._open_links and may_have_links(text):
            self.spans.extend(
                s._replace(start=s.start + self.length, end=s.end + self.length) for s in bare_links(text)
            )
        self._parts.append(text)
        self.length += len(text)

    def add_literal(self, text: str) -> None:
        """Append a text without converting addresses in it to links."""
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

    def add_targets(self, names: Iterable[str]) -> None:
        """Give names to the current position, as targets of links."""
        self.spans += [Span(SpanKind.TARGET, self.length, self.length, clean_line(name)) for name in names]

    def take_targets(self) -> list[Span]:
        """Remove and return the target names of positions in the text built so far."""
        targets = [span for span in self.spans if span.kind is SpanKind.TARGET]
        if targets:
            self.spans = [span for span in self.spans if span.kind is not SpanKind.TARGET]
        return targets

    def add_soft_break(self, following: str) -> None:
        """Append a space for a line break before the text `following`; between CJK characters append nothing."""
        if self.last != "\n" and not (_is_wide(self.last) and _is_wide(following[:1])):
            self.add(" ")

    def add_hard_break(self) -> None:
        """Append a line break that is part of the text."""
        self.add("\n")

    def add_separation(self) -> None:
        """Append a line break unless the text is at the start of a line; for tags that begin a new line."""
        if self._ends_inside_line():
            self.add("\n")

    def add_gap(self) -> None:
        """Append a space unless the text ends with white space or is at the start of a line."""
        if self.last.strip():
            self.add(" ")

    def _ends_inside_line(self) -> bool:
        """Return True if text follows the last line break."""
        for part in reversed(self._parts):
            if stripped := part.rstrip(" \t"):
                return stripped[-1] != "\n"
        return False

    def open_tag(self, tag: str, target: str = "") -> None:
        """Begin an HTML element of running text: a pronunciation gets brackets, a quotation gets marks."""
        if tag in ("rt", "rb", "rp"):
            self.close_gloss()
        if tag == "rt":
            self._is_gloss_bracketed = self.last not in ("(", "（")
            if self._is_gloss_bracketed:
                self.add("(")
        if tag == "q":
            self.add("“")
        self.open(TAGS.get(tag), safe_target(target) if tag == "a" else "", tag)

    def close_tag(self, tag: str) -> None:
        """End an HTML element of running text."""
        if tag in ("rt", "ruby"):
            self.close_gloss()
        if tag == "q" and self._open_by_tag.get(tag):
            self.add("”")
        self.close(tag)
        if tag in _DRAWN_APART:
            self.add_gap()

    def close_gloss(self) -> None:
        """Add the closing bracket of a pronunciation if its opening bracket was added."""
        if self._is_gloss_bracketed:
            self._is_gloss_bracketed = False
            self.add(")")

    def open(self, kind: SpanKind | None, target: str = "", tag: str = "") -> None:
        """Begin a span; a link without a target becomes plain text.

        Args:
            kind: Kind of the span; None for a tag without a style.
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
        """End the innermost open span of this tag; a tag that was never opened is ignored."""
        if numbers := self._open_by_tag.get(tag):
            self._end(self._open.pop(numbers.pop()))

    def finish(self, *, preformatted: bool = False) -> tuple[str, list[Span]]:
        """End all open spans; return the text and its spans.

        Args:
            preformatted: True if the white space around line breaks is part of the text, as in code.

        Returns:
            The text without white space at its ends and around its line breaks, and the spans.
        """
        self.close_gloss()
        while self._open:
            self._end(self._open.popitem()[1])
        text, spans = "".join(self._parts), self.spans
        if not preformatted and "\n" in text:
            text, spans = _without_space_at_breaks(text, spans)
        stripped = text.strip(" \n\t")
        if len(stripped) == len(text):
            return text, spans
        shift = len(text) - len(text.lstrip(" \n\t"))
        size = len(stripped)
        spans = [
            s._replace(start=min(max(0, s.start - shift), size), end=min(max(0, s.end - shift), size))
            for s in spans
            if s.kind is SpanKind.TARGET or (s.end > shift and s.start - shift < size)
        ]
        return stripped, spans

    def _end(self, opened: _OpenSpan) -> None:
        self._open_links -= opened.kind is SpanKind.LINK
        if opened.kind is not None and self.length > opened.start:
            self.spans.append(Span(opened.kind, opened.start, self.length, opened.target))


def _without_space_at_breaks(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    """Return a text without the spaces and tabs around its line breaks, and the spans moved to match."""
    kept: list[str] = []
    old_starts, new_starts = [0], [0]
    length = position = 0
    for found in _BREAK.finditer(text):
        if len(found[0]) == 1:
            continue
        part = text[position : found.start()] + "\n"
        kept.append(part)
        length += len(part)
        position = found.end()
        old_starts.append(position)
        new_starts.append(length)
    if not kept:
        return text, spans
    kept.append(text[position:])
    ends = [*new_starts[1:], length + len(kept[-1])]

    def moved(offset: int) -> int:
        part = bisect_right(old_starts, offset) - 1
        return min(new_starts[part] + offset - old_starts[part], ends[part])

    placed = [span._replace(start=moved(span.start), end=moved(span.end)) for span in spans]
    return "".join(kept), [span for span in placed if span.end > span.start or span.kind is SpanKind.TARGET]

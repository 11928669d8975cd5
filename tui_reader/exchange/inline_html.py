"""Inline HTML: a range of a document's text with its styles, links and highlights, properly nested.

Highlights may overlap each other, and begin or end within a link or a word in bold. Elements cannot overlap, so an
element is closed and opened again where an enclosing element ends; no text is written twice. Links are never split.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import SpanKind
from tui_reader.exchange.markup import attribute, escape, safe_href

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tui_reader.document.blocks import Document, Span
    from tui_reader.exchange.page_names import PageNames

_TAGS = {
    SpanKind.EMPHASIS: "em",
    SpanKind.STRONG: "strong",
    SpanKind.CODE: "code",
    SpanKind.STRIKE: "s",
    SpanKind.KEY: "kbd",
    SpanKind.SUPERSCRIPT: "sup",
    SpanKind.SUBSCRIPT: "sub",
    SpanKind.INSERTED: "ins",
    SpanKind.DELETED: "del",
}
LINE_BREAK = "<br/>"
_REFERENCE = re.compile(r"\d{1,3}|[*†‡§¶]{1,3}")
_AUTHOR_MARK = '<span class="marked">'
"""Tag for text that the author marked; `mark` is used for the reader's highlights."""
_MOST_LAYERS = 3
"""Maximum number of highlights that are painted on one piece of text; of further ones only the number is shown."""


class Highlight(NamedTuple):
    """A highlight in the text of an article, with its colour and number."""

    start: int
    end: int
    colour: int
    """Number of the colour, 1 to 5."""
    number: str
    """HTML of the highlight's number, shown at its end."""


class _Element(NamedTuple):
    """A range of the text that becomes an HTML element."""

    start: int
    end: int
    opening: str
    closing: str
    name: str = ""
    """The `id` attribute with a leading space; if the element is split, only its first piece has it."""
    is_link: bool = False
    is_highlight: bool = False


class InlineHtml:
    """Writer of inline HTML for the ranges of one document.

    Args:
        document: The document.
        names: The ids of the targets of links within the document.
    """

    def __init__(self, document: Document, names: PageNames) -> None:
        self._text = document.text
        self._spans = tuple(document.spans)  # of a document from a process, each look at a span is a call
        self._names = names

    def write(
        self, start: int, end: int, highlights: Collection[Highlight] = (), *, line_break: str = LINE_BREAK
    ) -> str:
        """Return a range of the text as inline HTML.

        Args:
            start: Offset of the first code point.
            end: Offset after the last code point.
            highlights: The highlights that have text in the range, in any order. The number of a highlight that ends in
                the range is written at its end.
            line_break: The HTML to write for a line feed.
        """
        line = _Line(self._text, start, end, line_break)
        spans = self._spans_in(start, end) if self._spans else ()
        if not spans and not highlights:
            return line.escaped(start, end)
        numbers: dict[int, str] = {}
        elements = [self._element(span, end) for span in spans]
        for highlight in highlights:
            if highlight.end <= end:
                numbers[highlight.end] = numbers.get(highlight.end, "") + highlight.number
            opening = f'<mark class="c{highlight.colour}">'
            first, last = max(start, highlight.start), min(end, highlight.end)
            elements.append(_Element(first, last, opening, "</mark>", is_highlight=True))
        elements = [element for element in elements if element.start < element.end and element.opening]
        if not elements and not numbers:
            return line.escaped(start, end)
        if any(element.is_link for element in elements):
            numbers = _outside_of_links(numbers, elements)
        elements.sort(key=attrgetter("start"))
        follows = all(one.end <= other.start for one, other in pairwise(elements))
        if follows and numbers.keys() <= {element.end for element in elements}:
            return _in_turn(line, elements, numbers)
        return _weave(line, elements, numbers)

    def _spans_in(self, start: int, end: int) -> Sequence[Span]:
        first = bisect_left(self._spans, start, key=attrgetter("start"))
        return self._spans[first : bisect_left(self._spans, end, first, key=attrgetter("start"))]

    def _element(self, span: Span, end: int) -> _Element:
        """Return the element of a span, cut at offset `end`; it has an empty opening tag if it needs no tags."""
        end = min(end, span.end)
        tag = _TAGS.get(span.kind)
        if tag is not None:
            return _Element(span.start, end, f"<{tag}>", f"</{tag}>")
        match span.kind:
            case SpanKind.MARK:
                return _Element(span.start, end, _AUTHOR_MARK, "</span>")
            case SpanKind.NOTE:
                href = self._names.href(span.target.removeprefix("#"))
                opening = f'<a class="ref" href="{href}">' if href else '<span class="ref">'
                name = attribute("id", self._names.reference_id(span.start)) if href else ""
                return _Element(span.start, end, opening, "</a>" if href else "</span>", name, is_link=bool(href))
            case SpanKind.LINK:
                return self._link(span, end)
        return _Element(span.start, end, "", "")

    def _link(self, span: Span, end: int) -> _Element:
        if span.target.startswith("#"):
            href = self._names.href(span.target[1:])
            kind = ' class="ref"' if self._is_reference(span) else ""
            return _Element(span.start, end, f'<a{kind} href="{href}">' if href else "", "</a>", is_link=True)
        href = safe_href(span.target)
        words = self._text[span.start : end].strip()
        # In print, the address follows the words of a link, unless the words are the address.
        kind = ' class="bare"' if words and words in span.target and "." in words else ""
        opening = f'<a{kind} href="{href}" rel="noreferrer">' if href else ""
        return _Element(span.start, end, opening, "</a>", is_link=True)

    def _is_reference(self, span: Span) -> bool:
        """Return True if a link follows a word directly, and consists of a number or sign: in books, such are notes."""
        before = self._text[span.start - 1 : span.start] if span.start else ""
        is_short = _REFERENCE.fullmatch(self._text, span.start, span.end) is not None
        return is_short and bool(before.strip()) and not before.isdecimal()


class _Line(NamedTuple):
    """A range of the text to be written."""

    text: str
    start: int
    end: int
    line_break: str

    def escaped(self, start: int, end: int) -> str:
        """Return the escaped text from offset `start` to `end`, without elements."""
        return escape(self.text[start:end]).replace("\n", self.line_break)


def _in_turn(line: _Line, elements: Sequence[_Element], numbers: Mapping[int, str]) -> str:
    """Return the HTML of a line in which no elements overlap, with numbers at ends of elements.

    The result equals that of `_weave`, which takes three times as long.

    Args:
        line: The range of the text.
        elements: The elements, in the order of the text.
        numbers: HTML of numbers of highlights, by the offset at which to write it; all are at ends of elements.
    """
    parts: list[str] = []
    previous = line.start
    for element in elements:
        opening = element.opening
        if element.name:
            opening = opening.removesuffix(">") + f"{element.name}>"
        parts += [line.escaped(previous, element.start), opening, line.escaped(element.start, element.end)]
        parts += [element.closing, numbers.get(element.end, "")]
        previous = element.end
    parts.append(line.escaped(previous, line.end))
    return "".join(parts)


def _weave(line: _Line, elements: Sequence[_Element], numbers: Mapping[int, str]) -> str:
    """Return the HTML of a line whose elements may overlap: they are split so that they nest properly.

    Args:
        line: The range of the text.
        elements: The elements.
        numbers: HTML of numbers of highlights, by the offset at which to write it.
    """
    opened: dict[int, list[_Element]] = {}
    for element in elements:
        opened.setdefault(element.start, []).append(element)
    ends = {each.end for each in elements}
    stack: list[tuple[_Element, str]] = []  # with its closing tag; empty for an element that is not written
    parts: list[str] = []
    previous = line.start
    for position in sorted({line.start, line.end, *opened, *ends, *numbers}):
        parts.append(line.escaped(previous, position))
        previous = position
        new = opened.get(position, [])
        shorter = _unwind(stack, position, parts) if position in ends else []
        parts.append(numbers.get(position, ""))
        links = [each.end for each in new if each.is_link]
        if links:
            # A link is never split: elements inside it are closed before it and opened again in it.
            shorter += _unwind(stack, max(links) - 1, parts)
        begun = [*shorter, *new]
        if len(begun) > 1:
            begun.sort(key=_outermost_first)
        for element in begun:
            if element.end <= position:
                continue
            opening, closing = _tags(element, [each for each, closing in stack if closing])
            parts.append(opening.removesuffix(">") + f"{element.name}>" if opening and element in new else opening)
            stack.append((element, closing))
    return "".join(parts)


def _outermost_first(element: _Element) -> tuple[int, bool]:
    """Return a key that sorts elements with the same beginning: those that end last first, links before others."""
    return -element.end, not element.is_link


def _unwind(stack: list[tuple[_Element, str]], until: int, parts: list[str]) -> list[_Element]:
    """Close the open elements that end at or before an offset, and all elements inside them.

    Args:
        stack: The open elements with their closing tags, outermost first; the closed ones are removed.
        until: The offset.
        parts: The HTML so far; the closing tags are appended.

    Returns:
        The closed elements, outermost first. Those that end later must be opened again.
    """
    lowest = next((level for level, (element, _) in enumerate(stack) if element.end <= until), len(stack))
    closed = [element for element, _ in stack[lowest:]]
    while len(stack) > lowest:
        parts.append(stack.pop()[1])
    return closed


def _outside_of_links(numbers: Mapping[int, str], elements: Sequence[_Element]) -> dict[int, str]:
    """Move numbers from inside links to the links' ends, since the numbers are links themselves."""
    links = sorted((each.start, each.end) for each in elements if each.is_link)
    moved: dict[int, str] = {}
    for offset, number in sorted(numbers.items()):
        place = offset
        for start, end in links:
            if start < place < end:
                place = end
        moved[place] = moved.get(place, "") + number
    return moved


def _tags(element: _Element, around: Sequence[_Element]) -> tuple[str, str]:
    """Return opening and closing tag of an element inside the elements `around`.

    Both are empty for a link in a link, and for a highlight in `_MOST_LAYERS` other highlights.
    """
    if element.is_link and any(each.is_link for each in around):
        return "", ""
    if element.is_highlight and sum(each.is_highlight for each in around) >= _MOST_LAYERS:
        return "", ""
    return element.opening, element.closing

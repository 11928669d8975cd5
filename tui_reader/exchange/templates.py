"""Templates of the text formats: text with fields in double braces, and one loop over annotations.

    # {{title}}
    {{#annotations}}
    > {{quote}}
    {{/annotations}}

There are no expressions and no attributes: a field is a name in a table, so that a template can show only the data of
an export. A line whose fields are all empty is left out. If the value of a field has several lines, the text before the
field is repeated before each line if it marks a quotation (`> `), else replaced by as many blanks.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ARTICLE_FIELDS = {
    "title": "title of the article",
    "author": "its author or authors",
    "source": "its publication",
    "date": "its date",
    "url": "its address",
    "language": "its language",
    "article_tags": "its tags",
    "article_id": "its id in the library",
    "about": "author, publication, date and address in one line",
    "count": "number of its annotations in the export",
}
"""The fields allowed anywhere in a template, with their meanings."""

ANNOTATION_FIELDS = {
    "quote": "the marked words, paragraph by paragraph",
    "note": "the note",
    "beginning": "the first words of quote or note",
    "tags": "its tags",
    "colour": "name of its colour",
    "created": "when it was made",
    "updated": "when it was changed last",
    "state": "moved, ambiguous or orphan; empty if the passage is where it was",
    "place": "paragraph and percentage of the text",
    "headings": "the headings above it in one line",
    "new_headings": "those of the headings that the annotation before it did not have, as headings",
    "section": "chapter or page, where the article has such",
    "details": "colour, place, day, state and tags in one line",
    "id": "its id",
    "block_id": "its id in the letters that a link to a block allows",
}
"""The fields allowed only inside the loop, with their meanings."""

_FIELD = re.compile(r"\{\{([^{}]*)\}\}")
_START, _END = "{{#annotations}}", "{{/annotations}}"


class Template:
    """A parsed template: the lines before, within and after the loop."""

    def __init__(self, text: str) -> None:
        """Parse a template.

        Raises:
            UsageError: The template is wrong; the message names the line.
        """
        self._head: list[_Line] = []
        self._loop: list[_Line] = []
        self._tail: list[_Line] = []
        current, opened = self._head, 0
        for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
            word = line.strip()
            if word == _START:
                if current is not self._head:
                    raise _slip(number, f"there is a second {_START}", "A template has one loop.")
                current, opened = self._loop, number
            elif word == _END:
                if current is not self._loop:
                    raise _slip(number, f"{_END} ends no loop", f"A loop begins with {_START}.")
                current = self._tail
            else:
                _check(line, number, in_loop=current is self._loop)
                current.append(_Line.of(line))
        if current is self._loop:
            raise _slip(opened, f"{_START} has no end", f"End the loop with a line {_END}.")

    def head(self, values: Mapping[str, str]) -> str:
        """Return the text before the annotations of an article."""
        return _filled(self._head, values)

    def annotation(self, values: Mapping[str, str]) -> str:
        """Return the text of an annotation."""
        return _filled(self._loop, values)

    def tail(self, values: Mapping[str, str]) -> str:
        """Return the text after the annotations of an article."""
        return _filled(self._tail, values)


def _check(line: str, number: int, *, in_loop: bool) -> None:
    known = [*ARTICLE_FIELDS, *(ANNOTATION_FIELDS if in_loop else ())]
    for found in _FIELD.finditer(line):
        name = found[1].strip()
        if name in known:
            continue
        if name in ANNOTATION_FIELDS:
            raise _slip(number, f"{found[0]} stands outside the loop", f"Put it between {_START} and {_END}.")
        if found[0] in {_START, _END}:
            raise _slip(number, f"{found[0]} does not stand alone", "Give it a line of its own.")
        near = get_close_matches(name, known, 1)
        hint = f"Did you mean {{{{{near[0]}}}}}?" if near else f"Fields: {', '.join(known)}."
        raise _slip(number, f"{found[0]} is no field", hint)
    rest = _FIELD.sub("", line)
    if "{{" in rest or "}}" in rest:
        raise _slip(number, "double braces are not closed, or not opened", "A field is written {{title}}.")


def _slip(number: int, problem: str, hint: str) -> UsageError:
    return UsageError(f"The template is wrong in line {number}: {problem}.", hint)


class _Line(NamedTuple):
    """A line of a template, divided at its fields."""

    parts: tuple[str, ...]
    """Literal texts and names of fields, alternating; the first and the last are texts."""
    prefix: str
    """Prefix of further lines of a value: the text before the first field if that marks a quotation, else spaces."""
    is_blank: bool

    @classmethod
    def of(cls, line: str) -> _Line:
        """Divide a line of a template."""
        parts = _FIELD.split(line)
        parts[1::2] = map(str.strip, parts[1::2])
        before = parts[0] if len(parts) > 1 else ""
        prefix = before if set(before) <= set("> \t") else " " * len(before)
        return cls(tuple(parts), prefix, not line.strip())

    def has_value(self, values: Mapping[str, str]) -> bool:
        """Return True if the line has no fields, or a field with a value."""
        fields = self.parts[1::2]
        return not fields or any(values[name] for name in fields)

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the line with the values of its fields; further lines of a value get the line's prefix."""
        parts = list(self.parts)
        for number in range(1, len(parts), 2):
            value = values[parts[number]]
            if "\n" in value and self.prefix:
                start, *more = value.split("\n")
                further = (self.prefix + each if each else self.prefix.rstrip() for each in more)
                value = "\n".join((start, *further))
            parts[number] = value
        return "".join(parts)


def _filled(lines: Sequence[_Line], values: Mapping[str, str]) -> str:
    """Return lines with the values of their fields, without the lines whose fields all have no value.

    Empty lines at both ends, and after an empty line, are left out too.
    """
    filled: list[str] = []
    is_blank = True
    for line in lines:
        if line.is_blank:
            if not is_blank:
                filled.append("")
            is_blank = True
        elif line.has_value(values):
            filled.append(line.filled(values))
            is_blank = False
    if is_blank and filled:
        filled.pop()
    return "\n".join(filled)

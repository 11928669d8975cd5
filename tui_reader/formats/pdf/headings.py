"""Recognition of headings and their levels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.formats.pdf.paragraphs import Paragraph, Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui_reader.formats.pdf.page_lines import Line

_LARGER = 1.13
"""Minimum font size of a heading, as a multiple of the size of the running text."""
_LONGEST = 220
"""Maximum number of characters of a heading in a larger font."""
_LONGEST_BOLD = 110
"""Maximum number of characters of a heading in the size of the running text."""
_MOST_LINES = 4
_LEVELS = 6
_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,4}\.?|[IVX]{1,5}\.|[A-Z]\.|§\s?\d+)\s+\S")
"""Pattern of a number before a title: `2.1 `, `IV. `, `A. `, `§ 3 `."""
_DEPTH = re.compile(r"\d{1,3}((?:\.\d{1,3})*)\.?\s")
"""Pattern of a number whose points give its depth: none in `2 `, one in `2.1 `; group 1 begins with the first point."""
_END = re.compile(r"[.,;:!?。，、]\Z")
NAMED_PART = re.compile(
    r"(?:Abstract|Introduction|Conclusions?|References|Bibliography|Acknowledge?ments?|Appendix|(?:Table of )?Contents|"
    r"Preface|Index|Zusammenfassung|Einleitung|Literatur\w*|Inhalt\w*|Résumé|Introducción|Resumen|Введение|Литература)\Z",
    re.IGNORECASE,
)
"""Pattern of the titles of parts that many texts have, such as “Abstract” or “References”."""

_Style = tuple[int, bool]
"""Font size in half points, and True for bold."""


def headings_of(paragraphs: Sequence[Paragraph], body: float, marked: Mapping[int, int]) -> dict[int, int]:
    """Return the levels of the headings among paragraphs, by their indices.

    Args:
        paragraphs: All paragraphs in order.
        body: Size of the running text in points.
        marked: Levels of bookmarks, by the index of the paragraph that each leads to and repeats.
    """
    found = {
        index: paragraph
        for index, paragraph in enumerate(paragraphs)
        if paragraph.role in (Role.TEXT, Role.ITEM) and (index in marked or _is_heading(paragraphs, index, body))
    }
    known: dict[_Style, int] = {}
    for index, level in marked.items():
        if index in found:
            style = _style(found[index].lines[0])
            known[style] = min(known.get(style, level), level)
    title = next(iter(found), None)
    shift = 0
    if title is not None and title not in marked and known and _style(found[title].lines[0]) > max(known):
        shift = 1
    styles = sorted({_style(paragraph.lines[0]) for paragraph in found.values()}, reverse=True)
    levels: dict[_Style, int] = {}
    last = 0
    for style in styles:
        if style in known:
            last = known[style] + shift
        elif not levels or not known or style < min(known):
            last += 1
        levels[style] = last = min(max(last, 1), _LEVELS)
    found_levels = {}
    for index, paragraph in found.items():
        level = marked[index] + shift if index in marked else levels[_style(paragraph.lines[0])]
        found_levels[index] = min(level, _LEVELS)
    return found_levels if known else _by_numbers(paragraphs, found_levels)


def _style(line: Line) -> _Style:
    return round(2 * line.size), line.bold


def _by_numbers(paragraphs: Sequence[Paragraph], levels: dict[int, int]) -> dict[int, int]:
    """Return levels by index, corrected where headings of one level have numbers of several depths (`2` and `2.1`)."""
    tops: dict[int, int] = {}
    for index, level in levels.items():
        if (match := _DEPTH.match(paragraphs[index].text)) and not match[1]:
            tops[level] = min(tops.get(level, level), level)
    corrected = {}
    for index, level in levels.items():
        match = _DEPTH.match(paragraphs[index].text)
        depth = match[1].count(".") if match else 0
        corrected[index] = min(level + depth, _LEVELS) if level in tops else level
    return corrected


def _is_heading(paragraphs: Sequence[Paragraph], index: int, body: float) -> bool:
    """Return True if a paragraph that no bookmark repeats is a heading, by its size, weight, capitals and length."""
    paragraph = paragraphs[index]
    first = paragraph.lines[0]
    text = paragraph.text
    if len(paragraph.lines) > _MOST_LINES or len(text) > _LONGEST or first.turned:
        return False
    if len(first.cells) > 2 or (len(first.cells) == 2 and text[-1:].isdecimal() and first.text[-1:].isdecimal()):
        return False  # a row of a table, or an entry of a list of contents
    if sum(map(str.isalpha, text)) < 2 or sum(map(str.isalpha, text)) < 0.3 * len(text):
        return False
    if first.size >= _LARGER * body and first.size >= body + 1.2:
        return not (_END.search(text) and len(text) > 120)
    if first.size < 0.93 * body or len(text) > _LONGEST_BOLD:
        return False
    numbered = _NUMBERED.match(text) is not None
    if _END.search(text) and not (numbered and len(text) < 60):
        return bool(NAMED_PART.match(text.rstrip(".:"))) and all(line.bold for line in paragraph.lines)
    if all(line.bold for line in paragraph.lines):
        return _stands_alone(paragraphs, index)
    # Headings in capitals or in small capitals, as journals of engineering set them.
    letters = [c for c in text if c.isalpha()]
    upper = sum(map(str.isupper, letters)) >= 0.9 * len(letters)
    return (
        upper and len(letters) > 3 and (numbered or bool(NAMED_PART.match(text))) and _stands_alone(paragraphs, index)
    )


def _stands_alone(paragraphs: Sequence[Paragraph], index: int) -> bool:
    """Return True unless bold text of the same size follows a bold paragraph, as in the cells of a table.

    A numbered paragraph may follow; it is the next heading. False if nothing follows.
    """
    following = next(
        (
            each
            for each in paragraphs[index + 1 : index + 4]
            if each.role not in (Role.PICTURE, Role.NOTE, Role.CAPTION)
        ),
        None,
    )
    if following is None:
        return False
    if following.role in (Role.CODE, Role.TABLE):
        return True
    return (
        not following.lines[0].bold
        or following.lines[0].size != paragraphs[index].lines[0].size
        or (_NUMBERED.match(following.text) is not None)
    )

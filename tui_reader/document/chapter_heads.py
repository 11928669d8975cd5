"""The rows that are drawn above the chapters of a book; they are not part of its text, so no offset moves.

Above a chapter: a running head with the title and the author of the book, the number of the chapter, and its title if
the text has no heading. Below its heading: the number and length of the chapter, and a rule.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.cells import cell_width, clipped
from tui_reader.document.chapters import time_of
from tui_reader.document.cleaning import clean_row
from tui_reader.document.rows import Ornament, OrnamentRole
from tui_reader.document.wrapping import cut_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_reader.document.chapters import Chapter, Chapters

PART = " · "
"""Separator of the number, the reading time and the words of a chapter in one row."""
_GAP = 3
"""Minimum columns between the title and the author in a running head."""
_LEAST_WORDS = 60
"""Minimum number of words of front or back matter whose length is shown."""


class _Kind(IntEnum):
    """The kind of a row above a block: empty, running head, number of a chapter, its title, its length, a rule."""

    EMPTY = 0
    RUNNING = 1
    LABEL = 2
    TITLE = 3
    LENGTH = 4
    RULE = 5


class _Line(NamedTuple):
    """A row above a block."""

    kind: _Kind
    chapter: int = 0
    """Index of the chapter."""
    text: str = ""
    """Text of a number or title; empty for rows of other kinds, whose text is made when they are drawn."""


_EMPTY_LINE, _RULE_LINE = _Line(_Kind.EMPTY), _Line(_Kind.RULE)
_RUNNING_LINES = (_EMPTY_LINE, _Line(_Kind.RUNNING), _EMPTY_LINE)
_BELOW_HEADING = (_RULE_LINE, _EMPTY_LINE)


class ChapterHeads:
    """The rows above the chapters of a document at a width.

    Args:
        chapters: The chapters.
        width: Width of a row in cells.
        title: Title of the book.
        author: Author of the book; may be empty.
        whole: False for the beginning of a book, whose number of chapters and lengths are not known.
        low: True to leave out the row with title and author, and the empty rows around it, in a pane of few rows.
    """

    def __init__(
        self, chapters: Chapters, width: int, title: str, author: str, *, whole: bool = True, low: bool = False
    ) -> None:
        self._chapters, self._width = chapters, width
        self._title, self._author = clean_row(title), clean_row(author)
        self._whole = whole
        self._opening = () if low else _RUNNING_LINES
        self._lines: dict[int, list[_Line]] = {}
        self._first: dict[int, int] = {}
        """For the first block of each chapter, the number of rows above it that belong to an earlier chapter."""
        self.joined: set[int] = set()
        """Blocks of headings, below which no empty row is drawn: other rows of the heading follow."""
        self.labels: set[int] = set()
        """Blocks that are the number of a chapter in the text."""
        self.titles: set[int] = set()
        """Blocks that are the title of a chapter in the text."""
        for index, chapter in enumerate(chapters.all):
            self._add(index, chapter)

    @property
    def counts(self) -> Mapping[int, int]:
        """Return the number of rows above each block that has some, by the index of the block."""
        return {block: len(lines) for block, lines in self._lines.items() if lines}

    def first_row(self, block: int) -> int:
        """Return the index of the first of the rows above a block that belong to the chapter beginning at the block.

        The rows before it belong to the chapter before. It is 0 for a block at which no chapter begins.
        """
        return self._first.get(block, 0)

    def ornaments(self, block: int, row: int) -> tuple[Ornament, ...]:
        """Return what is drawn on one of the rows above a block.

        Args:
            block: Index of the block.
            row: Number of the row, from 0 for the uppermost.
        """
        line = self._lines[block][row]
        if line.kind is _Kind.RULE:
            return (Ornament(0, "─" * self._width, OrnamentRole.RULE),)
        if line.kind is _Kind.RUNNING:
            return self._running()
        if line.kind is _Kind.LABEL:
            return (Ornament(0, line.text, OrnamentRole.META),)
        if line.kind is _Kind.TITLE:
            return (Ornament(0, line.text, OrnamentRole.TITLE),)
        if line.kind is _Kind.LENGTH:
            return (Ornament(0, self._length(self._chapters.all[line.chapter]), OrnamentRole.META),)
        return ()

    def _add(self, index: int, chapter: Chapter) -> None:
        """Add the rows of a chapter."""
        above = self._lines.setdefault(chapter.block, [])
        self._first[chapter.block] = len(above)
        if chapter.block:
            above += self._opening
        if chapter.label:
            above += [_Line(_Kind.LABEL, index, line) for line in self._wrapped(chapter.label)]
        heading = chapter.heading
        if not heading:
            above += [_Line(_Kind.TITLE, index, line) for line in self._wrapped(chapter.title)]
            self._add_length(index, chapter, chapter.block)
            return
        lines = [*heading]
        self.joined.update(lines)
        if chapter.is_number:
            self.labels.update(lines)
            below = self._lines.setdefault(heading.stop, [])
            below += [_Line(_Kind.TITLE, index, line) for line in self._wrapped(chapter.title)]
        else:
            if len(lines) > 1 and not chapter.label:
                self.labels.add(lines.pop(0))
            self.titles.update(lines)
        self._add_length(index, chapter, heading.stop)

    def _add_length(self, index: int, chapter: Chapter, block: int) -> None:
        """Add the rows between the heading of a chapter and its text."""
        above = self._lines.setdefault(block, [])
        if self._has_length(chapter):
            above.append(_Line(_Kind.LENGTH, index))
        above += _BELOW_HEADING

    def _running(self) -> tuple[Ornament, ...]:
        """Return the title of the book on the left, and its author on the right if both fit."""
        width = self._width
        author = self._author if cell_width(self._title) + _GAP + cell_width(self._author) <= width else ""
        pieces = [Ornament(0, clipped(self._title, width), OrnamentRole.META)]
        if author:
            pieces.append(Ornament(width - cell_width(author), author, OrnamentRole.META))
        return tuple(pieces)

    def _has_length(self, chapter: Chapter) -> bool:
        """Return True if the row with the number or length of a chapter is shown.

        It is omitted for unnumbered sections of few words, such as a dedication, and for all unnumbered ones of a
        partial document, whose lengths are not known.
        """
        return chapter.number > 0 or (self._whole and (chapter.chapters > 0 or chapter.words >= _LEAST_WORDS))

    def _length(self, chapter: Chapter) -> str:
        """Return the number and length of a chapter in one row; parts that do not fit are left out."""
        parts: list[str] = []
        if chapter.number:
            number = f"chapter {chapter.number:,}"
            parts.append(f"{number} of {self._chapters.count:,}" if self._whole else number)
        elif chapter.chapters and self._whole:
            parts.append(f"{chapter.chapters:,} chapter{'' if chapter.chapters == 1 else 's'}")
        if self._whole:
            parts += [time_of(chapter.words), f"{chapter.words:,} word{'' if chapter.words == 1 else 's'}"]
        while len(parts) > 1 and cell_width(PART.join(parts)) > self._width:
            parts.pop()
        return clipped(PART.join(parts), self._width)

    def _wrapped(self, text: str) -> list[str]:
        """Return the rows of a label or title."""
        text = clean_row(text)
        if cell_width(text) <= self._width:
            return [text]
        cuts = cut_rows(text, self._width)
        return [text[start:end].strip() for start, end in zip([0, *cuts], cuts, strict=False)]

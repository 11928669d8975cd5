"""Notes as rows: wrapped beside their line where the pane is wide, one row under their paragraph where it is not."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rich.cells import cell_len

from tui_reader.document.cells import graphemes
from tui_reader.document.clean import clean_text
from tui_reader.document.structure import block_index
from tui_reader.tui.widgets.article_pane.header import HeadRow, Piece, wrapped
from tui_reader.tui.widgets.article_pane.looks import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.tui.widgets.article_pane.marks import Mark

PEN = "✎ "
"""Stands before a note under its paragraph."""
ELLIPSIS = "…"
MOST_OWN_ROWS = 8
"""Rows that a note on the whole article takes above the text."""
NOTE_GAP = 2
"""Empty columns between the text and the bar of a note in the margin."""


OwnNote: TypeAlias = tuple[str, tuple[str, ...]]
"""A note on a whole article, and its tags."""


class Beside(NamedTuple):
    """What stands in the margins of a row."""

    numbers: HeadRow = ()
    """Numbers of highlights, left of the measure."""
    note: HeadRow = ()
    """A row of a note, right of it."""
    mark: str = ""
    """Id of the highlight that the note is about."""


NOTHING = Beside()


@lru_cache(maxsize=1024)
def note_rows(note: str, tags: tuple[str, ...], width: int, most: int = 0) -> tuple[HeadRow, ...]:
    """A note in rows, its tags last.

    Args:
        note: Markdown.
        tags: Tags, without the sign before them.
        width: Cells of a row.
        most: Rows after which it is cut, and says so; 0 to show all of it.
    """
    lines = [line for part in clean_text(note).strip().split("\n") for line in (wrapped(part, width) or [""])]
    rows: list[HeadRow] = [(Piece(line, Role.NOTE),) for line in lines if line or len(lines) > 1]
    if most and len(rows) > most:
        last = rows[most - 1][0].text
        rows[most - 1 :] = [(Piece(shortened(f"{last} {ELLIPSIS}", width), Role.NOTE),)]
    rows.extend((Piece(line, Role.TAG),) for line in (wrapped(_signed(tags), width) if tags else ()))
    return tuple(rows)


@lru_cache(maxsize=512)
def folded_row(note: str, tags: tuple[str, ...], width: int) -> HeadRow:
    """A note in one row: its first words and its tags."""
    room = width - cell_len(PEN)
    signed = shortened(_signed(tags), room // 2 if note else room)
    words = " ".join(clean_text(note).split())
    words = shortened(words, room - cell_len(signed) - 1 if signed else room)
    gap = " " if words and signed else ""
    return Piece(PEN, Role.NOTE_BAR), Piece(words, Role.NOTE), Piece(gap + signed, Role.TAG)


def _signed(tags: Iterable[str]) -> str:
    return " ".join(f"#{tag}" for tag in tags)


def shortened(text: str, width: int) -> str:
    """The beginning of a line that fits into some cells, and a sign that it is not all."""
    if cell_len(text) <= width:
        return text
    kept, room = "", width - cell_len(ELLIPSIS)
    for cluster in graphemes(text):
        room -= cell_len(cluster)
        if room < 0:
            break
        kept += cluster
    return kept.rstrip(f" {ELLIPSIS}") + ELLIPSIS if width > 0 else ""


def own_note_rows(note: str, tags: tuple[str, ...], width: int) -> list[HeadRow]:
    """A note on the whole article in rows; one that is long says how much of it is not shown."""
    rows = note_rows(note, tags, max(width - cell_len(PEN), 1))
    left = len(rows) - MOST_OWN_ROWS
    if left > 0:
        more = f"{ELLIPSIS} {left + 1} more rows"
        rows = (*rows[: MOST_OWN_ROWS - 1], (Piece(shortened(more, width - cell_len(PEN)), Role.META),))
    return _with_pen(rows)


def _with_pen(rows: Sequence[HeadRow]) -> list[HeadRow]:
    pen, rest = Piece(PEN, Role.NOTE_BAR), Piece(" " * cell_len(PEN), Role.NOTE)
    return [(rest if at else pen, *row) for at, row in enumerate(rows)]


class FoldedNotes:
    """The notes of an article as rows between its paragraphs: each under the one in which its highlight ends.

    Args:
        marks: Highlights that have something to say.
        document: The text that they stand in.
        width: Cells of a row.
    """

    def __init__(self, marks: Sequence[Mark], document: Document, width: int) -> None:
        placed = sorted((block_index(document, mark.end - 1), mark.start, at) for at, mark in enumerate(marks))
        self.blocks = [block for block, _, _ in placed]
        """Number of the block that each note stands under."""
        self.marks = [marks[at] for _, _, at in placed]
        self.document = document
        self.width = width
        self._unfolded = -1
        self._open: tuple[HeadRow, ...] = ()

    def __len__(self) -> int:
        return len(self.marks)

    def unfold(self, mark_id: str) -> None:
        """Show all of one note, and of no other."""
        self._unfolded = next((at for at, mark in enumerate(self.marks) if mark.id == mark_id), -1) if mark_id else -1
        self._open = ()
        if self._unfolded >= 0:
            mark = self.marks[self._unfolded]
            self._open = tuple(_with_pen(note_rows(mark.note, mark.tags, max(self.width - cell_len(PEN), 1))))

    @property
    def unfolded(self) -> int:
        """Number of the note of which all is shown; -1 where there is none."""
        return self._unfolded

    def rows_of(self, number: int) -> int:
        """Rows of a note."""
        return len(self._open) if number == self._unfolded else 1

    def rows_before(self, number: int) -> int:
        """Rows of all notes before one."""
        return number + (len(self._open) - 1 if 0 <= self._unfolded < number else 0)

    def row(self, number: int, line: int) -> HeadRow:
        """A row of a note."""
        if number == self._unfolded:
            return self._open[line]
        mark = self.marks[number]
        return folded_row(mark.note, mark.tags, self.width)

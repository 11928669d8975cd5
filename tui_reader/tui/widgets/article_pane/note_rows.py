"""Rows of notes: wrapped for the margin of a wide pane, or folded to one row in a narrow pane."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rich.cells import cell_len

from tui_reader.document.blocks import block_index
from tui_reader.document.cells import graphemes
from tui_reader.document.cleaning import clean_text
from tui_reader.tui.widgets.article_pane.header import StyledRow, StyledText, wrapped
from tui_reader.tui.widgets.article_pane.styles import SIGNS, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.tui.widgets.article_pane.highlight_index import Highlight

PEN = "✎"
"""Symbol before a note that is shown between paragraphs, followed by the number of its colour."""
ELLIPSIS = "…"
MOST_ARTICLE_NOTE_ROWS = 8
"""Maximum rows of a note on the whole article."""
NOTE_GAP = 2
"""Empty columns between the text and the bar of a margin note."""


ArticleNote: TypeAlias = tuple[str, tuple[str, ...]]
"""A note on a whole article and its tags."""


class Margins(NamedTuple):
    """The content of the margins beside one row of the text."""

    numbers: StyledRow = ()
    """Numbers of highlight colours, shown in the left margin."""
    note: StyledRow = ()
    """A row of a note, shown in the right margin."""
    highlight: str = ""
    """Id of the highlight to which the note belongs."""
    colour: int = 0
    """The colour of that highlight, 1 to 5."""
    first: bool = False
    """True if this is the first row of the note."""


NO_MARGINS = Margins()


@lru_cache(maxsize=1024)
def note_rows(note: str, tags: tuple[str, ...], width: int, most: int = 0) -> tuple[StyledRow, ...]:
    """Wrap a note and its tags to rows; the tags come last.

    Args:
        note: Markdown.
        tags: Tags without `#`.
        width: Cells of a row.
        most: Maximum rows of the note, not counting rows of tags; an ellipsis marks a cut. 0 for no limit.
    """
    lines = [line for part in clean_text(note).strip().split("\n") for line in (wrapped(part, width) or [""])]
    rows: list[StyledRow] = [(StyledText(line, Role.NOTE),) for line in lines if line or len(lines) > 1]
    if most and len(rows) > most:
        last = rows[most - 1][0].text
        rows[most - 1 :] = [(StyledText(truncated(f"{last} {ELLIPSIS}", width), Role.NOTE),)]
    rows.extend((StyledText(line, Role.TAG),) for line in (wrapped(_signed(tags), width) if tags else ()))
    return tuple(rows)


@lru_cache(maxsize=512)
def folded_row(note: str, tags: tuple[str, ...], width: int, colour: int) -> StyledRow:
    """Return a note as one row: `PEN` with the number of its colour, its first words and its tags."""
    pen = _pen(colour)
    room = width - cell_len(pen.text)
    words = " ".join(clean_text(note).split())
    # Tags are cut only if the words do not fit; the words then get half of the columns.
    signed = truncated(_signed(tags), max(room // 2, room - cell_len(words) - 1) if words else room)
    words = truncated(words, room - cell_len(signed) - 1 if signed else room)
    gap = " " if words and signed else ""
    return pen, StyledText(words, Role.NOTE), StyledText(gap + signed, Role.TAG)


def _pen(colour: int = 0) -> StyledText:
    """Return the symbol before a note: with the number of the highlight's colour; 0 for a note on the whole article."""
    return StyledText(f"{PEN}{colour} ", SIGNS[colour]) if colour else StyledText(f"{PEN} ", Role.NOTE_BAR)


def _signed(tags: Iterable[str]) -> str:
    return " ".join(f"#{tag}" for tag in tags)


def truncated(text: str, width: int) -> str:
    """Cut a line to `width` cells; an ellipsis marks the cut."""
    if cell_len(text) <= width:
        return text
    kept, room = "", width - cell_len(ELLIPSIS)
    for cluster in graphemes(text):
        room -= cell_len(cluster)
        if room < 0:
            break
        kept += cluster
    return kept.rstrip(f" {ELLIPSIS}") + ELLIPSIS if width > 0 else ""


def article_note_rows(note: str, tags: tuple[str, ...], width: int) -> list[StyledRow]:
    """Return the rows of a note on the whole article; a long note ends with the number of hidden rows."""
    room = max(width - cell_len(_pen().text), 1)
    rows = note_rows(note, tags, room)
    left = len(rows) - MOST_ARTICLE_NOTE_ROWS
    if left > 0:
        more = f"{ELLIPSIS} {left + 1} more rows"
        rows = (*rows[: MOST_ARTICLE_NOTE_ROWS - 1], (StyledText(truncated(more, room), Role.META),))
    return _with_pen(rows, _pen())


def _with_pen(rows: Sequence[StyledRow], pen: StyledText) -> list[StyledRow]:
    """Return rows with the symbol of a note before the first, and as many spaces before the others."""
    rest = StyledText(" " * cell_len(pen.text), Role.NOTE)
    return [(rest if at else pen, *row) for at, row in enumerate(rows)]


class FoldedNotes:
    """Notes shown between paragraphs, each below the block in which its highlight ends.

    All notes are folded to one row, except at most one that is unfolded.

    Args:
        highlights: Highlights with a note or tags.
        document: The text of the article.
        width: Cells of a row.
    """

    def __init__(self, highlights: Sequence[Highlight], document: Document, width: int) -> None:
        placed = sorted(
            (block_index(document, highlight.end - 1), highlight.start, at) for at, highlight in enumerate(highlights)
        )
        self.blocks = [block for block, _, _ in placed]
        """Index of the block above each note."""
        self.highlights = [highlights[at] for _, _, at in placed]
        self.document = document
        self.width = width
        self._unfolded = -1
        self._open: tuple[StyledRow, ...] = ()
        """Rows of the unfolded note."""

    def __len__(self) -> int:
        return len(self.highlights)

    def unfold(self, highlight_id: str) -> None:
        """Unfold the note of a highlight and fold all others; an empty id folds all."""
        self._unfolded = (
            next((at for at, highlight in enumerate(self.highlights) if highlight.id == highlight_id), -1)
            if highlight_id
            else -1
        )
        self._open = ()
        if self._unfolded >= 0:
            highlight = self.highlights[self._unfolded]
            pen = _pen(highlight.colour)
            room = max(self.width - cell_len(pen.text), 1)
            self._open = tuple(_with_pen(note_rows(highlight.note, highlight.tags, room), pen))

    @property
    def unfolded(self) -> int:
        """Index of the unfolded note; -1 if all notes are folded."""
        return self._unfolded

    def rows_of(self, number: int) -> int:
        """Return the number of rows of a note."""
        return len(self._open) if number == self._unfolded else 1

    def rows_before(self, number: int) -> int:
        """Return the total number of rows of all notes before the note `number`."""
        return number + (len(self._open) - 1 if 0 <= self._unfolded < number else 0)

    def row(self, number: int, line: int) -> StyledRow:
        """Return row `line` of the note `number`, both from 0."""
        if number == self._unfolded:
            return self._open[line]
        highlight = self.highlights[number]
        return folded_row(highlight.note, highlight.tags, self.width, highlight.colour)

"""The head of an article's page: title, source, date, length, tags and what is to be known of how it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from tui_reader.document.blocks import Block, BlockKind, DocumentBuilder
from tui_reader.document.cells import expand_tabs
from tui_reader.document.layout import Layout
from tui_reader.document.words import reading_minutes
from tui_reader.tui.widgets.article_pane.looks import Role
from tui_reader.tui.widgets.dates import long_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from tui_reader.model.article import Headline

PART = " · "
TAG_GAP = "  "
GUESSED = "(guessed)"
GUESSED_TITLE = "title guessed"
"""Said below the title where that is a part of the text, and nothing may be set beside it."""


class Piece(NamedTuple):
    """A stretch of a row in one look."""

    text: str
    role: Role


HeadRow = tuple[Piece, ...]
"""A row of the head; without pieces it is empty."""


def head_rows(
    headline: Headline,
    width: int,
    today: date,
    *,
    notices: Sequence[str] = (),
    notes: Sequence[HeadRow] = (),
    with_title: bool = True,
) -> tuple[HeadRow, ...]:
    """The rows between the top of the page and its text, the rule and an empty row last.

    Args:
        headline: The article and its state.
        width: Columns that a row may take, at least 1.
        today: The year of dates is told where it is not that of this day.
        notices: Sentences on how the article was read.
        notes: Rows of the notes on the whole article.
        with_title: Whether the title is part of the head, or stands in the text already.
    """
    rows: list[HeadRow] = []
    if with_title:
        rows.extend(_title_rows(headline, width))
    rows.extend(_meta_rows(headline, width, today, title_in_text=not with_title))
    rows.extend(_flow(((tag, Role.TAG) for tag in headline.tags), TAG_GAP, width))
    for notice in notices:
        rows.extend((Piece(line, Role.NOTICE),) for line in wrapped(notice, width))
    rows.extend(notes)
    rows.append((Piece("─" * width, Role.RULE),))
    rows.append(())
    return tuple(rows)


def wrapped(text: str, width: int) -> list[str]:
    """Text in rows of at most `width` cells, broken as the body of an article is."""
    text = expand_tabs(text)
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), text)
    layout = Layout(builder.build(), width)
    return [text[row.start : row.end].strip() for row in layout.rows(0, layout.height) if row.fragments]


def _title_rows(headline: Headline, width: int) -> Iterable[HeadRow]:
    lines = wrapped(headline.title, width)
    rows: list[HeadRow] = [(Piece(line, Role.TITLE),) for line in lines]
    if headline.is_guessed("title"):
        if lines and cell_len(lines[-1]) + 1 + len(GUESSED) <= width:
            rows[-1] = (*rows[-1], Piece(f" {GUESSED}", Role.META))
        else:
            rows.append((Piece(GUESSED, Role.META),))
    return rows


def _meta_rows(headline: Headline, width: int, today: date, *, title_in_text: bool) -> list[HeadRow]:
    """What is known of the article; the count of words, which the minutes tell too, goes where it costs a row."""
    parts = list(_meta_parts(headline, today))
    if title_in_text and headline.is_guessed("title"):
        parts.insert(0, (GUESSED_TITLE, Role.META))
    leading = _star(headline)
    rows = _flow(parts, PART, width, leading)
    without = _flow(parts[:-1], PART, width, leading) if headline.article.metadata.words else rows
    return without if len(without) < len(rows) else rows


def _star(headline: Headline) -> HeadRow:
    return (Piece("★ ", Role.STAR),) if headline.state.starred else ()


def _meta_parts(headline: Headline, today: date) -> Iterable[tuple[str, Role]]:
    """Source, byline, date, reading time and words; a guess carries a question mark."""
    metadata = headline.article.metadata
    for name in ("source", "byline", "date"):
        value = headline.field(name)
        if name == "date":
            value = long_date(value, today) or value
        if value:
            yield (f"{value}?" if headline.is_guessed(name) else value), Role.META
    if metadata.words:
        yield f"{reading_minutes(metadata.words)} min", Role.META
        yield f"{metadata.words:,} {'word' if metadata.words == 1 else 'words'}", Role.META


def _flow(parts: Iterable[tuple[str, Role]], gap: str, width: int, leading: HeadRow = ()) -> list[HeadRow]:
    """Parts set side by side; one that does not fit goes to the next row whole, and one wider than a row is broken."""
    rows: list[HeadRow] = []
    row = list(leading)
    used = sum(cell_len(piece.text) for piece in row)
    bare = True
    for text, role in parts:
        for line in wrapped(text, width) if cell_len(text) > width else (text,):
            taken = cell_len(line) + (0 if bare else cell_len(gap))
            if used + taken > width and row:
                rows.append(tuple(row))
                row, used, bare, taken = [], 0, True, cell_len(line)
            row.append(Piece(line if bare else gap + line, role))
            used += taken
            bare = False
    if row:
        rows.append(tuple(row))
    return rows

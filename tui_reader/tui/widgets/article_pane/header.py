"""The header of an article: title, source, date, length, tags, notices and notes on the whole article."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from tui_reader.document.blocks import Block, BlockKind, DocumentBuilder
from tui_reader.document.cells import expand_tabs
from tui_reader.document.layout import Layout
from tui_reader.model.article import reading_time
from tui_reader.tui.widgets.article_pane.styles import Role
from tui_reader.tui.widgets.dates import long_date
from tui_reader.tui.widgets.headline_texts import FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from tui_reader.model.article import Headline

PART = " · "
"""Separator between source, date and length."""
TAG_GAP = "  "
"""Separator between tags."""
GUESSED = "(guessed)"
"""Remark behind a title in the header that was guessed."""
GUESSED_TITLE = "title guessed"
"""Remark below a title that is in the text, if it was guessed."""


class StyledText(NamedTuple):
    """A string with the role that defines its style."""

    text: str
    role: Role


StyledRow = tuple[StyledText, ...]
"""A row of the header, a note or a message, made of styled texts. An empty tuple is an empty row."""


def head_rows(
    headline: Headline,
    width: int,
    today: date,
    *,
    notices: Sequence[str] = (),
    notes: Sequence[StyledRow] = (),
    with_title: bool = True,
) -> tuple[StyledRow, ...]:
    """Return the rows of the header; the last two are a rule and an empty row.

    Args:
        headline: The article and its state.
        width: Columns of a row, at least 1.
        today: The current day; dates of another year are shown with their year.
        notices: Sentences about problems with reading the article.
        notes: Rows of the notes on the whole article.
        with_title: False if the text itself begins with the title.
    """
    rows: list[StyledRow] = []
    if with_title:
        rows.extend(_title_rows(headline, width))
    rows.extend(_meta_rows(headline, width, today, title_in_text=not with_title))
    rows.extend(_flow(((tag, Role.TAG) for tag in headline.tags), TAG_GAP, width))
    for notice in notices:
        rows.extend((StyledText(line, Role.NOTICE),) for line in wrapped(notice, width))
    rows.extend(notes)
    rows.append((StyledText("─" * width, Role.RULE),))
    rows.append(())
    return tuple(rows)


def wrapped(text: str, width: int) -> list[str]:
    """Wrap text to rows of at most `width` cells, with the line breaking of articles."""
    text = expand_tabs(text)
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), text)
    layout = Layout(builder.build(), width)
    return [text[row.start : row.end].strip() for row in layout.rows(0, layout.height) if row.fragments]


def _title_rows(headline: Headline, width: int) -> Iterable[StyledRow]:
    lines = wrapped(headline.title, width)
    rows: list[StyledRow] = [(StyledText(line, Role.TITLE),) for line in lines]
    if headline.is_guessed("title"):
        if lines and cell_len(lines[-1]) + 1 + len(GUESSED) <= width:
            rows[-1] = (*rows[-1], StyledText(f" {GUESSED}", Role.META))
        else:
            rows.append((StyledText(GUESSED, Role.META),))
    return rows


def _meta_rows(headline: Headline, width: int, today: date, *, title_in_text: bool) -> list[StyledRow]:
    """Return the rows with source, date and length; omit the word count if it would need its own row.

    If `title_in_text` is True, no title is shown above; a remark says so if the title was guessed.
    """
    parts = list(_meta_parts(headline, today))
    if title_in_text and headline.is_guessed("title"):
        parts.insert(0, (GUESSED_TITLE, Role.META))
    leading = _star(headline)
    rows = _flow(parts, PART, width, leading)
    without = _flow(parts[:-1], PART, width, leading) if headline.article.metadata.words else rows
    return without if len(without) < len(rows) else rows


def _star(headline: Headline) -> StyledRow:
    return (StyledText("★ ", Role.STAR),) if headline.state.starred else ()


def _meta_parts(headline: Headline, today: date) -> Iterable[tuple[str, Role]]:
    """Yield source, byline, date, reading time and word count, those that are known, each with its role.

    A guessed value ends with a question mark.
    """
    metadata = headline.article.metadata
    said = ""
    for name in (*headline.origins, "date"):
        value = headline.field(name)
        if value and value == said:
            continue  # pages name themselves as the author
        said = value
        if name == "date":
            file_date = long_date(headline.article.file_date, today)
            value = long_date(value, today) or value or (f"{file_date}{FILE}" if file_date else "")
        if value:
            yield (f"{value}?" if headline.is_guessed(name) else value), Role.META
    if metadata.words:
        yield reading_time(metadata.minutes), Role.META
        yield f"{metadata.words:,} {'word' if metadata.words == 1 else 'words'}", Role.META


def message_rows(title: str, lines: Sequence[str], width: int) -> list[StyledRow]:
    """Return the rows of a message that replaces the article: a title, then lines in a muted style."""
    rows: list[StyledRow] = [(StyledText(line, Role.TITLE),) for line in (wrapped(title, width) if title else ())]
    for line in lines:
        rows.extend((StyledText(part, Role.META),) for part in (wrapped(line, width) if line else ("",)))
    return rows


def _flow(parts: Iterable[tuple[str, Role]], gap: str, width: int, leading: StyledRow = ()) -> list[StyledRow]:
    """Join parts to rows. A part that does not fit starts a new row; a part wider than a row is wrapped.

    Args:
        parts: Texts with their roles.
        gap: Separator between two parts of the same row.
        width: Cells of a row.
        leading: Pieces at the beginning of the first row, without `gap` behind them.
    """
    rows: list[StyledRow] = []
    row = list(leading)
    used = sum(cell_len(piece.text) for piece in row)
    bare = True
    for text, role in parts:
        for line in wrapped(text, width) if cell_len(text) > width else (text,):
            taken = cell_len(line) + (0 if bare else cell_len(gap))
            if used + taken > width and row:
                rows.append(tuple(row))
                row, used, bare, taken = [], 0, True, cell_len(line)
            row.append(StyledText(line if bare else gap + line, role))
            used += taken
            bare = False
    if row:
        rows.append(tuple(row))
    return rows

"""The second row of a headline: author or source, date, reading time and progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui_reader.tui.widgets.dates import short_date, shortest_date
from tui_reader.tui.widgets.styled_lines import clip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tui_reader.model.article import Headline

PART = " · "
FILE = " (file)"
"""Suffix of a file's date, which is shown for an article without a date."""
LEAST_SOURCE = 6
"""With fewer columns, a source or author is left out instead of truncated."""


def meta_text(headline: Headline, width: int, today: date) -> str:
    """Describe an article in one row: source or author, date, reading time, progress.

    If the row is too long: the progress is left out, the date loses its weekday, a reading time of an hour or more its
    minutes, the source is truncated, the time is left out, then the source. The date is left out last.

    Args:
        headline: The article with its state.
        width: Columns of the row.
        today: The current day.
    """
    if headline.article.error:
        return clip(headline.article.error, width)
    versions = list(_versions(headline, today))
    for parts in versions:
        if (text := _joined(parts)) and cell_len(text) <= width:
            return text
    source, day, time = versions[-1]
    for rest in (_joined((day, time)), day):
        room = width - cell_len(rest) - len(PART)
        if source and rest and room >= LEAST_SOURCE:
            return _joined((clip(source, room), rest))
    rest = _joined((day, time))
    return rest if cell_len(rest) <= width else clip(day or time, width)


def _joined(parts: tuple[str, ...] | list[str]) -> str:
    return PART.join(filter(None, parts))


def _versions(headline: Headline, today: date) -> Iterator[tuple[str, ...]]:
    """Yield the parts of the row, from the longest version to the shortest."""
    source = next(filter(None, map(headline.field, headline.origins)), "")
    given = headline.field("date")
    day, mark = (given, "") if given else (headline.article.file_date, FILE)
    whole, short = (f"{text}{mark}" if text else given for text in (short_date(day, today), shortest_date(day, today)))
    time = headline.time_left
    if headline.is_begun:
        yield source, whole, time, f"{headline.state.progress:.0%}".replace("%", " %")
    yield source, whole, time
    yield source, short, time
    yield source, short, headline.brief_time_left

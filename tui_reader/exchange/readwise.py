"""The CSV that Readwise imports: one row per highlight; a note begins with its tags."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from tui_reader.exchange.cells import defused
from tui_reader.exchange.json_text import moment
from tui_reader.exchange.tags import joined, with_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.clip import Clip

COLUMNS = ("Highlight", "Title", "Author", "URL", "Note", "Location", "Date")


def write(clips: Sequence[Clip]) -> str:
    """Return clips as CSV; a note on a whole article is a row whose highlight is the title."""
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for clip in clips:
        for each in clip.annotations:
            tags = " ".join(f".{joined(tag)}" for tag in with_state(each))
            start = each.where.start
            row = (
                each.quote_text or clip.title,
                clip.title,
                clip.byline,
                clip.url,
                "\n".join(filter(None, (tags, each.note))),
                "" if start is None else str(start),
                _time(each.created),
            )
            rows.writerow([defused(cell) for cell in row])
    return table.getvalue()


def _time(text: str) -> str:
    read = moment(text)
    return "" if read is None else read.isoformat(" ", "seconds")

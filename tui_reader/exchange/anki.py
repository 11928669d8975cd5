"""The text file that Anki imports: one card per highlight, with an id for updates by later imports."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tui_reader.exchange.cells import defused, is_formula
from tui_reader.exchange.tags import joined, with_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.clip import Clip, ClippedAnnotation

HEAD = """\
#separator:tab
#html:true
#columns:GUID\tFront\tBack\tTags
#guid column:1
#notetype:Basic
#deck:tui-reader
#tags column:4
"""


def write(clips: Sequence[Clip]) -> str:
    """Return the text file: a row for each annotation, which becomes a card.

    The front of a card has the quote, or the article's title for a note on the whole article; the back has the note and
    the source.
    """
    rows = [_row(clip, each) for clip in clips for each in clip.annotations]
    return HEAD + "".join(f"{row}\n" for row in rows)


def _row(clip: Clip, clipped: ClippedAnnotation) -> str:
    title = f'<a href="{escape(clip.url)}">{_html(clip.title)}</a>' if clip.url else _html(clip.title)
    about = " · ".join(filter(None, (_html(clip.byline), title, _html(clip.source), _html(clip.date[:10]))))
    above = _html(clipped.where.cited)
    source = f"<small>{'<br>'.join(filter(None, (about, above)))}</small>"
    front = f"<blockquote>{_html(clipped.quote_text)}</blockquote>" if clipped.quote else _html(clip.title)
    back = "<br><br>".join(filter(None, (_html(clipped.note), source)))
    tags = [*with_state(clipped), *([f"colour::{clipped.colour_name}"] if clipped.colour_name else [])]
    words = " ".join(joined(tag, "_") for tag in tags)
    return "\t".join((_word_cell(clipped.printed_id), _html_cell(front), _html_cell(back), _word_cell(words)))


def _html(text: str) -> str:
    """Return text as HTML in one line without tabs."""
    return escape(text).replace("\n", "<br>").replace("\t", "&#9;").replace("\r", " ")


def _html_cell(cell: str) -> str:
    """Return HTML that no spreadsheet takes for a formula: a first character such as `=` becomes a reference."""
    return f"&#{ord(cell[0])};{cell[1:]}" if is_formula(cell) else cell


def _word_cell(cell: str) -> str:
    """Return an id or tags as a cell, in which Anki reads no HTML: a formula gets an apostrophe in front of it."""
    return defused(" ".join(cell.replace('"', "”").split()))

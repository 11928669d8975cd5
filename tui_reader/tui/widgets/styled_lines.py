"""Rows of styled text, fitted to a width in columns.

Text is never markup, and `clean_row` drops control characters from all of it: file names, settings and error messages
are passed in unchecked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from tui_reader.document.cleaning import clean_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.style import Style

ELLIPSIS = "…"


class Piece(NamedTuple):
    """A piece of text with one style."""

    text: str
    style: Style


def clip(text: str, width: int) -> str:
    """Shorten a text to a width in columns; a truncated text ends with `…`."""
    text = clean_row(text)
    if cell_len(text) <= width:
        return text
    if width < 1:
        return ""
    return set_cell_size(text, width - 1).rstrip() + ELLIPSIS


def fit_parts(parts: Sequence[str], width: int, *, drop_first: Sequence[int] = ()) -> str:
    """Join parts by ` · `; leave out whole parts until the row fits into a width.

    Args:
        parts: The parts; empty ones are skipped.
        width: Columns.
        drop_first: Indexes of the parts that are left out first, in this order. Then the other parts are left out,
            from the last to the first.
    """
    left = [index for index, part in enumerate(parts) if part]
    order = [index for index in drop_first if index in left] + [
        index for index in reversed(left) if index not in drop_first
    ]
    while len(left) > 1 and cell_len(" · ".join(parts[index] for index in left)) > width:
        left.remove(order.pop(0))
    return clip(" · ".join(parts[index] for index in left), width)


def wrap(text: str, width: int) -> list[str]:
    """Wrap a text at spaces into rows of at most `width` columns; a word wider than a row is split.

    Only the beginning of such a word is measured for each row: 10,000 letters took a second.
    """
    rows, row = [], ""
    for word in clean_row(text).split(" "):
        joined = f"{row} {word}" if row else word
        if row and cell_len(joined) > width:
            rows.append(row)
            joined = word
        while cell_len(begun := _begun(joined, width)) > width:
            head = set_cell_size(begun, width)
            taken = len(head) if joined.startswith(head) else len(head.rstrip())
            # A two-column character does not fit into a one-column row: it is dropped, or the loop would not end.
            rows.append(head.rstrip() if taken else clip(joined[0], width))
            joined = joined[taken or 1 :]
        row = joined
    return [*rows, row]


def _begun(text: str, width: int) -> str:
    """Return a beginning of a text that is wider than `width` columns; the whole text if none is."""
    end = max(16, 2 * width)
    while end < len(text) and cell_len(text[:end]) <= width:
        end *= 2
    return text[:end]


def line(width: int, base: Style, left: Iterable[Piece], right: Iterable[Piece] = ()) -> Strip:
    """Create a row with pieces at its left and right ends, filled with the base style.

    The left pieces are cut at their end if not all fit, so that the right pieces are not cut.
    """
    tail = [Segment(clean_row(piece.text), piece.style) for piece in right if piece.text]
    room = width - sum(segment.cell_length for segment in tail)
    if room < 0:
        return line(width, base, left)
    segments = []
    for piece in left:
        text = clean_row(piece.text)
        size = cell_len(text)
        if size > room:
            text = clip(text, room)
            segments.append(Segment(text, piece.style))
            room -= cell_len(text)
            break
        segments.append(Segment(text, piece.style))
        room -= size
    if room > 0:
        segments.append(Segment(" " * room, base))
    return Strip([*segments, *tail], width)


def merged(strip: Strip) -> Strip:
    """Join segments that look alike, since each segment sends about 40 bytes of colour codes to the terminal.

    Segments of one style become one. Spaces have no visible text colour, so they join a neighbour with the same
    background.
    """
    if any(segment.control for segment in strip):
        return strip
    segments: list[Segment] = []
    text, style = "", None
    for more, other, _ in strip:
        if not text:
            text, style = more, other
        # Spaces are looked for first: comparing styles takes longer.
        elif other is style or other == style or (more.isspace() and _is_plain(style, other)):
            text += more
        elif text.isspace() and _is_plain(style, other):
            text, style = text + more, other
        else:
            segments.append(Segment(text, style))
            text, style = more, other
    if text:
        segments.append(Segment(text, style))
    return Strip(segments, strip.cell_length)


def _is_plain(one: Style | None, other: Style | None) -> bool:
    """Return True if spaces look alike in two styles."""
    if one is None or other is None or one.bgcolor != other.bgcolor:
        return False
    return not any(
        style.underline or style.underline2 or style.overline or style.strike or style.reverse or style.link
        for style in (one, other)
    )

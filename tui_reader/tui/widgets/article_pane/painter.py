"""From rows of the page to strips: pieces of the text cut once at the bounds of all that changes their look."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from tui_reader.document.blocks import Block, BlockKind
from tui_reader.document.cells import boundary_at, cell_width, expand_tabs, graphemes
from tui_reader.document.clean import clean_row
from tui_reader.document.flow import offset_in_fragment
from tui_reader.document.insets import CODE_PADDING
from tui_reader.document.rows import Fragment, OrnamentRole
from tui_reader.tui.widgets.article_pane.looks import SPAN_ROLES, Looks, Role, is_highlight
from tui_reader.tui.widgets.article_pane.notes import NOTE_GAP, NOTHING, Beside

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui_reader.document.blocks import Span
    from tui_reader.document.layout import Layout
    from tui_reader.document.rows import Row
    from tui_reader.document.structure import Structure
    from tui_reader.tui.widgets.article_pane.header import HeadRow
    from tui_reader.tui.widgets.article_pane.page import Page


BAR = "▎"


class Overlay(NamedTuple):
    """A range of the text that is painted over its own look: focus, match, hint."""

    start: int
    end: int
    role: str
    text: str = ""
    """Letters that stand before the range; the text makes room for them."""
    bar: Role | None = None
    """Look of a bar that stands left of the rows of the range; None for no bar."""


class _Piece(NamedTuple):
    column: int
    text: str
    roles: tuple[str, ...]


_HINT: tuple[str, ...] = (Role.HINT,)
_MUTED = frozenset((Role.QUIET, Role.CAPTION))

_ORNAMENT_ROLES: dict[OrnamentRole, Role] = {
    OrnamentRole.MARKER: Role.MARKER,
    OrnamentRole.BAR: Role.BAR,
    OrnamentRole.RULE: Role.RULE,
    OrnamentRole.BORDER: Role.BORDER,
    OrnamentRole.DIVIDER: Role.META,
    OrnamentRole.LABEL: Role.LABEL,
}


class Painter:
    """Draws rows of one page.

    Args:
        page: The page; None where there is no article.
        structure: Its document with the spans by block; None while it is being read.
        looks: Styles by role.
        left: Empty columns before the measure.
        width: Columns of the pane.
    """

    def __init__(self, page: Page | None, structure: Structure | None, looks: Looks, left: int, width: int) -> None:
        self._page = page
        self._structure = structure
        self._looks = looks
        self._left = left
        self._width = width
        self._spans: tuple[int, tuple[Span, ...]] = (-1, ())
        """Block whose spans were asked for last, and these."""

    def head(self, row: HeadRow, beside: Beside = NOTHING) -> Strip:
        """A row of the head, or any other that is no part of the text."""
        pieces = []
        column = 0
        for text, role in row:
            pieces.append(_Piece(column, text, (role,)))
            column += cell_len(text)
        return self._strip(pieces, beside=beside)

    def body(self, row: Row, overlays: Sequence[Overlay] = (), beside: Beside = NOTHING) -> Strip:
        """A row of the text.

        Args:
            row: The row.
            overlays: What lies over it, the topmost last.
            beside: What stands in its margins.
        """
        page = self._page
        if page is None or page.document is None or page.layout is None:
            return self._strip([])
        document = page.document
        pieces = [_Piece(column, text, (_ORNAMENT_ROLES[role],)) for column, text, role in row.ornaments]
        if not document.blocks:
            return self._strip(pieces)
        block = document.blocks[row.block]
        roles = self._block_roles(block, row)
        for fragment in row.fragments:
            pieces.extend(self._fragment(document.text, fragment, roles, self._spans_of(row.block), overlays))
        if not row.fragments and row.ornaments:
            # A picture without words: the letters of its hint stand before its sign.
            pieces[:0] = [_Piece(row.ornaments[-1].column, o.text, _HINT) for o in overlays if o.text]
        pieces.extend(self._caret_beyond(page.layout, row, overlays))
        pieces.sort(key=lambda piece: piece.column)
        if any(overlay.text for overlay in overlays):
            pieces = list(_making_room(pieces, self._room(page, beside), even=block.kind is not BlockKind.TABLE))
        bar = next((overlay.bar for overlay in overlays if overlay.bar is not None), None)
        if block.kind is not BlockKind.CODE or row.index < 0:
            return self._strip(pieces, bar=bar, beside=beside)
        tone = page.layout.position(block.start)[1] - CODE_PADDING
        if not row.fragments or row.fragments[0].column > tone:
            pieces.append(_Piece(tone, " ", (Role.CODE_BLOCK,)))
            pieces.sort(key=lambda piece: piece.column)
        return self._strip(pieces, (Role.CODE_BLOCK,), page.width, bar, beside)

    def _room(self, page: Page, beside: Beside) -> int:
        """Columns from the beginning of the measure that a row of the text may take."""
        return page.width + NOTE_GAP if beside.note else self._width - self._left - 1

    @staticmethod
    def _caret_beyond(layout: Layout, row: Row, overlays: Sequence[Overlay]) -> Iterator[_Piece]:
        """The caret on white space that is not drawn: at the end of a row, or on an empty line of code."""
        caret = next((overlay.start for overlay in overlays if overlay.role == Role.CARET), None)
        if caret is None or any(part.start <= caret < part.end for part in row.fragments):
            return
        yield _Piece(layout.position(caret)[1], " ", (Role.CARET,))

    def offset_under(self, row: Row, column: int) -> int | None:
        """Offset of the character on a column of the measure; None beside the text."""
        page = self._page
        if page is None or page.document is None:
            return None
        text = page.document.text
        for left, start, end in row.fragments:
            if left <= column < left + cell_width(text[start:end]):
                return offset_in_fragment(text, Fragment(left, start, end), column)
        return None

    def _spans_of(self, block: int) -> tuple[Span, ...]:
        if self._spans[0] != block and self._structure is not None:
            self._spans = block, self._structure.spans_of(block)
        return self._spans[1]

    def _block_roles(self, block: Block, row: Row) -> tuple[str, ...]:
        roles: list[Role] = []
        if block.quote:
            roles.append(Role.QUOTE)
        if block.quiet:
            roles.append(Role.QUIET)
        if self._is_title(row.block):
            roles.append(Role.TITLE)
        elif block.kind is BlockKind.HEADING:
            roles.append(Role.HEADING)
        elif block.kind is BlockKind.CODE:
            roles.append(Role.CODE_BLOCK)
        elif block.kind is BlockKind.FIGURE:
            roles.append(Role.CAPTION)
        elif block.table is not None and block.table.header and block.table.rows:
            header = block.table.rows[0]
            if header and row.start < max(cell.end for cell in header) and row.fragments:
                roles.append(Role.TABLE_HEADER)
        return tuple(roles)

    def _is_title(self, block: int) -> bool:
        """Whether a block stands where a title does: it says the article's, or begins an error page."""
        page = self._page
        return page is not None and block == (0 if page.document and page.document.error else page.title_block)

    def _fragment(
        self,
        text: str,
        fragment: Fragment,
        roles: tuple[str, ...],
        spans: Sequence[Span],
        overlays: Sequence[Overlay],
    ) -> Iterator[_Piece]:
        """Pieces of a fragment, cut where a look begins or ends and never inside a cluster."""
        column, start, end = fragment
        here = [(span.start, span.end, SPAN_ROLES[span.kind]) for span in spans if _looks_here(span, start, end)]
        over = [overlay for overlay in overlays if overlay.start < end and overlay.end > start]
        bounds = {start, end}
        for low, high, _ in here:
            bounds.update((low, high))
        for overlay in over:
            bounds.update((overlay.start, overlay.end))
        cuts = sorted(bound for bound in bounds if start <= bound <= end)
        if len(cuts) > 2 and not text[start:end].isascii():
            cuts = sorted({start, end, *(start + boundary_at(text[start:end], cut - start) for cut in cuts)})
        at = 0
        for low, high in pairwise(cuts):
            above = tuple(overlay.role for overlay in over if overlay.start <= low and high <= overlay.end)
            spans_here = (role for first, last, role in here if first <= low and high <= last)
            if not _MUTED.isdisjoint(roles) and any(map(is_highlight, above)):
                # Muted ink is not legible enough on the tone of a highlight.
                mine = (*roles, Role.HIGHLIGHTED, *spans_here, *above)
            else:
                mine = (*roles, *spans_here, *above)
            shown = expand_tabs(text[low:high], at)
            hint = next((overlay for overlay in over if overlay.text and overlay.start == low), None)
            if hint is not None:
                yield _Piece(column + at, hint.text, _HINT)
                mine = tuple(role for role in mine if role != Role.HINT)
            yield _Piece(column + at, shown, mine)
            at += cell_width(text[low:high], at)

    def foot(self, text: str, role: Role) -> Strip:
        """The last row of the pane: a few words at its right end."""
        looks = self._looks
        text = set_cell_size(text, min(cell_len(text), max(self._width - 1, 0)))
        before = self._width - 1 - cell_len(text)
        if before < 0:
            return Strip.blank(self._width, looks.base)
        return Strip(
            [Segment(" " * before, looks.base), Segment(text, looks((role,))), Segment(" ", looks.base)], self._width
        )

    def _strip(
        self,
        pieces: Sequence[_Piece],
        fill: tuple[str, ...] = (),
        fill_to: int = 0,
        bar: Role | None = None,
        beside: Beside = NOTHING,
    ) -> Strip:
        """Pieces set at their columns, the rest filled; exactly as wide as the pane.

        Args:
            pieces: What to set, by column.
            fill: Look of the space behind the pieces.
            fill_to: Column up to which that look goes.
            bar: Look of a bar left of the measure; None for no bar.
            beside: What stands in the margins.
        """
        looks = self._looks
        segments = self._left_margin(bar, beside.numbers)
        at = 0
        for column, text, roles in pieces:
            shown = clean_row(text)
            if column > at:
                segments.append(Segment(" " * (column - at), looks.base))
                at = column
            elif column < at:
                shown = _behind(shown, at - column)
            if shown:
                segments.append(Segment(shown, looks(roles)))
                at += cell_len(shown)
        if at < fill_to:
            segments.append(Segment(" " * (fill_to - at), looks(fill)))
            at = fill_to
        if beside.note:
            at = self._add_note(segments, at, beside.note)
        room = self._width - self._left - at
        if room > 0:
            segments.append(Segment(" " * room, looks.base))
        strip = Strip(segments)
        return strip if strip.cell_length == self._width else strip.adjust_cell_length(self._width, looks.base)

    def _left_margin(self, bar: Role | None, numbers: HeadRow) -> list[Segment]:
        """What stands left of the measure: numbers, an empty column, and in that the bar where there is one."""
        looks = self._looks
        left = self._left
        if bar is None and not numbers:
            return [Segment(" " * left, looks.base)] if left else []
        # Beside the bar a number leaves no column empty; without it, it takes the one next to the text if it must.
        room = left - 1 if bar is not None and left > 1 else left
        numbers = _apart(numbers, room)
        used = sum(cell_len(text) for text, _ in numbers)
        segments = [Segment(" " * (left - used - 1), looks.base)] if left - used > 1 else []
        segments.extend(Segment(text, looks((role,))) for text, role in numbers if text)
        if used < left:
            segments.append(Segment(" ", looks.base) if bar is None else Segment(BAR, looks((bar,))))
        return segments

    def _add_note(self, segments: list[Segment], at: int, note: HeadRow) -> int:
        """Put a row of a note right of the measure; the column behind it."""
        looks, page = self._looks, self._page
        column = (0 if page is None else page.width) + NOTE_GAP
        if at > column:
            return at
        segments.append(Segment(" " * (column - at), looks.base))
        segments.append(Segment(f"{BAR} ", looks((Role.NOTE_BAR,))))
        at = column + 2
        for text, role in note:
            shown = clean_row(text)
            segments.append(Segment(shown, looks((role,))))
            at += cell_len(shown)
        return at


def _apart(numbers: HeadRow, room: int) -> HeadRow:
    """Numbers with a space between them, or the first ones and a + for those that have no room.

    Two digits in a row would be read as one number.
    """
    if sum(cell_len(text) + 1 for text, _ in numbers) - 1 <= room:
        spaced = [piece._replace(text=f"{piece.text} ") for piece in numbers[:-1]]
        return (*spaced, *numbers[-1:])
    shown = list(numbers)
    while len(shown) > 1 and sum(cell_len(text) + 1 for text, _ in shown) > room:
        shown.pop()
    first = [piece._replace(text=f"{piece.text} ") for piece in shown[:-1]]
    last = shown[-1]
    more = "+" if len(shown) < len(numbers) and cell_len(last.text) < room else ""
    return (*first, last._replace(text=f"{last.text}{more}"[:room]))


def _making_room(pieces: Sequence[_Piece], room: int, *, even: bool) -> Iterator[_Piece]:
    """Pieces with the letters of links before their words, none of which is hidden.

    Where the row has room, letters and a space are put in, and the rest moves on. Else, and in a table, whose columns
    stay, they take the place of the space before the word, and the rest moves on by what that is too little.

    Args:
        pieces: By column; letters stand on the column of their word, before it.
        room: Columns that the row may take.
        even: Whether the rest of the row may move on.
    """
    widths = [cell_len(piece.text) for piece in pieces]
    end = max((piece.column + width for piece, width in zip(pieces, widths, strict=True)), default=0)
    needed = sum(width + 2 for piece, width in zip(pieces, widths, strict=True) if piece.roles == _HINT)
    spacious = even and end + needed <= room
    by = 0
    waiting: _Piece | None = None
    for piece, width in zip(pieces, widths, strict=True):
        if piece.roles != _HINT:
            if waiting is not None:
                yield waiting
            waiting = piece._replace(column=piece.column + by)
            continue
        column = piece.column + by
        free = column - (0 if waiting is None else waiting.column + cell_len(waiting.text.rstrip(" ")))
        if spacious:
            gap = waiting is not None and not free
            column += gap
            by += width + 1 + gap
        else:
            taken = max(0, min(width, free))
            if waiting is not None and waiting.column + cell_len(waiting.text) > column - taken:
                waiting = waiting._replace(text=waiting.text[: len(waiting.text) - taken])
            column -= taken
            by += width - taken
        if waiting is not None:
            yield waiting
        waiting = piece._replace(column=column)
    if waiting is not None:
        yield waiting


def _looks_here(span: Span, start: int, end: int) -> bool:
    return span.start < end and span.end > start and span.kind in SPAN_ROLES


def _behind(text: str, cells: int) -> str:
    """What of a text stands behind its first cells; a wide character that is cut leaves a space."""
    if cells <= 0:
        return text
    for cluster in graphemes(text):
        text = text[len(cluster) :]
        cells -= cell_len(cluster)
        if cells <= 0:
            return " " * -cells + text
    return ""

"""Paint the rows of the page, with the text split wherever its style changes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from tui_reader.document.blocks import Block, BlockKind, SpanKind
from tui_reader.document.cells import boundary_at, cell_width, expand_tabs, graphemes
from tui_reader.document.cleaning import clean_row
from tui_reader.document.insets import CODE_PADDING
from tui_reader.document.rows import Fragment, OrnamentRole
from tui_reader.tui.widgets.article_pane.note_rows import NO_MARGINS, NOTE_GAP, Margins
from tui_reader.tui.widgets.article_pane.styles import CURRENT_SIGNS, SIGNS, SPAN_ROLES, Role, Styles, is_highlight

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui_reader.document.blocks import Span, Structure
    from tui_reader.document.layout import Layout
    from tui_reader.document.rows import Row
    from tui_reader.tui.widgets.article_pane.header import StyledRow
    from tui_reader.tui.widgets.article_pane.page import Page


BAR = "▎"
"""The bar left of the rows of a highlight, and left of a note in the margin."""


class Overlay(NamedTuple):
    """A range of the text that a layer paints over the style of the text itself."""

    start: int
    end: int
    role: str
    text: str = ""
    """Letters inserted before the range: the label of a link while a link is being chosen; else empty."""
    bar: Role | None = None
    """Role of a bar left of the rows of the range; None for no bar."""


class _Placed(NamedTuple):
    """A text at a column of a row, with its roles, the topmost last."""

    column: int
    """Column relative to the left edge of the text."""
    text: str
    roles: tuple[str, ...]


_HINT: tuple[str, ...] = (Role.HINT,)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
"""Superscript digits, for references to notes."""
_MUTED = frozenset((Role.QUIET, Role.CAPTION))
"""Roles of text in a paler colour than the body text."""

_ORNAMENT_ROLES: dict[OrnamentRole, Role] = {
    OrnamentRole.MARKER: Role.MARKER,
    OrnamentRole.BAR: Role.BAR,
    OrnamentRole.RULE: Role.RULE,
    OrnamentRole.BORDER: Role.BORDER,
    OrnamentRole.DIVIDER: Role.META,
    OrnamentRole.LABEL: Role.LABEL,
    OrnamentRole.META: Role.META,
    OrnamentRole.TITLE: Role.TITLE,
    OrnamentRole.PICTURE: Role.LABEL,
}


class Painter:
    """Paints the rows of one page as Textual strips.

    Args:
        page: The page; None without an article.
        structure: The spans of the page's document by block; None while the text is loading.
        styles: Styles by role.
        left: Empty columns left of the text.
        width: Columns of the pane.
    """

    def __init__(self, page: Page | None, structure: Structure | None, styles: Styles, left: int, width: int) -> None:
        self._page = page
        self._structure = structure
        self._styles = styles
        self._left = left
        self._width = width
        self._spans: tuple[int, tuple[Span, ...]] = (-1, ())
        """Cache: index and spans of the block painted last."""

    def head(self, row: StyledRow, margins: Margins = NO_MARGINS) -> Strip:
        """Paint a row that is not part of the text: a row of the header or of a note."""
        pieces = []
        column = 0
        for text, role in row:
            pieces.append(_Placed(column, text, (role,)))
            column += cell_len(text)
        return self._strip(pieces, margins=margins)

    def body(
        self,
        row: Row,
        overlays: Sequence[Overlay] = (),
        margins: Margins = NO_MARGINS,
        picture: Sequence[Segment] = (),
    ) -> Strip:
        """Paint a row of the text.

        Args:
            row: The row.
            overlays: Overlays of the layers, the topmost last.
            margins: Numbers and note shown left and right of the row.
            picture: The row of the picture that replaces the row's text; empty without one.
        """
        page = self._page
        if page is None or page.document is None or page.layout is None:
            return self._strip([])
        document = page.document
        if picture:
            return self._picture(row, picture, overlays, margins)
        pieces = [_Placed(column, text, (_ORNAMENT_ROLES[role],)) for column, text, role in row.ornaments if text]
        if not document.blocks:
            return self._strip(pieces)
        block = document.blocks[row.block]
        roles = self._block_roles(block, row)
        for fragment in row.fragments:
            pieces.extend(self._fragment(document.text, fragment, roles, self._spans_of(row.block), overlays))
        if not row.fragments and row.ornaments and block.kind is BlockKind.FIGURE:
            # For a picture without a caption, the letters of its link hint are painted before its symbol.
            pieces[:0] = [_Placed(row.ornaments[-1].column, o.text, _HINT) for o in overlays if o.text]
        pieces.extend(self._caret_beyond(page.layout, row, overlays))
        pieces.sort(key=lambda piece: piece.column)
        if any(overlay.text for overlay in overlays):
            pieces = list(_with_room(pieces, self._room(page, margins), even=block.kind is not BlockKind.TABLE))
        bar = next((overlay.bar for overlay in overlays if overlay.bar is not None), None)
        if block.kind is not BlockKind.CODE or row.index < 0:
            return self._strip(pieces, bar=bar, margins=margins)
        tone = page.layout.position(block.start)[1] - CODE_PADDING
        if not row.fragments or row.fragments[0].column > tone:
            pieces.append(_Placed(tone, " ", (Role.CODE_BLOCK,)))
            pieces.sort(key=lambda piece: piece.column)
        return self._strip(pieces, (Role.CODE_BLOCK,), page.width, bar, margins)

    def _picture(self, row: Row, picture: Sequence[Segment], overlays: Sequence[Overlay], margins: Margins) -> Strip:
        """Paint a row of a picture, with the letters of its link hint in the first row."""
        pieces = [
            _Placed(column, text, (_ORNAMENT_ROLES[role],))
            for column, text, role in row.ornaments
            if text and role is not OrnamentRole.LABEL
        ]
        column = next((each.column for each in row.ornaments if each.role is OrnamentRole.PICTURE), 0)
        hint = next((overlay.text for overlay in overlays if overlay.text), "") if row.index == 0 else ""
        if hint:
            pieces.append(_Placed(column, hint, _HINT))
        bar = next((overlay.bar for overlay in overlays if overlay.bar is not None), None)
        around = self._strip(pieces, bar=bar, margins=margins)
        width = sum(segment.cell_length for segment in picture)
        start, end = self._left + column + cell_len(hint), self._left + column + width
        if hint and any(segment.control for segment in picture):
            return around  # a row that the terminal draws cannot be cut
        drawn = Strip(picture, width).crop(cell_len(hint), width)
        return Strip.join([around.crop(0, start), drawn, around.crop(end, self._width)])

    def _room(self, page: Page, margins: Margins) -> int:
        """Return the columns that a row of text may take: up to the note beside it, else to the edge of the pane."""
        return page.width + NOTE_GAP if margins.note else self._width - self._left - 1

    @staticmethod
    def _caret_beyond(layout: Layout, row: Row, overlays: Sequence[Overlay]) -> Iterator[_Placed]:
        """Yield the caret if its character has no cell: at the end of a row or on an empty line."""
        caret = next((overlay.start for overlay in overlays if overlay.role == Role.CARET), None)
        if caret is None or any(part.start <= caret < part.end for part in row.fragments):
            return
        yield _Placed(layout.position(caret)[1], " ", (Role.CARET,))

    def _spans_of(self, block: int) -> tuple[Span, ...]:
        if self._spans[0] != block and self._structure is not None:
            self._spans = block, self._structure.spans_of(block)
        return self._spans[1]

    def _block_roles(self, block: Block, row: Row) -> tuple[str, ...]:
        """Return the roles that a row of a block has as a whole, the topmost last."""
        roles: list[Role] = []
        if block.quote:
            roles.append(Role.QUOTE)
        if block.quiet:
            roles.append(Role.QUIET)
        heads = None if self._page is None else self._page.heads
        if self._is_title(row.block) or (heads is not None and row.block in heads.titles):
            roles.append(Role.TITLE)
        elif heads is not None and row.block in heads.labels:
            roles.append(Role.META)
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
        """Return True if the block is the title of the article or the first block of an error page."""
        page = self._page
        return page is not None and block == (0 if page.document and page.document.error else page.title_block)

    def _fragment(
        self,
        text: str,
        fragment: Fragment,
        roles: tuple[str, ...],
        spans: Sequence[Span],
        overlays: Sequence[Overlay],
    ) -> Iterator[_Placed]:
        """Yield the pieces of a fragment, cut where a style changes, but never inside a grapheme cluster."""
        column, start, end = fragment
        here = [(span.start, span.end, SPAN_ROLES[span.kind]) for span in spans if _is_styled(span, start, end)]
        over = [overlay for overlay in overlays if overlay.start < end and overlay.end > start]
        raised = [(span.start, span.end) for span in spans if _is_raised(text, span)]
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
                # Muted text is not legible enough on the background of a highlight.
                mine = (*roles, Role.HIGHLIGHTED, *spans_here, *above)
            else:
                mine = (*roles, *spans_here, *above)
            shown = expand_tabs(text[low:high], at)
            if any(first <= low and high <= last for first, last in raised):
                shown = shown.translate(_RAISED)
            hint = next((overlay for overlay in over if overlay.text and overlay.start == low), None)
            if hint is not None:
                yield _Placed(column + at, hint.text, _HINT)
                mine = tuple(role for role in mine if role != Role.HINT)
            yield _Placed(column + at, shown, mine)
            at += cell_width(text[low:high], at)

    def foot(self, text: str, role: Role) -> Strip:
        """Paint the last row of the pane: a short text at its right end."""
        styles = self._styles
        text = set_cell_size(text, min(cell_len(text), max(self._width - 1, 0)))
        before = self._width - 1 - cell_len(text)
        if before < 0:
            return Strip.blank(self._width, styles.base)
        return Strip(
            [Segment(" " * before, styles.base), Segment(text, styles((role,))), Segment(" ", styles.base)], self._width
        )

    def _strip(
        self,
        pieces: Sequence[_Placed],
        fill: tuple[str, ...] = (),
        fill_to: int = 0,
        bar: Role | None = None,
        margins: Margins = NO_MARGINS,
    ) -> Strip:
        """Create a strip from texts, exactly as wide as the pane.

        Args:
            pieces: Texts by column.
            fill: Roles of the space after the texts.
            fill_to: Column up to which `fill` applies.
            bar: Role of a bar left of the text; None for no bar.
            margins: Numbers and note shown left and right of the text.
        """
        styles = self._styles
        segments = self._left_margin(bar, margins.numbers)
        at = 0
        for column, text, roles in pieces:
            shown = clean_row(text)
            if column > at:
                segments.append(Segment(" " * (column - at), styles.base))
                at = column
            elif column < at:
                shown = _behind(shown, at - column)
            if shown:
                segments.append(Segment(shown, styles(roles)))
                at += cell_len(shown)
        if at < fill_to:
            segments.append(Segment(" " * (fill_to - at), styles(fill)))
            at = fill_to
        if margins.note:
            at = self._add_note(segments, at, margins)
        room = self._width - self._left - at
        if room > 0:
            segments.append(Segment(" " * room, styles.base))
        strip = Strip(segments)
        return strip if strip.cell_length == self._width else strip.adjust_cell_length(self._width, styles.base)

    def _left_margin(self, bar: Role | None, numbers: StyledRow) -> list[Segment]:
        """Return the segments left of the text: numbers, then the bar or an empty column."""
        styles = self._styles
        left = self._left
        if bar is None and not numbers:
            return [Segment(" " * left, styles.base)] if left else []
        # Beside the bar a number leaves no column empty; without a bar, it may use the column next to the text.
        room = left - 1 if bar is not None and left > 1 else left
        numbers = _apart(numbers, room)
        used = sum(cell_len(text) for text, _ in numbers)
        segments = [Segment(" " * (left - used - 1), styles.base)] if left - used > 1 else []
        segments.extend(Segment(text, styles((role,))) for text, role in numbers if text)
        if used < left:
            segments.append(Segment(" ", styles.base) if bar is None else Segment(BAR, styles((bar,))))
        return segments

    def _add_note(self, segments: list[Segment], at: int, margins: Margins) -> int:
        """Append a row of a note right of the text, if the text ends before it; return the column after the row.

        Its bar has the colour of the highlight, and the number of the colour is left of the bar in the first row.

        Args:
            segments: The segments of the row, which are extended.
            at: Column after them, counted from the left edge of the text.
            margins: The row of the note.
        """
        styles, page = self._styles, self._page
        column = (0 if page is None else page.width) + NOTE_GAP
        if at > column:
            return at
        number = str(margins.colour) if margins.first and margins.colour and at < column else ""
        sign = styles((SIGNS[margins.colour] if margins.colour else Role.NOTE_BAR,))
        segments.append(Segment(" " * (column - at - len(number)), styles.base))
        segments.append(Segment(f"{number}{BAR} ", sign))
        at = column + 2
        for text, role in margins.note:
            shown = clean_row(text)
            segments.append(Segment(shown, styles((role,))))
            at += cell_len(shown)
        return at


def _apart(numbers: StyledRow, room: int) -> StyledRow:
    """Format colour numbers with spaces between them; if not all fit, keep some in their order and add `+`.

    Those kept are the first that fit or, if these do not include the number of the current highlight, this number and
    those after it. Without spaces, two adjacent digits would look like one number.
    """
    if sum(cell_len(text) + 1 for text, _ in numbers) - 1 <= room:
        spaced = [piece._replace(text=f"{piece.text} ") for piece in numbers[:-1]]
        return (*spaced, *numbers[-1:])
    shown = _fitting(numbers, room)
    current = next((at for at, piece in enumerate(numbers) if piece.role in CURRENT_SIGNS), 0)
    if current >= len(shown):
        shown = _fitting(numbers[current:], room)
    first = [piece._replace(text=f"{piece.text} ") for piece in shown[:-1]]
    last = shown[-1]
    more = "+" if len(shown) < len(numbers) and cell_len(last.text) < room else ""
    return (*first, last._replace(text=f"{last.text}{more}"[:room]))


def _fitting(numbers: StyledRow, room: int) -> StyledRow:
    """Return the first numbers that fit into `room` columns with an empty column after each; at least one number."""
    shown = list(numbers)
    while len(shown) > 1 and sum(cell_len(text) + 1 for text, _ in shown) > room:
        shown.pop()
    return tuple(shown)


def _with_room(pieces: Sequence[_Placed], room: int, *, even: bool) -> Iterator[_Placed]:
    """Move pieces of a row right to make room for the letters of link hints, so that they hide no text.

    If the row has room, the letters and a space are inserted and the rest moves right. Otherwise, and in tables, whose
    columns must not move, the letters replace the space before the word; the rest moves only by the
    letters that do not fit there.

    Args:
        pieces: Texts by column; letters have the column of their word and come before it.
        room: Columns that the row may take.
        even: False for a row of a table, whose later columns move right only as far as the letters need.
    """
    widths = [cell_len(piece.text) for piece in pieces]
    end = max((piece.column + width for piece, width in zip(pieces, widths, strict=True)), default=0)
    needed = sum(width + 2 for piece, width in zip(pieces, widths, strict=True) if piece.roles == _HINT)
    spacious = even and end + needed <= room
    by = 0
    waiting: _Placed | None = None
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


def _is_raised(text: str, span: Span) -> bool:
    """Return True if a span is a reference to a note by number alone, whose digits are drawn above the line."""
    if span.kind is not SpanKind.NOTE:
        return False
    label = text[span.start : span.end]
    return label.isascii() and label.isdigit()


def _is_styled(span: Span, start: int, end: int) -> bool:
    return span.start < end and span.end > start and span.kind in SPAN_ROLES


def _behind(text: str, cells: int) -> str:
    """Return a text without its first `cells` cells; a wide character cut in half becomes a space."""
    if cells <= 0:
        return text
    for cluster in graphemes(text):
        text = text[len(cluster) :]
        cells -= cell_len(cluster)
        if cells <= 0:
            return " " * -cells + text
    return ""

"""Selecting text: a caret that the view follows, an anchor, and the range between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Offset

from tui_reader.document import caret as carets
from tui_reader.document import motions
from tui_reader.document.cells import next_boundary
from tui_reader.document.objects import OBJECTS, PAIRS, Ends, last_of, text_object
from tui_reader.document.pairs import enclosing, first_within
from tui_reader.document.structure import block_index
from tui_reader.tui.widgets.article_pane.caret_moves import MOTIONS, moved
from tui_reader.tui.widgets.article_pane.moving import KEPT_ROWS
from tui_reader.tui.widgets.article_pane.noting import NotedView
from tui_reader.tui.widgets.article_pane.painter import Overlay
from tui_reader.tui.widgets.article_pane.styles import Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from tui_reader.document.blocks import Document
    from tui_reader.document.motions import Range
    from tui_reader.tui.widgets.article_pane.highlight_index import Highlight

    Carry: TypeAlias = Callable[[Range], tuple[int, int] | None]

CHARACTER, BY_PARAGRAPH = "character", "paragraph"
KINDS = (CHARACTER, BY_PARAGRAPH)

_REVERSED = {"f": "F", "F": "f", "t": "T", "T": "t"}


class SelectingView(NotedView):
    """A page on which text can be selected."""

    _kind = ""
    _ends = Ends(0, 0)
    _goal: int | None = None
    """Column that the caret keeps to while it goes by rows."""
    _untouched = False
    """Whether the selection is still the one that selecting began with."""
    _carry: Carry | None = None
    """Says where a range of the shown text stands in the one that is about to replace it; None while nobody knows."""
    _led: Highlight | None = None
    """The highlight that was current when selecting began."""
    selections = 0
    """How many selections have begun; tells one from the next."""
    _sought: tuple[str, str] = ("", "")
    """Kind and character that were searched for last."""

    @property
    def selecting(self) -> str:
        """How text is being selected: `character`, `paragraph`, or not at all."""
        return self._kind

    @property
    def selection(self) -> Range | None:
        """What is selected, on boundaries of characters; None where nothing is, or nothing but white space."""
        document = self._text
        if not self._kind or document is None:
            return None
        found = self._between(document, self._kind, self._ends)
        return found if document.text[found.start : found.end].strip() else None

    @staticmethod
    def _between(document: Document, kind: str, ends: Ends) -> Range:
        low, high = sorted(ends)
        if kind == BY_PARAGRAPH:
            first, last = motions.paragraph_at(document, low), motions.paragraph_at(document, high)
            return motions.Range(first.start, last.end)
        return motions.Range(low, next_boundary(document.text, high))

    # What commands act on

    @property
    def point(self) -> int:
        """Where the reader is: at the caret, at the focused sentence, or at the first one that is visible."""
        return self._ends.caret if self._kind else self._looked_at().start

    def target_range(self) -> Range:
        """What is to be marked: the selection, else the focused sentence, else the first one that is visible."""
        return self.selection or self._looked_at()

    def text_of(self, text_range: Range) -> str:
        """The words of a range."""
        document = self._text
        return "" if document is None else document.text[text_range.start : text_range.end]

    def _looked_at(self) -> Range:
        document = self._text
        if document is None or not document.text:
            return motions.Range(0, 0)
        if self._focus is not None:
            return self._focus
        start = self.glance
        if start is None:
            start = self._first_visible(document, motions.next_sentence)
        found = motions.sentence_at(document, start)
        if found.end <= found.start:
            found = motions.sentence_at(document, motions.next_sentence(document, start))
        return found

    # Beginning and ending

    def start_selection(self, kind: str) -> None:
        """Select the focused sentence, or its paragraph; the same kind again leaves, the other one changes over.

        Args:
            kind: `character` or `paragraph`.
        """
        document = self._text
        if kind not in KINDS or document is None:
            return
        if kind == self._kind:
            self.end_selection()
        elif self._kind:
            self._select(self._ends, kind)
        else:
            base = self._looked_at()
            if base.end > base.start:
                self._select(Ends(base.start, last_of(document, base)), kind)
                self._untouched = True

    def select_range(self, start: int, end: int, kind: str = CHARACTER) -> bool:
        """Select a range of the text; whether there is anything in it."""
        document = self._text
        if document is None or end <= start:
            return False
        ends = Ends(carets.snapped(document, start), carets.snapped(document, end - 1))
        self._select(ends, kind)
        return self.selection is not None

    def end_selection(self) -> None:
        """Select nothing; the sentence at the caret takes the focus."""
        document, kind = self._text, self._kind
        if not kind:
            return
        if document is not None:
            span = self._between(document, kind, self._ends)
            self._drop_selection()
            self.repaint_range(span.start, span.end + 1)
            found = motions.sentence_at(document, self._ends.caret)
            low, high = self.visible_range()
            if found.end > low and found.start < high and found.end > found.start:
                self._set_focus(found)
        self._drop_selection()
        self.attended()

    def _drop_selection(self) -> None:
        led, self._led = self._led, None
        self._kind, self._goal, self._untouched = "", None, False
        if led != self._current:
            self.notes_moved()

    def swap_ends(self) -> None:
        """Move the other end of the selection from now on."""
        if self._kind:
            self._select(Ends(self._ends.caret, self._ends.anchor), self._kind)

    # Moving the caret

    def move_caret(self, motion: str, count: int = 1) -> bool:
        """Move the caret, and with it the end of the selection; whether it moved.

        Args:
            motion: One of `caret_moves.MOTIONS`.
            count: How often.
        """
        page = self._page
        if not self._kind or motion not in MOTIONS or page is None or page.layout is None or self._text is None:
            return False
        rows = max(self._rows_shown - KEPT_ROWS, 1)
        ends, goal = moved(page.layout, motion, max(count, 1), self._ends, goal=self._goal, page_rows=rows)
        changed = ends != self._ends
        if changed:
            self._select(ends, self._kind)
        self._goal = goal
        return changed

    def find_character(self, kind: str, character: str, count: int = 1) -> bool:
        """Move the caret to a character of its paragraph.

        Args:
            kind: `f` to the next one, `F` to the one before, `t` and `T` to the character on this side of it.
            character: The character.
            count: Which one.
        """
        if kind not in _REVERSED or not character:
            return False
        self._sought = kind, character
        return self._seek(kind, character, count)

    def repeat_find(self, count: int = 1) -> bool:
        """Search for the same character again, the other way if negative."""
        kind, character = self._sought
        if not kind or not count:
            return False
        return self._seek(kind if count > 0 else _REVERSED[kind], character, abs(count), again=True)

    def _seek(self, kind: str, character: str, count: int, *, again: bool = False) -> bool:
        document = self._text
        if not self._kind or document is None:
            return False
        start = self._ends.caret
        if again and kind in "tT":
            # The caret stands beside the character that was found: it must not find that one for ever.
            block = block_index(document, start)
            start = carets.right(document, start) if kind == "t" else carets.left(document, start)
            if block_index(document, start) != block:
                return False
        found = carets.find_character(document, kind, character, start, count)
        if found is None or found == self._ends.caret:
            return False
        return self._caret_to(found)

    def _caret_to(self, offset: int) -> bool:
        """Move the caret to an offset; whether it moved."""
        document = self._text
        if not self._kind or document is None:
            return False
        ends = Ends(self._ends.anchor, carets.snapped(document, offset))
        if ends == self._ends:
            return False
        self._select(ends, self._kind)
        return True

    def select_object(self, kind: str, count: int = 1) -> bool:
        """Select the text object at the caret; where it is selected already, the next one too, of a pair the outer one.

        Args:
            kind: One of `objects.OBJECTS` or `objects.PAIRS`.
            count: How many.
        """
        before = self._ends, self._kind
        if not self._kind or kind not in (*OBJECTS, *PAIRS):
            return False
        select = self._select_pair if kind in PAIRS else self._select_next
        for step in range(count):
            # The first one may be selected already.
            if not select(kind) and step:
                break
        return before != (self._ends, self._kind)

    def _select_pair(self, kind: str) -> bool:
        document = self._text
        if document is None:
            return False
        selected = self._between(document, CHARACTER, self._ends)
        found = first_within(document, kind, selected) if self._untouched else None
        found = found or enclosing(document, kind, selected)
        if found is not None:
            self._select(Ends(found.start, last_of(document, found)), CHARACTER)
        return found is not None

    def _select_next(self, kind: str) -> bool:
        document = self._text
        if document is None or not document.text:
            return False
        anchor, caret = self._ends
        if self._untouched and kind[1] in "wW" and not document.text[caret].isalnum():
            # Selecting begins at the end of a sentence: its last word is meant, not its full stop.
            caret = max(motions.previous_word(document, caret), min(anchor, caret))
        found = text_object(document, kind, caret)
        selected = self._between(document, CHARACTER, self._ends)
        inside = found.start <= selected.start and selected.end <= found.end
        if self._untouched or (inside and found != selected):
            ends = Ends(found.start, last_of(document, found))
        elif caret >= anchor:
            if found.end <= selected.end:
                found = text_object(document, kind, self._beyond(document, caret, carets.right))
            ends = Ends(anchor, last_of(document, found))
        else:
            if found.start >= selected.start:
                found = text_object(document, kind, self._beyond(document, caret, carets.left))
            ends = Ends(anchor, found.start)
        ends = Ends(ends.anchor, carets.snapped(document, ends.caret))
        # As in vi: a sentence among whole paragraphs is selected by its characters, a paragraph stays whole.
        kept = self._kind if kind[1] == "p" else CHARACTER
        changed = ends != self._ends or kept != self._kind
        self._select(ends, kept)
        return changed

    @staticmethod
    def _beyond(document: Document, caret: int, step: Callable[[Document, int], int]) -> int:
        """The next character that is no white space, which would be taken for a part of what is selected already."""
        moved = step(document, caret)
        while moved != caret and document.text[moved].isspace():
            caret, moved = moved, step(document, moved)
        return moved

    # The selection itself

    def _select(self, ends: Ends, kind: str) -> None:
        """Take a selection in the place of the one before, and bring its caret into view."""
        document = self._text
        if document is None:
            return
        before, before_kind = self._ends, self._kind
        if not before_kind:
            self.selections += 1
            self._led = self._current
        self._set_focus(None)
        self._ends, self._kind, self._goal, self._untouched = ends, kind, None, False
        if before_kind == kind == CHARACTER and before.anchor == ends.anchor:
            changed = self._between(document, kind, Ends(before.caret, ends.caret))
        else:
            changed = self._between(document, kind, ends)
            if before_kind:
                gone = self._between(document, before_kind, before)
                changed = motions.Range(min(changed.start, gone.start), max(changed.end, gone.end))
        self.repaint_range(changed.start, max(changed.end, ends.caret + 1))
        self._follow_caret()
        self.attended()

    def _follow_caret(self) -> None:
        """Bring the caret's row into view: by as few rows as it takes where it is near."""
        caret = self._ends.caret
        row, rows = self.row_of(caret), self._rows_shown
        above, below = self._top - row, row - (self._top + rows - 1)
        if max(above, below) > rows // 2:
            self._reveal(caret, caret + 1)
        elif above > 0:
            self._put_on_top(row)
        elif below > 0:
            self._put_on_top(self._top + below)
        self._place_cursor()

    def _place_cursor(self) -> None:
        """Put the terminal's cursor where the caret is: screen readers and input methods go by it."""
        page = self._page
        if not self._kind or page is None or page.layout is None:
            return
        row, column = page.layout.position(self._ends.caret)
        y = page.to_page(row) - self._top
        if 0 <= y < self._rows_shown:
            self.app.cursor_position = self.content_region.offset + Offset(self._columns()[0] + column, y)

    # What the page asks

    def forget(self) -> None:
        """Drop the selection."""
        self._drop_selection()
        super().forget()

    @property
    def held(self) -> tuple[Range, ...]:
        """What is to be carried to another text: the selection or the focus, and where the page begins."""
        document = self._text
        if document is None:
            return ()
        top = motions.sentence_at(document, self._offset)
        if self._kind:
            return top, self._between(document, CHARACTER, self._ends)
        return (top,) if self._focus is None else (top, self._focus)

    def text_replaced(self, document: Document) -> None:
        """Selection and focus go where their words went; without knowing that, they stay where the words stand as
        they did.
        """
        carry, old = self._carry, self._text
        if carry is None or old is None:
            selection = self.selection
            if self._kind and (selection is None or not self._same_words(document, selection)):
                self._drop_selection()
            super().text_replaced(document)
            return
        focus = None if self._focus is None else carry(self._focus)
        if self._kind:
            anchor, caret = self._ends
            found = carry(self._between(old, CHARACTER, self._ends))
            if found is None:
                self._drop_selection()
            else:
                first, last = carets.snapped(document, found[0]), carets.snapped(document, found[1] - 1)
                self._ends, self._goal = Ends(first, last) if anchor <= caret else Ends(last, first), None
        super().text_replaced(document)
        self._focus = None if focus is None else motions.Range(*focus)

    @property
    def attention(self) -> Range | None:
        """The character at the caret, else what has the focus."""
        document = self._text
        if self._kind and document is not None:
            caret = self._ends.caret
            return motions.Range(caret, next_boundary(document.text, caret))
        return super().attention

    @property
    def leading_mark(self) -> Highlight | None:
        """While text is selected, the one that led before: notes would change places under the reader's eyes."""
        return self._led if self._kind else super().leading_mark

    def scrolled(self) -> None:
        """The terminal's cursor goes with the caret."""
        super().scrolled()
        self._place_cursor()

    def laid_out(self) -> None:
        """The caret stands elsewhere now."""
        super().laid_out()
        self._place_cursor()

    def overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """The selection, over highlights."""
        over = super().overlays(start, end)
        document = self._text
        if not self._kind or document is None:
            return over
        low, high = self._between(document, self._kind, self._ends)
        if low >= end or high <= start:
            return over
        # Cut to the row: one that is selected whole looks the same wherever the selection ends.
        return (*over, Overlay(max(low, start), min(high, end), Role.SELECTION))

    def caret_overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """The caret, over all else."""
        caret, document = self._ends.caret, self._text
        if not self._kind or document is None or not start <= caret < end:
            return ()
        return (Overlay(caret, next_boundary(document.text, caret), Role.CARET),)

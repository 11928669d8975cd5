"""The layer of the selection: the text between an anchor and a caret. The caret stays in view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document import caret as carets
from tui_reader.document import motions
from tui_reader.document.blocks import block_index
from tui_reader.document.cells import next_boundary
from tui_reader.document.text_objects import OBJECTS, PAIRS, Ends, last_character
from tui_reader.model.ranges import Range
from tui_reader.tui.widgets.article_pane.caret_moves import MOTIONS, moved
from tui_reader.tui.widgets.article_pane.layers.base import Layer
from tui_reader.tui.widgets.article_pane.painter import Overlay
from tui_reader.tui.widgets.article_pane.styles import Role
from tui_reader.tui.widgets.article_pane.text_objects import (
    CHARACTER,
    KINDS,
    Selected,
    range_between,
    with_object,
    with_pair,
)
from tui_reader.tui.widgets.article_pane.viewport import KEPT_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.document.blocks import Document
    from tui_reader.tui.widgets.article_pane.layers.base import Carry, LayerStack
    from tui_reader.tui.widgets.article_pane.layers.focus import Focus
    from tui_reader.tui.widgets.article_pane.viewport import Viewport

_REVERSED = {"f": "F", "F": "f", "t": "T", "T": "t"}


class Selection(Layer):
    """The layer of the selection: stores anchor and caret, and moves the caret.

    Args:
        viewport: The visible rows.
        focus: The focus. A selection removes it, and sets it again when it ends.
        stack: The layers that are notified of changes.
        place_cursor: Function that moves the terminal cursor to a cell of the widget.
    """

    def __init__(
        self, viewport: Viewport, focus: Focus, stack: LayerStack, place_cursor: Callable[[int, int], None]
    ) -> None:
        self._viewport, self._focus, self._stack = viewport, focus, stack
        self._place_terminal_cursor = place_cursor
        self._kind = ""
        self._ends = Ends(0, 0)
        self._goal: int | None = None
        """Column that the caret keeps in motions by rows; None after any other motion."""
        self._initial = False
        """True until the first change of the selection after its start."""
        self._searched: tuple[str, str] = ("", "")
        """Kind (`f`, `F`, `t` or `T`) and character of the last character search."""
        self._number = 0

    # State

    @property
    def kind(self) -> str:
        """`character` or `paragraph` while text is being selected, else empty."""
        return self._kind

    @property
    def ends(self) -> Ends:
        """Anchor and caret of the current or last selection."""
        return self._ends

    @property
    def number(self) -> int:
        """Number of selections started so far; identifies the current selection."""
        return self._number

    @property
    def range(self) -> Range | None:
        """The selected range, with whole characters at both ends; None if it is only white space."""
        found = self._span
        document = self._viewport.text
        if found is None or document is None:
            return None
        return found if document.text[found.start : found.end].strip() else None

    @property
    def _span(self) -> Range | None:
        """The range between anchor and caret, even if it is white space; None without a selection."""
        document = self._viewport.text
        if not self._kind or document is None:
            return None
        return range_between(document, self._kind, self._ends)

    @property
    def attention(self) -> Range | None:
        """The range on which commands act: the character at the caret; without a selection, the focus."""
        document = self._viewport.text
        if self._kind and document is not None:
            caret = self._ends.caret
            return Range(caret, next_boundary(document.text, caret))
        return self._focus.range

    @property
    def point(self) -> int:
        """Offset of the caret; without a selection, the start of the sentence of `Focus.sentence_here`."""
        return self._ends.caret if self._kind else self._focus.sentence_here().start

    def target(self) -> Range:
        """Return the range for a new highlight: the selection, else the sentence of `Focus.sentence_here`."""
        return self.range or self._focus.sentence_here()

    def text_of(self, text_range: Range) -> str:
        """Return the text of a range."""
        document = self._viewport.text
        return "" if document is None else document.text[text_range.start : text_range.end]

    @property
    def held(self) -> tuple[Range, ...]:
        """The ranges to find in a new version of the text: the first visible sentence, then the selection or focus.

        Where the text is shown from its start, so is the new version, and no sentence is to be found.
        """
        document, offset = self._viewport.text, self._viewport.offset
        if document is None:
            return ()
        top = (motions.sentence_at(document, offset),) if offset else ()
        if self._kind:
            return *top, range_between(document, CHARACTER, self._ends)
        return top if self._focus.range is None else (*top, self._focus.range)

    # Start and end

    def start(self, kind: str) -> None:
        """Select the sentence of `Focus.sentence_here`; in a selection, change its kind, or end it if that is `kind`.

        Args:
            kind: `character` or `paragraph`.
        """
        document = self._viewport.text
        if kind not in KINDS or document is None:
            return
        if kind == self._kind:
            self.end()
        elif self._kind:
            self.put(self._ends, kind)
        else:
            base = self._focus.sentence_here()
            if base.end > base.start:
                self.put(Ends(base.start, last_character(document, base)), kind)
                self._initial = True

    def select(self, start: int, end: int) -> bool:
        """Select a range of the text. Return True if the range has more than white space."""
        document = self._viewport.text
        if document is None or end <= start:
            return False
        self.put(Ends(carets.snapped(document, start), carets.snapped(document, end - 1)), CHARACTER)
        return self.range is not None

    def end(self) -> None:
        """Stop selecting, and focus the sentence at the caret if it is visible."""
        if not self._kind:
            return
        document, span = self._viewport.text, self._span
        self._drop()
        if document is not None and span is not None:
            self._viewport.repaint_range(span.start, span.end + 1)
            found = motions.sentence_at(document, self._ends.caret)
            low, high = self._viewport.visible_range()
            if found.end > low and found.start < high and found.end > found.start:
                self._focus.put(found)
        self._stack.attention_changed()

    def _drop(self) -> None:
        self._kind, self._goal, self._initial = "", None, False
        self._stack.selection_ended()

    def swap_ends(self) -> None:
        """Exchange anchor and caret."""
        if self._kind:
            self.put(Ends(self._ends.caret, self._ends.anchor), self._kind)

    def put(self, ends: Ends, kind: str) -> None:
        """Replace or start the selection, and scroll its caret into view."""
        document = self._viewport.text
        if document is None:
            return
        before, before_kind = self._ends, self._kind
        self._stack.selection_changing()
        if not before_kind:
            self._number += 1
        self._focus.put(None)
        self._ends, self._kind, self._goal, self._initial = ends, kind, None, False
        if before_kind == kind == CHARACTER and before.anchor == ends.anchor:
            changed = range_between(document, kind, Ends(before.caret, ends.caret))
        else:
            changed = range_between(document, kind, ends)
            if before_kind:
                gone = range_between(document, before_kind, before)
                changed = Range(min(changed.start, gone.start), max(changed.end, gone.end))
        self._viewport.repaint_range(changed.start, max(changed.end, ends.caret + 1))
        self.follow_caret()
        self._stack.attention_changed()

    # Motions

    def move(self, motion: str, count: int = 1) -> bool:
        """Move the caret by a motion. Return True if it moved.

        Args:
            motion: One of `caret_moves.MOTIONS`.
            count: Repetitions.
        """
        page = self._viewport.page
        if not self._kind or motion not in MOTIONS or page is None or page.layout is None:
            return False
        rows = max(self._viewport.height - KEPT_ROWS, 1)
        ends, goal = moved(page.layout, motion, max(count, 1), self._ends, goal=self._goal, page_rows=rows)
        changed = ends != self._ends
        if changed:
            self.put(ends, self._kind)
        self._goal = goal
        return changed

    def move_to(self, offset: int) -> bool:
        """Move the caret to an offset. Return True if it moved."""
        document = self._viewport.text
        if not self._kind or document is None:
            return False
        ends = Ends(self._ends.anchor, carets.snapped(document, offset))
        if ends == self._ends:
            return False
        self.put(ends, self._kind)
        return True

    def find_character(self, kind: str, character: str, count: int = 1) -> bool:
        """Move the caret to a character in its paragraph. Return True if it moved.

        Args:
            kind: As in vi: `f` moves to the next and `F` to the previous occurrence; `t` stops one before the next, `T`
                one after the previous occurrence.
            character: The character to find.
            count: The number of the occurrence.
        """
        if kind not in _REVERSED or not character:
            return False
        self._searched = kind, character
        return self._find(kind, character, count)

    def repeat_find(self, count: int = 1) -> bool:
        """Repeat the last character search, backwards if `count` is negative. Return True if the caret moved."""
        kind, character = self._searched
        if not kind or not count:
            return False
        return self._find(kind if count > 0 else _REVERSED[kind], character, abs(count), again=True)

    def _find(self, kind: str, character: str, count: int, *, again: bool = False) -> bool:
        document = self._viewport.text
        if not self._kind or document is None:
            return False
        start = self._ends.caret
        if again and kind in "tT":
            # The caret is next to the last found character: start after it, or the search would repeat.
            block = block_index(document, start)
            start = carets.right(document, start) if kind == "t" else carets.left(document, start)
            if block_index(document, start) != block:
                return False
        found = carets.find_character(document, kind, character, start, count)
        if found is None or found == self._ends.caret:
            return False
        return self.move_to(found)

    def select_object(self, kind: str, count: int = 1) -> bool:
        """Select the text object at the caret; if it is selected, add the next object or the outer pair.

        Args:
            kind: One of `objects.OBJECTS` or `objects.PAIRS`.
            count: Number of objects.

        Returns:
            True if the selection changed.
        """
        before = self._ends, self._kind
        if not self._kind or kind not in (*OBJECTS, *PAIRS):
            return False
        for step in range(count):
            # The first object may be selected already: only later objects must change the selection.
            if not self._select_one(kind) and step:
                break
        return before != (self._ends, self._kind)

    def _select_one(self, kind: str) -> bool:
        document = self._viewport.text
        if document is None or not document.text:
            return False
        before = Selected(self._ends, self._kind, self._initial)
        found = with_pair(document, kind, before) if kind in PAIRS else with_object(document, kind, before)
        if found is None:
            return False
        self.put(found.ends, found.kind)
        return kind in PAIRS or found[:2] != before[:2]

    # The view

    def follow_caret(self) -> None:
        """Scroll the row of the caret into view: by as few rows as possible if it is within half a view of it.

        A caret farther away is scrolled to the place where found passages are shown (`Viewport.reveal`).
        """
        viewport, caret = self._viewport, self._ends.caret
        row, rows = viewport.row_of(caret), viewport.height
        above, below = viewport.top - row, row - (viewport.top + rows - 1)
        if max(above, below) > rows // 2:
            viewport.reveal(caret, caret + 1)
        elif above > 0:
            viewport.put_on_top(row)
        elif below > 0:
            viewport.put_on_top(viewport.top + below)
        self._place_cursor()

    def _place_cursor(self) -> None:
        """Move the terminal cursor to the caret, for screen readers and input methods."""
        viewport, page = self._viewport, self._viewport.page
        if not self._kind or page is None or page.layout is None:
            return
        row, column = page.layout.position(self._ends.caret)
        y = page.to_page(row) - viewport.top
        if 0 <= y < viewport.height:
            self._place_terminal_cursor(viewport.columns.left + column, y)

    # Hooks

    def reset(self) -> None:
        """Discard the selection."""
        self._kind, self._goal, self._initial = "", None, False

    def document_changed(self, old: Document | None, new: Document, carry: Carry | None) -> None:
        """Move the selection to its words in the new text; without `carry`, keep it if they did not move."""
        text = self._viewport.text
        if not self._kind:
            return
        if carry is None or text is None:
            selected = self.range
            if selected is None or old is None or old.text[slice(*selected)] != new.text[slice(*selected)]:
                self._drop()
            return
        anchor, caret = self._ends
        found = carry(range_between(text, CHARACTER, self._ends))
        if found is None:
            self._drop()
            return
        first, last = carets.snapped(new, found[0]), carets.snapped(new, found[1] - 1)
        self._ends, self._goal = Ends(first, last) if anchor <= caret else Ends(last, first), None

    def scrolled(self) -> None:
        """Move the cursor of the terminal with the caret."""
        self._place_cursor()

    def laid_out(self) -> None:
        """Move the cursor of the terminal with the caret."""
        self._place_cursor()

    def overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """Return the overlay that paints the selection in a range of the text."""
        span = self._span
        if span is None or span.start >= end or span.end <= start:
            return ()
        # Clipped to the row, so that the cached row is valid wherever the selection ends.
        return (Overlay(max(span.start, start), min(span.end, end), Role.SELECTION),)


class Caret(Layer):
    """Paints the caret of a selection, in a separate layer above the layer of search matches."""

    def __init__(self, viewport: Viewport, selection: Selection) -> None:
        self._viewport, self._selection = viewport, selection

    def overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """Return the overlay that paints the character at the caret."""
        caret, document = self._selection.ends.caret, self._viewport.text
        if not self._selection.kind or document is None or not start <= caret < end:
            return ()
        return (Overlay(caret, next_boundary(document.text, caret), Role.CARET),)

"""Highlights on the page: which are where, which one is current, and how one goes from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document import motions
from tui_reader.tui.widgets.article_pane.highlight_index import Highlight, HighlightIndex
from tui_reader.tui.widgets.article_pane.moving import MovingView
from tui_reader.tui.widgets.article_pane.painter import Overlay
from tui_reader.tui.widgets.article_pane.styles import HIGHLIGHTS, Role, blend

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.document.motions import Range

_NONE = HighlightIndex()
MOST_PAINTED = 500
"""Rows whose highlights are kept."""


class MarkedView(MovingView):
    """A page with highlights."""

    _marks = _NONE
    _chosen = ""
    """Id of the highlight that was gone to; it is current while the reader looks at it."""
    _current: Highlight | None = None
    _painted: dict[tuple[int, int], tuple[Overlay, ...]] = {}  # noqa: RUF012 - replaced before anything is put in
    """What is painted of the highlights, by row."""

    def set_marks(self, marks: Sequence[Highlight]) -> None:
        """Show these highlights and no others; all must be sure to stand where they are said to.

        Args:
            marks: In the order in which they were last touched, so that the latest lies on top.
        """
        self.show_marks(HighlightIndex(marks))

    def show_marks(self, marks: HighlightIndex) -> None:
        """The same for highlights that were put in order already; called again whenever they are others."""
        self._marks = marks
        self._marks_replaced()

    def _marks_replaced(self) -> None:
        self._current = self._current_now()
        self.marks_changed()
        self.repaint()

    def marks_changed(self) -> None:
        """Called when other highlights are shown, or another one is current, before they are painted."""
        self._painted = {}

    def marks_at(self, offset: int) -> tuple[Highlight, ...]:
        """The highlights that cover a code point, the topmost first."""
        return tuple(self._marks.stacked(offset, offset + 1))

    @property
    def current_mark(self) -> Highlight | None:
        """The highlight at the caret or in the focused sentence: the one gone to, else the topmost."""
        return self._current

    def cycle_mark(self) -> bool:
        """Make the next of the highlights current that overlap where the reader looks; whether there is another.

        Where the reader looks there may be but a part of the current one: what overlaps the rest of it is gone to.
        """
        here, current = self.attention, self._current
        if here is None:
            return False
        stack = self._marks.stacked(here.start, here.end)
        if len(stack) < 2 and current is not None:
            stack = self._marks.stacked(current.start, current.end)
        if len(stack) < 2:
            return False
        place = next((at for at, mark in enumerate(stack) if mark == current), -1)
        following = stack[(place + 1) % len(stack)]
        if following.end > here.start and following.start < here.end:
            self.choose_mark(following.id)
            return True
        return self.go_mark(following.id)

    def choose_mark(self, mark_id: str) -> None:
        """Prefer a highlight among those that overlap where the reader looks."""
        self._chosen = mark_id
        self.attended()

    def next_mark(self, count: int = 1) -> bool:
        """Go to a highlight further on, or back if negative, and make it current; whether there is one."""
        marks = self._marks
        if not len(marks) or not count:
            return False
        found = marks.at(max(0, min(self._place(count), len(marks) - 1)))
        return found != self._current and self.go_mark(found.id)

    def mark_over(self, start: int, end: int) -> Highlight | None:
        """A highlight of just this range."""
        return next((mark for mark in self._marks.within(start, end) if mark[1:3] == (start, end)), None)

    def _place(self, count: int) -> int:
        """Number of the highlight some places from here."""
        current = self._current
        number = None if current is None else self._marks.number(current.id)
        if number is not None:
            return number + count
        here = self.attention
        low, high = self.visible_range()
        if count > 0:
            return self._marks.first_from(low if here is None else here.start) + count - 1
        return self._marks.first_from(high if here is None else here.start) + count

    def go_mark(self, mark_id: str) -> bool:
        """Bring a highlight into view and make it current; False where there is none with this id."""
        mark = self._marks.get(mark_id)
        document = self._text
        if mark is None or document is None:
            return False
        self._chosen = mark_id
        found = motions.sentence_at(document, mark.start)
        if found.end <= found.start:
            found = motions.Range(mark.start, mark.end)
        self._go_to(found, mark)
        self.attended()
        self._reveal(mark.start, mark.end)
        return True

    def _go_to(self, found: Range, mark: Highlight) -> None:
        """Look at a sentence in which a highlight begins."""
        self._set_focus(found)
        self._reveal(mark.start, mark.end)

    # What the page asks

    def forget(self) -> None:
        """Drop the highlights."""
        super().forget()
        self._marks, self._chosen, self._current = _NONE, "", None
        self.marks_changed()

    def text_replaced(self, document: Document) -> None:
        """Highlights stay only where no word can have moved: better none than one in the wrong place."""
        old = self._document
        grown = old is None or (old.partial and document.text.startswith(old.text[: old.gap]))
        if old is not None and not grown and document.text != old.text:
            self._marks, self._current = _NONE, None
            self.marks_changed()
        super().text_replaced(document)

    def attended(self) -> None:
        """The reader looks elsewhere: another highlight may be current."""
        super().attended()
        before, self._current = self._current, self._current_now()
        current = self._current
        if before != current:
            self.marks_changed()
            for mark in (before, current):
                if mark is not None:
                    self.repaint_range(mark.start, mark.end)

    def _current_now(self) -> Highlight | None:
        here = self.attention
        stack = [] if here is None else self._marks.stacked(here.start, here.end)
        return next((mark for mark in stack if mark.id == self._chosen), stack[0] if stack else None)

    def overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """Highlights over the focus, mixed where they overlap."""
        over = super().overlays(start, end)
        if not len(self._marks):
            return over
        found = self._painted.get((start, end))
        if found is None:
            if len(self._painted) >= MOST_PAINTED:
                self._painted.clear()
            found = self._painted[start, end] = tuple(self._highlights(start, end))
        return (*over, *found)

    def _highlights(self, start: int, end: int) -> Iterator[Overlay]:
        current = self._current
        for low, high, mark, under in self._marks.runs(start, end, "" if current is None else current.id):
            mixed = under is not None and under.colour != mark.colour
            yield Overlay(low, high, blend(mark.colour, under.colour) if mixed and under else HIGHLIGHTS[mark.colour])
            if mark == current:
                yield Overlay(low, high, Role.CURRENT)

"""The layer of highlights: painting, the current highlight, and moving between highlights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document import motions
from tui_reader.model.ranges import Range
from tui_reader.tui.widgets.article_pane.highlight_index import Highlight, HighlightIndex
from tui_reader.tui.widgets.article_pane.layers.base import Layer
from tui_reader.tui.widgets.article_pane.painter import Overlay
from tui_reader.tui.widgets.article_pane.styles import HIGHLIGHTS, Role, blend

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.tui.widgets.article_pane.layers.base import Carry, LayerStack
    from tui_reader.tui.widgets.article_pane.layers.focus import Focus
    from tui_reader.tui.widgets.article_pane.layers.selection import Selection
    from tui_reader.tui.widgets.article_pane.viewport import Viewport

_NONE = HighlightIndex()
MOST_CACHED = 500
"""Maximum number of rows whose overlays are cached."""


class Highlights(Layer):
    """The highlights of the shown article.

    Commands act on the current highlight: of the highlights at the caret or in the focus, the preferred one (see
    `prefer`), or else the topmost.
    """

    def __init__(self, viewport: Viewport, focus: Focus, selection: Selection, stack: LayerStack) -> None:
        self._viewport, self._focus, self._selection, self._stack = viewport, focus, selection, stack
        self._index = _NONE
        self._preferred = ""
        self._current: Highlight | None = None
        self._overlays: dict[tuple[int, int], tuple[Overlay, ...]] = {}
        """Cache of overlays by the range of a row."""

    # Contents

    @property
    def index(self) -> HighlightIndex:
        """The index of all highlights of the article."""
        return self._index

    def set(self, highlights: Sequence[Highlight]) -> None:
        """Replace all highlights of the article.

        Args:
            highlights: The new highlights in the order of their last change; the last highlight is painted on top.
        """
        self.show(HighlightIndex(highlights))

    def show(self, index: HighlightIndex) -> None:
        """Show the highlights of an index. Must be called again after each change of the index."""
        self._index = index
        self._current = self._find_current()
        self._changed()
        self._viewport.repaint()

    def at(self, offset: int) -> tuple[Highlight, ...]:
        """Return the highlights that cover a code point, the topmost first."""
        return tuple(self._index.stacked(offset, offset + 1))

    def over(self, start: int, end: int) -> Highlight | None:
        """Return a highlight with exactly this range; None if no highlight has this range."""
        return next((each for each in self._index.within(start, end) if each[1:3] == (start, end)), None)

    # The current highlight

    @property
    def current(self) -> Highlight | None:
        """The current highlight; None without a highlight at the caret or in the focus."""
        return self._current

    def prefer(self, highlight_id: str) -> None:
        """Prefer a highlight: make it current whenever it is at the caret or in the focus."""
        self._preferred = highlight_id
        self._stack.attention_changed()

    def go(self, highlight_id: str) -> bool:
        """Scroll to a highlight, focus its sentence and make it current. Return False if the id is unknown."""
        highlight = self._index.get(highlight_id)
        document = self._viewport.text
        if highlight is None or document is None:
            return False
        self._preferred = highlight_id
        found = motions.sentence_at(document, highlight.start)
        if found.end <= found.start:
            found = Range(highlight.start, highlight.end)
        self._focus.put(found)
        self._viewport.reveal(highlight.start, highlight.end)
        self._stack.attention_changed()
        self._viewport.reveal(highlight.start, highlight.end)
        return True

    def step(self, count: int = 1) -> bool:
        """Go `count` highlights forward in the text, or back if negative, at most to the last or the first highlight.

        Returns:
            False if there is no highlight, or if the one to go to is the current highlight.
        """
        index = self._index
        if not len(index) or not count:
            return False
        found = index.at(max(0, min(self._position(count), len(index) - 1)))
        return found != self._current and self.go(found.id)

    def _position(self, count: int) -> int:
        """Return the index, in text order, of the highlight to which `step` goes; it is not limited to valid indexes.

        Steps count from the current highlight; without one, from the caret, the focus, or the edge of the view.
        """
        current = self._current
        number = None if current is None else self._index.number(current.id)
        if number is not None:
            return number + count
        here = self._selection.attention
        low, high = self._viewport.visible_range()
        if count > 0:
            return self._index.first_from(low if here is None else here.start) + count - 1
        return self._index.first_from(high if here is None else here.start) + count

    def cycle(self) -> bool:
        """Make the next lower of the highlights at the caret or in the focus current; after the lowest, the topmost.

        If only one highlight is there, cycle through it and the highlights that overlap it.

        Returns:
            False if there is no other highlight to cycle to.
        """
        here, current = self._selection.attention, self._current
        if here is None:
            return False
        overlapping = self._index.stacked(here.start, here.end)
        if len(overlapping) < 2 and current is not None:
            overlapping = self._index.stacked(current.start, current.end)
        if len(overlapping) < 2:
            return False
        place = next((at for at, highlight in enumerate(overlapping) if highlight == current), -1)
        following = overlapping[(place + 1) % len(overlapping)]
        if following.end > here.start and following.start < here.end:
            self.prefer(following.id)
            return True
        return self.go(following.id)

    def _find_current(self) -> Highlight | None:
        here = self._selection.attention
        found = [] if here is None else self._index.stacked(here.start, here.end)
        return next((each for each in found if each.id == self._preferred), found[0] if found else None)

    def _changed(self) -> None:
        self._overlays = {}
        self._stack.highlights_changed()

    # Hooks

    def reset(self) -> None:
        """Discard all highlights."""
        self._index, self._preferred, self._current, self._overlays = _NONE, "", None, {}

    def document_changed(self, old: Document | None, new: Document, carry: Carry | None) -> None:
        """Discard the highlights if the text changed, since their ranges would be wrong."""
        continued = old is None or (old.partial and new.text.startswith(old.text[: old.gap]))
        if old is not None and not continued and new.text != old.text:
            self._index, self._current, self._overlays = _NONE, None, {}

    def attention_changed(self) -> None:
        """Determine the current highlight after a change of focus or caret."""
        before, self._current = self._current, self._find_current()
        current = self._current
        if before != current:
            self._changed()
            for highlight in (before, current):
                if highlight is not None:
                    self._viewport.repaint_range(highlight.start, highlight.end)

    def overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """Return the overlays that paint the highlights; where highlights overlap, colours are mixed."""
        if not len(self._index):
            return ()
        found = self._overlays.get((start, end))
        if found is None:
            if len(self._overlays) >= MOST_CACHED:
                self._overlays.clear()
            found = self._overlays[start, end] = tuple(self._painted(start, end))
        return found

    def _painted(self, start: int, end: int) -> Iterator[Overlay]:
        current = self._current
        for low, high, top, under in self._index.runs(start, end, "" if current is None else current.id):
            mixed = under is not None and under.colour != top.colour
            yield Overlay(low, high, blend(top.colour, under.colour) if mixed and under else HIGHLIGHTS[top.colour])
            if top == current:
                yield Overlay(low, high, Role.CURRENT)

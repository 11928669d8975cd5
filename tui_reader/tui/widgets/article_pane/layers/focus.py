"""The layer of the focus: the sentence on which commands act, and motions by sentence or paragraph."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from tui_reader.document import motions
from tui_reader.document.outline import Entry, outline
from tui_reader.model.ranges import Range
from tui_reader.tui.widgets.article_pane.layers.base import Layer
from tui_reader.tui.widgets.article_pane.painter import Overlay
from tui_reader.tui.widgets.article_pane.styles import Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from tui_reader.document.blocks import Document
    from tui_reader.tui.widgets.article_pane.layers.base import Carry, LayerStack
    from tui_reader.tui.widgets.article_pane.viewport import Viewport

    Step: TypeAlias = Callable[[Document, int, int], int]
    """A motion in one direction: a function of document, offset and count (at least 1) that returns an offset."""


class Focus(Layer):
    """The focused sentence. Motions scroll to the focus; scrolling the sentence out of view removes the focus.

    Each motion returns True if it changed anything.
    """

    def __init__(self, viewport: Viewport, stack: LayerStack) -> None:
        self._viewport, self._stack = viewport, stack
        self._range: Range | None = None
        self._active = False
        self._outline: tuple[Document | None, tuple[Entry, ...], list[int]] = (None, (), [])
        """Cache of `_outline_and_offsets`: the document, its outline, and the offsets of the entries."""
        self.candidate: int | None = None
        """Offset of the current search match, or None. Without a focus, the first motion focuses its sentence."""

    @property
    def range(self) -> Range | None:
        """The focused range of the text; None without a focus."""
        return self._range

    @property
    def visible_candidate(self) -> int | None:
        """The offset `candidate` of a search match if it is visible, else None."""
        if self.candidate is None:
            return None
        low, high = self._viewport.visible_range()
        return self.candidate if low <= self.candidate < high else None

    def sentence_here(self) -> Range:
        """Return the focused sentence, else the visible candidate's sentence, else the first visible sentence."""
        document = self._viewport.text
        if document is None or not document.text:
            return Range(0, 0)
        if self._range is not None:
            return self._range
        start = self.visible_candidate
        if start is None:
            start = self._first_visible(document, motions.next_sentence)
        return self._sentence_from(document, start)

    def text(self) -> str:
        """Return the focused text; without a focus, the text of the first visible paragraph."""
        document, page = self._viewport.text, self._viewport.page
        if document is None or page is None:
            return ""
        low, _ = self._viewport.visible_range()
        start, end = self._range or motions.paragraph_at(document, max(low, page.text_start))
        return document.text[start:end]

    # Motions

    def move_by_sentences(self, count: int) -> bool:
        """Move the focus by `count` sentences (back if negative).

        Without a focus, the first step focuses the sentence of a visible search match (`candidate`), else the first
        visible sentence, or the last one if `count` is negative.
        """
        return self._step(count, motions.next_sentence, motions.previous_sentence)

    def move_by_paragraphs(self, count: int) -> bool:
        """Move the focus by `count` paragraphs (back if negative), to the first sentence of that paragraph.

        Without a focus, the first step focuses the sentence of a visible search match (`candidate`), else that of the
        first visible paragraph, or of the last one if `count` is negative.
        """
        return self._step(count, motions.next_paragraph, motions.previous_paragraph)

    def move_by_headings(self, count: int) -> bool:
        """Move the focus by `count` headings (back if negative), and scroll the heading to the top.

        Without a focus, headings are counted from the first visible text.
        """
        document = self._viewport.text
        if document is None or not count:
            return False
        start = self._here
        step = motions.next_heading if count > 0 else motions.previous_heading
        found = step(document, start, abs(count))
        if found == start:
            return False
        self.put(motions.sentence_at(document, found))
        self._viewport.put_on_top(self._viewport.start_row_of(found))
        return True

    def show(self, start: int, end: int) -> None:
        """Focus a range of the text and scroll it into view."""
        self.put(Range(start, end))
        self._viewport.reveal(start, end)

    def clear(self) -> bool:
        """Remove the focus. Return True if there was one."""
        before = self._range
        self.put(None)
        return before is not None

    def put(self, focus: Range | None) -> None:
        """Set the focus without scrolling; None removes it."""
        before, self._range = self._range, focus
        if before == focus:
            return
        for changed in (before, focus):
            if changed is not None:
                self._viewport.repaint_range(changed.start, changed.end)
        self._stack.attention_changed()

    def _step(self, count: int, forward: Step, back: Step) -> bool:
        document = self._viewport.text
        if document is None or not document.text or not count:
            return False
        focus, left = self._range, abs(count)
        if focus is None:
            # The first step focuses a sentence that is visible already.
            start = self.visible_candidate
            if start is None:
                start = self._first_visible(document, forward) if count > 0 else self._last_visible(document, back)
            left -= 1
        else:
            start = focus.start
        if left:
            start = forward(document, start, left) if count > 0 else back(document, start, left)
        found = self._sentence_from(document, start)
        if found == focus or found.end <= found.start:
            return False
        self.put(found)
        self._viewport.reveal(found.start, found.end)
        return True

    @staticmethod
    def _sentence_from(document: Document, offset: int) -> Range:
        """Return the sentence at an offset; at a picture or a rule without text, the next sentence.

        The range is empty if there is no sentence from the offset on.
        """
        found = motions.sentence_at(document, offset)
        if found.end > found.start:
            return found
        return motions.sentence_at(document, motions.next_sentence(document, offset))

    def _first_visible(self, document: Document, forward: Step) -> int:
        """Return the start of the first sentence or paragraph that begins in the view, excluding the title.

        If none begins there, return the first visible offset, which is inside a long sentence or paragraph. `forward`
        is the motion to the next one.
        """
        low, high = self._viewport.visible_range()
        text_start = 0 if self._viewport.page is None else self._viewport.page.text_start
        if low <= text_start:
            return text_start
        start = forward(document, low - 1, 1)
        return start if start < high else low

    def _last_visible(self, document: Document, back: Step) -> int:
        """Return the start of the last sentence or paragraph that begins in the view.

        If none begins there, return the start of the sentence at the top of the view. `back` is the motion to the
        previous sentence or paragraph.
        """
        low, high = self._viewport.visible_range()
        start = back(document, high, 1)
        return start if start >= low else motions.sentence_at(document, low).start

    # Headings

    @property
    def _here(self) -> int:
        return self._viewport.offset if self._range is None else self._range.start

    def outline(self) -> tuple[Entry, ...]:
        """Return the headings and sections of the text; empty without a text."""
        return self._outline_and_offsets()[0]

    def _outline_and_offsets(self) -> tuple[tuple[Entry, ...], list[int]]:
        """Return the entries of the outline and their offsets, computed once per document."""
        document = self._viewport.text
        if document is None:
            return (), []
        if self._outline[0] is not document:
            entries = outline(document)
            self._outline = document, entries, [entry.offset for entry in entries]
        return self._outline[1:]

    def current_entry(self) -> int:
        """Return the index in `outline` of the last entry at or before the focus; -1 if there is none.

        Without a focus, the first visible text takes its place.
        """
        return bisect_right(self._outline_and_offsets()[1], self._here) - 1

    # Hooks

    def overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """Return the overlay that paints the focused sentence, with a bar in the margin."""
        focus = self._range
        if focus is not None and focus.start < end and focus.end > start:
            bar = Role.CURSOR if self._active else Role.CURSOR_RESTING
            return (Overlay(focus.start, focus.end, Role.FOCUS, bar=bar),)
        return ()

    def reset(self) -> None:
        """Remove the focus."""
        self._range = None

    def document_changed(self, old: Document | None, new: Document, carry: Carry | None) -> None:
        """Move the focus to its words in the new text; without `carry`, keep it only if they did not move."""
        focus = self._range
        if focus is None:
            return
        if carry is not None and self._viewport.text is not None:
            carried = carry(focus)
            self._range = None if carried is None else Range(*carried)
        elif old is None or old.text[slice(*focus)] != new.text[slice(*focus)]:
            self._range = None

    def scrolled(self) -> None:
        """Remove a focus that is out of view: commands must not act on invisible text."""
        focus = self._range
        if focus is not None:
            low, high = self._viewport.visible_range()
            if focus.end <= low or focus.start >= high:
                self._range = None
                self._stack.attention_changed()

    def active_changed(self, active: bool) -> None:
        """Repaint the bar, which shows whether the pane is active."""
        self._active = active
        if self._range is not None:
            self._viewport.repaint_range(*self._range)

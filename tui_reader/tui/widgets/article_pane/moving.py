"""Moving on the page: by rows and pages, and by sentence, paragraph and heading with a focus that the view follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document import motions
from tui_reader.tui.widgets.article_pane.painter import Overlay
from tui_reader.tui.widgets.article_pane.placing import EVERYTHING
from tui_reader.tui.widgets.article_pane.styles import Role
from tui_reader.tui.widgets.article_pane.view import PageView

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from tui_reader.document.blocks import Document
    from tui_reader.document.motions import Range

    Step: TypeAlias = Callable[[Document, int, int], int]
    """A motion: the document, an offset and a count give another offset."""

KEPT_ROWS = 2
"""Rows of a page that stay in sight on the next one, so that the eye finds the line it read last."""


class MovingView(PageView):
    """A page one can move on. Every motion tells whether it changed anything; none is animated."""

    _focus: Range | None = None

    @property
    def focus_range(self) -> Range | None:
        """The focused sentence; None where there is none, or where it has left the view."""
        return self._focus

    # Rows and pages

    def line(self, count: int) -> bool:
        """Move by rows, up if negative."""
        page = self._page
        if page is None:
            return False
        if count < 0:
            here = page.ref(self._top)
            page.make_exact_above(self._top, -count)
            self._top = page.resolve(here)
        return self._put_on_top(self._top + count)

    def half_page(self, count: int) -> bool:
        """Move by half pages, up if negative."""
        return self.line(count * max(self._rows_shown // 2, 1))

    def page(self, count: int) -> bool:
        """Move by pages, up if negative."""
        rows = self._rows_shown
        return self.line(count * max(rows - KEPT_ROWS if rows > 2 * KEPT_ROWS else rows - 1, 1))

    def home(self) -> bool:
        """Move to the top of the page; whoever goes there looks at what stands there."""
        self._show_ends()
        return self.clear_focus() | self._put_on_top(0)

    def end(self) -> bool:
        """Move so that the last row is seen."""
        self._show_ends()
        return self.clear_focus() | self._put_on_top(EVERYTHING)

    def _show_ends(self) -> None:
        """Show the ends of a text of which the place is not read yet: the reader does not want to go there any more."""
        if self._page is not None and self._page.document is None and self._document is not None:
            self._offset = 0
            self._lay_out()

    def go_percent(self, percent: float) -> bool:
        """Move so that this share of the text lies above the view; 100 is the end."""
        document = self._text
        if document is None or percent <= 0:
            return self.home()
        if percent >= 100:
            return self.end()
        return self.clear_focus() | self.go_offset(int(len(document.text) * percent / 100))

    def go_offset(self, offset: int) -> bool:
        """Move so that a code point stands on the first row; 0 is the top of the page, the head included."""
        page = self._page
        if page is None or page.layout is None:
            return False
        return self._put_on_top(self.row_of(offset) if offset > 0 else 0)

    # The focus

    def sentence(self, count: int) -> bool:
        """Focus a sentence further on, or back if negative; without a focus the first, or last, that is visible."""
        return self._step(count, motions.next_sentence, motions.previous_sentence)

    def paragraph(self, count: int) -> bool:
        """Focus the first sentence of a paragraph further on, or back if negative."""
        return self._step(count, motions.next_paragraph, motions.previous_paragraph)

    def heading(self, count: int) -> bool:
        """Bring a heading further on to the top, or one further back if negative, and focus it."""
        document = self._text
        if document is None or not count:
            return False
        start = self._offset if self._focus is None else self._focus.start
        step = motions.next_heading if count > 0 else motions.previous_heading
        found = step(document, start, abs(count))
        if found == start:
            return False
        self._set_focus(motions.sentence_at(document, found))
        self._put_on_top(self.row_of(found))
        return True

    def focus_on(self, start: int, end: int) -> None:
        """Focus a range of the text, and bring it into view."""
        self._set_focus(motions.Range(start, end))
        self._reveal(start, end)

    def clear_focus(self) -> bool:
        """Focus nothing."""
        before = self._focus
        self._set_focus(None)
        return before is not None

    @property
    def _text(self) -> Document | None:
        """The document whose text is on the page."""
        return None if self._page is None else self._page.document

    def _step(self, count: int, forward: Step, back: Step) -> bool:
        document = self._text
        if document is None or not document.text or not count:
            return False
        focus, left = self._focus, abs(count)
        if focus is None:
            # The first step lands on what is visible already.
            start = self.glance
            if start is None:
                start = self._first_visible(document, forward) if count > 0 else self._last_visible(document, back)
            left -= 1
        else:
            start = focus.start
        if left:
            start = forward(document, start, left) if count > 0 else back(document, start, left)
        found = motions.sentence_at(document, start)
        if found.end <= found.start:
            # A picture or a rule without a text of its own.
            found = motions.sentence_at(document, motions.next_sentence(document, start))
        if found == focus or found.end <= found.start:
            return False
        self._set_focus(found)
        self._reveal(found.start, found.end)
        return True

    @property
    def glance(self) -> int | None:
        """A visible offset that the reader looks at, though no sentence is focused; None where there is none."""
        return None

    def _first_visible(self, document: Document, forward: Step) -> int:
        """Where the first step forward begins: what begins first in the view, the title left out."""
        low, high = self.visible_range()
        text_start = 0 if self._page is None else self._page.text_start
        if low <= text_start:
            return text_start
        start = forward(document, low - 1, 1)
        return start if start < high else low

    def _last_visible(self, document: Document, back: Step) -> int:
        low, high = self.visible_range()
        start = back(document, high, 1)
        return start if start >= low else motions.sentence_at(document, low).start

    def _set_focus(self, focus: Range | None) -> None:
        before, self._focus = self._focus, focus
        if before == focus:
            return
        for changed in (before, focus):
            if changed is not None:
                self.repaint_range(changed.start, changed.end)
        self.attended()

    @property
    def attention(self) -> Range | None:
        """The range that the reader looks at."""
        return self._focus

    def attended(self) -> None:
        """Called when the reader looks at something else."""

    def _reveal(self, start: int, end: int) -> bool:
        """Bring a range into view where it is not: at a third of it from above, at two thirds from below."""
        page = self._page
        if page is None or page.layout is None:
            return False
        first, last = self.row_of(start), self.row_of(max(end - 1, start))
        rows = self._rows_shown
        if first >= self._top and last < self._top + rows:
            return False
        if first < self._top:
            top = min(last - 2 * rows // 3, first)
        else:
            top = min(max(first - rows // 3, last - rows + 1), first)
        return self._put_on_top(top)

    def forget(self) -> None:
        """Drop what belongs to the article that was shown until now."""
        self._focus = None

    def text_replaced(self, document: Document) -> None:
        """Another reading of the same article is about to be shown: the focus stays where its words stand as before."""
        if self._focus is not None and not self._same_words(document, self._focus):
            self._focus = None

    def _same_words(self, document: Document, words: Range) -> bool:
        """Whether a range holds the same words in another text."""
        old = self._document
        return old is not None and old.text[words.start : words.end] == document.text[words.start : words.end]

    # What the page asks

    def fit(self) -> None:
        """At another size the focus stays, and in view: the reader did not scroll it away."""
        focus = self._focus
        super().fit()
        if focus is not None:
            self.focus_on(*focus)

    def scrolled(self) -> None:
        """A focus that left the view is given up: what cannot be seen must not be acted on."""
        super().scrolled()
        if self._focus is not None:
            low, high = self.visible_range()
            if self._focus.end <= low or self._focus.start >= high:
                self._focus = None
                self.attended()

    def activity_changed(self) -> None:
        """The bar beside the focus tells where keys go."""
        super().activity_changed()
        if self._focus is not None:
            self.repaint_range(self._focus.start, self._focus.end)

    def overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """The focus, under all else."""
        over = super().overlays(start, end)
        focus = self._focus
        if focus is not None and focus.start < end and focus.end > start:
            bar = Role.CURSOR if self._active else Role.CURSOR_RESTING
            return (Overlay(focus.start, focus.end, Role.FOCUS, bar=bar), *over)
        return over

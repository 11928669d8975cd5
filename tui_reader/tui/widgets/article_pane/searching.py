"""Finding words in the article: matches are painted and walked; while text is selected they move the caret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.find import Matches, find_all
from tui_reader.tui.widgets.article_pane.painter import Overlay
from tui_reader.tui.widgets.article_pane.pointing import PointedView
from tui_reader.tui.widgets.article_pane.styles import Role

if TYPE_CHECKING:
    from tui_reader.document.objects import Ends


class SearchingView(PointedView):
    """A page in which words can be found."""

    _matches: Matches | None = None
    _match = 0
    _query = ""
    _before_search: Ends | None = None
    """The selection while the words that extend it are still being typed; None at any other time."""

    def find(self, query: str) -> int:
        """Find words in the text and show the match nearest after the top; how many there are.

        While text is selected, the match is the first behind the caret, and the caret goes there. The same words a
        second time, or `confirm_find`, confirm them.
        """
        document = self._text
        confirmed = self._before_search is not None and query == self._query
        self._query = query
        if confirmed:
            self._before_search = None
            return self.find_position[1]
        matches = None if document is None else find_all(document, query)
        self._matches, self._match = matches, 0
        if self.selecting:
            self._seek_match()
        elif matches is not None and len(matches):
            self._match = matches.at_or_after(self.visible_range()[0]) % len(matches)
            self._reveal(matches.starts[self._match], matches.ends[self._match])
        self.repaint()
        return self.find_position[1]

    def confirm_find(self) -> None:
        """Leave the selection as the words have extended it, whatever becomes of them; else look at the match."""
        self._before_search = None
        self._look_at_match()

    def _look_at_match(self) -> None:
        """What was found is what the next key is about, and no sentence that was focused before."""
        if not self.selecting and self.glance is not None:
            self.clear_focus()

    def _seek_match(self) -> None:
        """Extend the selection to the match, from where it was before these words were typed."""
        before = self._before_search or self._ends
        if before != self._ends:
            self._select(before, self._kind)
        self.extend_to_match(1)
        self._before_search = before

    def find_next(self, count: int = 1) -> tuple[int, int]:
        """Go to a match further on, or back if negative, round and round: its number from 1, and how many there are."""
        matches = self._matches
        if matches is None or not len(matches):
            return 0, 0
        if self.selecting:
            self.extend_to_match(count)
            return self.find_position
        low, high = self.visible_range()
        if not low <= matches.starts[self._match] < high:
            # The reader has moved on: the next match is the next from here.
            self._match = matches.at_or_after(low) - (1 if count > 0 else 0)
        self._match = (self._match + count) % len(matches)
        if not self._reveal(matches.starts[self._match], matches.ends[self._match]):
            self.repaint()
        self._look_at_match()
        return self.find_position

    def extend_to_match(self, count: int) -> bool:
        """Move the caret to a match further on, or back if negative, round and round; whether it moved."""
        matches = self._matches
        if not self.selecting or matches is None or not len(matches) or not count:
            return False
        caret = self._ends.caret
        number = matches.at_or_after(caret + 1) + count - 1 if count > 0 else matches.at_or_after(caret) + count
        self._match = number % len(matches)
        self.repaint()
        return self._caret_to(matches.starts[self._match])

    @property
    def find_position(self) -> tuple[int, int]:
        """Number of the current match from 1, and how many there are; zeros where nothing was found."""
        total = len(self._matches) if self._matches is not None else 0
        return (self._match + 1, total) if total else (0, 0)

    def clear_find(self) -> None:
        """Paint matches no longer; words that were not confirmed leave the selection as it was before them."""
        self._query = ""
        before, self._before_search = self._before_search, None
        if before is not None and self.selecting and before != self._ends:
            self._select(before, self._kind)
        if self._matches is not None:
            self._matches = None
            self.repaint()

    @property
    def glance(self) -> int | None:
        """The current match: what was found can be focused with the next key."""
        if self._matches is None or not len(self._matches):
            return None
        low, high = self.visible_range()
        start = self._matches.starts[self._match]
        return start if low <= start < high else None

    # What the page asks

    def forget(self) -> None:
        """Drop what was found."""
        super().forget()
        self._matches, self._match, self._query, self._before_search = None, 0, "", None

    def _select(self, ends: Ends, kind: str) -> None:
        """Whatever moves the caret ends the search that was being typed."""
        self._before_search = None
        super()._select(ends, kind)

    def overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """Matches over what is selected, the caret over them."""
        over = super().overlays(start, end)
        matches = self._matches
        if matches is None:
            return (*over, *self.caret_overlays(start, end))
        found = (
            Overlay(
                matches.starts[number],
                matches.ends[number],
                Role.MATCH_CURRENT if number == self._match else Role.MATCH,
            )
            for number in matches.within(start, end)
        )
        return (*over, *found, *self.caret_overlays(start, end))

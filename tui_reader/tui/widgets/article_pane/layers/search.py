"""The layer of search: it paints matches and moves between them; in a selection it moves the caret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.matches import Matches, find_all
from tui_reader.tui.widgets.article_pane.layers.base import Layer
from tui_reader.tui.widgets.article_pane.painter import Overlay
from tui_reader.tui.widgets.article_pane.styles import Role

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.document.text_objects import Ends
    from tui_reader.tui.widgets.article_pane.layers.base import Carry
    from tui_reader.tui.widgets.article_pane.layers.focus import Focus
    from tui_reader.tui.widgets.article_pane.layers.selection import Selection
    from tui_reader.tui.widgets.article_pane.viewport import Viewport


class Search(Layer):
    """The matches of a query in the article's text; one of the matches is current."""

    def __init__(self, viewport: Viewport, focus: Focus, selection: Selection) -> None:
        self._viewport, self._focus, self._selection = viewport, focus, selection
        self._query = ""
        self._matches: Matches | None = None
        self._current = 0
        self._before: Ends | None = None
        """The selection before the typed query extended it; None if no query has extended a selection."""
        self.is_idle = True

    def find(self, query: str) -> int:
        """Find a query and go to the first match in or below the view, else to the first of the text.

        In a selection, the caret moves to the next match behind it instead.
        A second call with the identical query confirms the selection, like `confirm`.

        Returns:
            The number of matches.
        """
        document = self._viewport.text
        confirmed = self._before is not None and query == self._query
        self._query, self.is_idle = query, False
        if confirmed:
            self._before = None
            return self.position[1]
        matches = None if document is None else find_all(document, query)
        self._set(matches, 0)
        if self._selection.kind:
            self._extend_from_before()
        elif matches is not None and len(matches):
            self._set(matches, matches.at_or_after(self._viewport.visible_range()[0]) % len(matches))
            self._reveal(matches)
        self._viewport.repaint()
        return self.position[1]

    def confirm(self) -> None:
        """Keep the selection that the query extended.

        Without a selection, remove the focus if the current match is visible: the next motion starts at the match.
        """
        self._before = None
        self._prefer_match()

    def next(self, count: int = 1) -> tuple[int, int]:
        """Go `count` matches forward, or back if negative; continue at the other end of the text.

        If the current match is out of view, the matches are counted from the view instead; in a selection, from the
        caret, which moves to the match.

        Returns:
            The number of the match, counted from 1, and the number of all matches.
        """
        matches = self._matches
        if matches is None or not len(matches):
            return 0, 0
        if self._selection.kind:
            self.extend(count)
            return self.position
        low, high = self._viewport.visible_range()
        number = self._current
        if not low <= matches.starts[number] < high:
            # The current match is out of view: continue from the visible rows.
            number = matches.at_or_after(low) - (1 if count > 0 else 0)
        self._set(matches, (number + count) % len(matches))
        if not self._reveal(matches):
            self._viewport.repaint()
        self._prefer_match()
        return self.position

    def extend(self, count: int) -> bool:
        """Move the caret `count` matches forward, or back if negative; continue at the other end of the text.

        Returns:
            True if the caret moved.
        """
        matches = self._matches
        if not self._selection.kind or matches is None or not len(matches) or not count:
            return False
        caret = self._selection.ends.caret
        number = matches.at_or_after(caret + 1) + count - 1 if count > 0 else matches.at_or_after(caret) + count
        self._set(matches, number % len(matches))
        self._viewport.repaint()
        return self._selection.move_to(matches.starts[self._current])

    @property
    def position(self) -> tuple[int, int]:
        """Number of the current match, counted from 1, and number of all matches; (0, 0) without matches."""
        total = len(self._matches) if self._matches is not None else 0
        return (self._current + 1, total) if total else (0, 0)

    def clear(self) -> None:
        """Remove the matches, and restore a selection that was extended but not confirmed."""
        self._query = ""
        before, self._before = self._before, None
        if before is not None and self._selection.kind and before != self._selection.ends:
            self._selection.put(before, self._selection.kind)
        if self._matches is not None:
            self._set(None, self._current)
            self._viewport.repaint()
        self.is_idle = True

    def _set(self, matches: Matches | None, current: int) -> None:
        self._matches, self._current = matches, current
        self._focus.candidate = matches.starts[current] if matches is not None and len(matches) else None

    def _reveal(self, matches: Matches) -> bool:
        return self._viewport.reveal(matches.starts[self._current], matches.ends[self._current])

    def _prefer_match(self) -> None:
        """Remove the focus if the current match is visible, so that the next motion focuses the match's sentence.

        During a selection, do nothing.
        """
        if not self._selection.kind and self._focus.visible_candidate is not None:
            self._focus.clear()

    def _extend_from_before(self) -> None:
        """Extend the selection that existed before the query was typed, up to the current match."""
        before = self._before or self._selection.ends
        if before != self._selection.ends:
            self._selection.put(before, self._selection.kind)
        self.extend(1)
        self._before = before

    # Hooks

    def reset(self) -> None:
        """Discard the query and its matches."""
        self._query, self._before, self.is_idle = "", None, True
        self._set(None, 0)

    def document_changed(self, old: Document | None, new: Document, carry: Carry | None) -> None:
        """Repeat the search in the new text."""
        matches = find_all(new, self._query) if self._query else None
        self._set(matches, min(self._current, max(len(matches) - 1, 0)) if matches is not None else 0)

    def selection_changing(self) -> None:
        """Confirm the selection, since any other motion of the caret ends a search that is being typed."""
        self._before = None

    def overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """Return the overlays that paint the matches in a range of the text."""
        matches = self._matches
        if matches is None:
            return ()
        return tuple(
            Overlay(
                matches.starts[number],
                matches.ends[number],
                Role.MATCH_CURRENT if number == self._current else Role.MATCH,
            )
            for number in matches.within(start, end)
        )

"""Navigation between articles: showing texts, saving reading positions, and the jump list."""

from __future__ import annotations

from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

from tui_reader.document.cooperative import lower_priority
from tui_reader.model.ranges import Range
from tui_reader.services.library.events import DocumentLoaded
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.reading.state import Place

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui_reader.anchoring.position_transfer import PositionTransfer
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId, Headline
    from tui_reader.tui.screens.reading.headline_listing import HeadlineListing
    from tui_reader.tui.screens.reading.state import ReadingScreenState

FILE_CHANGED = "the file changed; this is its text now"


class ArticleNavigator:
    """Shows articles in the article pane, and saves the reading position when another article is shown."""

    MOST_PLACES = 100
    """Largest number of positions in the jump list."""
    WAIT_SECONDS = 0.006
    """Longest time in seconds for which a key waits for the text of its article; reading 10 kB takes 2 ms."""
    HEADER_DELAY_SECONDS = 0.12
    """Seconds to wait for the text of an article below the cursor; then its header is shown without the text."""

    WRITING_SECONDS = 1.0
    """Seconds after which a text that looks truncated is shown; until then its file may still be being written."""
    RETRY_SECONDS = 2.0
    """Seconds between two attempts to read a file that could not be read."""

    def __init__(self, state: ReadingScreenState, listing: HeadlineListing) -> None:
        self._state, self._listing = state, listing
        self._stale: dict[ArticleId, None] = {}
        """Articles with annotations whose file changed, until their new text has been read."""
        self._back: list[Place] = []
        """The jump list before the current position, latest last."""
        self._forward: list[Place] = []
        """The jump list after the current position, nearest last."""
        self._pending_offset: int | None = None
        """Offset at which the shown article is to be shown once its text has been read."""
        self.expected: ArticleId | None = None
        """The article to show as soon as its text has been read."""
        self._header_timer: Timer | None = None
        self._left_at: tuple[ArticleId, int] | None = None
        """The reading position that was restored or saved last."""
        self._cut: Document | None = None
        """A new text that looks truncated; not shown while the rest of the file may still be being written."""
        self._chosen: set[ArticleId] = set()
        """Articles for which the user switched between article and whole page, until the new text is shown."""
        self._tried_at = 0.0
        self._prepared_transfer: PositionTransfer | None = None
        """The mapping of positions to a new text, computed in a thread and kept until that text is shown."""

    # Showing

    def show(self, article: ArticleId | None, offset: int | None = None) -> None:
        """Show an article at `offset`, or at its saved reading position for None; without an article, clear the pane.

        A text in memory is shown at once, any other text after it has been read.
        """
        state = self._state
        self.expected = None
        if article != state.shown:
            self.keep_place()
        state.set_shown(article)
        headline = state.headline(article)
        if headline is None or article is None:
            state.set_shown(None)
            state.panes.article.clear(*self._empty_text())
            state.notify_text_shown()
            return
        self._pending_offset = headline.state.offset if offset is None else offset
        document = state.library.documents.get(article)
        state.panes.article.show(headline, document, offset=self._pending_offset, progress=headline.state.progress)
        state.notify_text_shown()
        self._left_at = article, self._pending_offset
        state.library.documents.want(article, self._neighbours())

    def show_current(self) -> None:
        """Show the article under the cursor while the user moves through the list.

        A text that is not in memory is shown after it has been read, so that list and article change in one frame
        each. Only if reading is slow, the header is shown first.
        """
        state = self._state
        current = state.panes.headlines.current
        self.expected = None
        if current == state.shown or not (state.settings.preview or state.headline(state.shown) is None):
            return
        if current is None:
            self.show(None)
            return
        documents = state.library.documents
        # The text was not read ahead: a short delay merges the frames of list and text into one frame.
        if documents.get(current) or documents.want_within(current, self._neighbours(), seconds=self.WAIT_SECONDS):
            self.show(current)
            return
        self.expected = current
        if self._header_timer is not None:
            self._header_timer.stop()
        self._header_timer = state.panes.article.set_timer(self.HEADER_DELAY_SECONDS, self._show_expected)

    def _show_expected(self) -> None:
        if self.expected is not None:
            self.show(self.expected)

    def arrived(self, article: ArticleId, document: Document) -> None:
        """Show a text that has just been loaded, if its article is the shown or the expected one."""
        state = self._state
        if article == self.expected:
            self.show(article)
            return
        headline = state.headline(article)
        if article != state.shown or headline is None:
            return
        pane = state.panes.article
        shown = pane.document
        if document is shown or (document.partial and shown is not None and shown.has_text):
            return
        if state.comparison is not None:
            if document is state.comparison.original or not document.has_text:
                return
            offset = state.comparison.original_at(pane.viewport.offset)
            state.set_comparison(None)
            pane.show(headline, document, offset=offset, progress=headline.state.progress)
            state.notify_text_shown()
            return
        # The shown text was only the beginning, or the file was read again: keep the reading position.
        if shown is None or shown.partial or not shown.has_text:
            if shown is not None and shown.error and shown.error == document.error:
                return
            # An empty text and an error page keep the saved reading position.
            is_first = shown is None or not shown.has_text
            offset = self._pending_offset or (0 if is_first else pane.viewport.offset)
            pane.show(headline, document, offset=offset, progress=headline.state.progress)
            state.notify_text_shown()
            return
        is_choice = article in self._chosen and not document.error
        if not is_choice and self._keeps_text(shown, document):
            return
        if document.text == shown.text:
            self._chosen.discard(article)
            pane.show(headline, document, offset=pane.viewport.offset, progress=headline.state.progress)
            state.notify_text_shown()
            return
        if not document.has_text:
            self.keep_place()
            self._pending_offset = pane.viewport.offset
        transfer = self._transfer_between(article, shown, document)
        if transfer is not None:
            if is_choice and not state.library.revisions.is_changed(article, shown):
                state.library.revisions.mark_seen(article, document)
            self._chosen.discard(article)
            self._show_new_version(headline, document, transfer, "" if is_choice else FILE_CHANGED)

    def _keeps_text(self, shown: Document, document: Document) -> bool:
        """Decide whether the pane keeps the text `shown` instead of the newly read `document`.

        Returns:
            True if the file could not be read, or if it seems incomplete; the rest is then read later.
        """
        was_cut = self._cut
        self._cut = None
        if document.error:
            self._state.say(f"the file cannot be read: {document.error}; the text stays as last read", bad=True)
            return True
        if was_cut is document or (document.has_text and not _is_cut(shown.text, document.text)):
            return False
        self._cut = document
        self._state.panes.article.set_timer(self.WRITING_SECONDS, lambda: self._show_cut(document))
        return True

    @property
    def awaits_complete_file(self) -> bool:
        """True if the file seems to be incomplete, and its previous text is shown until the rest arrives."""
        return self._cut is not None

    def _show_cut(self, document: Document) -> None:
        """Show a text that looked truncated, unless a newer text of the file has been read meanwhile."""
        if self._cut is document and self._state.shown is not None:
            self.arrived(self._state.shown, document)

    def try_again(self) -> None:
        """Read the shown article again if reading it failed, at most once in `RETRY_SECONDS`."""
        shown, document = self._state.shown, self._state.panes.article.document
        if shown is None or document is None or not document.error or monotonic() < self._tried_at + self.RETRY_SECONDS:
            return
        documents = self._state.library.documents
        if not documents.fingerprint(shown):
            self._tried_at = monotonic()
            documents.want(shown, self._neighbours())

    def follow(self, article: ArticleId) -> None:
        """Show `article`, which was recognized as the renamed shown article; the active pane stays active."""
        entered = self._state.entered
        self._listing.refresh(keep=article)
        self.show(article)
        self._state.set_entered(entered=entered)

    def _transfer_between(self, article: ArticleId, old: Document, new: Document) -> PositionTransfer | None:
        """Return the transfer of positions from the old text of an article to its new text.

        Returns:
            The transfer; None while a thread computes it, which then reports the document as loaded once more.
        """
        from tui_reader.anchoring.position_transfer import PositionTransfer  # noqa: PLC0415 - most files never change meanwhile

        held = [Range(*each) for each in self._state.panes.article.selection.held]
        known = self._prepared_transfer
        if known is not None and known.old is old.text and known.new is new.text:
            return known
        transfer = PositionTransfer(old.text, new.text)
        if transfer.is_quick(held):
            return transfer
        self._prepared_transfer = None
        documents = self._state.library.documents

        def work_out() -> None:
            lower_priority()
            transfer.prepare(held)
            now = documents.get(article)
            if now is None or now is new:
                self._prepared_transfer = transfer
                documents.listener(DocumentLoaded(article, new))

        # A daemon thread, so that it does not delay quitting the program.
        Thread(target=work_out, name="carrying", daemon=True).start()
        return None

    def _show_new_version(self, headline: Headline, document: Document, transfer: PositionTransfer, said: str) -> None:
        """Show a new text of the shown article, with the position on the same words; show the message `said`."""
        state, pane = self._state, self._state.panes.article

        def carry(place: tuple[int, int]) -> tuple[int, int] | None:
            return transfer.carry(Range(*place))

        was_selecting, was_focused = bool(pane.selection.kind), pane.focus.range is not None
        offset = pane.viewport.offset
        top = pane.selection.held[:1] if offset else ()
        if top and (place := carry(top[0])) is not None:
            offset = max(0, min(place[0] + offset - top[0][0], place[1] - 1))
        self._prepared_transfer = None
        pane.show(headline, document, offset=offset, progress=headline.state.progress, carry=carry)
        state.notify_text_shown()
        if not said:
            return
        state.say_also(said)
        if was_selecting and not pane.selection.kind:
            state.say_also("the file changed: what was selected is no longer in it", instead_of=said)
        elif was_focused and pane.focus.range is None:
            state.say_also("the file changed: the sentence in focus is no longer in it", instead_of=said)

    def changed(self, article: ArticleId, *, is_choice: bool = False) -> None:
        """Read an article again after a change of its file, if it is shown or has annotations to re-anchor.

        With `is_choice`, the file is unchanged, but the user switched between the article and the whole page.
        """
        state = self._state
        if is_choice and article == state.shown:
            self._chosen.add(article)
        if article != state.shown and not state.library.annotations.count(article):
            return
        self._stale[article] = None
        state.library.documents.want(state.shown or article, self._neighbours())

    def update_header(self) -> None:
        """Update the header of the shown article."""
        headline = self._state.headline(self._state.shown)
        if headline is not None:
            self._state.panes.article.viewport.update_headline(headline)

    def _neighbours(self) -> list[ArticleId]:
        """Return the articles to read ahead: those likely to be shown next, and changed files that are not read yet."""
        headlines = self._state.panes.headlines
        at, page = headlines.cursor, headlines.page
        likely = (at + 1, at - 1, at + page // 2, at + page, at + 2)
        near = [headlines.ids[i] for i in likely if 0 <= i < len(headlines.ids)]
        for article in [each for each in self._stale if self._state.library.documents.get(each) is not None]:
            del self._stale[article]
        return [*near, *self._stale]

    def _empty_text(self) -> tuple[str, tuple[str, ...]]:
        state = self._state
        if state.panes.headlines.ids or not state.query.is_empty:  # the list says that no article matches
            return "", ()
        title, *rest = state.empty_lines()
        return title, tuple(rest)

    def enter(self, offset: int | None = None) -> bool:
        """Open the article under the cursor in the article pane.

        Returns:
            True if the list has an article under the cursor.
        """
        state = self._state
        current = state.panes.headlines.current
        if current is None:
            return False
        if current != state.shown or offset is not None:
            self.show(current, offset)
        self.mark_opened()
        return True

    def mark_opened(self) -> None:
        """Record that the user opened the shown article."""
        state = self._state
        if state.shown is None or state.entered:
            return
        state.set_entered(entered=True)
        outcome = state.library.reading.open(state.shown, mark_read=state.settings.mark_read_on_open)
        if outcome.ids:
            self._listing.touch(outcome.ids)

    def keep_place(self) -> None:
        """Save the position in the shown article if it was opened, and scrolled or read further since the last save."""
        state = self._state
        pane = state.panes.article
        if state.shown is None or pane.document is None or pane.document.partial or state.comparison is not None:
            return
        if not pane.document.has_text:
            # A position in an empty file or an error page is not a position in the article.
            return
        place = state.shown, pane.viewport.offset
        if not state.entered or (place == self._left_at and pane.viewport.progress <= self._progress_of(state.shown)):
            return
        self._left_at = place
        outcome = state.library.reading.leave(state.shown, pane.viewport.offset, pane.viewport.progress)
        if outcome.ids:
            self._listing.touch(outcome.ids)

    def _progress_of(self, article: ArticleId) -> float:
        headline = self._state.headline(article)
        return headline.state.progress if headline else 0.0

    # From article to article

    def step(self, by: int, *, unread: bool = False) -> bool:
        """Open the article `by` headlines further on, or the last one in that direction if there are fewer.

        Args:
            by: Number of headlines; negative to go up.
            unread: True to count unread articles only.

        Returns:
            True if the list has an article in that direction.
        """
        state = self._state
        index = self._index_after(by, unread=unread)
        if index is None:
            return False
        state.panes.headlines.move_to(index)
        if state.pane is Pane.ARTICLE:
            self.enter()
        else:
            self.show_current()
        return True

    def next_unread(self) -> Headline | None:
        """Return the headline of the next unread article, as `step` finds it; None if all are read."""
        index = self._index_after(1, unread=True)
        return None if index is None else self._state.headline(self._state.panes.headlines.ids[index])

    def _index_after(self, by: int, *, unread: bool) -> int | None:
        ids = self._state.panes.headlines.ids
        if not ids:
            return None
        gap = self._listing.gap if self._state.pane is Pane.ARTICLE else None
        # If the open article has left the list, the next article is at its former position.
        cursor = self._state.panes.headlines.cursor if gap is None else gap - 1 if by > 0 else gap
        if not unread:
            index = max(0, min(cursor + by, len(ids) - 1))
            return index if index != cursor else None
        step, left = (1, by) if by > 0 else (-1, -by)
        index, found = cursor, None
        while left and 0 <= (index := index + step) < len(ids):
            headline = self._state.headline(ids[index])
            if headline is not None and not headline.state.read:
                found, left = index, left - 1
        return found

    # Jump list

    def remember_place(self) -> None:
        """Add the current position to the jump list."""
        place = self._here()
        if place is not None and (not self._back or self._back[-1] != place):
            self._back = [*self._back[-self.MOST_PLACES + 1 :], place]
            self._forward.clear()

    def jump(self, by: int) -> bool:
        """Go to an earlier or later position of the jump list.

        Args:
            by: Number of positions; negative to go back.

        Returns:
            True if the list has a position in that direction.
        """
        source, other = (self._back, self._forward) if by < 0 else (self._forward, self._back)
        place = None
        for _ in range(abs(by)):
            if not source:
                break
            here = self._here()
            if here is not None:
                other.append(here)
            place = source.pop()
        if place is None:
            return False
        self.go_to(place)
        return True

    def go_to(self, place: Place) -> None:
        """Show a position, also if its article is not the shown one."""
        state = self._state
        if place.article == state.shown:
            state.panes.article.scroller.to_offset(place.offset, place.above)
            return
        ids = state.panes.headlines.ids
        if place.article in ids:
            state.panes.headlines.move_to(ids.index(place.article))
        self.show(place.article, place.offset)
        state.panes.article.scroller.to_offset(place.offset, place.above)
        self.mark_opened()

    def _here(self) -> Place | None:
        state = self._state
        if state.shown is None:
            return None
        return Place(state.shown, state.panes.article.viewport.offset, state.panes.article.scroller.rows_above())


CUT_TOLERANCE = 200
"""Code points, at most an eighth, at the end of a truncated text that may differ: cut markup such as `**bo` does."""


def _is_cut(whole: str, text: str) -> bool:
    """Return True if `text` is shorter than `whole` and equals its beginning, except for `CUT_TOLERANCE` at its end."""
    return len(text) < len(whole) and whole.startswith(text[: len(text) - min(CUT_TOLERANCE, len(text) // 8)])

"""The article pane: what it shows, where the reader left off, and the way back after a jump."""

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
    """Shows articles. What the reader does in one is kept when the next one is shown."""

    MOST_PLACES = 100
    """Places kept to jump back to."""
    MOMENT = 0.006
    """Seconds that a frame waits for a text: an article of 10 kB takes 2 ms."""
    PATIENCE = 0.12
    """Seconds after which the head of an article is shown before its text is there."""

    WRITING_SECONDS = 1.0
    """Seconds for which a text that is cut off is taken for one that is still being written."""
    RETRY_SECONDS = 2.0
    """Seconds between two attempts to read a file that could not be read."""

    def __init__(self, state: ReadingScreenState, listing: HeadlineListing) -> None:
        self._state, self._listing = state, listing
        self._stale: dict[ArticleId, None] = {}
        """Articles with annotations whose file changed, until they are read anew."""
        self._back: list[Place] = []
        self._forward: list[Place] = []
        self._pending: int | None = None
        self.expected: ArticleId | None = None
        """Article that is shown as soon as its text has been read."""
        self._patience: Timer | None = None
        self._left_at: tuple[ArticleId, int] | None = None
        self._cut: Document | None = None
        """A text that seems to be half written, for as long as the rest is waited for."""
        self._tried_at = 0.0
        self._known: PositionTransfer | None = None
        """What was worked out of a text that was read anew, for as long as it is not shown."""

    # Showing

    def show(self, article: ArticleId | None, offset: int | None = None) -> None:
        """Show an article where it was left, or at an offset; its text appears now if it is in memory, else when
        it has been read.
        """
        state = self._state
        self.expected = None
        if article != state.shown:
            self.keep_place()
        state.set_shown(article)
        headline = state.headline(article)
        if headline is None or article is None:
            state.set_shown(None)
            state.panes.article.clear(*self._nothing())
            state.notify_text_shown()
            return
        self._pending = headline.state.offset if offset is None else offset
        document = state.library.documents.get(article)
        state.panes.article.show(headline, document, offset=self._pending, progress=headline.state.progress)
        state.notify_text_shown()
        self._left_at = article, self._pending
        state.library.documents.want(article, self._neighbours())

    def show_current(self) -> None:
        """Show the article under the cursor, as the list is walked through.

        A text that is not in memory is waited for, so that list and article change in one frame each: its head alone
        would be a frame more, and is shown only where the text takes long.
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
        # Not read ahead, it is read now: a moment's wait makes one frame of the two that list and text would be.
        if documents.get(current) or documents.want_within(current, self._neighbours(), seconds=self.MOMENT):
            self.show(current)
            return
        self.expected = current
        if self._patience is not None:
            self._patience.stop()
        self._patience = state.panes.article.set_timer(self.PATIENCE, self._show_expected)

    def _show_expected(self) -> None:
        if self.expected is not None:
            self.show(self.expected)

    def arrived(self, article: ArticleId, document: Document) -> None:
        """Take in a text that has been read."""
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
        # A text that is there already came as its beginning, or was read anew: the reader stays where they are now.
        if shown is None or shown.partial or not shown.has_text:
            if shown is not None and shown.error and shown.error == document.error:
                return
            # An empty text, or the page that says why there is none, was shown where the article was left.
            is_first = shown is None or not shown.has_text
            offset = self._pending or (0 if is_first else pane.viewport.offset)
            pane.show(headline, document, offset=offset, progress=headline.state.progress)
            state.notify_text_shown()
            return
        if self._keeps_text(shown, document):
            return
        if document.text == shown.text:
            pane.show(headline, document, offset=pane.viewport.offset, progress=headline.state.progress)
            state.notify_text_shown()
            return
        if not document.has_text:
            self.keep_place()
            self._pending = pane.viewport.offset
        carrying = self._carrying(article, shown, document)
        if carrying is not None:
            self._read_anew(headline, document, carrying)

    def _keeps_text(self, shown: Document, document: Document) -> bool:
        """Find out whether the page goes on showing the text that it shows, and not what was read now.

        Returns:
            True if the file could not be read, or if it seems to be half written; the rest is waited for then.
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
    def waits_for_rest(self) -> bool:
        """Returns: True if the file seems to be half written, and its text of before is shown until the rest comes."""
        return self._cut is not None

    def _show_cut(self, document: Document) -> None:
        """Show a text that seemed to be half written, if it is still what the file holds."""
        if self._cut is document and self._state.shown is not None:
            self.arrived(self._state.shown, document)

    def try_again(self) -> None:
        """Read the shown article again if reading it failed, every two seconds at most."""
        shown, document = self._state.shown, self._state.panes.article.document
        if shown is None or document is None or not document.error or monotonic() < self._tried_at + self.RETRY_SECONDS:
            return
        documents = self._state.library.documents
        if not documents.fingerprint(shown):
            self._tried_at = monotonic()
            documents.want(shown, self._neighbours())

    def follow(self, article: ArticleId) -> None:
        """Show the article that took over from the shown one, with the keys where they are."""
        entered = self._state.entered
        self._listing.refresh(keep=article)
        self.show(article)
        self._state.set_entered(entered=entered)

    def _carrying(self, article: ArticleId, old: Document, new: Document) -> PositionTransfer | None:
        """What carries the reader into another reading of the text; None while that is worked out, aside."""
        from tui_reader.anchoring.position_transfer import PositionTransfer  # noqa: PLC0415 - most files never change meanwhile

        held = [Range(*each) for each in self._state.panes.article.selection.held]
        known = self._known
        if known is not None and known.old is old.text and known.new is new.text:
            return known
        carrying = PositionTransfer(old.text, new.text)
        if carrying.is_quick(held):
            return carrying
        self._known = None
        documents = self._state.library.documents

        def work_out() -> None:
            lower_priority()
            carrying.prepare(held)
            now = documents.get(article)
            if now is None or now is new:
                self._known = carrying
                documents.listener(DocumentLoaded(article, new))

        # A thread that the program need not wait for when it is left.
        Thread(target=work_out, name="carrying", daemon=True).start()
        return None

    def _read_anew(self, headline: Headline, document: Document, carrying: PositionTransfer) -> None:
        """Show another reading of the shown article. The reader stays with the words that they are at."""
        state, pane = self._state, self._state.panes.article

        def carry(place: tuple[int, int]) -> tuple[int, int] | None:
            return carrying.carry(Range(*place))

        was_selecting, was_focused, top = (
            bool(pane.selection.kind),
            pane.focus.range is not None,
            pane.selection.held[:1],
        )
        offset = pane.viewport.offset
        if top and offset and (place := carry(top[0])) is not None:
            offset = max(0, min(place[0] + offset - top[0][0], place[1] - 1))
        self._known = None
        pane.show(headline, document, offset=offset, progress=headline.state.progress, carry=carry)
        state.notify_text_shown()
        state.say_too(FILE_CHANGED)
        if was_selecting and not pane.selection.kind:
            state.say_too("the file changed: what was selected is no longer in it", instead_of=FILE_CHANGED)
        elif was_focused and pane.focus.range is None:
            state.say_too("the file changed: the sentence in focus is no longer in it", instead_of=FILE_CHANGED)

    def changed(self, article: ArticleId) -> None:
        """Read a text anew whose file changed: that of the shown article, and any in which passages are marked, so
        that they are looked for in the new text.
        """
        state = self._state
        if article != state.shown and not state.library.annotations.count(article):
            return
        self._stale[article] = None
        state.library.documents.want(state.shown or article, self._neighbours())

    def update_header(self) -> None:
        """Bring the header of the shown article up to date."""
        headline = self._state.headline(self._state.shown)
        if headline is not None:
            self._state.panes.article.viewport.update_headline(headline)

    def _neighbours(self) -> list[ArticleId]:
        """The articles that may be shown next, so that they are in memory by then, and those that are to be read
        anew.
        """
        headlines = self._state.panes.headlines
        at, page = headlines.cursor, headlines.page
        likely = (at + 1, at - 1, at + page // 2, at + page, at + 2)
        near = [headlines.ids[i] for i in likely if 0 <= i < len(headlines.ids)]
        for article in [each for each in self._stale if self._state.library.documents.get(each) is not None]:
            del self._stale[article]
        return [*near, *self._stale]

    def _nothing(self) -> tuple[str, tuple[str, ...]]:
        state = self._state
        if state.panes.headlines.ids:
            return "", ()
        title, *rest = state.empty_lines()
        return title, tuple(rest)

    def enter(self, offset: int | None = None) -> bool:
        """Open the article under the cursor, in the article pane; whether there is one."""
        state = self._state
        current = state.panes.headlines.current
        if current is None:
            return False
        if current != state.shown or offset is not None:
            self.show(current, offset)
        self.mark_opened()
        return True

    def mark_opened(self) -> None:
        """Take in that the shown article is being read."""
        state = self._state
        if state.shown is None or state.entered:
            return
        state.set_entered(entered=True)
        outcome = state.library.reading.open(state.shown, mark_read=state.settings.mark_read_on_open)
        if outcome.ids:
            self._listing.touch(outcome.ids)

    def keep_place(self) -> None:
        """Remember where the shown article stands, if it was opened or moved in."""
        state = self._state
        pane = state.panes.article
        if state.shown is None or pane.document is None or pane.document.partial or state.comparison is not None:
            return
        if not pane.document.has_text:
            # An empty file, or the page that says why there is no text: no place in it is one of the article's.
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

    # Walking from article to article

    def step(self, by: int, *, unread: bool = False) -> bool:
        """Open the next article, or one further on; whether there was one."""
        state = self._state
        headlines = state.panes.headlines
        gap = self._listing.gap if state.pane is Pane.ARTICLE else None
        # Where the article that is read has left the list, the next one stands in its place.
        start = headlines.cursor if gap is None else gap - 1 if by > 0 else gap
        index = self._index_after(start, by, unread=unread)
        if index is None:
            return False
        headlines.move_to(index)
        if state.pane is Pane.ARTICLE:
            self.enter()
        else:
            self.show_current()
        return True

    def _index_after(self, cursor: int, by: int, *, unread: bool) -> int | None:
        ids = self._state.panes.headlines.ids
        if not ids:
            return None
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

    # Jumping

    def remember_place(self) -> None:
        """Keep where the reader stands before a jump."""
        place = self._here()
        if place is not None and (not self._back or self._back[-1] != place):
            self._back = [*self._back[-self.MOST_PLACES + 1 :], place]
            self._forward.clear()

    def jump(self, by: int) -> bool:
        """Go back to a place before a jump (negative), or forward again; whether there was one."""
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
        """Show a place, in whatever article it is."""
        state = self._state
        if place.article == state.shown:
            state.panes.article.scroller.to_offset(place.offset)
            return
        ids = state.panes.headlines.ids
        if place.article in ids:
            state.panes.headlines.move_to(ids.index(place.article))
        self.show(place.article, place.offset)
        self.mark_opened()

    def _here(self) -> Place | None:
        state = self._state
        return None if state.shown is None else Place(state.shown, state.panes.article.viewport.offset)


CUT_END = 200
"""Code points at the end of a text cut off that may differ from the whole: a half-written mark is read otherwise."""


def _is_cut(whole: str, text: str) -> bool:
    """Returns: True if a text is the beginning of another one, as that of a file that is being written."""
    return len(text) < len(whole) and whole.startswith(text[: len(text) - min(CUT_END, len(text) // 8)])

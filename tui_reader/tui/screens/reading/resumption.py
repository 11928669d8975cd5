"""Restore the last session at the start, or show the article that the command line names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.model.query import Sort
from tui_reader.services.library.sessions import Session
from tui_reader.tui.commands.command import Pane

if TYPE_CHECKING:
    from tui_reader.model.article import ArticleId
    from tui_reader.tui.screens.reading.pane_layout import PaneLayout
    from tui_reader.tui.screens.reading.reading_host import ReadingHost

_PANES = {pane.value: pane for pane in (Pane.SIDEBAR, Pane.LIST, Pane.ARTICLE)}
"""The panes that can be active at the start, by their name in a session."""


class Resumption:
    """Restores view, pane, article and row of a session, and returns the session to save.

    A scan may find the article only after the first frame. Until then the article pane stays empty.
    """

    def __init__(self, host: ReadingHost, pane_layout: PaneLayout, session: Session | None, *, as_page: bool) -> None:
        """Create the object; nothing is restored yet.

        Args:
            host: The reading screen.
            pane_layout: The panes of the screen.
            session: The session to restore; None for the beginning of the list.
            as_page: True to show the article that the command line names, if it names exactly one.
        """
        self._host, self._state, self._pane_layout = host, host.state, pane_layout
        self._session = session
        self._as_page = as_page and host.state.library.names_one_article
        self.waits = self._as_page or (session is not None and session.article is not None)
        """True until the first article has been found, or is no longer to be shown."""
        self._is_scanned = False
        self.holds_keys = self.waits
        """True while keys are queued for the first article: until its text is shown, or `stop_holding` is called."""
        self._to_restore: Session | None = None
        """The session whose row is restored as soon as the text of its article is shown."""

    @property
    def _article(self) -> ArticleId | None:
        """The first article to show; None if it is not known yet."""
        if self._as_page:
            return self._state.library.named_article
        return self._session.article if self._session is not None else None

    @property
    def keeps_pane_empty(self) -> bool:
        """True while the article pane is active and stays empty until the first article has been found."""
        return self.waits and self._state.pane is Pane.ARTICLE

    @property
    def awaits_text(self) -> bool:
        """True while the article pane is active, its text is not laid out yet, and keys are therefore queued."""
        article = self._state.panes.article
        is_shown = article.document is not None and article.viewport.page is not None
        return self.holds_keys and self._state.pane is Pane.ARTICLE and not is_shown

    def stop_holding(self) -> None:
        """Stop queueing keys although no text is shown yet."""
        self.holds_keys = False

    def prepare(self) -> None:
        """Set view, pane and cursor before the first frame."""
        state, session = self._state, self._session
        if session is not None:
            state.former_lines = tuple(filter(None, session.commands))
            is_kept = session.configured_sort == state.settings.sort
            state.set_view(sort=session.sort if is_kept else Sort(state.settings.sort))
            if not self._as_page:
                state.set_view(shelf=session.shelf, query=session.query)
        if self._as_page:
            state.set_pane(Pane.ARTICLE)
            self._pane_layout.zen = not state.library.folders
        elif session is not None:
            pane = _PANES.get(session.pane, Pane.LIST)
            if pane is not Pane.ARTICLE and not session.cursor:
                # A cursor at the top of the list stays at the top, where new articles appear.
                self.waits = False
            elif pane is Pane.ARTICLE and session.article is None:
                pane = Pane.LIST
            state.set_pane(pane)
            self._pane_layout.zen = session.zen and pane is Pane.ARTICLE
        self._host.listing.refresh()
        self._put_cursor()

    def begin(self) -> None:
        """Show the first article, once the article pane exists."""
        self._pane_layout.activate(self._state.pane)
        if not self.try_again() and not self.keeps_pane_empty:
            self._host.navigator.show(self._state.panes.headlines.current)

    def try_again(self) -> bool:
        """Show the first article, if it has been found.

        Returns:
            True if the article is shown now.
        """
        state, session = self._state, self._session
        if not self.waits:
            return False
        pane = Pane.ARTICLE if self._as_page else _PANES.get(session.pane if session is not None else "", Pane.LIST)
        if state.pane is not pane or (pane is not Pane.ARTICLE and state.has_run_command):
            self.waits = False  # the user has moved to another article
            return False
        headline = state.headline(self._article)
        if headline is None or not state.library.has_file(headline.id):
            if self._is_scanned and state.library.is_scan_taken_in:
                self._give_up()
            return False
        self._put_cursor()
        self.waits = False
        state.count_command()
        same = session is not None and session.article == headline.id
        self._to_restore = session if same else None
        is_unsaved = same and session is not None and bool(state.library.read_only)
        self._host.navigator.show(headline.id, session.offset if is_unsaved and session is not None else None)
        if pane is Pane.ARTICLE:
            self._host.navigator.mark_opened()
        return True

    def scan_finished(self) -> None:
        """Stop waiting for the first article to show if the first scan did not find it."""
        self._is_scanned = True
        self.try_again()

    def _give_up(self) -> None:
        self.waits = False
        state = self._state
        if state.pane is Pane.ARTICLE:
            self._pane_layout.activate(Pane.LIST)
        self._host.navigator.show_current()
        if not self._as_page:
            state.say("the article that was open last is no longer in this library")

    def _put_cursor(self) -> None:
        """Put the cursor on the first article to show; list an open article even if it does not match the view."""
        state, article = self._state, self._article
        headlines = state.panes.headlines
        if not self.waits or article is None or state.headline(article) is None:
            return
        ids, index = headlines.ids, self._session.cursor if self._session is not None else 0
        if article in ids:
            headlines.move_to(ids.index(article))
        elif state.pane is Pane.ARTICLE:
            headlines.show([*ids[:index], article, *ids[index:]], min(index, len(ids)))
        else:
            headlines.move_to(min(index, len(ids) - 1))

    # The row in the article

    def text_shown(self) -> bool:
        """Restore the row and the focused sentence, if the text at that position has been read.

        Returns:
            False if there is nothing more to do for later texts.
        """
        session, state = self._to_restore, self._state
        document = state.panes.article.document
        if document is not None and state.panes.article.viewport.page is not None:
            self.holds_keys = False
        elif document is not None:  # the pane gets its size with the next frame; keys would find no sentence before
            self._host.app.call_after_refresh(self.stop_holding)
        if session is None:
            return self.waits or self.holds_keys
        if state.shown != session.article:
            self._to_restore = None
        elif document is not None and not (document.partial and len(document.text) <= session.offset):
            self._host.app.call_after_refresh(self._restore_row)
        return self.waits or self.holds_keys or self._to_restore is not None

    def _restore_row(self) -> None:
        session, state = self._to_restore, self._state
        pane = state.panes.article
        document = pane.document
        if session is None or document is None or state.shown != session.article:
            return
        self._to_restore = None
        if pane.viewport.offset == session.offset:
            pane.scroller.to_offset(session.offset, session.above)
            if session.focus is not None and state.pane is Pane.ARTICLE and session.focus < len(document.text):
                from tui_reader.document import motions  # noqa: PLC0415 - not for the first frame

                pane.focus.put(motions.sentence_at(document, session.focus))

    def session(self) -> Session:
        """Return the current state of the screen as a session to save, without themes."""
        state, panes = self._state, self._state.panes
        if self.waits and self._session is not None:
            return self._session._replace(commands=state.former_lines)
        if not self._host.is_wired:
            return self._session or Session()
        is_reading = state.pane is Pane.ARTICLE
        article = panes.article
        is_text = article.document is not None and article.document.has_text and state.comparison is None
        focus = article.focus.range
        return Session(
            shelf=state.view.shelf,
            query=state.query.text,
            sort=state.sort,
            configured_sort=state.settings.sort,
            article=state.shown if is_reading else panes.headlines.current,
            cursor=panes.headlines.cursor,
            offset=article.viewport.offset if is_text else 0,
            above=article.scroller.rows_above() if is_text else 0,
            focus=focus.start if focus is not None and is_text else None,
            pane=state.pane.value,
            zen=self._pane_layout.zen,
            commands=state.former_lines,
        )

"""The commands that set bookmarks, and that go to bookmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.binding import key_command
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.reading.state import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.model.anchor import Anchor
    from tui_reader.model.article import ArticleId
    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.headline_listing import HeadlineListing
    from tui_reader.tui.screens.reading.state import ReadingScreenState


class BookmarkActions:
    """Runs the bookmark commands; `key` is the letter typed after the command's key."""

    def __init__(
        self,
        state: ReadingScreenState,
        listing: HeadlineListing,
        navigator: ArticleNavigator,
        activate: Callable[[Pane], None],
    ) -> None:
        self._state, self._listing, self._navigator, self._activate = state, listing, navigator, activate
        self._wanted: tuple[ArticleId, Anchor] | None = None
        """A bookmark to go to once the text of its article has been read."""

    @key_command("set_bookmark")
    def set_bookmark(self, _count: int | None, key: str) -> None:
        """Set a bookmark at the focused sentence; without a focus, at the first visible row."""
        state = self._state
        pane = state.panes.article
        document, comparison, focus = pane.document, state.comparison, pane.focus.range
        if not _is_letter(key):
            state.say("a bookmark is named by a letter, a to z or A to Z")
        elif state.shown is None or document is None or document.partial:
            state.say("the text is still being read")
        else:
            offset = pane.viewport.offset if focus is None else focus.start
            if comparison is not None:
                document, offset = comparison.original, comparison.original_at(offset)
            outcome = state.library.reading.set_bookmark(state.shown, key, document, offset)
            self._listing.touch(outcome.ids)
            state.say_outcome(outcome)

    @key_command("go_to_bookmark")
    def go_to_bookmark(self, _count: int | None, key: str) -> None:
        """Go to the bookmark with the letter `key`; for `'`, go back in the jump list."""
        state = self._state
        if key == "'":
            if not self._navigator.jump(-1):
                state.refuse("no place to go back to")
            return
        if not _is_letter(key):
            state.say("a bookmark is named by a letter, a to z or A to Z")
            return
        found = state.library.reading.bookmark(key, state.target)
        if found is None:
            where = "the library" if key.isupper() else "this article"
            state.say(f"there is no bookmark {key} in {where}; {state.keymap.hint('set_bookmark')}{key} sets it")
            return
        article, anchor = found
        self._navigator.remember_place()
        document = state.library.documents.get(article)
        known = document is not None and not document.partial
        place = state.library.reading.place_of_bookmark(anchor, document) if document and known else anchor.start
        self._navigator.go_to(Place(article, place))
        self._activate(Pane.ARTICLE)
        self._wanted = None if known else found
        if not known:
            state.wait_for_text(self._go_to_wanted)

    def _go_to_wanted(self) -> bool:
        """Go to the requested bookmark, if its text has been read.

        Returns:
            True if the text is still being read.
        """
        state = self._state
        document = state.panes.article.document
        if self._wanted is None:
            return False
        article, anchor = self._wanted
        if state.shown == article and (document is None or document.partial):
            return True
        self._wanted = None
        if state.shown == article and document is not None:
            state.panes.article.scroller.to_offset(state.library.reading.place_of_bookmark(anchor, document))
        return False


def _is_letter(key: str) -> bool:
    return len(key) == 1 and key.isascii() and key.isalpha()

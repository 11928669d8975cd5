"""The commands that follow links, open the original, and copy to the clipboard."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tui_reader.document.cleaning import clean_line
from tui_reader.document.link_targets import offset_of_name
from tui_reader.errors import ReaderError
from tui_reader.services.library import desktop
from tui_reader.services.library.addresses import RefusedUrlError, safe_url
from tui_reader.tui.commands.binding import command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui_reader.model.article import ArticleId
    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.state import ReadingScreenState

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
"""The scheme of an address: `https:`, `mailto:`."""
_WEB_ADDRESS = re.compile(r"www\.[^\s/]+\.", re.IGNORECASE)
"""The beginning of a web address without a scheme: `www.example.`."""
_MAIL_ADDRESS = re.compile(r"[^\s/@?#]+@[^\s/@?#]+\.[A-Za-z]{2,24}")
"""A mail address without a scheme: `ann@example.org`."""


class LinkActions:
    """Runs the commands for links and the clipboard, and handles the letters of link hints."""

    def __init__(
        self,
        state: ReadingScreenState,
        navigator: ArticleNavigator,
        copy_text: Callable[[str, str], str],
        later: Callable[[Callable[[], None]], object],
    ) -> None:
        """Store the objects of the screen that the commands need.

        Args:
            state: The state of the screen.
            navigator: Shows articles.
            copy_text: Copies a text to the clipboard and returns a message; the second argument describes the text.
            later: Calls a function in the thread of the app; may be called from any thread.
        """
        self._state, self._navigator = state, navigator
        self.copy_text = copy_text
        self._later = later
        self.hints: list[tuple[str, str]] = []
        """The letters and targets of the hints that were shown last; empty once a link was chosen."""
        self._typed = ""
        self._wanted: tuple[ArticleId, str] | None = None
        """An article and the name of an anchor in it, to go to once the text has been read."""

    # Link hints

    @command("follow_link")
    def follow_link(self, _count: int | None) -> None:
        """Show letters over the visible links, or follow the only visible link."""
        hints = self._state.panes.article.links.show_hints()
        if len(hints) == 1:
            self._state.panes.article.links.hide_hints()
            self.follow(hints[0][1])
        elif hints:
            self.hints, self._typed = hints, ""
            self._state.say("type the letters of a link")
        else:
            self._state.panes.article.links.hide_hints()
            self._state.refuse("no link in sight")

    def is_choosing(self) -> bool:
        """Return True while letters are shown over the links: then the next letters choose one.

        They are no longer shown when the text was scrolled or replaced, such as after a change of its file.
        """
        if self.hints and self._state.panes.article.links.is_idle:
            self.hints = []
            self._state.say("")
        return bool(self.hints)

    def feed(self, key: str) -> None:
        """Handle a letter of a link hint; any other key removes the hints."""
        typed = self._typed + key
        left = [hint for hint in self.hints if hint[0].startswith(typed)]
        if left and left[0][0] != typed:
            self._typed = typed
            return
        self.hints = []
        self._state.panes.article.links.hide_hints()
        self._state.say("" if left or key == "escape" else f"no link on {typed}")
        if left:
            self.follow(left[0][1])

    def follow(self, target: str) -> None:
        """Follow a link: within the text, to another article, to another file, or in the browser."""
        if target.startswith("#"):
            self._go_within(target[1:])
        elif target.startswith("//"):
            self._open_url(f"https:{target}")
        elif _SCHEME.match(target):
            self._open_url(target)
        else:
            self._go_to_article(target)

    def _go_within(self, name: str) -> None:
        """Go to a heading, a footnote, or a named HTML element of the text."""
        state = self._state
        document = state.panes.article.document
        if document is None or state.shown is None:
            return
        offset = offset_of_name(document, name)
        if offset is not None:
            self._navigator.remember_place()
            state.panes.article.scroller.to_offset(offset)
            state.say(f"{state.keymap.hint('jump_back')} goes back")
        elif document.partial:
            self._navigator.remember_place()
            self._wanted = state.shown, name
            state.wait_for_text(self._go_to_wanted)
            state.say(f"the text is still being read; then it goes to {_shown(name)}")
        else:
            state.refuse(f"there is no {_shown(name)} in this article")

    def _go_to_wanted(self) -> bool:
        """Go to the anchor in the shown article that a link named, if the text has been read.

        Returns:
            True if the text is still being read.
        """
        state, wanted = self._state, self._wanted
        document = state.panes.article.document
        if wanted is None or state.shown != wanted[0]:
            self._wanted = None
            return False
        offset = None if document is None else offset_of_name(document, wanted[1])
        if offset is None and (document is None or document.partial):
            return True
        self._wanted = None
        if offset is not None:
            state.panes.article.scroller.to_offset(offset)
        elif document is not None and document.has_text:
            state.say(f"there is no {_shown(wanted[1])} in this article")
        return False

    def _go_to_article(self, link: str) -> None:
        """Go to the article that a relative link names; if there is none, open the address or file it may name."""
        state = self._state
        if state.shown is None:
            return
        article = state.library.article_beside(state.shown, link)
        if article is None:
            self._open_other(state.shown, link)
        else:
            self._show_article(article, link)

    def _show_article(self, article: ArticleId, link: str) -> None:
        """Show the article to which a link leads, at the heading that the link names."""
        state, navigator = self._state, self._navigator
        name = link.partition("#")[2]
        if article == state.shown:
            self._go_within(name)
            return
        navigator.remember_place()
        document = state.library.documents.get(article)
        if name and document is None:
            document = state.library.documents.want_within(article, seconds=navigator.WAIT_SECONDS)
        ids = state.panes.headlines.ids
        if article in ids:
            state.panes.headlines.move_to(ids.index(article))
        navigator.show(article, offset_of_name(document, name) if name and document is not None else None)
        navigator.mark_opened()
        if name:
            self._wanted = article, name
            if self._go_to_wanted():
                state.wait_for_text(self._go_to_wanted)

    def _open_other(self, article: ArticleId, link: str) -> None:
        """Follow a relative link that names no article by its path.

        It is tried as a web or mail address without a scheme, then as the name of an article in another folder, then
        as a file on disk.
        """
        if _WEB_ADDRESS.match(link):
            self._open_url(f"http://{link}")
            return
        if _MAIL_ADDRESS.fullmatch(link):
            self._open_url(f"mailto:{link}")
            return
        library, browser = self._state.library, self._state.settings.browser

        def open_file() -> None:
            named = library.article_named(article, link)
            if named is not None:
                self._later(partial(self._show_named, article, named, link))
                return
            try:
                path = library.file_beside(article, link)
                desktop.open_linked(path, browser)
            except ReaderError as error:
                self._later(partial(self._state.say, str(error), bad=True))
            else:
                self._later(partial(self._state.say, f"opened {library.location_of(path)}"))

        # All articles are compared, and the checks of the file read the disk, which may be slow. A daemon thread does
        # not delay the end.
        Thread(target=open_file, name="linked-file", daemon=True).start()

    def _show_named(self, article: ArticleId, named: ArticleId, link: str) -> None:
        """Show an article that was found by its name, unless the reader has left the article with the link."""
        if self._state.shown == article:
            self._show_article(named, link)

    def _open_url(self, url: str) -> None:
        try:
            opened = desktop.open_url(url, self._state.settings.browser)
        except RefusedUrlError as error:
            self._state.say(error.message, bad=True)
        except ReaderError as error:
            copied = self.copy_text(safe_url(url), "the address")
            self._state.say(f"{error.message} {copied[0].upper()}{copied[1:]}.")
        else:
            self._state.say(f"opened {opened}")

    # The original and the clipboard

    @command("open_original")
    def open_original(self, _count: int | None) -> None:
        """Open the original in the browser; for an article without an address, open its file."""
        headline = self._state.headline(self._state.target)
        if headline is None:
            return
        url = headline.field("url")
        if url:
            self._open_url(url)
            return
        path = self._state.library.path_of(headline.id)
        if path is None:
            self._state.say("this article has neither an address nor a file")
            return
        page = self._page_of(headline.id) if path.suffix.lower() == ".pdf" else 0
        if page:
            self._open_at_page(path, page)
            return
        try:
            desktop.open_file(path, self._state.settings.browser)
        except ReaderError as error:
            self._state.say(str(error), bad=True)
        else:
            self._state.say(f"opened {path.name}")

    def _page_of(self, article: ArticleId) -> int:
        """Return the number of the page of the file at the top of the view, from 1; 0 if it is not known."""
        viewport = self._state.panes.article.viewport
        if viewport.text is None or self._state.shown != article:
            return 0
        return bisect_right(viewport.text.pages, viewport.offset, key=lambda page: page.offset)

    def _open_at_page(self, path: Path, page: int) -> None:
        """Open a file at a page, in a thread, since finding the program may take a tenth of a second."""
        browser = self._state.settings.browser

        def open_file() -> None:
            try:
                at_page = desktop.open_at_page(path, page, browser)
            except ReaderError as error:
                self._later(partial(self._state.say, str(error), bad=True))
            else:
                where = f" at page {page}" if at_page else ""
                self._later(partial(self._state.say, f"opened {path.name}{where}"))

        Thread(target=open_file, name="original", daemon=True).start()

    @command("copy_link")
    def copy_link(self, _count: int | None) -> None:
        """Copy the address of the original, else the path of the file."""
        headline = self._state.headline(self._state.target)
        if headline is None:
            return
        path = self._state.library.path_of(headline.id)
        self._copy(headline.field("url") or str(path or ""), "the address" if headline.field("url") else "the path")

    def _copy(self, text: str, what: str) -> None:
        if not text:
            self._state.refuse("there is nothing to copy")
            return
        try:
            self._state.say(self.copy_text(text, what))
        except ReaderError as error:
            self._state.say(str(error), bad=True)


def _shown(name: str) -> str:
    """Return the name of an anchor in the form for messages."""
    return f"“{clean_line(unquote(name))}”"

"""The commands that follow links, open the original, and copy to the clipboard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tui_reader.document.clean import clean_text
from tui_reader.document.outline import outline
from tui_reader.errors import ReaderError
from tui_reader.services.library import desktop
from tui_reader.services.library.addresses import RefusedUrlError, safe_url
from tui_reader.tui.commands.binding import command

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.state import ReadingScreenState


class LinkActions:
    """Runs the commands for links and the clipboard, and handles the letters of link hints."""

    def __init__(
        self, state: ReadingScreenState, navigator: ArticleNavigator, to_terminal: Callable[[str], None]
    ) -> None:
        self._state, self._navigator = state, navigator
        # A text that is pasted into a shell must not end the paste, as an escape sequence would.
        self._to_terminal: Callable[[str], None] = lambda text: to_terminal(clean_text(text))
        self._hints: list[tuple[str, str]] = []
        self._typed = ""

    # Link hints

    @property
    def choosing(self) -> bool:
        """True if the next letters choose a link."""
        return bool(self._hints)

    @command("follow_link")
    def follow_link(self, _count: int | None) -> None:
        """Show letters over the visible links, or follow the only one."""
        hints = self._state.panes.article.links.show_hints()
        if len(hints) == 1:
            self._state.panes.article.links.hide_hints()
            self.follow(hints[0][1])
        elif hints:
            self._hints, self._typed = hints, ""
            self._state.say("type the letters of a link")
        else:
            self._state.panes.article.links.hide_hints()
            self._state.refuse("no link in sight")

    def feed(self, key: str) -> None:
        """Handle a letter of a link hint; any other key removes the hints."""
        typed = self._typed + key
        left = [hint for hint in self._hints if hint[0].startswith(typed)]
        if left and left[0][0] != typed:
            self._typed = typed
            return
        self._hints = []
        self._state.panes.article.links.hide_hints()
        self._state.say("")
        if left:
            self.follow(left[0][1])

    def follow(self, target: str) -> None:
        """Follow a link: within this text, to another article, or in the browser."""
        if target.startswith("#"):
            self._go_within(unquote(target[1:]))
        elif re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", target):
            self._open_url(target)
        else:
            self._go_to_article(unquote(target.partition("#")[0]))

    def _go_within(self, name: str) -> None:
        """Go to a footnote by its mark, or to a heading by its text."""
        document = self._state.panes.article.document
        if document is None:
            return
        for block in document.blocks:
            if block.marker == f"[{name}]":
                self._navigator.remember_place()
                self._state.panes.article.scroller.to_offset(block.start)
                self._state.say(f"{self._state.keymap.hint('jump_back')} goes back")
                return
        for entry in outline(document):
            if _slug(entry.title) == name.casefold():
                self._navigator.remember_place()
                self._state.panes.article.scroller.to_offset(entry.offset)
                return
        self._state.refuse(f"there is no “{name}” in this article")

    def _go_to_article(self, location: str) -> None:
        shown = self._state.shown
        article = self._state.library.article_beside(shown, location) if shown else None
        if article is None:
            self._state.say(f"{location} is not in this library")
            return
        self._navigator.remember_place()
        ids = self._state.panes.headlines.ids
        if article in ids:
            self._state.panes.headlines.move_to(ids.index(article))
        self._navigator.show(article)
        self._navigator.mark_opened()

    def _open_url(self, url: str) -> None:
        try:
            opened = desktop.open_url(url, self._state.settings.browser)
        except RefusedUrlError as error:
            self._state.say(error.message, bad=True)
        except ReaderError as error:
            self._to_terminal(safe_url(url))
            self._state.say(f"{error.message} The address was sent to the clipboard.")
        else:
            self._state.say(f"opened {opened}")

    # The original and the clipboard

    @command("open_original")
    def open_original(self, _count: int | None) -> None:
        """Open the original in the browser; an article without an address is opened as a file."""
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
        try:
            desktop.open_file(path, self._state.settings.browser)
        except ReaderError as error:
            self._state.say(str(error), bad=True)
        else:
            self._state.say(f"opened {path.name}")

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

    def copy_text(self, text: str, what: str) -> str:
        """Copy a text to the clipboard.

        Args:
            text: The text.
            what: What it is, for the message: `the address`.

        Returns:
            The message to show.

        Raises:
            ReaderError: The copy command of the settings failed.
        """
        command = self._state.settings.copy_command
        if not command:
            self._to_terminal(text)
            return f"sent {what} to the terminal's clipboard"
        desktop.pipe_to(command, clean_text(text))
        return f"copied {what}"


def _slug(title: str) -> str:
    """Return the anchor name that Markdown programs give a heading: lower case, words joined by hyphens."""
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", title.casefold())).strip("-")

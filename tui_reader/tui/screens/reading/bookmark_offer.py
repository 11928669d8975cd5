"""Show the list of bookmarks after the key of a bookmark command, until its letter is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.table import BY_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from tui_reader.tui.commands.command import Command
    from tui_reader.tui.screens.reading.reading_host import ReadingHost
    from tui_reader.tui.widgets.bookmark_list import BookmarkList

OFFER_SECONDS = 0.3
"""Seconds from the bookmark key to the list of bookmarks; if the letter follows sooner, no list is shown."""
COMMANDS = ("go_to_bookmark", "set_bookmark")


def beginning(words: str) -> str:
    """Return words as one line; an ellipsis is added unless they end with a full stop or its like."""
    text = " ".join(words.split())
    return text if not text or text[-1] in ".!?…。！？" else f"{text}…"


class BookmarkOffer:
    """Shows the list after a delay, and hides it when the letter is typed or the command is cancelled."""

    def __init__(self, host: ReadingHost, mount: Callable[[BookmarkList], object]) -> None:
        """Create the offer without a visible list.

        Args:
            host: The reading screen.
            mount: Mounts the list, when it is shown first.
        """
        self._host, self._state, self._mount = host, host.state, mount
        self._list: BookmarkList | None = None
        self._timer: Timer | None = None
        self.waiting: Command | None = None
        """The bookmark command whose letter is not typed yet; None without such a command."""

    def follow(self, waiting: Command | None) -> None:
        """Record the command whose next key is an argument; None without such a command."""
        waiting = waiting if waiting is not None and waiting.id in COMMANDS else None
        if waiting is self.waiting:
            return
        self.waiting = waiting
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._list is not None:
            self._list.display = False
        if waiting is not None:
            self._timer = self._host.app.set_timer(OFFER_SECONDS, self._show)

    def _show(self) -> None:
        if self.waiting is None:
            return
        # Not for the first frame, which shows no bookmarks.
        from tui_reader.tui.widgets.bookmark_list import BookmarkList, BookmarkRow  # noqa: PLC0415 - see above

        if self._list is None:
            self._list = BookmarkList(id="bookmarks")
            self._mount(self._list)
        goes = self.waiting.id == COMMANDS[0]
        rows = [
            BookmarkRow(letter, beginning(anchor.exact), row.title if letter.isupper() else "")
            for letter, row, anchor in self._state.library.reading.bookmarks(self._state.target)
        ]
        title = ("a letter or ↑ ↓ enter goes there · '' back" if goes else "a letter sets a bookmark") + " · esc leaves"
        self._list.show(title, rows, max(3, self._host.app.size.height // 2))

    def feed(self, key: str) -> bool:
        """Handle a key that moves the list's cursor or selects its bookmark. Returns: True if handled."""
        shown = self._list
        if self.waiting is None or shown is None or not shown.display:
            return False
        if key in ("down", "up"):
            shown.move(1 if key == "down" else -1)
            return True
        letter = shown.current
        if key == "enter" and letter and self.waiting.id == COMMANDS[0]:
            self._host.context_changed()
            self._host.run(BY_ID[COMMANDS[0]], None, letter)
            return True
        return False

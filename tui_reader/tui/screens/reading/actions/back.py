"""The way back, one level at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.command import Pane

if TYPE_CHECKING:
    from tui_reader.tui.screens.reading.screen import ReadingScreen


class BackActions:
    """Knows what lies over what: the last thing that was begun is left first."""

    def __init__(self, screen: ReadingScreen) -> None:
        self._screen, self._state = screen, screen.state

    @command("back")
    def back(self, _count: int | None) -> None:
        """One level back."""
        state, screen = self._state, self._screen
        if state.pane is Pane.ARTICLE:
            self._leave_article()
        elif state.pane is Pane.SIDEBAR:
            screen.arranging.activate(Pane.LIST)
        elif screen.listing.clear_filter():
            screen.opening.show_current()
            state.say("every article of this view again")
        else:
            state.say(f"{state.keymap.hint('quit')} quits")

    def _leave_article(self) -> None:
        """Out of the selection, the changes, the search, the sentence, zen; at last to the list."""
        state, screen, article = self._state, self._screen, self._state.panes.article
        if screen.annotating.attaching.end() | screen.selecting.leave():
            state.say("")
        elif screen.comparing.end():
            pass
        elif article.search.position[1]:
            article.search.clear()
            state.say("")
        elif article.focus.clear():
            pass
        elif screen.arranging.zen:
            screen.arranging.set_zen(False)
        else:
            screen.arranging.activate(Pane.LIST)

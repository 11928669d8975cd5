"""The command that goes back one level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.command import Pane

if TYPE_CHECKING:
    from tui_reader.tui.screens.reading.pane_layout import PaneLayout
    from tui_reader.tui.screens.reading.reading_host import ReadingHost


class BackActions:
    """Runs the command that goes back one level: ends the latest operation, or activates another pane."""

    def __init__(self, host: ReadingHost, pane_layout: PaneLayout) -> None:
        self._host, self._state, self._pane_layout = host, host.state, pane_layout

    @command("back")
    def back(self, _count: int | None) -> None:
        """Go back one level."""
        state, host = self._state, self._host
        if state.pane is Pane.ARTICLE:
            self._leave_article()
        elif state.pane is Pane.SIDEBAR:
            self._pane_layout.activate(Pane.LIST)
        elif state.panes.headlines.end_choice():
            state.say("")
        elif host.listing.clear_filter():
            host.navigator.show_current()
            state.say("filter cleared")
        else:
            state.say(f"{state.keymap.hint('quit')} quits")

    def _leave_article(self) -> None:
        """End the first of these that is active: attaching or selection, comparison, search, focus, zen mode.

        If none is, activate the list.
        """
        state, host, article = self._state, self._host, self._state.panes.article
        if host.highlight_actions.attaching.end() | host.selection_actions.leave():
            state.say("")
        elif host.changes_actions.end():
            pass
        elif article.search.position[1]:
            article.search.clear()
            state.say("")
        elif article.focus.clear():
            pass
        elif self._pane_layout.zen:
            self._pane_layout.set_zen(False)
        else:
            self._pane_layout.activate(Pane.LIST)

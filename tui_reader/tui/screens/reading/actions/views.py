"""The commands that show a standing view (such as inbox or archive), available in every pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.binding import command_family
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.table import VIEW_COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.model.query import Shelf
    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.headline_listing import HeadlineListing


class ViewActions:
    """Runs the commands that show a standing view."""

    def __init__(self, listing: HeadlineListing, navigator: ArticleNavigator, activate: Callable[[Pane], None]) -> None:
        self._listing, self._navigator, self._activate = listing, navigator, activate

    @command_family(VIEW_COMMANDS)
    def show(self, shelf: Shelf, _count: int | None) -> None:
        """Show the whole standing view in the list: the query is cleared, since it belongs to another view."""
        self._activate(Pane.LIST)
        self._listing.set_view(shelf=shelf, query="")
        self._navigator.show_current()

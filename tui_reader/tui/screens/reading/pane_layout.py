"""Which panes are seen, how wide, and which of them is given the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.reading.layout import Mode, arrange

if TYPE_CHECKING:
    from textual.geometry import Size

    from tui_reader.tui.screens.reading.screen import ReadingScreen
    from tui_reader.tui.widgets.bars import Divider


class PaneLayout:
    """Knows whether the article has the screen to itself; the active pane is the desk's."""

    def __init__(self, screen: ReadingScreen, divider: Divider) -> None:
        self._screen, self._desk, self._divider = screen, screen.desk, divider
        self.zen = False
        """Whether nothing but the article is shown."""

    def activate(self, pane: Pane) -> None:
        """Give the keys to a pane, or to a selection in the article."""
        desk, screen = self._desk, self._screen
        if pane is Pane.SELECTION:
            self.activate(Pane.ARTICLE)
            if not desk.panes.article.selection.kind:
                screen.selecting.select(None)
            return
        if desk.pane is Pane.ARTICLE and pane is not Pane.ARTICLE:
            screen.annotating.attaching.end()
            screen.selecting.leave()
            screen.opening.keep_place()
        entered, desk.pane = pane is Pane.ARTICLE and desk.pane is not pane, pane
        if self.zen and pane is not Pane.ARTICLE:
            self.zen = False
        desk.panes.sidebar.active = pane is Pane.SIDEBAR
        desk.panes.headlines.active = pane is Pane.LIST
        desk.panes.article.active = pane is Pane.ARTICLE
        self.fit(screen.app.size)
        screen.show_hints()
        screen.listing.recount()
        if entered:
            screen.annotating.refresh()

    def set_zen(self, zen: bool | None) -> None:
        """Show nothing but the article, or the panes again; None for the other of the two."""
        desk = self._desk
        zen = not self.zen if zen is None else zen
        if zen and desk.shown is None:
            desk.refuse("there is no article to read")
            return
        self.zen = zen
        if zen and desk.pane is not Pane.ARTICLE:
            self._screen.opening.enter()
            self.activate(Pane.ARTICLE)
        else:
            self.fit(self._screen.app.size)

    def fit(self, size: Size) -> None:
        """Give each pane its width. Costs a layout only where something changes.

        Args:
            size: Of the terminal, in columns and rows.
        """
        desk, panes = self._desk, self._desk.panes
        arrangement = arrange(size.width, desk.pane, zen=self.zen)
        if arrangement == desk.arrangement:
            return
        desk.arrangement = arrangement
        panes.sidebar.display = bool(arrangement.sidebar)
        panes.sidebar.styles.width = arrangement.sidebar
        panes.sidebar.set_class(arrangement.drawer, "-drawer")
        panes.headlines.display = bool(arrangement.headlines)
        panes.headlines.styles.width = arrangement.headlines
        self._divider.display = arrangement.mode in (Mode.THREE, Mode.TWO)
        if self._screen.furnished:
            panes.article.display = bool(arrangement.article)

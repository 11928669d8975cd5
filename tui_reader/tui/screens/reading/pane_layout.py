"""Activate panes, and lay out panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.reading.layout import Arrangement, Mode, arrange
from tui_reader.tui.screens.reading.state import is_off_list

if TYPE_CHECKING:
    from textual.geometry import Size

    from tui_reader.tui.screens.reading.reading_host import ReadingHost
    from tui_reader.tui.widgets.bars import Divider


class PaneLayout:
    """Activates panes and sets their widths, also in zen mode."""

    def __init__(self, host: ReadingHost, divider: Divider) -> None:
        self._host, self._state, self._divider = host, host.state, divider
        self._arrangement: Arrangement | None = None
        self.zen = False
        """True if only the article is shown."""

    @property
    def shows_article(self) -> bool:
        """True if the article pane has room in the current arrangement."""
        return self._arrangement is not None and bool(self._arrangement.article)

    def activate(self, pane: Pane) -> None:
        """Activate a pane; `Pane.SELECTION` also starts a selection in the article."""
        state, host = self._state, self._host
        if host.is_wired:
            host.query_actions.typing.finish()
        if pane is Pane.SELECTION:
            self.activate(Pane.ARTICLE)
            if not state.panes.article.selection.kind:
                host.selection_actions.select(None)
            return
        if state.pane is Pane.ARTICLE and pane is not Pane.ARTICLE:
            host.highlight_actions.attaching.end()
            host.selection_actions.leave()
            host.navigator.keep_place()
        changed, entered = pane is not state.pane, state.set_pane(pane)
        if self.zen and pane is not Pane.ARTICLE:
            self.zen = False
        state.panes.sidebar.active = pane is Pane.SIDEBAR
        state.panes.headlines.active = pane is Pane.LIST
        state.panes.article.active = pane is Pane.ARTICLE
        self.fit(host.app.size)
        if changed:
            host.context_changed()
        else:
            host.show_hints()
        host.listing.recount()
        if entered:
            host.highlight_actions.refresh()

    def set_zen(self, zen: bool | None) -> None:
        """Show only the article, or all panes again.

        Args:
            zen: True for only the article; None to toggle.
        """
        state = self._state
        zen = not self.zen if zen is None else zen
        if zen and state.shown is None:
            state.refuse("there is no article to read")
            return
        self.zen = zen
        if zen and state.pane is not Pane.ARTICLE:
            if not is_off_list(state):
                self._host.navigator.enter()
            self.activate(Pane.ARTICLE)
        else:
            self.fit(self._host.app.size)

    def fit(self, size: Size) -> None:
        """Give each pane its width; the layout is computed only if the arrangement changes.

        Args:
            size: Size of the terminal in columns and rows.
        """
        state, panes = self._state, self._state.panes
        arrangement = arrange(size.width, state.pane, zen=self.zen)
        if arrangement == self._arrangement:
            return
        self._arrangement = arrangement
        panes.sidebar.display = bool(arrangement.sidebar)
        panes.sidebar.styles.width = arrangement.sidebar
        panes.sidebar.set_class(arrangement.drawer, "-drawer")
        panes.headlines.display = bool(arrangement.headlines)
        panes.headlines.styles.width = arrangement.headlines
        self._divider.display = arrangement.mode in (Mode.THREE, Mode.TWO)
        if self._host.is_wired:
            panes.article.display = bool(arrangement.article)

"""The container widget of the panes of the reading screen; handles clicks and the mouse wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.table import BY_ID
from tui_reader.tui.widgets.containers import Columns
from tui_reader.tui.widgets.line_pane import rows_alike

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui_reader.tui.screens.reading.pane_layout import PaneLayout
    from tui_reader.tui.screens.reading.reading_host import ReadingHost
    from tui_reader.tui.widgets.article_pane.pane import ArticlePane
    from tui_reader.tui.widgets.headline_list import HeadlineList
    from tui_reader.tui.widgets.tag_sidebar import TagSidebar


class PanesContainer(Columns):
    """Contains the panes side by side, and handles their messages about the mouse."""

    render_lines = rows_alike(Columns.render_lines)

    def __init__(self, host: ReadingHost, pane_layout: PaneLayout, *panes: Widget, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(*panes, id=id)
        self._host, self._state, self._pane_layout = host, host.state, pane_layout

    def on_headline_list_clicked(self, event: HeadlineList.Clicked) -> None:
        """Move the cursor to the clicked headline; open it at a double click or a click on the cursor."""
        headlines = self._state.panes.headlines
        was_current = headlines.cursor == event.index and self._state.pane is Pane.LIST
        headlines.move_to(event.index)
        if event.chain > 1 or was_current:
            self._host.run(BY_ID["open"])
        else:
            self._pane_layout.activate(Pane.LIST)
            self._host.navigator.show_current()

    def on_headline_list_bar_clicked(self, event: HeadlineList.BarClicked) -> None:
        """Insert the clicked completion of the query bar, or set the cursor in its text."""
        self._host.query_actions.click(event.column, event.row)

    def on_headline_list_bar_dragged(self, event: HeadlineList.BarDragged) -> None:
        """Select in the text of the query bar."""
        self._host.query_actions.drag(event.start, event.column)

    def on_headline_list_wheeled(self, event: HeadlineList.Wheeled) -> None:
        """Scroll the list, and show the article under the cursor unless the article pane is active."""
        self._state.panes.headlines.scroll_by(event.by)
        if self._state.pane is not Pane.ARTICLE:
            self._host.navigator.show_current()

    def on_tag_sidebar_clicked(self, event: TagSidebar.Clicked) -> None:
        """Apply the clicked row as the enter key does; a click on a tag leaves the sidebar active."""
        self._pane_layout.activate(Pane.SIDEBAR)
        if self._host.listing.choose(event.entry):
            self._pane_layout.activate(Pane.LIST)
        self._host.navigator.show_current()

    def on_article_pane_link_clicked(self, event: ArticlePane.LinkClicked) -> None:
        """Follow the clicked link."""
        self._enter_article()
        self._host.link_actions.follow(event.target)

    def on_article_pane_activated(self) -> None:
        """Activate the article pane after a click into its text."""
        self._enter_article()
        self._host.context_changed()

    def on_article_pane_selected(self) -> None:
        """Activate the article pane after a selection with the mouse."""
        self._enter_article()
        self._host.context_changed()

    def on_article_pane_highlight_clicked(self) -> None:
        """Activate the article pane after a click on a highlight, which is now current."""
        self._enter_article()
        self._host.context_changed()

    def _enter_article(self) -> None:
        if self._state.shown is not None:
            self._host.navigator.mark_opened()
            self._pane_layout.activate(Pane.ARTICLE)

"""Create the objects of the reading screen that its first frame does not need: pane, prompt, actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.search.values import local_today
from tui_reader.tui.commands.binding import handlers_of
from tui_reader.tui.commands.command import WITH_SELECTION
from tui_reader.tui.screens.annotation_editor import AnnotationEditor
from tui_reader.tui.screens.clipboard import Clipboard
from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
from tui_reader.tui.screens.reading.actions.back import BackActions
from tui_reader.tui.screens.reading.actions.bookmarks import BookmarkActions
from tui_reader.tui.screens.reading.actions.books import BookActions
from tui_reader.tui.screens.reading.actions.bulk import BulkActions
from tui_reader.tui.screens.reading.actions.changes import ChangesActions
from tui_reader.tui.screens.reading.actions.command_lines import CommandLines
from tui_reader.tui.screens.reading.actions.exports import ExportActions
from tui_reader.tui.screens.reading.actions.highlights import HighlightActions
from tui_reader.tui.screens.reading.actions.links import LinkActions
from tui_reader.tui.screens.reading.actions.navigation import Navigation
from tui_reader.tui.screens.reading.actions.pictures import PictureActions
from tui_reader.tui.screens.reading.actions.query import QueryActions
from tui_reader.tui.screens.reading.actions.quotes import QuoteActions
from tui_reader.tui.screens.reading.actions.search import FindActions
from tui_reader.tui.screens.reading.actions.searches import SearchActions
from tui_reader.tui.screens.reading.actions.selection import SelectionActions
from tui_reader.tui.screens.reading.actions.triage import Triage
from tui_reader.tui.screens.reading.actions.undo import UndoActions
from tui_reader.tui.screens.reading.actions.view_options import ViewOptions
from tui_reader.tui.screens.reading.actions.views import ViewActions
from tui_reader.tui.screens.reading.picture_feed import ArticlePictures
from tui_reader.tui.widgets.article_pane.pane import ArticlePane
from tui_reader.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from tui_reader.tui.commands.binding import Handler
    from tui_reader.tui.screens.reading.pane_layout import PaneLayout
    from tui_reader.tui.screens.reading.reading_host import Program, ReadingHost


class Wiring(NamedTuple):
    """The objects that run the commands of the reading screen."""

    navigator: ArticleNavigator
    highlight_actions: HighlightActions
    selection_actions: SelectionActions
    link_actions: LinkActions
    changes_actions: ChangesActions
    query_actions: QueryActions
    handlers: dict[str, Handler]
    """The handler of each command that works on the reading screen, by the command's id."""


def wire(host: ReadingHost, pane_layout: PaneLayout, program: Program) -> Wiring:
    """Create the article pane, the prompt, and the objects that run the commands."""
    state, app, listing, activate = host.state, host.app, host.listing, pane_layout.activate
    state.panes.article = ArticlePane(today=local_today, measure=state.settings.measure, id="article")
    state.panes.prompt = Prompt(id="prompt")
    pictures = ArticlePictures(app, program, state)
    state.panes.article.pictures.use_feed(pictures)
    navigator = ArticleNavigator(state, listing)
    clipboard = Clipboard(app, lambda: state.settings.copy_command, program.say)
    links = LinkActions(state, navigator, clipboard.copy, app.call_later)
    changes = ChangesActions(state)
    selection = SelectionActions(state, host.context_changed)
    highlights = HighlightActions(
        state,
        listing,
        navigator,
        selection,
        AnnotationEditor(state.library, host),
        show_all=host.show_annotations,
        changes_notice=changes.notice,
    )
    # The hints are updated last: a new text cancels an incomplete command for the former text.
    for callback in (highlights.refresh, host.show_hints):
        state.on_text_shown(callback)
    state.wait_for_text(host.resumption.text_shown)
    triage = Triage(state, listing, navigator, highlights, host.ask)
    view_options = ViewOptions(
        program,
        app,
        state,
        listing,
        navigator,
        triage=triage,
        activate=activate,
        set_zen=pane_layout.set_zen,
    )
    bulk = BulkActions(state, listing, navigator, triage)
    quotes = QuoteActions(
        state, selection, copy_text=links.copy_text, pick=view_options.pick, ask=host.ask, run=host.run_outside
    )
    books = BookActions(state, navigator, activate=activate, pick=view_options.pick, show_outline=view_options.outline)
    exports = ExportActions(state, bulk, host.ask, host.run_outside)
    query = QueryActions(
        state, listing, navigator, activate=activate, idle_seconds=host.idle_seconds, run=host.run_named
    )
    owners = (
        Navigation(state, navigator, activate),
        triage,
        UndoActions(state, listing, navigator, highlights),
        highlights,
        selection,
        changes,
        BookmarkActions(state, listing, navigator, activate),
        SearchActions(state, listing, host.ask),
        ViewActions(listing, navigator, activate),
        FindActions(state, listing, navigator, host.ask, activate=activate, open_query_bar=query.open),
        links,
        PictureActions(app, state, pictures),
        quotes,
        view_options,
        bulk,
        books,
        exports,
        CommandLines(app, state, bulk, view_options, books=books, exports=exports, run=host.run_named),
        BackActions(host, pane_layout),
    )
    return Wiring(navigator, highlights, selection, links, changes, query, handlers_of(owners, WITH_SELECTION))

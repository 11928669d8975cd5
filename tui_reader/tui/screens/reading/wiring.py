"""What the reading screen needs beyond its first frame: the article pane, the prompt, and who does which command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.binding import handlers_of
from tui_reader.tui.commands.command import WITH_SELECTION
from tui_reader.tui.screens.annotation_editor import AnnotationEditor
from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
from tui_reader.tui.screens.reading.actions.back import BackActions
from tui_reader.tui.screens.reading.actions.bookmarks import BookmarkActions
from tui_reader.tui.screens.reading.actions.changes import ChangesActions
from tui_reader.tui.screens.reading.actions.find import FindActions
from tui_reader.tui.screens.reading.actions.highlights import HighlightActions
from tui_reader.tui.screens.reading.actions.links import LinkActions
from tui_reader.tui.screens.reading.actions.navigation import Navigation
from tui_reader.tui.screens.reading.actions.quotes import QuoteActions
from tui_reader.tui.screens.reading.actions.selection import SelectionActions
from tui_reader.tui.screens.reading.actions.triage import Triage
from tui_reader.tui.screens.reading.actions.undo import UndoActions
from tui_reader.tui.screens.reading.actions.view_options import ViewOptions
from tui_reader.tui.screens.reading.state import local_today
from tui_reader.tui.widgets.article_pane.pane import ArticlePane
from tui_reader.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from tui_reader.tui.commands.binding import Handler
    from tui_reader.tui.screens.reading.screen import ReadingScreen


def wire(screen: ReadingScreen) -> dict[str, Handler]:
    """Make the widgets that are still missing, and the objects that do the commands.

    Returns:
        The handler of each command that works on this screen, by its id.
    """
    state, app, listing, activate = screen.state, screen.reader, screen.listing, screen.arranging.activate
    state.panes.article = ArticlePane(today=local_today, measure=state.settings.measure, id="article")
    state.panes.prompt = Prompt(id="prompt")
    screen.opening = opening = ArticleNavigator(state, listing)
    screen.linking = linking = LinkActions(state, opening, app.copy_to_clipboard)
    screen.comparing = comparing = ChangesActions(state)
    selecting = SelectionActions(state, screen.context_changed)
    screen.annotating = annotating = HighlightActions(
        state,
        listing,
        opening,
        selecting,
        AnnotationEditor(screen.library, screen),
        show_all=screen.show_annotations,
        told=comparing.told,
    )
    screen.selecting = selecting
    bookmarking = BookmarkActions(state, listing, opening, activate)

    def text_shown() -> None:
        annotating.refresh()
        bookmarking.text_shown()
        # What was begun in another text is over.
        screen.show_hints()

    state.text_shown = text_shown
    keeping = Triage(state, listing, opening, annotating, screen.ask)
    looking = ViewOptions(
        app,
        state,
        listing,
        opening,
        keeping,
        activate=activate,
        set_zen=screen.arranging.set_zen,
        run=screen.run_named,
    )
    owners = (
        Navigation(state, opening, activate),
        keeping,
        UndoActions(state, listing, opening, annotating),
        annotating,
        selecting,
        comparing,
        bookmarking,
        FindActions(state, listing, opening, screen.ask, activate),
        linking,
        QuoteActions(state, selecting, put=linking.put, pick=looking.pick, ask=screen.ask, run=screen.run_outside),
        looking,
        BackActions(screen),
    )
    return handlers_of(owners, WITH_SELECTION)

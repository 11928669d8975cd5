"""What the reading screen needs beyond its first frame: the article pane, the prompt, and who does which command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.command import IN_ANNOTATIONS
from tui_reader.tui.commands.table import BY_ID
from tui_reader.tui.screens.annotation_editor import Noting
from tui_reader.tui.screens.reading.actions.article import Opening
from tui_reader.tui.screens.reading.actions.back import Leaving
from tui_reader.tui.screens.reading.actions.bookmarks import Bookmarking
from tui_reader.tui.screens.reading.actions.changes import Comparing
from tui_reader.tui.screens.reading.actions.find import Finding
from tui_reader.tui.screens.reading.actions.highlights import Annotating
from tui_reader.tui.screens.reading.actions.links import Linking
from tui_reader.tui.screens.reading.actions.navigation import Moving
from tui_reader.tui.screens.reading.actions.quotes import Quoting
from tui_reader.tui.screens.reading.actions.selection import Selecting
from tui_reader.tui.screens.reading.actions.triage import Keeping
from tui_reader.tui.screens.reading.actions.undo import Undoing
from tui_reader.tui.screens.reading.actions.view_options import Looking
from tui_reader.tui.screens.reading.state import local_today
from tui_reader.tui.widgets.article_pane.pane import ArticlePane
from tui_reader.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.tui.screens.reading.screen import ReadingScreen


def furnish(screen: ReadingScreen) -> dict[str, Callable[..., None]]:
    """Make the widgets that are still missing, and the objects that do the commands.

    Returns:
        What does each command of the table, by its name.
    """
    desk, app, listing, activate = screen.desk, screen.reader, screen.listing, screen.arranging.activate
    desk.panes.article = ArticlePane(today=local_today, measure=desk.settings.measure, id="article")
    desk.panes.prompt = Prompt(id="prompt")
    screen.opening = opening = Opening(desk, listing)
    screen.linking = linking = Linking(desk, opening, app.copy_to_clipboard)
    screen.comparing = comparing = Comparing(desk)
    selecting = Selecting(desk, screen.context_changed)
    screen.annotating = annotating = Annotating(
        desk,
        listing,
        opening,
        selecting,
        Noting(screen.library, screen),
        show_all=screen.show_annotations,
        told=comparing.told,
    )
    screen.selecting = selecting
    bookmarking = Bookmarking(desk, listing, opening, activate)

    def text_shown() -> None:
        annotating.refresh()
        bookmarking.text_shown()
        # What was begun in another text is over.
        screen.show_hints()

    desk.text_shown = text_shown
    keeping = Keeping(desk, listing, opening, annotating, screen.ask)
    looking = Looking(
        app,
        desk,
        listing,
        opening,
        keeping,
        activate=activate,
        set_zen=screen.arranging.set_zen,
        run=screen.run_named,
    )
    owners = (
        Moving(desk, opening, activate),
        keeping,
        Undoing(desk, listing, opening, annotating),
        annotating,
        selecting,
        comparing,
        bookmarking,
        Finding(desk, listing, opening, screen.ask, activate),
        linking,
        Quoting(desk, selecting, put=linking.put, pick=looking.pick, ask=screen.ask, run=screen.run_outside),
        looking,
        Leaving(screen),
    )
    handlers: dict[str, Callable[..., None]] = {**annotating.commands(), **selecting.commands()}
    for name, command in BY_ID.items():
        if name not in handlers and command.panes != IN_ANNOTATIONS:
            handlers[name] = next(getattr(owner, name) for owner in owners if hasattr(owner, name))
    return handlers

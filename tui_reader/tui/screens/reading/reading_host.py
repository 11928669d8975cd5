"""Protocols: what the actions use of the reading screen, and what the reading screen uses of the app.

Modules import these protocols and not the classes, so that no two modules import each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tui_reader.tui.screens.annotation_editor import EditorHost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App

    from tui_reader.document.blocks import Document
    from tui_reader.model.annotation import Annotation
    from tui_reader.model.article import ArticleId
    from tui_reader.model.ranges import Range
    from tui_reader.tui.commands.command import Command
    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.actions.changes import ChangesActions
    from tui_reader.tui.screens.reading.actions.highlights import HighlightActions
    from tui_reader.tui.screens.reading.actions.links import LinkActions
    from tui_reader.tui.screens.reading.actions.query import QueryActions
    from tui_reader.tui.screens.reading.actions.selection import SelectionActions
    from tui_reader.tui.screens.reading.headline_listing import HeadlineListing
    from tui_reader.tui.screens.reading.state import ReadingScreenState
    from tui_reader.tui.theme_selection import ThemeSelection


class Program(Protocol):
    """What the reading screen and its commands use of the app, such as themes and settings."""

    theme_selection: ThemeSelection
    """The theme in use, and what is known about the terminal."""

    @property
    def notices(self) -> Sequence[str]:
        """The warnings of the start and of the settings."""

    def theme_names(self) -> list[str]:
        """Return the names of all themes: those of this program first, then Textual's and the user's."""

    def use_theme(self, name: str) -> None:
        """Switch the app to the theme with this name."""

    def keep_session(self) -> None:
        """Save the session (view, article, position) for the next start, in a thread."""

    def edit_settings(self) -> None:
        """Open the settings in the user's editor, and apply changes."""

    def say(self, message: str, *, bad: bool = False) -> None:
        """Show a message on the active screen; `bad` marks it as an error."""


class AnnotationsView(Protocol):
    """What the reading screen uses of the open list of annotations."""

    @property
    def awaited(self) -> ArticleId | None:
        """The article whose text is shown or loading."""

    def arrived(self, article: ArticleId, document: Document) -> None:
        """Show the text of an article after it was loaded."""

    def changed(self) -> None:
        """Update the list after a change of annotations or articles."""

    def warning_changed(self) -> None:
        """Update the warning about unsaved changes in the first row."""

    def say(self, message: str, *, bad: bool = False) -> None:
        """Show a message in the last row; `bad` marks it as an error."""

    def say_also(self, message: str) -> None:
        """Append a message to the one in the last row if that is recent."""

    def show_activity(self, activity: str, *, seconds: float | None = None) -> None:
        """Show a running activity, such as saving, in the last row beside the message, for `seconds` if given."""


class RestoredStart(Protocol):
    """Protocol of the object that restores the last session on the reading screen."""

    waits: bool
    """True until the first article has been found, or is no longer to be shown."""

    @property
    def keeps_pane_empty(self) -> bool:
        """True while the article pane is active and stays empty until the first article has been found."""

    def try_again(self) -> bool:
        """Show the first article, if it has been found."""

    def scan_finished(self) -> None:
        """Stop waiting for the first article to show if the first scan did not find it."""

    def text_shown(self) -> bool:
        """Restore the row and the focused sentence, if the text has been read; return False if no text is awaited."""


class ReadingHost(EditorHost, Protocol):
    """What its actions, its event handlers and the list of annotations use of the reading screen."""

    state: ReadingScreenState
    listing: HeadlineListing
    navigator: ArticleNavigator
    """Shows articles in the article pane. This object and the actions below exist once the screen is wired."""
    highlight_actions: HighlightActions
    selection_actions: SelectionActions
    link_actions: LinkActions
    changes_actions: ChangesActions
    query_actions: QueryActions
    annotations: AnnotationsView | None
    """The list of annotations while it is open."""

    @property
    def app(self) -> App[Any]:
        """The running app."""

    @property
    def resumption(self) -> RestoredStart:
        """The object that restores the last session."""

    @property
    def is_wired(self) -> bool:
        """True if the article pane, the prompt and the actions exist."""

    def idle_seconds(self) -> float:
        """Return the seconds since the last key."""

    def show_hints(self) -> None:
        """Show hints in the last row for the keys that have an effect now."""

    def context_changed(self) -> None:
        """Discard an incomplete command, because other keys are active now."""

    def run(self, command: Command, count: int | None = None, key: str = "") -> None:
        """Run a command in the active pane."""

    def run_named(self, name: str, count: int | None = None, key: str = "") -> None:
        """Run the command with this id in a pane where it works."""

    def run_outside(self, command: str, text: str, name: str = "") -> None:
        """Pipe a text through a shell command, and show the output with a title (default: the command)."""

    def show_annotations(self, article: ArticleId | None) -> None:
        """Open the list of annotations of an article; None for the whole library."""

    def close_annotations(self) -> None:
        """Close the list of annotations."""

    def go_to_annotation(self, annotation: Annotation, candidate: Range | None) -> None:
        """Show an annotation in its article, at its position, or else at `candidate` (None without candidates)."""

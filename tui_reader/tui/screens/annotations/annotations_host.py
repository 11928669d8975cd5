"""Protocol of the screen that lists annotations, with the members that its actions use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tui_reader.tui.screens.annotation_editor import EditorHost

if TYPE_CHECKING:
    from textual.app import App

    from tui_reader.services.articles.reading import Outcome
    from tui_reader.tui.commands.command import Command
    from tui_reader.tui.screens.reading.state import ReadingScreenState


class AnnotationsHost(EditorHost, Protocol):
    """Protocol of the screen that lists annotations; its actions import it instead of the screen."""

    state: ReadingScreenState

    @property
    def app(self) -> App[Any]:
        """The running app."""

    @property
    def is_running(self) -> bool:
        """True while the screen runs; False once the program ends and has closed it."""

    @property
    def is_current(self) -> bool:
        """True if the list is the topmost screen."""

    def show_hints(self) -> None:
        """Show hints in the last row for the keys that have an effect now."""

    def run(self, command: Command, count: int | None = None, key: str = "") -> None:
        """Run a command of the list of annotations."""

    def update_reading_screen(self, outcome: Outcome, *, refilter: bool = False) -> None:
        """Show the outcome of a change on the reading screen; with `refilter`, also query its list again."""

"""The commands that choose and filter the listed annotations, and that lead from one to its article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.binding import command
from tui_reader.tui.widgets.prompt import Question

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from tui_reader.tui.screens.annotations.annotation_listing import AnnotationListing
    from tui_reader.tui.screens.annotations.annotations_host import AnnotationsHost
    from tui_reader.tui.screens.annotations.cursor_actions import CursorActions
    from tui_reader.tui.screens.annotations.place_preview import PlacePreview
    from tui_reader.tui.screens.reading.reading_host import ReadingHost


class ListActions:
    """Runs the commands for choosing, filtering, going to an annotation and going back."""

    def __init__(
        self,
        host: AnnotationsHost,
        reading: ReadingHost,
        listing: AnnotationListing,
        preview: PlacePreview,
        cursor_actions: CursorActions,
        *,
        today: Callable[[], date],
    ) -> None:
        """Store the parts of the screen; `today` returns the day from which ages in the filter count."""
        self._host, self._reading, self._state = host, reading, host.state
        self._listing, self._preview, self._cursor_actions = listing, preview, cursor_actions
        self._today = today

    @command("choose_annotation")
    def choose_annotation(self, _count: int | None) -> None:
        """Choose the annotation under the cursor, or drop it from the choice, and move to the next one."""
        if self._listing.choose_current():
            self._cursor_actions.down(1)
            self._listing.describe()

    @command("choose_all")
    def choose_all(self, _count: int | None) -> None:
        """Choose all listed annotations; none if all of them were chosen."""
        self._listing.choose_all()

    @command("search")
    def search(self, _count: int | None) -> None:
        """Ask for a filter, and apply it after every typed letter."""

        def narrow(text: str) -> None:
            self._listing.narrow(text, self._today())

        self._host.ask(
            Question(
                "/",
                narrow,
                value=self._listing.typed,
                changed=narrow,
                cancelled=narrow,
                stepped=self._cursor_actions.down,
                placeholder="words, c:1, tag:lede, is:lost, has:note, added:<30d, after:2026-05",
            )
        )

    @command("back")
    def back(self, _count: int | None) -> None:
        """Go back one level: choose nothing, clear the filter, close the list."""
        if not self._listing.choose_none() and not self._listing.narrow("", self._today()):
            self._reading.close_annotations()

    @command("go_to_annotation")
    def go_to_annotation(self, _count: int | None) -> None:
        """Show the annotation in its article; one without a position waits there to be attached."""
        annotation = self._listing.current
        if annotation is None:
            return
        if annotation.article not in self._state.library.catalogue:
            keys = self._state.keymap.hint("attach_annotation")
            self._host.say(f"its article is not in this library · {keys} gives its notes to another one")
            return
        candidate = self._preview.candidate(annotation)
        self._reading.close_annotations()
        self._reading.go_to_annotation(annotation, candidate)

"""The commands that change the annotations of the list, or copy them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui_reader.exchange.registry import WRITERS
from tui_reader.tui.commands.binding import command, command_family
from tui_reader.tui.commands.table import COLOUR_COMMANDS
from tui_reader.tui.screens.annotation_editor import AnnotationEditor, is_lost, steps_of
from tui_reader.tui.screens.annotations.transfer_dialog import TransferDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.model.annotation import AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.tui.screens.annotations.annotation_listing import AnnotationListing
    from tui_reader.tui.screens.annotations.annotations_host import AnnotationsHost
    from tui_reader.tui.screens.annotations.place_preview import PlacePreview
    from tui_reader.tui.screens.annotations.quote_copies import QuoteCopies


class AnnotationActions:
    """Each method is the command of its name; the count is None where none was typed."""

    def __init__(
        self,
        host: AnnotationsHost,
        listing: AnnotationListing,
        place: PlacePreview,
        copying: QuoteCopies,
        article: ArticleId | None,
    ) -> None:
        """Args: `article` is the one whose annotations are listed; None for the library's."""
        self._host, self._listing, self._place, self._copying = host, listing, place, copying
        self._article = article
        self._state, self._library = host.state, host.state.library
        self._noting = AnnotationEditor(self._library, host)
        self._giving = TransferDialog(host)

    def _wanted(self) -> tuple[AnnotationId, ...]:
        """What a verb is about; says so where that is nothing."""
        ids = self._listing.ids
        if not ids and (told := self._listing.nothing_told):
            self._host.say(told)
        return ids

    @command_family(COLOUR_COMMANDS)
    def colour(self, colour: int, _count: int | None) -> None:
        """Give the chosen annotations, or the one under the cursor, a colour."""
        if ids := self._wanted():
            self._noting.recolour(ids, colour)

    @command("tags")
    def tags(self, _count: int | None) -> None:
        """Edit tags."""
        self._noting.edit_tags(self._wanted())

    @command("delete_annotation")
    def delete_annotation(self, _count: int | None) -> None:
        """Delete."""
        if ids := self._wanted():
            self._noting.delete(ids)

    @command("edit_annotation")
    def edit_annotation(self, _count: int | None) -> None:
        """Write on the annotation."""
        if (annotation := self._listing.current) is not None:
            self._noting.edit_note(annotation.id)

    @command("note_outside")
    def note_outside(self, _count: int | None) -> None:
        """Write on it in the user's own editor."""
        if (annotation := self._listing.current) is not None:
            self._noting.edit_note_outside(annotation.id)

    @command("attach_annotation")
    def attach_annotation(self, _count: int | None) -> None:
        """Attach it to the place that is shown; where its article is gone, to another article with all its notes."""
        annotation, document = self._listing.current, self._place.document
        if annotation is not None and annotation.article not in self._library.catalogue:
            self._giving.begin(annotation.article)
            return
        if annotation is None or document is None:
            return
        candidate = self._place.offered(annotation)
        if candidate is not None:
            self._host.took(self._library.annotations.reattach(annotation.id, document, *candidate))
        elif self._place.candidate(annotation) is not None:
            # The text has just changed, or has just come.
            self._place.show(annotation)
            self._host.say("this is where it could belong: the same key attaches it")
        elif is_lost(annotation):
            keys = self._state.keymap.hint("go_to_annotation")
            self._host.say(f"no place in this text is like it; {keys} goes there, to select one")
        else:
            self.accept_place(None)

    @command("accept_place")
    def accept_place(self, _count: int | None) -> None:
        """Accept the places where the chosen ones were found again, or that of the one under the cursor."""
        if ids := self._wanted():
            self._noting.accept(ids)

    @command("next_candidate")
    def next_candidate(self, count: int | None) -> None:
        """Show the next place where it could belong."""
        self._show_candidate(count or 1)

    @command("previous_candidate")
    def previous_candidate(self, count: int | None) -> None:
        """Show the place before."""
        self._show_candidate(-(count or 1))

    def _show_candidate(self, by: int) -> None:
        annotation = self._listing.current
        if annotation is not None:
            self._host.say(self._place.step(annotation, by))

    @command("undo")
    def undo(self, count: int | None) -> None:
        """Take back the last changes."""
        self._travel(self._library.reading.undo, count or 1)

    @command("redo")
    def redo(self, count: int | None) -> None:
        """Make them again."""
        self._travel(self._library.reading.redo, count or 1)

    def _travel(self, step: Callable[[], Outcome], count: int) -> None:
        outcome, touched = steps_of(step, count)
        self._host.update_reading_screen(outcome._replace(ids=touched), refilter=True)
        # What came back or was changed is the one to look at.
        self._listing.again(self._library.annotations.get(outcome.annotation))
        if self._article is not None:
            outcome = self._state.with_place(outcome, self._article)
        self._host.say(outcome.message)

    @command("copy")
    def copy(self, _count: int | None) -> None:
        """Copy the chosen ones as quotes."""
        self._copy(self._state.settings.quote_style)

    @command("copy_as")
    def copy_as(self, _count: int | None) -> None:
        """Copy them in another style."""
        from tui_reader.tui.screens.choice import Choice, run_choice  # noqa: PLC0415 - with the picker, 9 ms of a start
        from tui_reader.tui.screens.picker import Picker  # noqa: PLC0415

        choices = [Choice(f"As {each.name}", each.description, partial(self._copy, each.name)) for each in WRITERS]
        self._host.app.push_screen(Picker("Quote", choices, few=True), run_choice)

    def _copy(self, style: str) -> None:
        found = map(self._library.annotations.get, self._listing.ids)
        ids = [each.id for each in found if each is not None and each.quote]
        if ids:
            self._copying.begin(ids, style)
        else:
            self._host.say(self._listing.nothing_told or "there are no words to copy")

"""The commands that change, copy or attach the listed annotations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui_reader.exchange.registry import QUOTE_STYLES
from tui_reader.tui.commands.binding import command, command_family
from tui_reader.tui.commands.table import COLOUR_COMMANDS
from tui_reader.tui.screens.annotation_editor import AnnotationEditor, run_steps
from tui_reader.tui.screens.annotations.transfer_dialog import TransferDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.model.annotation import AnnotationId
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.tui.screens.annotations.annotation_listing import AnnotationListing
    from tui_reader.tui.screens.annotations.annotations_host import AnnotationsHost
    from tui_reader.tui.screens.annotations.place_preview import PlacePreview
    from tui_reader.tui.screens.annotations.quote_copies import QuoteCopies


class AnnotationActions:
    """Runs the commands that act on the chosen annotations, or on the annotation under the cursor."""

    def __init__(
        self,
        host: AnnotationsHost,
        listing: AnnotationListing,
        place: PlacePreview,
        copies: QuoteCopies,
    ) -> None:
        self._host, self._listing, self._preview, self._copies = host, listing, place, copies
        self._state, self._library = host.state, host.state.library
        self._editor = AnnotationEditor(self._library, host)
        self._transfer_dialog = TransferDialog(host)

    def _targets(self) -> tuple[AnnotationId, ...]:
        """Return the annotations on which a command acts; if none, show a message."""
        ids = self._listing.ids
        if not ids and (message := self._listing.no_target_message):
            self._host.say(message)
        return ids

    @command_family(COLOUR_COMMANDS)
    def colour(self, colour: int, _count: int | None) -> None:
        """Set the colour of the chosen annotations, or of the annotation under the cursor."""
        if ids := self._targets():
            self._editor.recolour(ids, colour)

    @command("tags")
    def tags(self, _count: int | None) -> None:
        """Ask for the tags of the annotations, and set them."""
        self._editor.edit_tags(self._targets())

    @command("delete_annotation")
    def delete_annotation(self, _count: int | None) -> None:
        """Delete the chosen annotations, or the annotation under the cursor."""
        if ids := self._targets():
            self._editor.delete(ids)

    @command("edit_annotation")
    def edit_annotation(self, _count: int | None) -> None:
        """Open the note of the annotation under the cursor."""
        if (annotation := self._listing.current) is not None:
            self._editor.edit_note(annotation.id)
        else:
            self._host.say("there is no annotation to write on")

    @command("note_outside")
    def note_outside(self, _count: int | None) -> None:
        """Open the note of the annotation under the cursor in an external editor."""
        if (annotation := self._listing.current) is not None:
            self._editor.edit_note_outside(annotation.id)

    @command("attach_annotation")
    def attach_annotation(self, _count: int | None) -> None:
        """Attach the annotation to the shown candidate position.

        If the article of the annotation is missing, ask instead to which article all its notes are to be transferred.
        """
        annotation, document = self._listing.current, self._preview.document
        if annotation is not None and annotation.article not in self._library.catalogue:
            self._transfer_dialog.begin(annotation.article)
            return
        if annotation is None or document is None:
            return
        candidate = self._preview.offered(annotation)
        if candidate is not None:
            self._host.show_outcome(self._library.annotations.reattach(annotation.id, document, *candidate))
        elif self._preview.candidate(annotation) is not None:
            # The text was replaced or loaded after the candidate was shown, so the user has not seen this candidate.
            self._preview.show(annotation)
            self._host.say("this is where it could belong: the same key attaches it")
        elif annotation.is_orphan:
            keys = self._state.keymap.hint("go_to_annotation")
            self._host.say(f"no similar passage in this text; {keys} goes to the article, to select one")
        else:
            self.accept_place(None)

    @command("accept_place")
    def accept_place(self, _count: int | None) -> None:
        """Confirm the positions at which the annotations were found again in a changed text."""
        if ids := self._targets():
            self._editor.accept(ids)

    @command("next_candidate")
    def next_candidate(self, count: int | None) -> None:
        """Show the next candidate position of the annotation."""
        self._show_candidate(count or 1)

    @command("previous_candidate")
    def previous_candidate(self, count: int | None) -> None:
        """Show the previous candidate for the position of the annotation."""
        self._show_candidate(-(count or 1))

    def _show_candidate(self, by: int) -> None:
        annotation = self._listing.current
        if annotation is not None:
            self._host.say(self._preview.step(annotation, by))

    @command("undo")
    def undo(self, count: int | None) -> None:
        """Undo the last changes."""
        self._undo_or_redo(self._library.reading.undo, count or 1)

    @command("redo")
    def redo(self, count: int | None) -> None:
        """Redo the last undone changes."""
        self._undo_or_redo(self._library.reading.redo, count or 1)

    def _undo_or_redo(self, step: Callable[[], Outcome], count: int) -> None:
        outcome, touched = run_steps(step, count)
        if outcome.steps or step == self._library.reading.undo:
            self._state.undo_was_run(found=bool(outcome.steps))
        self._host.update_reading_screen(outcome._replace(ids=touched), refilter=True)
        # Move the cursor to the restored or changed annotation.
        self._listing.reload(self._library.annotations.get(outcome.annotation))
        if self._listing.article is not None:
            outcome = self._state.with_place(outcome, self._listing.article)
        self._host.say(outcome.message)

    @command("copy")
    def copy(self, _count: int | None) -> None:
        """Copy the annotations as quotes, in the style of the settings."""
        self._copy(self._state.settings.quote_style)

    @command("copy_as")
    def copy_as(self, _count: int | None) -> None:
        """Copy the annotations as quotes, in a style chosen from a list."""
        from tui_reader.tui.screens.choice import Choice, run_choice  # noqa: PLC0415 - not needed for the first frame
        from tui_reader.tui.screens.picker import Picker  # noqa: PLC0415

        choices = [Choice(each.id, "", partial(self._copy, each.id), each.quote_example) for each in QUOTE_STYLES]
        self._host.app.push_screen(Picker("Quote", choices), run_choice)

    def _copy(self, style: str) -> None:
        found = map(self._library.annotations.get, self._listing.ids)
        ids = [each.id for each in found if each is not None and each.quote]
        if ids:
            self._copies.begin(ids, style)
        else:
            self._host.say(self._listing.no_target_message or "there are no words to copy")

"""What the last row shows about the list of annotations: commands that have an effect, and the number chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.model.annotation import PlaceState
from tui_reader.tui.commands.table import COLOUR_COMMANDS

if TYPE_CHECKING:
    from tui_reader.tui.screens.annotations.annotation_listing import AnnotationListing
    from tui_reader.tui.screens.reading.state import ReadingScreenState

_ON_ONE = frozenset(("go_to_annotation", "edit_annotation", "note_outside", "choose_annotation", "choose_all"))
_ON_SEVERAL = frozenset(("delete_annotation", "tags", "copy", "copy_as", *COLOUR_COMMANDS))
_ON_ORPHAN = frozenset(("next_candidate", "previous_candidate"))


class AnnotationCommandUse:
    """Decides for each command of the list whether it would have an effect now."""

    def __init__(self, state: ReadingScreenState, listing: AnnotationListing) -> None:
        self._state, self._listing = state, listing

    @property
    def mode(self) -> str:
        """The number of chosen annotations, as text for the last row; empty for 0."""
        number = self._listing.chosen_count
        return f"CHOOSE {number:,} annotation{'' if number == 1 else 's'}" if number else ""

    def is_useful(self, command: str) -> bool:
        """Return False if the command with this id would have no effect now."""
        current = self._listing.current
        if command in _ON_ONE:
            return current is not None
        if command in _ON_SEVERAL:
            return bool(self._listing.ids)
        is_moved = current is not None and current.state is PlaceState.MOVED
        if command in _ON_ORPHAN:
            return current is not None and current.is_orphan
        if command == "attach_annotation":
            is_gone = current is not None and current.article not in self._state.library.catalogue
            return current is not None and (is_gone or is_moved or current.is_orphan)
        if command == "accept_place":
            return is_moved
        return command != "undo" or self._state.can_undo

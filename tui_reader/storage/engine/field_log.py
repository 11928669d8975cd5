"""Knows without reading records whether a field was changed since a bulk change of it, so that its undo takes no time.

Undo leaves fields alone that were changed since, and to compare the values of 5,000 records takes 40 ms. This log has
the changes of each field that a bulk change of this run edited, the latest last. If the last one is that bulk change,
all its records still have its values, and its undo removes it from the log: the values are those from before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.storage.base import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.storage.base import Edit
    from tui_reader.storage.engine.history import Step
    from tui_reader.storage.engine.library_files import LibraryFiles
    from tui_reader.storage.engine.pending import Reversal

_MOST_CHANGES = 1_000
"""Maximum number of remembered changes of a field; older bulk changes are compared by their values."""


class _Change:
    """A change of one field: a bulk change, or any number of other ones."""

    def __init__(self, step: str = "") -> None:
        self.step = step
        """Name of the step of a bulk change; empty for other changes."""


class FieldLog:
    """The order of the changes of fields. Used by the thread that uses the store.

    Args:
        library: The files, which count how often changes of other programs could not be determined.
    """

    def __init__(self, library: LibraryFiles) -> None:
        self._library = library
        self._unknown = library.unknown_changes
        self._changes: dict[tuple[str, str], list[_Change]] = {}
        """The changes of each field by table and field, the latest last."""
        self._undone: dict[str, tuple[_Change, _Change]] = {}
        """Bulk changes that were undone, by the name of their step, each with the change before it."""

    def note(self, edits: Sequence[Edit], step: Step | None = None, reversal: Reversal | None = None) -> None:
        """Record edits that become visible now.

        Args:
            edits: The edits, made by this program or others.
            step: The step of a new change that can be undone.
            reversal: The step that the edits undo or redo.
        """
        if isinstance(edits, Column):
            field = edits.table, edits.field
            if reversal is not None and self.is_unchanged(reversal):
                self._move(field, reversal)
            elif step is not None:
                self._add(field, _Change(step.name), is_new=True)
            else:
                self._add(field, _Change())
        elif self._changes:
            for field in {(edit.table, edit.field) for edit in edits}:
                self._add(field, _Change())

    def is_unchanged(self, reversal: Reversal) -> bool:
        """Return True if no record of a bulk change was changed in its field since the change, or since its undo."""
        if self._library.unknown_changes != self._unknown:
            self._unknown = self._library.unknown_changes
            self._changes.clear()
            self._undone.clear()
        step, edits = reversal.step, reversal.step.transaction.edits
        if not isinstance(edits, Column):
            return False
        changes = self._changes.get((edits.table, edits.field))
        if not changes:
            return False
        if reversal.is_undo:
            return changes[-1].step == step.name
        return step.name in self._undone and changes[-1] is self._undone[step.name][1]

    def _move(self, field: tuple[str, str], reversal: Reversal) -> None:
        """Remove a bulk change that is undone, or add it again."""
        changes, name = self._changes[field], reversal.step.name
        if reversal.is_undo:
            change = changes.pop()
            self._undone[name] = change, changes[-1]
        else:
            changes.append(self._undone.pop(name)[0])

    def _add(self, field: tuple[str, str], change: _Change, *, is_new: bool = False) -> None:
        """Add a change; the log of a field begins with its first bulk change."""
        changes = self._changes.get(field)
        if changes is None:
            if is_new:
                self._changes[field] = [_Change(), change]
            return
        if not (change.step or changes[-1].step):
            changes[-1] = change  # none of the two is undone by this log, so one says enough
            return
        changes.append(change)
        if len(changes) > _MOST_CHANGES:
            changes[:] = [_Change(), change]
            self._undone.clear()

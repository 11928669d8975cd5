"""A log of changes, by which the undo of a bulk change need not compare the values of its records.

Undo does not change fields that were changed again after the step. To find these among 5,000 records by comparison
takes 40 ms. A bulk change edits one field of many records (`Column`). For each field that had a bulk change in this
run, this log lists the changes of the field in any record, latest last. If the bulk change is the last one, all its
records still have its values. Its undo removes it from the log, because all records then have the values from before.
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
"""Maximum number of changes in the log of a field; the undo of an earlier bulk change compares values."""


class _Change:
    """An element of a field's log: one bulk change, or any number of successive other changes."""

    def __init__(self, step: str = "") -> None:
        self.step = step
        """Name of the step of a bulk change; empty for other changes."""


class FieldLog:
    """The log of the changes of fields. Used by the thread that uses the store.

    Args:
        library: The library's files; whenever its `unknown_changes` rises, the log is emptied.
    """

    def __init__(self, library: LibraryFiles) -> None:
        self._library = library
        self._unknown = library.unknown_changes
        self._changes: dict[tuple[str, str], list[_Change]] = {}
        """The changes of each field by table and field, the latest last."""
        self._undone: dict[str, tuple[_Change, _Change]] = {}
        """Bulk changes that were undone, by the name of their step, each with the change before it in the log."""

    def note(self, edits: Sequence[Edit], step: Step | None = None, reversal: Reversal | None = None) -> None:
        """Add edits to the log; called when they become visible.

        Args:
            edits: The edits, made by this program or others.
            step: The step of the edits if they are a new change that can be undone; else None.
            reversal: The step that the edits undo or redo; None if they do neither.
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
        """Return True if the log shows that a bulk change can be undone or redone without comparing values.

        Its field was then not changed in any record since the bulk change (for undo), or since its undo (for redo).
        """
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
        """Remove a bulk change from the log of its field if it is undone; add it again if it is redone."""
        changes, name = self._changes[field], reversal.step.name
        if reversal.is_undo:
            change = changes.pop()
            self._undone[name] = change, changes[-1]
        else:
            changes.append(self._undone.pop(name)[0])

    def _add(self, field: tuple[str, str], change: _Change, *, is_new: bool = False) -> None:
        """Add a change to the log of a field.

        Args:
            field: Table and name of the field.
            change: The change.
            is_new: True for a new bulk change, which starts the log of its field; other changes of a field without a
                log are ignored.
        """
        changes = self._changes.get(field)
        if changes is None:
            if is_new:
                self._changes[field] = [_Change(), change]
            return
        if not (change.step or changes[-1].step):
            changes[-1] = change  # changes without a step are never looked up: one suffices
            return
        changes.append(change)
        if len(changes) > _MOST_CHANGES:
            changes[:] = [_Change(), change]
            self._undone.clear()

"""Transactions that are not saved yet, and their adaptation to changes that another window made meanwhile."""

from __future__ import annotations

import threading
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tui_reader.storage.base import ANNOTATIONS, Column, Edit, Json, Transaction
from tui_reader.storage.engine.bulk import bulk_entry
from tui_reader.storage.engine.edits import annotations_changed_since, entry_of, plain
from tui_reader.storage.engine.history import NOTE, Step
from tui_reader.storage.snapshot.json_values import canonical, fresh

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from tui_reader.storage.base import Receipt, Record
    from tui_reader.storage.engine.library_files import Committed
    from tui_reader.storage.replication.keyindex import DocumentIdIndex
    from tui_reader.storage.snapshot.state import State


class Reversal(NamedTuple):
    """The undo or redo of a step."""

    step: Step
    is_undo: bool


class Pending:
    """A transaction that is not saved yet, or is being saved.

    Args:
        edits: The changes.
        step: The step for the undo history; None if the transaction cannot be undone.
        reversal: The step that the transaction undoes or redoes; None if it does neither.
        receipt: Completes when the transaction is on disk.
    """

    def __init__(self, edits: Sequence[Edit], step: Step | None, reversal: Reversal | None, receipt: Receipt) -> None:
        self.edits, self.step, self.receipt = edits, step, receipt
        self._reversal = reversal
        self._written: Sequence[Edit] = edits
        """The edits as saved; they differ from `edits` where another window changed an annotation meanwhile."""
        self.spared: set[str] = set()
        """Keys of annotations that the undo or redo does not delete, because another window changed them."""

    def entry(self, state: State, document_ids: DocumentIdIndex) -> Committed | None:
        """Build the journal entry of the transaction, without a timestamp; called while the library is locked.

        Args:
            state: The documents at the time of writing.
            document_ids: Finds document ids.

        Returns:
            The entry; None if the documents have these values already.
        """

        members = {} if self._reversal is None else {"z": [self._reversal.step.name, self._reversal.is_undo]}
        if isinstance(self.edits, Column):
            return bulk_entry(state, self.edits, self.step, members)

        def record(table: str, key: str) -> Record:
            number = document_ids.find(state, table, key)
            return plain(state.document(table, number)) if number is not None else {}

        self.spared = annotations_changed_since(self.edits, record) if self._reversal is not None else set()
        self._written = tuple(self._combined(edit, record) for edit in self.edits)
        if self.step is not None:
            self.step.written = self._written
        entry = entry_of(state, self._written, lambda table, key: document_ids.find(state, table, key))
        if not entry:
            return None
        if self.step is not None:
            entry["u"] = self.step.member()
        return entry | members

    @property
    def label(self) -> str:
        """The label of the transaction, or of the step that it undoes or redoes."""
        step = self.step if self._reversal is None else self._reversal.step
        return step.transaction.label if step is not None else ""

    @property
    def deviations(self) -> list[Edit]:
        """Edits from the requested values to the saved ones, for all fields in which they differ."""
        if self._written is self.edits:
            return []
        return [
            written._replace(before=edit.after)
            for edit, written in zip(self.edits, self._written, strict=True)
            if written.after != edit.after
        ]

    def committed(self) -> None:
        """Replace the edits of the undo step by those that were saved; called when they are on disk."""
        if self.step is not None and self._written is not self.edits and self._written != self.edits:
            self.step.transaction = Transaction(self.step.transaction.label, self._written)

    def _combined(self, edit: Edit, record: Callable[[str, str], Record]) -> Edit:
        """Return an edit adapted to changes by another window.

        An edit of a note that the other window also edited gets the merged text. An edit of an annotation in `spared`
        gets the present value as its result, so that it changes nothing. All other edits are returned unchanged.

        Args:
            edit: The edit.
            record: Returns the current state of a record by table and key.
        """
        if edit.table != ANNOTATIONS or (edit.field != NOTE and edit.key not in self.spared):
            return edit
        now = record(edit.table, edit.key).get(edit.field)
        if edit.key in self.spared:
            return edit._replace(before=now, after=now)
        if canonical(now) in (canonical(edit.before), canonical(edit.after)):
            return edit
        if self._reversal is not None:
            # Reverse the written edits of that step, and leave the note unchanged if it was changed again since.
            reversed_edits = [_reversed(written, self._reversal) for written in self._reversal.step.written]
            fitting = [each for each in reversed_edits if each.before == now and each[:3] == edit[:3]]
            return fitting[0] if fitting else edit._replace(before=now, after=now)
        from tui_reader.document.text_merge import merge  # noqa: PLC0415 - only two windows that write at once need it

        return edit._replace(before=now, after=merge(_text(edit.before), _text(edit.after), _text(now)).text or None)


def _reversed(edit: Edit, reversal: Reversal) -> Edit:
    return edit._replace(before=edit.after, after=edit.before) if reversal.is_undo else edit


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def conflict_notices(pendings: Sequence[Pending]) -> list[str]:
    """Return a sentence for the user about each transaction that conflicted with a change by another window."""
    sentences = []
    for pending in pendings:
        if pending.spared:
            sentences.append(f"{pending.label}: another window changed that meanwhile; it was left alone.")
        elif pending.step is not None and pending.deviations:
            sentences.append(
                f"{pending.label}: another window changed that note meanwhile; the words of both are kept."
            )
    return sentences


_Values: TypeAlias = dict[str, tuple[Pending, Json]]
"""By key of a record: the latest unsaved transaction that changes the field, and the field's value after it."""


class PendingFields:
    """The fields with unsaved values: the store's thread adds them, the writer thread removes the saved ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fields: dict[str, dict[str, tuple[Pending, Column] | _Values]] = {}
        """The unsaved values by table and field; or the bulk change that made them, until one of them is read.

        Usually none is read before the change is saved, so that no object is made for each of them.
        """

    def add(self, pending: Pending) -> None:
        """Add the new values of a transaction; they replace those of earlier transactions."""
        edits = pending.edits
        with self._lock:
            if isinstance(edits, Column):
                fields = self._fields.setdefault(edits.table, {})
                if edits.field in fields:
                    self._values(edits.table, edits.field).update(_values_of(pending, edits))
                else:
                    fields[edits.field] = pending, edits
                return
            for edit in edits:
                self._fields.setdefault(edit.table, {}).setdefault(edit.field, {})
                self._values(edit.table, edit.field)[edit.key] = (pending, edit.after)

    def remove(self, pending: Pending) -> None:
        """Remove the values of a transaction that was saved, except those that a later transaction has replaced."""
        with self._lock:
            for table, field, keys in _fields_of(pending.edits):
                fields = self._fields.get(table, {})
                waiting = fields.get(field)
                if isinstance(waiting, tuple) and waiting[0] is pending:
                    del fields[field]
                    continue
                values = self._values(table, field)
                for key in keys:
                    held = values.get(key)
                    if held is not None and held[0] is pending:
                        del values[key]
                if not values:
                    fields.pop(field, None)

    def of(self, table: str, key: str) -> list[tuple[str, Json]]:
        """Return name and value (a copy) of each unsaved field of a record; the value None removes the field."""
        with self._lock:
            waiting = [(field, self._values(table, field)) for field in self._fields.get(table, ())]
            return [(field, fresh(values[key][1])) for field, values in waiting if key in values]

    def some(self, table: str, keys: Iterable[str], names: Collection[str]) -> dict[str, dict[str, Json]]:
        """Return the unsaved values of some fields of several records, by key and field name.

        Records without unsaved values of these fields are missing. The value None removes the field.
        """
        found: dict[str, dict[str, Json]] = {}
        with self._lock:
            fields = self._fields.get(table, ())
            waiting = [(name, self._values(table, name)) for name in names if name in fields]
            for key in keys if waiting else ():
                for name, values in waiting:
                    if key in values:
                        found.setdefault(key, {})[name] = fresh(values[key][1])
        return found

    def keys(self, table: str) -> dict[str, None]:
        """Return the keys of the records of a table that have unsaved fields, as the keys of a dictionary."""
        with self._lock:
            fields = self._fields.get(table, ())
            return dict.fromkeys(key for field in fields for key in self._values(table, field))

    def _values(self, table: str, field: str) -> _Values:
        """Return the unsaved values of a field; call with the lock."""
        fields = self._fields.get(table, {})
        values = fields.get(field, {})
        if isinstance(values, tuple):
            values = fields[field] = _values_of(*values)
        return values


def _values_of(pending: Pending, column: Column) -> _Values:
    """Return the new values of a bulk change."""
    return dict(zip(column.keys, zip(repeat(pending), column.after), strict=True))


def _fields_of(edits: Sequence[Edit]) -> Iterable[tuple[str, str, Sequence[str]]]:
    """Return the fields that edits change, as tuples of a table, a field, and the keys of records."""
    if isinstance(edits, Column):
        return [(edits.table, edits.field, edits.keys)]
    return [(edit.table, edit.field, (edit.key,)) for edit in edits]

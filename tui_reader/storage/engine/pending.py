"""Transactions that are not on disk yet; edits of one note by two windows are combined."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.storage.base import ANNOTATIONS, Edit, Json, Transaction
from tui_reader.storage.engine.edits import annotations_changed_since, entry_of, plain
from tui_reader.storage.engine.history import NOTE, Step
from tui_reader.storage.snapshot.json_values import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.storage.base import Receipt, Record
    from tui_reader.storage.replication.keyindex import DocumentIdIndex
    from tui_reader.storage.snapshot.journal import Entry
    from tui_reader.storage.snapshot.state import State


class Reversal(NamedTuple):
    """The undo or redo of a step."""

    step: Step
    is_undo: bool


class Pending:
    """A transaction that waits to be saved, or is being saved.

    Args:
        edits: The changes.
        step: The step for the undo history; None if the transaction cannot be undone.
        reversal: The step that the transaction undoes or redoes; None if it does neither.
        receipt: Completes when the transaction is on disk.
    """

    def __init__(self, edits: tuple[Edit, ...], step: Step | None, reversal: Reversal | None, receipt: Receipt) -> None:
        self.edits, self.step, self.receipt = edits, step, receipt
        self._reversal = reversal
        self._written = edits
        """The edits as they were written, which may differ from `edits` where another window changed a note."""
        self.spared: set[str] = set()
        """Keys of annotations that this would delete, and that are kept: another window changed them meanwhile."""

    def entry(self, state: State, document_ids: DocumentIdIndex) -> Entry | None:
        """Build the journal entry, without its timestamp. Called while the lock is held.

        Args:
            state: The documents at the time of writing.
            document_ids: Finds document ids.

        Returns:
            The entry; None if the documents have these values already.
        """

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
        if self._reversal is not None:
            entry["z"] = [self._reversal.step.name, self._reversal.is_undo]
        return entry

    @property
    def label(self) -> str:
        """The label of the transaction, or of the step that it undoes or redoes."""
        step = self.step if self._reversal is None else self._reversal.step
        return step.transaction.label if step is not None else ""

    @property
    def deviations(self) -> list[Edit]:
        """The edits that change the requested values into the written ones, where the two differ."""
        return [
            written._replace(before=edit.after)
            for edit, written in zip(self.edits, self._written, strict=True)
            if written.after != edit.after
        ]

    def committed(self) -> None:
        """Update the undo step to the edits as they were written, now that these are on disk."""
        if self.step is not None and self._written != self.edits:
            self.step.transaction = Transaction(self.step.transaction.label, self._written)

    def _combined(self, edit: Edit, record: Callable[[str, str], Record]) -> Edit:
        """Combine an edit of a note with another window's edit of it; return any other edit unchanged."""
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
    """Describe, in sentences, the transactions that conflicted with a change by another window."""
    sentences = []
    for pending in pendings:
        if pending.spared:
            sentences.append(f"{pending.label}: another window changed that meanwhile; it was left alone.")
        elif pending.step is not None and pending.deviations:
            sentences.append(
                f"{pending.label}: another window changed that note meanwhile; the words of both are kept."
            )
    return sentences

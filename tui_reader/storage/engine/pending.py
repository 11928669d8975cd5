"""A transaction on its way to the disk, and what becomes of a note that was changed elsewhere meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.storage.base import ANNOTATIONS, Edit, Json, Transaction
from tui_reader.storage.engine.edits import entry_of, plain, written_on
from tui_reader.storage.engine.history import NOTE, Step
from tui_reader.storage.snapshot.json_values import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.storage.base import Receipt, Record
    from tui_reader.storage.replication.keyindex import DocumentIdIndex
    from tui_reader.storage.snapshot.journal import Entry
    from tui_reader.storage.snapshot.state import State


class Turn(NamedTuple):
    """A step that is taken back, or done again."""

    step: Step
    back: bool


class Pending:
    """A transaction on its way to the disk.

    Args:
        edits: What it changes.
        step: What undo keeps of it, if anything.
        turn: The step that it takes back or does again, if it does.
        receipt: Completes when it is on disk.
    """

    def __init__(self, edits: tuple[Edit, ...], step: Step | None, turn: Turn | None, receipt: Receipt) -> None:
        self.edits, self.step, self.receipt = edits, step, receipt
        self._turn = turn
        self._kept = edits
        self.left: set[str] = set()
        """Keys of annotations that were to be taken away, and stay: another window had changed them meanwhile."""

    def entry(self, state: State, numbers: DocumentIdIndex) -> Entry | None:
        """The journal entry, without its stamp; None if everything is as it should be already.

        Called with the state of the moment in which it is written, which nobody can change any more.
        """

        def record(table: str, key: str) -> Record:
            number = numbers.find(state, table, key)
            return plain(state.document(table, number)) if number is not None else {}

        self.left = written_on(self.edits, record) if self._turn is not None else set()
        self._kept = tuple(self._with_others_words(edit, record) for edit in self.edits)
        if self.step is not None:
            self.step.kept = self._kept
        entry = entry_of(state, self._kept, lambda table, key: numbers.find(state, table, key))
        if not entry:
            return None
        if self.step is not None:
            entry["u"] = self.step.member()
        if self._turn is not None:
            entry["z"] = [self._turn.step.name, self._turn.back]
        return entry

    @property
    def label(self) -> str:
        """What it does, or takes back, to tell."""
        step = self.step if self._turn is None else self._turn.step
        return step.transaction.label if step is not None else ""

    @property
    def surprises(self) -> list[Edit]:
        """Where something else was kept than what was asked for."""
        return [
            kept._replace(before=edit.after)
            for edit, kept in zip(self.edits, self._kept, strict=True)
            if kept.after != edit.after
        ]

    def landed(self) -> None:
        """Let undo take back what was kept, now that it is."""
        if self.step is not None and self._kept != self.edits:
            self.step.transaction = Transaction(self.step.transaction.label, self._kept)

    def _with_others_words(self, edit: Edit, record: Callable[[str, str], Record]) -> Edit:
        """An edit of a note together with what another window made of that meanwhile; any other edit as it is."""
        if edit.table != ANNOTATIONS or (edit.field != NOTE and edit.key not in self.left):
            return edit
        now = record(edit.table, edit.key).get(edit.field)
        if edit.key in self.left:
            return edit._replace(before=now, after=now)
        if canonical(now) in (canonical(edit.before), canonical(edit.after)):
            return edit
        if self._turn is not None:
            # What was kept of that step is turned; what was changed again since is left alone.
            turned = [turned for kept in self._turn.step.kept if (turned := _turned(kept, self._turn)).before == now]
            same = [each for each in turned if each[:3] == edit[:3]]
            return same[0] if same else edit._replace(before=now, after=now)
        from tui_reader.document.text_merge import merge  # noqa: PLC0415 - for the few who write in two windows at once

        return edit._replace(before=now, after=merge(_text(edit.before), _text(edit.after), _text(now)).text or None)


def _turned(edit: Edit, turn: Turn) -> Edit:
    return edit._replace(before=edit.after, after=edit.before) if turn.back else edit


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def both_kept(pendings: Sequence[Pending]) -> list[str]:
    """What is to be told of transactions that met other ones, as sentences."""
    told = []
    for pending in pendings:
        if pending.left:
            told.append(f"{pending.label}: another window changed that meanwhile; it was left alone.")
        elif pending.step is not None and pending.surprises:
            told.append(f"{pending.label}: another window changed that note meanwhile; the words of both are kept.")
    return told

"""What can be undone: in memory for this run, and from the files for the runs before.

Every undoable transaction stands in its journal entry: `u` is `[id, label, records]`; taking it back or doing it again
is an entry with `z`: `[id, undone]`. A fold moves these to a file of their own before the journal goes: see
`history_file`. What stands in both counts once. Stamps tell what was written since this window opened: that is
its own, or another window's, which undoes it.

Where something new is done after an undo, what was undone is normally forgotten. Not so where a note's words are in it,
which nobody can type again: then the steps that were undone, and one that undoes them, are put before the new one, as
Emacs does it. This follows from the entries and is not written down.
"""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING, Any

from tui_reader.storage.base import ANNOTATIONS, Edit, Transaction
from tui_reader.storage.replication.hlc import ZERO

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from tui_reader.storage.snapshot.journal import Entry

STEPS = 1_000
"""Transactions that can be undone at least."""

NOTE = "note"
"""The field of an annotation whose words nobody can type again."""


class Step:
    """A transaction that can be undone or redone."""

    def __init__(self, name: str, transaction: Transaction) -> None:
        self.name = name
        self.transaction = transaction
        self.kept = transaction.edits
        """What was written of it, where another window had changed the same note meanwhile."""
        self.joined: tuple[str, ...] = ()
        """Names of the steps that this one undoes together, where it stands for them: see `_saved`."""

    def member(self) -> list[Any]:
        """The member `u` of a journal entry."""
        records: list[list[Any]] = []
        for table, key, field, before, after in self.kept:
            # Fields of one record share its name: a highlight has a dozen of them.
            if not records or records[-1][:2] != [table, key] or field in records[-1][2]:
                records.append([table, key, {}])
            records[-1][2][field] = [before, after]
        return [self.name, self.transaction.label, records]

    @classmethod
    def of_member(cls, member: list[Any]) -> Step:
        """The step that `member` wrote down."""
        name, label, records = member
        edits = tuple(
            Edit(table, key, field, before, after)
            for table, key, fields in records
            for field, (before, after) in fields.items()
        )
        return cls(name, Transaction(label, edits))


class History:
    """The stacks of undo and redo.

    Args:
        older: Entries of the runs before, oldest first; called once, when it is first needed.
        opened: The latest stamp when this window opened. Later entries are its own, or another window's.
    """

    def __init__(self, older: Callable[[], Iterable[Entry]], opened: str) -> None:
        self.select: Callable[[Sequence[Transaction]], Sequence[bool]] | None = None
        """Tells which of the steps of earlier runs may be undone or redone by this one; None for all."""
        self._older: Callable[[], Iterable[Entry]] | None = older
        self._opened = opened
        self._first = ""
        self._done: deque[Step] = deque(maxlen=STEPS)
        self._undone: deque[Step] = deque(maxlen=STEPS)

    def push(self, transaction: Transaction) -> Step:
        """A new transaction: from now on nothing can be redone, but words that were undone can be reached by undo."""
        step = Step(os.urandom(4).hex(), transaction)
        self._first = self._first or step.name
        self._done.extend((*_saved(self._undone, step.name), step))
        self._undone.clear()
        return step

    def back(self) -> Step | None:
        """The step to undo next; it can be redone from now on."""
        if not self._done:
            self._load()
        return _move(self._done, self._undone)

    def forth(self) -> Step | None:
        """The step to redo next; it can be undone from now on."""
        if not self._undone and not self._first:
            self._load()
        return _move(self._undone, self._done)

    def _load(self) -> None:
        if self._older is None:
            return
        entries = [entry for entry in self._older() if entry.get("s", ZERO) <= self._opened]
        foreign = self._foreign(entries)
        done, undone = ([step for step in steps if step.name not in foreign] for steps in replay(entries, foreign))
        self._older = None
        if self._first:
            done += _saved(undone, self._first)
        else:
            self._undone = deque(undone, STEPS)
        self._done = deque([*done, *self._done], STEPS)

    def _foreign(self, entries: Iterable[Entry]) -> set[str]:
        """Names of the steps that this run passes over, and of those that would stand for their undo."""
        if self.select is None:
            return set()
        steps = [Step.of_member(entry["u"]) for entry in entries if "u" in entry]
        chosen = self.select([step.transaction for step in steps])
        names = [step.name for step, is_ours in zip(steps, chosen, strict=True) if not is_ours]
        return {*names, *(f"{name}~" for name in names)}


def _move(source: deque[Step], target: deque[Step]) -> Step | None:
    if not source:
        return None
    step = source.pop()
    target.append(step)
    return step


def replay(entries: Iterable[Entry], foreign: Collection[str] = ()) -> tuple[list[Step], list[Step]]:
    """Work out what can be undone and what can be redone, each in the order of time.

    Args:
        entries: Journal entries, oldest first.
        foreign: Names of steps that belong to other places: a new step ends the redo of steps on its own side only.
    """
    done: dict[str, Step] = {}
    undone: dict[str, Step] = {}
    for entry in entries:
        if "u" in entry:
            step = Step.of_member(entry["u"])
            if step.name not in done and step.name not in undone:
                ended = [each for each in undone.values() if (each.name in foreign) == (step.name in foreign)]
                done |= {each.name: each for each in (*_saved(ended, step.name), step)}
                for each in ended:
                    del undone[each.name]
        if "z" in entry:
            name, is_undone = entry["z"]
            source, target = (done, undone) if is_undone else (undone, done)
            if name in source:
                target[name] = source.pop(name)
    return list(done.values()), list(undone.values())


def _saved(undone: Sequence[Step], name: str) -> list[Step]:
    """What stands for undone steps, before a new one of this name; nothing where no words are among them.

    Args:
        undone: The steps, the one undone last at the end.
        name: Of the new one; it gives the name of the step that undoes them.
    """
    if not any(_has_words(step.transaction) for step in undone):
        return []
    # A field that several of them changed goes back to what it was before the first.
    fields: dict[tuple[str, str, str], Edit] = {}
    for step in undone:
        for edit in reversed(step.transaction.edits):
            back = edit._replace(before=edit.after, after=edit.before)
            first = fields.get((edit.table, edit.key, edit.field), back)
            fields[edit.table, edit.key, edit.field] = back._replace(before=first.before)
    label = f"{len(undone):,} changes" if len(undone) > 1 else undone[0].transaction.label
    step = Step(f"{name}~", Transaction(f"the undo of {label}", tuple(fields.values())))
    step.joined = tuple(each.name for each in undone)
    return [*reversed(undone), step]


def _has_words(transaction: Transaction) -> bool:
    return any(
        edit.table == ANNOTATIONS and edit.field == NOTE and (edit.before or edit.after) for edit in transaction.edits
    )

"""The undo history: in memory for this run, and read from the files for earlier runs.

The journal entry of an undoable transaction contains the step as `u`: `[name, label, records]`. Its undo or redo is
an entry with `z`: `[name, is_undone]`. A compaction moves these entries to a separate file before it empties the
journal: see `history_file`. An entry that is in both files counts once. Entries with a timestamp after the opening of
this window are not read: this window or another window made them, and each window undoes its own steps.

A new change after an undo normally discards the undone steps. If the undone steps contain words of a note, which cannot
be typed again from memory, they are kept: the undone steps, and one that undoes them, are inserted before the new one,
as Emacs does it. This order is computed whenever the entries are read, and not saved.
"""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING, Any

from tui_reader.storage.base import ANNOTATIONS, UNDO_OF, Column, Edit, Transaction
from tui_reader.storage.replication.hlc import ZERO

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from tui_reader.storage.snapshot.journal import Entry

STEPS = 1_000
"""Maximum number of steps to undo, and also of steps to redo; the earliest are dropped."""

NOTE = "note"
"""Name of the field with an annotation's note; undo can restore its words even after other changes."""


class Step:
    """A transaction that can be undone or redone."""

    def __init__(self, name: str, transaction: Transaction) -> None:
        self.name = name
        self.transaction = transaction
        self.written = transaction.edits
        """The edits as saved; they differ from those of `transaction` if another window had changed the same note."""
        self.joined: tuple[str, ...] = ()
        """For a combined step, made by `_preserved`, the names of the steps that it undoes; else empty."""

    def member(self) -> list[Any]:
        """Return the value of the member `u` of a journal entry, from which `of_member` decodes the step."""
        records: list[list[Any]] = []
        for table, key, field, before, after in self.written:
            # Fields of one record are grouped, which saves space: a highlight has a dozen of them.
            if not records or records[-1][:2] != [table, key] or field in records[-1][2]:
                records.append([table, key, {}])
            records[-1][2][field] = [before, after]
        return [self.name, self.transaction.label, records]

    @classmethod
    def of_member(cls, member: list[Any]) -> Step:
        """Return the step that is stored as the member `u` of a journal entry."""
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
        older: Returns the journal entries for undo, oldest first; called once, when steps of earlier runs are first
            needed.
        opened: The latest timestamp when this window opened. Later entries are ignored: they were made by this window
            or by another open one.
    """

    def __init__(self, older: Callable[[], Iterable[Entry]], opened: str) -> None:
        self.select: Callable[[Sequence[Transaction]], Sequence[bool]] | None = None
        """Receives the transactions of earlier runs and returns for each True if this run may undo or redo it.

        None allows all.
        """
        self._older: Callable[[], Iterable[Entry]] | None = older
        self._opened = opened
        self._first = ""
        """Name of the first step of this run; empty until there is one."""
        self._done: deque[Step] = deque(maxlen=STEPS)
        self._undone: deque[Step] = deque(maxlen=STEPS)

    def push(self, transaction: Transaction) -> Step:
        """Add a new transaction; discard undone steps unless they contain words of a note."""
        step = Step(os.urandom(4).hex(), transaction)
        self._first = self._first or step.name
        self._done.extend((*_preserved(self._undone, step.name), step))
        self._undone.clear()
        return step

    def next_undo(self) -> Step | None:
        """Move the latest step to the redo stack and return the step; None without a step to undo."""
        if not self._done:
            self._load()
        return _move(self._done, self._undone)

    def next_redo(self) -> Step | None:
        """Move the step undone last to the undo stack and return the step; None without a step to redo."""
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
            done += _preserved(undone, self._first)
        else:
            self._undone = deque(undone, STEPS)
        self._done = deque([*done, *self._done], STEPS)

    def _foreign(self, entries: Iterable[Entry]) -> set[str]:
        """Return the names of the steps in `entries` that `select` excludes, and of combined steps named after them."""
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


def replay(
    entries: Iterable[Entry], foreign: Collection[str] = (), combined: list[Step] | None = None
) -> tuple[list[Step], list[Step]]:
    """Compute both stacks of the history from journal entries, as if the user did all again.

    Args:
        entries: Journal entries, oldest first.
        foreign: Names of steps that belong to folders that are not open. A new step discards only undone steps of its
            own group; the groups are the foreign steps and all other steps.
        combined: A list to which each combined step (see `_preserved`) is appended, even if a later step discards it.

    Returns:
        The steps to undo and the steps to redo; the last of each list is the next to be undone or redone.
    """
    done: dict[str, Step] = {}
    undone: dict[str, Step] = {}
    for entry in entries:
        if "u" in entry:
            step = Step.of_member(entry["u"])
            if step.name not in done and step.name not in undone:
                ended = [each for each in undone.values() if (each.name in foreign) == (step.name in foreign)]
                preserved = _preserved(ended, step.name)
                if preserved and combined is not None:
                    combined.append(preserved[-1])
                done |= {each.name: each for each in (*preserved, step)}
                for each in ended:
                    del undone[each.name]
        if "z" in entry:
            name, is_undone = entry["z"]
            source, target = (done, undone) if is_undone else (undone, done)
            if name in source:
                target[name] = source.pop(name)
    return list(done.values()), list(undone.values())


def _preserved(undone: Sequence[Step], name: str) -> list[Step]:
    """Return the undone steps, then a combined step that undoes them all; empty if none contains words of a note.

    Args:
        undone: The steps, sorted so that the step undone last comes last.
        name: Name of the new step that follows; the combined step gets this name with `~` appended.
    """
    if not any(_has_words(step.transaction) for step in undone):
        return []
    # A field that several steps changed gets the value that it had before the first step.
    fields: dict[tuple[str, str, str], Edit] = {}
    for step in undone:
        for edit in reversed(step.transaction.edits):
            back = edit._replace(before=edit.after, after=edit.before)
            first = fields.get((edit.table, edit.key, edit.field), back)
            fields[edit.table, edit.key, edit.field] = back._replace(before=first.before)
    label = f"{len(undone):,} changes" if len(undone) > 1 else undone[0].transaction.label
    step = Step(f"{name}~", Transaction(f"{UNDO_OF}{label}", tuple(fields.values())))
    step.joined = tuple(each.name for each in undone)
    return [*reversed(undone), step]


def _has_words(transaction: Transaction) -> bool:
    return not isinstance(transaction.edits, Column) and any(
        edit.table == ANNOTATIONS and edit.field == NOTE and (edit.before or edit.after) for edit in transaction.edits
    )

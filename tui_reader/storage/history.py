"""What can be undone: in memory for this run, and from the files for the runs before.

Every undoable transaction stands in its journal entry: `u` is `[id, label, records]`; taking it back or doing it again
is an entry with `z`: `[id, undone]`. A fold moves these to a file of their own before the journal goes, one line each
in the journal's format. What stands in both counts once. Stamps tell what was written since this window opened: that is
its own, or another window's, which undoes it.

Where something new is done after an undo, what was undone is normally forgotten. Not so where a note's words are in it,
which nobody can type again: then the steps that were undone, and one that undoes them, are put before the new one, as
Emacs does it. This follows from the entries and is not written down.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from typing import TYPE_CHECKING, Any

from tui_reader.storage import limits
from tui_reader.storage.base import ANNOTATIONS, Edit, Transaction
from tui_reader.storage.clock import ZERO
from tui_reader.storage.disk import RefusedError
from tui_reader.storage.journal import Entry, decode_lines, encode_line
from tui_reader.storage.lock import try_lock
from tui_reader.storage.wholefile import read_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tui_reader.storage.disk import Disk
    from tui_reader.storage.library import Library

STEPS = 1_000
"""Transactions that can be undone at least."""
_REWRITE_AT = 3 * STEPS  # lines in the file: undone and redone ones leave several


NOTE = "note"
"""The field of an annotation whose words nobody can type again."""


class Step:
    """A transaction that can be undone or redone."""

    def __init__(self, name: str, transaction: Transaction) -> None:
        self.name = name
        self.transaction = transaction
        self.kept = transaction.edits
        """What was written of it, where another window had changed the same note meanwhile."""
        self.made = self.turned = ZERO
        """When it was done, and when it was last taken back or done again: stamps, for the steps of other windows."""

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
        self.belongs: Callable[[Transaction], bool] = _anything
        """Whether a step of an earlier run may be undone or redone by this one."""
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
        entries = (entry for entry in self._older() if entry.get("s", ZERO) <= self._opened)
        done, undone = (
            [step for step in steps if self.belongs(step.transaction)] for steps in _replay(entries, self.belongs)
        )
        self._older = None
        if self._first:
            done += _saved(undone, self._first)
        else:
            self._undone = deque(undone, STEPS)
        self._done = deque([*done, *self._done], STEPS)


def _move(source: deque[Step], target: deque[Step]) -> Step | None:
    if not source:
        return None
    step = source.pop()
    target.append(step)
    return step


def _anything(_transaction: Transaction) -> bool:
    return True


def _replay(
    entries: Iterable[Entry], belongs: Callable[[Transaction], bool] = _anything
) -> tuple[list[Step], list[Step]]:
    """Work out what can be undone and what can be redone, each in the order of time.

    Args:
        entries: Journal entries, oldest first.
        belongs: Whether a step belongs to what is open: a new step ends the redo of steps on its own side only.
    """
    done: dict[str, Step] = {}
    undone: dict[str, Step] = {}
    for entry in entries:
        if "u" in entry:
            step = Step.of_member(entry["u"])
            step.made = entry.get("s", ZERO)
            if step.name not in done and step.name not in undone:
                is_ours = bool(undone) and belongs(step.transaction)
                ended = [each for each in undone.values() if belongs(each.transaction) == is_ours]
                done |= {each.name: each for each in (*_saved(ended, step.name), step)}
                for each in ended:
                    del undone[each.name]
        if "z" in entry:
            name, is_undone = entry["z"]
            source, target = (done, undone) if is_undone else (undone, done)
            if name in source:
                target[name] = source.pop(name)
                target[name].turned = entry.get("s", ZERO)
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
    return [*reversed(undone), Step(f"{name}~", Transaction(f"the undo of {label}", tuple(fields.values())))]


def _has_words(transaction: Transaction) -> bool:
    return any(
        edit.table == ANNOTATIONS and edit.field == NOTE and (edit.before or edit.after) for edit in transaction.edits
    )


def history_path(library: Library) -> str:
    """Where a library keeps what this machine can undo."""
    return f"{library.path}.undo-{library.clock.machine}"


def read_entries(path: str, disk: Disk) -> list[Entry]:
    """The entries of a history file; none where there is none."""
    try:
        data = read_end(path, disk, limits.HISTORY)
    except OSError:
        return []
    return decode_lines(data)[0]


def save_entries(path: str, entries: Iterable[Entry], disk: Disk) -> None:
    """Add the parts of journal entries that undo needs to the history file; on disk when this returns.

    Where something else has the file's name, nothing is added: that costs undo across restarts, a compaction that fails
    would cost more.

    Raises:
        OSError: The file could not be written.
    """
    kept: list[Entry] = [
        {name: entry[name] for name in ("s", "u", "z") if name in entry}
        for entry in entries
        if "u" in entry or "z" in entry
    ]
    if not kept:
        return
    with contextlib.suppress(RefusedError):
        known = read_entries(path, disk)
        if len(known) + len(kept) > _REWRITE_AT:
            _rewrite(path, [*known, *kept], disk)
        else:
            _append(path, kept, disk)


def _append(path: str, kept: Iterable[Entry], disk: Disk) -> None:
    handle = disk.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    try:
        disk.write(handle, b"\n" + b"".join(map(encode_line, kept)))  # first a line's end: the last one may be torn
        disk.sync_data(handle)
    finally:
        disk.close(handle)


def _rewrite(path: str, entries: Iterable[Entry], disk: Disk) -> None:
    done, undone = _replay(entries)
    steps = [*done[-STEPS:], *undone[-STEPS:]]
    lines = [encode_line({"s": step.made, "u": step.member()}) for step in steps]
    lines += [encode_line({"s": step.turned, "z": [step.name, True]}) for step in undone[-STEPS:]]
    temporary = f"{path}.tmp"
    handle = disk.open(temporary, os.O_RDWR | os.O_CREAT)
    try:
        if not try_lock(handle):
            return  # another window is at it
        disk.cut(handle, 0)
        disk.write(handle, b"".join(lines))
        disk.sync_data(handle)
        disk.rename(temporary, path)
    finally:
        disk.close(handle)
    with contextlib.suppress(OSError):
        disk.sync_folder(os.path.dirname(path))  # noqa: PTH120

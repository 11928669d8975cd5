"""What can be undone: in memory for this run, and from the files for the runs before.

Every undoable transaction stands in its journal entry: `u` is `[id, label, records]`; taking it back or doing it again
is an entry with `z`: `[id, undone]`. A fold moves these to a file of their own before the journal goes, one line each
in the journal's format. What stands in both counts once.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_reader.storage.base import Edit, Transaction
from tui_reader.storage.journal import Entry, decode_lines, encode_line
from tui_reader.storage.lock import try_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tui_reader.storage.disk import Disk
    from tui_reader.storage.library import Library

STEPS = 1_000
"""Transactions that can be undone at least."""
_REWRITE_AT = 3 * STEPS  # lines in the file: undone and redone ones leave several


class Step:
    """A transaction that can be undone or redone."""

    def __init__(self, name: str, transaction: Transaction) -> None:
        self.name = name
        self.transaction = transaction

    def member(self) -> list[Any]:
        """The member `u` of a journal entry."""
        records: list[list[Any]] = []
        for table, key, field, before, after in self.transaction.edits:
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
    """

    def __init__(self, older: Callable[[], Iterable[Entry]]) -> None:
        self._older: Callable[[], Iterable[Entry]] | None = older
        self._mine: set[str] = set()
        self._done: deque[Step] = deque(maxlen=STEPS)
        self._undone: deque[Step] = deque(maxlen=STEPS)

    def push(self, transaction: Transaction) -> Step:
        """A new transaction: from now on nothing can be redone."""
        step = Step(os.urandom(4).hex(), transaction)
        self._mine.add(step.name)
        self._done.append(step)
        self._undone.clear()
        return step

    def back(self) -> Step | None:
        """The step to undo next; it can be redone from now on."""
        if not self._done:
            self._load()
        return _move(self._done, self._undone)

    def forth(self) -> Step | None:
        """The step to redo next; it can be undone from now on."""
        if not self._undone and not self._mine:
            self._load()
        return _move(self._undone, self._done)

    def _load(self) -> None:
        if self._older is None:
            return
        done, undone = _replay(self._older())
        self._older = None
        own, mine = list(self._done), self._mine
        self._done = deque([*(step for step in done if step.name not in mine), *own], STEPS)
        if not mine:
            self._undone = deque(undone, STEPS)


def _move(source: deque[Step], target: deque[Step]) -> Step | None:
    if not source:
        return None
    step = source.pop()
    target.append(step)
    return step


def _replay(entries: Iterable[Entry]) -> tuple[list[Step], list[Step]]:
    done: dict[str, Step] = {}
    undone: dict[str, Step] = {}
    for entry in entries:
        if "u" in entry:
            step = Step.of_member(entry["u"])
            if step.name not in done and step.name not in undone:
                done[step.name] = step
                undone.clear()
        if "z" in entry:
            name, is_undone = entry["z"]
            source, target = (done, undone) if is_undone else (undone, done)
            if name in source:
                target[name] = source.pop(name)
    return list(done.values()), list(undone.values())


def history_path(library: Library) -> str:
    """Where a library keeps what this machine can undo."""
    return f"{library.path}.undo-{library.clock.machine}"


def read_entries(path: str) -> list[Entry]:
    """The entries of a history file; none where there is none."""
    try:
        data = Path(path).read_bytes()
    except OSError:
        return []
    return decode_lines(data)[0]


def save_entries(path: str, entries: Iterable[Entry], disk: Disk) -> None:
    """Add the parts of journal entries that undo needs to the history file; on disk when this returns.

    Raises:
        OSError: The file could not be written.
    """
    kept: list[Entry] = [{name: entry[name] for name in ("u", "z") if name in entry} for entry in entries]
    kept = [entry for entry in kept if entry]
    if not kept:
        return
    known = read_entries(path)
    if len(known) + len(kept) > _REWRITE_AT:
        _rewrite(path, [*known, *kept], disk)
        return
    handle = disk.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    try:
        disk.write(handle, b"\n" + b"".join(map(encode_line, kept)))  # first a line's end: the last one may be torn
        disk.sync_data(handle)
    finally:
        disk.close(handle)


def _rewrite(path: str, entries: Iterable[Entry], disk: Disk) -> None:
    done, undone = _replay(entries)
    steps = [*done[-STEPS:], *undone[-STEPS:]]
    lines = [encode_line({"u": step.member()}) for step in steps]
    lines += [encode_line({"z": [step.name, True]}) for step in undone[-STEPS:]]
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

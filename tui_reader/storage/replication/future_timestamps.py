"""Lets an edit win over what it replaces, even where that has a time stamp of the future.

A machine whose clock is wrong by more than a day does not set the clocks of the others (`Clock.observe`), so what it
wrote is later than all that they will write. An edit of such a register gets the stamp just after that register's, in
place of the clock's. Every machine still takes the latest stamp, so all of them come to the same, whenever they hear of
the edit and whatever their own clocks say; to count such stamps as none would make that depend on the time of day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.replication.hlc import ZERO, next_timestamp
from tui_reader.storage.replication.note_versions import CONTEXT, DELETION, NOTE, context_of_edit, seen_by_deletion
from tui_reader.storage.replication.registers import (
    ABSENT,
    DELETED,
    EXISTS,
    Registers,
    compress,
    expand,
    has_sets,
    is_alive,
    join,
    note_versions_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.storage.snapshot.journal import Entry
    from tui_reader.storage.snapshot.state import State

_FEW = 64
"""Operations that are always looked at: 30 µs each. More are only where the library knows of later stamps."""


def record_seen_note_versions(state: State, entry: Entry, stamp: str) -> Entry:
    """Write down which versions of a note an entry's new texts replace, and which its deletions take away.

    Args:
        state: The documents before.
        entry: A journal entry.
        stamp: The stamp that the entry gets.
    """
    operations = entry.get("o", ())
    if not any(_changes_note(operation) or _deletes(operation) for operation in operations):
        return entry
    taken_over = {(table, number): document for table, number, document in entry.get("m", ())}
    changed: list[list[Any]] = []
    for operation in operations:
        table, number = operation[0], operation[1]
        is_note, is_deletion = _changes_note(operation), _deletes(operation)
        if not (is_note or is_deletion):
            changed.append(operation)
            continue
        registers = state.registers(table, int(number)) or {}
        if (table, number) in taken_over:
            join(registers, expand(taken_over[table, number], sets=True))
        known = note_versions_of(registers)
        values = dict(operation[2])
        if is_note and registers:  # of a new annotation no other machine can have another text
            values[CONTEXT] = context_of_edit(known, stamp)
        if is_deletion:
            values[DELETION] = seen_by_deletion(known)
        changed.append([table, number, values, *operation[3:]])
    return {**entry, "o": changed}


def _changes_note(operation: Sequence[Any]) -> bool:
    return operation[0] == ANNOTATIONS and (NOTE in operation[2] or (len(operation) > 3 and NOTE in operation[3]))


def _deletes(operation: Sequence[Any]) -> bool:
    return operation[0] == ANNOTATIONS and (DELETED in operation[2] or bool(operation[2].get("deleted")))


def override_future_timestamps(state: State, entry: Entry, stamp: str) -> Entry:
    """Give operations of an entry that would lose against what they replace stamps of their own.

    Args:
        state: The documents before.
        entry: A journal entry.
        stamp: The stamp that the entry gets.

    Returns:
        The entry, with such operations as documents that are taken over (member `m`) instead of changed (`o`).
    """
    operations = entry.get("o", ())
    if len(operations) > _FEW and state.latest < stamp:
        return entry
    kept: list[list[Any]] = []
    moved: list[list[Any]] = []
    for operation in operations:
        table, number, values = operation[0], operation[1], dict(operation[2])
        values |= dict.fromkeys(operation[3] if len(operation) > 3 else (), ABSENT)
        latest = _replaced(state.registers(table, int(number)) or {}, values)
        if latest < stamp:
            kept.append(operation)
            continue
        later = next_timestamp(latest, stamp)
        registers: Registers = {name: (later, value) for name, value in values.items()}
        moved.append([table, number, compress(registers, sets=has_sets(table))])
    return {**entry, "o": kept, "m": [*entry.get("m", ()), *moved]} if moved else entry


def _replaced(registers: Registers, values: dict[str, Any]) -> str:
    """The latest stamp that values have to be later than."""
    if DELETED in values:
        names = set(registers)
    else:
        names = values.keys() & registers.keys()
        if DELETED in registers and (EXISTS in values or not is_alive(registers)):
            names.add(DELETED)
    return max((registers[name][0] for name in names), default=ZERO)

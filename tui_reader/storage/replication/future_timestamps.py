"""Changes of a journal entry before it is written, so that its edits replace what their author saw.

An edit must replace a value even if the value's timestamp is in the future.

A machine whose clock is wrong by more than a day does not advance the clocks of the others (`HybridClock.observe`),
so its values have later timestamps than all values that the others will write. An edit of such a register gets the
timestamp directly after the register's, instead of the clock's. Every machine still takes the value with the latest
timestamp. So all machines come to the same result, whenever the edit reaches them and whatever their clocks show.
Ignoring timestamps in the future would make the result depend on the time of day instead.
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

_ALWAYS_CHECKED = 64
"""Maximum number of operations of an entry that is always checked, which takes 30 µs for each operation.

Larger entries are checked only if the library contains a timestamp that is not earlier than the entry's.
"""


def record_seen_note_versions(state: State, entry: Entry, timestamp: str) -> Entry:
    """Add to an entry, for each edit of a note or deletion of an annotation, which versions of the note it replaces.

    Args:
        state: The documents before the entry.
        entry: A journal entry.
        timestamp: The timestamp that the entry will have.

    Returns:
        The entry. Its operations that edit a note also set the register `CONTEXT`, and those that delete an annotation
        the register `DELETION` (see `note_versions`).
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
        if is_note and registers:  # no other machine can have another text of a new annotation
            values[CONTEXT] = context_of_edit(known, timestamp)
        if is_deletion:
            values[DELETION] = seen_by_deletion(known)
        changed.append([table, number, values, *operation[3:]])
    return {**entry, "o": changed}


def _changes_note(operation: Sequence[Any]) -> bool:
    return operation[0] == ANNOTATIONS and (NOTE in operation[2] or (len(operation) > 3 and NOTE in operation[3]))


def _deletes(operation: Sequence[Any]) -> bool:
    return operation[0] == ANNOTATIONS and (DELETED in operation[2] or bool(operation[2].get("deleted")))


def override_future_timestamps(state: State, entry: Entry, timestamp: str) -> Entry:
    """Give those operations of an entry a later timestamp that would otherwise lose against the values they replace.

    Args:
        state: The documents before the entry.
        entry: A journal entry.
        timestamp: The timestamp that the entry will have.

    Returns:
        The entry. These operations are in its member `m` (documents with separate timestamps, to be joined) instead of
        `o` (changes at the entry's timestamp).
    """
    operations = entry.get("o", ())
    if len(operations) > _ALWAYS_CHECKED and state.latest < timestamp:
        return entry
    kept: list[list[Any]] = []
    moved: list[list[Any]] = []
    for operation in operations:
        table, number, values = operation[0], operation[1], dict(operation[2])
        values |= dict.fromkeys(operation[3] if len(operation) > 3 else (), ABSENT)
        latest = _latest_replaced(state.registers(table, int(number)) or {}, values)
        if latest < timestamp:
            kept.append(operation)
            continue
        later = next_timestamp(latest, timestamp)
        registers: Registers = {name: (later, value) for name, value in values.items()}
        moved.append([table, number, compress(registers, sets=has_sets(table))])
    return {**entry, "o": kept, "m": [*entry.get("m", ()), *moved]} if moved else entry


def _latest_replaced(registers: Registers, values: dict[str, Any]) -> str:
    """Return the latest timestamp of the registers that new values replace; `ZERO` if they replace none.

    Args:
        registers: The document's registers.
        values: The new values by register name. A deletion replaces all registers; an edit of a deleted document also
            replaces the deletion.
    """
    if DELETED in values:
        names = set(registers)
    else:
        names = values.keys() & registers.keys()
        if DELETED in registers and (EXISTS in values or not is_alive(registers)):
            names.add(DELETED)
    return max((registers[name][0] for name in names), default=ZERO)

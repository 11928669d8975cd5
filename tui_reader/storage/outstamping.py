"""Lets an edit win over what it replaces, even where that has a time stamp of the future.

A machine whose clock is wrong by more than a day does not set the clocks of the others (`Clock.observe`), so what it
wrote is later than all that they will write. An edit of such a register gets the stamp just after that register's, in
place of the clock's. Every machine still takes the latest stamp, so all of them come to the same, whenever they hear of
the edit and whatever their own clocks say; to count such stamps as none would make that depend on the time of day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_reader.storage.clock import ZERO, following
from tui_reader.storage.registers import ABSENT, DELETED, EXISTS, Registers, compress, has_sets, is_alive

if TYPE_CHECKING:
    from tui_reader.storage.journal import Entry
    from tui_reader.storage.state import State

_FEW = 64
"""Operations that are always looked at: 30 µs each. More are only where the library knows of later stamps."""


def outstamp(state: State, entry: Entry, stamp: str) -> Entry:
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
        later = following(latest, stamp)
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

"""What another program changed in the snapshot: its edits get time stamps, and what it removed gets tombstones.

Other programs change values and leave the time stamps as they were. So a register whose stamp is known with another
value was edited, whichever generation knows it: a stamp names one value. That a record is missing says less. It counts
as removed only against the very generation that the file was made from (see `generations`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.recovery.foreign_layout import DamagedError, Parsed, add
from tui_reader.storage.replication.hlc import ZERO, next_timestamp
from tui_reader.storage.replication.note_versions import (
    CONTEXT,
    DELETION,
    HIDDEN,
    NOTE,
    context_of_edit,
    current,
    shown,
)
from tui_reader.storage.replication.registers import (
    DELETED,
    EXISTS,
    TIMESTAMPS,
    Registers,
    compress,
    difference,
    expand,
    has_sets,
    is_alive,
    note_versions_of,
    same,
    visible,
)
from tui_reader.storage.snapshot.generations import ancestor, identity
from tui_reader.storage.snapshot.snapshot import TOMBSTONES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_reader.storage.snapshot.disk import Disk
    from tui_reader.storage.snapshot.state import State

_BACK = "“tui-reader backup list” shows the state before."


def take_over(path: str, parsed: Parsed, known: State | None, stamp: str, disk: Disk) -> str:
    """Stamp what another program changed in a file, and say how much that was.

    Args:
        path: The snapshot.
        parsed: What stands in the file; changed in place.
        known: The generation before, as far as it is at hand.
        stamp: For what was changed.
        disk: Makes the system calls.

    Returns:
        A sentence; empty if nothing was changed.

    Raises:
        DamagedError: A table is missing as a whole: nobody does that on purpose.
    """
    start = None if parsed.is_merged else ancestor(path, parsed.header, disk)
    if start is not None and is_edit_of(parsed, start):
        return against_ancestor(path, parsed, start, stamp)
    if (
        known is None
        or not known.snapshot.header
        or known.snapshot.header.get("library") != parsed.header.get("library")
    ):
        if identity(parsed.header) is None:
            return ""
        return (
            f"{path} was changed by another program. The state that it started from is not at hand: what it may have "
            "removed cannot be told from what it never had."
        )
    changed, added, kept = join_known(parsed, known, stamp)
    if not (changed or added or kept):
        return ""
    many = "s" * (kept != 1)
    return (
        f"{path} was changed by another program: {changed} changed, {added} added. The state that it started from is "
        f"not at hand, so nothing was removed: {kept} record{many} that it lacks stay{'s' * (kept == 1)}. {_BACK}"
    )


def is_edit_of(parsed: Parsed, start: State) -> bool:
    """Tell whether a file holds no time stamp that the generation named in its header does not hold.

    Returns:
        False if it does: other programs make no stamps, so records came into it from elsewhere, such as the other side
        of a merge, and the header does not say what the file was made from.
    """
    for name, documents in parsed.tables.items():
        table = name.removesuffix(TOMBSTONES)
        for number, document in documents.items():
            stamps = document.get(TIMESTAMPS)
            if not isinstance(stamps, dict) or not stamps:
                continue
            known = {stamp for stamp, _ in (start.registers(table, number) or {}).values()}
            if not {stamp for stamp in stamps.values() if isinstance(stamp, str)} <= known | {ZERO}:
                return False
    return True


def against_ancestor(path: str, parsed: Parsed, start: State, stamp: str) -> str:
    """Stamp what was changed and removed in a file since the generation that it was made from.

    Args:
        path: The file.
        parsed: What stands in it; changed in place.
        start: That very generation.
        stamp: For what was changed.

    Returns:
        A sentence; empty if nothing was changed.

    Raises:
        DamagedError: A table is missing as a whole: nobody does that on purpose.
    """
    changed = added = removed = 0
    for table in start.tables():
        known = dict(all_registers(start, table))
        if table not in parsed.tables:
            if any(is_alive(registers) for registers in known.values()):
                raise DamagedError(f"as a whole: the table “{table}” is missing")
            continue
        documents = parsed.tables[table]
        graves = parsed.tables.get(f"{table}{TOMBSTONES}", {})
        sets = has_sets(table)
        for number, document in list(documents.items()):
            new = expand(document, sets=sets)
            old = known.get(number)
            if old is None:
                added += 1
                continue
            edits = {
                name: value
                for name, value in difference(old, visible(new, sets=sets) or {}, sets=sets).items()
                if name not in new or new[name][0] <= old.get(name, ("",))[0]
            }
            if edits or not is_alive(old):
                changed += 1
                new |= {name: (stamp, value) for name, value in _with_context(table, old, edits, stamp).items()}
                documents[number] = compress(new, sets=sets)
        for number, registers in known.items():
            if number not in documents and number not in graves and is_alive(registers):
                removed += 1
                # As late as what was removed and not later: what another machine, or the journal, has changed of the
                # record since was not known to the one who removed it, and brings the record back.
                latest = max(each for each, _ in registers.values())
                registers[DELETED] = (next_timestamp(latest, stamp), True)
                add(parsed.tables, f"{table}{TOMBSTONES}", number, compress(registers, sets=sets))
    if not (changed or added or removed):
        return ""
    return f"{path} was changed by another program: {changed} changed, {added} added, {removed} removed. {_BACK}"


def _with_context(table: str, old: Registers, edits: dict[str, Any], stamp: str) -> dict[str, Any]:
    """Edits of a document with what a new text of its note replaces; that it exists, if there are none."""
    if table == ANNOTATIONS and NOTE in edits:
        return edits | {CONTEXT: context_of_edit(note_versions_of(old), stamp)}
    return edits or {EXISTS: True}


def join_known(parsed: Parsed, known: State, stamp: str) -> tuple[int, int, int]:
    """Stamp what is known with another value, and put back what is missing.

    Args:
        parsed: What stands in a file; changed in place.
        known: A generation that need not be the one that the file was made from.
        stamp: For what was changed.

    Returns:
        How many documents were changed, added, and are missing in the file.
    """
    changed = added = kept = 0
    for table in dict.fromkeys([*known.tables(), *(name.removesuffix(TOMBSTONES) for name in parsed.tables)]):
        sets = has_sets(table)
        documents = parsed.tables.setdefault(table, {})
        graves = parsed.tables.get(f"{table}{TOMBSTONES}", {})
        before = dict(all_registers(known, table))
        added += sum(number not in before for number in documents)
        for number, old in before.items():
            if number in documents:
                new = expand(documents[number], sets=sets)
                edits: dict[str, Any] = {name: value for name, (_, value) in new.items() if _was_edited(name, old, new)}
                if edits:
                    changed += 1
                    new |= {name: (stamp, value) for name, value in _with_context(table, old, edits, stamp).items()}
                    documents[number] = compress(new, sets=sets)
            elif number not in graves:
                kept += is_alive(old)
            add(parsed.tables, table, number, compress(old, sets=sets))
    return changed, added, kept


def _was_edited(name: str, old: Registers, new: Registers) -> bool:
    """Tell whether a register has another value than the one that its stamp names.

    What a note shows, and whether its annotation is deleted, follows from several registers (`note_versions`): these
    have another value as soon as a text of another machine was joined to them.
    """
    if name not in old or old[name][0] != new[name][0] or same(old[name][1], new[name][1]) or name in HIDDEN:
        return False
    if name == "deleted" and (DELETION in old or DELETION in new):
        return False
    if name == NOTE and (CONTEXT in old or CONTEXT in new):
        left = current(note_versions_of(new))
        return len(left) > 1 and shown(left) != new[name][1]
    return True


def complete(parsed: Parsed, before: State, *, rotten: bool) -> None:
    """Join what the last good generation held to what could be salvaged.

    Args:
        parsed: What could be salvaged.
        before: The last good generation.
        rotten: Believe the last good generation where both have a value of the same time: nobody edited this one.
    """
    parsed.header = parsed.header or before.snapshot.header
    for table in before.tables():
        sets = has_sets(table)
        documents = parsed.tables.setdefault(table, {})
        for number, registers in all_registers(before, table):
            if rotten and number in documents:
                here = expand(documents[number], sets=sets)
                here |= {name: old for name, old in registers.items() if name in here and here[name][0] == old[0]}
                documents[number] = compress(here, sets=sets)
            add(parsed.tables, table, number, compress(registers, sets=sets))


def all_registers(state: State, table: str) -> Iterator[tuple[int, Registers]]:
    """Everything that a state knows of a table, deleted documents too."""
    numbers = {number for name in (table, f"{table}{TOMBSTONES}") for number, _ in state.snapshot.lines(name)}
    numbers |= {number for name, number in state.changed_documents() if name == table}
    for number in sorted(numbers):
        registers = state.registers(table, number)
        if registers is not None:
            yield number, registers

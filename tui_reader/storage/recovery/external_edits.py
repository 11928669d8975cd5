"""Recording of edits by other programs: edited values get timestamps, removed records get tombstones.

Other programs change values without changing the timestamps. This program never gives one timestamp to two values, so
a register was edited if any former snapshot (see `generations`) has its timestamp with another value. A missing record
is weaker evidence: it counts as removed only compared with the snapshot that the file was made from.
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
from tui_reader.storage.snapshot.generations import ancestor, identity, latest_known
from tui_reader.storage.snapshot.snapshot import TOMBSTONES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_reader.storage.snapshot.disk import Disk
    from tui_reader.storage.snapshot.state import State

_BACKUP_HINT = "“tui-reader backup list” shows the state before."


def timestamp_edits(path: str, parsed: Parsed, known: State | None, timestamp: str, disk: Disk) -> str:
    """Give timestamps to values that another program edited in a snapshot, and return a sentence about the edits.

    Args:
        path: The snapshot.
        parsed: The content of the file; changed in place.
        known: The latest readable generation that this program wrote; None if there is none.
        timestamp: The timestamp for edited values.
        disk: Makes the system calls.

    Returns:
        A sentence that counts the edits, or says that no earlier generation was found to compare with. Empty if nothing
        was edited.

    Raises:
        DamagedError: A whole table is missing, which is not an intended edit.
    """
    start = None if parsed.is_merged else ancestor(path, parsed.header, disk)
    if start is not None and is_edit_of(parsed, start):
        return timestamp_against_ancestor(path, parsed, start, timestamp)
    if (
        known is None
        or not known.snapshot.header
        or known.snapshot.header.get("library") != parsed.header.get("library")
    ):
        if identity(parsed.header) is None:
            return ""
        return (
            f"{path} was changed by another program. The version that it was edited from was not "
            "found, so records that were removed cannot be distinguished from those that it never had."
        )
    changed, added, kept = join_known(parsed, known, timestamp)
    if not (changed or added or kept):
        return ""
    many = "s" * (kept != 1)
    return (
        f"{path} was changed by another program: {changed} changed, {added} added. The version that it was edited "
        f"from was not found, so nothing was removed: {kept} missing record{many} {'is' if kept == 1 else 'are'} kept. "
        f"{_BACKUP_HINT}"
    )


def timestamp_edits_of_copy(library: str, parsed: Parsed, timestamp: str, disk: Disk) -> None:
    """Give timestamps to values that another program edited in a copy of a snapshot.

    Otherwise such values would keep the timestamps of the values that they replaced, and lose against every other
    edit of the same field. Records that are missing in the copy do not count as removed.

    Args:
        library: The snapshot that was copied; the generation that the copy was made from is searched for in its folder.
        parsed: The content of the copy; changed in place.
        timestamp: The timestamp for edited values.
        disk: Makes the system calls.
    """
    start = None if parsed.is_merged else ancestor(library, parsed.header, disk)
    if start is not None and is_edit_of(parsed, start):
        timestamp_against_ancestor(library, parsed, start, timestamp, has_removals=False)
        return
    known = latest_known(library, disk)
    if known is not None and known.snapshot.header.get("library") == parsed.header.get("library"):
        join_known(parsed, known, timestamp)


def is_edit_of(parsed: Parsed, start: State) -> bool:
    """Return True if a file was made from a generation by edits of another program.

    Then the generation contains all timestamps of the file's records, since other programs make none. If the file has
    others, some of its records came from elsewhere, such as the other side of a merge.

    Args:
        parsed: The content of the file.
        start: The generation that the file's header names.
    """
    for name, documents in parsed.tables.items():
        table = name.removesuffix(TOMBSTONES)
        for number, document in documents.items():
            timestamps = document.get(TIMESTAMPS)
            if not isinstance(timestamps, dict) or not timestamps:
                continue
            known = {timestamp for timestamp, _ in (start.registers(table, number) or {}).values()}
            if not {timestamp for timestamp in timestamps.values() if isinstance(timestamp, str)} <= known | {ZERO}:
                return False
    return True


def timestamp_against_ancestor(
    path: str, parsed: Parsed, start: State, timestamp: str, *, has_removals: bool = True
) -> str:
    """Compare a file with the generation it was made from; give edited values timestamps, removed records tombstones.

    Args:
        path: The file, for the sentence.
        parsed: The content of the file; changed in place.
        start: The ancestor: the exact generation that the file was made from.
        timestamp: The timestamp for edited values.
        has_removals: True if records that are missing in the file count as removed.

    Returns:
        A sentence that counts the changes; empty if nothing was changed.

    Raises:
        DamagedError: A whole table is missing, which is not an intended edit.
    """
    changed = added = removed = 0
    for table in start.tables():
        known = dict(all_registers(start, table))
        if table not in parsed.tables:
            if has_removals and any(is_alive(registers) for registers in known.values()):
                raise DamagedError(f"as a whole: the table “{table}” is missing")
            continue
        documents = parsed.tables[table]
        tombstones = parsed.tables.get(f"{table}{TOMBSTONES}", {})
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
                new |= {name: (timestamp, value) for name, value in _with_context(table, old, edits, timestamp).items()}
                documents[number] = compress(new, sets=sets)
        for number, registers in known.items() if has_removals else ():
            if number not in documents and number not in tombstones and is_alive(registers):
                removed += 1
                # The tombstone gets the timestamp directly after the ancestor's record, no later one. If another
                # machine or the journal has changed the record since, that change wins: the removal ignored it.
                latest = max(each for each, _ in registers.values())
                registers[DELETED] = (next_timestamp(latest, timestamp), True)
                add(parsed.tables, f"{table}{TOMBSTONES}", number, compress(registers, sets=sets))
    if not (changed or added or removed):
        return ""
    return f"{path} was changed by another program: {changed} changed, {added} added, {removed} removed. {_BACKUP_HINT}"


def _with_context(table: str, old: Registers, edits: dict[str, Any], timestamp: str) -> dict[str, Any]:
    """Return the registers to write for the edits of a document, by name, without timestamps.

    Args:
        table: The document's table.
        old: The document's registers before the edits.
        edits: The edited registers, by name; empty if the document was only created again after its deletion.
        timestamp: The timestamp for edited values.

    Returns:
        The edits, and the register `CONTEXT` if they change an annotation's note. Without edits, the register `EXISTS`.
    """
    if table == ANNOTATIONS and NOTE in edits:
        return edits | {CONTEXT: context_of_edit(note_versions_of(old), timestamp)}
    return edits or {EXISTS: True}


def join_known(parsed: Parsed, known: State, timestamp: str) -> tuple[int, int, int]:
    """Join a generation to a file's content, after giving timestamps to values that another program edited.

    Args:
        parsed: The content of a file; changed in place.
        known: A generation of the same library; the file may have been made from another one.
        timestamp: The timestamp for edited values.

    Returns:
        Three counts of documents: edited in the file, only in the file, and only in the generation. The last are added
        to the content, since they were not necessarily removed.
    """
    changed = added = kept = 0
    for table in dict.fromkeys([*known.tables(), *(name.removesuffix(TOMBSTONES) for name in parsed.tables)]):
        sets = has_sets(table)
        documents = parsed.tables.setdefault(table, {})
        tombstones = parsed.tables.get(f"{table}{TOMBSTONES}", {})
        before = dict(all_registers(known, table))
        added += sum(number not in before for number in documents)
        for number, old in before.items():
            if number in documents:
                new = expand(documents[number], sets=sets)
                edits: dict[str, Any] = {name: value for name, (_, value) in new.items() if _was_edited(name, old, new)}
                if edits:
                    changed += 1
                    new |= {
                        name: (timestamp, value) for name, value in _with_context(table, old, edits, timestamp).items()
                    }
                    documents[number] = compress(new, sets=sets)
            elif number not in tombstones:
                kept += is_alive(old)
            add(parsed.tables, table, number, compress(old, sets=sets))
    return changed, added, kept


def _was_edited(name: str, old: Registers, new: Registers) -> bool:
    """Return True if another program edited a register: it has its old timestamp with another value.

    A note, and the deletion of its annotation, depend on several registers (`note_versions`). The values of such
    registers also differ after the note was merged with that of another machine, which is not an edit.

    Args:
        name: Name of the register.
        old: The document's registers in a generation.
        new: The document's registers in the file.
    """
    if name not in old or old[name][0] != new[name][0] or same(old[name][1], new[name][1]) or name in HIDDEN:
        return False
    if name == "deleted" and (DELETION in old or DELETION in new):
        return False
    if name == NOTE and (CONTEXT in old or CONTEXT in new):
        unreplaced = current(note_versions_of(new))
        return len(unreplaced) > 1 and shown(unreplaced) != new[name][1]
    return True


def fill_from_generation(parsed: Parsed, before: State, *, prefer_known: bool) -> None:
    """Join the latest readable generation to the records that were salvaged from a damaged file.

    Args:
        parsed: The salvaged content; changed in place.
        before: The generation.
        prefer_known: True to take the generation's value where the file has another value with the same timestamp:
            in a file with a wrong checksum, such a value is damaged; in any other file, it was edited.
    """
    parsed.header = parsed.header or before.snapshot.header
    for table in before.tables():
        sets = has_sets(table)
        documents = parsed.tables.setdefault(table, {})
        for number, registers in all_registers(before, table):
            if prefer_known and number in documents:
                here = expand(documents[number], sets=sets)
                here |= {name: old for name, old in registers.items() if name in here and here[name][0] == old[0]}
                documents[number] = compress(here, sets=sets)
            add(parsed.tables, table, number, compress(registers, sets=sets))


def all_registers(state: State, table: str) -> Iterator[tuple[int, Registers]]:
    """Yield the document id and the registers of every document of a table, deleted ones included."""
    numbers = {number for name in (table, f"{table}{TOMBSTONES}") for number, _ in state.snapshot.lines(name)}
    numbers |= {number for name, number in state.changed_documents() if name == table}
    for number in sorted(numbers):
        registers = state.registers(table, number)
        if registers is not None:
            yield number, registers

"""Conversion of edits of records, as services make them, to journal operations on documents."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.storage.base import ANNOTATIONS, Edit, Json, Record
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.replication.note_versions import HIDDEN
from tui_reader.storage.replication.registers import (
    ABSENT,
    DELETED,
    EXISTS,
    TIMESTAMPS,
    assign,
    compress,
    difference,
    has_sets,
    is_alive,
    is_tag_set,
    join,
    same,
    visible,
)
from tui_reader.storage.snapshot.json_values import canonical, check, fresh

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui_reader.storage.replication.registers import Registers
    from tui_reader.storage.snapshot.journal import Entry
    from tui_reader.storage.snapshot.state import SavedDocument, State

MANY = 64
"""Number of changed records of one table above which their documents are read in one pass, not one by one."""
KEY = "id"
TAGS = "tags"
PARENT = "article"
PLACED = "placed"
_PLAIN_FLAGS = frozenset(("read", "starred", "archived", "up_next"))
"""Fields whose edits need no check if the new value is true or None."""


def checked(edit: Edit) -> Edit:
    """Check that an edit can be saved; return the edit with its value copied and its tags sorted.

    Raises:
        ValueError: The value cannot be saved, or the field is reserved for the store.
        TypeError: The value is not a JSON value.
    """
    if (edit.after is None or edit.after is True) and edit.key.isascii() and edit.field in _PLAIN_FLAGS:
        return edit  # nothing to check or to copy: a change of thousands of articles consists of these
    if edit.field in (KEY, TIMESTAMPS):
        raise ValueError(f"the field “{edit.field}” is the store's own and cannot be edited")
    check(edit.field)
    check(edit.key)
    check(edit.after)
    if edit.field == TAGS and has_sets(edit.table) and is_tag_set(edit.after):
        return edit._replace(after=sorted(set(edit.after)))
    return edit._replace(after=fresh(edit.after))


def with_edit(fields: dict[str, Json], field: str, after: Json) -> None:
    """Set a field in a record's fields to the value after an edit; remove it if the value is None."""
    if after is None:
        fields.pop(field, None)
    else:
        fields[field] = after


def merged(edit: Edit, now: Json) -> Json:
    """Return the new value of a field that was edited from `edit.before` but may have changed since.

    In the field `tags`, only the tags that the edit added or removed change. Any other field gets `edit.after`.
    """
    if edit.field == TAGS and has_sets(edit.table) and all(map(is_tag_set, (edit.before or (), edit.after, now))):
        before, after = set(edit.before or ()), set(edit.after)
        return sorted((set(now) | (after - before)) - (before - after))
    return edit.after


def inverse(
    edits: Sequence[Edit], record: Callable[[str, str], Record | None], *, redo: bool = False
) -> tuple[list[Edit], set[str]]:
    """Return the edits that undo or redo a step, except in fields that were changed after the step.

    Args:
        edits: The edits of the step.
        record: Returns the current state of a record by table and key.
        redo: True to redo the edits, False to undo them.

    Returns:
        The edits, and the keys of the annotations that they do not delete (see `annotations_changed_since`).
    """
    if any(edit.table == ANNOTATIONS for edit in edits):
        record = cache(record)  # a highlight has a dozen fields
    wanted = list(edits) if redo else [each._replace(before=each.after, after=each.before) for each in reversed(edits)]
    spared = annotations_changed_since(wanted, record)
    out = []
    for edit in wanted:
        if edit.table == ANNOTATIONS and edit.key in spared:
            continue
        value = (record(edit.table, edit.key) or {}).get(edit.field)
        if same(value, edit.before):
            out.append(edit)
        elif (target := merged(edit, value)) is not edit.after:
            out.append(edit._replace(before=value, after=target))
    return [edit for edit in out if not same(edit.before, edit.after)], spared


def annotations_changed_since(edits: Sequence[Edit], record: Callable[[str, str], Record | None]) -> set[str]:
    """Return the keys of annotations that `edits` would delete, but that differ from what the edits expect.

    Deleting such an annotation would lose the words that another window or machine has added to it. A new position
    of its passage (`placed`) does not count as a difference, since positions are computed again.

    Args:
        edits: The edits that undo or redo a step, about to be made; `Edit.before` is the expected value.
        record: Returns a record by table and key.
    """
    deleted = {each.key for each in edits if each.table == ANNOTATIONS and each.field == PARENT and each.after is None}
    expected: dict[str, dict[str, Json]] = {key: {} for key in deleted}
    for edit in edits:
        if edit.table == ANNOTATIONS and edit.key in deleted:
            expected[edit.key].setdefault(edit.field, edit.before)
    return {
        key for key in deleted if (now := record(ANNOTATIONS, key)) and _comparable(now) != _comparable(expected[key])
    }


def _comparable(fields: Record) -> dict[str, str]:
    """Return an annotation's fields as JSON texts by name, to be compared; without the position of its passage."""
    return {name: canonical(value) for name, value in fields.items() if name != PLACED and value is not None}


def entry_of(state: State, edits: Sequence[Edit], number_of: Callable[[str, str], int | None]) -> Entry:
    """Return the journal entry for edits, without a timestamp; empty if the edits change nothing.

    Args:
        state: The documents before the edits.
        edits: The edits.
        number_of: Returns the document id of a record by table and key; None if there is no such record.
    """
    grouped: dict[tuple[str, str], list[Edit]] = {}
    for edit in edits:
        grouped.setdefault((edit.table, edit.key), []).append(edit)
    numbers = {(table, key): number_of(table, key) for table, key in grouped}
    read = _read_together(state, numbers)
    entry: dict[str, list[list[Any]]] = {"o": [], "m": []}
    for (table, key), own in grouped.items():
        number = numbers[table, key]
        if number is not None and table in read:
            saved = read[table].get(number)
            values = changed_in(saved, own) if saved is not None else None
            if values is not None:
                entry["o"] += _operation(table, number, values)
                continue
            registers = state.merged(table, number, saved.line if saved is not None else None)
        else:
            registers = (state.registers(table, number) if number is not None else None) or {}
        operations, copied = _of_record(state, table, key, own, Known(number, registers))
        entry["o"] += operations
        entry["m"] += copied
    return {member: found for member, found in entry.items() if found}


def _read_together(state: State, numbers: Mapping[tuple[str, str], int | None]) -> dict[str, dict[int, SavedDocument]]:
    """Read the documents of each table of which more than `MANY` are to be changed, except annotations.

    The ids of annotations are looked up one by one anyway, which reads their documents.

    Args:
        state: The documents before the edits.
        numbers: For each edited record, by table and key, its document id; None if the record does not exist.

    Returns:
        The documents of the snapshot by table and id; other tables are missing.
    """
    wanted: dict[str, list[int]] = {}
    for (table, _), number in numbers.items():
        if number is not None and table != ANNOTATIONS:
            wanted.setdefault(table, []).append(number)
    return {table: state.saved_documents(table, own) for table, own in wanted.items() if len(own) > MANY}


class Known(NamedTuple):
    """The document of a record before the record is edited."""

    number: int | None
    """The document's id; None if the record does not exist."""
    registers: Registers


def _of_record(
    state: State, table: str, key: str, edits: Sequence[Edit], known: Known
) -> tuple[list[list[Any]], list[list[Any]]]:
    """Return what to add to the members `o` and `m` of a journal entry (see `library_files`) to edit one record.

    Args:
        state: The documents before the edits.
        table: The record's table.
        key: The record's key.
        edits: The edits, all of this record.
        known: The record's document before the edits.
    """
    number, registers = known
    if number is not None and table != ANNOTATIONS and (values := changed_alone(registers, edits)) is not None:
        return _operation(table, number, values), []
    old = visible(registers, sets=has_sets(table))
    fields = {name: value for name, value in (old or {}).items() if name != KEY}
    for edit in edits:
        with_edit(fields, edit.field, merged(edit, fields.get(edit.field)))
    if not fields:
        return [[table, str(number), {DELETED: True}]] if old is not None else [], []
    parent = fields.get(PARENT) if table == ANNOTATIONS else None
    home = document_id(key, parent if isinstance(parent, str) else "")
    if number is not None and table == ANNOTATIONS and home != number and old is not None:
        # The annotation moved to another article: the document ids of one article's annotations are consecutive.
        return moved(state, table, number, home, {KEY: key} | fields)
    return written(state, table, home, {KEY: key} | fields), []


def changed_alone(registers: Registers, edits: Sequence[Edit]) -> dict[str, Any] | None:
    """Return the new values of the registers that edits of a record change; compare only the edited fields.

    Comparing all fields would take half of the time in which a change of thousands of records is saved.

    Args:
        registers: The record's registers.
        edits: The edits of the record.

    Returns:
        The values by register name, as `difference` would return them. None if `difference` must be called instead: if
        the record does not exist, may have no field left after the edits, or if an edited field has several registers.
    """
    names = {edit.field for edit in edits}
    if DELETED in registers or KEY not in registers or not all(map(_has_own_register, names)):
        return None
    if not any(
        name not in names and name != KEY and name not in HIDDEN and name.isidentifier() and value is not ABSENT
        for name, (_, value) in registers.items()
    ):
        return None
    values: dict[str, Any] = {}
    for field, after in {edit.field: edit.after for edit in edits}.items():
        known = registers[field][1] if field in registers else ABSENT
        value = ABSENT if after is None else after
        if (value is ABSENT) != (known is ABSENT) or (value is not ABSENT and not same(known, value)):
            values[field] = value
    return values


def changed_in(saved: SavedDocument, edits: Sequence[Edit]) -> dict[str, Any] | None:
    """Return what `changed_alone` returns, from a document of the snapshot instead of its registers.

    This is faster, because most registers need not be built.

    Returns:
        The values by register name; None if all registers of the document must be built to know them.
    """
    names = {edit.field: edit.after for edit in edits}
    if not all(map(_has_own_register, names)) or not saved.has_more_than(names):
        return None
    known = saved.fields(names)
    if known is None:
        return None
    values: dict[str, Any] = {}
    for field, after in names.items():
        if after is None:
            if field in known:
                values[field] = ABSENT
        elif field not in known or not same(known[field], after):
            values[field] = after
    return values


def _has_own_register(field: str) -> bool:
    return field.isidentifier() and field not in (KEY, TAGS, TIMESTAMPS) and field not in HIDDEN


def moved(
    state: State, table: str, number: int, home: int, fields: Mapping[str, Json]
) -> tuple[list[list[Any]], list[list[Any]]]:
    """Return the operations, for the members `o` and `m` of an entry, that give a document another id and these fields.

    Unchanged values keep their timestamps: with new ones they would win over later changes of another machine.

    Args:
        state: The documents before the move.
        table: The document's table.
        number: The document's present id.
        home: The document's new id.
        fields: All fields of the document after the move.
    """
    sets = has_sets(table)
    own = {name: register for name, register in (state.registers(table, number) or {}).items() if name != DELETED}
    there = state.registers(table, home) or {}
    join(there, own)
    deletion = [table, str(number), {DELETED: True}]
    changes = _operation(table, home, difference(there, fields, sets=sets) | {EXISTS: True})
    return [deletion, *changes], [[table, str(home), compress(own, sets=sets)]]


def written(state: State, table: str, number: int, fields: Mapping[str, Json]) -> list[list[Any]]:
    """Return a list of the one operation that gives a document exactly these fields; empty if it has them already."""
    registers = state.registers(table, number) or {}
    sets = has_sets(table)
    values = difference(registers, fields, sets=sets)
    if not is_alive(registers):
        # Written again after it was deleted: every field needs a timestamp later than the deletion.
        values = assign(fields, sets=sets) | values | {EXISTS: True}
    return _operation(table, number, values)


def _operation(table: str, number: int, values: Mapping[str, Any]) -> list[list[Any]]:
    """Return a list of the one operation that sets these registers, `ABSENT` ones by removal; empty without values."""
    if not values:
        return []
    absent = [name for name, value in values.items() if value is ABSENT]
    kept = {name: value for name, value in values.items() if value is not ABSENT}
    return [[table, str(number), kept, absent] if absent else [table, str(number), kept]]


def plain(document: dict[str, Json] | None) -> dict[str, Json]:
    """Return the fields of a record from its document, without the key; empty without a document."""
    return {name: value for name, value in (document or {}).items() if name != KEY}

"""Edits of records, as the services make them, turned into operations on documents, as the journal keeps them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from tui_reader.storage.base import ANNOTATIONS, Edit, Json, Record
from tui_reader.storage.replication.document_ids import document_id
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
    visible,
)
from tui_reader.storage.snapshot.json_values import canonical, check, fresh

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui_reader.storage.snapshot.journal import Entry
    from tui_reader.storage.snapshot.state import State

KEY = "id"
TAGS = "tags"
PARENT = "article"
PLACED = "placed"


def checked(edit: Edit) -> Edit:
    """An edit whose value can be kept, with tags in order.

    Raises:
        ValueError: The value cannot be kept, or the field is the store's own.
        TypeError: The value is none of JSON's.
    """
    if edit.field in (KEY, TIMESTAMPS):
        raise ValueError(f"the field “{edit.field}” is the store's own and cannot be edited")
    check(edit.field)
    check(edit.key)
    check(edit.after)
    if edit.field == TAGS and has_sets(edit.table) and is_tag_set(edit.after):
        return edit._replace(after=sorted(set(edit.after)))
    return edit._replace(after=fresh(edit.after))


def with_edit(fields: dict[str, Json], field: str, after: Json) -> None:
    """Make an edit true in a record's fields."""
    if after is None:
        fields.pop(field, None)
    else:
        fields[field] = after


def merged(edit: Edit, now: Json) -> Json:
    """What a field is to become where it may have changed since `edit.before` was read.

    Of tags, only those that the edit added or removed change. Any other field becomes what the edit says.
    """
    if edit.field == TAGS and has_sets(edit.table) and all(map(is_tag_set, (edit.before or (), edit.after, now))):
        before, after = set(edit.before or ()), set(edit.after)
        return sorted((set(now) | (after - before)) - (before - after))
    return edit.after


def inverse(
    edits: Sequence[Edit], record: Callable[[str, str], Record | None], *, forth: bool = False
) -> tuple[list[Edit], set[str]]:
    """The edits that take others back, leaving alone what was changed again since.

    Args:
        edits: What was done.
        record: Gives a record by table and key.
        forth: Do them again instead.

    Returns:
        The edits, and the keys of the annotations that are left alone as a whole (see `written_on`).
    """
    record = cache(record)  # a highlight has a dozen fields
    turned = list(edits) if forth else [each._replace(before=each.after, after=each.before) for each in reversed(edits)]
    left = written_on(turned, record)
    out = []
    for edit in turned:
        if edit.table == ANNOTATIONS and edit.key in left:
            continue
        value = (record(edit.table, edit.key) or {}).get(edit.field)
        if canonical(value) == canonical(edit.before):
            out.append(edit)
        elif (target := merged(edit, value)) is not edit.after:
            out.append(edit._replace(before=value, after=target))
    return [edit for edit in out if canonical(edit.before) != canonical(edit.after)], left


def written_on(edits: Sequence[Edit], record: Callable[[str, str], Record | None]) -> set[str]:
    """Keys of the annotations that edits would take away, and that are others by now than the edits say.

    Without its article nobody finds an annotation: what somebody else has written on it would be out of reach. Where
    its passage was found since does not count: that is worked out again.

    Args:
        edits: What would be done.
        record: Gives a record by table and key.
    """
    going = {each.key for each in edits if each.table == ANNOTATIONS and each.field == PARENT and each.after is None}
    expected: dict[str, dict[str, Json]] = {key: {} for key in going}
    for edit in edits:
        if edit.table == ANNOTATIONS and edit.key in going:
            expected[edit.key].setdefault(edit.field, edit.before)
    return {key for key in going if (now := record(ANNOTATIONS, key)) and _own(now) != _own(expected[key])}


def _own(fields: Record) -> dict[str, str]:
    """What is an annotation's own, to compare."""
    return {name: canonical(value) for name, value in fields.items() if name != PLACED and value is not None}


def entry_of(state: State, edits: Sequence[Edit], number_of: Callable[[str, str], int | None]) -> Entry:
    """The journal entry that makes edits true, without its stamp; empty if they are true.

    Args:
        state: The documents before.
        edits: What changes.
        number_of: The document id of an existing annotation by table and key.
    """
    grouped: dict[tuple[str, str], list[Edit]] = {}
    for edit in edits:
        grouped.setdefault((edit.table, edit.key), []).append(edit)
    entry: dict[str, list[list[Any]]] = {"o": [], "m": []}
    for (table, key), own in grouped.items():
        changed, taken_over = _of_record(state, table, key, own, number_of(table, key))
        entry["o"] += changed
        entry["m"] += taken_over
    return {member: found for member, found in entry.items() if found}


def _of_record(
    state: State, table: str, key: str, edits: Sequence[Edit], number: int | None
) -> tuple[list[list[Any]], list[list[Any]]]:
    """The members `o` and `m` of the entry that makes edits of one record true."""
    registers = (state.registers(table, number) if number is not None else None) or {}
    old = visible(registers, sets=has_sets(table))
    fields = {name: value for name, value in (old or {}).items() if name != KEY}
    for edit in edits:
        with_edit(fields, edit.field, merged(edit, fields.get(edit.field)))
    if not fields:
        return [[table, str(number), {DELETED: True}]] if old is not None else [], []
    parent = fields.get(PARENT) if table == ANNOTATIONS else None
    home = document_id(key, parent if isinstance(parent, str) else "")
    if number is not None and table == ANNOTATIONS and home != number and old is not None:
        # Moved to another article: documents of one article stand together.
        return moved(state, table, number, home, {KEY: key} | fields)
    return written(state, table, home, {KEY: key} | fields), []


def moved(
    state: State, table: str, number: int, home: int, fields: Mapping[str, Json]
) -> tuple[list[list[Any]], list[list[Any]]]:
    """The members `o` and `m` of the entry by which a document has another id, and exactly these fields.

    What was written before keeps its time: else it would win over what another machine has made of it since.
    """
    sets = has_sets(table)
    own = {name: register for name, register in (state.registers(table, number) or {}).items() if name != DELETED}
    there = state.registers(table, home) or {}
    join(there, own)
    gone = [table, str(number), {DELETED: True}]
    made = _operation(table, home, difference(there, fields, sets=sets) | {EXISTS: True})
    return [gone, *made], [[table, str(home), compress(own, sets=sets)]]


def written(state: State, table: str, number: int, fields: Mapping[str, Json]) -> list[list[Any]]:
    """The operation that makes a document have exactly these fields, in a list; an empty list if it has them."""
    registers = state.registers(table, number) or {}
    sets = has_sets(table)
    values = difference(registers, fields, sets=sets)
    if not is_alive(registers):
        # Written anew after it was deleted: everything gets a stamp that is later than the deletion.
        values = assign(fields, sets=sets) | values | {EXISTS: True}
    return _operation(table, number, values)


def _operation(table: str, number: int, values: Mapping[str, Any]) -> list[list[Any]]:
    """The operation that gives registers these values, in a list; an empty list if there are none."""
    if not values:
        return []
    absent = [name for name, value in values.items() if value is ABSENT]
    kept = {name: value for name, value in values.items() if value is not ABSENT}
    return [[table, str(number), kept, absent] if absent else [table, str(number), kept]]


def plain(document: dict[str, Json] | None) -> dict[str, Json]:
    """A record's fields from its document."""
    return {name: value for name, value in (document or {}).items() if name != KEY}

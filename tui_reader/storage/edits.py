"""Edits of records, as the services make them, turned into operations on documents, as the journal keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_reader.storage.base import ANNOTATIONS, Edit, Json
from tui_reader.storage.identity import document_id
from tui_reader.storage.registers import (
    ABSENT,
    DELETED,
    EXISTS,
    STAMPS,
    assign,
    difference,
    has_sets,
    is_alive,
    is_tag_set,
    visible,
)
from tui_reader.storage.values import canonical, check, fresh

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui_reader.storage.registers import Registers
    from tui_reader.storage.state import State

KEY = "id"
TAGS = "tags"
PARENT = "article"


def checked(edit: Edit) -> Edit:
    """An edit whose value can be kept, with tags in order.

    Raises:
        ValueError: The value cannot be kept, or the field is the store's own.
        TypeError: The value is none of JSON's.
    """
    if edit.field in (KEY, STAMPS):
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


def inverse(edits: Sequence[Edit], now: Callable[[str, str, str], Json], *, forth: bool = False) -> list[Edit]:
    """The edits that take others back, leaving alone what was changed again since.

    Args:
        edits: What was done.
        now: The value of a field of a record: by table, key and field.
        forth: Do them again instead.
    """
    out = []
    for done in edits if forth else reversed(edits):
        turned = done if forth else done._replace(before=done.after, after=done.before)
        value = now(done.table, done.key, done.field)
        if canonical(value) == canonical(turned.before):
            out.append(turned)
        elif (target := merged(turned, value)) is not turned.after:
            out.append(turned._replace(before=value, after=target))
    return [edit for edit in out if canonical(edit.before) != canonical(edit.after)]


def operations(state: State, edits: Sequence[Edit], number_of: Callable[[str, str], int | None]) -> list[list[Any]]:
    """The operations that make edits true, each document once.

    Args:
        state: The documents before.
        edits: What changes.
        number_of: The document id of an existing annotation by table and key.
    """
    grouped: dict[tuple[str, str], list[Edit]] = {}
    for edit in edits:
        grouped.setdefault((edit.table, edit.key), []).append(edit)
    out: list[list[Any]] = []
    for (table, key), own in grouped.items():
        out += _of_record(state, table, key, own, number_of(table, key))
    return out


def _of_record(state: State, table: str, key: str, edits: Sequence[Edit], number: int | None) -> list[list[Any]]:
    registers = (state.registers(table, number) if number is not None else None) or {}
    old = visible(registers, sets=has_sets(table))
    fields = {name: value for name, value in (old or {}).items() if name != KEY}
    for edit in edits:
        with_edit(fields, edit.field, merged(edit, fields.get(edit.field)))
    if not fields:
        return [[table, str(number), {DELETED: True}]] if old is not None else []
    parent = fields.get(PARENT) if table == ANNOTATIONS else None
    home = document_id(key, parent if isinstance(parent, str) else "")
    if number is not None and table == ANNOTATIONS and home != number and old is not None:
        # Moved to another article: documents of one article stand together.
        gone = [table, str(number), {DELETED: True}]
        return [gone, *written(state, table, home, {KEY: key} | fields)]
    if number is not None:
        return changes(table, number, registers, {KEY: key} | fields)
    return written(state, table, home, {KEY: key} | fields)


def written(state: State, table: str, number: int, fields: Mapping[str, Json]) -> list[list[Any]]:
    """The operation that makes a document have exactly these fields, in a list; an empty list if it has them."""
    return changes(table, number, state.registers(table, number) or {}, fields)


def changes(table: str, number: int, registers: Registers, fields: Mapping[str, Json]) -> list[list[Any]]:
    """As `written`, for a document whose registers are known."""
    sets = has_sets(table)
    values = difference(registers, fields, sets=sets)
    if not is_alive(registers):
        # Written anew after it was deleted: everything gets a stamp that is later than the deletion.
        values = assign(fields, sets=sets) | values | {EXISTS: True}
    if not values:
        return []
    absent = [name for name, value in values.items() if value is ABSENT]
    kept = {name: value for name, value in values.items() if value is not ABSENT}
    return [[table, str(number), kept, absent] if absent else [table, str(number), kept]]


def plain(document: dict[str, Json] | None) -> dict[str, Json]:
    """A record's fields from its document."""
    return {name: value for name, value in (document or {}).items() if name != KEY}

"""Documents as sets of last-writer-wins registers, which makes merging independent of order.

A merge of two documents takes the later value of each register. So changes from journals, other instances, other
machines and conflict copies are all merged by one operation, `join`, whose result depends on neither order nor
repetition (a join-semilattice: Shapiro et al., “Conflict-free Replicated Data Types”, 2011).

A register has the name of its field, except for these:

| name     | meaning                                                                                              |
|----------|------------------------------------------------------------------------------------------------------|
| `tags/x` | true if `x` is one of the tags: if two machines add a tag each, neither is lost                      |
| `+`      | the document exists; the only register of a document without fields                                 |
| `-`      | the document was deleted; it stays deleted while no other register is later                          |
| `=name`  | a field whose name is empty, starts with `+`, `-` or `=`, or contains a slash                        |

On disk a document has its timestamps under `_t`: a default under the empty name, and the timestamps of registers that
differ from the default. If a register in `_t` has no field, the field was removed (`+tags/x`: a tag that is set while
the field `tags` is removed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tui_reader.storage.replication import note_versions
from tui_reader.storage.replication.hlc import ZERO, is_timestamp
from tui_reader.storage.replication.note_versions import CONTEXT, DELETION, HIDDEN, NOTE
from tui_reader.storage.snapshot.json_values import canonical, fresh

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TIMESTAMPS = "_t"
EXISTS = "+"
DELETED = "-"


class _Absent:
    """The type of `ABSENT`, the value of a register whose field was removed."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()

Registers: TypeAlias = dict[str, tuple[str, Any]]
"""The registers of a document: timestamp and value by register name."""

_PARENT = "article"
_DELETED_FIELD = "deleted"
_SETS = ("tags",)
_SET_MARK: tuple[
    ()
] = ()  # value of the register `tags` itself while the field exists: each tag has a separate register


def has_sets(table: str) -> bool:
    """Return True if `tags` is a set in a table's documents; in other tables it is an ordinary field."""
    return table in ("articles", "annotations")


def register_name(field: str) -> str:
    """Return the name of the register that contains a field: that of the field, or `=name` if it would be ambiguous."""
    return f"={field}" if not field or field[0] in "+-=" or "/" in field else field


def field_name(register: str) -> str:
    """Return the name of the field that a register contains; the inverse of `register_name`."""
    return register.removeprefix("=")


def is_tag_set(value: Any) -> bool:
    """Return True if a value is a list of strings, so that each string can have a separate register."""
    return isinstance(value, (list, tuple)) and all(isinstance(member, str) for member in value)


def assign(fields: Mapping[str, Any], *, sets: bool) -> dict[str, Any]:
    """Return the values, by register name, of a new document with exactly these fields.

    Args:
        fields: The values by field name.
        sets: True if `tags` is a set (`has_sets`).

    Raises:
        ValueError: A field has the name that is reserved for timestamps.
    """
    out: dict[str, Any] = {}
    for field, value in fields.items():
        if field == TIMESTAMPS:
            raise ValueError(f"the field “{TIMESTAMPS}” holds the store's own timestamps")
        if sets and field in _SETS and is_tag_set(value):
            out[field] = _SET_MARK
            out.update({f"{field}/{member}": True for member in value})
        else:
            out[register_name(field)] = value
    return out


def difference(old: Registers, fields: Mapping[str, Any], *, sets: bool) -> dict[str, Any]:
    """Return the values, by register name, to write so that a document has exactly these fields; empty if it has them.

    Args:
        old: The document's registers.
        fields: The fields that the document is to have.
        sets: True if `tags` is a set (`has_sets`).
    """
    new = assign(fields, sets=sets)
    out = {name: value for name, value in new.items() if name not in old or not same(old[name][1], value)}
    for name, (_, value) in old.items():
        if name in new or name in (EXISTS, DELETED, *HIDDEN):
            continue
        if sets and "/" in name and name[0] != "=":
            if value is True:
                out[name] = False
        elif value is not ABSENT:
            out[name] = ABSENT
    for field in _SETS:
        # A changed tag also renews the field itself: else removing the field on another machine could hide the tag.
        if sets and new.get(field) is _SET_MARK and any(name.startswith(f"{field}/") for name in out):
            out[field] = _SET_MARK
    return out


def same(one: Any, other: Any) -> bool:
    """Return True if two register values have equal JSON texts, so that 1, 1.0 and true differ.

    The order of keys is ignored. `ABSENT` and None are equal only to themselves.
    """
    if one is other:
        return True
    if one is ABSENT or other is ABSENT or one is None or other is None:
        return False
    if type(one) is str and type(other) is str:
        return one == other
    return canonical(one) == canonical(other)


def expand(document: Mapping[str, Any], *, sets: bool) -> Registers:
    """Convert a document from its stored form to registers with timestamps.

    Args:
        document: The document as stored, with or without timestamps.
        sets: True if `tags` is a set (`has_sets`).
    """
    timestamps = document.get(TIMESTAMPS)
    if not isinstance(timestamps, dict):
        timestamps = {}
    default = timestamps.get("", ZERO)
    if not is_timestamp(default):
        default = ZERO
    out: Registers = {EXISTS: (default, True)}
    for field, value in document.items():
        if field == TIMESTAMPS:
            continue
        if sets and field in _SETS and is_tag_set(value):
            out[field] = (default, _SET_MARK)
            for member in value:
                out[f"{field}/{member}"] = (default, True)
        else:
            out[field if field.isidentifier() else register_name(field)] = (default, value)
    for name, timestamp in timestamps.items():
        if name == "" or not is_timestamp(timestamp):
            continue
        if name in out:
            out[name] = (timestamp, out[name][1])
        elif name == DELETED:
            out[name] = (timestamp, True)
        elif sets and name[0] == "+" and "/" in name:
            out[name[1:]] = (timestamp, True)
        else:
            out[name] = (timestamp, False if sets and "/" in name and name[0] != "=" else ABSENT)
    return out


def timestamps_of(document: Mapping[str, Any]) -> list[str]:
    """Return all timestamps in the stored form of a document, in no particular order; empty without any."""
    timestamps = document.get(TIMESTAMPS)
    return [s for s in timestamps.values() if is_timestamp(s)] if isinstance(timestamps, dict) else []


def compress(registers: Registers, *, sets: bool) -> dict[str, Any]:
    """Convert registers to the stored form of a document; the inverse of `expand`.

    Args:
        registers: The document's registers.
        sets: True if `tags` is a set (`has_sets`).
    """
    default = _commonest(registers)
    fields: dict[str, Any] = {}
    timestamps: dict[str, str] = {"": default}
    members: dict[str, list[str]] = {}
    for name in sorted(registers):
        timestamp, value = registers[name]
        if name.isidentifier():  # then the register has the same name as the field, as for nearly all fields
            if value is not ABSENT:
                fields[name] = value
                if timestamp == default:
                    continue
            timestamps[name] = timestamp
            continue
        written = name
        if name == DELETED:
            timestamps[name] = timestamp
            continue
        if sets and "/" in name and name[0] != "=":
            field = name.split("/", 1)[0]
            listed = value is True and _is_mark(registers.get(field))
            if listed:
                members.setdefault(field, []).append(name[len(field) + 1 :])
            elif value is True:
                written = f"+{name}"
            present = listed
        else:
            present = value is not ABSENT
            if present and name != EXISTS:
                fields[field_name(name)] = value
        if timestamp != default or not present:
            timestamps[written] = timestamp
    for field in _SETS:
        if sets and _is_mark(registers.get(field)):
            fields[field] = members.get(field, [])
    out = {"id": fields.pop("id")} | fields if "id" in fields else fields
    if timestamps != {"": ZERO}:
        out[TIMESTAMPS] = timestamps
    return out


def _is_mark(register: tuple[str, Any] | None) -> bool:
    return register is not None and isinstance(register[1], (list, tuple)) and not register[1]


def _commonest(registers: Registers) -> str:
    """Return the most frequent timestamp of the registers, to be written once as the default.

    Registers of removed fields, removed tags and the deletion do not count, since their timestamps are always written.
    """
    timestamps = [
        s for name, (s, value) in registers.items() if value is not ABSENT and value is not False and name != DELETED
    ]
    if timestamps and timestamps.count(timestamps[0]) * 2 > len(timestamps):
        return timestamps[0]
    return min(set(timestamps), key=lambda timestamp: (-timestamps.count(timestamp), timestamp), default=ZERO)


def join(into: Registers, other: Mapping[str, tuple[str, Any]]) -> None:
    """Merge registers into a document: for each register, the later timestamp wins.

    If the timestamps are equal, the values decide: `ABSENT` loses; otherwise the one wins whose JSON text sorts later.
    Concurrent versions of an annotation's note are all kept.

    Args:
        into: The document's registers; changed in place.
        other: The registers to merge.
    """
    note = _joined_note(into, other) if NOTE in other and NOTE in into else None
    for name, (timestamp, value) in other.items():
        mine = into.get(name)
        if mine is None or timestamp > mine[0] or (timestamp == mine[0] and _wins(value, mine[1])):
            into[name] = (timestamp, value)
    if note is not None:
        into.pop(CONTEXT, None)
        into |= note
    if DELETION in into and _DELETED_FIELD in into:
        deleted_at = into[_DELETED_FIELD][0]
        if has_note_unseen_by_deletion(into, deleted_at):
            into[_DELETED_FIELD] = (deleted_at, ABSENT)


def _joined_note(one: Registers, other: Mapping[str, tuple[str, Any]]) -> Registers | None:
    """Join the versions of a note from the registers of two documents that both have a field `note`.

    In tables other than that of annotations, `note` is an ordinary register. Annotations are recognized by the register
    `CONTEXT`, or by the field `article` if an earlier version of the program wrote both notes. In the latter case it is
    unknown which texts they replaced, and both are kept.

    Returns:
        The registers with the joined versions; None if the register with the later timestamp wins as usual.
    """
    if not (CONTEXT in one or CONTEXT in other or (_PARENT in one and _PARENT in other)):
        return None
    if one[NOTE] == other[NOTE] and one.get(CONTEXT) == other.get(CONTEXT):
        return None
    return note_registers([*note_versions_of(one), *note_versions_of(other)])


def note_versions_of(registers: Mapping[str, tuple[str, Any]]) -> list[note_versions.Version]:
    """Return the versions of the note in an annotation's registers; an empty list if it never had a note."""
    if NOTE not in registers:
        return []
    timestamp, value = registers[NOTE]
    return note_versions.versions((timestamp, None if value is ABSENT else value), registers.get(CONTEXT))


def has_note_unseen_by_deletion(registers: Mapping[str, tuple[str, Any]], timestamp: str) -> bool:
    """Return True if an annotation's note has a version that the author of a deletion had not seen.

    Args:
        registers: The annotation's registers.
        timestamp: The timestamp of the deletion.

    Returns:
        False if the registers do not say which versions the author of this deletion had seen.
    """
    context = registers.get(DELETION)
    if context is None or context[0] != timestamp:
        return False
    return note_versions.has_unseen_words(note_versions_of(registers), context[1], timestamp)


def note_registers(known: list[note_versions.Version]) -> Registers:
    """Return the registers `NOTE` and, if needed, `CONTEXT` that contain those versions that no other one replaces."""
    (timestamp, text), context = note_versions.registers(note_versions.current(known))
    out: Registers = {NOTE: (timestamp, ABSENT if text is None else text)}
    if context is not None:
        out[CONTEXT] = context
    return out


def _wins(one: Any, other: Any) -> bool:
    if one is ABSENT or other is ABSENT:
        return other is ABSENT and one is not ABSENT
    return one is not other and canonical(one) > canonical(other)


def visible_fields(registers: Registers, names: Iterable[str], *, sets: bool) -> dict[str, Any]:
    """Return some fields of a document by name; fields that it does not have are missing.

    Args:
        registers: The document's registers; the document must exist (`is_alive`).
        names: Names of the fields.
        sets: True if `tags` is a set (`has_sets`).
    """
    fields: dict[str, Any] = {}
    for name in names:
        _, value = registers.get(register_name(name), (ZERO, ABSENT))
        if value is ABSENT or name in HIDDEN:
            continue
        if sets and name in _SETS and _is_mark(registers.get(name)):
            members = sorted(each for each in registers if each.startswith(f"{name}/"))
            fields[name] = [each[len(name) + 1 :] for each in members if registers[each][1] is True]
        else:
            fields[name] = fresh(value)
    return fields


def is_alive(registers: Registers) -> bool:
    """Return True if a document exists: it was never deleted, or one of its fields was written after the deletion.

    An annotation also exists if the author of the deletion had not seen all texts of its note.
    """
    if DELETED not in registers:
        return bool(registers)
    deleted_at = registers[DELETED][0]
    later = any(timestamp > deleted_at for name, (timestamp, _) in registers.items() if name not in (DELETED, "id"))
    return later or has_note_unseen_by_deletion(registers, deleted_at)


def visible(registers: Registers, *, sets: bool) -> dict[str, Any] | None:
    """Return the fields of a document, without timestamps and the fields in `HIDDEN`; None if it does not exist.

    Args:
        registers: The document's registers.
        sets: True if `tags` is a set (`has_sets`).
    """
    if not is_alive(registers):
        return None
    document = compress(registers, sets=sets)
    document.pop(TIMESTAMPS, None)
    for name in HIDDEN:
        document.pop(name, None)
    return {field: fresh(value) for field, value in document.items()}

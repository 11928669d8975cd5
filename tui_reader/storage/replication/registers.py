"""A document as a set of registers, each of which the last writer wins; merging is taking the later of each.

So two journals, two windows, two machines and a conflict copy are all the same join, which does not care for order or
repetition (a join-semilattice: Shapiro et al., “Conflict-free Replicated Data Types”, 2011).

A register's name is the field's own name, but for these:

| name     | meaning                                                                                              |
|----------|------------------------------------------------------------------------------------------------------|
| `tags/x` | whether `x` is among the tags: two machines that add a tag each lose none                            |
| `+`      | the document exists: an empty one has no other register                                              |
| `-`      | the document was deleted; it stays deleted while no other register is later                          |
| `=name`  | a field whose name is empty, starts with `+`, `-` or `=`, or contains a slash                        |

On disk a document carries its stamps under `_t`: one default under the empty name, and the registers that differ from
it. A register that is named there but has no field is one whose field was taken away (`+tags/x`: a tag that is set
while the field `tags` is taken away).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tui_reader.storage.replication import note_versions
from tui_reader.storage.replication.hlc import ZERO, is_timestamp
from tui_reader.storage.replication.note_versions import CONTEXT, DELETION, HIDDEN, NOTE
from tui_reader.storage.snapshot.json_values import canonical, fresh

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMESTAMPS = "_t"
EXISTS = "+"
DELETED = "-"


class _Absent:
    """The value of a register whose field was taken away."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()

Registers: TypeAlias = dict[str, tuple[str, Any]]
"""Stamp and value by register name."""

_PARENT = "article"
_GONE = "deleted"
_SETS = ("tags",)
_SET_MARK: tuple[()] = ()  # value of the register `tags` itself while the field is there: its members stand elsewhere


def has_sets(table: str) -> bool:
    """Whether `tags` of this table's documents is a set. Elsewhere it is a field like any other."""
    return table in ("articles", "annotations")


def register_name(field: str) -> str:
    """The register that holds a field."""
    return f"={field}" if not field or field[0] in "+-=" or "/" in field else field


def field_name(register: str) -> str:
    """The field that a register holds; inverse of `register_name`."""
    return register.removeprefix("=")


def is_tag_set(value: Any) -> bool:
    """Whether a value can be kept as one register a member."""
    return isinstance(value, (list, tuple)) and all(isinstance(member, str) for member in value)


def assign(fields: Mapping[str, Any], *, sets: bool) -> dict[str, Any]:
    """Registers and values that give a document exactly these fields, not looking at what it had before."""
    out: dict[str, Any] = {}
    for field, value in fields.items():
        if field == TIMESTAMPS:
            raise ValueError(f"the field “{TIMESTAMPS}” holds the store's own time stamps")
        if sets and field in _SETS and is_tag_set(value):
            out[field] = _SET_MARK
            out.update({f"{field}/{member}": True for member in value})
        else:
            out[register_name(field)] = value
    return out


def difference(old: Registers, fields: Mapping[str, Any], *, sets: bool) -> dict[str, Any]:
    """What to write so that a document with these registers comes to have exactly these fields."""
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
        # A changed member also renews the field itself: else taking the field away elsewhere could hide it.
        if sets and new.get(field) is _SET_MARK and any(name.startswith(f"{field}/") for name in out):
            out[field] = _SET_MARK
    return out


def same(one: Any, other: Any) -> bool:
    """Equality as JSON sees it: 1, 1.0 and true are three values."""
    return one is other or (one is not ABSENT and other is not ABSENT and canonical(one) == canonical(other))


def expand(document: Mapping[str, Any], *, sets: bool) -> Registers:
    """The registers of a document as it stands in a file."""
    stamps = document.get(TIMESTAMPS)
    if not isinstance(stamps, dict):
        stamps = {}
    default = stamps.get("", ZERO)
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
    for name, stamp in stamps.items():
        if name == "" or not is_timestamp(stamp):
            continue
        if name in out:
            out[name] = (stamp, out[name][1])
        elif name == DELETED:
            out[name] = (stamp, True)
        elif sets and name[0] == "+" and "/" in name:
            out[name[1:]] = (stamp, True)
        else:
            out[name] = (stamp, False if sets and "/" in name and name[0] != "=" else ABSENT)
    return out


def timestamps_of(document: Mapping[str, Any]) -> list[str]:
    """The stamps that a document carries as it stands in a file."""
    stamps = document.get(TIMESTAMPS)
    return [s for s in stamps.values() if is_timestamp(s)] if isinstance(stamps, dict) else []


def compress(registers: Registers, *, sets: bool) -> dict[str, Any]:
    """The document as it stands in a file; inverse of `expand`."""
    default = _commonest(registers)
    fields: dict[str, Any] = {}
    stamps: dict[str, str] = {"": default}
    members: dict[str, list[str]] = {}
    for name in sorted(registers):
        stamp, value = registers[name]
        if name.isidentifier():  # so it is a field as it stands, like nearly all
            if value is not ABSENT:
                fields[name] = value
                if stamp == default:
                    continue
            stamps[name] = stamp
            continue
        written = name
        if name == DELETED:
            stamps[name] = stamp
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
        if stamp != default or not present:
            stamps[written] = stamp
    for field in _SETS:
        if sets and _is_mark(registers.get(field)):
            fields[field] = members.get(field, [])
    out = {"id": fields.pop("id")} | fields if "id" in fields else fields
    if stamps != {"": ZERO}:
        out[TIMESTAMPS] = stamps
    return out


def _is_mark(register: tuple[str, Any] | None) -> bool:
    return register is not None and isinstance(register[1], (list, tuple)) and not register[1]


def _commonest(registers: Registers) -> str:
    """The stamp that most registers share: as the default it need not be written for each."""
    stamps = [
        s for name, (s, value) in registers.items() if value is not ABSENT and value is not False and name != DELETED
    ]
    if stamps and stamps.count(stamps[0]) * 2 > len(stamps):
        return stamps[0]
    return min(set(stamps), key=lambda stamp: (-stamps.count(stamp), stamp), default=ZERO)


def join(into: Registers, other: Mapping[str, tuple[str, Any]]) -> None:
    """Take over every register that is later in the other document; equal stamps are decided by value."""
    note = _joined_note(into, other) if NOTE in other and NOTE in into else None
    for name, (stamp, value) in other.items():
        mine = into.get(name)
        if mine is None or stamp > mine[0] or (stamp == mine[0] and _wins(value, mine[1])):
            into[name] = (stamp, value)
    if note is not None:
        into.pop(CONTEXT, None)
        into |= note
    if DELETION in into and _GONE in into and has_words_unseen_at(into, into[_GONE][0]):
        into[_GONE] = (into[_GONE][0], ABSENT)


def _joined_note(one: Registers, other: Mapping[str, tuple[str, Any]]) -> Registers | None:
    """The registers of an annotation's note that has several versions; None where the later value stands.

    In other tables a note is a field like any other. Nothing is known of what either text replaced where an earlier
    version of the program wrote both: whole annotations of two copies keep both then.
    """
    if not (CONTEXT in one or CONTEXT in other or (_PARENT in one and _PARENT in other)):
        return None
    if one[NOTE] == other[NOTE] and one.get(CONTEXT) == other.get(CONTEXT):
        return None
    return note_registers([*note_versions_of(one), *note_versions_of(other)])


def note_versions_of(registers: Mapping[str, tuple[str, Any]]) -> list[note_versions.Version]:
    """The versions of an annotation's note."""
    if NOTE not in registers:
        return []
    stamp, value = registers[NOTE]
    return note_versions.versions((stamp, None if value is ABSENT else value), registers.get(CONTEXT))


def has_words_unseen_at(registers: Mapping[str, tuple[str, Any]], stamp: str) -> bool:
    """Tell whether the deletion at a stamp had not seen all of an annotation's note; False if it does not say."""
    context = registers.get(DELETION)
    if context is None or context[0] != stamp:
        return False
    return note_versions.has_unseen_words(note_versions_of(registers), context[1], stamp)


def note_registers(known: list[note_versions.Version]) -> Registers:
    """The registers that hold versions of a note."""
    (stamp, text), context = note_versions.registers(note_versions.current(known))
    out: Registers = {NOTE: (stamp, ABSENT if text is None else text)}
    if context is not None:
        out[CONTEXT] = context
    return out


def _wins(one: Any, other: Any) -> bool:
    if one is ABSENT or other is ABSENT:
        return other is ABSENT and one is not ABSENT
    return one is not other and canonical(one) > canonical(other)


def is_alive(registers: Registers) -> bool:
    """Whether a document exists: it was never deleted, or something of it was written after that."""
    if DELETED not in registers:
        return bool(registers)
    gone = registers[DELETED][0]
    later = any(stamp > gone for name, (stamp, _) in registers.items() if name not in (DELETED, "id"))
    return later or has_words_unseen_at(registers, gone)


def visible(registers: Registers, *, sets: bool) -> dict[str, Any] | None:
    """The document as callers see it, without stamps; None if it does not exist."""
    if not is_alive(registers):
        return None
    document = compress(registers, sets=sets)
    document.pop(TIMESTAMPS, None)
    for name in HIDDEN:
        document.pop(name, None)
    return {field: fresh(value) for field, value in document.items()}

"""Conversion of an edit of one field of thousands of records to a journal entry.

The entry is the one that `edits.entry_of` would return, but is computed faster. If the bytes of a record's line in the
snapshot show that the record exists and does not have the field, the line is not decoded. Equal changes share one
object, and are encoded once.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from tui_reader.document.cooperative import yield_gil
from tui_reader.storage.base import ANNOTATIONS, Column, Edit, Json, distinct
from tui_reader.storage.engine.edits import KEY, TAGS, changed_alone, changed_in, checked, entry_of
from tui_reader.storage.engine.history import NOTE
from tui_reader.storage.replication.document_ids import document_id, document_ids
from tui_reader.storage.replication.note_versions import HIDDEN
from tui_reader.storage.replication.registers import (
    ABSENT,
    DELETED,
    EXISTS,
    TIMESTAMPS,
    Registers,
    assign,
    expand,
    has_sets,
    is_tag_set,
    same,
)
from tui_reader.storage.snapshot.bulk_entry import BulkEntry, json_text
from tui_reader.storage.snapshot.json_values import decode_each
from tui_reader.storage.snapshot.snapshot import TOMBSTONES
from tui_reader.storage.snapshot.state import SavedDocument

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui_reader.storage.engine.history import Step
    from tui_reader.storage.snapshot.journal import Entry
    from tui_reader.storage.snapshot.state import State

_RESERVED = frozenset((KEY, TIMESTAMPS, NOTE, "deleted", *HIDDEN))
_LOCATION = "location"
"""Name of a field that nearly every article has. A record with it does not become empty by an edit of another field."""
_LOCATION_BYTES, _TIMESTAMPS_BYTES = b'"location":"', b'"_t":{'
_FIRST = b'{"id":'
_DELETION = b'"-":'
_TAG = f"{TAGS}/"
"""Prefix of the name of the register of one tag, such as `tags/space`."""
_NO_REGISTERS: Registers = {}
_DECODED = 200
"""Maximum number of documents to decode in one call, which no other thread can interrupt: it takes 0.5 ms."""


def as_column(edits: Sequence[Edit]) -> Column | None:
    """Return edits as a column; None if they cannot be one.

    They cannot if they edit several fields or tables, a record twice, annotations, or a field with a special meaning
    (`_RESERVED`).
    """
    if not isinstance(edits, Column):
        if not edits:
            return None
        tables, keys, fields, before, after = zip(*edits, strict=True)
        if len(set(tables)) > 1 or len(set(fields)) > 1 or len(set(keys)) < len(keys):
            return None
        edits = Column(tables[0], fields[0], keys, before, after)
    is_usual = edits.field.isascii() and edits.field.isidentifier() and edits.field not in _RESERVED
    return edits if is_usual and edits.table != ANNOTATIONS else None


def checked_column(column: Column) -> Column:
    """Check that edits can be saved; return them with copies of the values after them, in which tags are sorted.

    Raises:
        ValueError: A value or a key cannot be saved.
        TypeError: A value is not a JSON value.
    """
    "".join(column.keys).encode()  # raises UnicodeEncodeError for half of a surrogate pair
    if set(map(type, column.after)) == {str}:
        "".join(column.after).encode()
        return column
    values = distinct(column.after)
    if column.field == TAGS and has_sets(column.table) and set(map(type, values.values())) <= {list, tuple}:
        all_tags = list(chain.from_iterable(values.values()))
        if set(map(type, all_tags)) <= {str}:
            "".join(all_tags).encode()
            tags = {each: sorted(set(value)) for each, value in values.items()}
            return column.with_values([tags[id(value)] for value in column.after])
    clean = {
        each: checked(Edit(column.table, column.keys[0], column.field, None, value)).after
        for each, value in values.items()
    }
    return column.with_values([clean[id(value)] for value in column.after])


def bulk_entry(state: State, column: Column, step: Step | None, members: Entry) -> BulkEntry | None:
    """Return the journal entry for a column of edits; None if the documents have these values already.

    Args:
        state: The documents before the edits.
        column: The edits.
        step: The step of the edits, to be stored in the entry for undo; None if they cannot be undone.
        members: Members to add to the entry, such as `z` (see `library_files`).
    """
    builder = _Builder(state, column)
    builder.add_all()
    yield_gil()
    rest = entry_of(state, builder.others, lambda _, key: document_id(key)) if builder.others else {}
    if not (builder.numbers or rest):
        return None
    text = _step_text(step, column) if step is not None else ""
    return BulkEntry(column.table, builder.numbers, builder.values, rest | members, text)


def _step_text(step: Step, column: Column) -> str:
    """Return the JSON text of what `Step.member` would return for the column."""
    start, middle = f"[{json_text(column.table)},", f",{{{json_text(column.field)}:"
    known: dict[tuple[int, int], str] = {}
    records: list[str] = []
    for key, before, after in zip(column.keys, column.before, column.after, strict=True):
        pair = id(before), id(after)
        end = known.get(pair)
        if end is None:
            end = known[pair] = f"{middle}[{json_text(before)},{json_text(after)}]}}]"
        records.append(f"{start}{json_text(key)}{end}")
    return f"[{json_text(step.name)},{json_text(step.transaction.label)},[{','.join(records)}]]"


class _Builder:
    """Computes for each document of a column the registers to write: values by register name, empty for no change.

    The methods named `_of_…` compute them without comparing all fields of the document; this fast path applies to usual
    documents. For other documents they return None, and the edit is added to `others`.

    Args:
        state: The documents before the edits.
        column: The edits.
    """

    def __init__(self, state: State, column: Column) -> None:
        self._state, self._column = state, column
        self._is_tags = column.field == TAGS and has_sets(column.table)
        self._has_tombstones = f"{column.table}{TOMBSTONES}" in state.snapshot.tables
        self.numbers: list[int] = []
        self.values: list[Mapping[str, Any]] = []
        self.others: list[Edit] = []
        """The edits to which the fast path does not apply, for `edits.entry_of`."""
        self._shared: dict[Any, Mapping[str, Any] | None] = {}
        """Values by register, by what they were computed from; None for edits to which the fast path does not apply."""
        self._tag_names: dict[tuple[str, ...], list[str]] = {}
        """The names of the registers of tags by the names of all registers of a document."""

    def add_all(self) -> None:
        """Compute the registers to write for each edit of the column; add them to `values`, or the edit to `others`."""
        column, state = self._column, self._state
        numbers = document_ids(tuple(column.keys))
        yield_gil()
        lines = state.snapshot.lines_of(column.table, numbers)
        yield_gil()
        name = b"tags" if self._is_tags else b'"%s"' % column.field.encode()
        to_decode: list[tuple[int, int, bytes]] = []
        for index, number in enumerate(numbers):
            line = lines.get(number)
            registers = state.changed_registers(column.table, number)
            if column.field == _LOCATION and not (line is None and registers is None):
                values = None
            elif line is None:
                values = self._of_registers(index, registers)
            elif name in line or _DELETION in line or b"\\" in line or not line.startswith(_FIRST):
                to_decode.append((index, number, line))
                continue
            else:
                values = self._of_line(index, line, registers)
            self._add(index, number, values)
        for start in range(0, len(to_decode), _DECODED):
            yield_gil()
            self._add_documents(to_decode[start : start + _DECODED])

    def _add_documents(self, lines: Sequence[tuple[int, int, bytes]]) -> None:
        """Do the work of `add_all` for documents that must be decoded.

        Args:
            lines: For each document the index of its edit in the column, its id, and its JSON text in the snapshot.
        """
        for (index, number, line), content in zip(lines, decode_each([line for _, _, line in lines]), strict=True):
            values = None
            if isinstance(content, dict):
                registers = self._state.changed_registers(self._column.table, number)
                values = self._of_document(index, number, SavedDocument(line, content, registers))
            self._add(index, number, values)

    def _add(self, index: int, number: int, values: Mapping[str, Any] | None) -> None:
        if values is None:
            self.others.append(self._column[index])
        elif values:
            self.numbers.append(number)
            self.values.append(values)

    def _of_registers(self, index: int, registers: Registers | None) -> Mapping[str, Any] | None:
        """Return the registers to write in a document that the snapshot does not contain; None without the fast path.

        Args:
            index: Index of the edit in the column.
            registers: The document's registers, all from journal entries; None if no entry changed it.
        """
        if self._has_tombstones:
            return None
        if registers is None:
            return self._of_new(index)
        if KEY not in registers or DELETED in registers or registers.get(_LOCATION, ("", ABSENT))[1] is ABSENT:
            return None
        return self._of_changed(index, registers)

    def _of_new(self, index: int) -> Mapping[str, Any]:
        """Return the registers to write for a record that has no document yet."""
        key, after = self._column.keys[index], self._column.after[index]
        if after is None:
            return {}
        if self._is_tags:
            return assign({KEY: key, TAGS: after}, sets=True) | {EXISTS: True}
        return {KEY: key, self._column.field: after, EXISTS: True}

    def _of_line(self, index: int, line: bytes, registers: Registers | None) -> Mapping[str, Any] | None:
        """Return the registers to write in a document whose line in the snapshot does not contain the field's name.

        Args:
            index: Index of the edit in the column.
            line: The document's JSON text in the snapshot.
            registers: The registers that journal entries changed; None if none did.

        Returns:
            The values by register name; None without the fast path.
        """
        registers = registers or _NO_REGISTERS
        if DELETED in registers:
            return None
        if _LOCATION in registers:
            is_located = registers[_LOCATION][1] is not ABSENT and b'"location"' not in line
        else:
            is_located = 0 <= line.find(_LOCATION_BYTES) < line.rfind(_TIMESTAMPS_BYTES)
        if not is_located:
            return None  # the record may become empty
        return self._of_changed(index, registers)

    def _of_changed(self, index: int, registers: Registers) -> Mapping[str, Any] | None:
        """Return the registers to write in a document if `registers` has all its registers of the edited field."""
        before, after = self._column.before[index], self._column.after[index]
        if self._is_tags:
            # No entry changes the state meanwhile, so that an address stands for one object.
            shared = self._tag_registers(registers), id(before), id(after)
            if shared not in self._shared:
                own = _tags_in(registers)
                key = (tuple(own.items()) if own else ()), id(before), id(after)
                if key not in self._shared:
                    self._shared[key] = _changed_tags(own, before, after)
                self._shared[shared] = self._shared[key]
            return self._shared[shared]
        known = registers[self._column.field][1] if self._column.field in registers else ABSENT
        return self._of_field(known, after)

    def _tag_registers(self, registers: Registers) -> Any:
        """Return a key that is equal for documents with the same objects as registers of tags.

        The registers of a document that is not in the snapshot name its record, so no two such documents share them.
        But a bulk change gave them their tags as shared objects, and those are found in half of the time of `_tags_in`.
        """
        names = tuple(registers)
        own = self._tag_names.get(names)
        if own is None:
            own = self._tag_names[names] = [name for name in names if name.startswith(TAGS)]
        return (id(own), *[id(registers[name]) for name in own]) if own else None

    def _of_field(self, known: Any, after: Json) -> Mapping[str, Any]:
        """Return the register to write so that the edited field gets a value; empty if it has that value already.

        Args:
            known: The field's value now; `ABSENT` if the document does not have the field.
            after: The value that it is to have; None to remove the field.
        """
        if known is ABSENT if after is None else (known is not ABSENT and same(known, after)):
            return {}
        values = self._shared.get(id(after))
        if values is None:
            values = self._shared[id(after)] = {self._column.field: ABSENT if after is None else after}
        return values

    def _of_document(self, index: int, number: int, saved: SavedDocument) -> Mapping[str, Any] | None:
        """Return the registers to write in a document that was decoded; None without the fast path."""
        content, registers = saved.content, saved.changed or {}
        stamps = content.get(TIMESTAMPS)
        if KEY not in content or not isinstance(stamps, dict) or DELETED in stamps or DELETED in registers:
            return None
        if self._is_tags:
            return self._of_saved_tags(index, content, registers)
        if _LOCATION in content and _LOCATION not in registers and self._column.field not in registers:
            return self._of_field(content.get(self._column.field, ABSENT), self._column.after[index])
        edits = [self._column[index]]
        values = changed_in(saved, edits)
        return values if values is not None else changed_alone(self._merged(number, saved), edits)

    def _merged(self, number: int, saved: SavedDocument) -> Registers:
        return self._state.merged(self._column.table, number, saved.line)

    def _of_saved_tags(self, index: int, content: Mapping[str, Any], registers: Registers) -> Mapping[str, Any] | None:
        """Return the registers to write for an edit of tags, in a document whose tags no journal entry has changed.

        Args:
            index: Index of the edit in the column.
            content: The document as stored in the snapshot.
            registers: The registers that journal entries changed.

        Returns:
            The values by register name; None without the fast path, for example if an entry did change the tags.
        """
        if _LOCATION not in content or any(name == _LOCATION or name.startswith(TAGS) for name in registers):
            return None
        tags = content.get(TAGS)
        if tags is not None and not is_tag_set(tags):
            return None
        before, after = self._column.before[index], self._column.after[index]
        stamps = {name: stamp for name, stamp in content[TIMESTAMPS].items() if TAGS in name}
        key = None if tags is None else tuple(tags), tuple(stamps), id(before), id(after)
        if key not in self._shared:
            own = {} if tags is None else {TAGS: tags}
            self._shared[key] = _changed_tags(_tags_in(expand({**own, TIMESTAMPS: stamps}, sets=True)), before, after)
        return self._shared[key]


_OTHER = "other"
"""Stands in the result of `_tags_in` for a value that no register of tags should have."""


def _tags_in(registers: Registers) -> dict[str, object]:
    """Return the values of a document's registers of tags (`tags`, `tags/space`) by register name.

    The register `tags` is `()` if the document has the field; the register of a tag is True or False. Both may be
    `ABSENT`. Any other value is replaced by `_OTHER`.
    """
    if TAGS not in "".join(registers):
        return {}
    found: dict[str, object] = {}
    for name, (_, value) in registers.items():
        if name.startswith(TAGS):
            is_usual = value is ABSENT or (type(value) is bool if name != TAGS else value in ((), []))
            found[name] = () if name == TAGS and is_usual and value is not ABSENT else value if is_usual else _OTHER
    return found


def _changed_tags(own: Mapping[str, object], before: Json, after: Json) -> Mapping[str, Any] | None:
    """Return the registers to write for an edit of tags; the result is that of `edits.merged` and `difference`.

    Args:
        own: The values of the document's registers of tags (`_tags_in`).
        before: The tags before the edit, as the editor saw them; the document may have others now. None without any.
        after: The tags after the edit; None to remove the field.

    Returns:
        The values by register name; None without the fast path (see `_Builder`).
    """
    if _OTHER in own.values() or not all(name == TAGS or name.startswith(_TAG) for name in own):
        return None
    has_field = own.get(TAGS, ABSENT) is not ABSENT
    now = {name for name, value in own.items() if value is True}
    if after is None:
        return dict.fromkeys(now, False) | ({TAGS: ABSENT} if has_field else {})
    if not is_tag_set(after) or not is_tag_set(before or ()):
        return None
    wanted = {f"{_TAG}{tag}" for tag in after}
    if has_field:
        known = {f"{_TAG}{tag}" for tag in before or ()}
        wanted = (now | (wanted - known)) - (known - wanted)
    values: dict[str, Any] = dict.fromkeys(wanted - now, True) | dict.fromkeys(now - wanted, False)
    return values if has_field and not values else {TAGS: (), **values}

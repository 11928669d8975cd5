"""The current documents: the snapshot, changed by the entries of the journals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.replication.document_ids import OWN_KEY_MASK
from tui_reader.storage.replication.hlc import ZERO, is_timestamp
from tui_reader.storage.replication.note_versions import HIDDEN
from tui_reader.storage.replication.registers import (
    ABSENT,
    DELETED,
    EXISTS,
    TIMESTAMPS,
    Registers,
    compress,
    expand,
    has_sets,
    is_alive,
    join,
    timestamps_of,
    visible,
    visible_fields,
)
from tui_reader.storage.snapshot.bulk_entry import BulkEntry
from tui_reader.storage.snapshot.json_values import decode_each, decode_object, encode, fresh
from tui_reader.storage.snapshot.snapshot import FORMAT, META, TOMBSTONES, MemorySource, SnapshotFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from tui_reader.storage.snapshot.journal import Entry


_SETS = frozenset(("tags",))
_OWN = frozenset(("id", TIMESTAMPS, *HIDDEN))
"""Members of a stored document that are not fields of the record."""

DocumentRef = tuple[str, int]
"""Table and document id."""


class SavedDocument(NamedTuple):
    """A document of the snapshot, and the registers that entries of the journals changed since."""

    line: bytes
    content: dict[str, Any]
    """The document in `line`, the JSON text in the snapshot, with its timestamps."""
    changed: Registers | None
    """The registers that entries changed; None if no entry changed the document."""

    def fields(self, names: Iterable[str]) -> dict[str, Any] | None:
        """Return some fields of the current document, in a fifth of the time that building all its registers takes.

        Args:
            names: Names of the fields.

        Returns:
            The values by name; fields that the document does not have are missing. None if all registers are needed: if
            an entry changed the document, and it was deleted, a field is a set, or the snapshot has a later value.
        """
        changed, content = self.changed, self.content
        if not changed:
            return {name: content[name] for name in names if name in content and name not in HIDDEN}
        stamps = content.get(TIMESTAMPS)
        if not isinstance(stamps, dict) or DELETED in stamps or DELETED in changed:
            return None
        default = stamps.get("", ZERO)
        fields: dict[str, Any] = {}
        for name in names:
            if not name.isidentifier() or name in _SETS or name in HIDDEN:
                return None
            timestamp, value = changed.get(name, ("", ABSENT))
            if not timestamp:
                if name in content:
                    fields[name] = content[name]
                continue
            saved = stamps.get(name, default)
            if not (isinstance(saved, str) and isinstance(default, str) and timestamp > max(saved, default)):
                return None
            if value is not ABSENT:
                fields[name] = fresh(value)
        return fields

    def has_more_than(self, names: Collection[str]) -> bool:
        """Return True if the document has a field beside its key and `names`, so that edits of these do not empty it.

        False also if that is not known without building all registers.
        """
        content, changed = self.content, self.changed or {}
        return "id" in content and any(
            name not in names and name not in changed and name.isidentifier() and name not in _OWN for name in content
        )


class _Overlay(NamedTuple):
    """The documents changed by the entries that were applied in the last call of `State.apply_all`."""

    documents: dict[str, dict[int, Registers]]
    """Registers by table and document id."""
    numbers: dict[int, int]
    """Document ids of changed annotations by the hash of the annotation's own key."""


class State:
    """The current documents by table and id. Reading takes no lock: registers are replaced, never modified in place."""

    def __init__(self, snapshot: SnapshotFile | None = None) -> None:
        self.snapshot = snapshot or SnapshotFile(MemorySource(b""))
        latest = self.snapshot.header.get("hlc", ZERO)
        self.latest = latest if is_timestamp(latest) else ZERO
        """The latest timestamp in the snapshot and the entries."""
        self._changed: dict[str, dict[int, Registers]] = {}
        """The registers that entries changed, by table and document id."""
        self._presence: dict[str, bool] = {}
        """True for tables that entries created, False for tables that they dropped."""
        self._last = self._next = _Overlay({}, {})
        """Changes of the last call of `apply_all` (`_last`), and of the running call (`_next`)."""
        self.numbers: dict[int, int] = {}
        """Document ids of the changed annotations by the hash of the annotation's own key."""

    @property
    def moment(self) -> object:
        """An object that `apply_all` replaces: reads are consistent if it is identical before and after them."""
        return self._last

    def view(self, table: str) -> State:
        """Return a state with one table, in which each journal entry is applied fully or not at all. Thread-safe."""
        while True:
            last, other = self._last, State(self.snapshot)
            changed = dict(self._changed.get(table, ()))
            numbers = dict(self.numbers) if table == ANNOTATIONS else {}
            other._presence = dict(self._presence)
            if last is self._last:
                break
        # Another thread may have copied only some of the last entries into `_changed` so far.
        changed |= last.documents.get(table, {})
        if changed:
            other._changed[table] = changed
        other.numbers = numbers | last.numbers if table == ANNOTATIONS else numbers
        return other

    def copy(self) -> State:
        """Return a copy of the state that later entries do not change."""
        other = State(self.snapshot)
        other.latest = self.latest
        other._changed = {table: dict(documents) for table, documents in self._changed.items()}
        other._presence = dict(self._presence)
        other.numbers = dict(self.numbers)
        return other

    @property
    def has_changes(self) -> bool:
        """True if entries of the journals were applied, which the snapshot need not contain."""
        return bool(self._changed or self._presence)

    def tables(self) -> list[str]:
        """Return the names of the tables that exist: those of the snapshot in its order, then others."""
        named = [name for name in self.snapshot.tables if not name.endswith(TOMBSTONES)]
        found = dict.fromkeys([*named, *self._changed, *self._presence])
        return [name for name in found if self._presence.get(name, True) and name != META]

    # -- reading ------------------------------------------------------------------------------------------------

    def registers(self, table: str, number: int) -> Registers | None:
        """Return the registers of a document, also of a deleted one; None if it never existed."""
        return self.merged(table, number, self.snapshot.line(table, number)) or None

    def exists(self, table: str, number: int) -> bool:
        """Return True if a document exists; decode it only if an entry may have deleted or restored it."""
        line = self.snapshot.line(table, number)
        if line is not None and DELETED not in (self.changed_registers(table, number) or ()):
            return True
        return is_alive(self.merged(table, number, line))

    def document(self, table: str, number: int) -> dict[str, Any] | None:
        """Return a document without timestamps and hidden fields; None if it does not exist."""
        if self.changed_registers(table, number) is None:
            line = self.snapshot.line(table, number)
            return _plain(line) if line is not None else None
        registers = self.registers(table, number)
        return visible(registers, sets=has_sets(table)) if registers is not None else None

    def saved_documents(self, table: str, numbers: Collection[int]) -> dict[int, SavedDocument]:
        """Return the documents with these ids that the snapshot contains, by id.

        Raises:
            ValueError: A line of the snapshot contains no JSON object.
        """
        lines = self.snapshot.lines_of(table, numbers)
        decoded = decode_each(list(lines.values()))
        found: dict[int, SavedDocument] = {}
        for (number, line), document in zip(lines.items(), decoded, strict=True):
            if not isinstance(document, dict):
                raise ValueError(f"document {number} is no object")  # noqa: TRY004 - the file is wrong
            found[number] = SavedDocument(line, document, self.changed_registers(table, number))
        return found

    def fields_of(self, table: str, numbers: Collection[int], names: Collection[str]) -> dict[int, dict[str, Any]]:
        """Return some fields of several documents by id; documents that do not exist are missing.

        Args:
            table: The documents' table.
            numbers: Ids of documents.
            names: Names of the fields; fields that a document does not have are missing in the result.
        """
        sets = has_sets(table)
        saved = self.saved_documents(table, numbers)
        found: dict[int, dict[str, Any]] = {}
        for number in numbers:
            document = saved.get(number)
            fields = document.fields(names) if document is not None else None
            if fields is None:
                registers = self.merged(table, number, document.line if document is not None else None)
                if not registers or not is_alive(registers):
                    continue
                fields = visible_fields(registers, names, sets=sets)
            found[number] = fields
        return found

    def documents(self, table: str, low: int = 0, high: int | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield a table's documents with ids from `low` up to but not including `high`, in order."""
        if table not in self._changed and table not in self.snapshot.tables:
            return
        changed = self._changed.get(table, {})
        waiting = sorted((n for n in list(changed) if n >= low and (high is None or n < high)), reverse=True)
        for number, line in self.snapshot.lines(table, low, high):
            while waiting and waiting[-1] < number:
                yield from self._one(table, waiting.pop())
            if waiting and waiting[-1] == number:
                yield from self._one(table, waiting.pop())
            else:
                yield number, _plain(line)
        while waiting:
            yield from self._one(table, waiting.pop())

    def _one(self, table: str, number: int) -> Iterator[tuple[int, dict[str, Any]]]:
        document = self.document(table, number)
        if document is not None:
            yield number, document

    def count(self, table: str) -> int:
        """Return the number of documents that a table has, deleted ones not included."""
        changed = self._changed.get(table, {})
        lines = sum(chunk.data.count(b"\n") + 1 for chunk in self.snapshot.chunks(table))
        was = sum(1 for number in changed if self.snapshot.line(table, number) is not None)
        return lines - was + sum(1 for number in list(changed) if self.document(table, number) is not None)

    def last_id(self, table: str) -> int:
        """Return the greatest id of a table's documents, deleted ones not included; 0 if the table is empty."""
        changed = self._changed.get(table, {})
        found = (number for number in sorted(changed, reverse=True) if self.document(table, number) is not None)
        greatest = next(found, 0)
        last = self.snapshot.last_id(table)
        if last > greatest and last in changed and self.document(table, last) is None:
            last = max((number for number, _ in self.documents(table)), default=0)
        return max(greatest, last)

    # -- changing -----------------------------------------------------------------------------------------------

    def changed_tables(self) -> list[str]:
        """Return the names of the tables with documents that may differ from the snapshot."""
        return list(self._changed)

    def changed_documents(self) -> list[DocumentRef]:
        """Return table and id of the documents that may differ from the snapshot."""
        return [(table, number) for table, documents in self._changed.items() for number in documents]

    def documents_in(self, entries: Iterable[Entry]) -> list[DocumentRef]:
        """Return table and id of each document that the given entries change, without duplicates."""
        return list(
            dict.fromkeys((op[0], int(op[1])) for entry in entries for op in (*entry.get("o", ()), *entry.get("m", ())))
        )

    def apply(self, entry: Entry | BulkEntry) -> None:
        """Apply an entry of a journal; applying it again has no effect."""
        self.apply_all((entry,))

    def apply_all(self, entries: Iterable[Entry | BulkEntry]) -> None:
        """Apply several entries of a journal at once: another thread sees all of them or none."""
        self._next = _Overlay({}, {})
        for entry in entries:
            if isinstance(entry, BulkEntry):
                self._prepare_bulk(entry)
            else:
                self._prepare(entry)
        # Another thread may read concurrently, and must see all of the entries or none: one assignment publishes them.
        self._last = self._next
        for table, documents in self._next.documents.items():
            if table in self._changed:
                self._changed[table].update(documents)
            else:
                self._changed[table] = dict(documents)
        if self._next.numbers:
            self.numbers.update(self._next.numbers)

    def load(self, entries: Iterable[Entry]) -> None:
        """Apply the entries of a journal before any other thread reads this state.

        The entries are applied in place: 10,000 entries take 15 ms instead of 27 ms with `apply_all`.
        """
        self._next = _Overlay(self._changed, self.numbers)
        for entry in entries:
            self._prepare(entry)
        self._last = self._next = _Overlay({}, {})

    def _prepare(self, entry: Entry) -> None:
        timestamp = entry["s"] if is_timestamp(entry["s"]) else ZERO
        self.latest = max(self.latest, timestamp)
        if "t" in entry:
            self._presence.update(entry["t"])
        for table, number, document in entry.get("m", ()):
            self.latest = max(self.latest, *timestamps_of(document), ZERO)
            self._join(table, int(number), expand(document, sets=has_sets(table)))
        operations = entry.get("o", ())
        for operation in sorted(operations, key=_deletes) if len(operations) > 1 else operations:
            table, values = operation[0], operation[2]
            registers: Registers = {name: (timestamp, value) for name, value in values.items()}
            if len(operation) > 3:
                registers.update((name, (timestamp, ABSENT)) for name in operation[3])
            if self._presence and EXISTS in values and not self._presence.get(table, True):
                self._presence[table] = True
            self._join(table, int(operation[1]), registers)

    def _prepare_bulk(self, entry: BulkEntry) -> None:
        """Apply an entry whose timestamp is later than all others, so that its registers win without a comparison."""
        self._prepare({**entry.rest, "s": entry.timestamp})
        documents = self._next.documents.setdefault(entry.table, {})
        entry.set_registers(documents, self._changed.get(entry.table, {}))

    def _join(self, table: str, number: int, registers: Registers) -> None:
        if number == 1 and registers.get("format", ("", None))[1] == FORMAT:
            return  # the header of another copy, which an earlier version merged as a record
        documents = self._next.documents.get(table)
        if documents is None:
            documents = self._next.documents[table] = {}
        known = documents.get(number)
        if known is None:
            known = self._changed.get(table, {}).get(number)
        if known is not None:
            registers, new = dict(known), registers
            join(registers, new)
        documents[number] = registers
        if table != ANNOTATIONS:
            return
        own = number & OWN_KEY_MASK
        if not (own in self._next.numbers or own in self.numbers) or is_alive(registers):
            # An annotation that moved to another article is deleted under its old id: the new id counts.
            self._next.numbers[own] = number

    def number_of(self, own: int) -> int | None:
        """Return the document id of an annotation by the hash of its own key; None if no entry changed it."""
        number = self._last.numbers.get(own)
        return number if number is not None else self.numbers.get(own)

    def changed_registers(self, table: str, number: int) -> Registers | None:
        """Return those registers of a document that entries changed; None if no entry changed it."""
        registers = self._last.documents.get(table, {}).get(number)
        return registers if registers is not None else self._changed.get(table, {}).get(number)

    # -- compaction ---------------------------------------------------------------------------------------------

    def changed_numbers(self, table: str) -> list[int]:
        """Return the ids of a table's documents that may differ from the snapshot, ascending."""
        return sorted(self._changed.get(table, {}))

    def merged(self, table: str, number: int, line: bytes | None) -> Registers:
        """Return the registers of a document with all changes; empty if it never existed.

        Args:
            table: The document's table.
            number: The document id.
            line: The document's text in the snapshot; None to read that of its tombstone, if the snapshot has one.
        """
        if line is None and f"{table}{TOMBSTONES}" in self.snapshot.tables:
            line = self.snapshot.line(f"{table}{TOMBSTONES}", number)
        changed = self.changed_registers(table, number) or {}
        if line is None:
            return dict(changed)
        registers = expand(decode_object(line), sets=has_sets(table))
        join(registers, changed)
        return registers


class CompactionPlan:
    """The content of a new snapshot: each table of a state, followed by the table of its deleted documents."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._tombstones: dict[str, dict[int, bytes | None]] = {}

    def possible_tables(self) -> list[str]:
        """Return all names that `tables` may yield; which it yields is known only after `text` was called."""
        names = [*self._state.tables(), *self._state.snapshot.tables, *self._state.changed_tables()]
        return list(dict.fromkeys([*names, *(f"{name}{TOMBSTONES}" for name in names)]))

    def tables(self) -> Iterator[str]:
        """Yield the names of the tables of the new snapshot, each followed by that of its deleted documents, if any."""
        living = self._state.tables()
        for name in dict.fromkeys([*living, *self._state.changed_tables(), *self._state.snapshot.tables]):
            if name.endswith(TOMBSTONES):
                continue
            if name in living:
                yield name
            else:
                self._delete_documents(name)
            tombstones = f"{name}{TOMBSTONES}"
            if tombstones in self._state.snapshot.tables or any(
                text is not None for text in self._tombstones.get(tombstones, {}).values()
            ):
                yield tombstones

    def _delete_documents(self, name: str) -> None:
        """Add the changed documents of a dropped table, which is not written, to the table of its deleted documents."""
        for number in self._state.changed_numbers(name):
            self.text(name, number, self._state.snapshot.line(name, number))

    def numbers(self, table: str) -> list[int]:
        """Return the ids of a table's documents that are not copied from the old snapshot, ascending."""
        return sorted(self._tombstones[table]) if table in self._tombstones else self._state.changed_numbers(table)

    def text(self, table: str, number: int, old: bytes | None) -> bytes | None:
        """Return the JSON text of a document for a table or a table of deleted documents (see `Plan.text`).

        Returns:
            The text; None if the document does not belong there: it is deleted, or in the second case, not deleted.
        """
        if table.endswith(TOMBSTONES):
            return self._tombstones[table][number]
        registers = self._state.merged(table, number, old)
        text = encode(compress(registers, sets=has_sets(table)))
        alive = is_alive(registers)
        self._tombstones.setdefault(f"{table}{TOMBSTONES}", {})[number] = None if alive else text
        return text if alive else None


def _plain(line: bytes) -> dict[str, Any]:
    document = decode_object(line)
    document.pop(TIMESTAMPS, None)
    for name in HIDDEN:
        document.pop(name, None)
    return document


def _deletes(operation: Sequence[Any]) -> bool:
    return DELETED in operation[2]

"""The store that the services use: a change is visible at once, and is saved by a separate thread."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tui_reader.errors import StoreError
from tui_reader.storage.base import ANNOTATIONS, Column, Edit, Json, Receipt, Record, Transaction
from tui_reader.storage.engine.bulk import as_column, checked_column
from tui_reader.storage.engine.edits import MANY, PARENT, checked, inverse, plain, with_edit
from tui_reader.storage.engine.field_log import FieldLog
from tui_reader.storage.engine.history import History, Step
from tui_reader.storage.engine.history_file import older_entries
from tui_reader.storage.engine.pending import Pending, PendingFields, Reversal
from tui_reader.storage.engine.writer import Writer
from tui_reader.storage.recovery import problems
from tui_reader.storage.replication.document_ids import KEY_BITS, OWN_KEY_MASK, document_id
from tui_reader.storage.replication.keyindex import DocumentIdIndex
from tui_reader.storage.snapshot.snapshot import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from tui_reader.storage.engine.library_files import LibraryFiles
    from tui_reader.storage.snapshot.state import State


T = TypeVar("T")


class LibraryStore:
    """The records of one library, as they will be when all edits are saved.

    Its methods are called from one thread (`items` from any), and only `close` waits until edits are saved.

    Args:
        library: The files of the library.
    """

    def __init__(self, library: LibraryFiles) -> None:
        self._library = library
        library.watching = True
        self._pending_fields = PendingFields()
        """Values that are not in the files yet."""
        self._document_ids = DocumentIdIndex()
        opened = library.clock.latest
        self._writer = Writer(library, self._document_ids, self._pending_fields.remove)
        self._history = History(partial(older_entries, library), opened)
        self._field_log: FieldLog | None = None
        """Exists from the first bulk change of this run."""
        self._closed = False
        self._unreadable = ""
        """The reason why some records could not be read, as a sentence; empty if there was no such failure."""

    @property
    def read_only(self) -> str:
        """The reason why the library cannot be written, as a sentence; empty if it can."""
        return self._library.read_only

    @property
    def damage(self) -> str:
        """The damage of a partly unreadable file, as a sentence; empty without damage."""
        return self._library.damage or self._unreadable

    @property
    def unsaved(self) -> str:
        """The number of unsaved changes and the reason, as a sentence; empty if all changes are saved."""
        return self._writer.unsaved

    @property
    def notices(self) -> Sequence[str]:
        """Sentences for the user about problems at the opening of the library and since."""
        return self._writer.notices

    def get(self, table: str, key: str) -> Record | None:
        """Return the record with this key, or None if the table has no such record."""
        # Read pending fields first: a field saved between the two reads is then found twice rather than not at all.
        pending = self._pending_fields.of(table, key)
        fields = plain(self._readable(lambda: self._document(table, key)))
        for field, after in pending:
            with_edit(fields, field, after)
        return fields or None

    def fields_of(self, table: str, keys: Sequence[str], names: Collection[str]) -> dict[str, Record]:
        """Return some fields of many records by key; `base.Store.fields_of` explains the arguments.

        Records that do not exist are missing in the result, or have no fields.
        """
        pending = self._pending_fields.some(table, keys, names)
        numbers = {key: document_id(key) for key in keys}
        documents = self._readable(lambda: self._fields_of(table, list(numbers.values()), names)) or {}
        found: dict[str, Record] = {}
        for key, number in numbers.items():
            if number in documents:
                found[key] = documents[number]
        for key, fields in pending.items():
            record = dict(found.get(key, ()))
            for name, after in fields.items():
                with_edit(record, name, after)
            found[key] = record
        return found

    def _fields_of(self, table: str, numbers: Sequence[int], names: Collection[str]) -> dict[int, dict[str, Json]]:
        """Return some fields of documents by document id, as they are in the files, without unsaved edits."""
        while True:
            state = self._library.state
            moment = state.moment
            found = state.fields_of(table, numbers, names)
            if state is self._library.state and moment is state.moment:
                return found

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Delay the saving of changes until the context ends."""
        with self._writer.hold():
            yield

    def _document(self, table: str, key: str) -> dict[str, Json] | None:
        """Return a record's document as it is in the files, without unsaved edits; None if it is not there."""
        while True:
            state = self._library.state
            moment = state.moment
            number = self._document_ids.find(state, table, key)
            document = state.document(table, number) if number is not None else None
            if state is self._library.state and moment is state.moment:
                return document
            # The document may have got another id after the index was read: try again.

    def _readable(self, read: Callable[[], T | None]) -> T | None:
        """Return the result of `read`, which reads the files; if it fails twice, add a notice and return None.

        Between the two calls the files are opened again, since another program may have overwritten them.
        """
        try:
            try:
                return read()
            except (UnreadableError, ValueError):
                self._library.distrust()  # another program overwrote the file
                return read()
        except (OSError, UnreadableError, ValueError, StoreError) as error:
            self._note_unreadable(error)
            return None

    def _note_unreadable(self, error: Exception) -> None:
        self._unreadable = problems.partly_unreadable(self._library.path, error)
        self._writer.add_notice(self._unreadable)

    def items(self, table: str, of: str = "") -> Iterator[tuple[str, Record]]:
        """Yield the keys and records of a table; with `of`, only annotations of the article `of`."""
        low, high = 0, None
        if of and table == ANNOTATIONS:
            low = document_id(of) << KEY_BITS
            high = low + (1 << KEY_BITS)
        pending = self._pending_fields.keys(table)
        for key, document in self._documents(table, low, high):
            if key not in pending and (fields := plain(document)) and (not of or fields.get(PARENT) == of):
                yield key, fields
        for key in pending:
            record = self.get(table, key)
            if record and (not of or record.get(PARENT) == of):
                yield key, record

    def _documents(self, table: str, low: int, high: int | None) -> Iterator[tuple[str, dict[str, Json]]]:
        """Yield key and document of a table's records as they are in the files, without unsaved edits.

        Of an annotation that has several documents, only the valid one is yielded. Each entry of the journal is
        applied wholly or not at all.

        Args:
            table: The table.
            low: The lowest document id to yield.
            high: The document id before which to stop; None for no limit.
        """
        seen: set[int] = set()
        for last_try in (False, True):
            view = self._library.state.view(table)
            try:
                for number, document in view.documents(table, low, high):
                    key = str(document.get("id", number))
                    own = number & OWN_KEY_MASK if table == ANNOTATIONS else number
                    if own in seen or (table == ANNOTATIONS and self._is_superseded(view, key, number)):
                        continue
                    seen.add(own)
                    yield key, document
            except (UnreadableError, ValueError, OSError, StoreError) as error:
                if last_try or isinstance(error, OSError | StoreError):
                    self._note_unreadable(error)
                    return
            else:
                return
            try:
                self._library.distrust()  # another program overwrote the file
            except (OSError, StoreError) as error:
                self._note_unreadable(error)
                return

    def _is_superseded(self, view: State, key: str, number: int) -> bool:
        """Return True if a document of an annotation is not the valid one: the annotation has another document.

        That is only so until `Maintenance.unite_annotations` has merged the two.

        Args:
            view: The documents.
            key: The annotation's key.
            number: The id of the document.
        """
        own = number & OWN_KEY_MASK
        if view.numbers.get(own, number) == number and not self._document_ids.is_repeated(view, own):
            return False
        return self._document_ids.find(view, ANNOTATIONS, key) != number

    def apply(self, edits: Sequence[Edit], label: str, *, undoable: bool = True) -> Receipt:
        """Make edits visible to `get` before returning; the receipt completes when they are on disk."""
        column = as_column(edits) if len(edits) > MANY else None
        clean = checked_column(column) if column is not None else tuple(checked(edit) for edit in edits)
        step = self._history.push(Transaction(label, clean)) if undoable and clean else None
        return self._submit(clean, step)

    def limit_undo(self, select: Callable[[Sequence[Transaction]], Sequence[bool]]) -> None:
        """Exclude those transactions of earlier runs from undo and redo for which `select` returns False."""
        self._history.select = select

    def undo(self) -> Transaction | None:
        """Undo the last undoable transaction, except in fields that were changed since."""
        return self._reverse(self._history.next_undo, is_undo=True)

    def redo(self) -> Transaction | None:
        """Redo the transaction that was undone last, except in fields that were changed since; None without one."""
        return self._reverse(self._history.next_redo, is_undo=False)

    def _reverse(self, next_step: Callable[[], Step | None], *, is_undo: bool) -> Transaction | None:
        while step := next_step():
            edits: Sequence[Edit] = step.transaction.edits
            spared: set[str] = set()
            reversal = Reversal(step, is_undo=is_undo)
            if isinstance(edits, Column) and self._is_unchanged(reversal):
                edits = edits.swapped() if is_undo else edits
            else:
                found, spared = inverse(edits, self._records(edits), redo=not is_undo)
                edits = (as_column(found) if len(found) > MANY else None) or tuple(found)
            if edits:
                self._submit(edits, None, reversal)
            if edits or spared:
                return Transaction(step.transaction.label, edits, tuple(sorted(spared)))
        return None

    def _is_unchanged(self, reversal: Reversal) -> bool:
        """Return True if a bulk change can be undone or redone without comparing values."""
        return self._field_log is not None and not self._writer.has_news and self._field_log.is_unchanged(reversal)

    def _records(self, edits: Sequence[Edit]) -> Callable[[str, str], Record | None]:
        """Return a function that returns a record by table and key; for many edits, it has read the records already.

        Records that were read in advance have only the fields that the edits change.
        """
        names: dict[str, set[str]] = {}
        keys: dict[str, dict[str, None]] = {}
        for edit in edits if len(edits) > MANY else ():
            names.setdefault(edit.table, set()).add(edit.field)
            keys.setdefault(edit.table, {})[edit.key] = None
        found = {
            table: self.fields_of(table, list(own), names[table]) for table, own in keys.items() if table != ANNOTATIONS
        }
        return lambda table, key: found[table].get(key) if table in found else self.get(table, key)

    def _submit(self, edits: Sequence[Edit], step: Step | None, reversal: Reversal | None = None) -> Receipt:
        receipt: Receipt = Future()
        pending = Pending(edits, step, reversal, receipt)
        self._pending_fields.add(pending)
        if self._field_log is None and isinstance(edits, Column):
            self._field_log = FieldLog(self._library)
        if self._field_log is not None:
            self._field_log.note(edits, step, reversal)
        self._writer.submit(pending)
        return receipt

    def poll(self) -> Sequence[Edit]:
        """Return the edits that other programs made since the last call; `get` includes them already."""
        news = self._writer.news()
        if self._field_log is not None:
            self._field_log.note(news)
        return news

    def close(self) -> None:
        """Save all changes, then close the files; blocks until this is done.

        Raises:
            StoreError: Some changes could not be saved.
        """
        if not self._closed:
            self._closed = True
            self._writer.close()

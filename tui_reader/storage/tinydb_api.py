"""TinyDB's interface to a library: a change is on disk when the call returns, and only the change is written."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document, Table

from tui_reader.storage.engine.edits import moved, written
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.recovery.foreign_layout import derived_id, with_id
from tui_reader.storage.replication.registers import DELETED, has_sets
from tui_reader.storage.replication.replica import replica_id
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.json_values import check
from tui_reader.storage.snapshot.snapshot import META, TOMBSTONES
from tui_reader.storage.tinydb_view import DELETED_HERE, TableView

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tinydb.queries import QueryLike

    from tui_reader.storage.snapshot.state import State


class LibraryStorage(Storage):
    """A TinyDB storage that keeps a library, with the methods `read` and `write` that TinyDB calls for all tables.

    Args:
        path: The snapshot, usually `library.json`.
        create_dirs: Create missing folders.
        encoding: None, UTF-8 or ASCII; the file is always UTF-8.
        access_mode: `r` or `rb` to read only, `r+` or `rb+` to read and write.
        replica: Replica id in timestamps and in the name of the journal; by default the id of this machine.
        formatting: Options that TinyDB passes to `json.dumps`. The file's layout is fixed, so `indent`, `sort_keys`,
            `separators` and `ensure_ascii` have no effect.

    Raises:
        ValueError: The encoding is another one.
        TypeError: `formatting` contains another option.
        OSError: The folder does not exist, or the file does not exist and may not be created.
        StoreError: The file cannot be read.
    """

    def __init__(
        self,
        path: str | Path,
        create_dirs: bool = False,  # TinyDB's own signature
        encoding: str | None = None,
        access_mode: str = "r+",
        *,
        replica: str = "",
        **formatting: Any,
    ) -> None:
        super().__init__()
        if (encoding or "utf-8").lower().replace("-", "") not in ("utf8", "utf8sig", "ascii"):
            raise ValueError(f"{path}: the file is always UTF-8, not {encoding}")
        if unknown := formatting.keys() - {"indent", "sort_keys", "separators", "ensure_ascii"}:
            raise TypeError(f"{path}: values are plain JSON, so there is no {', '.join(sorted(unknown))}")
        if access_mode not in ("r", "rb", "r+", "rb+"):
            warnings.warn(
                "Using an `access_mode` other than `r`, `rb`, `r+` or `rb+` changes nothing here", stacklevel=3
            )
        if create_dirs:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._writable = access_mode not in ("r", "rb")
        if not self._writable:
            Path(path).stat()
        self.library = LibraryFiles(path, replica or replica_id())
        self._closed = False
        if self._writable and not Path(path).exists():
            Path(self.library.folder).stat()
            with self.library.exclusive():
                self.library.create_snapshot()

    def exclusive(self) -> AbstractContextManager[None]:
        """Return a context manager that locks the library during a `with` block.

        Raises:
            OSError: The library was opened read-only.
            StoreError: The library cannot be written.
        """
        if not self._writable:
            raise io.UnsupportedOperation("the database was opened for reading only")
        return self.library.exclusive()

    def state(self) -> State:
        """Return the current documents; read the changes of other windows before, unless the library is locked here."""
        if not self.library.is_held:
            self.library.poll()
        return self.library.state

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Parse the whole file; return all tables as TinyDB expects them: fields by table and document id (a string).

        None if there is no table.
        """
        state = self.state()
        tables = {table: {str(n): d for n, d in state.documents(table)} for table in state.tables()}
        return tables or None

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace the content of all tables; documents that stay equal are not written again.

        Args:
            data: Fields by table and document id, as from `read`. Tables that are missing in it are dropped.
        """
        with self.exclusive():
            state = self.library.state
            ops: list[list[Any]] = []
            presence: dict[str, bool] = {}
            for table in state.tables():
                wanted = data.get(table)
                if wanted is None:
                    presence[table] = False
                for number, _ in state.documents(table):
                    if wanted is None or str(number) not in wanted:
                        ops.append([table, str(number), {DELETED: True}])
            for table, documents in data.items():
                if table not in state.tables():
                    presence[table] = True
                for text, document in documents.items():
                    ops += _changed(state, table, int(text), document)
            self._commit(ops, presence)

    def _commit(self, ops: list[list[Any]], presence: dict[str, bool], copies: Sequence[list[Any]] = ()) -> None:
        members = {"o": ops, "m": list(copies), "t": presence}
        entry: dict[str, Any] = {member: value for member, value in members.items() if value}
        if entry:
            self.library.commit(lambda _: entry)

    def close(self) -> None:
        """Write all changes into the snapshot, which plain TinyDB can read, and close the library's files."""
        if not self._closed:
            self._closed = True
            try:
                if self._writable and not self.library.read_only:
                    compact(self.library)
            finally:
                self.library.close()


def _changed(state: State, table: str, number: int, fields: Mapping[str, Any]) -> list[list[Any]]:
    """Return a list of the one operation that gives a document exactly these fields; empty if it has them already.

    Raises:
        ValueError: A value cannot be saved.
        TypeError: A value or a key has a type that JSON lacks.
    """
    fields = dict(fields)
    check(fields)
    return written(state, table, number, fields)


class LibraryTable(Table):
    """A TinyDB table that writes only its changes, to the journal.

    With any storage other than `LibraryStorage` it behaves like TinyDB's table."""

    def __init__(self, storage: Storage, name: str, **options: Any) -> None:
        if name == META or name.endswith(TOMBSTONES):
            raise ValueError(f"the table “{name}” is the store's own")
        super().__init__(storage, name, **options)
        self._saved_ids: dict[int, int] = {}
        """For documents of the last change that were saved under another id: that id, by the id from TinyDB."""

    @property
    def _store(self) -> LibraryStorage | None:
        return self._storage if isinstance(self._storage, LibraryStorage) else None

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        if self._store is None:
            return super()._read_table()
        return {str(number): document for number, document in self._store.state().documents(self.name)}

    def _update_table(self, updater: Callable[[dict[int, Mapping[str, Any]]], Any]) -> None:
        if self._store is None:
            super()._update_table(updater)
            return
        with self._store.exclusive():
            state = self._store.library.state
            view = TableView(state, self.name)
            updater(view)  # type: ignore[arg-type]
            ops: list[list[Any]] = []
            copies: list[list[Any]] = []
            self._saved_ids = {}
            taken: set[int] = set()
            for number, document in view.accessed.items():
                if document is DELETED_HERE:
                    if state.document(self.name, number) is not None:
                        ops.append([self.name, str(number), {DELETED: True}])
                    continue
                home, fields = self._derived(view, state, number, document, taken)
                if home == number or state.document(self.name, number) is None:
                    ops += _changed(state, self.name, home, fields)
                else:
                    check(fields)
                    operations, copied = moved(state, self.name, number, home, fields)
                    ops += operations
                    copies += copied
            presence = {} if self.name in state.tables() else {self.name: True}
            self._store._commit(ops, presence, copies)
        self.clear_cache()

    def _derived(
        self, view: TableView, state: State, number: int, document: Mapping[str, Any], taken: set[int]
    ) -> tuple[int, dict[str, Any]]:
        """Return the document id under which to save a document, and its fields.

        The id is derived from the field `id` in tables of this program; otherwise it is the one that TinyDB assigned.

        Args:
            view: The table during the change.
            state: The documents before the change.
            number: The document id that TinyDB assigned.
            document: The document after the change.
            taken: Derived ids of other documents in this change. If this document gets a derived id that is not the one
                that TinyDB assigned, the id is added.

        Raises:
            ValueError: A new article or annotation has no text as its `id`, so this program would not find it; or
                another document has the derived id.
        """
        before = state.document(self.name, number)
        if before == document:
            return number, dict(document)
        fields = with_id(self.name, number, document)
        home = derived_id(self.name, fields)
        if not home:
            if has_sets(self.name) and before is None:
                raise ValueError(
                    f"a document of “{self.name}” needs a text as its “id”: it could not be found otherwise"
                )
            return number, fields
        if home != number:
            if home in view or home in taken:
                raise ValueError(f"“{self.name}” has a document with the id “{fields['id']}” there already")
            self._saved_ids[number] = home
            taken.add(home)
        return home, fields

    def insert(self, document: Mapping[str, Any]) -> int:
        """Insert a document and return its document id; for articles and annotations, it is derived from their `id`."""
        if self._store is None:
            return super().insert(document)
        with self._store.exclusive():
            return self._ids_as_saved([super().insert(self._identified(document))])[0]

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        """Insert documents in one transaction, and return their document ids as `insert` does."""
        if self._store is None:
            return super().insert_multiple(documents)
        with self._store.exclusive():
            return self._ids_as_saved(super().insert_multiple(self._identified(document) for document in documents))

    def _ids_as_saved(self, numbers: list[int]) -> list[int]:
        """Return, for ids that TinyDB assigned in the last change, the ids under which the documents were saved."""
        return [self._saved_ids.get(number, number) for number in numbers]

    def _identified(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        if not isinstance(document, self.document_class) and isinstance(document, Mapping):
            number = derived_id(self.name, document)
            if number:
                return Document(document, number)
        return document

    def upsert(self, document: Mapping[str, Any], cond: QueryLike | None = None) -> list[int]:
        """Set the fields of `document` in all documents that match `cond`; insert `document` if none matches.

        Returns:
            The ids of the documents.
        """
        if self._store is None:
            return super().upsert(document, cond)
        with self._store.exclusive():
            return super().upsert(document, cond)

    def get(self, cond: QueryLike | None = None, doc_id: int | None = None, doc_ids: list[int] | None = None) -> Any:
        """Return one document by `doc_id`, or by `cond`, or the list of those with an id in `doc_ids`.

        A document that does not exist is None, or missing in the list. An id costs one look-up, a condition the reading
        of the whole table.
        """
        store = self._store
        if store is None or (doc_id is None and doc_ids is None):
            return super().get(cond, doc_id, doc_ids)  # type: ignore[arg-type]  # TinyDB checks the combination itself
        state = store.state()
        if doc_id is not None:
            number: object = doc_id
            found = state.document(self.name, doc_id) if isinstance(number, int) else None
            return self.document_class(found, doc_id) if found is not None else None
        wanted = sorted({self.document_id_class(number) for number in doc_ids or ()})
        documents = ((number, state.document(self.name, number)) for number in wanted)
        return [self.document_class(document, number) for number, document in documents if document is not None]

    def update(
        self,
        fields: Mapping[str, Any] | Callable[[MutableMapping[str, Any]], None],
        cond: QueryLike | None = None,
        doc_ids: Iterable[int] | None = None,
    ) -> list[int]:
        """Update the documents with these ids, or that match `cond`, or all; return their ids.

        The documents that match are determined before the first update.
        """
        if self._store is None:
            return super().update(fields, cond, doc_ids)
        with self._store.exclusive():
            if doc_ids is None and cond is not None:
                return self._ids_as_saved(super().update(fields, doc_ids=self._matching(cond)))
            return self._ids_as_saved(super().update(fields, cond, doc_ids))

    def update_multiple(
        self, updates: Iterable[tuple[Mapping[str, Any] | Callable[[MutableMapping[str, Any]], None], QueryLike]]
    ) -> list[int]:
        """Apply updates in one transaction, each to the documents that match its condition; return their ids."""
        if self._store is None:
            return super().update_multiple(updates)
        with self._store.exclusive():
            return self._ids_as_saved(super().update_multiple(updates))

    def remove(self, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        """Remove the documents with these ids, or that match `cond`; return their ids."""
        if self._store is None or doc_ids is not None or cond is None:
            return super().remove(cond, doc_ids)
        with self._store.exclusive():
            return super().remove(doc_ids=self._matching(cond))

    def _matching(self, cond: QueryLike) -> list[int]:
        assert self._store is not None  # noqa: S101
        return [number for number, document in self._store.library.state.documents(self.name) if cond(document)]

    def search(self, cond: QueryLike) -> list[Document]:
        """Return the documents that match a condition, in their current state, with changes by other windows."""
        if self._store is not None:
            before = self._store.library.state
            latest = before.latest
            after = self._store.state()
            if after is not before or after.latest != latest:
                self.clear_cache()
        return super().search(cond)

    def __len__(self) -> int:
        return self._store.state().count(self.name) if self._store is not None else sum(1 for _ in self)

    def __iter__(self) -> Iterator[Document]:
        if self._store is None:
            yield from super().__iter__()
            return
        for number, document in self._store.state().documents(self.name):
            yield self.document_class(document, number)

    def _get_next_id(self) -> int:
        if self._store is None:
            return int(super()._get_next_id())  # type: ignore[no-untyped-call]
        state = self._store.state()
        number: int | None = self._next_id
        if number is None or state.document(self.name, number) is not None:
            number = state.last_id(self.name) + 1
        self._next_id = number + 1  # type: ignore[assignment]  # TinyDB declares it by its first value
        return number


class LibraryDB(TinyDB):
    """A TinyDB on the files of a library, safe against crashes and concurrent changes by windows and machines.

    A call returns once its change is on disk, in the journal. `close` writes all changes to the snapshot. Plain TinyDB
    can read the snapshot at any time.
    """

    table_class: type[Table] = LibraryTable
    default_storage_class = LibraryStorage  # type: ignore[assignment]  # TinyDB declares it by its own value

    def tables(self) -> set[str]:
        """Return the names of the tables, without those of headers and of deleted documents."""
        storage = self.storage
        return set(storage.state().tables()) if isinstance(storage, LibraryStorage) else super().tables()

    def compact(self) -> bool:
        """Write all changes into the snapshot, which plain TinyDB can read.

        Returns:
            True if the snapshot contains all changes now; False if another process prevented this (see `compact`).
        """
        storage = self.storage
        return compact(storage.library) if isinstance(storage, LibraryStorage) else True

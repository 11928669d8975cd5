"""A store in one TinyDB file that is read once and written as a whole, by a thread of its own."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
import threading
from collections import deque
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinydb.storages import Storage

from tui_reader.errors import StoreError
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit, Json, Receipt, Record, Transaction
from tui_reader.storage.identity import document_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_UNDO_STEPS = 1_000

_Tables = dict[str, dict[str, dict[str, Json]]]


class AtomicJSONStorage(Storage):
    """TinyDB storage that replaces the file as a whole: at any instant it holds the old state or the new one."""

    def __init__(self, path: Path) -> None:
        self._path = Path(os.path.realpath(path))

    def read(self) -> dict[str, dict[str, Any]] | None:
        """All tables, or None where there is no file or an empty one."""
        try:
            text = self._path.read_bytes().decode("utf-8-sig")
        except (FileNotFoundError, NotADirectoryError):
            return None
        return _tables_of(json.loads(text)) if text.strip() else None

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Put all tables in place of the file: temporary file beside it, fsync, rename, fsync of the folder."""
        folder = self._path.parent
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{self._path.name}.", suffix=".tmp", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(data, file, ensure_ascii=False, allow_nan=False)
                file.flush()
                with contextlib.suppress(FileNotFoundError):
                    Path(name).chmod(stat.S_IMODE(self._path.stat().st_mode))
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        if os.name == "posix":  # elsewhere a folder cannot be opened, and renames are journalled by the system
            opened = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)


def _tables_of(data: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(data, dict):
        raise TypeError(f"its top level is a {type(data).__name__}, not tables by name")
    for table, documents in data.items():
        if not isinstance(documents, dict):
            raise TypeError(f"table “{table}” is a {type(documents).__name__}")
        for number, document in documents.items():
            if not number.isdecimal() or not isinstance(document, dict):
                raise TypeError(f"table “{table}” has an entry “{number[:40]}” that is no document")
    return data


class SimpleStore:
    """The whole state in memory; a writer thread brings it to disk and completes the receipts."""

    def __init__(self, path: Path) -> None:
        self._file = AtomicJSONStorage(path)
        self._path = path
        self._read_only = ""
        self._extra: dict[str, dict[str, Any]] = {}
        self._tables: _Tables = {ARTICLES: {}, ANNOTATIONS: {}}
        self._undo: deque[Transaction] = deque(maxlen=_UNDO_STEPS)
        self._redo: deque[Transaction] = deque(maxlen=_UNDO_STEPS)
        self._lock = threading.Condition()
        self._waiting: list[Receipt] = []
        self._closing = False
        self._thread: threading.Thread | None = None
        self._load()

    def _load(self) -> None:
        try:
            tables = self._file.read() or {}
        except (ValueError, TypeError, RecursionError) as error:
            self._read_only = (
                f"{self._path} is damaged ({error}). It stays as it is, and nothing is saved: "
                "mend it or move it away, then start again."
            )
            return
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoreError(
                f"{self._path} cannot be read: {reason}.", "Check its owner and its permissions."
            ) from error
        for name, documents in tables.items():
            if name not in self._tables:
                self._extra[name] = documents
                continue
            for number, document in documents.items():
                fields = dict(document)
                key = fields.pop("id", number)
                self._tables[name][str(key)] = fields

    @property
    def read_only(self) -> str:
        """Why nothing can be written; empty where writing is possible."""
        return self._read_only

    @property
    def notices(self) -> Sequence[str]:
        """What a reader should know of the opening."""
        return (self._read_only,) if self._read_only else ()

    def get(self, table: str, key: str) -> Record | None:
        """A record by key, or None."""
        record = self._tables[table].get(key)
        return dict(record) if record is not None else None

    def items(self, table: str, of: str = "") -> Iterator[tuple[str, Record]]:
        """Every record of a table with its key; with `of`, only those that belong to this article."""
        for key, record in list(self._tables[table].items()):
            if not of or record.get("article") == of:
                yield key, dict(record)

    def apply(self, edits: Sequence[Edit], label: str, *, undoable: bool = True) -> Receipt:
        """Make edits true at once, and durable soon."""
        if undoable and edits:
            self._undo.append(Transaction(label, tuple(edits)))
            self._redo.clear()
        return self._make_true(edits)

    def undo(self) -> Transaction | None:
        """Take back the last undoable transaction."""
        return self._travel(self._undo, self._redo)

    def redo(self) -> Transaction | None:
        """Apply again what was last taken back."""
        return self._travel(self._redo, self._undo)

    def _travel(self, source: deque[Transaction], target: deque[Transaction]) -> Transaction | None:
        if not source:
            return None
        done = source.pop()
        inverse = tuple(Edit(e.table, e.key, e.field, e.after, e.before) for e in reversed(done.edits))
        target.append(Transaction(done.label, inverse))
        self._make_true(inverse)
        return Transaction(done.label, inverse)

    def poll(self) -> Sequence[Edit]:
        """Nothing: this store does not share its file."""
        return ()

    def _make_true(self, edits: Sequence[Edit]) -> Receipt:
        for edit in edits:
            if edit.field == "id":
                raise ValueError("the field “id” is the record's key and cannot be edited")
            json.dumps(edit.after, ensure_ascii=False, allow_nan=False).encode()
        receipt: Receipt = Future()
        with self._lock:
            for edit in edits:
                records = self._tables[edit.table]
                record = records.setdefault(edit.key, {})
                if edit.after is None:
                    record.pop(edit.field, None)
                else:
                    record[edit.field] = edit.after
                if not record:
                    del records[edit.key]
            if self._read_only:
                receipt.set_exception(StoreError(self._read_only))
                return receipt
            self._waiting.append(receipt)
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_on, name="store-writer", daemon=True)
                self._thread.start()
            self._lock.notify()
        return receipt

    def _write_on(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting:
                    return
                receipts, self._waiting = self._waiting, []
                data = self._documents()
            try:
                self._file.write(data)
            except (OSError, ValueError) as error:
                reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
                problem = StoreError(
                    f"{self._path} cannot be written: {reason}. This change is NOT saved.",
                    "Make room or allow writing; the next change saves everything.",
                )
                for receipt in receipts:
                    receipt.set_exception(problem)
            else:
                for receipt in receipts:
                    receipt.set_result(None)

    def _documents(self) -> dict[str, dict[str, Any]]:
        data: dict[str, dict[str, Any]] = {"meta": {"1": {"format": "tui-reader library", "version": 1}}} | self._extra
        for table, records in self._tables.items():
            numbered = {document_id(k, str(r.get("article", ""))): {"id": k, **r} for k, r in records.items()}
            data[table] = {str(number): numbered[number] for number in sorted(numbered)}
        return data

    def close(self) -> None:
        """Wait until everything is durable."""
        with self._lock:
            self._closing = True
            self._lock.notify()
        if self._thread is not None:
            self._thread.join()

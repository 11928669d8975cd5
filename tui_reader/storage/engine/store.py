"""The store that the services use: changes are true at once, and a thread of its own brings them to disk."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING

from tui_reader.errors import StoreError
from tui_reader.storage.base import ANNOTATIONS, Edit, Json, Receipt, Record, Transaction
from tui_reader.storage.engine.edits import PARENT, checked, inverse, plain, with_edit
from tui_reader.storage.engine.history import History, Step
from tui_reader.storage.engine.history_file import older_entries
from tui_reader.storage.engine.pending import Pending, Turn
from tui_reader.storage.engine.writer import Writer
from tui_reader.storage.recovery import problems
from tui_reader.storage.replication.document_ids import KEY_BITS, OWN_KEY_MASK, document_id
from tui_reader.storage.replication.keyindex import DocumentIdIndex
from tui_reader.storage.snapshot.json_values import fresh
from tui_reader.storage.snapshot.snapshot import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tui_reader.storage.engine.library_files import LibraryFiles
    from tui_reader.storage.snapshot.state import State


class LibraryStore:
    """The state of one library. Its methods are called from one thread, which never waits for the disk.

    What a method reads is the library as the files have it, with the edits on top that are not on disk yet.

    Args:
        library: The documents.
    """

    def __init__(self, library: LibraryFiles) -> None:
        self._library = library
        library.watching = True
        self._lock = threading.Lock()
        self._above: dict[tuple[str, str], dict[str, tuple[Pending, Json]]] = {}
        self._numbers = DocumentIdIndex()
        opened = library.clock.latest
        self._writer = Writer(library, self._numbers, self._landed)
        self._history = History(partial(older_entries, library), opened)
        self._closed = False
        self._unreadable = ""
        """What is wrong with the part of the file that could not be read."""

    @property
    def read_only(self) -> str:
        """Why nothing can be written; empty where writing is possible."""
        return self._library.read_only

    @property
    def damage(self) -> str:
        """What is wrong with the file where only a part of it can be read; else empty."""
        return self._library.damage or self._unreadable

    @property
    def unsaved(self) -> str:
        """How many changes are not on disk now although saving them was tried, and why; empty if all are saved."""
        return self._writer.unsaved

    @property
    def notices(self) -> Sequence[str]:
        """What a reader should know of the opening, and of what happened since."""
        return self._writer.notices

    def get(self, table: str, key: str) -> Record | None:
        """A record by key, or None."""
        # First what is on its way: if it arrives while the files are read, it is seen twice, the other way round never.
        with self._lock:
            above = list(self._above.get((table, key), {}).items())
        fields = plain(self._readable(lambda: self._document(table, key)))
        for field, (_, after) in above:
            with_edit(fields, field, fresh(after))
        return fields or None

    def _document(self, table: str, key: str) -> dict[str, Json] | None:
        """The document of a record in the files, or None."""
        while True:
            state = self._library.state
            moment = state.moment
            number = self._numbers.find(state, table, key)
            document = state.document(table, number) if number is not None else None
            if state is self._library.state and moment is state.moment:
                return document
            # It may have been put elsewhere after it was found.

    def _readable(self, read: Callable[[], dict[str, Json] | None]) -> dict[str, Json] | None:
        """What a function reads from the files; None, and a notice, if it cannot be read."""
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
        self._writer.tell(self._unreadable)

    def items(self, table: str, of: str = "") -> Iterator[tuple[str, Record]]:
        """Every record of a table with its key; with `of`, only those that belong to this article."""
        low, high = 0, None
        if of and table == ANNOTATIONS:
            low = document_id(of) << KEY_BITS
            high = low + (1 << KEY_BITS)
        with self._lock:
            above = dict.fromkeys(key for name, key in self._above if name == table)
        for key, document in self._documents(table, low, high):
            if key not in above and (fields := plain(document)) and (not of or fields.get(PARENT) == of):
                yield key, fields
        for key in above:
            record = self.get(table, key)
            if record and (not of or record.get(PARENT) == of):
                yield key, record

    def _documents(self, table: str, low: int, high: int | None) -> Iterator[tuple[str, dict[str, Json]]]:
        """Documents with their keys as they were at one moment, each annotation once."""
        seen: set[int] = set()
        for last_try in (False, True):
            view = self._library.state.view(table)
            try:
                for number, document in view.documents(table, low, high):
                    key = str(document.get("id", number))
                    own = number & OWN_KEY_MASK if table == ANNOTATIONS else number
                    if own in seen or (table == ANNOTATIONS and self._is_stray(view, key, number)):
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

    def _is_stray(self, view: State, key: str, number: int) -> bool:
        """Whether an annotation that stands here counts where it stands elsewhere, until the two are made one."""
        own = number & OWN_KEY_MASK
        if view.numbers.get(own, number) == number and not self._numbers.is_repeated(view, own):
            return False
        return self._numbers.find(view, ANNOTATIONS, key) != number

    def apply(self, edits: Sequence[Edit], label: str, *, undoable: bool = True) -> Receipt:
        """Make edits true at once, and durable soon."""
        clean = tuple(checked(edit) for edit in edits)
        step = self._history.push(Transaction(label, clean)) if undoable and clean else None
        return self._make_true(clean, step)

    def limit_undo(self, select: Callable[[Sequence[Transaction]], Sequence[bool]]) -> None:
        """Pass over steps of earlier runs for which `select` gives False; they stay in the history."""
        self._history.select = select

    def undo(self) -> Transaction | None:
        """Take back the last undoable transaction; what was changed again since is left as it is."""
        return self._turn(self._history.back, back=True)

    def redo(self) -> Transaction | None:
        """Do again what was last taken back."""
        return self._turn(self._history.forth, back=False)

    def _turn(self, next_step: Callable[[], Step | None], *, back: bool) -> Transaction | None:
        while step := next_step():
            edits, left = inverse(step.transaction.edits, self.get, forth=not back)
            if edits:
                self._make_true(edits, None, Turn(step, back=back))
            if edits or left:
                return Transaction(step.transaction.label, tuple(edits), tuple(sorted(left)))
        return None

    def _make_true(self, edits: Sequence[Edit], step: Step | None, turn: Turn | None = None) -> Receipt:
        receipt: Receipt = Future()
        pending = Pending(tuple(edits), step, turn, receipt)
        with self._lock:
            for edit in edits:
                self._above.setdefault((edit.table, edit.key), {})[edit.field] = (pending, edit.after)
        self._writer.take(pending)
        return receipt

    def _landed(self, pending: Pending) -> None:
        """A transaction is in the files: from now on they show it. Called by the writer's thread."""
        with self._lock:
            for edit in pending.edits:
                place = (edit.table, edit.key)
                fields = self._above.get(place, {})
                if edit.field in fields and fields[edit.field][0] is pending:
                    del fields[edit.field]
                    if not fields:
                        del self._above[place]

    def poll(self) -> Sequence[Edit]:
        """Edits made by other programs since the last call, already visible to `get`."""
        return self._writer.news()

    def close(self) -> None:
        """Wait until everything is durable, and let go of the file.

        Raises:
            StoreError: Some changes could not be saved.
        """
        if not self._closed:
            self._closed = True
            self._writer.close()

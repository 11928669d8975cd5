"""The thread that saves transactions; when there is nothing to save, it maintains the files."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import InvalidStateError
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.cooperative import lower_priority
from tui_reader.errors import StoreError
from tui_reader.storage.base import ANNOTATIONS, Edit, Json, Transaction
from tui_reader.storage.engine.edits import annotations_changed_since, entry_of, plain
from tui_reader.storage.engine.history import NOTE, Step
from tui_reader.storage.engine.maintenance import Maintenance
from tui_reader.storage.engine.notices import Notices
from tui_reader.storage.recovery import problems
from tui_reader.storage.replication.instance_lock import InstanceLock
from tui_reader.storage.snapshot import filesystem
from tui_reader.storage.snapshot.json_values import canonical
from tui_reader.storage.snapshot.snapshot import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tui_reader.storage.base import Receipt, Record
    from tui_reader.storage.engine.library_files import LibraryFiles
    from tui_reader.storage.replication.keyindex import DocumentIdIndex
    from tui_reader.storage.snapshot.journal import Entry
    from tui_reader.storage.snapshot.state import State

POLL_SECONDS = 0.4
"""Seconds between checks for changes of other windows, which must be visible within a second."""
MERGE_WAIT_SECONDS = 2.0
"""Maximum time in seconds that the constructor blocks until small conflict copies are merged."""


class Reversal(NamedTuple):
    """The undo or redo of a step."""

    step: Step
    is_undo: bool


class Pending:
    """A transaction that is not saved yet, or is being saved.

    Args:
        edits: The changes.
        step: The step for the undo history; None if the transaction cannot be undone.
        reversal: The step that the transaction undoes or redoes; None if it does neither.
        receipt: Completes when the transaction is on disk.
    """

    def __init__(self, edits: tuple[Edit, ...], step: Step | None, reversal: Reversal | None, receipt: Receipt) -> None:
        self.edits, self.step, self.receipt = edits, step, receipt
        self._reversal = reversal
        self._written = edits
        """The edits as written; they differ from `edits` if another window changed a note."""
        self.spared: set[str] = set()
        """Keys of annotations that are kept, not deleted, because another window changed them."""

    def entry(self, state: State, document_ids: DocumentIdIndex) -> Entry | None:
        """Return the journal entry of the transaction, without a timestamp. Called while the library is locked.

        Args:
            state: The documents at the time of writing.
            document_ids: Finds document ids.

        Returns:
            The entry; None if the documents have these values already.
        """

        def record(table: str, key: str) -> Record:
            number = document_ids.find(state, table, key)
            return plain(state.document(table, number)) if number is not None else {}

        self.spared = annotations_changed_since(self.edits, record) if self._reversal is not None else set()
        self._written = tuple(self._combined(edit, record) for edit in self.edits)
        if self.step is not None:
            self.step.written = self._written
        entry = entry_of(state, self._written, lambda table, key: document_ids.find(state, table, key))
        if not entry:
            return None
        if self.step is not None:
            entry["u"] = self.step.member()
        if self._reversal is not None:
            entry["z"] = [self._reversal.step.name, self._reversal.is_undo]
        return entry

    @property
    def label(self) -> str:
        """The label of the transaction, or of the step that it undoes or redoes."""
        step = self.step if self._reversal is None else self._reversal.step
        return step.transaction.label if step is not None else ""

    @property
    def deviations(self) -> list[Edit]:
        """The edits that change the requested values to the written ones, where they differ."""
        return [
            written._replace(before=edit.after)
            for edit, written in zip(self.edits, self._written, strict=True)
            if written.after != edit.after
        ]

    def committed(self) -> None:
        """Update the undo step to the edits that were written, after they are on disk."""
        if self.step is not None and self._written != self.edits:
            self.step.transaction = Transaction(self.step.transaction.label, self._written)

    def _combined(self, edit: Edit, record: Callable[[str, str], Record]) -> Edit:
        """Combine an edit of a note with another window's edit of it; return all other edits unchanged."""
        if edit.table != ANNOTATIONS or (edit.field != NOTE and edit.key not in self.spared):
            return edit
        now = record(edit.table, edit.key).get(edit.field)
        if edit.key in self.spared:
            return edit._replace(before=now, after=now)
        if canonical(now) in (canonical(edit.before), canonical(edit.after)):
            return edit
        if self._reversal is not None:
            # Reverse the written edits of that step, and leave the note unchanged if it was changed again since.
            reversed_edits = [_reversed(written, self._reversal) for written in self._reversal.step.written]
            fitting = [each for each in reversed_edits if each.before == now and each[:3] == edit[:3]]
            return fitting[0] if fitting else edit._replace(before=now, after=now)
        from tui_reader.document.text_merge import merge  # noqa: PLC0415 - only two windows that write at once need it

        return edit._replace(before=now, after=merge(_text(edit.before), _text(edit.after), _text(now)).text or None)


def _reversed(edit: Edit, reversal: Reversal) -> Edit:
    return edit._replace(before=edit.after, after=edit.before) if reversal.is_undo else edit


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def conflict_notices(pendings: Sequence[Pending]) -> list[str]:
    """Return sentences about the transactions that conflicted with a change by another window."""
    sentences = []
    for pending in pendings:
        if pending.spared:
            sentences.append(f"{pending.label}: another window changed that meanwhile; it was left alone.")
        elif pending.step is not None and pending.deviations:
            sentences.append(
                f"{pending.label}: another window changed that note meanwhile; the words of both are kept."
            )
    return sentences


class Writer:
    """Saves transactions in order; transactions submitted in quick succession share a flush.

    Args:
        library: The files. No other object in this process changes them.
        document_ids: Finds document ids.
        on_committed: Called by the thread when a transaction is visible in the library's state.
    """

    def __init__(
        self, library: LibraryFiles, document_ids: DocumentIdIndex, on_committed: Callable[[Pending], None]
    ) -> None:
        self._library, self._document_ids, self._on_committed = library, document_ids, on_committed
        self._notices = Notices(library.path)
        self._instance_lock = InstanceLock(library.path)
        self._changed = threading.Condition()
        """Guards the attributes below; notified when a transaction is submitted or the store is being closed."""
        self._waiting: list[Pending] = []
        self._unsaved: list[Pending] = []
        self._in_flight: list[Pending] = []
        """Transactions that are being saved, including those of `_unsaved`: they are lost if the thread ends."""
        self._refused = 0
        """Changes that were refused without trying to save them: the library is read-only, or the thread has ended."""
        self._failure: StoreError | None = None
        """The reason why the last change was refused."""
        self._has_ended = self._is_broken = False
        self._news: list[Edit] = []
        self._closing = False
        self._held = 0
        """Number of contexts of `hold` that have not ended."""
        self._copies_merged = threading.Event()
        self._maintenance = Maintenance(library, document_ids, self._notices, self._add_news, self._is_urgent)
        self._add_opening_notices()
        has_small_copies = self._notices.guard("looking for conflict copies", self._maintenance.has_small_copies)
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()
        if has_small_copies:
            # Block, so that the first frame contains the merged copies. Only the writer thread may merge: it flushes.
            self._copies_merged.wait(MERGE_WAIT_SECONDS)

    def _add_opening_notices(self) -> None:
        library, notices = self._library, self._notices
        notices.add(library.read_only, filesystem.warning(library.folder))
        self._maintenance.report_damage()
        if self._instance_lock.is_second:
            notices.add(
                "Another window keeps its state in the same file: each shows the other's changes, and both are kept."
            )
        elif library.recovered:
            many = library.recovered != 1
            notices.add(f"Recovered {library.recovered} change{'s' * many} from the last run.")
        notices.add(*library.disk.refused.values())
        if library.journal.damaged:
            notices.add(problems.damaged_lines(library.journal.path, library.journal.damaged))

    # -- called by the thread that uses the store -----------------------------------------------------------------

    @property
    def notices(self) -> list[str]:
        """Sentences for the user about problems at the opening of the library and since."""
        return self._notices.sentences

    def add_notice(self, sentence: str) -> None:
        """Add a sentence to the notices, unless it was added before. Thread-safe."""
        self._notices.add(sentence)

    @property
    def unsaved(self) -> str:
        """The number of unsaved changes and the reason, as a sentence; empty if all changes are saved."""
        with self._changed:
            count = len(self._unsaved) + self._refused
            return problems.unsaved(count, self._failure) if count and self._failure is not None else ""

    def submit(self, pending: Pending) -> None:
        """Add a transaction to the queue for saving; refuse it at once if the library cannot be written."""
        with self._changed:
            if not (self._library.read_only or self._has_ended):
                self._waiting.append(pending)
                self._changed.notify()
                return
            if self._library.read_only:
                self._failure = StoreError(self._library.read_only)
            elif self._failure is None or not self._is_broken:
                self._failure = problems.closed(self._library.path)
            self._refused += bool(pending.edits)
            failure = self._failure
        _complete(pending, failure)

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Delay submitted transactions until the context ends."""
        with self._changed:
            self._held += 1
        try:
            yield
        finally:
            with self._changed:
                self._held -= 1
                self._changed.notify()

    def news(self) -> Sequence[Edit]:
        """Return the edits that other programs made since the last call."""
        with self._changed:
            news, self._news = self._news, []
            return news

    def close(self) -> None:
        """Save all transactions, compact the journal, and close the files.

        Raises:
            StoreError: Some changes could not be saved.
        """
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        count = len(self._unsaved) + (self._refused if self._is_broken else 0)
        if count:
            changes = "1 change is" if count == 1 else f"{count:,} changes are"
            reason = self._failure.message if self._failure is not None else ""
            raise StoreError(f"{changes} NOT saved. {reason}".strip(), "They are lost when the reader ends.")

    # -- the thread ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        failure: BaseException | None = None
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - every receipt must complete, whatever ends the thread
            failure = error
        finally:
            self._end(failure)

    def _work(self) -> None:
        lower_priority()
        maintenance = self._maintenance
        self._notices.guard("merging conflict copies", maintenance.merge_copies)
        self._copies_merged.set()
        # This task is never urgent: until it is done, readers see the valid document of each moved annotation.
        maintenance.unite_annotations()
        maintenance.write_resolved_merge()
        while True:
            with self._changed:
                self._changed.wait_for(self._is_urgent, POLL_SECONDS)
                batch: list[Pending] = []
                if self._closing or not self._held:
                    batch, self._waiting = self._waiting, []
                if not batch and self._closing:
                    break
            if batch:
                maintenance.restart_idle_time()
                self._save(batch)
            else:
                self._notices.guard("looking for changes", maintenance.run_idle_tasks)
        self._save([])
        maintenance.read_changes()
        maintenance.unite_annotations()  # only the annotations that changed now; a later run would have to check all
        maintenance.compact(at_exit=True)

    def _is_urgent(self) -> bool:
        return bool((self._waiting and not self._held) or self._closing)

    def _add_news(self, edits: list[Edit]) -> None:
        with self._changed:
            self._news += edits

    def _end(self, failure: BaseException | None) -> None:
        """Close the files, and refuse unsaved and later transactions."""
        with self._changed:
            self._has_ended, self._is_broken = True, failure is not None
            self._unsaved, self._waiting = [*(self._in_flight or self._unsaved), *self._waiting], []
            lost = self._unsaved
            path = self._library.path
            refusal = problems.stopped(path, failure) if failure is not None else problems.closed(path)
            if failure is not None:
                self._failure = refusal
                self._notices.add(str(refusal))
        self._copies_merged.set()
        for pending in lost:
            _complete(pending, refusal)
        try:
            self._library.close()
        except Exception as error:  # noqa: BLE001 - the thread is at its end
            self._notices.add_unexpected("closing", error)
        finally:
            self._instance_lock.close()

    # -- saving -------------------------------------------------------------------------------------------------

    def _save(self, batch: list[Pending]) -> None:
        """Save a batch of transactions, and earlier transactions whose saving failed."""
        everything = [*self._unsaved, *batch]
        if not everything:
            return
        self._in_flight = everything
        saved, refused = self._try_to_save(everything)
        with self._changed:
            self._unsaved, self._in_flight = refused, []
        self._notices.guard("gathering changes", self._maintenance.report_changes)
        for pending in saved:
            pending.committed()
            self._on_committed(pending)
        self._notices.guard("comparing notes", lambda: self._notices.add(*conflict_notices(saved)))
        self._add_news([edit for pending in saved for edit in pending.deviations])
        for pending in batch:
            _complete(pending, self._failure if pending in refused else None)

    def _try_to_save(self, everything: list[Pending]) -> tuple[list[Pending], list[Pending]]:
        """Save transactions with one flush; if one of them makes it fail, save them one by one.

        Returns:
            The transactions that are on disk now, and the transactions that are not.
        """
        try:
            self._commit(everything)
        except Exception as error:  # noqa: BLE001 - a receipt that never completes would show “saving…” for ever
            if len(everything) == 1 or not problems.may_concern_one(error):
                self._failure = error if isinstance(error, StoreError) else problems.refused(self._library.path, error)
                return [], everything
        else:
            return everything, []
        saved: list[Pending] = []
        refused: list[Pending] = []
        for pending in everything:
            some_saved, some_refused = self._try_to_save([pending])
            saved += some_saved
            refused += some_refused
        return saved, refused

    def _commit(self, everything: list[Pending]) -> None:
        builders = [self._builder(pending) for pending in everything]
        try:
            self._library.commit_all(builders)
        except (UnreadableError, ValueError):
            # Another program overwrote the snapshot: reload the snapshot, then commit the change again.
            self._library.distrust()
            self._library.commit_all(builders)

    def _builder(self, pending: Pending) -> Callable[[State], Entry | None]:
        return lambda state: pending.entry(state, self._document_ids)


def _complete(pending: Pending, error: BaseException | None) -> None:
    """Complete a receipt, unless the caller has cancelled it."""
    with contextlib.suppress(InvalidStateError):
        if error is None:
            pending.receipt.set_result(None)
        else:
            pending.receipt.set_exception(error)

"""The thread that saves transactions; when there is nothing to save, it maintains the files."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import InvalidStateError
from typing import TYPE_CHECKING

from tui_reader.document.cooperative import lower_priority
from tui_reader.errors import StoreError
from tui_reader.storage.engine.maintenance import Maintenance
from tui_reader.storage.engine.notices import Notices
from tui_reader.storage.engine.pending import conflict_notices
from tui_reader.storage.recovery import problems
from tui_reader.storage.replication.instance_lock import InstanceLock
from tui_reader.storage.snapshot import filesystem
from tui_reader.storage.snapshot.snapshot import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tui_reader.storage.base import Edit
    from tui_reader.storage.engine.library_files import Committed, LibraryFiles
    from tui_reader.storage.engine.pending import Pending
    from tui_reader.storage.replication.keyindex import DocumentIdIndex
    from tui_reader.storage.snapshot.state import State

POLL_SECONDS = 0.4
"""Seconds between checks for changes of other windows, which must be visible within a second."""
MERGE_WAIT_SECONDS = 2.0
"""Maximum time in seconds that the constructor blocks until small conflict copies are merged."""


class Writer:
    """Saves transactions in order; transactions submitted in quick succession share a flush.

    Args:
        library: The library's files. No other object in this process changes them.
        document_ids: Finds document ids.
        on_committed: Called by the writer thread with each transaction that is on disk and in the library's state.
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
        """Transactions that are being saved, including earlier ones that failed (`_unsaved`).

        If an error ends the thread, these are the transactions that may not be on disk.
        """
        self._refused = 0
        """Number of changes refused without trying to save them: the library is read-only, or the thread has ended."""
        self._failure: StoreError | None = None
        """The reason why the last change was refused or could not be saved; None before the first such change."""
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
        notices.add(problems.shown_unsaved(library.read_only), filesystem.warning(library.folder))
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
        """Add a transaction to the queue for saving.

        If the library is read-only or the thread has ended, the transaction's receipt fails before this returns.
        """
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
        """Delay the saving of submitted transactions until the context ends or the writer is closed."""
        with self._changed:
            self._held += 1
        try:
            yield
        finally:
            with self._changed:
                self._held -= 1
                self._changed.notify()

    @property
    def has_news(self) -> bool:
        """True if other programs made edits that `news` has not returned yet."""
        return bool(self._news)

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
            lost = "It is lost." if count == 1 else "They are lost."
            raise StoreError(f"{changes} NOT saved. {reason}".strip(), lost)

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
        """Close the files at the end of the thread; fail the receipts of unsaved and of later transactions.

        Args:
            failure: The error that ended the thread; None if the writer was closed.
        """
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
        """Save the earlier transactions whose saving failed, then a batch; complete the receipts of the batch."""
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
        self._notices.guard("comparing notes", lambda: self._notices.add_events(*conflict_notices(saved)))
        self._add_news([edit for pending in saved for edit in pending.deviations])
        for pending in batch:
            _complete(pending, self._failure if pending in refused else None)

    def _try_to_save(self, everything: list[Pending]) -> tuple[list[Pending], list[Pending]]:
        """Save transactions with one flush; if that fails and one of them may be at fault, save them one by one.

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

    def _builder(self, pending: Pending) -> Callable[[State], Committed | None]:
        return lambda state: pending.entry(state, self._document_ids)


def _complete(pending: Pending, error: BaseException | None) -> None:
    """Complete the receipt of a transaction, with an error unless it is None; ignore a cancelled receipt."""
    with contextlib.suppress(InvalidStateError):
        if error is None:
            pending.receipt.set_result(None)
        else:
            pending.receipt.set_exception(error)

"""The thread that brings changes to disk, takes in what others changed, and folds when nobody is in a hurry."""

from __future__ import annotations

import contextlib
import threading
import time
from concurrent.futures import InvalidStateError
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader import paths
from tui_reader.document.cooperative import lower_priority
from tui_reader.errors import StoreError
from tui_reader.storage.base import Edit
from tui_reader.storage.engine.edits import KEY, plain
from tui_reader.storage.engine.pending import both_kept
from tui_reader.storage.recovery import problems
from tui_reader.storage.recovery.backups import rotate
from tui_reader.storage.replication.conflicts import all_copies, conflict_copies
from tui_reader.storage.replication.instance_lock import InstanceLock
from tui_reader.storage.snapshot import filesystem
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.json_values import canonical
from tui_reader.storage.snapshot.snapshot import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.storage.engine.library_files import Change, LibraryFiles
    from tui_reader.storage.engine.pending import Pending
    from tui_reader.storage.replication.keyindex import DocumentIdIndex
    from tui_reader.storage.snapshot.journal import Entry
    from tui_reader.storage.snapshot.snapshot import SnapshotFile
    from tui_reader.storage.snapshot.state import State

_LOOK_EVERY = 0.4
"""Seconds between looks for other windows' changes: they are to be seen within one."""
_IDLE = 2.0
"""Seconds without a change after which a fold disturbs nobody."""
_TRAVEL = 10.0
"""Seconds without a change after which a small library that stands in its own folder is folded."""
_TRAVEL_BYTES = 4 << 20
_FOLD_BYTES = 1 << 16
_FOLD_LINES = 10_000
_SOON = 1 << 20
"""Bytes of conflict copies up to which they are merged before the library is shown."""
_PATIENCE = 2.0
"""Seconds after which it is shown all the same."""


class Writer:
    """Saves transactions in order, several with one flush where they come quickly.

    Args:
        library: The files. Nobody else changes them in this process.
        numbers: Finds document ids.
        landed: Called when a transaction shows in the library's state, on disk or not.
    """

    def __init__(self, library: LibraryFiles, numbers: DocumentIdIndex, landed: Callable[[Pending], None]) -> None:
        self._library, self._numbers, self._landed = library, numbers, landed
        self.notices: list[str] = []
        self._window = InstanceLock(library.path)
        self._changed = threading.Condition()
        self._waiting: list[Pending] = []
        self._unsaved: list[Pending] = []
        self._in_flight: list[Pending] = []
        """What is being saved, the unsaved among it: to be counted if that ends the thread."""
        self._refused = 0
        """Changes that were never tried to be saved: the library is read-only, or the thread has ended."""
        self._failure: StoreError | None = None
        """Why the last change was refused."""
        self._has_ended = self._is_broken = False
        self._news: list[Edit] = []
        self._closing = False
        self._last_change = time.monotonic()
        self._told_damage = False
        self._told_notice = ""
        self._united: SnapshotFile | None = None
        """The base in which every annotation is known to be one document."""
        self._merged = threading.Event()
        self._copies_at = 0
        """The folder's time of change when conflict copies were looked for last."""
        self._greet()
        soon = self._guarded("looking for conflict copies", self._has_small_copies)
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()
        if soon:
            self._merged.wait(_PATIENCE)  # so that what is shown first has them; flushing is the thread's

    def _has_small_copies(self) -> bool:
        self._copies_at = self._library.folder_time()
        copies = conflict_copies(self._library.path, self._library.disk)
        return bool(copies) and sum(self._library.disk.stat(copy).st_size for copy in copies) <= _SOON

    def _greet(self) -> None:
        library = self._library
        self._tell(library.read_only, filesystem.warning(library.folder))
        self._tell_damage()
        if self._window.is_second:
            self._tell(
                "Another window keeps its state in the same file: each shows the other's changes, and both are kept."
            )
        elif library.recovered:
            many = library.recovered != 1
            self._tell(f"Recovered {library.recovered} change{'s' * many} from the last run.")
        self._tell(*library.disk.refused.values())
        if library.journal.damaged:
            self._tell(problems.damaged_lines(library.journal.path, library.journal.damaged))

    def _tell(self, *sentences: str) -> None:
        self.notices += [sentence for sentence in sentences if sentence and sentence not in self.notices]

    def _tell_damage(self) -> None:
        if self._library.damage and not self._told_damage:
            self._told_damage = True
            self._tell(self._library.damage)
        if self._library.opener.notice != self._told_notice:
            self._told_notice = self._library.opener.notice
            self._tell(self._told_notice)
        self._tell(*self._library.warnings)

    def _merge_copies(self) -> None:
        if self._library.read_only or self._library.damage:
            return
        if not all_copies(self._library.path, self._library.disk):
            return
        from tui_reader.storage.replication.merge import merge_conflict_copies  # noqa: PLC0415 - 4 ms, for what hardly ever happens

        for merged in merge_conflict_copies(self._library, again=False):
            if merged.problem:
                self._tell(merged.problem)
                continue
            many = "s" * (merged.changes != 1)
            name = Path(merged.source).name
            self._copies_at = -1  # look once more: another one may have come while this one was merged
            self._tell(f"Merged {merged.changes} change{many} from {name}, which is among the backups now.")

    def _guarded(self, doing: str, step: Callable[[], bool | None]) -> bool | None:
        """Run a step; whatever it raises becomes a notice, since changes must go on being saved.

        Args:
            doing: What the step does, as a noun phrase.
            step: What to run.

        Returns:
            What the step returned; None if it failed.
        """
        try:
            return step()
        except Exception as error:  # noqa: BLE001 - the thread that saves must survive whatever a file provokes
            self._tell(problems.unexpected(self._library.path, doing, error))
            return None

    def tell(self, sentence: str) -> None:
        """Add a notice, unless it is there; called from any thread."""
        self._tell(sentence)

    # -- called by the thread that uses the store -----------------------------------------------------------------

    @property
    def unsaved(self) -> str:
        """How many changes are not on disk now although saving them was tried, and why; empty if all are saved."""
        with self._changed:
            count = len(self._unsaved) + self._refused
            return problems.unsaved(count, self._failure) if count and self._failure is not None else ""

    def take(self, pending: Pending) -> None:
        """Save a transaction soon; refuse it at once if nothing can be saved."""
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

    def news(self) -> Sequence[Edit]:
        """What others changed since the last call."""
        with self._changed:
            news, self._news = self._news, []
            return news

    def close(self) -> None:
        """Save everything, fold, and let go of the files."""
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
        except BaseException as error:  # noqa: BLE001 - what follows keeps receipts from never completing
            failure = error
        finally:
            self._end(failure)

    def _work(self) -> None:
        lower_priority()
        self._guarded("merging conflict copies", self._merge_copies)
        self._merged.set()
        # Nobody waits for this: until then each is shown once, at the place where its document counts.
        self._reunite()
        self._write_healed()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing, _LOOK_EVERY)
                batch, self._waiting = self._waiting, []
                if not batch and self._closing:
                    break
            if batch:
                self._last_change = time.monotonic()
                self._save(batch)
            else:
                self._guarded("looking for changes", self._rest)
        self._save([])
        self._look()
        self._reunite()  # while it is known where to look: a later run has to look everywhere
        self._fold(at_exit=True)

    def _end(self, failure: BaseException | None) -> None:
        """Let go of the files, and refuse what is still waiting and what comes later."""
        with self._changed:
            self._has_ended, self._is_broken = True, failure is not None
            self._unsaved, self._waiting = [*(self._in_flight or self._unsaved), *self._waiting], []
            lost = self._unsaved
            path = self._library.path
            refusal = problems.stopped(path, failure) if failure is not None else problems.closed(path)
            if failure is not None:
                self._failure = refusal
                self._tell(str(refusal))
        self._merged.set()
        for pending in lost:
            _complete(pending, refusal)
        try:
            self._library.close()
        except Exception as error:  # noqa: BLE001 - the thread is at its end
            self._tell(problems.unexpected(self._library.path, "closing", error))
        finally:
            self._window.close()

    def _save(self, batch: list[Pending]) -> None:
        everything = [*self._unsaved, *batch]
        if not everything:
            return
        self._in_flight = everything
        saved, refused = self._try_to_save(everything)
        with self._changed:
            self._unsaved, self._in_flight = refused, []
        self._guarded("gathering changes", self._gather_news)
        for pending in saved:
            pending.landed()
            self._landed(pending)
        self._guarded("comparing notes", lambda: self._tell(*both_kept(saved)))
        with self._changed:
            self._news += [edit for pending in saved for edit in pending.surprises]
        for pending in batch:
            _complete(pending, self._failure if pending in refused else None)

    def _try_to_save(self, everything: list[Pending]) -> tuple[list[Pending], list[Pending]]:
        """Save transactions with one flush; one by one if the reason to refuse them may lie in one of them.

        Returns:
            The transactions that are on disk now, and those that are not.
        """
        try:
            self._commit(everything)
        except Exception as error:  # noqa: BLE001 - a receipt that never completes would be “saving…” for good
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
            # Somebody overwrote the base in place: what it says now is another matter, the change is not.
            self._library.distrust()
            self._library.commit_all(builders)

    def _builder(self, pending: Pending) -> Callable[[State], Entry | None]:
        return lambda state: pending.entry(state, self._numbers)

    def _write_healed(self) -> None:
        """Write what was read of a merge that failed at once: until then every program but this one finds damage."""
        if self._library.opener.held_merge_sides and not self._library.read_only:
            self._tell_damage()
            self._guarded("writing what was merged", lambda: compact(self._library))

    def _rest(self) -> None:
        is_quiet = self._look() and time.monotonic() - self._last_change >= _IDLE
        if is_quiet and not self._guarded("checking the file", self._use_the_quiet):
            self._last_change = time.monotonic()  # a disk that fails is not asked again at once
        self._tell_damage()
        self._tell(*self._library.disk.refused.copy().values())
        self._write_healed()
        self._look_for_copies()

    def _look_for_copies(self) -> None:
        """Merge conflict copies that came while the library is open; costs one `stat` call if none did."""
        library, seen = self._library, self._library.folder_time()
        if seen == self._copies_at and not library.bad_copies:
            return
        from tui_reader.storage.replication.merge import have_bad_copies_changed  # noqa: PLC0415 - as above

        if seen != self._copies_at or have_bad_copies_changed(library):
            self._copies_at = seen
            self._guarded("merging conflict copies", self._merge_copies)
            self._gather_news()

    def _look(self) -> bool:
        """Take in what others changed; whether that was possible."""
        return bool(self._guarded("reading what others changed", self._poll))

    def _poll(self) -> bool:
        self._library.poll()
        self._gather_news()
        return True

    def _use_the_quiet(self) -> bool:
        # So that whoever asks for an annotation by its key does not wait for it: after the start, and after a fold.
        self._numbers.prepare(self._library.state)
        if not self._library.opener.verified and not self._library.verify():
            return True
        self._reunite(everywhere=True)
        journal = self._library.journal
        enough = max(_FOLD_BYTES, self._library.state.snapshot.source.size // 64)
        if journal.offset > enough or journal.lines >= _FOLD_LINES or self._is_to_travel():
            self._fold()
            self._last_change = time.monotonic()  # not again at once if somebody else was at it
        return True

    def _is_to_travel(self) -> bool:
        """Tell whether changes are to be brought into a file that other programs carry, so that it is current."""
        library = self._library
        return (
            library.journal.lines > 0
            and time.monotonic() - self._last_change >= _TRAVEL
            and library.state.snapshot.source.size <= _TRAVEL_BYTES
            and library.folder != str(paths.data_dir())
        )

    def _reunite(self, *, everywhere: bool = False) -> None:
        """Make one document of annotations that others told of.

        Args:
            everywhere: Look at all others as well, if that was not done in this base, and nobody waits.
        """
        library, base = self._library, self._library.state.snapshot
        if (
            library.read_only
            or library.damage
            or not (library.changed_by_others or (everywhere and base is not self._united))
        ):
            return
        from tui_reader.storage.replication.relocations import InterruptedScan, reunite  # noqa: PLC0415 - 1 ms, which a start can do without

        heard, library.changed_by_others = library.changed_by_others, set()
        try:
            if everywhere and base is not self._united:
                changes = reunite(library, self._numbers, is_urgent=lambda: bool(self._waiting or self._closing))
            else:
                changes = reunite(library, self._numbers, heard)
        except InterruptedScan:
            library.changed_by_others |= heard
            return
        except Exception as error:  # noqa: BLE001 - as in `_guarded`
            library.changed_by_others |= heard
            self._tell(problems.unexpected(library.path, "joining annotations that were moved", error))
            return
        if everywhere:
            self._united = base
        with self._changed:
            self._news += [edit for change in changes for edit in edits_of(change)]

    def _fold(self, *, at_exit: bool = False) -> None:
        """A fold that fails loses nothing: the journal keeps everything until the next one."""
        library = self._library
        if library.read_only or not library.journal.is_open:
            return
        try:
            if compact(library):
                rotate(library.path, library.disk)
        except Exception as error:  # noqa: BLE001 - as in `_guarded`
            if not at_exit:
                is_told = isinstance(error, StoreError)
                self._tell(str(error) if is_told else problems.unexpected(library.path, "compaction", error))

    def _gather_news(self) -> None:
        edits = [edit for change in self._library.news() for edit in edits_of(change)]
        if edits:
            with self._changed:
                self._news += edits


def edits_of(change: Change) -> list[Edit]:
    """The edits that make up a change of a document."""
    key = str((change.after or change.before or {}).get(KEY, change.number))
    before, after = plain(change.before), plain(change.after)
    return [
        Edit(change.table, key, field, before.get(field), after.get(field))
        for field in dict.fromkeys([*before, *after])
        if canonical(before.get(field)) != canonical(after.get(field))
    ]


def _complete(pending: Pending, error: BaseException | None) -> None:
    """Complete a receipt, unless its owner cancelled it."""
    with contextlib.suppress(InvalidStateError):
        if error is None:
            pending.receipt.set_result(None)
        else:
            pending.receipt.set_exception(error)

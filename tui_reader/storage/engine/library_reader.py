"""Reading of the files of one library, and reloading when other programs change them."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.recovery import problems
from tui_reader.storage.recovery.snapshot_opener import SnapshotOpener
from tui_reader.storage.replication.hlc import HybridClock
from tui_reader.storage.replication.other_journals import OtherJournals
from tui_reader.storage.snapshot.disk import Disk, RefusedError
from tui_reader.storage.snapshot.journal import Entry, Journal
from tui_reader.storage.snapshot.snapshot import TOMBSTONES, SnapshotFile, UnreadableError
from tui_reader.storage.snapshot.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from tui_reader.storage.snapshot.state import DocumentRef


class Change(NamedTuple):
    """A document before and after a change by another program; None where the document did not exist."""

    table: str
    number: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class LibraryReader:
    """The documents of one library, read from its snapshot and journals without a lock.

    Every method may be called from any thread; one call at a time uses the files.

    Args:
        path: The snapshot, usually `library.json`. A symbolic link is followed.
        replica: Id of this replica; two machines that share a library must not have the same one.
        disk: Makes the system calls.
        clock: Gives the timestamps.

    Raises:
        StoreError: The file exists and cannot be read.
    """

    def __init__(
        self, path: str | Path, replica: str, *, disk: Disk | None = None, clock: HybridClock | None = None
    ) -> None:
        self.path = os.path.realpath(path)
        self.folder = os.path.dirname(self.path)  # noqa: PTH120
        self.disk = disk or Disk()
        self.clock = clock or HybridClock(replica)
        self.journal = Journal(f"{self.path}.journal-{replica}", self.disk)
        self.opener = SnapshotOpener(self.path, self.disk, self.clock)
        self.state = State()
        self.read_only = ""
        """The reason why the library cannot be written, as a sentence; empty if it can."""
        self.watching = False
        """True to collect the changes of other programs for `news`; set by `LibraryStore`."""
        self.changed_by_others: set[int] = set()
        """Document ids of annotations changed by other machines, for `relocations.reunite`."""
        self.bad_copies: dict[str, tuple[int, ...]] = {}
        """Conflict copies that could not be merged: by path, the signature (`snapshot_opener.signature`) at that time.

        A copy is tried again when its signature changes.
        """
        self.unknown_changes = 0
        """Number of times that another program overwrote the snapshot, so that `news` does not contain its changes."""
        self._news: list[Change] = []
        self._is_loaded = False
        self._guard = threading.RLock()
        self._others = OtherJournals(self.path, self.journal.path, self.disk)
        self._folder_seen = 0
        self._load()
        self._is_loaded = True
        if not self.read_only and not (self.disk.may_write(self.folder) and self.disk.may_write(self.path)):
            self.read_only = problems.read_only(self.path)
        self.recovered = self.journal.lines
        """Number of entries in the journal when the library was opened; not 0 if the last run did not end normally."""

    @property
    def damage(self) -> str:
        """The damage of the snapshot, in sentences; empty if the snapshot is intact."""
        return self.opener.damage

    @property
    def warnings(self) -> list[str]:
        """The problems with the journals of other machines, one sentence each."""
        return list(self._others.warnings.values())

    # -- reading the files --------------------------------------------------------------------------------------

    def _load(self) -> None:
        """Read all files again, without a lock."""
        with self._guard:
            self.journal.close()
            entries = self._own_entries()
            self._folder_seen = self.folder_time()
            self._replace_state(entries)

    def _replace_state(self, own_entries: list[Entry]) -> None:
        """Build the state from the snapshot, the entries of this replica's journal, and other replicas' journals."""
        entries = own_entries + self._read_others(reread_all=True)
        state = State(self._open_snapshot())
        state.load(entries)
        self.clock.observe(state.latest)
        self.state = state

    def _open_journal(self) -> bool:
        """Open the journal of this replica if the journal exists.

        The library becomes read-only if a file of another program has the journal's name.

        Returns:
            True if the journal is open after the call.
        """
        try:
            is_open = self.journal.open_existing()
        except RefusedError as error:
            self.read_only = self.read_only or problems.unusable(error)
            self.disk.refused.pop(error.path, None)  # the sentence in `read_only` says more
            return False
        if self.journal.is_read_only:
            self.read_only = self.read_only or problems.read_only(self.path)
        return is_open

    def _own_entries(self) -> list[Entry]:
        """Open this replica's journal and return its entries; an empty list if there is no journal.

        If the journal cannot be read while the library is opened, set `read_only` and return an empty list.

        Raises:
            OSError: The journal could be read when the library was opened and cannot be read now. A later call may
                succeed.
        """
        try:
            return self.journal.read_new() if self._open_journal() else []
        except OSError as error:
            if self._is_loaded:
                raise
            self.journal.close()
            self.read_only = self.read_only or problems.own_journal_unreadable(self.journal.path, error)
            return []

    def _open_snapshot(self) -> SnapshotFile:
        snapshot = self.opener.open(self.state.snapshot if self._is_loaded else None)
        self.read_only = self.opener.newer or self.read_only
        return snapshot

    def _read_others(self, *, reread_all: bool = False) -> list[Entry]:
        """Return the entries of other replicas' journals, and note which annotations they change.

        Args:
            reread_all: Return all entries instead of those that are new or changed since the last call.
        """
        entries = self._others.read(reread_all=reread_all)
        changed = self.state.documents_in(entries)
        self.changed_by_others |= {number for table, number in changed if table == ANNOTATIONS}
        return entries

    def folder_time(self) -> int:
        """Return the modification time of the folder, in nanoseconds; 0 if unknown."""
        try:
            return self.disk.stat(self.folder).st_mtime_ns
        except OSError:
            return 0

    def document(self, table: str, number: int) -> dict[str, Any] | None:
        """Return the document with this id, or None if it does not exist; reload the files if they cannot be read."""
        try:
            return self.state.document(table, number)
        except (UnreadableError, ValueError):
            self.distrust()
            return self.state.document(table, number)

    def documents(self, table: str, low: int = 0, high: int | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the documents of a table in order of their ids, from `low` up to but not including `high`."""
        try:
            for number, document in self.state.documents(table, low, high):
                yield number, document
                low = number + 1
        except (UnreadableError, ValueError):
            self.distrust()
            yield from self.state.documents(table, low, high)

    def distrust(self) -> None:
        """Parse the whole snapshot and convert it as if another program had written it, then reload all files.

        Called if another program may have overwritten it: a part of it is unreadable, or its checksum is wrong.
        """
        with self._guard:
            self.opener.distrust()
            self._reload()
            if self.opener.is_adopting:
                self.opener.wait()
                self._reload()

    def verify(self) -> bool:
        """Compare the snapshot with the checksum in its header; if it differs, call `distrust`. No file is written.

        Returns:
            False if the snapshot is damaged. True if it is intact, or still being converted (`is_adopting`).

        Raises:
            StoreError: The disk fails to read the snapshot.
        """
        snapshot = self.state.snapshot
        if self.opener.is_adopting:
            return True
        with problems.as_store_errors(self.path):
            return self._verify(snapshot)

    def _verify(self, snapshot: SnapshotFile) -> bool:
        try:
            is_sound = snapshot.verify()
        except UnreadableError:
            is_sound = False
        with self._guard:
            if snapshot is self.state.snapshot and not self.opener.is_changed():
                if not is_sound:
                    self.distrust()
                self.opener.verified = True
            return not self.damage

    # -- changes of other programs ------------------------------------------------------------------------------

    def poll(self) -> bool:
        """Read the changes of other programs; costs three `stat` calls if there are none.

        Returns:
            True if anything changed.
        """
        with self._guard:
            if self.opener.has_adopted:
                self._reload()
                return True
            if not self.journal.is_open:
                self._open_journal()
            entries: list[Entry] = []
            must_reload = self.opener.is_changed() or not self.journal.is_current()
            if not must_reload and self.journal.has_news():
                try:
                    entries = self.journal.read_new()
                except OSError:
                    must_reload = True
            if must_reload:
                self._reload()
                return True
            if (seen := self.folder_time()) != self._folder_seen:
                self._folder_seen = seen
                entries += self._read_others()
            self._apply_foreign(entries)
            return bool(entries)

    def news(self) -> list[Change]:
        """Return the changes that other programs made since the last call; empty unless `watching` is set."""
        with self._guard:
            news, self._news = self._news, []
            return news

    def _apply_foreign(self, entries: list[Entry]) -> None:
        """Apply entries of other processes or replicas to the state; while `watching`, collect changes for `news`."""
        if not entries:
            return
        changed = self.state.documents_in(entries) if self.watching else []
        before = [self.state.document(*ref) for ref in changed]
        self.state.apply_all(entries)
        self.clock.observe(self.state.latest)
        self._collect_changes(changed, before)

    def _collect_changes(self, changed: list[DocumentRef], before: list[dict[str, Any] | None]) -> None:
        for ref, old in zip(changed, before, strict=True):
            new = self.state.document(*ref)
            if new != old:
                self._news.append(Change(*ref, old, new))

    def _reload(self) -> None:
        """Read all files again, without a lock; while `watching`, collect the differences for `news`."""
        old = self.state
        self._load()
        if self.watching:
            self._collect_differences(old)

    def _collect_differences(self, old: State) -> None:
        try:
            changed = list(dict.fromkeys(_differing(old, self.state)))
            before = [old.document(*ref) for ref in changed]
        except (UnreadableError, ValueError):
            self.unknown_changes += 1
            return  # the old file was overwritten in place: its former content cannot be read any more
        self.changed_by_others |= {number for table, number in changed if table.removesuffix(TOMBSTONES) == ANNOTATIONS}
        self._collect_changes(changed, before)


def _differing(one: State, other: State) -> Iterator[DocumentRef]:
    """Yield table and id of each document that may differ between two states; some are yielded twice."""
    yield from one.changed_documents()
    yield from other.changed_documents()
    if one.snapshot is other.snapshot:
        return
    for table in dict.fromkeys([*one.snapshot.tables, *other.snapshot.tables]):
        yield from ((table, number) for number in one.snapshot.differing(other.snapshot, table))

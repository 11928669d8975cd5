"""Tasks of the writer thread besides saving: polling, merging conflict copies, compaction."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader import paths
from tui_reader.errors import StoreError
from tui_reader.storage.base import Edit
from tui_reader.storage.engine.edits import KEY, plain
from tui_reader.storage.recovery.backups import rotate
from tui_reader.storage.replication.conflicts import all_copies, conflict_copies
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.json_values import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tui_reader.storage.engine.library_files import LibraryFiles
    from tui_reader.storage.engine.library_reader import Change
    from tui_reader.storage.engine.notices import Notices
    from tui_reader.storage.replication.keyindex import DocumentIdIndex
    from tui_reader.storage.snapshot.snapshot import SnapshotFile

IDLE_SECONDS = 2.0
"""Seconds without a change after which the files are verified and compacted."""
SYNCED_IDLE_SECONDS = 10.0
"""Seconds without a change until any change in the journal is compacted, if a sync program may copy the library.

It may if the library is small and not in the program's own data folder.
"""
_SYNCED_MAX_BYTES = 4 << 20
"""Maximum size in bytes of a snapshot that counts as small for `SYNCED_IDLE_SECONDS`."""
COMPACT_BYTES = 1 << 16
"""Size of the journal in bytes above which an idle library is compacted; 1/64 of the snapshot's if that is more."""
_COMPACT_LINES = 10_000
"""Number of entries in the journal from which an idle library is compacted, whatever their size."""
_MERGE_FIRST_BYTES = 1 << 20
"""Maximum total size in bytes of conflict copies that are merged before the library is shown."""


class Maintenance:
    """The tasks of the writer thread between saves. A task that fails adds a notice; the next idle time repeats it.

    Args:
        library: The library's files.
        document_ids: Finds document ids.
        notices: Collects sentences for the user.
        report: Called with the changes by other programs, as edits.
        is_urgent: Returns True if changes are unsaved, or the store is being closed.
    """

    def __init__(
        self,
        library: LibraryFiles,
        document_ids: DocumentIdIndex,
        notices: Notices,
        report: Callable[[list[Edit]], None],
        is_urgent: Callable[[], bool],
    ) -> None:
        self._library, self._document_ids, self._notices = library, document_ids, notices
        self._report, self._is_urgent = report, is_urgent
        self._last_change = time.monotonic()
        self._has_reported_damage = False
        self._reported_notice = ""
        self._united: SnapshotFile | None = None
        """The snapshot whose annotations were all checked for duplicate documents last; None before the first check."""
        self._copies_folder_time = 0
        """Modification time of the library's folder, in nanoseconds, when it was last searched for conflict copies."""

    def has_small_copies(self) -> bool:
        """Return True if there are conflict copies of the snapshot, with at most `_MERGE_FIRST_BYTES` together."""
        self._copies_folder_time = self._library.folder_time()
        copies = conflict_copies(self._library.path, self._library.disk)
        return bool(copies) and sum(self._library.disk.stat(copy).st_size for copy in copies) <= _MERGE_FIRST_BYTES

    def restart_idle_time(self) -> None:
        """Count the idle time from now on, so that verifying and compacting wait for `IDLE_SECONDS` again."""
        self._last_change = time.monotonic()

    def _idle_seconds(self) -> float:
        return time.monotonic() - self._last_change

    # -- changes of others --------------------------------------------------------------------------------------

    def report_damage(self) -> None:
        """Add notices about the damage of the snapshot, edits by other programs, and other machines' journals.

        Notices that were reported before are not added again.
        """
        if self._library.damage and not self._has_reported_damage:
            self._has_reported_damage = True
            self._notices.add(self._library.damage)
        if self._library.opener.notice != self._reported_notice:
            self._reported_notice = self._library.opener.notice
            self._notices.add(self._reported_notice)
        self._notices.add(*self._library.warnings)

    def read_changes(self) -> bool:
        """Read the changes of other programs and report them; return True if the files could be read."""
        return bool(self._notices.guard("reading what others changed", self._poll))

    def _poll(self) -> bool:
        self._library.poll()
        self.report_changes()
        return True

    def report_changes(self) -> None:
        """Report the changes of other programs that the library has collected while it read its files."""
        self._report_all(self._library.news())

    def _report_all(self, changes: Iterable[Change]) -> None:
        if edits := [edit for change in changes for edit in edits_of(change)]:
            self._report(edits)

    def merge_copies(self) -> None:
        """Merge the conflict copies in the library's folder into the library, with a notice about each.

        Does nothing if the library is read-only or damaged.
        """
        if self._library.read_only or self._library.damage:
            return
        if not all_copies(self._library.path, self._library.disk):
            return
        from tui_reader.storage.replication.merge import merge_conflict_copies  # noqa: PLC0415 - 4 ms, and copies are rare

        for merged in merge_conflict_copies(self._library, again=False):
            if merged.problem:
                self._notices.add(merged.problem)
                continue
            many = "s" * (merged.changes != 1)
            name = Path(merged.source).name
            self._copies_folder_time = -1  # search once more: another copy may have appeared while this one was merged
            self._notices.add_events(
                f"Merged {merged.changes} change{many} from {name}, which is among the backups now."
            )

    def _merge_new_copies(self) -> None:
        """Merge conflict copies if the folder has changed since it was last searched, or a copy that failed has.

        Without such a change, this costs one `stat` call.
        """
        library, seen = self._library, self._library.folder_time()
        if seen == self._copies_folder_time and not library.bad_copies:
            return
        from tui_reader.storage.replication.merge import have_bad_copies_changed  # noqa: PLC0415 - as above

        if seen != self._copies_folder_time or have_bad_copies_changed(library):
            self._copies_folder_time = seen
            self._notices.guard("merging conflict copies", self.merge_copies)
            self.report_changes()

    def unite_annotations(self, *, everywhere: bool = False) -> None:
        """Merge the duplicate documents of annotations that one replica moved while another changed them.

        By default, check only the annotations that other programs changed since the last call.

        Args:
            everywhere: Check all annotations, unless this was done with the same snapshot. If a change must be saved
                meanwhile, the check ends without result and is repeated later.
        """
        library, snapshot = self._library, self._library.state.snapshot
        if library.read_only or library.damage:
            return
        looks_everywhere = everywhere and snapshot is not self._united
        if not library.changed_by_others and not looks_everywhere:
            return
        from tui_reader.storage.replication.relocations import InterruptedScan, reunite  # noqa: PLC0415 - 1 ms, which a start can do without

        changed, library.changed_by_others = library.changed_by_others, set()
        try:
            if looks_everywhere:
                changes = reunite(library, self._document_ids, is_urgent=self._is_urgent)
            else:
                changes = reunite(library, self._document_ids, changed)
        except InterruptedScan:
            library.changed_by_others |= changed
            return
        except Exception as error:  # noqa: BLE001 - as in `Notices.guard`
            library.changed_by_others |= changed
            self._notices.add_unexpected("joining annotations that were moved", error)
            return
        if everywhere:
            self._united = snapshot
        self._report_all(changes)

    # -- the snapshot -------------------------------------------------------------------------------------------

    def run_idle_tasks(self) -> None:
        """Read external changes and merge conflict copies; after two idle seconds also verify and compact."""
        is_idle = self.read_changes() and self._idle_seconds() >= IDLE_SECONDS
        if is_idle and not self._notices.guard("checking the file", self._verify_and_compact):
            self.restart_idle_time()  # do not retry a failing disk at once
        self.report_damage()
        self._notices.add(*self._library.disk.refused.copy().values())
        self.write_resolved_merge()
        self._merge_new_copies()

    def write_resolved_merge(self) -> None:
        """Compact without waiting if the snapshot had two sides of a merge, which other programs cannot read."""
        if self._library.opener.held_merge_sides and not self._library.read_only:
            self.report_damage()
            self._notices.guard("writing what was merged", lambda: compact(self._library))

    def _verify_and_compact(self) -> bool:
        # Build the index after the start and after a compaction, so that no look-up of an annotation is delayed by it.
        self._document_ids.prepare(self._library.state)
        if not self._library.opener.verified and not self._library.verify():
            return True
        self.unite_annotations(everywhere=True)
        journal = self._library.journal
        limit = max(COMPACT_BYTES, self._library.state.snapshot.source.size // 64)
        if journal.offset > limit or journal.lines >= _COMPACT_LINES or self._is_for_sync():
            self.compact()
            self.restart_idle_time()  # do not try again at once if another process is compacting
        return True

    def _is_for_sync(self) -> bool:
        """Return True if the snapshot should be written for a sync program, which may copy it without the journal.

        That is so if the journal has entries and the conditions of `SYNCED_IDLE_SECONDS` are met.
        """
        library = self._library
        return (
            library.journal.lines > 0
            and self._idle_seconds() >= SYNCED_IDLE_SECONDS
            and library.state.snapshot.source.size <= _SYNCED_MAX_BYTES
            and library.folder != str(paths.data_dir())
        )

    def compact(self, *, at_exit: bool = False) -> None:
        """Write the journal's changes into the snapshot, and rotate the backups.

        If that fails, no change is lost: all are in the journal.

        Args:
            at_exit: True if the program is ending; then a failure adds no notice.
        """
        library = self._library
        if library.read_only or not library.journal.is_open:
            return
        try:
            if compact(library):
                rotate(library.path, library.disk)
        except StoreError as error:
            if not at_exit:
                self._notices.add(str(error))
        except Exception as error:  # noqa: BLE001 - as in `Notices.guard`
            if not at_exit:
                self._notices.add_unexpected("compaction", error)


def edits_of(change: Change) -> list[Edit]:
    """Return the change of a document as edits of those fields whose values differ."""
    key = str((change.after or change.before or {}).get(KEY, change.number))
    before, after = plain(change.before), plain(change.after)
    return [
        Edit(change.table, key, field, before.get(field), after.get(field))
        for field in dict.fromkeys([*before, *after])
        if canonical(before.get(field)) != canonical(after.get(field))
    ]

"""Writing of the files of one library: the journal under its lock, and the snapshot.

An entry of a journal is an object with these members, of which only `s` is always there:

| member | meaning                                                                                                |
|--------|--------------------------------------------------------------------------------------------------------|
| `s`    | the timestamp of all changes in this entry, except those in `m`                                        |
| `o`    | changed documents: `[table, id, {register: value}, [removed registers]]`                               |
| `m`    | documents with separate timestamps, to be joined with those of the library: `[table, id, document]`    |
| `t`    | tables that were created (true) or dropped (false)                                                     |
| `u`    | for undo: `[name, label, [[table, key, {field: [before, after]}]]]`                                    |
| `z`    | an undo or redo of an earlier step: `[name, true]` if it was undone, `[name, false]` if redone         |
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tui_reader.document.cooperative import yield_gil
from tui_reader.errors import StoreError
from tui_reader.storage.engine.library_reader import Change, LibraryReader
from tui_reader.storage.recovery import problems
from tui_reader.storage.replication.future_timestamps import override_future_timestamps, record_seen_note_versions
from tui_reader.storage.snapshot.bulk_entry import BulkEntry
from tui_reader.storage.snapshot.journal import Entry, SyncFailedError, decode_lines, encode_line, line_of
from tui_reader.storage.snapshot.snapshot import MemorySource, SnapshotFile
from tui_reader.storage.snapshot.snapshot_writer import PlainPlan, write_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from tui_reader.storage.snapshot.state import State


Committed: TypeAlias = Entry | BulkEntry
"""An entry of the journal, without its timestamp until it is committed."""


class LibraryFiles(LibraryReader):
    """The files of one library, with the methods that change them; `LibraryReader` explains the arguments."""

    _held = False
    """True during a `with` block of `exclusive`: this process has locked the journal."""

    # -- the lock -----------------------------------------------------------------------------------------------

    @property
    def is_held(self) -> bool:
        """True during a `with` block of `exclusive`: this process has locked the journal."""
        return self._held

    @contextlib.contextmanager
    def exclusive(self, refusal: Callable[[str, OSError], StoreError] = problems.not_saved) -> Iterator[None]:
        """Lock the library during a `with` block; read the changes of other processes before the block begins.

        Args:
            refusal: Builds the error to raise for an `OSError`, given the path of the snapshot and that error.

        Raises:
            StoreError: The library is read-only, or another process has locked the library for more than five seconds.
        """
        with self._guard:
            if self._held:
                yield
                return
            if self.read_only:
                raise StoreError(self.read_only)
            if not_ours := self.opener.require_ours():  # the file may be new since the library was opened
                raise StoreError(not_ours)
            try:
                Path(self.folder).mkdir(parents=True, exist_ok=True)
                is_same_journal = self.journal.acquire()
            except OSError as error:
                if problems.is_read_only(error):
                    self.read_only = problems.read_only(self.path)
                raise refusal(self.path, error) from error
            try:
                if not is_same_journal or self.opener.is_changed():
                    self._reload_locked()
                else:
                    self._apply_foreign(self.journal.read_new(cut_tail=True))
                self._held = True
                yield
            except OSError as error:
                raise refusal(self.path, error) from error
            finally:
                self._held = False
                self.journal.release()

    def _reload_locked(self) -> None:
        """Read all files again while the journal stays locked; while `watching`, collect the changes for `news`."""
        old = self.state
        self.journal.restart()
        self._replace_state(self.journal.read_new(cut_tail=True))
        if self.watching:
            self._collect_differences(old)

    # -- changes ------------------------------------------------------------------------------------------------

    def commit(self, build: Callable[[State], Entry | None]) -> Entry | None:
        """Append one entry to the journal; the entry is on disk when the method returns.

        Args:
            build: Called with the current state while the library is locked. Returns the entry without its timestamp,
                or None to change nothing.

        Raises:
            StoreError: The entry was not saved.
        """
        entry = next(iter(self.commit_all([build])), None)
        return entry.plain() if isinstance(entry, BulkEntry) else entry

    def commit_all(self, builds: Sequence[Callable[[State], Committed | None]]) -> list[Committed]:
        """Append several entries to the journal with one flush; either all or none are saved.

        Args:
            builds: Builders of the entries, as for `commit`; each is called with the state after the entries before it.

        Returns:
            The entries as written; builders that returned None have none.

        Raises:
            StoreError: No entry was saved.
        """
        with self.exclusive():
            # Later entries build on earlier ones, which may not be visible to readers before all are on disk.
            moment = self.state.moment
            state = self.state if len(builds) == 1 else self.state.copy()
            entries: list[Committed] = []
            lines: list[bytes] = []
            for build in builds:
                content = build(state)
                if content is not None:
                    written, line = self._encode(state, content)
                    lines.append(line)
                    entries.append(written)
                    if state is not self.state:
                        state.apply(written)
            if (self.opener.is_blank or not self.opener.exists) and not self.damage:
                self.create_snapshot()
            if entries:
                self._append(b"".join(lines), len(lines))
                if state is not self.state and self.state.moment is moment:
                    state.snapshot = self.state.snapshot
                    self.state = state  # it has the entries already
                else:
                    self.state.apply_all(entries)
            return entries

    def _encode(self, state: State, content: Committed) -> tuple[Committed, bytes]:
        """Give an entry its timestamp; return the entry as it will be read back from the journal, and its line."""
        timestamp = self.clock.now()
        if isinstance(content, BulkEntry):
            if state.latest < timestamp:
                content.timestamp = timestamp
                yield_gil()
                line = line_of(content.text())
                yield_gil()
                return content, line
            content = content.plain()  # some values may have later timestamps
        content = record_seen_note_versions(state, content, timestamp)
        content = override_future_timestamps(state, content, timestamp)
        line = encode_line({"s": timestamp, **content})
        # Apply the written entry, not objects that the caller may still change.
        read = decode_lines(line)[0]
        if not read:
            raise ValueError("the change is no entry that a journal can have")
        return read[0], line

    def import_documents(self, operations: list[list[Any]]) -> None:
        """Join documents from another copy of the library into this one, and report the changes through `news`.

        Args:
            operations: The documents with their timestamps, each as `[table, id, document]`.

        Raises:
            StoreError: The documents were not saved.
        """
        with self.exclusive():
            changed = [(table, int(number)) for table, number, _ in operations] if self.watching else []
            before = [self.state.document(*ref) for ref in changed]
            self.commit(lambda _: {"m": operations})
            self._collect_changes(changed, before)

    def add_news(self, changes: Iterable[Change]) -> None:
        """Report changes of this program through `news`, as if another program had made them."""
        if self.watching:
            with self._guard:
                self._news += changes

    def _append(self, lines: bytes, count: int) -> None:
        try:
            self.journal.append(lines, count)
        except SyncFailedError:
            # After a failed flush the system may drop the pages and report the next flush as successful. So this file
            # is never flushed again; another one is written (the lesson of PostgreSQL's “fsyncgate”).
            self.journal.replace(self.journal.prepare(self.journal.content() + lines))
            self.journal.acquire()
            self._apply_foreign(self.journal.read_new())

    # -- the snapshot -------------------------------------------------------------------------------------------

    def create_snapshot(self) -> None:
        """Write an empty snapshot; called before the first change, so that programs with plain TinyDB find the file."""
        temporary, handle = self.temporary()
        try:
            empty = SnapshotFile(MemorySource(b""))
            write_snapshot(handle, self.disk, empty, PlainPlan({}), self.header(), possible_tables=[])
            self.disk.rename(temporary, self.path)
            self.disk.sync_folder(self.folder)
        except OSError:
            with contextlib.suppress(OSError):
                self.disk.unlink(temporary)
            raise
        finally:
            self.disk.close(handle)
        self.opener.is_blank = False
        self.state.snapshot = self.opener.open()
        self.opener.verified = True

    def reload_after_compaction(self) -> None:
        """Read the snapshot and the journal again after this process wrote both, without reporting changes."""
        watching, self.watching = self.watching, False
        self._load()
        self.watching = watching
        self.opener.verified = True  # this process wrote the snapshot's bytes and computed their checksum

    def temporary(self) -> tuple[str, int]:
        """Create a temporary file for a new snapshot in the snapshot's folder; return its path and descriptor."""
        path = f"{self.path}.tmp-{self.clock.replica}-{os.getpid()}-{os.urandom(3).hex()}"
        return path, self.disk.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)

    def header(self) -> dict[str, Any]:
        """Return the header of the next snapshot, except its members for format, version, size, checksum and tables."""
        own = ("format", "version", "bytes", "crc32", "tables")
        kept = {name: value for name, value in self.state.snapshot.header.items() if name not in own}
        return {"library": os.urandom(8).hex()} | kept | {"hlc": max(self.clock.latest, self.state.latest)}

    def close(self) -> None:
        """Close the files; remove the journal if it is empty and no other process appended to it."""
        with self._guard:
            try:
                if self.journal.is_open and not self.read_only:
                    with contextlib.suppress(StoreError, OSError), self.exclusive():
                        self.journal.remove_if_empty()
            finally:
                self.opener.close()
                self.journal.close()
                self.state.snapshot.close()

"""One library on disk: a base, the journals beside it, and the rules by which they change.

An entry of a journal is an object with these members, of which only the stamp is always there:

| member | meaning                                                                                                |
|--------|--------------------------------------------------------------------------------------------------------|
| `s`    | the stamp of everything in this entry                                                                  |
| `o`    | changed documents: `[table, id, {register: value}, [registers taken away]]`                            |
| `m`    | documents taken over from another copy, with stamps of their own: `[table, id, document]`              |
| `t`    | tables that were created (true) or dropped (false)                                                     |
| `u`    | for undo: `[name, label, [[table, key, {field: [before, after]}]]]`                                    |
| `z`    | name of a step that was taken back (true) or done again (false)                                        |
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.errors import StoreError
from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.recovery import problems
from tui_reader.storage.recovery.snapshot_opener import SnapshotOpener
from tui_reader.storage.replication.future_timestamps import override_future_timestamps, record_seen_note_versions
from tui_reader.storage.replication.hlc import HybridClock
from tui_reader.storage.replication.other_journals import OtherJournals
from tui_reader.storage.snapshot.disk import Disk, RefusedError
from tui_reader.storage.snapshot.journal import Entry, Journal, SyncFailedError, decode_lines, encode_line
from tui_reader.storage.snapshot.snapshot import TOMBSTONES, MemorySource, SnapshotFile, UnreadableError
from tui_reader.storage.snapshot.snapshot_writer import PlainPlan, write_snapshot
from tui_reader.storage.snapshot.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any


class Change(NamedTuple):
    """A document that somebody else changed, before and after; None where it did not exist."""

    table: str
    number: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class LibraryFiles:
    """The documents of one library, and the only code that changes its files.

    Every method may be called from any thread; one call at a time gets at the files.

    Args:
        path: The base, usually `library.json`. A symbolic link is followed.
        machine: Name of this machine; two machines that share a library must not share it.
        disk: Makes the system calls.
        clock: Gives the stamps.

    Raises:
        StoreError: The file exists and cannot be read.
    """

    def __init__(
        self, path: str | Path, machine: str, *, disk: Disk | None = None, clock: HybridClock | None = None
    ) -> None:
        self.path = os.path.realpath(path)
        self.folder = os.path.dirname(self.path)  # noqa: PTH120
        self.disk = disk or Disk()
        self.clock = clock or HybridClock(machine)
        self.journal = Journal(f"{self.path}.journal-{machine}", self.disk)
        self.opener = SnapshotOpener(self.path, self.disk, self.clock)
        self.state = State()
        self.read_only = ""
        """Why nothing can be written; empty where writing is possible."""
        self.watching = False
        """Whether what others change is gathered for `news`."""
        self.changed_by_others: set[int] = set()
        """Document ids of the annotations that others' journals and bases have told of, for `strays.reunite`."""
        self.bad_copies: dict[str, tuple[int, ...]] = {}
        """Signatures of the conflict copies that could not be merged; another try needs another content."""
        self._news: list[Change] = []
        self._is_loaded = False
        self._guard = threading.RLock()
        self._held = False
        self._others = OtherJournals(self.path, self.journal.path, self.disk)
        self._folder_seen = 0
        self._load()
        self._is_loaded = True
        if not self.read_only and not (self.disk.may_write(self.folder) and self.disk.may_write(self.path)):
            self.read_only = problems.read_only(self.path)
        self.recovered = self.journal.lines
        """Entries that the last run of the program left in the journal."""

    @property
    def damage(self) -> str:
        """What is wrong with the base, as sentences; empty where it is sound. While it is not, it is not replaced."""
        return self.opener.damage

    @property
    def warnings(self) -> list[str]:
        """What is wrong with files beside the base, as sentences."""
        return list(self._others.warnings.values())

    # -- reading the files --------------------------------------------------------------------------------------

    def _load(self) -> None:
        """Read everything anew. Needs no lock: a fold puts the new base in place before the new journal."""
        with self._guard:
            self.journal.close()
            entries = self._own_entries()
            self._folder_seen = self.folder_time()
            entries += self._read_others(anew=True)
            state = State(self._open())
            state.load(entries)
            self.clock.observe(state.latest)
            self.state = state

    def _has_journal(self) -> bool:
        """Whether the journal of this machine is open now; where it is refused, nothing can be written."""
        try:
            is_open = self.journal.open_existing()
        except RefusedError as error:
            self.read_only = self.read_only or problems.unusable(error)
            self.disk.refused.pop(error.path, None)  # that sentence says more
            return False
        if self.journal.is_read_only:
            self.read_only = self.read_only or problems.read_only(self.path)
        return is_open

    def _own_entries(self) -> list[Entry]:
        """Entries of this machine's journal. One that cannot be read hides its changes and keeps others from writing.

        Raises:
            OSError: It cannot be read any more, after it could: perhaps it can the next time.
        """
        try:
            return self.journal.read_new() if self._has_journal() else []
        except OSError as error:
            if self._is_loaded:
                raise
            self.journal.close()
            self.read_only = self.read_only or problems.own_journal_unreadable(self.journal.path, error)
            return []

    def _open(self) -> SnapshotFile:
        base = self.opener.open(self.state.snapshot if self._is_loaded else None)
        self.read_only = self.opener.newer or self.read_only
        return base

    def _read_others(self, *, anew: bool = False) -> list[Entry]:
        """Entries of other machines' journals that came or changed since the last look."""
        entries = self._others.read(reread_all=anew)
        self.changed_by_others |= {number for table, number in self.state.documents_in(entries) if table == ANNOTATIONS}
        return entries

    def folder_time(self) -> int:
        """When a name in the folder came or went last, in nanoseconds; 0 if that is not known."""
        try:
            return self.disk.stat(self.folder).st_mtime_ns
        except OSError:
            return 0

    def document(self, table: str, number: int) -> dict[str, Any] | None:
        """A document as it is now, or None; reads the files anew where they were overwritten under way."""
        try:
            return self.state.document(table, number)
        except (UnreadableError, ValueError):
            self.distrust()
            return self.state.document(table, number)

    def documents(self, table: str, low: int = 0, high: int | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
        """Documents of a table in order of their ids, from `low` to before `high`."""
        try:
            for number, document in self.state.documents(table, low, high):
                yield number, document
                low = number + 1
        except (UnreadableError, ValueError):
            self.distrust()
            yield from self.state.documents(table, low, high)

    def distrust(self) -> None:
        """Look at the base as at any foreign file: what cannot be read or has a wrong checksum is not what we wrote."""
        with self._guard:
            self.opener.distrust()
            self._reload()
            if self.opener.is_adopting:
                self.opener.wait()
                self._reload()

    def verify(self) -> bool:
        """Whether the base has the checksum of its header; reads it once. If not, it is not replaced any more.

        Raises:
            StoreError: The disk does not give its bytes.
        """
        base = self.state.snapshot
        if self.opener.is_adopting:
            return True
        with problems.as_store_errors(self.path):
            return self._verify(base)

    def _verify(self, base: SnapshotFile) -> bool:
        try:
            sound = base.verify()
        except UnreadableError:
            sound = False
        with self._guard:
            if base is self.state.snapshot and not self.opener.is_changed():
                if not sound:
                    self.distrust()
                self.opener.verified = True
            return not self.damage

    def poll(self) -> bool:
        """Take in what others changed; costs three `stat` calls if nothing was.

        Returns:
            Whether there was anything new.
        """
        with self._guard:
            if self.opener.has_adopted:
                self._reload()
                return True
            if not self.journal.is_open:
                self._has_journal()
            entries: list[Entry] = []
            anew = self.opener.is_changed() or not self.journal.is_current()
            if not anew and self.journal.has_news():
                try:
                    entries = self.journal.read_new()
                except OSError:
                    anew = True
            if anew:
                self._reload()
                return True
            if (seen := self.folder_time()) != self._folder_seen:
                self._folder_seen = seen
                entries += self._read_others()
            self._take_in(entries)
            return bool(entries)

    def news(self) -> list[Change]:
        """What others changed since the last call, while `watching`."""
        with self._guard:
            news, self._news = self._news, []
            return news

    def _take_in(self, entries: list[Entry]) -> None:
        if not entries:
            return
        places = self.state.documents_in(entries) if self.watching else []
        before = [self.state.document(*place) for place in places]
        self.state.apply_all(entries)
        self.clock.observe(self.state.latest)
        self._compare(places, before)

    def _compare(self, places: list[tuple[str, int]], before: list[dict[str, Any] | None]) -> None:
        for place, old in zip(places, before, strict=True):
            new = self.state.document(*place)
            if new != old:
                self._news.append(Change(*place, old, new))

    def _reload(self) -> None:
        """Read everything anew, noticing what changed."""
        old = self.state
        if not self.watching:
            self._load()
            return
        self._load()
        self._compare_states(old)

    def _compare_states(self, old: State) -> None:
        try:
            places = list(dict.fromkeys(_differing(old, self.state)))
            before = [old.document(*place) for place in places]
        except (UnreadableError, ValueError):
            return  # the old file was overwritten in place: nobody can say any more what it held
        self.changed_by_others |= {number for table, number in places if table.removesuffix(TOMBSTONES) == ANNOTATIONS}
        self._compare(places, before)

    # -- changing -----------------------------------------------------------------------------------------------

    @property
    def is_held(self) -> bool:
        """Whether this process has the lock now."""
        return self._held

    @contextlib.contextmanager
    def exclusive(self, refusal: Callable[[str, OSError], StoreError] = problems.not_saved) -> Iterator[None]:
        """Hold the lock of the library, with everything that others did taken in.

        Args:
            refusal: Describes an error of the disk, given the path of the base and the error.

        Raises:
            StoreError: The library is read-only, or somebody else holds the lock and does not let go.
        """
        with self._guard:
            if self._held:
                yield
                return
            if self.read_only:
                raise StoreError(self.read_only)
            if not_ours := self.opener.require_ours():  # it may have come since the library was opened
                raise StoreError(not_ours)
            try:
                Path(self.folder).mkdir(parents=True, exist_ok=True)
                same = self.journal.acquire()
            except OSError as error:
                if problems.is_read_only(error):
                    self.read_only = problems.read_only(self.path)
                raise refusal(self.path, error) from error
            try:
                if not same or self.opener.is_changed():
                    self._reload_locked()
                else:
                    self._take_in(self.journal.read_new(cut_tail=True))
                self._held = True
                yield
            except OSError as error:
                raise refusal(self.path, error) from error
            finally:
                self._held = False
                self.journal.release()

    def _reload_locked(self) -> None:
        """As `_reload`, keeping the lock that is held on the journal."""
        old = self.state
        self.journal.restart()
        entries = self.journal.read_new(cut_tail=True)
        entries += self._read_others(anew=True)
        state = State(self._open())
        state.load(entries)
        self.clock.observe(state.latest)
        self.state = state
        if self.watching:
            self._compare_states(old)

    def commit(self, build: Callable[[State], Entry | None]) -> Entry | None:
        """Add one entry to the journal; on disk when this returns.

        Args:
            build: Is called under the lock with the state of that moment, and gives the entry without its stamp, or
                None to leave everything as it is.

        Raises:
            StoreError: The entry is not kept.
        """
        return next(iter(self.commit_all([build])), None)

    def commit_all(self, builds: Sequence[Callable[[State], Entry | None]]) -> list[Entry]:
        """As `commit`, for several entries with one flush. All are kept or none.

        Raises:
            StoreError: No entry is kept.
        """
        with self.exclusive():
            # Later entries build on earlier ones, which are not true before all are on disk.
            state = self.state if len(builds) == 1 else self.state.copy()
            entries: list[Entry] = []
            lines: list[bytes] = []
            for build in builds:
                content = build(state)
                if content is not None:
                    stamp = self.clock.now()
                    # What counts is what was written, not what the caller goes on to do with its lists.
                    content = override_future_timestamps(state, record_seen_note_versions(state, content, stamp), stamp)
                    lines.append(encode_line({"s": stamp, **content}))
                    entries += decode_lines(lines[-1])[0]
                    if state is not self.state:
                        state.apply(entries[-1])
            if (self.opener.is_blank or not self.opener.exists) and not self.damage:
                self.create_snapshot()
            if entries:
                self._append(b"".join(lines), len(lines))
                self.state.apply_all(entries)
            return entries

    def take_over(self, operations: list[list[Any]]) -> None:
        """Add documents of another copy, `[table, id, document]`, whose changes count as news.

        Raises:
            StoreError: They are not kept.
        """
        with self.exclusive():
            places = [(table, int(number)) for table, number, _ in operations] if self.watching else []
            before = [self.state.document(*place) for place in places]
            self.commit(lambda _: {"m": operations})
            self._compare(places, before)

    def add_news(self, changes: Iterable[Change]) -> None:
        """Count changes that were made here as made elsewhere, so that they are shown."""
        if self.watching:
            with self._guard:
                self._news += changes

    def _append(self, lines: bytes, count: int) -> None:
        try:
            self.journal.append(lines, count)
        except SyncFailedError:
            # What the drive refused once may be dropped from memory and reported as written the next time: so never
            # ask again on this file, but write another one (the lesson of PostgreSQL's “fsyncgate”).
            self.journal.replace(self.journal.prepare(self.journal.content() + lines))
            self.journal.acquire()
            self._take_in(self.journal.read_new())

    def create_snapshot(self) -> None:
        """Write an empty base, so that a plain TinyDB finds its file from the first change on."""
        temporary, handle = self.temporary()
        try:
            empty = SnapshotFile(MemorySource(b""))
            write_snapshot(handle, self.disk, empty, PlainPlan({}), self.header(), most_tables=[])
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
        """Read the new base, and what came into the journal while it was written."""
        watching, self.watching = self.watching, False
        self._load()
        self.watching = watching
        self.opener.verified = True  # its bytes went through this process and its checksum with them

    def temporary(self) -> tuple[str, int]:
        """A new file beside the base, and its descriptor."""
        path = f"{self.path}.tmp-{self.clock.replica}-{os.getpid()}-{os.urandom(3).hex()}"
        return path, self.disk.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)

    def header(self) -> dict[str, Any]:
        """The header of the next base, but for what says where things stand."""
        own = ("format", "version", "bytes", "crc32", "tables")
        kept = {name: value for name, value in self.state.snapshot.header.items() if name not in own}
        return {"library": os.urandom(8).hex()} | kept | {"hlc": max(self.clock.latest, self.state.latest)}

    def close(self) -> None:
        """Let go of the files; the journal stays unless it is empty and nobody added to it."""
        with self._guard:
            try:
                if self.journal.is_open and not self.read_only:
                    with contextlib.suppress(StoreError, OSError), self.exclusive():
                        self.journal.remove_if_empty()
            finally:
                self.opener.close()
                self.journal.close()
                self.state.snapshot.close()


def _differing(one: State, other: State) -> Iterator[tuple[str, int]]:
    """Documents that may differ between two states."""
    yield from one.changed_documents()
    yield from other.changed_documents()
    if one.snapshot is other.snapshot:
        return
    for table in dict.fromkeys([*one.snapshot.tables, *other.snapshot.tables]):
        yield from ((table, number) for number in one.snapshot.differing(other.snapshot, table))

"""Finding out what stands in the places of a library, now and while it is open. Runs in a thread of its own."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.document.cooperative import lower_priority, yield_gil
from tui_reader.model.article import Metadata
from tui_reader.services.articles.catalogue import epoch_seconds
from tui_reader.services.articles.content import content_from
from tui_reader.services.articles.scan_results import Batch, found_file, without_header
from tui_reader.services.library.events import Event, Notice, ScanFinished, ScanProgress
from tui_reader.sources.base import Entry
from tui_reader.sources.files import MEGABYTE, Signature, UnreadableError
from tui_reader.sources.folders import Folders
from tui_reader.sources.ignore_rules import Rules
from tui_reader.sources.single_files import SingleFiles
from tui_reader.storage.cache.scan_cache import CachedFile, ScanCache

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tui_reader.config import Settings
    from tui_reader.services.articles.scan_results import FoundFile
    from tui_reader.services.library.library_paths import LibraryPaths
    from tui_reader.sources.base import Source

FIRST_BATCH = 0.03
"""Seconds of reading after which the first articles are handed over, so that the screen fills at once."""
BATCH = 0.15
"""Seconds of reading after which the next ones are."""
SECOND_LOOK = 0.1
"""Seconds until the next look where a file is missing or empty: many editors remove or empty a file to save it."""
GONE_SECONDS = 2.0
"""Seconds for which a file must be missing or empty to count as such. Sync programs and `git checkout` take up to a
second to write a file again; until then the library shows what was read last."""
FRESH_NS = 20_000_000
"""Nanoseconds within which a file may be written again without its time of change showing it."""
CHUNK = 100
"""Remembered files that are handed over at a time: taking them in costs the owner of the library 2 ms."""


class Scanner:
    """Compares the disk with what was known, and reads only what differs."""

    def __init__(
        self,
        places: LibraryPaths,
        settings: Settings,
        cache: ScanCache,
        known: Iterable[CachedFile],
        stop: threading.Event,
        *,
        deliver: Callable[[Batch], None],
        tell: Callable[[Event], None],
    ) -> None:
        """Prepare; `run` does the work.

        Args:
            places: Where to look.
            settings: Patterns of names to leave out, relative to each folder, and how large an article may be.
            cache: Where to remember what was read. From `run` on, it belongs to the thread that runs.
            known: The first of what the cache remembers, which the library shows already.
            stop: Makes `run` end soon when set.
            deliver: Takes what was found out.
            tell: Takes progress, and notices about folders that cannot be listed.
        """
        self._places = places
        limit = settings.max_file_mb * MEGABYTE
        self._in_folders = Folders(
            places.folders, Rules().extended(settings.ignore), _is_article, self._cannot_list, limit
        )
        self._named = SingleFiles(places.files, limit)
        self._cache = cache
        self._known = {file.path: file for file in known}
        self._unsure: set[str] = set()
        self._unlisted: set[str] = set()
        self._missed: dict[str, float] = {}
        """Files that are missing or have become empty, and since when, in seconds of the monotonic clock."""
        self._deliver = deliver
        self._tell = tell
        self._stop = stop

    def run(self, tick: Callable[[], None]) -> None:
        """Scan, then watch until stopped; `tick` is called twice a second from then on."""
        lower_priority()
        try:
            self._remember()
            took = self._scan(first=True)
            if not self._stop.is_set():
                self._tell(ScanFinished(len(self._known)))
            for something in self._in_folders.changes(self._stop):
                tick()
                if something:
                    # A folder that changes all the time may take a fifth of our time, not all of it.
                    self._stop.wait(min(4 * took, 10.0))
                    took = self._scan()
                elif self._missed and min(self._missed.values()) + GONE_SECONDS <= time.monotonic():
                    took = self._scan()
                elif self._places.files:
                    self._look_at_files()
        finally:
            self._cache.close()

    def _remember(self) -> None:
        """Hand over the rest of what the cache knows."""
        rest = [file for file in self._cache.load(after=len(self._known)) if file.path not in self._known]
        self._known.update((file.path, file) for file in rest)
        for start in range(0, len(rest), CHUNK):
            yield_gil()
            self._deliver(Batch(tuple(map(self._describe, rest[start : start + CHUNK])), remembered=True))

    def _scan(self, *, first: bool = False) -> float:
        """Look at every file, read those that changed; the seconds that looking took."""
        began = time.monotonic()
        entries = self._list()
        took = time.monotonic() - began
        if not first and entries is not None and self._is_doubtful(entries):
            self._stop.wait(SECOND_LOOK)
            entries = self._list()
        if entries is not None:
            self._take_in(entries, first=first)
        return took

    def _look_at_files(self) -> None:
        """The same for the single files alone."""
        watched = set(map(str, self._places.files))
        others = {path: _entry(file) for path, file in self._known.items() if path not in watched}
        entries = others | self._list_files()
        if self._is_doubtful(entries):
            self._stop.wait(SECOND_LOOK)
            entries = others | self._list_files()
        self._take_in(entries, first=False)

    def _list(self) -> dict[str, Entry] | None:
        """Everything that stands in the places; None if stopped on the way."""
        entries: dict[str, Entry] = {}
        for entry in self._in_folders.entries():
            entries[entry.key] = entry
            yield_gil()
            if self._stop.is_set():
                return None
        return entries | self._list_files()

    def _list_files(self) -> dict[str, Entry]:
        return {entry.key: entry for entry in self._named.entries()}

    def _is_doubtful(self, entries: dict[str, Entry]) -> bool:
        """Whether a file is missing or has become empty, which may be an editor in the midst of saving."""
        return next(self._absent(entries), None) is not None

    def _absent(self, entries: dict[str, Entry]) -> Iterator[str]:
        """Yield the paths of files that are missing or have become empty."""
        for path, file in self._known.items():
            entry = entries.get(path)
            if entry is None or (file.size and not entry.signature.size):
                yield path

    def _held_back(self, entries: dict[str, Entry]) -> set[str]:
        """Find the files that are missing or empty for too short a time to count as such.

        Where a new file has come, none is held back: a missing file may have been moved there.
        """
        now = time.monotonic()
        self._missed = {path: self._missed.get(path, now) for path in self._absent(entries)}
        if not self._missed or any(path not in self._known for path in entries):
            return set()
        return {path for path, since in self._missed.items() if now - since < GONE_SECONDS}

    def _take_in(self, entries: dict[str, Entry], *, first: bool) -> None:
        held = self._held_back(entries) if not first else set()
        entries = {path: entry for path, entry in entries.items() if path not in held} if held else entries
        gone = [path for path in self._known if path not in entries and path not in held]
        for path in gone:
            del self._known[path]
        self._unsure.difference_update(gone)
        stale: list[Entry] = []
        for path, entry in entries.items():
            yield_gil()
            if self._is_stale(path, entry):
                stale.append(entry)
        # What was written last stands first in the list, so it is read first.
        stale.sort(key=lambda entry: -entry.signature.mtime_ns)
        self._read_all(stale, gone, first=first)

    def _read_all(self, stale: Sequence[Entry], gone: Sequence[str], *, first: bool) -> None:
        found: list[CachedFile] = []
        changed: list[str] = []
        left = tuple(self._places.name_of(path) for path in gone)
        if gone:
            self._cache.update((), gone)
        due = time.monotonic() + FIRST_BATCH
        parts = False
        for done, entry in enumerate(stale):
            if self._stop.is_set():
                return
            old = self._known.get(entry.key)
            file = self._read(entry)
            yield_gil()
            if file is not None and file != old:
                self._known[file.path] = file
                found.append(file)
                if old is not None and (old.fingerprint, old.error) != (file.fingerprint, file.error):
                    changed.append(self._places.name_of(file.path))
            if time.monotonic() >= due:
                self._hand_over(found, changed, left)
                found, changed, left, parts = [], [], (), True
                self._tell(ScanProgress(done + 1, len(stale)))
                due = time.monotonic() + BATCH
        if found or left or parts or first:
            self._hand_over(found, changed, left, complete=True)

    def _hand_over(
        self, files: Sequence[CachedFile], changed: Sequence[str], gone: tuple[str, ...], *, complete: bool = False
    ) -> None:
        if files:
            # What has to be read again at the next start is remembered under an inode that no file has.
            self._cache.update(f._replace(inode=0) if f.path in self._unsure else f for f in files)
        self._deliver(Batch(tuple(map(self._describe, files)), tuple(changed), gone, complete))

    def _describe(self, file: CachedFile) -> FoundFile:
        return found_file(self._places, file)

    def _read(self, entry: Entry) -> CachedFile | None:
        """Read a file; None if it went meanwhile."""
        path = Path(entry.key)
        signature = entry.signature
        try:
            content = content_from(self._source_of(entry.key), entry.key)
        except FileNotFoundError:
            return None
        except UnreadableError as error:
            # Permissions may change without a trace in the signature, so it is tried again each time.
            self._unsure.add(entry.key)
            metadata = Metadata(title=path.stem, guessed=frozenset({"title"}))
            return CachedFile(entry.key, *signature, "", metadata, str(error), signature.mtime_ns / 1e9)
        read_at = content.signature
        if read_at.mtime_ns < 0 or time.time_ns() - read_at.mtime_ns < FRESH_NS:
            self._unsure.add(entry.key)
        else:
            self._unsure.discard(entry.key)
            signature = read_at
        try:
            metadata, problem = content.metadata()
        except Exception as error:  # noqa: BLE001 - one file that trips a format must not end the scan
            metadata, problem = Metadata(title=path.stem), f"the reader failed at it ({type(error).__name__})"
        when = epoch_seconds(metadata.date) or signature.mtime_ns / 1e9
        return CachedFile(entry.key, *signature, content.fingerprint, without_header(metadata), problem, when)

    def _source_of(self, key: str) -> Source:
        """Return the source that listed an article; a file that is named one by one may also lie in a folder."""
        return self._named if Path(key) in self._places.files else self._in_folders

    def _is_stale(self, path: str, entry: Entry) -> bool:
        known = self._known.get(path)
        return known is None or path in self._unsure or entry.signature != _entry(known).signature

    def _cannot_list(self, folder: str) -> None:
        if folder not in self._unlisted:
            self._unlisted.add(folder)
            self._tell(Notice(f"The folder {self._places.location_of(folder)} cannot be listed; it is left out."))


def _is_article(name: str) -> bool:
    """Decide by its name whether a file is an article."""
    from tui_reader.formats import is_article  # noqa: PLC0415 - 2 ms, not for the first frame

    return is_article(name)


def _entry(file: CachedFile) -> Entry:
    return Entry(file.path, Signature(file.size, file.mtime_ns, file.inode))

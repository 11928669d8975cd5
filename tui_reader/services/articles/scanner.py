"""Scan the folders and files of a library, then watch them while it is open, in a thread."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.document.cleaning import clean_line
from tui_reader.document.cooperative import lower_priority, yield_gil
from tui_reader.model.article import Metadata
from tui_reader.services.articles.catalogue_rows import epoch_seconds
from tui_reader.services.articles.content import content_from, listed_metadata
from tui_reader.services.articles.identities import Batch, found_file
from tui_reader.services.articles.parsed_files import (
    FailedParsingError,
    InterruptedParsingError,
    Parser,
    Scanned,
    is_slow,
    is_slow_name,
)
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
    from tui_reader.services.articles.identities import FoundFile
    from tui_reader.services.library.library_paths import LibraryPaths
    from tui_reader.sources.base import Source
    from tui_reader.sources.skipped_files import PassedOver

FIRST_BATCH_SECONDS = 0.03
"""Seconds of reading before the first batch is delivered, so that the list appears quickly."""
BATCH_SECONDS = 0.15
"""Seconds of reading between later deliveries."""
SECOND_LOOK = 0.1
"""Seconds until a second listing if a file is missing or empty: many editors remove or empty a file to save it."""
GONE_SECONDS = 2.0
"""Seconds for which a file must be missing or empty before this is reported. Sync programs and `git checkout` take up
to a second to write a file again; until then the library shows the last read text."""
FRESH_NS = 20_000_000
"""Nanoseconds within which a second write may leave a file's modification time unchanged."""
CHUNK = 100
"""Number of cached files in a batch; the library's owner thread takes 2 ms to process one batch."""


class Scanner:
    """Compares the files on disk with the results of the last scan, and reads only changed files."""

    def __init__(
        self,
        paths: LibraryPaths,
        settings: Settings,
        cache: ScanCache,
        known: Iterable[CachedFile],
        stop: threading.Event,
        *,
        deliver: Callable[[Batch], None],
        send: Callable[[Event], None],
    ) -> None:
        """Create the scanner; `run` scans.

        Args:
            paths: The folders and files to scan.
            settings: Patterns of names to ignore, relative to each folder, and the size limit of articles.
            cache: Keeps the results for the next start. From `run` on, only the scanner's thread uses the cache.
            known: The cached results of the latest articles, which the library lists already.
            stop: When set, `run` returns soon.
            deliver: Called with the results.
            send: Called with events: progress, and notices about folders that cannot be listed.
        """
        self._paths = paths
        limit = settings.max_file_mb * MEGABYTE
        self._in_folders = Folders(
            paths.folders, Rules().extended(settings.ignore), _is_article, self._cannot_list, limit
        )
        self._named = SingleFiles(paths.files, limit)
        self._cache = cache
        self._known = {file.path: file for file in known}
        self._must_reread: set[str] = set()
        """Paths of files to read again at the next scan: they could not be read, or were written less than `FRESH_NS`
        before they were read."""
        self._unlisted: set[str] = set()
        """Folders of which it was reported that they cannot be listed."""
        self._absent_since: dict[str, float] = {}
        """Files that are missing or became empty, with the monotonic time in seconds at which this was seen."""
        self._deliver = deliver
        self._send = send
        self._stop = stop
        self._parser = Parser(limit)

    def run(self, tick: Callable[[], None], *, watch: bool = True) -> None:
        """Scan the folders, then watch them until `stop` is set.

        Args:
            tick: Called twice a second once the first scan is over.
            watch: False to return after the first scan.
        """
        lower_priority()
        try:
            self._deliver_cached()
            took = self._scan(first=True)
            if not self._stop.is_set():
                self._send(ScanFinished(len(self._known)))
            for has_changed in self._in_folders.changes(self._stop) if watch else ():
                tick()
                if has_changed:
                    # For a folder that changes constantly, use at most a fifth of the thread's time.
                    self._stop.wait(min(4 * took, 10.0))
                    took = self._scan()
                elif self._absent_since and min(self._absent_since.values()) + GONE_SECONDS <= time.monotonic():
                    took = self._scan()
                elif self._paths.files:
                    self._scan_single_files()
        finally:
            self._parser.close()
            self._cache.close()

    def interrupt(self) -> None:
        """End the parsing of the current file; called from another thread after `stop` was set."""
        self._parser.close()

    @property
    def passed_over(self) -> PassedOver:
        """Files that the last listing of the folders skipped. Thread-safe."""
        return self._in_folders.passed_over

    def _deliver_cached(self) -> None:
        """Deliver the cached results that the library does not list yet."""
        rest = [file for file in self._cache.load(after=len(self._known)) if file.path not in self._known]
        self._known.update((file.path, file) for file in rest)
        for start in range(0, len(rest), CHUNK):
            yield_gil()
            self._deliver(Batch(tuple(map(self._found_file, rest[start : start + CHUNK])), remembered=True))

    def _scan(self, *, first: bool = False) -> float:
        """List every file, and read the changed files.

        Returns:
            Duration of the listing in seconds.
        """
        began = time.monotonic()
        entries = self._list(report=first)
        took = time.monotonic() - began
        if not first and entries is not None and self._is_doubtful(entries):
            self._stop.wait(SECOND_LOOK)
            entries = self._list()
        if entries is not None:
            self._take_in(entries, first=first)
        return took

    def _scan_single_files(self) -> None:
        """Check only the files named as library paths, and read the changed files."""
        watched = set(map(str, self._paths.files))
        others = {path: _entry(file) for path, file in self._known.items() if path not in watched}
        entries = others | self._list_files()
        if self._is_doubtful(entries):
            self._stop.wait(SECOND_LOOK)
            entries = others | self._list_files()
        self._take_in(entries, first=False)

    def _list(self, *, report: bool = False) -> dict[str, Entry] | None:
        """Return every file, by path; None if the scan was stopped. With `report`, send progress if listing is slow."""
        entries: dict[str, Entry] = {}
        due = time.monotonic() + BATCH_SECONDS
        for entry in self._in_folders.entries():
            entries[entry.key] = entry
            yield_gil()
            if report and time.monotonic() >= due:
                self._send(ScanProgress(len(entries), 0))
                due = time.monotonic() + BATCH_SECONDS
            if self._stop.is_set():
                return None
        return entries | self._list_files()

    def _list_files(self) -> dict[str, Entry]:
        """Return the files named as library paths, by path."""
        return {entry.key: entry for entry in self._named.entries()}

    def _is_doubtful(self, entries: dict[str, Entry]) -> bool:
        """Return True if a file is missing or became empty, possibly because an editor is saving it."""
        return next(self._absent(entries), None) is not None

    def _absent(self, entries: dict[str, Entry]) -> Iterator[str]:
        """Yield the paths of known files that are missing from the listing, or have become empty."""
        for path, file in self._known.items():
            entry = entries.get(path)
            if entry is None or (file.size and not entry.signature.size):
                yield path

    def _held_back(self, entries: dict[str, Entry]) -> set[str]:
        """Return the files that are missing or empty for less than `GONE_SECONDS`, which are not reported yet.

        With a new file, all are reported at once: a missing file may have been moved to the new path.
        """
        now = time.monotonic()
        self._absent_since = {path: self._absent_since.get(path, now) for path in self._absent(entries)}
        if not self._absent_since or any(path not in self._known for path in entries):
            return set()
        return {path for path, since in self._absent_since.items() if now - since < GONE_SECONDS}

    def _take_in(self, entries: dict[str, Entry], *, first: bool) -> None:
        """Compare listed files with the known files, and read new and changed files."""
        held_back = self._held_back(entries) if not first else set()
        entries = {path: entry for path, entry in entries.items() if path not in held_back} if held_back else entries
        gone = [path for path in self._known if path not in entries and path not in held_back]
        for path in gone:
            del self._known[path]
        self._must_reread.difference_update(gone)
        stale: list[Entry] = []
        for path, entry in entries.items():
            yield_gil()
            if self._is_stale(path, entry):
                stale.append(entry)
        # The newest files are at the top of the list on the screen, so they are read first.
        stale.sort(key=lambda entry: -entry.signature.mtime_ns)
        self._read_all(stale, gone, first=first)

    def _read_all(self, stale: Sequence[Entry], gone: Sequence[str], *, first: bool) -> None:
        """Read files and deliver them in batches; the last batch is marked as complete."""
        found: list[CachedFile] = []
        changed: list[str] = []
        gone_names = tuple(self._paths.name_of(path) for path in gone)
        if gone:
            self._cache.update((), gone)
        due = time.monotonic() + FIRST_BATCH_SECONDS
        was_split, reported = False, 0
        if first and stale:
            self._send(ScanProgress(0, len(stale)))
        for done, entry in enumerate(stale):
            if self._stop.is_set():
                return
            old = self._known.get(entry.key)
            try:
                file = self._read(entry)
            except InterruptedParsingError:
                return
            yield_gil()
            if file is not None and file != old:
                self._known[file.path] = file
                found.append(file)
                if old is not None and (old.fingerprint, old.error) != (file.fingerprint, file.error):
                    changed.append(self._paths.name_of(file.path))
            if time.monotonic() >= due:
                self._deliver_files(found, changed, gone_names)
                found, changed, gone_names, was_split = [], [], (), True
                reported = done + 1
                self._send(ScanProgress(reported, len(stale)))
                due = time.monotonic() + BATCH_SECONDS
        self._parser.rest()
        if found or gone_names or was_split or first:
            self._deliver_files(found, changed, gone_names, complete=True)
        if 0 < reported < len(stale):
            self._send(ScanProgress(len(stale), len(stale)))

    def _deliver_files(
        self, files: Sequence[CachedFile], changed: Sequence[str], gone: tuple[str, ...], *, complete: bool = False
    ) -> None:
        """Save the results of read files in the cache, and deliver the results."""
        if files:
            # Files to read again at the next start are cached with an impossible inode.
            self._cache.update(f._replace(inode=0) if f.path in self._must_reread else f for f in files)
        self._deliver(Batch(tuple(map(self._found_file, files)), tuple(changed), gone, complete))

    def _found_file(self, file: CachedFile) -> FoundFile:
        """Return a cached file as a `FoundFile`, with its names in this library."""
        return found_file(self._paths, file)

    def _read(self, entry: Entry) -> CachedFile | None:
        """Read a file; return None if the file was deleted after the listing.

        Raises:
            InterruptedParsingError: The scanner was stopped.
        """
        path = Path(entry.key)
        signature = entry.signature
        try:
            scanned = self._scanned(path)
        except FileNotFoundError:
            return None
        except UnreadableError as error:
            # A change of permissions does not change the signature, so reading is tried again each time.
            self._must_reread.add(entry.key)
            metadata = _named_by_file(path)
            when = signature.mtime_ns / 1e9
            return CachedFile(entry.key, *signature, "", metadata, str(error), when, _edition(entry.key))
        read_at = scanned.signature
        if read_at.mtime_ns < 0 or time.time_ns() - read_at.mtime_ns < FRESH_NS:
            self._must_reread.add(entry.key)
        else:
            self._must_reread.discard(entry.key)
            signature = read_at
        metadata = scanned.metadata
        when = epoch_seconds(metadata.date) or signature.mtime_ns / 1e9
        about, edition = listed_metadata(metadata), _edition(entry.key)
        return CachedFile(entry.key, *signature, scanned.fingerprint, about, scanned.error, when, edition)

    def _scanned(self, path: Path) -> Scanned:
        """Return the metadata of a file; a file of a slow format is parsed in a process.

        Raises:
            FileNotFoundError: The file does not exist.
            UnreadableError: The file cannot be read.
            InterruptedParsingError: The scanner was stopped.
        """
        source, key = self._source_of(str(path)), str(path)
        content = None if is_slow_name(path.name) else content_from(source, key)
        if content is None or is_slow(content):
            try:
                return self._parser.scan(path)
            except FailedParsingError as error:
                # With its fingerprint and signature, the file is not parsed again until it changes.
                content = content or content_from(source, key)
                metadata, problem = _named_by_file(path), str(error)
        else:
            try:
                metadata, problem = content.metadata()
            except Exception as error:  # noqa: BLE001 - an error in one file must not end the scan
                metadata, problem = _named_by_file(path), f"the reader failed at it ({type(error).__name__})"
        return Scanned(content.fingerprint, content.signature, metadata, problem)

    def _source_of(self, key: str) -> Source:
        """Return the source of a file by its path: that of the files named as library paths, else of the folders."""
        return self._named if Path(key) in self._paths.files else self._in_folders

    def _is_stale(self, path: str, entry: Entry) -> bool:
        """Return True if a file is new, changed, could not be read reliably, or was read by another version."""
        known = self._known.get(path)
        if known is None or path in self._must_reread or entry.signature != _entry(known).signature:
            return True
        return known.edition != _edition(path)

    def _cannot_list(self, folder: str) -> None:
        """Send one notice for each folder that cannot be listed."""
        if folder not in self._unlisted:
            self._unlisted.add(folder)
            self._send(Notice(f"The folder {self._paths.location_of(folder)} cannot be listed; it is left out."))


def _named_by_file(path: Path) -> Metadata:
    """Return the metadata of a file that cannot be read: its name with the suffix, as on its error page."""
    return Metadata(title=clean_line(path.name), guessed=frozenset({"title"}))


def _edition(path: str) -> str:
    """Return the edition of the format that reads a file (`edition_of`)."""
    from tui_reader.formats import edition_of  # noqa: PLC0415 - 2 ms, not for the first frame

    return edition_of(path)


def _is_article(name: str) -> bool:
    """Return True if the name of a file is that of an article."""
    from tui_reader.formats import is_article  # noqa: PLC0415 - 2 ms, not for the first frame

    return is_article(name)


def _entry(file: CachedFile) -> Entry:
    """Convert a cached file to the `Entry` that a listing of its folder would contain."""
    return Entry(file.path, Signature(file.size, file.mtime_ns, file.inode))

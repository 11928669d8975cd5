"""Two threads of a library: one scans and watches the folders, one counts annotations."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from tui_reader.services.library.events import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.config import Settings
    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.annotation_index import Counted
    from tui_reader.services.articles.identities import Batch
    from tui_reader.services.articles.scanner import Scanner
    from tui_reader.services.library.events import EventSender
    from tui_reader.services.library.library_paths import LibraryPaths
    from tui_reader.services.library.state import LibraryState
    from tui_reader.storage.cache.scan_cache import CachedFile, ScanCache

COUNTS_AT_ONCE = 500
"""Number of articles whose annotation counts one `sync` updates; the next call updates more."""
JOIN_SECONDS = 1.0
"""Seconds that closing waits for each thread: a thread may be reading a file of many megabytes."""


class Discovery:
    """Starts and stops the two threads, and queues their results for the owner's thread."""

    def __init__(
        self,
        paths: LibraryPaths,
        settings: Settings,
        state: LibraryState,
        *,
        cache: ScanCache,
        known: Sequence[CachedFile],
        events: EventSender,
    ) -> None:
        """Create the threads; `start` starts both threads.

        Args:
            paths: The folders and files to scan.
            settings: Name patterns to ignore, and the size limit of articles.
            state: The library's state, whose annotations are counted.
            cache: Results of the last scan. From `start` on, it belongs to the scanner's thread.
            known: The cached results of the latest articles, which the catalogue shows already.
            events: Receives requests for a sync, and notices.
        """
        self._paths, self._settings, self._state = paths, settings, state
        self._cache, self._known, self._events = cache, known, events
        self.batches: queue.SimpleQueue[Batch] = queue.SimpleQueue()
        """Queue of scan results for the owner's thread."""
        self.counted: queue.SimpleQueue[Counted] = queue.SimpleQueue()
        """Queue of the finished count of annotations for the owner's thread."""
        self.uncounted: list[ArticleId] = []
        """Annotated articles whose headlines do not show the number of annotations yet."""
        self._stop = threading.Event()
        self._scanner: Scanner | None = None
        self._scanning: threading.Thread | None = None
        self._counting: threading.Thread | None = None

    @property
    def passed_over(self) -> str:
        """Files that the last listing skipped, as a sentence without full stop; empty if none."""
        return self._scanner.passed_over.sentence if self._scanner is not None else ""

    def start(self, *, watch: bool = True) -> None:
        """Start the scanning thread and the counting thread.

        Args:
            watch: False to scan only once.
        """
        self._scanning = threading.Thread(target=self._scan, args=(watch,), name="scanner", daemon=True)
        self._counting = threading.Thread(target=self._count, name="counting", daemon=True)
        self._counting.start()
        self._scanning.start()

    def stop(self) -> None:
        """Ask the scanning and counting threads to end; returns at once."""
        self._stop.set()
        if self._scanner is not None:
            self._scanner.interrupt()

    def join_counting(self) -> None:
        """Wait up to `JOIN_SECONDS` for the counting thread, which reads the store, to end."""
        if self._counting is not None:
            self._counting.join(JOIN_SECONDS)

    def join_scanning(self) -> None:
        """Wait up to `JOIN_SECONDS` for the scanner's thread, which closes the cache, to end."""
        if self._scanning is None:
            self._cache.close()
        else:
            # Quitting does not wait longer for a file of many megabytes: the thread ends with the program.
            self._scanning.join(JOIN_SECONDS)

    def show_counts(self) -> tuple[ArticleId, ...]:
        """Copy the annotation counts of the next `COUNTS_AT_ONCE` articles into their headlines.

        Returns:
            The articles whose headlines changed.
        """
        if not self.counted.empty():
            self._state.annotation_index.apply_count(self.counted.get())
            self.uncounted = list(self._state.annotation_index.articles())
        changed: tuple[ArticleId, ...] = ()
        while self.uncounted and not changed:
            portion, self.uncounted = self.uncounted[:COUNTS_AT_ONCE], self.uncounted[COUNTS_AT_ONCE:]
            changed = self._state.recount(portion)
        if self.uncounted:
            self._events.request_sync()
        return changed

    def _scan(self, watch: bool) -> None:
        """Scan, and watch until stopped if that is wanted; runs in the scanner's thread."""
        # Imported here because scanning, watching and reading headers are not needed for the first frame (30 ms).
        from tui_reader.services.articles.scanner import Scanner  # noqa: PLC0415

        scanner = self._scanner = Scanner(
            self._paths,
            self._settings,
            self._cache,
            self._known,
            self._stop,
            deliver=self._deliver,
            send=self._events.send,
        )
        try:
            # The tick asks the owner to check for edits of other programs.
            scanner.run(tick=self._events.request_sync, watch=watch)
        except Exception as error:  # noqa: BLE001 - an exception that ended a thread would be seen nowhere
            message = (
                f"New and changed files are no longer seen ({type(error).__name__}: {error}). Start again to see them."
            )
            self._events.send(Notice(message))

    def _deliver(self, batch: Batch) -> None:
        """Queue results; called by the scanner's thread."""
        if batch.complete and self._counting is not None:
            # A caller that needs the complete library, such as a headless command, needs the counts, too.
            self._counting.join()
        self.batches.put(batch)
        self._events.request_sync()

    def _count(self) -> None:
        """Count the annotations; runs in the counting thread, so that no frame is delayed."""
        # Unreadable annotations are reported on access.
        with suppress(Exception):
            counted = self._state.annotation_index.scan(self._stop.is_set)
            if not self._stop.is_set():
                self.counted.put(counted)
                self._events.request_sync()

"""A library: the articles of some folders, and what their reader did with them."""

from __future__ import annotations

import os
import queue
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tui_reader import paths as program_paths
from tui_reader.anchoring.description import document_fingerprint
from tui_reader.errors import ReaderError, StoreError
from tui_reader.model.article import Metadata
from tui_reader.services.annotations.editing import AnnotationEditing
from tui_reader.services.annotations.missing_articles import MissingArticles
from tui_reader.services.annotations.reanchor_queue import ReanchorQueue
from tui_reader.services.annotations.revisions import Revisions
from tui_reader.services.annotations.text_snapshots import TextCache
from tui_reader.services.annotations.transfer import Transfer
from tui_reader.services.articles.catalogue import Catalogue, MemoryCatalogue
from tui_reader.services.articles.content import Content
from tui_reader.services.articles.documents import Documents, nothing
from tui_reader.services.articles.identities import Identities
from tui_reader.services.articles.reading import Reading
from tui_reader.services.articles.scan_ingest import ScanIngest
from tui_reader.services.articles.scan_results import Batch, FoundFile, found_file, without_header
from tui_reader.services.library.background import Background
from tui_reader.services.library.events import (
    AnnotationsPlaced,
    DocumentLoaded,
    Event,
    Listener,
    Notice,
    StoreFailed,
    SyncNeeded,
    ignore,
)
from tui_reader.services.library.save_monitor import SaveMonitor, warning_of
from tui_reader.services.library.state import LibraryState
from tui_reader.services.library.undo_scope import UndoScope
from tui_reader.sources.files import MEGABYTE, too_large
from tui_reader.sources.stdin import Stdin
from tui_reader.storage.base import ARTICLES
from tui_reader.storage.cache.scan_cache import ScanCache
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.storage.snapshot.private import private_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.config import Settings
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.annotation_index import Counted
    from tui_reader.services.annotations.drafts import Drafts
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.services.library.library_paths import LibraryPaths
    from tui_reader.storage import Store
    from tui_reader.storage.base import Receipt


STDIN = "standard input"
"""What is read from there is called so, until it has a title of its own."""

AT_ONCE = 500
"""Articles that are there when a library opens (15 ms); those that are remembered beyond come after the first frame."""
PATIENCE = 0.5
"""Seconds that closing waits for a passage to be found or a text to be packed; the next start begins it again."""
SYNC_SECONDS = 0.004
"""Seconds after which `Library.sync` leaves the rest for another time: a frame lasts four times as long."""


class Library:
    """Everything that a screen needs, and nothing of a screen.

    One thread owns a library: the one that asks the catalogue, calls the verbs and `sync`. Files are scanned, watched
    and read in other threads, which only ever leave word; `SyncNeeded` asks the owner to take it in by `sync`.
    """

    def __init__(self, places: LibraryPaths, store: Store, settings: Settings, notices: Sequence[str]) -> None:
        """Show what is remembered. `opening.open_library` is the way to get one."""
        self.name = places.name
        self.store = store
        self.notices: Sequence[str] = (*notices, *store.notices)
        self._notices_reported = len(store.notices)
        self._paths = places
        self._limit = settings.max_file_mb * MEGABYTE
        self._listener: Listener = ignore
        self.prepare: Callable[[ArticleId, Document], None] = nothing
        """Called by the threads that read, with each whole text in which passages may be marked."""
        self._save_monitor = SaveMonitor()
        self._latest: Receipt | None = None
        self._drafts: Drafts | None = None
        self._scan_batches: queue.SimpleQueue[Batch] = queue.SimpleQueue()
        self._stdin_sources: dict[ArticleId, Stdin] = {}
        self._thread: threading.Thread | None = None
        self._counting: threading.Thread | None = None
        self._counted: queue.SimpleQueue[Counted] = queue.SimpleQueue()
        self._uncounted: list[ArticleId] = []
        """Articles with annotations whose headlines do not tell so yet."""
        self._identities = Identities(store.items(ARTICLES), lambda name: os.path.lexists(places.path_of(name)))
        self._catalogue = MemoryCatalogue()
        self._state = LibraryState(store, self._catalogue, self._identities, self._track)
        scope = UndoScope(self._state, places)
        store.limit_undo(scope.select)
        self.reading = Reading(self._state, scope=scope)
        self.documents = Documents(self._identities.file, self._stdin_sources, self._limit)
        self.documents.prepare = self._prepare
        self._loaded_documents: queue.SimpleQueue[DocumentLoaded] = queue.SimpleQueue()
        self._background = Background(self._background_failed)
        self.annotations = AnnotationEditing(
            self._state,
            settings.colours,
            document_of=self.documents.get,
            tell=self._annotations_placed,
            background=self._background,
        )
        self._reanchor_queue = ReanchorQueue(
            self._state, self.annotations.reanchoring, self._limit, tell=self._annotations_placed
        )
        with suppress(OSError):  # without a cache, everything is read every time
            private_folder(program_paths.cache_dir(), Disk(), may_be_link=True)
        texts = TextCache(program_paths.cache_dir() / "texts")
        self.revisions = Revisions(self._state, texts, self._background, self.documents.get)
        self._text_left_out_of: dict[ArticleId, bool] = {}
        """Whether the text of an article that was read may not be kept: looked up where nothing may ask the disk."""
        self._state.may_keep_text = self._may_keep_title
        self.annotations.reanchoring.may_keep_text = self.revisions.may_keep_text = self._may_keep_text
        self.annotations.reanchoring.on_text_left_out = self._text_left_out
        self.missing_articles = MissingArticles(self._state, places, self.revisions.text)
        self.transfer = Transfer(
            self._state,
            self.missing_articles,
            self._limit,
            tell=lambda: self._listener(SyncNeeded()),
            failed=self._comparing_failed,
        )
        self.transfer.handed = self._handed
        self._changed_meanwhile: dict[ArticleId, None] = {}
        """Articles that have changed in the course of a `sync`."""
        self._cache = ScanCache(places.cache)
        self._settings = settings
        self._stop = threading.Event()
        self._known = self._cache.load(AT_ONCE) if places.folders or places.files else []
        self._scan_ingest = ScanIngest(
            self._state,
            self.documents,
            self.transfer,
            self._pass_on,
            looked_before=bool(self._known),
        )
        self._scan_ingest.take_in(Batch(tuple(found_file(places, file) for file in self._known), remembered=True))

    @property
    def catalogue(self) -> Catalogue:
        """The articles there are."""
        return self._catalogue

    @property
    def read_only(self) -> str:
        """Why nothing can be changed, as a sentence; empty where it can."""
        return self.store.read_only

    @property
    def warning(self) -> str:
        """What must stay on the screen as long as it is so: that changes are not saved, or cannot be."""
        return warning_of(self.store.unsaved) or ("read-only" if self.read_only else "")

    @property
    def drafts(self) -> Drafts:
        """The notes that are being written."""
        if self._drafts is None:
            # Not for the first frame.
            from tui_reader.services.annotations.drafts import Drafts  # noqa: PLC0415

            self._drafts = Drafts(
                self._paths.state, self.annotations, lambda: self._latest, lambda: bool(self.read_only)
            )
        return self._drafts

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that are looked through; none where only single files or standard input are shown."""
        return self._paths.folders

    def path_of(self, article_id: ArticleId) -> Path | None:
        """Where the file of an article is; None for standard input, and for what is not there."""
        file = self._identities.file(article_id)
        return Path(file.path) if file is not None and article_id not in self._stdin_sources else None

    def article_at(self, path: Path) -> ArticleId | None:
        """The article that a file is, or None."""
        return self._identities.at(self._paths.name_of(os.path.abspath(path.expanduser())))  # noqa: PTH100

    def path_named(self, name: str) -> Path:
        """Where a file of this name stood when its state was written, in the library's places or elsewhere."""
        return self._paths.path_of(name)

    def article_beside(self, article_id: ArticleId, link: str) -> ArticleId | None:
        """The article that a relative link leads to.

        Args:
            article_id: The article that the link stands in.
            link: Its target: a path, perhaps with a fragment and percent escapes.
        """
        path = self.path_of(article_id)
        target = unquote(link.partition("#")[0].partition("?")[0])
        if path is None or not target or "\0" in target:
            return None
        return self._identities.at(self._paths.name_of(os.path.normpath(path.parent / target)))

    def report(self, error: ReaderError) -> None:
        """Have the screen say what went wrong where it could not be said at once, such as in painting."""
        self._listener(StoreFailed(str(error)))

    def keep_open(self, article_id: ArticleId | None) -> None:
        """Keep the headline of an article although its file goes or cannot be read, until another one is kept.

        Args:
            article_id: The article that is being read; None if none is.
        """
        self._scan_ingest.open = article_id

    def why_missing(self, article_id: ArticleId | None) -> str:
        """Say why the file of an article that is kept open has no text now; empty where it has."""
        return self._scan_ingest.why_missing(article_id) if article_id is not None else ""

    def successor_of(self, article_id: ArticleId) -> ArticleId | None:
        """The article that took over the notes and the state of one whose file is gone, if one did by itself."""
        return self.transfer.successors.get(article_id)

    def start(self, listener: Listener) -> None:
        """Begin to scan and to watch.

        Args:
            listener: Told every event, from threads of the library or from within `sync`; it must neither wait nor
                call back.
        """
        self._listener = self._save_monitor.listener = listener
        self.documents.listen(self._document_told)
        self._thread = threading.Thread(target=self._look_around, name="scanner", daemon=True)
        self._counting = threading.Thread(target=self._count, name="counting", daemon=True)
        self._counting.start()
        self._thread.start()

    def settle(self, seconds: float) -> bool:
        """Wait until every change so far is on disk, so long at most; whether it is."""
        return self._save_monitor.wait(seconds)

    def sync(self) -> tuple[ArticleId, ...]:
        """Take in what was found in the folders, and what other programs wrote into the state.

        Stops after some milliseconds where there is much, and asks by another `SyncNeeded` to be called again.

        Returns:
            The articles that came, changed or went, each once.
        """
        touched = self._scan_ingest.let_go()
        enough = time.monotonic() + SYNC_SECONDS
        while not self._scan_batches.empty():
            touched.update(self._scan_ingest.take_in(self._scan_batches.get()))
            if time.monotonic() > enough:
                self._listener(SyncNeeded())
                break
        self._reanchor_queue.news(touched)
        touched.update(dict.fromkeys(self._state.absorb(self.store.poll(), own=False)))
        touched.update(self._scan_ingest.share_out())
        for message in self.store.notices[self._notices_reported :]:
            # Found after the opening: a failed fold, rot, a conflict copy merged meanwhile.
            self._notices_reported += 1
            self._listener(Notice(message))
        while not self._loaded_documents.empty():
            loaded = self._loaded_documents.get()
            if self.documents.get(loaded.id) is loaded.document:
                self.annotations.reanchoring.place(*loaded)
                self.revisions.loaded(*loaded)
        self._reanchor_queue.go_on()
        self.transfer.take_in_compared()
        touched.update(dict.fromkeys(self.annotations.reanchoring.collect()))
        touched.update(dict.fromkeys(self._recount()))
        touched.update(self._changed_meanwhile)
        self._changed_meanwhile.clear()
        return tuple(touched)

    def require_saved(self) -> None:
        """Return once every change so far is on disk.

        Raises:
            StoreError: Some are not.
        """
        if self._latest is not None:
            self._latest.exception()
        if self.store.unsaved:
            raise StoreError(self.store.unsaved)

    def close(self) -> None:
        """Stop all threads, and return once every change is on disk."""
        self._listener = self.documents.listener = ignore
        self._stop.set()
        self.documents.close()
        self._reanchor_queue.close()
        self.transfer.wait(PATIENCE)
        self.transfer.close()
        self._background.wait(PATIENCE)
        self._background.close()
        if self._counting is not None:
            self._counting.join(1.0)
        saved = False
        try:
            self.store.close()
            saved = True
        finally:
            self._save_monitor.close()
            if self._drafts is not None:
                self._drafts.close(saved=saved)
        if self._thread is None:
            self._cache.close()
        else:
            # It may be in the middle of a file of many megabytes, and whoever leaves does not wait for that.
            self._thread.join(1.0)

    def put_standard_input(self, data: bytes) -> ArticleId:
        """Make an article of bytes that have no file; the same bytes are the same article the next time."""
        source = Stdin(data, self._limit)
        (entry,) = source.entries()
        content = Content(data, entry.key, entry.signature)
        fingerprint = content.fingerprint
        metadata, problem = (
            content.metadata() if len(data) <= self._limit else (Metadata(), too_large(len(data), self._limit))
        )
        if not metadata.title:
            metadata = metadata._replace(title=STDIN, guessed=metadata.guessed | {"title"})
        file = FoundFile(
            entry.key,
            f"stdin:{fingerprint}",
            entry.key,
            without_header(metadata),
            len(data),
            fingerprint=fingerprint,
            error=problem,
        )
        article_id = self._identities.assign(file)
        self._stdin_sources[article_id] = source
        self._catalogue.put([self._state.headline(file.article(article_id))])
        return article_id

    def _track(self, receipt: Receipt) -> None:
        """Watch over a change on its way to the disk. One that has no such way lasts until the end, as was said."""
        self._latest = receipt
        if not self.store.read_only:
            self._save_monitor.track(receipt)

    def _deliver(self, batch: Batch) -> None:
        """Leave word of what was found; called by the scanner's thread."""
        if batch.complete and self._counting is not None:
            # Whoever waits for all of the library waits for the numbers, too.
            self._counting.join()
        self._scan_batches.put(batch)
        self._listener(SyncNeeded())

    def _count(self) -> None:
        """Count the annotations, which delays no frame; the life of a thread."""
        # What cannot be read is told where it is asked for.
        with suppress(Exception):
            counted = self._state.annotation_index.scan(self._stop.is_set)
            if not self._stop.is_set():
                self._counted.put(counted)
                self._listener(SyncNeeded())

    def _recount(self) -> tuple[ArticleId, ...]:
        """Show what was counted, some articles at a time."""
        if not self._counted.empty():
            self._state.annotation_index.take_count(self._counted.get())
            self._uncounted = list(self._state.annotation_index.articles())
        touched: tuple[ArticleId, ...] = ()
        while self._uncounted and not touched:
            some, self._uncounted = self._uncounted[:AT_ONCE], self._uncounted[AT_ONCE:]
            touched = self._state.recount(some)
        if self._uncounted:
            self._listener(SyncNeeded())
        return touched

    def _look_around(self) -> None:
        """The life of the scanner's thread."""
        # Here, because what it takes to scan, watch and read headers is not needed for the first frame (30 ms).
        from tui_reader.services.articles.scanner import Scanner  # noqa: PLC0415

        scanner = Scanner(
            self._paths,
            self._settings,
            self._cache,
            self._known,
            self._stop,
            deliver=self._deliver,
            tell=self._listener,
        )
        try:
            scanner.run(self._tick)
        except Exception as error:  # noqa: BLE001 - a thread has nobody else to tell
            told = (
                f"New and changed files are no longer seen ({type(error).__name__}: {error}). Start again to see them."
            )
            self._listener(Notice(told))

    def _pass_on(self, event: Event) -> None:
        """Tell whoever listens by now."""
        self._listener(event)

    def _document_told(self, event: Event) -> None:
        """Pass on what was loaded, to be compared with what was annotated and read; called by the threads that read."""
        self._listener(event)
        if isinstance(event, DocumentLoaded) and not event.document.partial and self._state.concerns(event.id):
            self._loaded_documents.put(event)
            self._listener(SyncNeeded())

    def _prepare(self, article_id: ArticleId, document: Document) -> None:
        """Work out here what the owner of the library would have to wait for; called by the threads that read."""
        self._may_keep_text(article_id)
        if self._state.concerns(article_id):
            if not document.partial:
                document_fingerprint(document)
            self._state.annotation_index.read_ahead(article_id)
            if not document.partial:
                self.prepare(article_id, document)

    def _annotations_placed(self, article_id: ArticleId) -> None:
        """Ask the owner to take in what was placed; called by the thread that looked for it."""
        self._listener(SyncNeeded())
        self._listener(AnnotationsPlaced(article_id))

    def _background_failed(self, error: Exception) -> None:
        """Tell of a passage that could not be looked for, or a text that could not be packed; called by the thread."""
        self._listener(Notice(f"Highlights could not be placed ({type(error).__name__}: {error})."))

    def _may_keep_text(self, article_id: ArticleId) -> bool:
        """Whether the text of an article may be copied into the state; called by the thread that packs it."""
        path = self.path_of(article_id)
        may = path is None or self._paths.may_keep_text(path)
        self._text_left_out_of[article_id] = not may
        return may

    def _may_keep_title(self, article_id: ArticleId) -> bool:
        """Whether a line of the text may be copied; asks the disk only for an article that was never read here."""
        known = self._text_left_out_of.get(article_id)
        return not known if known is not None else self._may_keep_text(article_id)

    def _text_left_out(self, article_id: ArticleId) -> None:
        """Say that the text of an annotated article is not kept; called once for each text within `sync`."""
        path = self.path_of(article_id)
        if path is not None:
            self._listener(Notice(self._paths.text_left_out(str(path))))

    def _comparing_failed(self, error: Exception) -> None:
        """Tell that it is not known what became of files that went; called by the thread that compared."""
        self._listener(Notice(f"Files that went could not be looked for ({type(error).__name__}: {error})."))

    def _handed(self, outcome: Outcome) -> None:
        """Tell that notes went to another article by themselves; called within `sync`."""
        self._changed_meanwhile.update(dict.fromkeys(outcome.ids))
        self._listener(Notice(outcome.message))

    def _tick(self) -> None:
        """Ask the owner to look for edits of other programs; called by the scanner's thread."""
        self._listener(SyncNeeded())

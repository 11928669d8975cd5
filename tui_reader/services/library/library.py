"""A library: the articles of some folders, with their reading states and annotations."""

from __future__ import annotations

import os
import time
from contextlib import nullcontext
from functools import cached_property
from typing import TYPE_CHECKING

from tui_reader.errors import ReaderError, StoreError
from tui_reader.model.article import Metadata
from tui_reader.paths import expand_user
from tui_reader.services.articles.content import Content, listed_metadata
from tui_reader.services.articles.identities import FoundFile
from tui_reader.services.articles.parsed_files import metadata_of
from tui_reader.services.library.composition import file_of_article
from tui_reader.services.library.events import Listener, Notice, StoreFailed, noop
from tui_reader.services.library.save_monitor import warning_of
from tui_reader.services.library.sessions import Sessions
from tui_reader.sources.files import too_large
from tui_reader.sources.stdin import Stdin

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.drafts import Drafts
    from tui_reader.services.articles.annotation_texts import AnnotationTexts
    from tui_reader.services.articles.catalogue_interface import Catalogue
    from tui_reader.services.articles.filing import Filing
    from tui_reader.services.articles.pictures import Pictures
    from tui_reader.services.articles.query_words import QueryWords
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.services.articles.text_search import TextSearch
    from tui_reader.services.library.composition import LibraryParts
    from tui_reader.services.library.library_paths import LibraryPaths
    from tui_reader.services.library.query_history import QueryHistory

STDIN = "standard input"
"""Title of the article from standard input, if the text has no title."""
CLOSE_SECONDS = 0.5
"""Seconds that closing waits for re-anchoring or compression; the next start repeats unfinished work."""
SYNC_SECONDS = 0.004
"""Seconds after which `Library.sync` leaves further scan results for the next call: a quarter of a frame."""


class Library:
    """The interface of a library for screens and headless commands; independent of any screen.

    One thread owns a library: it reads the catalogue, changes articles and annotations, and calls `sync`.
    Files are scanned, watched and read in other threads, which put their results into queues; the event `SyncNeeded`
    asks the owner to call `sync`, which takes the results in.
    """

    def __init__(self, parts: LibraryParts, notices: Sequence[str], name: str = "") -> None:
        """Create the library with the articles of the last scan; called by `opening.open_library`.

        Args:
            parts: The connected services, see `composition.compose`.
            notices: Messages for the first screen; notices of the store are added.
            name: Title of the library; empty to name it after its folders.
        """
        self._parts = parts
        self.name = name or parts.paths.name
        self.store = parts.store
        self.notices: Sequence[str] = (*notices, *parts.store.notices)
        self._notices_reported = len(parts.store.notices)
        self.reading = parts.reading
        self.documents = parts.documents
        self.annotations = parts.annotations
        self.revisions = parts.revisions
        self.missing_articles = parts.missing_articles
        self.searches = parts.searches
        self.search_counts = parts.search_counts
        self.transfer = parts.transfer
        self.transfer.on_transferred = self._annotations_transferred
        self.loaded_documents = parts.loaded_documents
        self._events = parts.events
        self._identities = parts.identities
        self._changed_in_sync: dict[ArticleId, None] = {}
        """Articles that callbacks changed during a `sync`."""

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of the library's articles."""
        return self._parts.catalogue

    # The services of queries and filing rules are created when they are first used, which is after the first frame.

    @cached_property
    def annotation_texts(self) -> AnnotationTexts:
        """Prepares notes and highlights for queries."""
        from tui_reader.services.articles.annotation_texts import AnnotationTexts  # noqa: PLC0415 - see above

        return AnnotationTexts(self._parts.catalogue, self._parts.state.annotation_index)

    @cached_property
    def query_words(self) -> QueryWords:
        """Counts words and values of articles for completion."""
        from tui_reader.services.articles.query_words import QueryWords  # noqa: PLC0415 - see above

        return QueryWords(self._parts.catalogue, self.reading.all_tags, self.annotation_texts)

    @cached_property
    def text_search(self) -> TextSearch:
        """Searches the texts of articles."""
        from tui_reader.services.articles.text_search import TextSearch  # noqa: PLC0415 - see above

        return TextSearch(self._identities.file, self._parts.limit, self.documents.is_whole)

    @cached_property
    def query_history(self) -> QueryHistory:
        """The queries typed before."""
        from tui_reader.services.library.query_history import QueryHistory  # noqa: PLC0415 - see above

        return QueryHistory(self._parts.paths.cache.stem)

    @cached_property
    def filing(self) -> Filing:
        """Applies the filing rules."""
        from tui_reader.services.articles.filing import Filing  # noqa: PLC0415 - see above

        return Filing(self._parts.state, self._parts.catalogue, self.reading)

    @property
    def read_only(self) -> str:
        """The reason, as a sentence, why nothing can be changed; empty if changes are possible."""
        return self.store.read_only

    @property
    def warning(self) -> str:
        """Warning to show while changes are unsaved or cannot be saved; empty if everything is saved."""
        return warning_of(self.store.unsaved) or ("read-only" if self.read_only else "")

    @cached_property
    def drafts(self) -> Drafts:
        """The drafts of notes that the user is writing."""
        from tui_reader.services.annotations.drafts import Drafts  # noqa: PLC0415 - the first frame shows no draft

        monitor = self._parts.save_monitor
        return Drafts(self._parts.paths.state, self.annotations, lambda: monitor.latest, lambda: bool(self.read_only))

    @cached_property
    def pictures(self) -> Pictures:
        """The pictures of articles, decoded in a process."""
        from tui_reader.services.articles.pictures import Pictures  # noqa: PLC0415 - the first frame shows no picture

        return Pictures(self._parts.paths, self.path_of, self._events, self._parts.limit)

    @cached_property
    def sessions(self) -> Sessions:
        """The saved states of the screen, for the next start."""
        return Sessions(self._parts.paths.cache.stem)

    @property
    def names_one_article(self) -> bool:
        """True if the arguments name exactly one file or standard input, possibly with folders."""
        return len(self._parts.paths.files) + len(self._parts.stdin_sources) == 1

    @property
    def named_article(self) -> ArticleId | None:
        """The article of the first named file or of standard input; None until it is scanned."""
        piped = next(iter(self._parts.stdin_sources), None)
        return self.article_at(self._parts.paths.files[0]) if piped is None and self._parts.paths.files else piped

    @property
    def is_scan_taken_in(self) -> bool:
        """True if `sync` has applied all scan results."""
        return self._parts.discovery.batches.empty()

    @property
    def passed_over(self) -> str:
        """Files that the scan skipped: `120 files of kinds not read (80 .pdf, 40 .epub)`; empty if none."""
        return self._parts.discovery.passed_over

    @property
    def paths(self) -> LibraryPaths:
        """The paths of the library: folders, files and state file."""
        return self._parts.paths

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that are scanned; empty if only single files or standard input are shown."""
        return self._parts.paths.folders

    def path_of(self, article_id: ArticleId) -> Path | None:
        """Return the file of an article; None for standard input or an unknown article."""
        return file_of_article(self._identities, article_id)

    def has_file(self, article_id: ArticleId) -> bool:
        """Return True if the file of an article exists, or the article is standard input; reads the disk."""
        path = self.path_of(article_id)
        return path is None or os.path.lexists(path)

    def article_at(self, path: Path) -> ArticleId | None:
        """Return the article of a file; None if the file is not an article."""
        return self._identities.at(self._parts.paths.name_of(os.path.abspath(expand_user(path))))  # noqa: PTH100

    def path_named(self, name: str) -> Path:
        """Return the path of a recorded file name, in the library's folders or elsewhere."""
        return self._parts.paths.path_of(name)

    def article_beside(self, article_id: ArticleId, link: str) -> ArticleId | None:
        """Return the article to which a relative link points; None if the target is not an article of the library.

        Args:
            article_id: The article that contains the link.
            link: The link's target: a path, possibly with a fragment and percent escapes.
        """
        path = self.path_of(article_id)
        if path is None:
            return None
        from tui_reader.services.library.linked_files import names_of_link  # noqa: PLC0415 - not for the first frame

        names = names_of_link(self._parts.paths, path, link)
        return next((found for name in names if (found := self._identities.at(name)) is not None), None)

    def article_named(self, article_id: ArticleId, link: str) -> ArticleId | None:
        """Return the article that matches a link without a folder; None without one. May be called from any thread.

        Args:
            article_id: The article that contains the link.
            link: The link's target, see `named_articles`.
        """
        from tui_reader.services.library.named_articles import article_named  # noqa: PLC0415 - not for the first frame

        file = self._identities.file(article_id)
        return article_named(self._identities.files(), link, file.name if file is not None else "")

    def file_beside(self, article_id: ArticleId, link: str) -> Path:
        """Return the non-article file to which a relative link points; reads the disk.

        Args:
            article_id: The article that contains the link.
            link: The link's target: a path, possibly with a fragment and percent escapes.

        Raises:
            RefusedFileError: The file is not in the library, or may not be opened; the message gives the reason.
        """
        from tui_reader.services.library.linked_files import RefusedFileError, file_of_link  # noqa: PLC0415 - as above

        path = self.path_of(article_id)
        if path is None:
            raise RefusedFileError("This article has no file that a link to another file could start from.")
        return file_of_link(self._parts.paths, path, link)

    def location_of(self, path: Path) -> str:
        """Return the path of a file for messages: relative to the library's only folder, else absolute."""
        return self._parts.paths.location_of(str(path))

    def report(self, error: ReaderError) -> None:
        """Send the listener an error that could not be displayed where it occurred, such as while painting."""
        self._events.send(StoreFailed(str(error)))

    def keep_open(self, article_id: ArticleId | None) -> None:
        """Keep the headline of the open article, until the next call, even if its file is missing or unreadable.

        Args:
            article_id: The open article; None if no article is open.
        """
        self._parts.scan_ingest.open = article_id

    def missing_reason(self, article_id: ArticleId | None) -> str:
        """Return why the file of the open article has no text now; empty if the file has text."""
        files = self._parts.scan_ingest
        return files.missing_reason(article_id) if article_id is not None and article_id in files.missing else ""

    def successor_of(self, article_id: ArticleId) -> ArticleId | None:
        """Return the article to which a missing article's annotations were automatically transferred, if any."""
        return self.transfer.successors.get(article_id)

    def start(self, listener: Listener, *, watch: bool = True) -> None:
        """Start to scan and to watch the folders.

        Args:
            listener: Called with every event, from threads of the library or from within `sync`; the listener must
                neither block nor call the library.
            watch: False to scan only once, for a program that soon closes the library: importing the watcher takes
                40 to 70 ms, and stopping it up to 50 ms.
        """
        self._events.listener = self._parts.save_monitor.listener = listener
        self.documents.listen(self.loaded_documents.receive)
        self._parts.discovery.start(watch=watch)

    def settle(self, seconds: float) -> bool:
        """Wait until every change made so far is on disk or could not be written.

        Args:
            seconds: Longest wait.

        Returns:
            True if every change is on disk, or the library is read-only; False if the time was too short or one failed.
        """
        return self._parts.save_monitor.wait(seconds) and (bool(self.read_only) or not self.store.unsaved)

    def sync(self) -> tuple[ArticleId, ...]:
        """Apply the results of the threads, and the edits that other programs made in the state file.

        With much work, returns after some milliseconds and sends another `SyncNeeded`. The order of the steps
        matters:

        1. Files: headlines and ids must exist before other steps refer to articles.
        2. Edits of other programs: they may name articles of step 1, and decide which of several files has an id.
        3. Notices: polling the store in step 2 creates some of them.
        4. Loaded documents: re-anchoring starts from the annotations of step 2, in documents that step 1 did not drop.
        5. The re-anchor queue: an article that step 4 re-anchored in memory need not be read from its file.
        6. Comparisons of missing articles with new ones: they may transfer annotations, which step 7 then shows.
        7. Re-anchored annotations: shows the results of all steps before.
        8. Counts of annotations: the least urgent; the steps before update the counts of their own articles.

        Returns:
            The articles that were added, changed or removed, each once.
        """
        touched: dict[ArticleId, None] = {}
        for step in (
            self._sync_files,
            self._sync_edits_of_others,
            self._report_notices,
            self._reanchor_in_loaded,
            self._continue_reanchoring,
            self._transfer_from_missing,
            self.annotations.reanchoring.collect,
            self._show_counts,
        ):
            touched.update(dict.fromkeys(step()))
        touched.update(self._changed_in_sync)
        self._changed_in_sync.clear()
        return tuple(touched)

    def _sync_files(self) -> Iterable[ArticleId]:
        """Apply scan results for up to `SYNC_SECONDS`, and queue their articles for re-anchoring."""
        touched = self._parts.scan_ingest.release_closed()
        batches, deadline = self._parts.discovery.batches, time.monotonic() + SYNC_SECONDS
        while not batches.empty():
            touched.update(self._parts.scan_ingest.apply(batches.get()))
            if time.monotonic() > deadline:
                self._events.request_sync()
                break
        self._parts.reanchor_queue.enqueue_changed(touched)
        return touched

    def _sync_edits_of_others(self) -> Iterable[ArticleId]:
        """Apply edits of other programs to the state, then assign files their recorded ids."""
        touched = dict.fromkeys(self._parts.state.absorb(self.store.poll(), own=False))
        touched.update(self._parts.scan_ingest.reassign_disputed())
        return touched

    def _report_notices(self) -> Iterable[ArticleId]:
        """Send new notices of the store: a failed compaction, damage, a merged conflict copy."""
        for message in self.store.notices[self._notices_reported :]:
            self._notices_reported += 1
            self._events.send(Notice(message))
        return ()

    def _reanchor_in_loaded(self) -> Iterable[ArticleId]:
        """Start to re-anchor annotations in loaded documents; a background thread finishes the work."""
        return self._parts.loaded_documents.reanchor_queued()

    def _continue_reanchoring(self) -> Iterable[ArticleId]:
        """Apply the results of the worker process, and start to re-anchor the next article."""
        self._parts.reanchor_queue.run_step()
        return ()

    def _transfer_from_missing(self) -> Iterable[ArticleId]:
        """Transfer annotations from missing articles to new articles with a similar text."""
        if not self.transfer.background.results.empty():
            self.transfer.collect()
        return ()

    def _show_counts(self) -> Iterable[ArticleId]:
        """Copy the next annotation counts into headlines."""
        discovery = self._parts.discovery
        return discovery.show_counts() if discovery.uncounted or not discovery.counted.empty() else ()

    def require_saved(self) -> None:
        """Wait until the last change is on disk; raise an error if any change could not be saved.

        Raises:
            StoreError: Some changes are not on disk.
        """
        latest = self._parts.save_monitor.latest
        if latest is not None:
            latest.exception()
        if self.store.unsaved:
            raise StoreError(self.store.unsaved)

    def close(self) -> None:
        """Stop all threads, and return once every change is on disk."""
        parts = self._parts
        self._events.listener = self.documents.listener = noop
        parts.discovery.stop()
        self.documents.close()
        if "pictures" in self.__dict__:
            self.pictures.close()
        parts.reanchor_queue.close()
        if "text_search" in self.__dict__:
            self.text_search.close()
        self.transfer.wait(CLOSE_SECONDS)
        self.transfer.close()
        parts.background.wait(CLOSE_SECONDS)
        parts.background.close()
        parts.discovery.join_counting()
        try:
            with self.drafts.closed_by_saving() if "drafts" in self.__dict__ else nullcontext():
                self.store.close()
        finally:
            parts.save_monitor.close()
        parts.discovery.join_scanning()

    def put_standard_input(self, data: bytes) -> ArticleId:
        """Create an article from bytes without a file; equal bytes always give the same article.

        Returns:
            The article's id.
        """
        parts = self._parts
        source = Stdin(data, parts.limit)
        (entry,) = source.entries()
        content = Content(data, entry.key, entry.signature)
        fingerprint = content.fingerprint
        is_too_large = len(data) > parts.limit
        if is_too_large:
            metadata, problem = Metadata(), too_large(len(data), parts.limit)
        else:
            metadata, problem = metadata_of(content, parts.limit)
        if not metadata.title:
            metadata = metadata._replace(title=STDIN, guessed=metadata.guessed | {"title"})
        file = FoundFile(
            entry.key,
            f"stdin:{fingerprint}",
            entry.key,
            listed_metadata(metadata),
            len(data),
            fingerprint=fingerprint,
            error=problem,
        )
        article_id = self._identities.assign(file)
        parts.stdin_sources[article_id] = source
        parts.catalogue.put([parts.state.headline(file.article(article_id))])
        return article_id

    def _annotations_transferred(self, outcome: Outcome) -> None:
        """Report an automatic transfer of annotations from a missing article; called during `sync`."""
        self._changed_in_sync.update(dict.fromkeys(outcome.ids))
        self._events.send(Notice(outcome.message))

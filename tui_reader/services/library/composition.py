"""Create the services of a library and connect them to each other."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_reader import paths as program_paths
from tui_reader.services.annotations.editing import AnnotationEditing
from tui_reader.services.annotations.missing_articles import MissingArticles
from tui_reader.services.annotations.reanchor_queue import ReanchorQueue
from tui_reader.services.annotations.revisions import Revisions
from tui_reader.services.annotations.text_snapshots import TextCache, TextPermission
from tui_reader.services.annotations.transfer import Transfer
from tui_reader.services.articles.article_records import WHOLE
from tui_reader.services.articles.catalogue import MemoryCatalogue
from tui_reader.services.articles.documents import Documents
from tui_reader.services.articles.identities import Batch, Identities, found_file
from tui_reader.services.articles.loaded_documents import LoadedDocuments
from tui_reader.services.articles.reading import Reading
from tui_reader.services.articles.scan_ingest import ScanIngest
from tui_reader.services.library.background import Background
from tui_reader.services.library.discovery import Discovery
from tui_reader.services.library.events import DocumentChanged, EventSender
from tui_reader.services.library.save_monitor import SaveMonitor
from tui_reader.services.library.search_counts import SearchCounts
from tui_reader.services.library.searches import Searches
from tui_reader.services.library.state import LibraryState
from tui_reader.services.library.undo_scope import UndoScope
from tui_reader.sources.files import MEGABYTE
from tui_reader.storage import machine_name
from tui_reader.storage.base import ARTICLES
from tui_reader.storage.cache.scan_cache import ScanCache
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.storage.snapshot.private import private_folder

if TYPE_CHECKING:
    from collections.abc import Collection

    from tui_reader.config import Settings
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.library_paths import LibraryPaths
    from tui_reader.sources.stdin import Stdin
    from tui_reader.storage import Store

AT_ONCE = 200
"""Number of latest articles of the last scan that the first frame lists (6 ms); the others follow between frames."""


class LibraryParts(NamedTuple):
    """The services of one library, connected but not started."""

    paths: LibraryPaths
    store: Store
    events: EventSender
    save_monitor: SaveMonitor
    limit: int
    """Largest number of bytes that an article may have."""
    stdin_sources: dict[ArticleId, Stdin]
    """Sources of the articles that have no file."""
    identities: Identities
    catalogue: MemoryCatalogue
    searches: Searches
    search_counts: SearchCounts
    state: LibraryState
    reading: Reading
    documents: Documents
    background: Background
    """The thread that re-anchors annotations in loaded documents and compresses text snapshots."""
    annotations: AnnotationEditing
    reanchor_queue: ReanchorQueue
    revisions: Revisions
    loaded_documents: LoadedDocuments
    missing_articles: MissingArticles
    transfer: Transfer
    scan_ingest: ScanIngest
    discovery: Discovery


def compose(paths: LibraryPaths, store: Store, settings: Settings) -> LibraryParts:
    """Create the services of a library, with the latest `AT_ONCE` articles of the last scan in its catalogue.

    Args:
        paths: The folders and files of the library, and its state file.
        store: The open state file.
        settings: Name patterns to ignore, the size limit of articles, and the names of the colours.
    """
    events = EventSender()
    save_monitor = SaveMonitor(store)
    limit = settings.max_file_mb * MEGABYTE
    stdin_sources: dict[ArticleId, Stdin] = {}
    identities = Identities(store.items(ARTICLES), lambda name: os.path.lexists(paths.path_of(name)))
    catalogue = MemoryCatalogue()

    state = LibraryState(store, catalogue, identities, save_monitor.track)
    searches = Searches(state, machine_name)
    scope = UndoScope(state, paths)
    reading = Reading(state, scope=scope)
    store.limit_undo(scope.select)
    documents = Documents(identities.file, stdin_sources, limit)
    background = Background(events.reanchoring_failed)
    annotations = AnnotationEditing(
        state,
        settings.colours,
        document_of=documents.get,
        notify=events.annotations_placed,
        background=background,
    )
    reanchor_queue = ReanchorQueue(state, annotations.reanchoring, limit, notify=events.annotations_placed)
    with suppress(OSError):  # without a cache, every start reads all files
        private_folder(program_paths.cache_dir(), Disk(), may_be_link=True)
    revisions = Revisions(state, TextCache(program_paths.cache_dir() / "texts"), background, documents.get)

    def is_whole(article_id: ArticleId) -> bool:
        return (store.get(ARTICLES, article_id) or {}).get(WHOLE) is True

    def show_other_texts(ids: Collection[ArticleId]) -> None:
        for article_id in ids:
            documents.drop(article_id)
            events.send(DocumentChanged(article_id, is_choice=True))
        reanchor_queue.enqueue_changed(ids)

    documents.is_whole = reanchor_queue.is_whole = is_whole
    state.on_whole = show_other_texts

    def path_of(article_id: ArticleId) -> Path | None:
        return file_of_article(identities, article_id)

    permission = TextPermission(paths, path_of, events)
    state.may_keep_text = permission.may_keep_title
    revisions.may_keep_text = annotations.reanchoring.may_keep_text = permission.may_keep_text
    annotations.reanchoring.on_text_left_out = permission.report_left_out
    missing_articles = MissingArticles(state, paths, revisions.text)
    transfer = Transfer(state, missing_articles, limit, notify=events.request_sync, failed=events.comparison_failed)
    cache = ScanCache(paths.cache)
    known = cache.load(AT_ONCE) if paths.folders or paths.files else []
    scan_ingest = ScanIngest(state, documents, transfer, events.send, looked_before=bool(known))
    scan_ingest.apply(Batch(tuple(found_file(paths, file) for file in known), remembered=True))
    return LibraryParts(
        paths=paths,
        store=store,
        events=events,
        save_monitor=save_monitor,
        limit=limit,
        stdin_sources=stdin_sources,
        identities=identities,
        catalogue=catalogue,
        state=state,
        searches=searches,
        search_counts=SearchCounts(catalogue, searches),
        reading=reading,
        documents=documents,
        background=background,
        annotations=annotations,
        reanchor_queue=reanchor_queue,
        revisions=revisions,
        loaded_documents=LoadedDocuments(
            state, documents, annotations.reanchoring, revisions=revisions, permission=permission, events=events
        ),
        missing_articles=missing_articles,
        transfer=transfer,
        scan_ingest=scan_ingest,
        discovery=Discovery(paths, settings, state, cache=cache, known=known, events=events),
    )


def file_of_article(identities: Identities, article_id: ArticleId) -> Path | None:
    """Return the file of an article; None for standard input or an unknown article."""
    file = identities.file(article_id)
    return Path(file.path) if file is not None and file.is_on_disk else None

"""The queue that re-anchors annotations of articles whose files changed while not open on the screen.

Without it, lists of annotations would show outdated states until each article is opened. A worker process handles one
article after the other. An article's record says which passages were searched in which version of its file, so the
next start reads only articles that changed since, or got annotations from another computer.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.anchoring.description import TEXT_VERSION
from tui_reader.model.hashing import blake2b
from tui_reader.services.annotations.text_snapshots import kept_texts
from tui_reader.services.articles.parsed_files import edition
from tui_reader.services.library.background import Background
from tui_reader.services.library.events import noop
from tui_reader.services.library.worker import Worker
from tui_reader.storage.base import ARTICLES, Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.reanchor_job import Reanchored, ReanchorJob
    from tui_reader.services.annotations.reanchoring import Reanchoring
    from tui_reader.services.articles.identities import FoundFile
    from tui_reader.services.library.state import LibraryState

LOOKED_IN = "looked_in"
"""Field of an article's record: file and text of the last search for its passages; see `_Searched`."""
QUIET_SECONDS = 2.0
"""Minimum seconds between the last change in the folders and reading an article, so that a command that changes many
files, such as `git checkout`, has mostly ended."""
STEP_SECONDS = 0.002
"""Longest time in seconds that one call of `run_step` spends on looking for an article to search."""


class _Searched(NamedTuple):
    """The file, text and annotations of the last search for passages in an article."""

    text: str
    """Fingerprint of the text that was searched; begins with `TEXT_VERSION`."""
    file: str
    """Key of what was read: fingerprint of the file, version of its format, article or whole page; see `_file_read`."""
    ids: str
    """BLAKE2b digest of the ids of the article's annotations."""

    def fits(self, file: str, ids: str) -> bool:
        """Return True if file, annotations and `TEXT_VERSION` are unchanged since this search."""
        return (self.file, self.ids) == (file, ids) and self.text.startswith(f"{TEXT_VERSION}-")


class ReanchorQueue:
    """The queue of articles to re-anchor in the worker process; used from the library's thread."""

    def __init__(
        self, state: LibraryState, reanchoring: Reanchoring, limit: int, notify: Callable[[ArticleId], None]
    ) -> None:
        """Create an empty re-anchoring queue.

        Args:
            state: The library's state.
            reanchoring: Stores the positions that a search has found.
            limit: Largest number of bytes of an article that is read.
            notify: Called in a thread with an article when `run_step` and `Reanchoring.collect` are to be called.
        """
        self._state = state
        self._reanchoring = reanchoring
        self._limit = limit
        self._notify = notify
        self.is_whole: Callable[[ArticleId], bool] = lambda _: False
        """Returns True for an article of which the whole page is shown."""
        self._waiting: dict[ArticleId, None] = {}
        self._unchecked: dict[AnnotationId, None] = {}
        """Annotations changed by this program whose articles are not loaded: they may be placed in an earlier text."""
        self._stale: set[ArticleId] = set()
        """Articles to search again, although their records list a search in the current file."""
        reanchoring.on_not_loaded = self._queue_check
        self._queued_all = False
        """True after all annotated articles were queued once, to find those that changed while no program ran."""
        self._busy = False
        """True while the worker process searches an article."""
        self._due = 0.0
        """Time from which the next search may start, by the monotonic clock."""
        self._worker = Worker()
        self._background = Background()

    def enqueue_changed(self, ids: Iterable[ArticleId]) -> None:
        """Queue those of the given articles that have annotations; their files are new or have changed.

        The first call after the count of annotations queues all annotated articles: they may have changed before.
        """
        before = len(self._waiting)
        self._waiting.update((i, None) for i in ids if self._state.annotation_index.known_count(i))
        if not self._queued_all and self._state.annotation_index.is_counted:
            self._queued_all = True
            self._waiting.update(dict.fromkeys(self._state.annotation_index.articles()))
        if len(self._waiting) > before:
            self._due = time.monotonic() + QUIET_SECONDS

    def run_step(self) -> None:
        """Store the results of the last search; after `QUIET_SECONDS` without a change, start the next one.

        Takes a few milliseconds at most.
        """
        self._background.finish_jobs()
        if not self._state.annotation_index.is_counted:
            return
        now = time.monotonic()
        while self._unchecked and time.monotonic() - now < STEP_SECONDS:
            self._check(self._unchecked.popitem()[0])
        while self._waiting and not self._busy and now >= self._due and time.monotonic() - now < STEP_SECONDS:
            article = next(iter(self._waiting))
            del self._waiting[article]
            self._start(article)

    def close(self) -> None:
        """Stop the running search; the next start of the program repeats the search."""
        # An unreadable or unwritable state file must not prevent closing the other services.
        with suppress(Exception):
            self._mark_for_next_start()
        self._waiting.clear()
        self._background.close()
        self._worker.close()

    def _mark_for_next_start(self) -> None:
        """Remove the field `LOOKED_IN` of articles in `_stale`, so that the next start searches them."""
        while self._unchecked:
            self._check(self._unchecked.popitem()[0])
        marks = {article: (self._state.store.get(ARTICLES, article) or {}).get(LOOKED_IN) for article in self._stale}
        edits = [Edit(ARTICLES, article, LOOKED_IN, before, None) for article, before in marks.items() if before]
        if edits and not self._state.store.read_only:
            self._state.commit(edits, "found passages again", undoable=False)

    def _queue_check(self, ids: Collection[AnnotationId]) -> None:
        # Checked later: a query of the store per annotation would delay a change of many annotations.
        self._unchecked.update(dict.fromkeys(ids))

    def _check(self, annotation_id: AnnotationId) -> None:
        """Queue the article of an annotation that this program changed, if the annotation's position may be outdated.

        It is, for example, if an undo restores a deleted annotation after the text of its article has changed.
        """
        annotation = self._state.annotation_index.get(annotation_id)
        if annotation is None or annotation.current is None or annotation.article in self._stale:
            return
        searched = self._last_search(annotation.article)
        if searched is None or annotation.placed is None or annotation.placed.fingerprint != searched.text:
            self._stale.add(annotation.article)
            self._waiting[annotation.article] = None
            self._due = time.monotonic() + QUIET_SECONDS

    def _start(self, article: ArticleId) -> None:
        """Start the search of an article, unless its record lists a search in the current file and text version."""
        file = self._state.identities.file(article)
        if file is None or file.error or not file.is_on_disk or self._state.store.read_only:
            return
        ids, searched = _digest(self._state.annotation_index.ids(article)), self._last_search(article)
        if (
            searched is not None
            and searched.fits(_file_read(file, file.fingerprint, whole=self.is_whole(article)), ids)
            and article not in self._stale
        ):
            return
        annotations = [each for each in self._state.annotation_index.of(article) if each.current is not None]
        if not annotations:
            return
        self._busy = True
        job = self._job(file, annotations, whole=self.is_whole(article))
        self._background.do(
            lambda: job.run(self._worker),
            lambda answer: self._store_answer(article, file, job, ids, answer),
            lambda: self._notify(article),
        )

    def _job(self, file: FoundFile, annotations: list[Annotation], *, whole: bool) -> ReanchorJob:
        # Most starts find no article that changed.
        from tui_reader.services.annotations.reanchor_job import ReanchorJob  # noqa: PLC0415

        wanted = {each.id: each.current for each in annotations if each.current is not None}
        return ReanchorJob(
            path=Path(file.path),
            whole=whole,
            limit=self._limit,
            wanted=wanted,
            placed={each.id: each.placed.fingerprint for each in annotations if each.placed is not None},
            texts=kept_texts(self._state.store, wanted.values()),
        )

    def _store_answer(
        self, article: ArticleId, file: FoundFile, job: ReanchorJob, ids: str, answer: Reanchored | None
    ) -> None:
        """Store the positions that a search has found, and in the article's record what was searched."""
        self._busy = False
        if not self._waiting:
            self._background.do(self._worker.rest, noop, noop)
        if answer is None or self._state.store.read_only:
            return
        if ids == _digest(self._state.annotation_index.ids(article)):
            self._stale.discard(article)
        elif article in self._stale:
            # A new annotation was made while the worker searched.
            self._waiting[article] = None
        edits = self._reanchoring.edits(job.wanted, answer.found, job.placed)
        before = (self._state.store.get(ARTICLES, article) or {}).get(LOOKED_IN)
        after = list(_Searched(answer.text, _file_read(file, answer.file, whole=job.whole), ids))
        if before != after:
            edits.append(Edit(ARTICLES, article, LOOKED_IN, before, after))
        self._reanchoring.keep(article, edits)

    def _last_search(self, article: ArticleId) -> _Searched | None:
        """Return what an article's record says of its last search; None if it says nothing."""
        value = (self._state.store.get(ARTICLES, article) or {}).get(LOOKED_IN)
        if not isinstance(value, list) or [type(each) for each in value] != [str, str, str]:
            return None
        text, file, ids = value
        return _Searched(text, file, ids)


def _file_read(file: FoundFile, fingerprint: str, *, whole: bool) -> str:
    """Return a key for the text of a file: its fingerprint, the version of its format, and `whole` for the whole page.

    The parts are separated by blanks; a format at its first version has no version in the key.
    """
    return " ".join(filter(None, (fingerprint, edition(Path(file.path).name), "whole" if whole else "")))


def _digest(ids: Iterable[AnnotationId]) -> str:
    return blake2b("\0".join(sorted(ids)).encode(errors="surrogatepass"), digest_size=8).hexdigest()

"""Places the annotations of articles that changed while nobody opened them, so that every list of them tells the truth.

One article after the other, in a process aside. An article's record says in which state of its file which passages were
looked for last, so that a start reads only what has changed since, or has got annotations from elsewhere.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.anchoring.description import TEXT_VERSION
from tui_reader.services.annotations.reanchor_job import ReanchorJob
from tui_reader.services.annotations.text_snapshots import packed_text
from tui_reader.services.library.background import Background
from tui_reader.services.library.events import noop
from tui_reader.services.library.worker import Worker
from tui_reader.storage.base import ARTICLES, Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.reanchor_job import Reanchored
    from tui_reader.services.annotations.reanchoring import Reanchoring
    from tui_reader.services.articles.scan_results import FoundFile
    from tui_reader.services.library.state import LibraryState

LOOKED_IN = "looked_in"
"""Field of an article: what its passages were looked for in; see `_Looked`."""
QUIET = 2.0
"""Seconds without news from the folders before anything is begun; short commands have ended by then."""
STEP = 0.002
"""Seconds that one call of `go_on` looks for an article that has changed."""


class _Looked(NamedTuple):
    """What the passages of an article were looked for in last."""

    text: str
    """Fingerprint of the text; begins with its version."""
    file: str
    """Fingerprint of the file."""
    ids: str
    """BLAKE2b of the ids of its annotations."""

    def fits(self, file: str, ids: str) -> bool:
        """Whether all that is still the same."""
        return (self.file, self.ids) == (file, ids) and self.text.startswith(f"{TEXT_VERSION}-")


class ReanchorQueue:
    """Used from the thread that owns the library."""

    def __init__(
        self, state: LibraryState, placing: Reanchoring, limit: int, tell: Callable[[ArticleId], None]
    ) -> None:
        """Do nothing yet.

        Args:
            state: The library's state.
            placing: Takes in what was found.
            limit: Bytes that an article may have.
            tell: Told, in a thread, of an article for which `take_in` is to be called.
        """
        self._state = state
        self._placing = placing
        self._limit = limit
        self._tell = tell
        self._waiting: dict[ArticleId, None] = {}
        self._doubtful: dict[AnnotationId, None] = {}
        """Annotations that may stand in another text than the one that their article has."""
        self._stale: set[ArticleId] = set()
        """Articles that have such annotations, whatever their records say."""
        placing.on_unread = self._doubt
        self._began = False
        self._busy = False
        self._due = 0.0
        self._worker = Worker()
        self._background = Background()

    def news(self, ids: Iterable[ArticleId]) -> None:
        """Take in that files came or changed."""
        before = len(self._waiting)
        self._waiting.update((i, None) for i in ids if self._state.annotation_index.known_count(i))
        if not self._began and self._state.annotation_index.is_counted:
            self._began = True
            self._waiting.update(dict.fromkeys(self._state.annotation_index.articles()))
        if len(self._waiting) > before:
            self._due = time.monotonic() + QUIET

    def go_on(self) -> None:
        """Take in what was found, and begin with the next article once it is quiet; costs some milliseconds at most."""
        self._background.take_in()
        if not self._state.annotation_index.is_counted:
            return
        now = time.monotonic()
        while self._doubtful and time.monotonic() - now < STEP:
            self._examine(self._doubtful.popitem()[0])
        while self._waiting and not self._busy and now >= self._due and time.monotonic() - now < STEP:
            article = next(iter(self._waiting))
            del self._waiting[article]
            self._look_at(article)

    def close(self) -> None:
        """Stop, whatever is under way; the next start begins it again."""
        # A state that cannot be read or written any more must not keep the rest from being closed.
        with suppress(Exception):
            self._leave_word()
        self._waiting.clear()
        self._background.close()
        self._worker.close()

    def _leave_word(self) -> None:
        """Have the next start look at the articles that were to be looked at whatever their records say."""
        while self._doubtful:
            self._examine(self._doubtful.popitem()[0])
        held = {article: (self._state.store.get(ARTICLES, article) or {}).get(LOOKED_IN) for article in self._stale}
        edits = [Edit(ARTICLES, article, LOOKED_IN, before, None) for article, before in held.items() if before]
        if edits and not self._state.store.read_only:
            self._state.commit(edits, "found passages again", undoable=False)

    def _doubt(self, ids: Collection[AnnotationId]) -> None:
        # Asking the store for each would make a change of many wait.
        self._doubtful.update(dict.fromkeys(ids))

    def _examine(self, annotation_id: AnnotationId) -> None:
        """Have an article looked at to which an annotation came by a verb, an undo or a redo."""
        annotation = self._state.annotation_index.get(annotation_id)
        if annotation is None or annotation.current is None or annotation.article in self._stale:
            return
        looked = self._looked_in(annotation.article)
        if looked is None or annotation.placed is None or annotation.placed.fingerprint != looked.text:
            self._stale.add(annotation.article)
            self._waiting[annotation.article] = None
            self._due = time.monotonic() + QUIET

    def _look_at(self, article: ArticleId) -> None:
        file = self._state.identities.file(article)
        if file is None or file.error or not file.is_on_disk or self._state.store.read_only:
            return
        ids, looked = _digest(self._state.annotation_index.ids(article)), self._looked_in(article)
        if looked is not None and looked.fits(file.fingerprint, ids) and article not in self._stale:
            return
        annotations = [each for each in self._state.annotation_index.of(article) if each.current is not None]
        if not annotations:
            return
        self._busy = True
        job = self._job(file, annotations)
        self._background.do(
            lambda: job.run(self._worker),
            lambda answer: self._answered(article, job, ids, answer),
            lambda: self._tell(article),
        )

    def _job(self, file: FoundFile, annotations: list[Annotation]) -> ReanchorJob:
        wanted = {each.id: each.current for each in annotations if each.current is not None}
        marks = {anchor.fingerprint for anchor in wanted.values()}
        return ReanchorJob(
            path=Path(file.path),
            limit=self._limit,
            wanted=wanted,
            placed={each.id: each.placed.fingerprint for each in annotations if each.placed is not None},
            texts={each: packed_text(self._state.store, each) for each in marks},
        )

    def _answered(self, article: ArticleId, job: ReanchorJob, ids: str, answer: Reanchored | None) -> None:
        self._busy = False
        if not self._waiting:
            self._background.do(self._worker.rest, noop, noop)
        if answer is None or self._state.store.read_only:
            return
        if ids == _digest(self._state.annotation_index.ids(article)):
            self._stale.discard(article)
        elif article in self._stale:
            # Another one came meanwhile.
            self._waiting[article] = None
        edits = self._placing.edits(job.wanted, answer.found, job.placed)
        before = (self._state.store.get(ARTICLES, article) or {}).get(LOOKED_IN)
        after = list(_Looked(answer.text, answer.file, ids))
        if before != after:
            edits.append(Edit(ARTICLES, article, LOOKED_IN, before, after))
        self._placing.keep(article, edits)

    def _looked_in(self, article: ArticleId) -> _Looked | None:
        value = (self._state.store.get(ARTICLES, article) or {}).get(LOOKED_IN)
        if not isinstance(value, list) or [type(each) for each in value] != [str, str, str]:
            return None
        text, file, ids = value
        return _Looked(text, file, ids)


def _digest(ids: Iterable[AnnotationId]) -> str:
    from hashlib import blake2b  # noqa: PLC0415 - 1 ms, not for the first frame

    return blake2b("\0".join(sorted(ids)).encode(errors="surrogatepass"), digest_size=8).hexdigest()

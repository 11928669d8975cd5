"""Places the annotations of articles that changed while nobody opened them, so that every list of them tells the truth.

One article after the other, in a process aside. An article's record says in which state of its file its passages were
looked for last, so that a start reads only what has changed since.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.anchoring.describe import TEXT_VERSION
from tui_reader.services.aside import Aside, Job
from tui_reader.services.background import Background
from tui_reader.services.texts import packed_text
from tui_reader.storage.base import ARTICLES, Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tui_reader.model.annotation import Annotation
    from tui_reader.model.article import ArticleId
    from tui_reader.services.aside import Answer
    from tui_reader.services.found import FoundFile
    from tui_reader.services.placing import Placing
    from tui_reader.services.state import LibraryState

LOOKED_IN = "looked_in"
"""Field of an article: version of the text, and fingerprint of the file, that its passages were looked for in."""
QUIET = 2.0
"""Seconds without news from the folders before anything is begun; short commands have ended by then."""
STEP = 0.002
"""Seconds that one call of `go_on` looks for an article that has changed."""


class Replacing:
    """Used from the thread that owns the library."""

    def __init__(self, state: LibraryState, placing: Placing, limit: int, tell: Callable[[ArticleId], None]) -> None:
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
        self._began = False
        self._busy = False
        self._due = 0.0
        self._aside = Aside()
        self._background = Background()

    def news(self, ids: Iterable[ArticleId]) -> None:
        """Take in that files came or changed."""
        before = len(self._waiting)
        self._waiting.update((i, None) for i in ids if self._state.notebook.known_count(i))
        if not self._began and self._state.notebook.is_counted:
            self._began = True
            self._waiting.update(dict.fromkeys(self._state.notebook.articles()))
        if len(self._waiting) > before:
            self._due = time.monotonic() + QUIET

    def go_on(self) -> None:
        """Take in what was found, and begin with the next article once it is quiet; costs some milliseconds at most."""
        self._background.take_in()
        now = time.monotonic()
        while self._waiting and not self._busy and now >= self._due and time.monotonic() - now < STEP:
            article = next(iter(self._waiting))
            del self._waiting[article]
            self._look_at(article)

    def close(self) -> None:
        """Stop, whatever is under way; the next start begins it again."""
        self._waiting.clear()
        self._background.close()
        self._aside.close()

    def _look_at(self, article: ArticleId) -> None:
        file = self._state.identities.file(article)
        if file is None or file.error or not Path(file.path).is_absolute() or self._state.store.read_only:
            return
        if self._looked_in(article) == _mark(file.fingerprint):
            return
        annotations = [each for each in self._state.notebook.of(article) if each.current is not None]
        if not annotations:
            return
        self._busy = True
        job = self._job(file, annotations)
        self._background.do(
            lambda: self._aside.ask(job),
            lambda answer: self._answered(article, job, answer),
            lambda: self._tell(article),
        )

    def _job(self, file: FoundFile, annotations: list[Annotation]) -> Job:
        wanted = {each.id: each.current for each in annotations if each.current is not None}
        marks = {anchor.fingerprint for anchor in wanted.values()}
        return Job(
            path=Path(file.path),
            limit=self._limit,
            wanted=wanted,
            placed={each.id: each.placed.fingerprint for each in annotations if each.placed is not None},
            texts={each: packed_text(self._state.store, each) for each in marks},
        )

    def _answered(self, article: ArticleId, job: Job, answer: Answer | None) -> None:
        self._busy = False
        if not self._waiting:
            self._background.do(self._aside.rest, lambda _: None, lambda: None)
        if answer is None or self._state.store.read_only:
            return
        edits = self._placing.edits(job.wanted, answer.found, job.placed)
        before, after = self._looked_in(article), _mark(answer.file)
        if before != after:
            edits.append(Edit(ARTICLES, article, LOOKED_IN, before, after))
        self._placing.keep(article, edits)

    def _looked_in(self, article: ArticleId) -> str | None:
        value = (self._state.store.get(ARTICLES, article) or {}).get(LOOKED_IN)
        return value if isinstance(value, str) else None


def _mark(fingerprint: str) -> str:
    return f"{TEXT_VERSION}-{fingerprint}"

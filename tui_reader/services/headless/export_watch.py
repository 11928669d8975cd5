"""Keeps an export up to date while a library changes, with or without a reader open."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.errors import ReaderError
from tui_reader.search.evaluation import limit_of
from tui_reader.services.headless.export_files import ExportFiles, Outcome
from tui_reader.storage.replication.instance_lock import InstanceLock

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Iterator, Set
    from pathlib import Path

    from tui_reader.exchange.clip import Clip
    from tui_reader.exchange.registry import Format
    from tui_reader.model.article import ArticleId
    from tui_reader.model.query import Term
    from tui_reader.services.headless.clips import Clips
    from tui_reader.services.library.library import Library

POLL_SECONDS = 0.4
"""Seconds between two looks for changes; further ones are waited for as long, so that an export is late by a second."""
MOST_POLLS = 3
"""Looks for further changes before the first ones are exported, even if there are more each time."""
RETRY_POLLS = 15
"""Looks after which an export that failed is tried again."""


class Target(NamedTuple):
    """What is exported, and where to."""

    query: Term
    articles: bool
    """True if the query chooses articles, False if it chooses annotations."""
    form: Format
    template: str
    folder: Path
    name: str
    """Name of the file; empty for a file an article."""
    prune: bool
    ids: frozenset[ArticleId] | None = None
    """The articles that the query chooses from; None for all."""

    def chosen(self, clips: Clips, only: Set[ArticleId] | None = None) -> Iterator[Clip]:
        """Yield the clips that the query chooses, of all articles or of some only."""
        if self.ids is not None:
            only = self.ids if only is None else self.ids & only
        return clips.of_articles(self.query, only) if self.articles else clips.of_annotations(self.query, only)


class ExportWatch:
    """Exports once, and then whatever changes."""

    def __init__(self, library: Library, clips: Clips, target: Target, report: Callable[[ExportFiles], None]) -> None:
        """Take the lock of the folder.

        Args:
            library: The library, brought up to date.
            clips: Makes its clips.
            target: What is exported, and where to.
            report: Called after each export.

        Raises:
            ReaderError: Another process keeps the folder up to date.
        """
        self._library, self._clips, self._target, self._report = library, clips, target, report
        self._files = ExportFiles(target.folder, target.form, target.template)
        self._cache: dict[ArticleId, Clip] = {}
        self._lock = InstanceLock(f"export:{self._files.folder}")
        if self._lock.is_second:
            self._lock.close()
            raise ReaderError(f"{target.folder} is kept up to date by another process already.", "End that one first.")

    def run(self, stop: threading.Event, failed: Callable[[OSError], None]) -> None:
        """Export until an event is set.

        Args:
            stop: Ends the watch; an export that has begun is completed.
            failed: Called with each error; the export is tried again.

        Raises:
            BrokenPipeError: Reports cannot be printed any more.
        """
        try:
            pending: set[ArticleId] | None = None  # None for everything
            waited = MOST_POLLS
            polls = 0
            while not stop.is_set():
                changed = set(self._library.sync())
                if pending is not None:
                    pending |= changed
                waited = waited + 1 if pending is None or pending else 0
                if (pending is None or pending) and polls <= 0 and (not changed or waited >= MOST_POLLS):
                    try:
                        self._export(pending)
                        pending, waited = set(), 0
                    except BrokenPipeError:
                        raise  # the reports have no reader any more
                    except OSError as error:
                        failed(error)
                        polls = RETRY_POLLS
                polls -= 1
                stop.wait(POLL_SECONDS)
        finally:
            self._lock.close()

    def _export(self, changed: set[ArticleId] | None) -> None:
        """Export what a change concerns.

        Args:
            changed: The articles that changed; None for all.
        """
        target = self._target
        # Which articles are within a limit depends on all of them, and so does an order of articles in one file.
        is_whole = limit_of(target.query) is not None or (bool(target.name) and target.articles)
        only = None if is_whole else changed
        files = self._files = ExportFiles(target.folder, target.form, target.template)
        if target.name:
            self._remember(target.chosen(self._clips, only), only)
            files.write_file(target.name, list(self._cache.values()))
        else:
            files.write_folder(target.chosen(self._clips, only), only)
            if target.prune and not self._library.store.damage:
                files.prune()
        if changed is None or _did_anything(files.outcome):
            self._report(files)

    def _remember(self, clips: Iterable[Clip], only: Set[ArticleId] | None) -> None:
        """Replace the clips of the articles that changed, and keep the others, in the order of titles."""
        found = {each.id: each for each in clips}
        if only is None:
            self._cache = found
            return
        known = {id_: each for id_, each in self._cache.items() if id_ not in only} | found
        self._cache = dict(sorted(known.items(), key=lambda each: (each[1].title.casefold(), each[0])))


def _did_anything(outcome: Outcome) -> bool:
    return bool(outcome.written or outcome.changed or outcome.pruned or outcome.beside or outcome.refused)

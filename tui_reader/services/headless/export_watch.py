"""Keep an export up to date while a library changes, with or without an open reader."""

from __future__ import annotations

import time
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
    from tui_reader.model.annotation import AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.model.query import Term
    from tui_reader.services.headless.clips import Clips
    from tui_reader.services.library.library import Library

POLL_SECONDS = 0.4
"""Seconds between two polls for changes; an export starts after one poll without further changes."""
STEP_SECONDS = 0.02
"""Seconds between two looks at the library within a poll that has found a change."""
MOST_POLLS = 2
"""Largest number of polls before an export starts, even if each poll finds further changes."""
RETRY_POLLS = 15
"""Number of polls after which a failed export is tried again."""


class Target(NamedTuple):
    """What to export, articles or annotations, and the file or folder to write."""

    query: Term
    articles: bool
    """True if the query chooses articles, False if it chooses annotations."""
    form: Format
    template: str
    """Template of a text format; empty for the format's own."""
    folder: Path
    name: str
    """Name of the file; empty for one file per article."""
    prune: bool
    """True to remove the unchanged files of articles that the export no longer contains."""
    ids: frozenset[ArticleId] | None = None
    """The articles to which the query is applied; None for all."""
    annotations: frozenset[AnnotationId] | None = None
    """The annotations to which the query is applied, if it selects annotations; None for all."""

    def chosen(self, clips: Clips, only: Set[ArticleId] | None = None) -> Iterator[Clip]:
        """Yield the clips of the articles or annotations that match the query.

        Args:
            clips: Creates the clips.
            only: The articles to consider, besides `ids`; None for all.
        """
        if self.ids is not None:
            only = self.ids if only is None else self.ids & only
        if self.articles:
            return clips.of_articles(self.query, only)
        return clips.of_annotations(self.query, only, self.annotations)

    def prepared(self, clips: Iterable[Clip]) -> Iterator[Clip]:
        """Yield clips for one file in the order of the file, each after its part of the file was written ahead.

        An article is thus written while other processes parse the next ones.
        """
        for number, clip in enumerate(clips, 1):
            self.form.prepare(clip, number, self.template)
            yield clip


class ExportWatch:
    """Exports once, then exports again after each change."""

    def __init__(self, library: Library, clips: Clips, target: Target, report: Callable[[ExportFiles], None]) -> None:
        """Lock the folder against other watching processes.

        Args:
            library: The library, brought up to date.
            clips: Creates the clips of the library.
            target: The articles to export, and the file or folder to write.
            report: Called after each export.

        Raises:
            ReaderError: Another process keeps the folder up to date.
        """
        self._library, self._clips, self._target, self._report = library, clips, target, report
        self._files = ExportFiles(target.folder, target.form, target.template)
        self._cache: dict[ArticleId, Clip] = {}
        """The clips of an export into one file, in the order of the file."""
        self._lock = InstanceLock(f"export:{self._files.folder}")
        if self._lock.is_second:
            self._lock.close()
            raise ReaderError(f"{target.folder} is kept up to date by another process already.", "End that one first.")

    def run(self, stop: threading.Event, failed: Callable[[OSError], None]) -> None:
        """Export now and after each change, until the event `stop` is set.

        Args:
            stop: Ends the watch; a running export is completed.
            failed: Called with each error; the export is tried again.

        Raises:
            BrokenPipeError: Reports cannot be printed any more.
        """
        try:
            pending: set[ArticleId] | None = None  # None: export everything
            waited = MOST_POLLS
            polls = 0
            while not stop.is_set():
                changed, left = self._poll(stop)
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
                stop.wait(left)
        finally:
            self._lock.close()

    def _poll(self, stop: threading.Event) -> tuple[set[ArticleId], float]:
        """Return the articles that changed, and the seconds until the next poll.

        After a change, collect further changes for `POLL_SECONDS`: re-anchoring reports one article at a time, and a
        separate export for each of 1,000 articles would take minutes.
        """
        end = time.monotonic() + POLL_SECONDS
        changed = set(self._library.sync())
        while changed and time.monotonic() < end and not stop.wait(STEP_SECONDS):
            changed.update(self._library.sync())
        return changed, max(0.0, end - time.monotonic())

    def _export(self, changed: set[ArticleId] | None) -> None:
        """Export the articles that changed.

        Args:
            changed: The articles that changed; None for all.
        """
        target = self._target
        # With a limit, the exported annotations depend on all articles.
        only = changed if limit_of(target.query) is None else None
        files = self._files = ExportFiles(target.folder, target.form, target.template)
        if target.name:
            self._update_cache(only)
            files.write_file(target.name, list(self._cache.values()))
        else:
            files.write_folder(target.chosen(self._clips, only), only)
            if target.prune and not self._library.store.damage:
                files.prune()
        if changed is None or _did_anything(files.outcome):
            self._report(files)

    def _update_cache(self, changed: Set[ArticleId] | None) -> None:
        """Create the clips of the changed articles again, and put all clips into the order of the file.

        Clips of other articles are kept with their cached texts: an export of 1,000 articles, one of which has
        changed, takes 0.2 s instead of 2 to 3 s.

        Args:
            changed: The articles that changed; None for all.
        """
        target, kept = self._target, self._cache
        if changed is None:
            self._cache = {each.id: each for each in target.prepared(target.chosen(self._clips))}
            return
        if not target.articles:
            found = {each.id: each for each in target.chosen(self._clips, changed)}
            known = {id_: each for id_, each in kept.items() if id_ not in changed} | found
            self._cache = dict(sorted(known.items(), key=lambda each: (each[1].title.casefold(), each[0])))
            return
        # A change may also move other articles in the order, or into it.
        order = [each for each in self._clips.articles(target.query) if target.ids is None or each in target.ids]
        fresh = changed | (set(order) - kept.keys())
        known = kept | {each.id: each for each in target.chosen(self._clips, fresh)}
        self._cache = {each: known[each] for each in order if each in known}


def _did_anything(outcome: Outcome) -> bool:
    return bool(outcome.written or outcome.changed or outcome.pruned or outcome.beside or outcome.refused)

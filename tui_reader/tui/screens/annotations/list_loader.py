"""Fill the list of annotations: in one step without a filter, else in slices of work between two frames."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui_reader.errors import ReaderError
from tui_reader.search.evaluation import AnnotationRecord, Context, compile_for_annotations
from tui_reader.search.parsed_query import ParsedQuery
from tui_reader.search.parser import parse
from tui_reader.tui.widgets.annotation_source import Section
from tui_reader.tui.widgets.bars import article_counts, library_counts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.library import Library
    from tui_reader.tui.widgets.annotation_list import AnnotationList

SLICE_SECONDS = 0.006
"""Seconds of work on the list between two frames; short enough to leave most of a frame to keys."""


class LibraryAnnotations:
    """The source from which the list widget reads the annotations of a library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._gone: dict[ArticleId, str] = {}
        """Cache: the titles of articles that are not in the library, by article."""

    def get(self, annotation: AnnotationId) -> Annotation | None:
        """Return an annotation; None if it is deleted or cannot be read.

        Called while painting, so it reports an error instead of raising it.
        """
        try:
            return self._library.annotations.get(annotation)
        except ReaderError as error:
            self._library.report(error)
            return None

    def title(self, article: ArticleId) -> str:
        """Return the title of an article, even if it is no longer in the library."""
        catalogue, remembering = self._library.catalogue, self._library.missing_articles
        if article in catalogue:
            return catalogue.row(article).title
        if article not in self._gone:
            # This reads the disk, and the list is filtered with every typed letter.
            self._gone[article] = f"{remembering.headline(article).title} ({remembering.last_location(article)})"
        return self._gone[article]

    def record(self, annotation: Annotation) -> AnnotationRecord:
        """Return the query record of an annotation and its article."""
        article = self._library.catalogue.record(annotation.article)
        return AnnotationRecord(annotation, article, "" if article is not None else self.title(annotation.article))

    def in_order(self, article: ArticleId) -> Sequence[AnnotationId]:
        """Return the annotations of an article in the order of its text; none if they cannot be read."""
        try:
            return [each.id for each in self._library.annotations.of(article)]
        except ReaderError as error:
            self._library.report(error)
            return ()

    def ids(self, article: ArticleId) -> Collection[AnnotationId]:
        """Return the ids of an article's annotations in no particular order, without reading them."""
        return self._library.annotations.ids(article)


class ListLoader:
    """Filters annotations and fills the list step by step."""

    def __init__(
        self, library: Library, source: LibraryAnnotations, shown: AnnotationList, article: ArticleId | None
    ) -> None:
        """Create the loader for the annotations of `article`; None for the whole library."""
        self._library, self._source, self._list, self.article = library, source, shown, article
        self.typed = ""
        self.filter = ParsedQuery()
        self._matches = compile_for_annotations(self.filter.term)
        self.total = 0
        """The number of annotations without a filter, at the start of loading."""
        self._remaining: Iterator[ArticleId] | None = None
        self._waits_for_count = False
        """True while the annotations of the library are still being counted."""
        self._keep: AnnotationId | None = None
        self._index = 0
        self._empty: Sequence[str] = ()
        self._replacement: list[Section] | None = None
        """New sections, to replace the list when complete; None if the list is filled directly."""
        self._changed_meanwhile = False
        """True if annotations have changed since loading started."""

    @property
    def is_loading(self) -> bool:
        """True if sections remain to be added to the list."""
        return self._replacement is None and (self._waits_for_count or self._remaining is not None)

    def counts(self) -> list[str]:
        """Return the numbers of annotations and orphans as text, ignoring the filter."""
        annotations = self._library.annotations
        if self.article is not None:
            found = annotations.of(self.article)
            highlights = sum(not each.is_on_article for each in found)
            notes, orphans = sum(bool(each.note) for each in found), sum(each.is_orphan for each in found)
            return article_counts(highlights, notes, orphans)
        return library_counts(*((0, 0) if self._waits_for_count else (annotations.total, annotations.orphans())))

    def narrow(self, typed: str, colours: Sequence[str], today: date) -> bool:
        """Replace the query that filters the annotations.

        Args:
            typed: The text of the query, whose last word may be the beginning of a longer word.
            colours: The user's names of the colours 1 to 5, which the query may use.
            today: The date from which ages in the query count.

        Returns:
            True if the filter changed.
        """
        changed = typed != self.typed
        self.typed, self.filter = typed, parse(typed, colours)
        self._matches = compile_for_annotations(self.filter.while_typing, Context(today, colours))
        return changed

    def begin(self, empty: Sequence[str], *, keep: AnnotationId | None, index: int) -> None:
        """Clear the list and start to fill it.

        Args:
            empty: The lines to show if the list is empty.
            keep: The annotation to set the cursor on.
            index: Position of the annotation that gets the cursor if `keep` is not listed.
        """
        self._keep, self._index, self._empty = keep, index, empty
        self._replacement, self._changed_meanwhile = None, False
        self._list.clear(empty)
        self._waits_for_count = self.article is None and self._library.annotations.is_being_counted
        self._remaining = None
        self.total = 0
        if not self._waits_for_count:
            self._start()

    def refresh(self, empty: Sequence[str]) -> None:
        """Filter all annotations again; the shown list stays usable, and is replaced when the new one is complete.

        If the list is being loaded, the refresh follows that loading.
        """
        if self._waits_for_count or self._remaining is not None or self._replacement is not None:
            self._changed_meanwhile = True
            return
        self._replacement, self._changed_meanwhile, self._empty = [], False, empty
        self._start()

    def _start(self) -> None:
        self.total = self.count()
        if self.article is not None:
            self._remaining = iter((self.article,))
        elif not self.filter.is_empty:
            self._remaining = iter(self._library.annotations.articles())
        else:
            annotating = self._library.annotations
            sections = [Section(each, annotating.count(each)) for each in annotating.articles()]
            if self._replacement is not None:
                self._replacement += sections
                return
            self._list.extend(sections, cursor=False)
            self._seek_kept()

    def count(self) -> int:
        """Return the current number of annotations, without a filter."""
        if self.article is not None:
            return self._library.annotations.count(self.article)
        return self._library.annotations.total

    def nearest(self, ids: Collection[AnnotationId] | None = None) -> AnnotationId | None:
        """Return the annotation for the cursor when the list is filled again: the current one, or the nearest to it.

        Args:
            ids: The annotations that will be listed; None for all that match the filter.

        Returns:
            The nearest annotation that will be listed; None if no annotation will be.
        """

        def is_listed(annotation_id: AnnotationId) -> bool:
            annotation = self._library.annotations.get(annotation_id)
            if annotation is None or self.article not in {None, annotation.article}:
                return False
            if ids is not None:
                return annotation_id in ids
            return self.filter.is_empty or self._matches(self._source.record(annotation))

        return self._list.nearest(is_listed)

    def load_slice(self) -> bool:
        """Read and filter annotations for `SLICE_SECONDS`, and add the matching ones to the list.

        Returns:
            True if the loading is complete.
        """
        if self._waits_for_count and not self._library.annotations.is_being_counted:
            self._waits_for_count = False
            self._start()
        deadline = time.monotonic() + SLICE_SECONDS
        found: list[Section] = []
        done = not self._waits_for_count
        for article in self._remaining or ():
            ids = self._matching_ids(article)
            if ids:
                found.append(Section(article, len(ids), ids))
            if time.monotonic() > deadline:
                done = False
                break
        if self._replacement is not None:
            self._replacement += found
        elif found:
            self._list.extend(found, cursor=self._keep is None)
            self._seek_kept()
        if done:
            self._remaining = None
            self._finish()
        return done and self._remaining is None and self._replacement is None

    def _finish(self) -> None:
        sections, self._replacement = self._replacement, None
        if sections is None:
            self._list.settle(self._index)
        else:
            ids = {each for section in sections for each in section.ids or ()}
            kept = self.nearest(ids if not self.filter.is_empty else None)
            self._list.replace(sections, self._empty, self._library.annotations.get(kept) if kept else None)
        if self._changed_meanwhile:
            self.refresh(self._empty)

    def _matching_ids(self, article: ArticleId) -> list[AnnotationId]:
        return [each.id for each in self._library.annotations.of(article) if self._matches(self._source.record(each))]

    def _seek_kept(self) -> None:
        kept = self._library.annotations.get(self._keep) if self._keep is not None else None
        if kept is not None and self._list.seek(kept.id, kept.article):
            self._keep = None

"""Brings annotations into the list: all of them at once unread, those that a filter asks for between the frames."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui_reader.errors import ReaderError
from tui_reader.search.evaluation import compile_for_annotations
from tui_reader.search.parser import ParsedQuery, parse
from tui_reader.tui.screens.annotation_editor import is_lost
from tui_reader.tui.widgets.annotation_source import Section

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.library import Library
    from tui_reader.tui.widgets.annotation_list import AnnotationList

SLICE_SECONDS = 0.006
"""Work on a long list between two frames: it leaves most of a frame to keys."""


class LoadedArticle:
    """What the list asks for: the annotations of a library, as they are in memory."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._gone: dict[ArticleId, str] = {}
        """Titles of articles that are not in the library."""

    def get(self, annotation: AnnotationId) -> Annotation | None:
        """An annotation; None if it is gone, or cannot be read. Called in painting, so it raises nothing."""
        try:
            return self._library.annotations.get(annotation)
        except ReaderError as error:
            self._library.report(error)
            return None

    def title(self, article: ArticleId) -> str:
        """The title of an article, also of one that is gone."""
        catalogue, remembering = self._library.catalogue, self._library.missing_articles
        if article in catalogue:
            return catalogue.row(article).title
        if article not in self._gone:
            # Asks the disk, and a list is filtered with every letter.
            self._gone[article] = f"{remembering.headline(article).title} ({remembering.whereabouts(article)})"
        return self._gone[article]

    def in_order(self, article: ArticleId) -> Sequence[AnnotationId]:
        """The annotations of an article in the order of its text; none if they cannot be read, as for `get`."""
        try:
            return [each.id for each in self._library.annotations.of(article)]
        except ReaderError as error:
            self._library.report(error)
            return ()

    def ids(self, article: ArticleId) -> Collection[AnnotationId]:
        """The same in no order, without reading them."""
        return self._library.annotations.ids(article)


class ListLoader:
    """Knows what the list is narrowed to, and how far it has come with it."""

    def __init__(
        self, library: Library, shelf: LoadedArticle, shown: AnnotationList, article: ArticleId | None
    ) -> None:
        """Args: `article` is the one whose annotations are listed; None for the library's."""
        self._library, self._shelf, self._list, self._article = library, shelf, shown, article
        self.typed = ""
        self.filter = ParsedQuery()
        self._matches = compile_for_annotations(self.filter.query, shelf.title, self._is_gone)
        self.total = 0
        """How many there were when it began, whatever the filter."""
        self._left: Iterator[ArticleId] | None = None
        self._waits = False
        """Whether it is not known yet which annotations there are."""
        self._keep: AnnotationId | None = None
        self._index = 0
        self._empty: Sequence[str] = ()
        self._aside: list[Section] | None = None
        """What is to take the place of the list once all of it is there; None where the list itself is being filled."""
        self._again = False
        """Whether annotations have changed since that began."""

    @property
    def under_way(self) -> bool:
        """Whether there is more to come into the list."""
        return self._aside is None and (self._waits or self._left is not None)

    @property
    def lost(self) -> int:
        """How many have no sure place, whatever the filter."""
        if self._waits:
            return 0
        if self._article is not None:
            return sum(map(is_lost, self._library.annotations.of(self._article)))
        return self._library.annotations.lost()

    def narrow(self, typed: str, colours: Sequence[str], today: date) -> bool:
        """Take another filter; whether it is another one."""
        changed = typed != self.typed
        self.typed, self.filter = typed, parse(typed, colours, today)
        self._matches = compile_for_annotations(self.filter.query, self._shelf.title, self._is_gone)
        return changed

    def _is_gone(self, annotation: Annotation) -> bool:
        return annotation.article not in self._library.catalogue

    def begin(self, empty: Sequence[str], *, keep: AnnotationId | None, index: int) -> None:
        """List anew.

        Args:
            empty: What an empty list says.
            keep: The annotation that the cursor is to stand on.
            index: How far down it stands where that one is not listed.
        """
        self._keep, self._index, self._empty = keep, index, empty
        self._aside, self._again = None, False
        self._list.clear(empty)
        self._waits = self._article is None and self._library.annotations.is_being_counted
        self._left = None
        self.total = 0
        if not self._waits:
            self._set_out()

    def renew(self, empty: Sequence[str]) -> None:
        """Find out anew what is asked for, and change the list only then: it is worked with meanwhile."""
        if self._waits or self._left is not None or self._aside is not None:
            self._again = True
            return
        self._aside, self._again, self._empty = [], False, empty
        self._set_out()

    def _set_out(self) -> None:
        self.total = self.count()
        if self._article is not None:
            self._left = iter((self._article,))
        elif self.filter.terms:
            self._left = iter(self._library.annotations.articles())
        else:
            annotating = self._library.annotations
            sections = [Section(each, annotating.count(each)) for each in annotating.articles()]
            if self._aside is not None:
                self._aside += sections
                return
            self._list.extend(sections, cursor=False)
            self._find_kept()

    def count(self) -> int:
        """How many there are now."""
        if self._article is not None:
            return self._library.annotations.count(self._article)
        return self._library.annotations.total

    def nearest(self, ids: Collection[AnnotationId] | None = None) -> AnnotationId | None:
        """Find the annotation that the cursor goes to when annotations are listed again.

        Args:
            ids: Those that will be listed; None for those that there are and that pass the filter.
        """

        def is_listed(annotation_id: AnnotationId) -> bool:
            annotation = self._library.annotations.get(annotation_id)
            if annotation is None or self._article not in {None, annotation.article}:
                return False
            if ids is not None:
                return annotation_id in ids
            return not self.filter.terms or self._matches(annotation)

        return self._list.nearest(is_listed)

    def more(self) -> bool:
        """A slice of the work; whether that was all."""
        if self._waits and not self._library.annotations.is_being_counted:
            self._waits = False
            self._set_out()
        enough = time.monotonic() + SLICE_SECONDS
        found: list[Section] = []
        done = not self._waits
        for article in self._left or ():
            ids = self._asked_for(article)
            if ids:
                found.append(Section(article, len(ids), ids))
            if time.monotonic() > enough:
                done = False
                break
        if self._aside is not None:
            self._aside += found
        elif found:
            self._list.extend(found, cursor=self._keep is None)
            self._find_kept()
        if done:
            self._left = None
            self._finish()
        return done and self._left is None and self._aside is None

    def _finish(self) -> None:
        sections, self._aside = self._aside, None
        if sections is None:
            self._list.settle(self._index)
        else:
            ids = {each for section in sections for each in section.ids or ()}
            kept = self.nearest(ids if self.filter.terms else None)
            self._list.replace(sections, self._empty, self._library.annotations.get(kept) if kept else None)
        if self._again:
            self.renew(self._empty)

    def _asked_for(self, article: ArticleId) -> list[AnnotationId]:
        return [each.id for each in self._library.annotations.of(article) if self._matches(each)]

    def _find_kept(self) -> None:
        kept = self._library.annotations.get(self._keep) if self._keep is not None else None
        if kept is not None and self._list.seek(kept.id, kept.article):
            self._keep = None

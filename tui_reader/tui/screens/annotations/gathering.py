"""Brings annotations into the list: the first of them at once, the rest between the next frames."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui_reader.tui.screens.annotations.filter import Filter, parse
from tui_reader.tui.screens.noting import is_lost

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library import Library
    from tui_reader.tui.widgets.annotation_list import AnnotationList

SLICE_SECONDS = 0.006
"""Work on a long list between two frames: it leaves most of a frame to keys."""
SORTED_UP_TO = 3000
"""Annotations up to which articles are listed by their latest one; beyond, in the order of the store, at once."""
GONE = "An article that is no longer here"


class Gathering:
    """Knows what the list is narrowed to, and how far it has come with it."""

    def __init__(self, library: Library, shown: AnnotationList, article: ArticleId | None) -> None:
        """Args: `article` is the one whose annotations are listed; None for the library's."""
        self._library, self._list, self._article = library, shown, article
        self.typed = ""
        self.filter = Filter()
        self.total = 0
        """How many there were when it began, whatever the filter."""
        self.lost = 0
        """How many of those looked at so far have no sure place."""
        self._left: Iterator[Annotation] | None = None
        self._keep: AnnotationId | None = None
        self._index = 0

    @property
    def under_way(self) -> bool:
        """Whether there is more to come."""
        return self._left is not None

    def narrow(self, typed: str, colours: Sequence[str], today: date) -> bool:
        """Take another filter; whether it is another one."""
        changed = typed != self.typed
        self.typed, self.filter = typed, parse(typed, colours, today)
        return changed

    def begin(self, empty: Sequence[str], *, keep: AnnotationId | None, index: int) -> None:
        """List anew.

        Args:
            empty: What an empty list says.
            keep: The annotation that the cursor is to stand on.
            index: How far down it stands where that one is not listed.
        """
        annotating = self._library.annotating
        self._keep, self._index = keep, index
        self._list.clear(empty)
        self.total, self.lost = self.count(), 0
        if self._article is not None:
            self._left = iter(annotating.of(self._article))
            return
        every = annotating.all()
        self._left = iter(_latest_first(list(every))) if self.total <= SORTED_UP_TO else every

    def count(self) -> int:
        """How many there are now."""
        if self._article is not None:
            return self._library.annotating.count(self._article)
        return self._library.catalogue.counts().annotations

    def more(self) -> bool:
        """A slice of the work; whether that was all."""
        found: list[tuple[ArticleId, AnnotationId]] = []
        enough = time.monotonic() + SLICE_SECONDS
        done = True
        for annotation in self._left or ():
            self.lost += is_lost(annotation)
            if self.filter.passes(annotation, self.title(annotation.article)):
                found.append((annotation.article, annotation.id))
            if time.monotonic() > enough:
                done = False
                break
        self._list.extend(found, keep=self._keep)
        if done:
            self._left = None
            self._list.settle(self._index)
        return done

    def title(self, article: ArticleId) -> str:
        """The title of an article, also of one that is gone."""
        catalogue = self._library.catalogue
        return catalogue.row(article).title if article in catalogue else GONE


def _latest_first(annotations: Sequence[Annotation]) -> list[Annotation]:
    """Annotations by article, the article first that was annotated last; within one as they come."""
    latest: dict[ArticleId, str] = {}
    for annotation in annotations:
        latest[annotation.article] = max(latest.get(annotation.article, ""), annotation.created)
    return sorted(annotations, key=lambda each: (latest[each.article], each.article), reverse=True)

"""Prepare words, tags, colours and states of annotations for article queries, in slices between frames."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui_reader.search.records import annotations_text

if TYPE_CHECKING:
    from tui_reader.services.annotations.annotation_index import AnnotationIndex
    from tui_reader.services.articles.catalogue import MemoryCatalogue


class AnnotationTexts:
    """Updates the search records of a catalogue after annotations change. Used from the library's owner thread.

    Nothing is prepared before the first call of `prepare`, because only a query over annotations needs it: 100,000
    annotations take about 3 s in all.
    """

    def __init__(self, catalogue: MemoryCatalogue, index: AnnotationIndex) -> None:
        self._catalogue, self._index = catalogue, index
        self._changed = False
        self.edition = 0
        """Number of times so far that all changed annotations were prepared."""

    def prepare(self, seconds: float | None = None) -> bool:
        """Prepare articles whose annotations are not prepared, or have changed since.

        Args:
            seconds: Time limit; the next call continues. None for no limit.

        Returns:
            True if articles were prepared, so that results of queries may change.
        """
        deadline = time.monotonic() + seconds if seconds is not None else None
        count = 0
        while (article := self._catalogue.next_unprepared()) is not None:
            self._catalogue.set_annotations(article, annotations_text(self._index.of(article)))
            count += 1
            if deadline is not None and time.monotonic() > deadline:
                break
        self._changed |= count > 0
        if self._changed and self.is_ready:
            self._changed = False
            self.edition += 1
        return count > 0

    @property
    def is_ready(self) -> bool:
        """Return True if all annotations are prepared for queries as they are now."""
        return self._index.is_counted and not self._catalogue.unprepared

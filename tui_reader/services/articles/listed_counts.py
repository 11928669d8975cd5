"""Count the sources and tags of listed articles, in slices, so that keys are handled without delay."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from tui_reader.services.articles.bulk_states import sources_of, tags_of
from tui_reader.services.articles.counts import rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.model.article import ArticleId
    from tui_reader.services.articles.catalogue_interface import Catalogue
    from tui_reader.services.articles.counts import Counts

SLICE = 1_000
"""Number of articles that are counted at a time, which takes 1 ms."""

_Ranked = tuple[tuple[str, int], ...]


class ListedCounts:
    """Counts of the listed articles by source and tag. Used from the library's owner thread."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.uncounted: Sequence[ArticleId] | None = None
        """The articles that are not counted yet; None if counting is finished."""
        self._counting: tuple[Counter[str], Counter[str]] = Counter(), Counter()
        """Counts by source and tag of the articles counted so far."""
        self.found: tuple[Counter[str], Counter[str]] | None = None
        """Counts by source and tag of the list; None for a list of the whole library."""

    @property
    def is_stale(self) -> bool:
        """True while articles are left to count; until then the counts of the former list are shown."""
        return self.uncounted is not None

    def begin(self, ids: Sequence[ArticleId] | None) -> None:
        """Start to count a list; a list of up to `SLICE` articles is counted before this returns.

        Args:
            ids: The listed articles; None if the list is the whole library.
        """
        self.uncounted, self._counting = ids, (Counter(), Counter())
        if ids is None:
            self.found = None
        elif len(ids) <= SLICE:
            self.count_slice()

    def count_slice(self) -> None:
        """Count the next `SLICE` uncounted articles."""
        if self.uncounted is None:
            return
        sources, tags = self._counting
        headlines = self._catalogue.rows(self.uncounted[:SLICE])
        sources.update(sources_of(headlines))
        tags.update(chain.from_iterable(map(set, tags_of(headlines))))
        self.uncounted = self.uncounted[SLICE:] or None
        if self.uncounted is None:
            self.found = self._counting

    def narrowed(self, counts: Counts) -> Counts:
        """Return `counts` with the numbers of sources and tags in the list in place of those in the library.

        All names keep their order, so that the row under the cursor does not move. Names that only the list has, such
        as tags of archived articles, come last.

        Args:
            counts: The counts of the library. They are returned unchanged for a list of the whole library.
        """
        if self.found is None:
            return counts
        sources, tags = self.found
        return counts._replace(sources=_narrowed(counts.sources, sources), tags=_narrowed(counts.tags, tags))


def _narrowed(ranked: _Ranked, found: Counter[str]) -> _Ranked:
    known = {name for name, _ in ranked}
    others = Counter({name: count for name, count in found.items() if name not in known})
    return (*((name, found.get(name, 0)) for name, _ in ranked), *rank(others))

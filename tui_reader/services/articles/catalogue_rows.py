"""The rows of the catalogue, and their sort keys in each order."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from tui_reader.document.normalization import search_key
from tui_reader.model.query import Sort
from tui_reader.search.records import ArticleRecord
from tui_reader.services.articles.counts import has_same_description

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.model.article import Headline


class CatalogueRow(ArticleRecord):
    """A headline with its sort keys, which are computed once."""

    __slots__ = ("folded", "id", "opened", "source", "when")

    def __init__(self, headline: Headline) -> None:
        super().__init__(headline)
        self.id = headline.article.id
        self._set_description(headline)
        self._set_state(headline)

    def set(self, headline: Headline) -> None:
        """Replace the headline by a new headline of the same article."""
        if not has_same_description(self.headline, headline):
            self._description = self._tags = self._kind = None
            if not self._has_same_keys(headline):
                self._set_description(headline)
        self._set_state(headline)

    @staticmethod
    def set_tags(rows: Sequence[CatalogueRow], headlines: Sequence[Headline]) -> None:
        """Replace the headlines of rows by headlines that differ only in tags, so that all sort keys stay valid."""
        for row, headline in zip(rows, headlines, strict=True):
            row.headline = headline
            row._description = row._tags = None

    def keeps_positions(self, headline: Headline) -> bool:
        """Return True if a new headline of the article has the same sort keys in every order."""
        old, new = self.headline.state, headline.state
        return old.opened == new.opened and old.up_next == new.up_next and self._has_same_keys(headline)

    def _has_same_keys(self, headline: Headline) -> bool:
        """Return True if a new headline has the same metadata and corrections, so the same title, source and date.

        Tags are not compared, since no order depends on them.
        """
        return self.headline.article is headline.article and self.headline.state.edits == headline.state.edits

    def _set_description(self, headline: Headline) -> None:
        self.source = headline.field("source")
        self.folded = search_key(headline.title)
        self.when: float = epoch_seconds(headline.field("date")) or headline.article.mtime_ns / 1e9

    def _set_state(self, headline: Headline) -> None:
        self.headline = headline
        self.opened: float = epoch_seconds(headline.state.opened) or 0.0


Entry: TypeAlias = tuple[Any, ...]
"""An element of a sorted list: sort keys, the unique id, and the row, which is never compared."""

_KEYS: dict[Sort, Callable[[CatalogueRow], tuple[Any, ...]]] = {
    Sort.NEWEST: lambda row: (-row.when, row.folded),
    Sort.OLDEST: lambda row: (row.when, row.folded),
    Sort.TITLE: lambda row: (row.folded, -row.when),
    # Articles without a source are sorted last.
    Sort.SOURCE: lambda row: (not row.source, search_key(row.source), -row.when, row.folded),
    Sort.LONGEST: lambda row: (-row.headline.article.metadata.words, -row.when, row.folded),
    Sort.SHORTEST: lambda row: (row.headline.article.metadata.words, -row.when, row.folded),
    Sort.OPENED: lambda row: (-row.opened, -row.when, row.folded),
    Sort.QUEUE: lambda row: (not row.headline.state.up_next, row.headline.state.up_next, -row.when, row.folded),
}


@lru_cache(maxsize=4096)
def epoch_seconds(date: str) -> float | None:
    """Return the seconds since 1970 of an ISO 8601 date or time, UTC by default; None if it is invalid.

    Results are cached, since many articles share a date: 10,000 calls with 2,400 different dates take 3 ms instead of
    14 ms.
    """
    if not date:
        return None
    try:
        when = datetime.fromisoformat(date)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def entry_of(sort: Sort, row: CatalogueRow) -> Entry:
    """Return the element that represents a row in the list sorted by `sort`."""
    return (*_KEYS[sort](row), row.headline.article.id, row)

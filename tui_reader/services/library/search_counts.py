"""Count the articles of each saved search, one search per call, so that keys are not delayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.model.query import Shelf, View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.services.articles.catalogue_interface import Catalogue
    from tui_reader.services.library.searches import Searches


class SearchCounts:
    """The numbers of articles that match each saved search of a library. Used from the library's owner thread."""

    def __init__(self, catalogue: Catalogue, searches: Searches) -> None:
        self._catalogue, self._searches = catalogue, searches
        self._counts: dict[str, int] = {}
        """Number of articles by the text of the query."""
        self._stale: dict[str, None] = {}
        """The queries to count, in this order."""

    def invalidate(self) -> bool:
        """Mark the counts of all searches as outdated, after articles changed.

        Returns:
            True if searches must be counted.
        """
        self._stale = dict.fromkeys(search.query for search in self._searches.all())
        return bool(self._stale)

    def count_next(self, colours: Sequence[str]) -> bool:
        """Count the articles that match the next search.

        Args:
            colours: The reader's names of the highlight colours.

        Returns:
            True if searches are left to count.
        """
        query = next(iter(self._stale), None)
        if query is not None:
            from tui_reader.search.parser import parse  # noqa: PLC0415 - not for the first frame

            del self._stale[query]
            # As in the list that the saved search opens: the space ends the last word.
            self._counts[query] = self._catalogue.count(View(Shelf.INBOX, parse(f"{query} ", colours).while_typing))
        return bool(self._stale)

    def of(self, query: str) -> int:
        """Return the last known number of articles that a query finds; 0 before it was counted."""
        return self._counts.get(query, 0)

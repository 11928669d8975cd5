"""The interface of the catalogue: what screens ask, and what scans and changes of reading states write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from tui_reader.model.article import ArticleId, Headline
    from tui_reader.model.query import Listing, Term, Value
    from tui_reader.search.evaluation import Context
    from tui_reader.search.records import ArticleRecord
    from tui_reader.services.articles.counts import Counts
    from tui_reader.storage.base import Column


class Catalogue(Protocol):
    """The articles of a library, for queries by screens. Used only by the library's owner thread."""

    queued: dict[ArticleId, str]
    """The sort keys of the articles up next. Only the catalogue changes it."""

    def ids(self, view: Listing) -> Sequence[ArticleId]:
        """Return the ids of the articles that match the query of a view, in the order of the view."""

    def ids_so_far(
        self, view: Listing, seconds: float, *, enough: int = 0, beside: ArticleId | None = None
    ) -> tuple[Sequence[ArticleId], bool]:
        """Evaluate a view for a limited time; each call with an equal view continues where the last call ended.

        Args:
            view: The view.
            seconds: Time limit; doubled until `enough` articles have been found.
            enough: Number of matching articles wanted at and after the position of `beside`.
            beside: An article of the library; None for the beginning of the view.

        Returns:
            The ids of the first articles of the view, in its order, and True if these are all.
        """

    def at(self, view: Listing, index: int, count: int) -> Sequence[ArticleId]:
        """Return up to `count` articles of a view, beginning at an index."""

    def position(self, view: Listing, article_id: ArticleId) -> int | None:
        """Return the index of an article in a view; None if the view does not contain the article."""

    def everything(self) -> list[Headline]:
        """Return every article: the inbox, then the archive, both sorted newest first."""

    def bookmarked(self, letter: str) -> Headline | None:
        """Return the article with the bookmark of a capital letter; None if the bookmark is not set.

        If two computers set the letter in different articles, the first of them in `everything` is returned.
        """

    def row(self, article_id: ArticleId, /) -> Headline:
        """Return the headline of an article: metadata and reading state.

        Raises:
            KeyError: The article is not in the library.
        """

    def rows(self, ids: Iterable[ArticleId]) -> list[Headline]:
        """Return the headlines of ids, in the given order; ids neither in the library nor held are left out."""

    def record(self, article_id: ArticleId) -> ArticleRecord | None:
        """Return an article's record for queries; None if the article is not in the library."""

    def count(self, view: Listing) -> int:
        """Return the number of articles of a view."""

    def matching(self, ids: Iterable[ArticleId], query: Term, context: Context) -> list[ArticleId]:
        """Return the ids among `ids` that match a query, in the given order; unknown ids are left out."""

    def set_context(self, today: date, colours: Sequence[str]) -> None:
        """Set the current date and the names of the colours, which queries of views use."""

    def set_texts(self, texts: Mapping[Value, frozenset[ArticleId]]) -> None:
        """Set the results of the text search so far: for each value of `text:`, the articles that contain it."""

    def counts(self) -> Counts:
        """Return the article counts for the sidebar; the cost depends on recent changes, not on library size."""

    def counts_so_far(self) -> tuple[Counts, bool]:
        """Return the article counts without counting sources and tags, which takes 4 ms after a bulk change.

        Returns:
            The counts; and True if they are those of `counts`, False if sources and tags are those before the change.
        """

    def __contains__(self, article_id: object) -> bool: ...

    def __len__(self) -> int: ...


class WritableCatalogue(Catalogue, Protocol):
    """The write interface of a catalogue, for scan results and changes of reading states."""

    def put(self, headlines: Sequence[Headline]) -> None:
        """Add articles, or replace their headlines."""

    def amend(self, column: Column) -> tuple[ArticleId, ...]:
        """Change one field in the states of many articles, faster than `put`; unknown ids are ignored.

        Args:
            column: Edits of a field of `bulk_states.FIELDS`.

        Returns:
            The ids of the column that are in the library or held, in the order of the column.
        """

    def remove(self, ids: Iterable[ArticleId]) -> None:
        """Remove articles; unknown ids are ignored."""

    def hold(self, headline: Headline) -> None:
        """Remove an article from all views; `rows` still returns its headline until `release`."""

    def note_annotations(self, ids: Iterable[ArticleId]) -> None:
        """Record that annotations of articles have changed."""

    def release(self, article_id: ArticleId) -> None:
        """Undo `hold`: delete the headline of the held article. Unknown ids are ignored."""

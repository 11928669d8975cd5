"""Queries over the articles and annotations of a library that `library_of` has opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_reader.model.query import And, Sort, Value
from tui_reader.search.evaluation import (
    AnnotationRecord,
    Context,
    Needle,
    compile_for_annotations,
    limit_of,
    sort_order,
)
from tui_reader.search.explanation import explain
from tui_reader.search.parser import parse
from tui_reader.search.records import SearchedText
from tui_reader.search.text_fields import text_values
from tui_reader.search.values import local_today
from tui_reader.services.headless.session import Articles

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui_reader.config import Settings
    from tui_reader.model.annotation import Annotation
    from tui_reader.model.article import ArticleId, Headline
    from tui_reader.model.query import Term
    from tui_reader.search.parsed_query import ParsedQuery
    from tui_reader.services.library.library import Library


class Listed:
    """A view of the catalogue: a query and an order."""

    def __init__(self, query: Term, sort: Sort) -> None:
        self.query, self.sort = query, sort


class Queries:
    """Runs queries over a library. A call first prepares what its query needs, which may take seconds."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library, self._settings = library, settings

    def parse(self, text: str) -> ParsedQuery:
        """Parse the text of a query."""
        return parse(text, self._settings.colours)

    def explain(self, parsed: ParsedQuery) -> str:
        """Return a line that says in words which articles or annotations a query finds."""
        return explain(parsed.term, self._settings.colours)

    def articles(self, query: Term) -> list[Headline]:
        """Return the articles that match a query, archive included; newest first unless the query sorts."""
        library = self._library
        library.annotation_texts.prepare()
        catalogue = library.catalogue
        context = self._context(query)
        order = sort_order(query) or Sort.NEWEST
        ids = catalogue.ids(Listed(And(), order))
        found = catalogue.matching(ids, query, context)
        return catalogue.rows(found)

    def annotations(self, query: Term, annotations: Iterable[Annotation]) -> list[Annotation]:
        """Return the annotations that match a query, in the given order; at most as many as its `limit:` says."""
        matches = compile_for_annotations(query, self._context(query))
        catalogue = self._library.catalogue
        titles: dict[ArticleId, str] = {}

        def record(annotation: Annotation) -> AnnotationRecord:
            article = catalogue.record(annotation.article)
            if article is None and annotation.article not in titles:
                titles[annotation.article] = self._library.missing_articles.headline(annotation.article).title
            return AnnotationRecord(annotation, article, titles.get(annotation.article, ""))

        found = [each for each in annotations if matches(record(each))]
        limit = limit_of(query)
        return found if limit is None else found[:limit]

    def _context(self, query: Term) -> Context:
        return Context(local_today(), self._settings.colours, self._texts(query))

    def _texts(self, query: Term) -> dict[Value, frozenset[ArticleId]]:
        """Return the articles whose texts contain each value of a query's `text:` fields.

        Reads the texts of all articles; no text if the query has no such field.
        """
        values = list(dict.fromkeys(text_values(query)))
        if not values:
            return {}
        needles = [(value, Needle.of(value.text, is_prefix=value.is_prefix)) for value in values]
        found: dict[Value, set[ArticleId]] = {value: set() for value in values}
        for headline, document in Articles(self._library, self._settings):
            text = SearchedText.of(document.text)
            for value, needle in needles:
                if needle.is_in(text):
                    found[value].add(headline.id)
        return {value: frozenset(ids) for value, ids in found.items()}


def as_json(headline: Headline, path: str, annotations: Sequence[Annotation]) -> dict[str, Any]:
    """Return an article as a flat JSON object; unknown values are null.

    Args:
        headline: The article.
        path: Path of the article's file; empty if the article has no file.
        annotations: The article's annotations.
    """
    state, metadata = headline.state, headline.article.metadata
    return {
        "id": headline.id,
        "title": headline.title,
        "path": path or None,
        "source": headline.field("source") or None,
        "byline": headline.field("byline") or None,
        "date": headline.field("date") or None,
        "url": headline.field("url") or None,
        "language": headline.field("language") or None,
        "tags": list(headline.tags),
        "read": state.read,
        "starred": state.starred,
        "archived": state.archived,
        "up_next": bool(state.up_next),
        "progress": round(state.progress, 4),
        "words": metadata.words,
        "minutes": metadata.minutes,
        "highlights": sum(not each.is_on_article for each in annotations),
        "notes": sum(bool(each.note) for each in annotations),
        "annotations": len(annotations),
        "opened": state.opened or None,
        "finished": state.finished or None,
        "error": headline.article.error or None,
    }

"""The clips of a library: the data that an export writes for each article."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from tui_reader.anchoring.description import document_fingerprint
from tui_reader.exchange.clip import clip
from tui_reader.search.evaluation import limit_of
from tui_reader.services.annotations.reanchoring import find_all
from tui_reader.services.annotations.text_snapshots import kept_texts
from tui_reader.services.articles.parsing_ahead import ParsingAhead, WantedFile
from tui_reader.services.headless.export_pictures import ArticlePictures
from tui_reader.services.headless.queries import Queries
from tui_reader.services.headless.session import file_of, read_document, was_in_folders
from tui_reader.sources.files import MEGABYTE

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence, Set
    from pathlib import Path

    from tui_reader.config import Settings
    from tui_reader.document.blocks import Document
    from tui_reader.exchange.clip import Clip
    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId, Headline
    from tui_reader.model.query import Term
    from tui_reader.search.parsed_query import ParsedQuery
    from tui_reader.services.articles.parsing_ahead import ParsingProcesses
    from tui_reader.services.library.library import Library
    from tui_reader.storage.base import Store

_SHARE_READ_AT_ONCE = 4
"""All annotations are read in one pass if more than a quarter (1 / 4) of the annotated articles are needed."""
_KEPT_CHARACTERS = 8_000_000
"""Number of characters up to which the first clips keep their documents in memory, some 50 MB. Every later clip reads
its document again when a writer asks for it."""


class Clips:
    """Creates the clips of a library that `library_of` has opened."""

    def __init__(
        self,
        library: Library,
        settings: Settings,
        processes: ParsingProcesses | None = None,
        *,
        everywhere: bool = True,
    ) -> None:
        """Create the object; nothing is read yet.

        Args:
            library: The library.
            settings: The current settings.
            processes: Started processes for parsing the first articles; the caller ends them if they are not needed.
            everywhere: True for all annotations in the state file, False for those of articles that are or were in the
                library's folders; annotations that are named by their ids are found in any case.
        """
        self._everywhere = everywhere
        self._library, self._settings, self._processes = library, settings, processes
        self._queries = Queries(library, settings)
        self._latest: tuple[ArticleId, Document | None] = ("", None)
        self._left = _KEPT_CHARACTERS
        self._ahead: ParsingAhead | None = None

    def parse(self, text: str) -> ParsedQuery:
        """Parse the text of a query."""
        return self._queries.parse(text)

    def of_annotations(
        self,
        query: Term,
        only: Container[ArticleId] | None = None,
        chosen: Set[AnnotationId] | None = None,
    ) -> Iterator[Clip]:
        """Yield a clip for each article with annotations that match a query; it has these annotations only.

        The clips are sorted by title.

        Args:
            query: The query.
            only: The articles to consider; None for all.
            chosen: The annotations to consider; None for all.
        """
        library, self._latest, self._left = self._library, ("", None), _KEPT_CHARACTERS
        ids = [each for each in library.annotations.articles() if only is None or each in only]
        if chosen is not None:
            ids = [each for each in ids if not chosen.isdisjoint(library.annotations.ids(each))]
        elif not self._everywhere:
            ids = [each for each in ids if each in library.catalogue or was_in_folders(library, each)]
        headlines = sorted(map(library.missing_articles.headline, ids), key=by_title)
        limit = limit_of(query)
        with self._reading_ahead(headlines):
            for headline in headlines:
                annotations = library.annotations.of(headline.id)
                if chosen is not None:
                    annotations = tuple(each for each in annotations if each.id in chosen)
                for found in self._clips(headline, annotations, query, limit):
                    limit = None if limit is None else limit - len(found.annotations)
                    yield found
                if limit == 0:
                    return

    def articles(self, query: Term) -> list[ArticleId]:
        """Return the articles that match a query, in the order that it sets; newest first if it sets none."""
        return [each.id for each in self._queries.articles(query)]

    def of_articles(self, query: Term, only: Container[ArticleId] | None = None) -> Iterator[Clip]:
        """Yield a clip with all annotations for each article that matches a query, in the order of `articles`.

        Args:
            query: The query.
            only: The articles to consider; None for all.
        """
        self._latest, self._left = ("", None), _KEPT_CHARACTERS  # the file may have changed since the scan
        headlines = [each for each in self._queries.articles(query) if only is None or each.id in only]
        with self._reading_ahead(headlines):
            for headline in headlines:
                yield from self._clips(headline, self._library.annotations.of(headline.id), None)

    @contextmanager
    def _reading_ahead(self, headlines: Sequence[Headline]) -> Iterator[None]:
        """Read the texts and annotations of articles ahead until the context ends, where that is faster.

        All annotations are read in one pass, if those of enough articles are needed, and the texts of annotated
        articles are parsed in other processes.

        Args:
            headlines: The articles, in the order in which their clips are created.
        """
        annotations = self._library.annotations
        annotated = frozenset(annotations.articles())
        files = self._files(each for each in headlines if each.id in annotated)
        ahead = self._ahead = ParsingAhead(files, self._settings.max_file_mb * MEGABYTE, started=self._processes)
        try:
            if _SHARE_READ_AT_ONCE * len(headlines) > len(annotated):
                annotations.read_all()
            yield
        finally:
            ahead.close()
            self._ahead = None

    def _files(self, headlines: Iterable[Headline]) -> Iterator[WantedFile]:
        """Yield the files of those articles that have one."""
        for headline in headlines:
            path = file_of(self._library, headline.id)
            if path is not None:
                yield WantedFile(path, headline.state.whole)

    def _clips(
        self, headline: Headline, annotations: Sequence[Annotation], query: Term | None, limit: int | None = None
    ) -> Iterator[Clip]:
        """Yield the clip of an article; none if a query is given and no annotation matches it.

        Args:
            headline: The article.
            annotations: Its annotations.
            query: Selects among them; None for all.
            limit: Maximum number of annotations; None for no limit.
        """
        library, path = self._library, file_of(self._library, headline.id)
        document = self._document(headline, path) if annotations else None
        if document is not None:
            annotations = place(annotations, document, library.store)
        if query is not None:
            annotations = self._queries.annotations(query, annotations)[:limit]
            if not annotations:
                return
        self._left -= len(document.text) if document is not None else 0
        load = None if document is not None and self._left >= 0 else partial(self._document, headline, path)
        file = str(path) if path is not None else ""
        picture = None
        if path is not None:
            picture = ArticlePictures(library.paths, path, self._settings.max_file_mb * MEGABYTE).read
        yield clip(headline, annotations, document, self._settings.colours, file=file, load=load, picture=picture)

    def _document(self, headline: Headline, path: Path | None) -> Document | None:
        """Return the text of an article, or its last kept text if the file is missing; caches the last document."""
        if self._latest[0] != headline.id:
            document = None
            if path is not None and self._ahead is not None:
                document = self._ahead.document(WantedFile(path, headline.state.whole))
            elif path is not None:
                document = read_document(path, self._settings, whole=headline.state.whole)
            self._latest = headline.id, document or self._library.missing_articles.document(headline.id)
        return self._latest[1]


def by_title(headline: Headline) -> tuple[str, ArticleId]:
    """Return a key that sorts articles by title."""
    return headline.title.casefold(), headline.id


def place(annotations: Sequence[Annotation], document: Document, store: Store) -> list[Annotation]:
    """Return annotations with their positions in a text; nothing is written to the state.

    Args:
        annotations: The annotations.
        document: The text.
        store: The store, which has the texts in which the annotations were marked.
    """
    fingerprint = document_fingerprint(document)
    wanted = {
        each.id: each.current
        for each in annotations
        if each.current is not None and (each.placed is None or each.placed.fingerprint != fingerprint)
    }
    if not wanted:
        return list(annotations)
    found = find_all(wanted, kept_texts(store, wanted.values()), document)
    return [each._replace(placed=found[each.id]) if each.id in found else each for each in annotations]

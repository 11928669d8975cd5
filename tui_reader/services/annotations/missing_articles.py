"""What is known of articles that are no longer in the library: who they were, where they stood, what they said."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import TYPE_CHECKING

from tui_reader.document.clean import clean_line, escape
from tui_reader.model.article import Article, Headline
from tui_reader.services.annotations.revisions import SEEN
from tui_reader.services.articles.article_records import LOCATION, decode, decode_description
from tui_reader.storage.base import ARTICLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui_reader.document.blocks import Document
    from tui_reader.model.annotation import Annotation
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.library_paths import LibraryPaths
    from tui_reader.services.library.state import LibraryState

STDIN_PREFIX = "stdin:"
"""Begins the name of what was read from standard input."""


class MissingArticles:
    """Used from the thread that owns the library."""

    def __init__(self, state: LibraryState, places: LibraryPaths, text_of: Callable[[str], str | None]) -> None:
        """Args: `text_of` gives a text that is kept, by its fingerprint."""
        self._state, self._places, self._text_of = state, places, text_of
        self._document: tuple[str, Document] | None = None

    def headline(self, article: ArticleId) -> Headline:
        """An article, also one that is gone: with the name, source and path that it had when it was annotated."""
        if article in self._state.catalogue:
            return self._state.catalogue.row(article)
        record = self._state.store.get(ARTICLES, article)
        state, metadata = decode(record), decode_description(record)
        location = self._location(record.get(LOCATION) if record else None)
        if not metadata.title and "title" not in state.edits:
            stem = PurePath(location).stem if location != "-" else ""
            metadata = metadata._replace(title=stem or clean_line(article) or "?", guessed=frozenset({"title"}))
        if not metadata.url and article.startswith(("http://", "https://")):
            metadata = metadata._replace(url=clean_line(article))
        notes = self._state.annotation_index.known_count(article)
        return Headline(Article(article, location, metadata), state, notes)

    def whereabouts(self, article: ArticleId) -> str:
        """Where an article is that is not in the library, as far as its last path tells; empty for one that is."""
        if article in self._state.catalogue:
            return ""
        record = self._state.store.get(ARTICLES, article)
        name = record.get(LOCATION) if record else None
        location = self._location(name)
        if not location or location == "-" or not isinstance(name, str):
            return "gone"
        is_there = os.path.lexists(self._places.path_of(name))
        return f"{'elsewhere' if is_there else 'gone'}: {location}"

    def text(self, article: ArticleId, annotation: Annotation | None = None) -> str | None:
        """The last text of an article that is kept; the one that an annotation stands in, if that is asked for."""
        return next((text for mark in self._marks(article, annotation) if (text := self._text_of(mark))), None)

    def document(self, article: ArticleId, annotation: Annotation | None = None) -> Document | None:
        """The same as a document of plain paragraphs, in which ranges count as they did; None where it is not kept."""
        for mark in self._marks(article, annotation):
            if self._document is not None and self._document[0] == mark:
                return self._document[1]
            text = self._text_of(mark)
            if text:
                self._document = mark, _plain(text, self.headline(article))
                return self._document[1]
        return None

    def near(self, annotation: Annotation, document: Document) -> int:
        """The code point of a document at which the passage of an annotation would stand, were it still there."""
        # Here and below not for the first frame (5 ms): most highlights have their places.
        from tui_reader.anchoring.context import near  # noqa: PLC0415

        current = annotation.current
        if current is None:
            return 0
        return near(current, document.text, self._text_of(current.fingerprint))

    def quote(self, annotation: Annotation, style: str) -> str:
        """An annotation's words with all that is known of where they are from, though they are not there any more.

        Raises:
            ValueError: It has no words, or there is no such style.
        """
        from tui_reader.exchange.quotes import place_name, quote_words  # noqa: PLC0415

        current = annotation.current
        place = "" if current is None else place_name(current.start, current.end)
        return quote_words(self.headline(annotation.article), annotation.quote, style, place)

    def _marks(self, article: ArticleId, annotation: Annotation | None) -> Iterator[str]:
        """Fingerprints of texts that may be kept, the most wanted first."""
        for each in (annotation,) if annotation is not None else ():
            if each.placed is not None and each.placed.is_certain:
                yield each.placed.fingerprint
            if each.current is not None:
                yield each.current.fingerprint
        seen = (self._state.store.get(ARTICLES, article) or {}).get(SEEN)
        if isinstance(seen, str):
            yield seen
        for each in sorted(self._state.annotation_index.of(article), key=lambda other: other.id, reverse=True):
            if each.current is not None:
                yield each.current.fingerprint

    def _location(self, name: object) -> str:
        """How a person calls the file of a name."""
        if not isinstance(name, str) or not name:
            return ""
        if name.startswith(STDIN_PREFIX):
            return "-"
        return escape(self._places.location_of(str(self._places.path_of(name))))


def _plain(text: str, headline: Headline) -> Document:
    """A text of which nothing else is known, as paragraphs."""
    from tui_reader.document.blocks import Block, BlockKind, DocumentBuilder  # noqa: PLC0415 - not for the first frame

    builder = DocumentBuilder()
    for paragraph in text.split("\n"):
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), paragraph)
    return builder.build(headline.article.metadata)

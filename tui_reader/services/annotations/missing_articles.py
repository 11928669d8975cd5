"""Access to the metadata, the last location and the last text of missing articles."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import TYPE_CHECKING

from tui_reader.document.cleaning import clean_line, escape
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
"""Prefix of the file names that annotations record for articles from standard input."""


class MissingArticles:
    """Look-up of metadata and texts of articles whose files are missing; used from the library's thread."""

    def __init__(self, state: LibraryState, paths: LibraryPaths, text_of: Callable[[str], str | None]) -> None:
        """Create the look-up for a library.

        Args:
            state: The library's state.
            paths: The paths of the library.
            text_of: Returns a kept text by its fingerprint; None if no such text is kept.
        """
        self._state, self._paths, self._text_of = state, paths, text_of
        self._document: tuple[str, Document] | None = None

    def headline(self, article: ArticleId) -> Headline:
        """Return an article's headline; for a missing article from the metadata kept with its annotations."""
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

    def last_location(self, article: ArticleId) -> str:
        """Return where a missing article was last; empty for an article in the library.

        `gone: PATH` if no file is at its last path; `elsewhere: PATH` if a file is there, but the library as it was
        opened does not contain it; `gone` if no path is known.
        """
        if article in self._state.catalogue:
            return ""
        record = self._state.store.get(ARTICLES, article)
        name = record.get(LOCATION) if record else None
        location = self._location(name)
        if not location or location == "-" or not isinstance(name, str):
            return "gone"
        is_there = os.path.lexists(self._paths.path_of(name))
        return f"{'elsewhere' if is_there else 'gone'}: {location}"

    def text(self, article: ArticleId, annotation: Annotation | None = None) -> str | None:
        """Return the latest text of an article that the store or the cache has; None if neither has one.

        Args:
            article: The article.
            annotation: The annotation whose text to prefer: the text in which it is placed.
        """
        return next(
            (text for fingerprint in self._fingerprints(article, annotation) if (text := self._text_of(fingerprint))),
            None,
        )

    def document(self, article: ArticleId, annotation: Annotation | None = None) -> Document | None:
        """Return the text that `text` returns as a document, one paragraph for each line; None if there is none."""
        for fingerprint in self._fingerprints(article, annotation):
            if self._document is not None and self._document[0] == fingerprint:
                return self._document[1]
            text = self._text_of(fingerprint)
            if text:
                self._document = fingerprint, _plain(text, self.headline(article))
                return self._document[1]
        return None

    def likely_offset(self, annotation: Annotation, document: Document) -> int:
        """Return the offset in a document at which an annotation's missing passage most likely was.

        0 for a note on the whole article.
        """
        # Imported only where needed, not for the first frame (5 ms): most passages are found.
        from tui_reader.anchoring.context import estimate_position  # noqa: PLC0415

        current = annotation.current
        if current is None:
            return 0
        return estimate_position(current, document.text, self._text_of(current.fingerprint))

    def quote(self, annotation: Annotation, style: str) -> str:
        """Return the marked words of an annotation as a quote with its source; the article's text is not needed.

        Args:
            annotation: The annotation.
            style: The name of a quote style in `tui_reader.exchange.registry`.

        Raises:
            ValueError: The annotation has no words, or the style does not exist.
        """
        from tui_reader.exchange.quotes import place_name, quote_words  # noqa: PLC0415 - only if the text is missing

        current = annotation.current
        place = "" if current is None else place_name(current.start, current.end)
        return quote_words(self.headline(annotation.article), annotation.quote, style, place)

    def _fingerprints(self, article: ArticleId, annotation: Annotation | None) -> Iterator[str]:
        """Yield the fingerprints of texts of an article that the store or the cache may have.

        First the texts in which `annotation` is placed and was made; then the text that the user read last; then those
        in which the article's annotations were made, the newest annotation first.
        """
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
        """Return the path to show for a recorded file name; `-` for standard input, empty for no name."""
        if not isinstance(name, str) or not name:
            return ""
        if name.startswith(STDIN_PREFIX):
            return "-"
        return escape(self._paths.location_of(str(self._paths.path_of(name))))


def _plain(text: str, headline: Headline) -> Document:
    """Return a document with one paragraph for each line of a text."""
    from tui_reader.document.blocks import Block, BlockKind, DocumentBuilder  # noqa: PLC0415 - not for the first frame

    builder = DocumentBuilder()
    for paragraph in text.split("\n"):
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), paragraph)
    return builder.build(headline.article.metadata)

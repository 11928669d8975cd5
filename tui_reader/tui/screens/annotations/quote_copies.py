"""Copy annotations as quotes with their sources, after reading the texts that are not in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.exchange.quotes import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.library import Library


class QuoteCopies:
    """Collects the quotes of annotations while their texts are read. A new copy cancels an incomplete one."""

    def __init__(self, library: Library, done: Callable[[str, int], None]) -> None:
        """Store the library; `done` is called with all quotes as one text, and their number."""
        self._library, self._done = library, done
        self._waiting: list[AnnotationId] = []
        self._quotes: list[str] = []
        self._style = ""

    @property
    def article(self) -> ArticleId | None:
        """The article whose text is loading for the copy; None if no copy is in progress."""
        annotation = self._library.annotations.get(self._waiting[0]) if self._waiting else None
        return annotation.article if annotation is not None else None

    def begin(self, ids: Sequence[AnnotationId], style: str) -> None:
        """Start to copy annotations in a quote style."""
        self._waiting, self._quotes, self._style = list(ids), [], style
        self.go_on()

    def go_on(self) -> None:
        """Quote the annotations whose texts are in memory; called again after each text that was read."""
        if not self._waiting:
            return
        while self._waiting:
            annotation = self._library.annotations.get(self._waiting[0])
            if annotation is not None and not self._quote(annotation):
                return
            self._waiting.pop(0)
        self._done("\n".join(self._quotes), len(self._quotes))

    def _quote(self, annotation: Annotation) -> bool:
        """Quote one annotation: the words at its position, or the words once marked if no position is certain.

        Returns:
            True if the annotation was quoted; False if its text must be read first.
        """
        library, placed = self._library, annotation.placed
        if placed is None or not placed.is_certain or annotation.article not in library.catalogue:
            self._quotes.append(library.missing_articles.quote(annotation, self._style))
            return True
        document = library.documents.get(annotation.article)
        if document is None or document.partial:
            library.documents.want(annotation.article)
            return False
        headline = library.catalogue.row(annotation.article)
        start, end = placed.range
        if end <= len(document.text) and document.text[start:end].strip():
            self._quotes.append(quote(headline, document, start, end, self._style))
        else:
            self._quotes.append(library.missing_articles.quote(annotation, self._style))
        return True

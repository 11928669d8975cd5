"""Count words and field values of articles for query completion, in slices between frames."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui_reader.search.vocabulary import Vocabulary, VocabularyBuilder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tui_reader.search.records import ArticleRecord
    from tui_reader.services.articles.annotation_texts import AnnotationTexts
    from tui_reader.services.articles.catalogue import MemoryCatalogue


class QueryWords:
    """The vocabulary of a library, for query completion. Used from the library's owner thread.

    The vocabulary is counted when a query is first typed (0.2 s for 10,000 articles), and again after metadata of
    articles or annotations change; until then the last vocabulary is used.
    """

    def __init__(
        self, catalogue: MemoryCatalogue, tags: Callable[[], Iterable[str]], annotations: AnnotationTexts
    ) -> None:
        """Create an empty vocabulary; `prepare` counts.

        Args:
            catalogue: The articles.
            tags: Returns all tags of articles and annotations.
            annotations: Prepares the notes and quotes whose words are counted.
        """
        self._catalogue, self._tags, self._annotations = catalogue, tags, annotations
        self._vocabulary = Vocabulary()
        self._counted = (-1, -1)
        """The editions of catalogue and annotations in the last count, or in the one that `prepare` has begun."""
        self._builder = VocabularyBuilder()
        self._remaining: Iterator[ArticleRecord] | None = None

    @property
    def vocabulary(self) -> Vocabulary:
        """The words and values of the last complete count."""
        return self._vocabulary

    @property
    def _editions(self) -> tuple[int, int]:
        return self._catalogue.edition, self._annotations.edition

    @property
    def is_ready(self) -> bool:
        """Return True if the vocabulary is up to date: all articles and annotations were counted as they are now."""
        return self._remaining is None and self._counted == self._editions

    def prepare(self, seconds: float | None = None) -> bool:
        """Count words and values again if articles or annotations have changed since the last count.

        Args:
            seconds: Time limit; the next call continues. None for no limit.

        Returns:
            True if the vocabulary is up to date, see `is_ready`; False if it must be called again.
        """
        if self._remaining is None:
            if self._counted == self._editions:
                return True
            self._counted = self._editions
            self._builder, self._remaining = VocabularyBuilder(), iter(self._catalogue.records())
        deadline = time.monotonic() + seconds if seconds is not None else None
        for number, record in enumerate(self._remaining):
            self._builder.add(record)
            if deadline is not None and not number % 16 and time.monotonic() > deadline:
                return False
        self._builder.add_tags(self._tags())
        self._vocabulary, self._remaining = self._builder.build(), None
        return self._counted == self._editions

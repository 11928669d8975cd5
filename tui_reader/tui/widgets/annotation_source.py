"""The sections of a list of annotations, and the protocol of the source of its annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId


class Section(NamedTuple):
    """Annotations of one article, listed under its title."""

    article: ArticleId
    size: int
    """Number of annotations in the section."""
    ids: Sequence[AnnotationId] | None = None
    """Ids in the order of the text. None: all annotations of the article, read when the section is visible."""


class Source(Protocol):
    """Protocol of the object that supplies a list of annotations with its data. No method waits for the disk."""

    def get(self, annotation: AnnotationId) -> Annotation | None:
        """Return an annotation by id; None if it no longer exists."""

    def title(self, article: ArticleId) -> str:
        """Return the title of an article."""

    def in_order(self, article: ArticleId) -> Sequence[AnnotationId]:
        """Return the ids of an article's annotations in the order of its text, which needs the annotations' data."""

    def ids(self, article: ArticleId) -> Collection[AnnotationId]:
        """Return the ids of an article's annotations in any order, without reading the annotations."""

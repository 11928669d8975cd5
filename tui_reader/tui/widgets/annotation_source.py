"""The sections of a list of annotations, and the protocol that it gets annotations by."""

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
    """Number of annotations."""
    ids: Sequence[AnnotationId] | None = None
    """The annotations in the order of the text; None for all of the article, which are read once they are visible."""


class Source(Protocol):
    """Gives a list the annotations that it paints; all are in memory, or read at once."""

    def get(self, annotation: AnnotationId) -> Annotation | None:
        """Return an annotation; None if it does not exist any more."""

    def title(self, article: ArticleId) -> str:
        """Return the title of an article."""

    def in_order(self, article: ArticleId) -> Sequence[AnnotationId]:
        """Return the annotations of an article in the order of its text. The first call for an article reads them."""

    def ids(self, article: ArticleId) -> Collection[AnnotationId]:
        """Return the annotations of an article in any order, without reading them."""

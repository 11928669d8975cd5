"""What a list of annotations is made of, and whom it asks for them."""

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
    """How many there are."""
    ids: Sequence[AnnotationId] | None = None
    """The annotations in the order of the text; None for all of the article, which are asked for once they are seen."""


class Source(Protocol):
    """What the list asks for what it paints; everything is in memory, or read at once."""

    def get(self, annotation: AnnotationId) -> Annotation | None:
        """An annotation; None if it is gone."""

    def title(self, article: ArticleId) -> str:
        """The title of an article."""

    def in_order(self, article: ArticleId) -> Sequence[AnnotationId]:
        """The annotations of an article in the order of its text. Costs reading them, the first time."""

    def ids(self, article: ArticleId) -> Collection[AnnotationId]:
        """The same in no order; costs next to nothing."""

"""Select annotations by whether their place in the text is certain, for assertions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_reader.services.annotations.reanchoring import paintable_in

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.model.annotation import Annotation
    from tui_reader.services.annotations.editing import AnnotationEditing


def placed_in(document: Document, annotations: AnnotationEditing, article: str) -> tuple[Any, ...]:
    """Return the annotations of an article whose place in the given document is certain."""
    return tuple(filter(paintable_in(document), annotations.of(article)))


def orphans(annotations: AnnotationEditing) -> tuple[Annotation, ...]:
    """Return the annotations of a library whose passage has no certain place: orphaned and ambiguous ones."""
    return tuple(each for each in annotations.all() if each.placed is not None and not each.placed.is_certain)

"""The pending annotation that needs a new range: a highlight to resize, or an orphan to attach."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.command_texts import Hint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.model.annotation import AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.tui.screens.reading.state import ReadingScreenState


class Pending(NamedTuple):
    """An annotation that the next highlighting key attaches to a new range of its article."""

    annotation: AnnotationId
    article: ArticleId | None
    selection: int | None
    """Number of the selection that resizes a highlight; None if any passage of the article may be chosen."""


class AttachActions:
    """Stores the annotation, if any, that the next highlighting key attaches to a new range.

    Resizing a highlight ends with its selection. An annotation without a position stays pending until the user goes
    back a level or opens another article.
    """

    def __init__(self, state: ReadingScreenState) -> None:
        """Start without a pending annotation."""
        self._state = state
        self.pending: Pending | None = None
        """The pending annotation; may be outdated, see `annotation`."""

    def begin(self, annotation: AnnotationId, *, resize: bool) -> None:
        """Let the next highlighting key change the range of an annotation.

        Args:
            annotation: The annotation.
            resize: True to resize a highlight; its selection must have begun.
        """
        number = self._state.panes.article.selection.number if resize else None
        self.pending = Pending(annotation, self._state.shown, number)

    def end(self) -> bool:
        """Discard the pending annotation.

        Returns:
            True if an annotation was pending.
        """
        pending, self.pending = self.annotation, None
        return pending is not None

    @property
    def annotation(self) -> AnnotationId | None:
        """The pending annotation; None if none is pending, or if it was deleted or can no longer be attached."""
        if self.pending is not None and not self._holds(self.pending):
            self.pending = None
        return self.pending.annotation if self.pending is not None else None

    def _holds(self, pending: Pending) -> bool:
        pane, annotation = self._state.panes.article, self._state.library.annotations.get(pending.annotation)
        if annotation is None or annotation.article != pending.article:
            # The annotation was deleted, or transferred to another article.
            return False
        lasts = pending.selection is None or (bool(pane.selection.kind) and pane.selection.number == pending.selection)
        return lasts and pending.article == self._state.shown

    def hints(self) -> Sequence[Hint]:
        """Return the hints for the last row while an annotation is pending."""
        if self._state.pane is not Pane.ARTICLE or self.annotation is None or self.pending is None:
            return ()
        keymap = self._state.keymap
        resized = self.pending.selection is not None
        return (
            Hint(keymap.hint("highlight"), "resize" if resized else "attach here", stays=True),
            Hint(keymap.hint("back"), "leave as it was", stays=True),
        )

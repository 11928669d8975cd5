"""A highlight that is about to be put elsewhere: one that is resized, or one that has no place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.describe import Hint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.model.annotation import AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.tui.screens.reading.state import ReadingScreenState


class _Pending(NamedTuple):
    annotation: AnnotationId
    article: ArticleId | None
    selection: int | None
    """Number of the selection that changes the highlight; None where any passage of the article will do."""


class AttachActions:
    """Which highlight the next highlighting key puts elsewhere, if any.

    One that is resized is so while that very selection lasts, however that ends. One without a place waits for a
    passage of its article until the reader goes back a level or to another article.
    """

    def __init__(self, state: ReadingScreenState) -> None:
        """Nothing waits yet."""
        self._state = state
        self._pending: _Pending | None = None

    def begin(self, annotation: AnnotationId, *, resize: bool) -> None:
        """Let the next highlighting key put a highlight elsewhere; to resize it, a selection must have begun."""
        number = self._state.panes.article.selection.number if resize else None
        self._pending = _Pending(annotation, self._state.shown, number)

    def end(self) -> bool:
        """Put nothing elsewhere any more; whether that was to be done."""
        pending, self._pending = self.annotation, None
        return pending is not None

    @property
    def annotation(self) -> AnnotationId | None:
        """The highlight that waits; None where none does."""
        if self._pending is not None and not self._holds(self._pending):
            self._pending = None
        return self._pending.annotation if self._pending is not None else None

    def _holds(self, pending: _Pending) -> bool:
        pane, annotation = self._state.panes.article, self._state.library.annotations.get(pending.annotation)
        if annotation is None or annotation.article != pending.article:
            # It was deleted meanwhile, or its notes were given to another article.
            return False
        lasts = pending.selection is None or (bool(pane.selection.kind) and pane.selection.number == pending.selection)
        return lasts and pending.article == self._state.shown

    def hints(self) -> Sequence[Hint]:
        """What the last row says as long as a highlight waits."""
        if self._state.pane is not Pane.ARTICLE or self.annotation is None or self._pending is None:
            return ()
        keymap = self._state.keymap
        resized = self._pending.selection is not None
        return (
            Hint(keymap.hint("highlight"), "resize" if resized else "attach here", stays=True),
            Hint(keymap.hint("back"), "leave as it was", stays=True),
        )

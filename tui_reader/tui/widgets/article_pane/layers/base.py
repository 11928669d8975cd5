"""The base class of the layers of the article pane, and the stack that forwards events to all layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.model.ranges import Range
    from tui_reader.tui.widgets.article_pane.page import Page
    from tui_reader.tui.widgets.article_pane.painter import Overlay

    Carry: TypeAlias = Callable[[Range], tuple[int, int] | None]
    """A function from a range of the shown text to its range in the new text; None if the new one lacks the passage."""


class Layer:
    """Base class of the layers of the pane. Each method is a hook that does nothing by default."""

    is_idle = False
    """True while the layer paints nothing and no hook would change it: the stack then calls none of its hooks.

    Each frame asks for the overlays of every row, and most layers are idle most of the time.
    """

    def overlays(self, start: int, end: int) -> Sequence[Overlay]:
        """Return the overlays that the layer paints over a range of the text, the topmost last."""
        return ()

    def reset(self) -> None:
        """Discard all state before another article is shown. Must not use the page, which is obsolete."""

    def document_changed(self, old: Document | None, new: Document, carry: Carry | None) -> None:
        """Adapt the state to another text of the same article, before it is shown.

        Args:
            old: The text shown until now; None if it was still loading.
            new: The text that replaces it.
            carry: Maps ranges of the old text to the new text; None if the mapping is unknown.
        """

    def page_made(self, page: Page) -> None:
        """Adapt a new page, such as by inserting notes, before it is shown at the reading position."""

    def laid_out(self) -> None:
        """React to a new page, width or height, before the page is painted."""

    def scrolled(self) -> None:
        """React to scrolling, before the newly visible rows are painted."""

    def active_changed(self, active: bool) -> None:
        """React to the pane becoming active (it gets the keys) or inactive."""

    def attention_changed(self) -> None:
        """React to a change of the focus or the caret."""

    def highlights_changed(self) -> None:
        """React to a change of the highlights or of the current highlight, before the next frame."""

    def selection_changing(self) -> None:
        """React before a selection starts or changes, while the selection still has its former value."""

    def selection_ended(self) -> None:
        """React to the end of the selection."""


class LayerStack:
    """The layers of a pane. The stack forwards each event to all layers that are not idle, in paint order."""

    def __init__(self) -> None:
        self.layers: tuple[Layer, ...] = ()
        """The layers in paint order, the topmost last."""

    def overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """Return the overlays of all layers on a range of the text, the topmost last."""
        found: tuple[Overlay, ...] = ()
        for layer in self.layers:
            if not layer.is_idle and (over := layer.overlays(start, end)):
                found = (*found, *over)
        return found

    def reset(self) -> None:
        """Call `Layer.reset` of each layer that is not idle, in paint order."""
        for layer in self.layers:
            if not layer.is_idle:
                layer.reset()

    def document_changed(self, old: Document | None, new: Document, carry: Carry | None) -> None:
        """Call `Layer.document_changed` of each layer that is not idle, in paint order."""
        for layer in self.layers:
            if not layer.is_idle:
                layer.document_changed(old, new, carry)

    def page_made(self, page: Page) -> None:
        """Call `Layer.page_made` of each layer that is not idle, in paint order."""
        for layer in self.layers:
            if not layer.is_idle:
                layer.page_made(page)

    def laid_out(self) -> None:
        """Call `Layer.laid_out` of each layer that is not idle, in paint order."""
        for layer in self.layers:
            if not layer.is_idle:
                layer.laid_out()

    def scrolled(self) -> None:
        """Call `Layer.scrolled` of each layer that is not idle, in paint order."""
        for layer in self.layers:
            if not layer.is_idle:
                layer.scrolled()

    def active_changed(self, active: bool) -> None:
        """Call `Layer.active_changed` of each layer that is not idle, in paint order."""
        for layer in self.layers:
            if not layer.is_idle:
                layer.active_changed(active)

    def attention_changed(self) -> None:
        """Call `Layer.attention_changed` of each layer that is not idle, in paint order."""
        for layer in self.layers:
            if not layer.is_idle:
                layer.attention_changed()

    def highlights_changed(self) -> None:
        """Call `Layer.highlights_changed` of each layer that is not idle, in paint order."""
        for layer in self.layers:
            if not layer.is_idle:
                layer.highlights_changed()

    def selection_changing(self) -> None:
        """Call `Layer.selection_changing` of each layer that is not idle, in paint order."""
        for layer in self.layers:
            if not layer.is_idle:
                layer.selection_changing()

    def selection_ended(self) -> None:
        """Call `Layer.selection_ended` of each layer that is not idle, in paint order."""
        for layer in self.layers:
            if not layer.is_idle:
                layer.selection_ended()

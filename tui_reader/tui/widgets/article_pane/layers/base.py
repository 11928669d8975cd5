"""The base of the layers of the article pane, and the stack that passes each event on to all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.model.ranges import Range
    from tui_reader.tui.widgets.article_pane.page import Page
    from tui_reader.tui.widgets.article_pane.painter import Overlay

    Carry: TypeAlias = Callable[[Range], tuple[int, int] | None]
    """Maps a range of the shown text to the text that replaces it; None if the range is gone."""


class Layer:
    """A layer of the pane. Each method is a hook that does nothing by default."""

    def overlays(self, start: int, end: int) -> Sequence[Overlay]:
        """Return what the layer paints over a range of the text, the topmost last."""
        return ()

    def reset(self) -> None:
        """Drop all state: another article is about to be shown. Must not use the page, which is obsolete."""

    def document_changed(self, old: Document | None, new: Document, carry: Carry | None) -> None:
        """Adapt the state to another text of the same article, before it is shown.

        Args:
            old: The text shown until now; None if it was still loading.
            new: The text that replaces it.
            carry: Maps ranges of the old text to the new one; None if the mapping is unknown.
        """

    def page_made(self, page: Page) -> None:
        """Prepare a page that is about to be shown, before the place on it is restored."""

    def laid_out(self) -> None:
        """React to another page, width or height, before it is painted."""

    def scrolled(self) -> None:
        """React to other visible rows, before they are painted."""

    def active_changed(self, active: bool) -> None:
        """React to the pane becoming active (it gets the keys) or inactive."""

    def attention_changed(self) -> None:
        """React to another focus or caret."""

    def highlights_changed(self) -> None:
        """React to other highlights, or to another current highlight, before they are painted."""

    def selection_changing(self) -> None:
        """React before a selection starts or changes; the selection is still the former one."""

    def selection_ended(self) -> None:
        """React to the end of the selection."""


class LayerStack:
    """The layers of a pane. Passes each event on to all of them, in paint order."""

    def __init__(self) -> None:
        self.layers: tuple[Layer, ...] = ()
        """In paint order, the topmost last."""

    def overlays(self, start: int, end: int) -> tuple[Overlay, ...]:
        """Return the overlays of all layers on a range of the text, the topmost last."""
        found: tuple[Overlay, ...] = ()
        for layer in self.layers:
            over = layer.overlays(start, end)
            if over:
                found = (*found, *over)
        return found

    def reset(self) -> None:
        """See `Layer.reset`."""
        for layer in self.layers:
            layer.reset()

    def document_changed(self, old: Document | None, new: Document, carry: Carry | None) -> None:
        """See `Layer.document_changed`."""
        for layer in self.layers:
            layer.document_changed(old, new, carry)

    def page_made(self, page: Page) -> None:
        """See `Layer.page_made`."""
        for layer in self.layers:
            layer.page_made(page)

    def laid_out(self) -> None:
        """See `Layer.laid_out`."""
        for layer in self.layers:
            layer.laid_out()

    def scrolled(self) -> None:
        """See `Layer.scrolled`."""
        for layer in self.layers:
            layer.scrolled()

    def active_changed(self, active: bool) -> None:
        """See `Layer.active_changed`."""
        for layer in self.layers:
            layer.active_changed(active)

    def attention_changed(self) -> None:
        """See `Layer.attention_changed`."""
        for layer in self.layers:
            layer.attention_changed()

    def highlights_changed(self) -> None:
        """See `Layer.highlights_changed`."""
        for layer in self.layers:
            layer.highlights_changed()

    def selection_changing(self) -> None:
        """See `Layer.selection_changing`."""
        for layer in self.layers:
            layer.selection_changing()

    def selection_ended(self) -> None:
        """See `Layer.selection_ended`."""
        for layer in self.layers:
            layer.selection_ended()

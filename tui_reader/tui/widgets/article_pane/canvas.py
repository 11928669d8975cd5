"""What the viewport needs of the widget that paints it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.geometry import Region, Size
    from textual.timer import Timer


class Canvas(Protocol):
    """The widget that paints the viewport."""

    @property
    def size(self) -> Size:
        """Cells of the widget."""

    @property
    def is_mounted(self) -> bool:
        """True as soon as the widget can be painted."""

    def repaint(self, *regions: Region) -> None:
        """Repaint regions with the next frame; everything if none is given."""

    def drop_painted(self) -> None:
        """Drop all cached rows."""

    def page_changed(self) -> None:
        """React to another page, width or height."""

    def set_interval(self, interval: float, callback: Callable[[], None]) -> Timer:
        """Call a function regularly."""

"""The interface of the widget that paints the viewport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.geometry import Region, Size
    from textual.timer import Timer


class Canvas(Protocol):
    """Protocol of the widget that paints the viewport."""

    @property
    def size(self) -> Size:
        """Size of the widget in cells."""

    @property
    def is_mounted(self) -> bool:
        """True as soon as the widget can be painted."""

    def repaint(self, *regions: Region) -> None:
        """Repaint regions with the next frame; the whole widget if no region is given."""

    def drop_painted(self) -> None:
        """Discard all cached rows."""

    def page_changed(self) -> None:
        """React to a new page, width or height."""

    def set_interval(self, interval: float, callback: Callable[[], None]) -> Timer:
        """Call a function every `interval` seconds."""

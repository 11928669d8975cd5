"""The last row of the pane: it shows the reading progress, or `loading…` until the text is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from tui_reader.tui.widgets.article_pane.viewport import Viewport


class FootHost(Protocol):
    """The widget with the last row."""

    def set_timer(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Call a function once after `delay` seconds."""

    def repaint_foot(self) -> None:
        """Repaint the last row."""


class Foot:
    """The text of the last row."""

    LOADING_DELAY: ClassVar[float] = 0.15
    """Seconds after which `loading…` is shown; most texts are loaded before."""

    def __init__(self, viewport: Viewport, host: FootHost) -> None:
        self._viewport, self._host = viewport, host
        self._awaited = ""
        """Id of the article whose text is loading, at least in part; empty if no text is loading."""
        self._slow = False
        self._timer: Timer | None = None

    def text(self) -> str:
        """Return the text of the row."""
        viewport = self._viewport
        if viewport.document is None or viewport.document.partial:
            return "loading…" if self._slow else ""
        if viewport.at_end:
            return "100 %" if viewport.top else ""
        return f"{min(int(viewport.progress * 100), 99)} %"

    def update(self) -> None:
        """Start the timer for `loading…` if another text is loading; stop it if the text is complete."""
        headline, document = self._viewport.headline, self._viewport.document
        complete = document is not None and not document.partial
        awaited = "" if headline is None or complete else headline.id
        if awaited == self._awaited:
            return
        self._awaited, self._slow = awaited, False
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._host.set_timer(self.LOADING_DELAY, self._show_loading) if awaited else None

    def _show_loading(self) -> None:
        self._slow = True
        self._host.repaint_foot()

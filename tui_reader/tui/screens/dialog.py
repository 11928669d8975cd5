"""Screens that lie over another one until they are left."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType

from tui_reader.tui.widgets.failures import FailureGuard


class Dialog(FailureGuard, ModalScreen[ScreenResultType]):
    """Asks for something or shows it."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave, once: Textual takes the topmost screen away, and a second key that was on its way by then would
        leave the screen below, too.
        """
        return super().dismiss(result) if self.is_active else AwaitComplete()

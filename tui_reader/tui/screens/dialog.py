"""The base of the screens that lie over another one until they are closed."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType

from tui_reader.tui.widgets.line_pane import FailureGuard


class Dialog(FailureGuard, ModalScreen[ScreenResultType]):
    """A modal screen that asks for something or shows something."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close the dialog, but only once.

        Textual removes the topmost screen: a second key that was already queued would otherwise close the screen below
        as well.
        """
        return super().dismiss(result) if self.is_active else AwaitComplete()

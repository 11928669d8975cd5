"""The base class of modal screens."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType

from tui_reader.tui.widgets.line_pane import ScreenGuard


class Dialog(ScreenGuard, ModalScreen[ScreenResultType]):
    """Base class of modal screens, such as pickers, forms and the help."""

    READY_SECONDS = 1.0
    """Longest time in seconds for which keys are queued until the dialog can receive them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._ready = asyncio.Event()

    def on_mount(self) -> None:
        """Let `ready` return, so that keys typed ahead are handled. The `on_mount` of a subclass is called before."""
        self._ready.set()

    async def ready(self) -> None:
        """Wait until `on_mount` has given a widget the focus; keys typed ahead would be lost before that."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), self.READY_SECONDS)

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close the dialog; later calls have no effect.

        Textual removes the topmost screen: a second key that was already queued would otherwise close the screen below
        as well.
        """
        return super().dismiss(result) if self.is_active else AwaitComplete()

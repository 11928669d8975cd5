"""The base of the screens that lie over another one until they are closed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType

from tui_reader.tui.widgets.line_pane import FailureGuard


class Dialog(FailureGuard, ModalScreen[ScreenResultType]):
    """A modal screen that asks for something or shows something."""

    READY_SECONDS = 1.0
    """Seconds for which a key waits until the dialog can receive it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._ready = asyncio.Event()

    def on_mount(self) -> None:
        """Let the keys through that were typed ahead. Textual calls this after the method of the subclass."""
        self._ready.set()

    async def ready(self) -> None:
        """Wait until the widgets exist and one of them has the focus: a key typed ahead would be lost before."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), self.READY_SECONDS)

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close the dialog, but only once.

        Textual removes the topmost screen: a second key that was already queued would otherwise close the screen below
        as well.
        """
        return super().dismiss(result) if self.is_active else AwaitComplete()

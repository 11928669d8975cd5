"""A guard that shows an expected error of a message handler on the screen, so that the app continues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message_pump import MessagePump

from tui_reader.errors import ReaderError

if TYPE_CHECKING:
    from textual.message import Message


class FailureGuard(MessagePump):
    """Base class of screens and widgets in which a `ReaderError` ends a message handler, not the program.

    The state file may be on a failing disk, and a key that reads from it must not end the program with everything that
    is open. Any other error is a bug and does end it.
    """

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except ReaderError as error:
            tell = getattr(self.app, "tell_failure", None)
            if tell is None:
                raise
            tell(error)

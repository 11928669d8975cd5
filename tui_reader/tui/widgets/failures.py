"""What becomes of an error with which a handler ends: a sentence on the screen, not the end of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message_pump import MessagePump

from tui_reader.errors import ReaderError

if TYPE_CHECKING:
    from textual.message import Message


class FailureGuard(MessagePump):
    """Base of what handles messages: an error that a reader can be told in words ends the handler and nothing else.

    The state file may be on a disk that fails: a key that has to read from it must not end the reader, with all that
    is open in it. Any other error is one of the program and ends it.
    """

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except ReaderError as error:
            tell = getattr(self.app, "tell_failure", None)
            if tell is None:
                raise
            tell(error)

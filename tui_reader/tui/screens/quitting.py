"""Ask again before the program ends while changes are not on disk."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Protocol

from tui_reader.services.library.save_monitor import warning_of

if TYPE_CHECKING:
    from tui_reader.services.library.library import Library

AGAIN_SECONDS = 30.0
"""Seconds for which a second press of the key quits in spite of unsaved changes."""


class Say(Protocol):
    """Shows a message in the last row."""

    def __call__(self, message: str, *, bad: bool = False) -> None:
        """Show a message; `bad` marks it as an error."""


class QuitGuard:
    """Refuses the first command to quit while changes could not be saved: they would be lost."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._refused_at = -AGAIN_SECONDS

    def refuses(self, key: str, say: Say) -> bool:
        """Report unsaved changes, unless this was reported within the last `AGAIN_SECONDS`.

        Args:
            key: The key that quits.
            say: Shows the message.

        Returns:
            True if the program must go on.
        """
        unsaved = self._library.store.unsaved
        if not unsaved or monotonic() < self._refused_at + AGAIN_SECONDS:
            return False
        self._refused_at = monotonic()
        say(f"{warning_of(unsaved)} · {key} again quits, and this is lost", bad=True)
        return True

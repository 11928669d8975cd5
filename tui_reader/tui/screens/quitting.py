"""Ask again before the program ends while changes are not on disk."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Protocol

from tui_reader.services.library.save_monitor import warning_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.services.library.library import Library

AGAIN_SECONDS = 30.0
"""Seconds for which a second press of the key quits in spite of unsaved changes."""
SHOWN_SECONDS = 5.0
"""Seconds for which no message about another change that cannot be saved may replace the report."""


class Say(Protocol):
    """Shows a message in the last row."""

    def __call__(self, message: str, *, bad: bool = False) -> None:
        """Show a message; `bad` marks it as an error."""


class QuitGuard:
    """Refuses the first command to quit while changes could not be saved: they would be lost."""

    def __init__(self, library: Library, has_changes: Callable[[], bool]) -> None:
        """Store the arguments.

        Args:
            library: The library.
            has_changes: Returns True if the user made changes that can be undone.
        """
        self._library, self._has_changes = library, has_changes
        self._refused_at = -AGAIN_SECONDS

    @property
    def has_just_refused(self) -> bool:
        """True for `SHOWN_SECONDS` after a refusal, which the user has to read."""
        return monotonic() < self._refused_at + SHOWN_SECONDS

    def refuses(self, key: str, say: Say) -> bool:
        """Report unsaved changes, unless this was reported within the last `AGAIN_SECONDS`.

        In a read-only library, reading positions are lost without a question: the first row says that it is read-only.

        Args:
            key: The key that quits.
            say: Shows the message.

        Returns:
            True if the program must go on.
        """
        unsaved = self._library.store.unsaved
        if self._library.read_only and not self._has_changes():
            return False
        if not unsaved or monotonic() < self._refused_at + AGAIN_SECONDS:
            return False
        self._refused_at = monotonic()
        say(f"{warning_of(unsaved)} · {key} again quits, and this is lost", bad=True)
        return True

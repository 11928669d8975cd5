"""Decide which keys are words of a note that was not opened: as commands, they would archive, star and tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual._time import get_time

if TYPE_CHECKING:
    from collections.abc import Collection

    from tui_reader.tui.commands.sequencer import Sequence

PAUSE_SECONDS = 1.0
"""Seconds without a key after which keys are commands again."""
SAY_SECONDS = 1.0
"""Seconds after which the last row repeats, while words are being discarded, that they are."""
_WRITING = frozenset(("space", "enter", "tab", "backspace", "delete"))


class DiscardedWords:
    """Discards the keys that the user types, until a pause, after a command for a note that opened none.

    Times are those of key events: a key counts from the moment it was typed, not from when the program handles it.
    """

    def __init__(self) -> None:
        self.until = 0.0
        """Time from which keys are commands again; 0 if none were to be discarded yet, or no more."""
        self._message = ""
        self._kept: Collection[Sequence] = ()
        """Key sequences that are commands until the first key is discarded."""
        self._has_discarded = False
        self._said_at = 0.0

    def begin(self, message: str, kept: Collection[Sequence] = ()) -> None:
        """Discard the words typed from now on, and those typed already but not handled yet.

        Args:
            message: The message for the last row as soon as a key is discarded.
            kept: Key sequences that remain commands until another key is discarded. From then on, they are text, too.
        """
        self.until = get_time() + PAUSE_SECONDS
        self._message, self._kept, self._has_discarded, self._said_at = message, kept, False, 0.0

    def end(self) -> None:
        """Discard no further keys."""
        self.until = 0.0

    @property
    def is_active(self) -> bool:
        """True if keys are discarded until a pause."""
        return self.until > get_time()

    def takes(self, key: str, typed_at: float, begun: Sequence) -> bool:
        """Return True if a key is to be discarded.

        Keys that write no text, such as arrows and those with ctrl, never are. `escape` is the last key that is, since
        it would have closed the note; where nothing was discarded before and keys are kept, it is a command.

        Args:
            key: The name of the key in the command table.
            typed_at: The time of its event.
            begun: The keys of the incomplete sequence before it.
        """
        if typed_at >= self.until or (len(key) > 1 and key not in _WRITING and key != "escape"):
            return False
        if key == "escape":
            self.end()
            return self._has_discarded or not self._kept
        keys = (*begun, key)
        if not self._has_discarded and any(kept[: len(keys)] == keys for kept in self._kept):
            return False
        self._has_discarded = True
        self.until = typed_at + PAUSE_SECONDS
        return True

    def due_message(self) -> str:
        """Return the message that keys are discarded; empty if it was returned less than `SAY_SECONDS` ago."""
        now = get_time()
        if now - self._said_at < SAY_SECONDS:
            return ""
        self._said_at = now
        return self._message

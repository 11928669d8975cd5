"""Conversion of keys into commands: key sequences, each with an optional count before it."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_reader.tui.commands.command import Command

Sequence = tuple[str, ...]
"""Keys in the order typed, by Textual name or printed character: `("g", "g")`, `("ctrl+d",)`.
"""


class Step(Enum):
    """The sequencer's interpretation of a key."""

    WAIT = auto()
    """The key belongs to a count or an incomplete sequence: more keys are expected."""
    RUN = auto()
    """The key completes a command."""
    CANCEL = auto()
    """The key cancelled a count or an incomplete sequence."""
    PASS = auto()
    """The key is not bound in the active pane."""


class KeyResult(NamedTuple):
    """The sequencer's interpretation of a key, with the command that the key completes."""

    step: Step
    command: Command | None = None
    times: int | None = None
    """The count typed before the command; None if none was typed."""
    key: str = ""
    """The argument key of a command; empty for commands without an argument key."""


class Sequencer:
    """Collects keys until they form the sequence of a command.

    It has no timer: an incomplete sequence waits for its next key until the caller resets it.
    """

    MOST_DIGITS = 6
    """Maximum number of digits of a count; further ones are ignored."""

    def __init__(self) -> None:
        self._digits = ""
        self._typed: Sequence = ()
        self._taker: Command | None = None
        """The command that needs the next key as its argument; None without such a command."""

    @property
    def pending(self) -> bool:
        """True if an incomplete count or sequence was typed."""
        return bool(self._digits or self._typed)

    @property
    def keys(self) -> Sequence:
        """The keys of the incomplete sequence, without the count."""
        return self._typed

    @property
    def taker(self) -> Command | None:
        """The command that needs the next key as its argument; None without such a command."""
        return self._taker

    @property
    def typed(self) -> str:
        """The incomplete count and sequence, in the form that the last row shows."""
        return " ".join(filter(None, (self._digits, "".join(self._typed))))

    def reset(self) -> None:
        """Discard an incomplete count and sequence."""
        self._digits, self._typed, self._taker = "", (), None

    def feed(self, key: str, keymap: Mapping[Sequence, Command]) -> KeyResult:
        """Process one key, and return its interpretation.

        Args:
            key: The name of the key, see `Sequence`.
            keymap: The sequences bound in the active pane.
        """
        had_something = self.pending
        if key == "escape" and had_something:
            self.reset()
            return KeyResult(Step.CANCEL)
        if self._taker is not None:
            taker, count = self._taker, self._count
            self.reset()
            character = " " if key == "space" else key
            return KeyResult(Step.RUN, taker, count, character) if len(character) == 1 else KeyResult(Step.CANCEL)
        if not self._typed and len(key) == 1 and key in "0123456789" and (key != "0" or self._digits):
            self._digits = (self._digits + key)[: self.MOST_DIGITS]
            return KeyResult(Step.WAIT)
        keys = (*self._typed, key)
        command = keymap.get(keys)
        if command is None and any(bound[: len(keys)] == keys for bound in keymap):
            self._typed = keys
            return KeyResult(Step.WAIT)
        if command is not None and command.takes_key:
            self._typed, self._taker = keys, command
            return KeyResult(Step.WAIT)
        count = self._count
        self.reset()
        if command is None:
            return KeyResult(Step.CANCEL if had_something else Step.PASS)
        return KeyResult(Step.RUN, command, count)

    @property
    def _count(self) -> int | None:
        return int(self._digits) if self._digits else None

    def continuations(self, keymap: Mapping[Sequence, Command]) -> list[tuple[str, Command]]:
        """Return the commands that may follow an incomplete sequence, each with the keys that are missing.

        A command with several such sequences is listed once, with the first sequence.
        """
        length = len(self._typed)
        if self._taker is not None:
            return [("…", self._taker)]
        if not length:
            return []
        found: dict[str, tuple[str, Command]] = {}
        for keys, command in keymap.items():
            if keys[:length] == self._typed:
                found.setdefault(command.id, (" ".join(keys[length:]), command))
        return list(found.values())

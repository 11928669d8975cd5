"""The keys in effect: the keys of the command table, changed by section `[keys]` of the settings."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from tui_reader.tui.commands.command import Command, Pane
from tui_reader.tui.commands.table import BY_ID, COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui_reader.tui.commands.sequencer import Sequence as KeySequence

ESSENTIAL = ("quit", "help", "palette")
"""Commands that must keep a key: quitting the program, and showing its keys."""


class Keymap:
    """The command that each key sequence runs in each pane.

    Attributes:
        warnings: Problems with the keys in the settings, one sentence each. A command whose new keys have a problem
            keeps its former keys.
    """

    def __init__(self, remapped: Mapping[str, Sequence[str]] | None = None) -> None:
        self.warnings: list[str] = []
        self._keys = {command.id: command.keys for command in COMMANDS}
        for name, keys in (remapped or {}).items():
            self._remap(name, tuple(" ".join(key.split()) for key in keys))
        self._panes: dict[Pane, dict[KeySequence, Command]] = {pane: {} for pane in Pane}
        self._begun: dict[Pane, dict[KeySequence, list[Command]]] = {pane: {} for pane in Pane}
        """For each pane and proper prefix of a key sequence: the commands whose sequences begin with the prefix."""
        refused: dict[tuple[KeySequence, Command, Command], list[Pane]] = {}
        for command in sorted(COMMANDS, key=lambda command: command.id not in (remapped or {})):
            for pane in (pane for pane in Pane if pane in command.panes):
                for keys in self._keys[command.id]:
                    sequence = tuple(keys.split(" "))
                    holder = self._bind(pane, sequence, command)
                    if holder is not None:
                        refused.setdefault((sequence, holder, command), []).append(pane)
        for (sequence, holder, command), panes in refused.items():
            where = "" if len(panes) == len(command.panes) else f" in the {' and the '.join(panes)}"
            self.warnings.append(
                f"[keys] “{' '.join(sequence)}” belongs to {holder.id}{where}; {command.id} goes without it."
            )
        self._keep_essential()

    def of(self, pane: Pane) -> Mapping[KeySequence, Command]:
        """Return the key sequences bound in a pane, with their commands."""
        return self._panes[pane]

    def keys_of(self, command: Command, pane: Pane | None = None) -> tuple[str, ...]:
        """Return the key sequences of a command in a pane, or in any pane if `pane` is None."""
        bound = [self._panes[each] for each in (command.panes if pane is None else (pane,))]
        # Loops, not generators: the start of the program asks 400 times.
        found = []
        for keys in self._keys[command.id]:
            sequence = tuple(keys.split(" "))
            for commands in bound:
                if commands.get(sequence) is command:
                    found.append(keys)
                    break
        return tuple(found)

    def hint(self, name: str) -> str:
        """Return the first key sequence of a command in its printed form; empty if it has none."""
        keys = self.keys_of(BY_ID[name])
        return written(keys[0]) if keys else ""

    def _remap(self, name: str, keys: tuple[str, ...]) -> None:
        if name not in BY_ID:
            near = difflib.get_close_matches(name, BY_ID, n=1)
            advice = f" Did you mean “{near[0]}”?" if near else ""
            self.warnings.append(f"[keys] There is no command “{name}”.{advice}")
        elif wrong := [key for key in keys if not is_key_sequence(key)]:
            self.warnings.append(f"[keys] {name}: “{wrong[0]}” is not a key; write “s”, “ctrl+s”, “f5” or “g s”.")
        else:
            self._keys[name] = keys

    def _bind(self, pane: Pane, keys: KeySequence, command: Command) -> Command | None:
        """Bind `keys` to `command`, unless the keys conflict with another command in the pane.

        Returns:
            The conflicting command, which has this sequence, a prefix of it or an extension of it; None if bound.
        """
        bound, begun = self._panes[pane], self._begun[pane]
        for length in range(1, len(keys) + 1):
            holder = bound.get(keys[:length])
            if holder is not None and holder is not command:
                return holder
        for other in begun.get(keys, ()):
            if other is not command:
                return other
        bound[keys] = command
        for length in range(1, len(keys)):
            begun.setdefault(keys[:length], []).append(command)
        return None

    def _keep_essential(self) -> None:
        """Bind the first default key of each essential command without a key, even if it belongs to another command."""
        for name in ESSENTIAL:
            command = BY_ID[name]
            if not self.keys_of(command):
                self.warnings.append(f"[keys] {name} must keep a key; it keeps “{command.keys[0]}”.")
                self._keys[name] = command.keys
                for pane in command.panes:
                    self._panes[pane][tuple(command.keys[0].split(" "))] = command


_NAMED_KEYS = frozenset(
    (
        *("enter", "escape", "tab", "space", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown"),
        *("up", "down", "left", "right"),
        *(f"f{number}" for number in range(1, 25)),
    )
)
_MODIFIERS = frozenset(("ctrl", "alt", "shift", "super", "hyper", "meta"))


def is_key_sequence(text: str) -> bool:
    """Return True if a text is a key sequence: printable characters or named keys, with any modifiers."""
    return bool(text) and all(_is_key(key) for key in text.split(" "))


def _is_key(key: str) -> bool:
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    known = (len(last) == 1 and last.isprintable()) or last in _NAMED_KEYS
    return known and all(modifier in _MODIFIERS for modifier in modifiers)


_SYMBOLS = {"escape": "esc", "pagedown": "PgDn", "pageup": "PgUp", "up": "↑", "down": "↓", "left": "←", "right": "→"}


def written(keys: str) -> str:
    """Return a key sequence in its printed form: `g g` as `gg`, `pagedown` as `PgDn`."""
    parts = [
        "+".join(_SYMBOLS.get(part, part) for part in key.split("+")) if len(key) > 1 else key
        for key in keys.split(" ")
    ]
    return "".join(parts) if all(len(part) == 1 for part in parts) else " ".join(parts)


def written_all(keys: Iterable[str]) -> str:
    """Return several key sequences in their printed form, separated by spaces."""
    return " ".join(written(sequence) for sequence in keys)

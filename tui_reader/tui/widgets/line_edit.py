"""The text of a line that is being typed, its cursor, and the keys that edit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.cells import cells_of_cluster, next_boundary, previous_boundary
from tui_reader.document.cleaning import clean_row
from tui_reader.document.lazy_patterns import LazyPattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST = 10_000
"""Largest length of a line in code points; the rest of a paste is dropped."""
_WORD_BEFORE = LazyPattern(r"\S*\s*\Z")
"""The word before the cursor, with the white space between."""
_WORD_BEHIND = LazyPattern(r"\s*\S*")
"""The word behind the cursor, with the white space between."""


class LineEdit:
    """A line of text with a cursor. The cursor is always between grapheme clusters."""

    def __init__(self) -> None:
        self.text = ""
        self.cursor = 0
        """Offset of the cursor in code points."""
        self.anchor: int | None = None
        """Offset of the other end of the selection; None without a selection."""
        self._first = 0
        """Offset of the first visible code point in the last painted row."""

    def set(self, text: str, cursor: int | None = None) -> None:
        """Replace the text; the cursor is set to the end of the text unless given."""
        self.text, self.anchor = clean_row(text)[:LONGEST], None
        self.cursor = len(self.text) if cursor is None else max(0, min(cursor, len(self.text)))

    def insert(self, text: str) -> bool:
        """Insert a text in place of the selection. Control characters are dropped, line feeds become spaces.

        The end of the text is dropped if the line would be longer than `LONGEST`.

        Returns:
            True if the line has changed.
        """
        start, end = self.selection
        added = clean_row(text)[: LONGEST - len(self.text) + end - start]
        if not added:
            return False
        self._delete(start, end)
        self.text = self.text[: self.cursor] + added + self.text[self.cursor :]
        self.cursor += len(added)
        return True

    @property
    def selection(self) -> tuple[int, int]:
        """The range of the selected text; empty and at the cursor without a selection."""
        other = self.cursor if self.anchor is None else self.anchor
        return min(self.cursor, other), max(self.cursor, other)

    def select(self, anchor: int, cursor: int) -> None:
        """Select the text between two offsets; none if they are equal."""
        self.anchor, self.cursor = (anchor if anchor != cursor else None), cursor

    def edit(self, key: str) -> bool:
        """Edit the line by a key such as `left` or `ctrl+w`.

        Returns:
            True if the key is one of the editing keys, even if it had nothing to change; False for other keys.
        """
        action = _KEYS.get(key)
        if action is None:
            return False
        start, end = self.selection
        if key in _SELECTING:
            anchor = self.cursor if self.anchor is None else self.anchor
            action(self)
            self.select(anchor, self.cursor)
        elif start < end and key in _DELETING:
            self._delete(start, end)
        elif start < end and key in ("left", "right"):
            self._move(start if key == "left" else end)
        else:
            action(self)
            self.anchor = None
        return True

    def window(self, room: int) -> tuple[int, int]:
        """Return the range of the text to show in `room` cells, which includes the cluster at the cursor."""
        text, cursor = self.text, self.cursor
        at_cursor = cells_of_cluster(text[cursor : next_boundary(text, cursor)]) if cursor < len(text) else 1
        least, most = self._begin_within(cursor, room - at_cursor), self._begin_within(len(text), room - 1)
        # After the text was shortened, its end stays at the end of the room.
        self._first = max(least, min(self._first, cursor, most)) if least else 0
        end, left = self._first, room
        while end < len(text):
            behind = next_boundary(text, end)
            left -= cells_of_cluster(text[end:behind])
            if left < 0:
                break
            end = behind
        return self._first, end

    def _begin_within(self, end: int, room: int) -> int:
        """Return the least offset from which the text up to `end` takes at most `room` cells."""
        begin = end
        while begin > 0:
            before = previous_boundary(self.text, begin)
            room -= cells_of_cluster(self.text[before:begin])
            if room < 0:
                break
            begin = before
        return begin

    def offset_at(self, column: int, room: int) -> int:
        """Return the offset of the cluster at a column of the visible part."""
        start, end = self.window(room)
        while start < end and column > 0:
            behind = next_boundary(self.text, start)
            column -= cells_of_cluster(self.text[start:behind])
            if column < 0:
                break
            start = behind
        return start

    def _delete(self, start: int, end: int) -> None:
        self.text = self.text[:start] + self.text[end:]
        self._move(start)

    def _word_start(self) -> int:
        found = _WORD_BEFORE.search(self.text, 0, self.cursor)
        return found.start() if found else 0

    def _word_end(self) -> int:
        found = _WORD_BEHIND.match(self.text, self.cursor)
        return found.end() if found else len(self.text)

    def _move(self, offset: int) -> None:
        self.cursor, self.anchor = offset, None


_ACTIONS: Mapping[Callable[[LineEdit], None], tuple[str, ...]] = {
    (lambda line: line._move(previous_boundary(line.text, line.cursor))): ("left", "ctrl+b", "shift+left"),
    (lambda line: line._move(next_boundary(line.text, line.cursor))): ("right", "ctrl+f", "shift+right"),
    (lambda line: line._move(0)): ("home", "ctrl+a", "shift+home"),
    (lambda line: line._move(len(line.text))): ("end", "ctrl+e", "shift+end"),
    (lambda line: line._move(line._word_start())): ("ctrl+left", "ctrl+shift+left"),
    (lambda line: line._move(line._word_end())): ("ctrl+right", "ctrl+shift+right"),
    (lambda line: line._delete(previous_boundary(line.text, line.cursor), line.cursor)): ("backspace", "ctrl+h"),
    (lambda line: line._delete(line.cursor, next_boundary(line.text, line.cursor))): ("delete", "ctrl+d"),
    (lambda line: line._delete(line._word_start(), line.cursor)): ("ctrl+w", "ctrl+backspace"),
    (lambda line: line._delete(line.cursor, line._word_end())): ("ctrl+delete",),
    (lambda line: line._delete(0, line.cursor)): ("ctrl+u",),
    (lambda line: line._delete(line.cursor, len(line.text))): ("ctrl+k",),
}
_KEYS: Mapping[str, Callable[[LineEdit], None]] = {key: action for action, keys in _ACTIONS.items() for key in keys}
_SELECTING = frozenset(key for key in _KEYS if "shift+" in key)
"""Keys that extend the selection to where they move the cursor."""
_DELETING = frozenset(("backspace", "ctrl+h", "delete", "ctrl+d"))
"""Keys that delete the selection, if there is one."""

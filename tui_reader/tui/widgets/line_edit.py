"""The text of a line that is being typed, its cursor, and the keys that edit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.cells import cells_of_cluster, next_boundary, previous_boundary
from tui_reader.document.clean import clean_text
from tui_reader.document.lazy import LazyPattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST = 10_000
"""Largest length of a line in code points; the rest of a paste is dropped."""
_WORD_BEFORE = LazyPattern(r"\S*\s*\Z")
_WORD_BEHIND = LazyPattern(r"\s*\S*")


class LineEdit:
    """A line of text with a cursor. The cursor is always between grapheme clusters."""

    def __init__(self) -> None:
        self.text = ""
        self.cursor = 0
        """Offset of the cursor in code points."""
        self._first = 0
        """Offset of the first visible code point in the last painted row."""

    def set(self, text: str, cursor: int | None = None) -> None:
        """Replace the text; the cursor is set to the end of the text unless given."""
        self.text = _clean(text)[:LONGEST]
        self.cursor = len(self.text) if cursor is None else max(0, min(cursor, len(self.text)))

    def insert(self, text: str) -> bool:
        """Insert a text at the cursor, without control characters; line feeds become spaces.

        Returns:
            True if the line has changed.
        """
        added = _clean(text)[: LONGEST - len(self.text)]
        self.text = self.text[: self.cursor] + added + self.text[self.cursor :]
        self.cursor += len(added)
        return bool(added)

    def edit(self, key: str) -> bool:
        """Edit the line by a key such as `left` or `ctrl+w`.

        Returns:
            True if the key edits lines or moves the cursor.
        """
        action = _KEYS.get(key)
        if action is not None:
            action(self)
        return action is not None

    def window(self, room: int) -> tuple[int, int]:
        """Return the range of the text to show in `room` cells, which includes the cluster at the cursor."""
        text, cursor = self.text, self.cursor
        left = room - (cells_of_cluster(text[cursor : next_boundary(text, cursor)]) if cursor < len(text) else 1)
        least = cursor
        while least > 0:
            before = previous_boundary(text, least)
            left -= cells_of_cluster(text[before:least])
            if left < 0:
                break
            least = before
        self._first = min(max(self._first, least), cursor)
        if least == 0:
            self._first = 0
        end, left = self._first, room
        while end < len(text):
            behind = next_boundary(text, end)
            left -= cells_of_cluster(text[end:behind])
            if left < 0:
                break
            end = behind
        return self._first, end

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
        self.cursor = start

    def _word_start(self) -> int:
        found = _WORD_BEFORE.search(self.text, 0, self.cursor)
        return found.start() if found else 0

    def _word_end(self) -> int:
        found = _WORD_BEHIND.match(self.text, self.cursor)
        return found.end() if found else len(self.text)

    def _move(self, offset: int) -> None:
        self.cursor = offset


def _clean(text: str) -> str:
    """Convert a text to one line: drop control characters; line feeds and tabs become spaces."""
    return text if text.isprintable() else clean_text(text).replace("\n", " ").replace("\t", " ")


_ACTIONS: Mapping[Callable[[LineEdit], None], tuple[str, ...]] = {
    (lambda line: line._move(previous_boundary(line.text, line.cursor))): ("left", "ctrl+b"),
    (lambda line: line._move(next_boundary(line.text, line.cursor))): ("right", "ctrl+f"),
    (lambda line: line._move(0)): ("home", "ctrl+a"),
    (lambda line: line._move(len(line.text))): ("end", "ctrl+e"),
    (lambda line: line._move(line._word_start())): ("ctrl+left",),
    (lambda line: line._move(line._word_end())): ("ctrl+right",),
    (lambda line: line._delete(previous_boundary(line.text, line.cursor), line.cursor)): ("backspace", "ctrl+h"),
    (lambda line: line._delete(line.cursor, next_boundary(line.text, line.cursor))): ("delete", "ctrl+d"),
    (lambda line: line._delete(line._word_start(), line.cursor)): ("ctrl+w", "ctrl+backspace"),
    (lambda line: line._delete(line.cursor, line._word_end())): ("ctrl+delete",),
    (lambda line: line._delete(0, line.cursor)): ("ctrl+u",),
    (lambda line: line._delete(line.cursor, len(line.text))): ("ctrl+k",),
}
_KEYS: Mapping[str, Callable[[LineEdit], None]] = {key: action for action, keys in _ACTIONS.items() for key in keys}

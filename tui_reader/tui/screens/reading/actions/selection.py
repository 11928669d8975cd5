"""The commands of a selection: by character or by paragraph, with the motions of vi."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.blocks import block_index
from tui_reader.document.words import count_words
from tui_reader.tui.commands.binding import command, command_family, key_command_family

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.tui.screens.reading.state import ReadingScreenState

MOTIONS = {
    "select_left": "left",
    "select_right": "right",
    "select_word": "word",
    "select_word_back": "back",
    "select_word_end": "end",
    "select_long_word": "long_word",
    "select_long_word_back": "long_back",
    "select_end_back": "end_back",
    "select_long_end_back": "long_end_back",
    "select_line_start": "line_start",
    "select_line_first": "line_first",
    "select_line_end": "line_end",
    "page_forward": "page_down",
    "page_backward": "page_up",
}
"""The motion of the article pane for each command that moves the active end of the selection."""

CHARACTERS = {"find_character": "f", "find_character_back": "F", "till_character": "t", "till_character_back": "T"}
_THINGS = {"sentence": "s", "paragraph": "p", "word": "w", "long_word": "W", "bracket": "b", "quotation": "q"}
OBJECTS = {
    f"{extent}_{thing}": f"{extent[0]}{sign}" for thing, sign in _THINGS.items() for extent in ("inner", "around")
}
_MISSING = {"b": "there are no brackets around this", "q": "there are no quotation marks around this"}

MOST_COUNTED = 100_000
"""Longest selection, in code points, whose words are counted after each key; of a longer one, the characters are.

Counting the words of a million characters takes 20 ms."""


class SelectionActions:
    """Runs the commands that start, extend and end a selection."""

    def __init__(self, state: ReadingScreenState, changed: Callable[[], None]) -> None:
        """Store the state; `changed` is called when a selection begins or ends, because other keys are then active."""
        self._state, self._changed = state, changed

    @command("select")
    def select(self, _count: int | None) -> None:
        """Start to select by character; if that mode is active already, end the selection."""
        self._start("character")

    @command("select_paragraphs")
    def select_paragraphs(self, _count: int | None) -> None:
        """Start to select by paragraph; if that mode is active already, end the selection."""
        self._start("paragraph")

    @command("other_end")
    def other_end(self, _count: int | None) -> None:
        """Make the other end of the selection the active end."""
        self._state.panes.article.selection.swap_ends()

    @command("repeat_find")
    def repeat_find(self, count: int | None) -> None:
        """Go to the next occurrence of the character searched last."""
        self._say_if_not_found(self._state.panes.article.selection.repeat_find(count or 1))

    @command("repeat_find_back")
    def repeat_find_back(self, count: int | None) -> None:
        """Go back to the previous occurrence of the character searched last."""
        self._say_if_not_found(self._state.panes.article.selection.repeat_find(-(count or 1)))

    @property
    def mode(self) -> str:
        """The size of the selection: `SELECT 23 words`, `SELECT 2 paragraphs`."""
        selection, document = self._state.panes.article.selection, self._state.panes.article.document
        found = selection.range
        if document is None or found is None:
            return "SELECT"
        if selection.kind == "paragraph":
            number, what = block_index(document, found.end - 1) - block_index(document, found.start) + 1, "paragraph"
        elif found.end - found.start > MOST_COUNTED:
            number, what = found.end - found.start, "character"
        else:
            number, what = count_words(document.text[found.start : found.end]), "word"
        return f"SELECT {number:,} {what}{'' if number == 1 else 's'}"

    def leave(self) -> bool:
        """End the selection.

        Returns:
            True if text was being selected.
        """
        pane = self._state.panes.article
        if not pane.selection.kind:
            return False
        pane.selection.end()
        self._changed()
        return True

    def _start(self, kind: str) -> None:
        pane = self._state.panes.article
        if pane.document is None:
            self._state.refuse("there is no text to select")
        elif pane.selection.kind == kind:
            self.leave()
        else:
            pane.selection.start(kind)
            self.began()

    def began(self) -> None:
        """Notify the screen that a selection has started, or that other commands now apply to it."""
        self._changed()

    @command_family(MOTIONS)
    def move(self, motion: str, count: int | None) -> None:
        """Move the active end of the selection by a motion."""
        self._state.panes.article.selection.move(motion, count or 1)

    @key_command_family(CHARACTERS)
    def find(self, kind: str, count: int | None, character: str) -> None:
        """Move the active end of the selection to the next occurrence of a character in the paragraph, as in vi.

        Args:
            kind: `f` or `F`, to the character, forward or back; `t` or `T`, only up to it.
            count: Which occurrence; None for the first.
            character: The typed character.
        """
        if not self._state.panes.article.selection.find_character(kind, character, count or 1):
            self._state.refuse(f"no “{character}” in this paragraph")

    @command_family(OBJECTS)
    def select_object(self, kind: str, count: int | None) -> None:
        """Select a text object: a sentence, a word, the text in brackets."""
        if not self._state.panes.article.selection.select_object(kind, count or 1) and kind[1] in _MISSING:
            self._state.refuse(_MISSING[kind[1]])

    def _say_if_not_found(self, moved: bool) -> None:
        if not moved:
            self._state.refuse("no other match")

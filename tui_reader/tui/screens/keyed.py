"""Screens whose keys are commands of the command table, unless something is being typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from textual.screen import Screen

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui_reader.tui.widgets.note_editor import NoteEditor
    from tui_reader.tui.widgets.prompt import Prompt
    from tui_reader.tui.widgets.sheet import Sheet


class Typing(Protocol):
    """Something that is being typed into: a question, a note."""

    def takes(self, key: str) -> bool:
        """Whether a key belongs to what is typed; any other one ends it."""

    async def typed(self) -> None:
        """Wait until every key so far has arrived in it."""

    def ended(self, key: str) -> None:
        """Take the key that ends it."""


class KeyScreen(Screen[None]):
    """A screen that is given every key before Textual is."""

    AUTO_FOCUS = ""
    _editor: NoteEditor | None = None
    _sheet: Sheet | None = None

    @property
    def prompt(self) -> Prompt:
        """Where it asks."""
        raise NotImplementedError

    def feed(self, key: str) -> bool:
        """Take a key as a command or a part of one; whether it meant anything."""
        raise NotImplementedError

    def say(self, message: str, *, bad: bool = False) -> None:
        """Say something on the last row."""
        raise NotImplementedError

    @property
    def typing(self) -> Typing | None:
        """What is being typed into; None while keys are commands."""
        if self.prompt.asking:
            return self.prompt
        return self._editor if self._editor is not None and self._editor.open else None

    # Notes

    def write(self, sheet: Sheet) -> None:
        """Open a sheet for a note, with the end of this key."""
        self._sheet = sheet

    async def settle(self) -> None:
        """Open the sheet that a key asked for. Its widget is made for the first one: it costs what a start does not."""
        sheet, self._sheet = self._sheet, None
        if sheet is None:
            return
        if self._editor is None:
            from tui_reader.tui.widgets.note_editor import NoteEditor  # noqa: PLC0415 - 40 ms

            self._editor = NoteEditor(id="note")
            await self.mount(self._editor, before=self.sheet_stands_before())
        self._editor.write(sheet)
        self.sheet_opened()

    def sheet_stands_before(self) -> Widget:
        """The widget above which the sheet takes its rows."""
        raise NotImplementedError

    def sheet_opened(self) -> None:
        """Called when the sheet has taken rows, so that what is written about can be brought into sight."""

    def finish_note(self) -> None:
        """Keep the note that is being written, if any."""
        if self._editor is not None:
            self._editor.finish()

    def fit_sheet(self) -> None:
        """Fit the sheet to another size of the terminal."""
        if self._editor is not None:
            self._editor.fit()

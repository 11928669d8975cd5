"""The sheet that a note is written on: it takes rows from the panes and covers nothing."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.containers import Vertical
from textual.widgets import TextArea

from tui_reader.document.clean import clean_text
from tui_reader.tui.commands.describe import Hint
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, clip, line

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip
    from textual.timer import Timer

    from tui_reader.tui.widgets.note_sheet import NoteSheet

LEAST_ROWS, MOST_ROWS = 2, 6
"""Rows to write in: enough for a thought, and never more than a third of the screen."""
SAVES = "esc saves"
PAUSE_SECONDS = 0.3
"""How long no key has come when what is written so far is told."""
MOST_SECONDS = 0.9
"""How long it waits for such a pause."""
_JOINERS = ("\u200c", "\u200d")


class SheetHead(LinePane):
    """What is written about, and how to be done."""

    DEFAULT_CSS = "SheetHead { height: 1; background: $raised; }"
    LOOKS: ClassVar[Mapping[str, str]] = {
        "": "text-ink on raised",
        "key": "bold accent-ink",
        "quote": "italic text-ink",
        "muted": "muted-ink",
    }
    about = ""

    def row_key(self, y: int) -> Hashable:
        """All that the picture depends on."""
        return self.about

    def paint_row(self, y: int, width: int) -> Strip:
        """The words on the left, the way out on the right."""
        base = self.ink("")
        label = " note  "
        about = clip(self.about, width - len(label) - len(SAVES) - 3)
        return line(
            width,
            base,
            [Piece(label, base + self.ink("key")), Piece(about, base + self.ink("quote"))],
            [Piece(f" {SAVES} ", base + self.ink("muted"))] if cell_len(about) >= 1 else (),
        )


class SheetText(TextArea):
    """A text area that takes the joiners of emoji and of Persian words too: Textual 8 lets no unprintable key in."""

    def on_key(self, event: events.Key) -> None:
        """Write a joiner where the cursor stands."""
        if event.character in _JOINERS:
            event.stop()
            event.prevent_default()
            self.replace(event.character, *self.selection, maintain_selection_offset=False)

    def on_paste(self, event: events.Paste) -> None:
        """Write what was pasted as a note holds it; the area itself does the rest."""
        event.text = clean_text(event.text)


class NoteEditor(Vertical):
    """Takes one note at a time; hidden while it takes none.

    There is no way to leave it without keeping what was typed: undo takes a note back, a slip of a key does not.
    """

    # The bar at the side is always there: Textual 8 fails when an undo makes it vanish (Textual's issue 6686).
    DEFAULT_CSS = """
    NoteEditor {
        height: auto; background: $raised; display: none;
        & > SheetText {
            height: 4; border: none; padding: 0 1 0 1; background: $raised; color: $text-ink;
            overflow-y: scroll; scrollbar-size-vertical: 1;
            scrollbar-background: $raised; scrollbar-background-hover: $raised; scrollbar-background-active: $raised;
            scrollbar-color: $faint; scrollbar-color-hover: $faint; scrollbar-color-active: $muted-ink;
            &:focus { border: none; }
            & .text-area--placeholder { color: $muted-ink; }
            & .text-area--cursor { background: $accent-ink; color: $page; }
            & .text-area--selection { background: $match; }
        }
        &:ansi SheetText .text-area--cursor, &:nocolor SheetText .text-area--cursor { text-style: reverse; }
        &:ansi { border-top: solid $faint; }
    }
    """

    HINTS = (
        Hint("ctrl+z", "undo"),
        Hint("ctrl+y", "redo"),
        Hint("ctrl+w", "delete word"),
        Hint("f7", "select all"),
    )
    """What the last row says while a note is written: the keys of commands are letters then."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self._head = SheetHead()
        self._area = SheetText(
            "",
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="indent",
            highlight_cursor_line=False,
            placeholder="Markdown; words like .check at its start become tags",
        )
        self._sheet: NoteSheet | None = None
        self._waiting: Timer | None = None
        self._first = self._last = 0.0
        """When the first and the last key came that nobody was told of."""

    def compose(self) -> ComposeResult:
        """What it is about, and the text."""
        yield self._head
        yield self._area

    @property
    def open(self) -> bool:
        """Whether a note is being written."""
        return self._sheet is not None

    @property
    def text(self) -> str:
        """What is written so far."""
        return self._area.text

    def write(self, sheet: NoteSheet) -> None:
        """Open a sheet and take the keys at once: what is typed ahead belongs to the note."""
        self.finish()
        self._head.about = sheet.about
        self._area.load_text(clean_text(sheet.text))
        self._area.move_cursor(self._area.document.end)
        self._sheet = sheet
        self.fit()
        self.display = True
        # `TextArea.focus()` would wait for the next message, and what is typed ahead would run as commands.
        self.screen.set_focus(self._area)

    def on_text_area_changed(self) -> None:
        """Something was typed: tell it soon."""
        self._last = time.monotonic()
        if self._waiting is None and self._sheet is not None:
            self._first = self._last
            self._waiting = self.set_timer(PAUSE_SECONDS, self._tell_at_pause)

    def _tell_at_pause(self) -> None:
        now = time.monotonic()
        due = min(self._last + PAUSE_SECONDS, self._first + MOST_SECONDS)
        if due > now:
            self._waiting = self.set_timer(due - now, self._tell_at_pause)
            return
        self._waiting = None
        if self._sheet is not None:
            self._sheet.typed(self._area.text)

    def fit(self) -> None:
        """Take as many rows as the screen can spare."""
        self._area.styles.height = max(LEAST_ROWS, min(MOST_ROWS, self.app.size.height // 3 - 1))

    def takes(self, key: str) -> bool:
        """Whether a key is typed into the note, and does not end it."""
        return key not in ("escape", "ctrl+s", "ctrl+enter")

    async def typed(self) -> None:
        """Wait until every key so far is in the text: the text takes them in a task of its own."""
        done = asyncio.Event()
        self._area.call_later(done.set)
        await done.wait()

    def ended(self, _key: str) -> None:
        """Be done with the note."""
        self.finish()

    def finish(self) -> None:
        """Put the sheet away, and hand over what is on it."""
        sheet, self._sheet = self._sheet, None
        if sheet is None:
            return
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        text = self._area.text.replace("\r\n", "\n").replace("\r", "\n")
        self.display = False
        self.screen.set_focus(None)
        sheet.written(text)
